// Many instances of core modules as one core module.
//
// What is imported from outside is declared first. Then instances are added one by one, each with what its imports are bound to: items that are
// in the merged module already. An instance's functions, memories, tables, globals, tags and segments are appended with their indices
// renumbered (component/shared_libraries/rewrite.h); a module that is added twice is there twice.
//
// Order. Instantiating the merged module does what instantiating the parts one after the other did. Active segments stay active as long as
// nothing has run that could see the difference; from the first start function on they are applied by code, in their turn: segments become
// passive, and a function does table.init, memory.init and the calls of start functions in order.
//
// Constant expressions may not read a global that the module defines itself (unless an engine has more than the standard's first version),
// so what they read of another instance's global is replaced by that global's value, which is known: globals begin as constants.
#pragma once

#include <deque>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "component/shared_libraries/constants.h"
#include "component/shared_libraries/rewrite.h"
#include "core/type_interner.h"

namespace wcomp::lower {

/// Something in the merged module's index spaces.
struct Item {
  core::ExternKind kind{};
  std::uint32_t index = 0;
};
using InstanceIdx = Index<struct MergedInstanceTag>;

class Merger {
 public:
  /// Before the first `add`.
  [[nodiscard]] Item import_func(std::string module, std::string name, const core::FuncType& type);

  /// `imports` in the module's order; their types fit. `label` is put in front of the names of functions, if it is not empty.
  [[nodiscard]] Result<InstanceIdx> add(const core::ValidModule& module, std::span<const Item> imports, std::string_view label);
  /// An item of an instance, by its index there.
  [[nodiscard]] Item item(InstanceIdx instance, core::ExternKind kind, std::uint32_t index) const;
  [[nodiscard]] Item export_of(InstanceIdx instance, std::string_view name) const;

  [[nodiscard]] Result<void> export_(std::string name, Item item);
  void name_func(Item func, std::string name);
  /// Whether there is code to run when the module is instantiated.
  [[nodiscard]] bool has_start() const { return start_.size() != 0; }

  /// The module's bytes, without functions that nobody can call (lower/encode_used.h). What has to run is the start function, or with a name an export for the host to call first.
  [[nodiscard]] Result<Bytes> finish(std::string_view export_start_as) &&;

 private:
  using IndexMaps = component::shared::IndexMaps;
  struct Merged {
    core::ValidModule module;
    IndexMaps maps;
    component::shared::Rewriter rewriter;
    component::shared::GlobalValues values;  ///< of its globals, as far as they are numbers
    Merged(const core::ValidModule& m, IndexMaps in) : module(m), maps(std::move(in)), rewriter(maps) {}
    Merged(const Merged&) = delete;
    Merged& operator=(const Merged&) = delete;
  };

  Result<void> check_room(const core::Module& m) const;
  void bind(const core::Module& m, std::span<const Item> imports, IndexMaps& maps);
  void append(Merged& m, std::string_view label);
  void append_segments(Merged& m);
  core::Expr constant(Merged& m, const core::Expr& expr, core::ValType type);
  core::Expr integer(core::ValType type, std::uint64_t value);
  core::Expr keep(ByteWriter& code);
  void run_at_start(const core::Expr& offset, std::uint32_t count, core::Opcode init, core::Opcode drop, std::uint32_t segment, std::uint32_t target);
  std::uint32_t start_func();

  core::Module out_;
  core::TypeInterner types_;
  std::deque<Merged> instances_;
  std::deque<Bytes> owned_;                                ///< code that no instance's rewriter owns
  std::vector<std::optional<std::uint64_t>> global_values_;  ///< by the merged module's globals
  std::set<std::string> export_names_;
  ByteWriter start_;                                       ///< code to run at instantiation
  std::uint64_t bytes_ = 0;
};

}  // namespace wcomp::lower
