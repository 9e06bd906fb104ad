#include "engine/jit/stencil_table.h"

#include <iterator>
#include <vector>

namespace wcomp::engine::jit {
namespace {

#include "wcomp_stencils.inc"

constexpr std::uint32_t groups = 4;  ///< opcodes of one byte, those behind 0xfc, those behind 0xfd, and Pseudo
constexpr std::uint32_t per_group = 512;

/// A small number for each operation.
constexpr std::uint32_t dense(std::uint16_t op) {
  const std::uint32_t group = op < 0x100 ? 0 : op < 0xd000 ? 1 : op < 0xf000 ? 2 : 3;
  return group * per_group + (op & (per_group - 1));
}

class Index {
 public:
  Index() : at_(groups * per_group * static_cast<std::size_t>(Form::count), 0) {
    for (std::size_t i = 0; i < std::size(stencils); ++i) at_[place(stencils[i].op, stencils[i].form)] = static_cast<std::uint16_t>(i + 1);
  }
  [[nodiscard]] const Stencil* find(std::uint16_t op, std::uint8_t form) const {
    const std::uint16_t n = at_[place(op, form)];
    return n == 0 ? nullptr : &stencils[n - 1];
  }

 private:
  static std::size_t place(std::uint16_t op, std::uint8_t form) { return dense(op) * static_cast<std::size_t>(Form::count) + form; }
  std::vector<std::uint16_t> at_;
};

}  // namespace

std::span<const std::uint8_t> bytes_of(const Stencil& s) { return {stencil_bytes + s.first_byte, s.size}; }
std::span<const Field> fields_of(const Stencil& s) { return {stencil_fields + s.first_field, s.fields}; }
std::span<const Patch> patches_of(const Stencil& s) { return {stencil_patches + s.first_patch, s.patches}; }
std::span<const std::array<std::uint8_t, 16>> literals() { return stencil_literals; }

const Stencil* find_stencil(std::uint16_t op, Form form) {
  static const Index index;
  return index.find(op, static_cast<std::uint8_t>(form));
}

}  // namespace wcomp::engine::jit
