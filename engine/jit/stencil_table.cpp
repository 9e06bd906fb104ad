#include "engine/jit/stencil_table.h"

#include <iterator>
#include <vector>

namespace wcomp::engine::jit {
namespace {

namespace x86_64 {
#include "wcomp_stencils_x86_64.inc"
}
namespace aarch64 {
#include "wcomp_stencils_aarch64.inc"
}

/// A table with the place of each form.
class Indexed {
 public:
  explicit Indexed(const StencilTable& table) : table_(table), at_(op_facts.size() * static_cast<std::size_t>(Form::count), 0) {
    for (std::size_t i = 0; i < table.stencils.size(); ++i) at_[StencilTable::place(table.stencils[i].op, table.stencils[i].form)] = static_cast<std::uint16_t>(i + 1);
    table_.index = at_.data();
  }
  [[nodiscard]] const StencilTable* table() const { return table_.stencils.empty() ? nullptr : &table_; }

 private:
  StencilTable table_;
  std::vector<std::uint16_t> at_;
};

#define TABLE(name, of)                                                                                                                             \
  StencilTable {                                                                                                                                    \
    .target = of, .stencils = name::stencils, .bytes = name::stencil_bytes, .fields = name::stencil_fields, .patches = name::stencil_patches,       \
    .literals = name::stencil_literals                                                                                                              \
  }

}  // namespace

const StencilTable* find_stencils(Target target) {
  switch (target) {
    case Target::x86_64_linux: {
      static const Indexed x86_64(TABLE(x86_64, Target::x86_64_linux));
      return x86_64.table();
    }
    case Target::aarch64_linux: {
      static const Indexed aarch64(TABLE(aarch64, Target::aarch64_linux));
      return aarch64.table();
    }
  }
  return nullptr;
}

}  // namespace wcomp::engine::jit
