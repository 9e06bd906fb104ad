// A shared library as it was read: module, `dylink.0`, and its exports by name.
#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "component/shared_libraries/link.h"
#include "component/wit_codec.h"
#include "core/dylink.h"
#include "core/module.h"
#include "core/type_interner.h"

namespace wcomp::component::shared {

/// Functions that the linker calls, by the convention's names.
inline constexpr std::string_view apply_data_relocs = "__wasm_apply_data_relocs", call_ctors = "__wasm_call_ctors", initialize = "_initialize",
                                  program_start = "_start", library_tls_info = "__wasm_library_tls_info";

class Library {
 public:
  Library(std::string name, bool is_dl_openable, core::ValidModule module) : name(std::move(name)), is_dl_openable(is_dl_openable), valid(std::move(module)) {}

  std::string name;
  bool is_dl_openable;
  core::ValidModule valid;
  core::DylinkMemInfo info;
  std::vector<std::string> needed;
  std::unordered_map<std::string_view, std::uint32_t> export_flags;            ///< DylinkFlag bits; those of `dylink.0` that have any
  std::set<std::pair<std::string, std::string>, std::less<>> weak_imports;     ///< module and name
  std::unordered_map<std::string_view, const core::Export*> exports;
  std::optional<DecodedWorld> world;
  core::TypeIds types;  ///< ids of the program's types by the module's indices

  [[nodiscard]] const core::Module& module() const { return *valid; }
  [[nodiscard]] const core::Export* find(std::string_view name, core::ExternKind kind) const {
    const auto at = exports.find(name);
    return at == exports.end() || at->second->kind != kind ? nullptr : at->second;
  }
  /// Whether the program works without what the import names. Linkers say so of a symbol, as an import from `env` whatever it is.
  [[nodiscard]] bool is_weak(const core::Import& i) const { return weak_imports.contains({i.module, i.name}) || weak_imports.contains({"env", i.name}); }
  /// Where the library is in messages.
  [[nodiscard]] BinaryPos at(std::uint64_t offset = 0) const { return {.file = name, .path = {}, .offset = offset}; }
};

/// `dylink.0` and everything else, checked as far as one library alone can be.
[[nodiscard]] Result<Library> read_library(const SharedLibrary& library, core::TypeInterner& types);

}  // namespace wcomp::component::shared
