// What each import of each library is. The rules are in link.h.
#pragma once

#include <array>
#include <span>
#include <variant>

#include "component/shared_libraries/library.h"

namespace wcomp::component::shared {

enum class LinkerSymbol : std::uint8_t {
#define WCOMP_LINKER_SYMBOL(field, name, module, kind) field,
#include "component/shared_libraries/symbols.def"
#undef WCOMP_LINKER_SYMBOL
};
enum class LinkerSymbolModule : std::uint8_t { env, got_mem };
enum class LinkerSymbolKind : std::uint8_t { memory, table, address, variable, thread, context };
struct LinkerSymbolRow {
  LinkerSymbol symbol;
  std::string_view name;
  LinkerSymbolModule module;
  LinkerSymbolKind kind;
};
inline constexpr auto linker_symbol_rows = std::to_array<LinkerSymbolRow>({
#define WCOMP_LINKER_SYMBOL(field, name, module, kind) {LinkerSymbol::field, name, LinkerSymbolModule::module, LinkerSymbolKind::kind},
#include "component/shared_libraries/symbols.def"
#undef WCOMP_LINKER_SYMBOL
});

inline constexpr std::string_view env_module = "env", got_mem_module = "GOT.mem", got_func_module = "GOT.func", root_module = "$root";

using LibraryNumber = std::size_t;  ///< position among the libraries as they were given

// Where a function comes from. Two are the same function when they compare equal.
/// One that a library defines, by its index there.
struct DefinedFunc {
  LibraryNumber library = 0;
  std::uint32_t func = 0;
  auto operator<=>(const DefinedFunc&) const = default;
};
/// One that stays an import of the merged module.
struct OutsideFunc {
  std::string module, name;
  std::uint32_t type = 0;
  auto operator<=>(const OutsideFunc&) const = default;
};
/// One that the linker writes; `library` is whose thread-local storage it is about.
struct ThreadFunc {
  LinkerSymbol symbol{};
  LibraryNumber library = 0;
  auto operator<=>(const ThreadFunc&) const = default;
};
/// One that nobody has and that traps.
struct StubFunc {
  std::string name;
  std::uint32_t type = 0;
  auto operator<=>(const StubFunc&) const = default;
};
using FuncSource = std::variant<DefinedFunc, OutsideFunc, ThreadFunc, StubFunc>;

// What an import that is no function is.
/// `GOT.mem`: an exported global of the library has the offset.
struct DataAddress {
  LibraryNumber library = 0;
  const core::Export* symbol = nullptr;
};
/// `GOT.func`
struct FuncAddress {
  FuncSource func;
};
/// The address of something weak that is not there: 0.
struct NullAddress {};
/// A global that a library defines, by its index there.
struct LibraryGlobal {
  LibraryNumber library = 0;
  std::uint32_t global = 0;
};
struct LibraryTag {
  LibraryNumber library = 0;
  std::uint32_t tag = 0;
};
struct Missing {};
using Binding = std::variant<std::monostate, FuncSource, LinkerSymbol, DataAddress, FuncAddress, NullAddress, LibraryGlobal, LibraryTag, Missing>;

struct Bindings {
  std::vector<std::vector<Binding>> imports;  ///< by library, by position among its imports
  std::vector<std::array<std::vector<std::uint32_t>, 5>> import_at;  ///< by library, kind and index: the position of that import

  /// A function of a library, by its index there.
  [[nodiscard]] FuncSource func(const Library& of, LibraryNumber library, std::uint32_t index) const;
};

/// Errors: `missing-import` with all symbols that nobody has, `import-mismatch`, `unsupported`.
[[nodiscard]] Result<Bindings> bind_symbols(std::span<const Library> libraries, core::TypeInterner& types, bool stub_missing_functions);

/// The libraries that a binding makes one depend on.
[[nodiscard]] std::optional<LibraryNumber> library_of(const Binding& b);

}  // namespace wcomp::component::shared
