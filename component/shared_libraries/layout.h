// Where everything lies in the one memory and the one table. The order is in link.h.
#pragma once

#include "component/shared_libraries/symbols.h"

namespace wcomp::component::shared {


struct Layout {
  std::uint32_t stack_size = 0;  ///< the stack is from 0 to there, and grows down
  std::vector<std::uint32_t> memory_base, table_base;  ///< by library; 0 for those that are not reached
  std::uint32_t heap_base = 0;
  std::uint64_t heap_end = 0;    ///< the memory's end
  std::uint32_t first_slot = 0;  ///< slots from here on are those of `slot_funcs`
  std::vector<FuncSource> slot_funcs;
  std::uint32_t libdl_libraries = 0;       ///< address of the structure that `dlopen` looks into
  std::uint32_t main_tls_bases = 0;        ///< address of an array of what each library's thread-local base is
  std::vector<std::uint32_t> tls_slot;     ///< by library: its place in that array, or `no_tls_slot`
  bool has_threads = false;                ///< the array is one of each thread, and its address in the thread's context
  std::uint32_t program_tls_info = 0;      ///< address of the structure that libc reads

  /// What the linker writes into the memory.
  struct Contents {
    std::uint32_t address = 0;
    Bytes bytes;
  };
  std::vector<Contents> contents;
  /// By library and global index: values that are known. An i32 has its upper half 0.
  std::vector<std::vector<std::optional<std::uint64_t>>> globals;

  std::map<FuncSource, std::uint32_t> slots;  ///< of all functions that have one

  static constexpr std::uint32_t no_tls_slot = ~std::uint32_t{0};
  /// Value of a row of kind `address` for a library.
  [[nodiscard]] std::uint32_t address(LinkerSymbol s, LibraryNumber library) const;
  [[nodiscard]] std::uint32_t table_size() const { return first_slot + static_cast<std::uint32_t>(slot_funcs.size()); }
};

/// `order`: the libraries that are reached. Errors: `limit-exceeded` when the memory or the table is too small for them, `invalid` for a symbol
/// whose address is not known before the program runs.
[[nodiscard]] Result<Layout> lay_out(std::span<const Library> libraries, const Bindings& bindings, const std::vector<LibraryNumber>& order, std::uint32_t stack_size);

/// Address of a library's exported variable.
[[nodiscard]] Result<std::uint32_t> data_address(const Layout& layout, const Library& library, LibraryNumber number, const core::Export& symbol);

}  // namespace wcomp::component::shared
