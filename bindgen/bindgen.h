// C++ and C bindings for a world: WIT in, source files out.
//
// Guests (`cpp`): one header for each interface; `<world>.h` for what the world imports itself; `<world>_exports.h` declares what the user
// writes; `<world>_impl.cpp` (and `.h`, if resources are exported) is a first version of that, made once; `<world>.cpp` is the glue to
// core imports and exports; `<world>_component_type.o` carries the WIT into the linked module; `wcomp_guest.h` is what all of it is
// written on. Guests in C (`c`): `<world>.h`, `<world>.c`, `<world>_impl.c` and the same object. Hosts (`cpp-host`): one header for each interface and `<world>_host.h`; they need the library's include folder.
//
// Both sides describe types by wcomp/abi_types.h, so the layout of values is computed by one set of templates; the signatures of core
// functions come from cabi::Shape. Left out so far: async functions, streams, futures, error contexts (`unsupported`):
// `async` functions will be coroutines that return a `wcomp::Async<T>`, streams and futures move-only ends with awaitable reads and writes, beside
// Own and Borrow in the support header.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "bindgen/cpp_model.h"

namespace wcomp::bindgen {

struct OutputFile {
  std::string name;
  std::string content;
  bool is_written_once = false;  ///< belongs to the user once it exists
};

enum class Language : std::uint8_t { cpp, c };

/// Files for these worlds, in a stable order; no two have the same name. Hosts are C++.
[[nodiscard]] Result<std::vector<OutputFile>> generate(const wit::Graph& graph, const std::vector<wit::WorldId>& worlds, Side side,
                                                       TypeOwnership ownership = TypeOwnership::borrowing, Language language = Language::cpp);

// The emitters.
[[nodiscard]] Result<std::vector<OutputFile>> emit_guest(const Model& model);
[[nodiscard]] Result<std::vector<OutputFile>> emit_c_guest(const Model& model);
[[nodiscard]] std::vector<OutputFile> emit_host(const Model& model);

/// The text of `wcomp_guest.h`: include/wcomp/guest.h and what it needs, in one file, with guest_result.h in the place of result.h (cmake/bindgen.cmake).
[[nodiscard]] std::string_view guest_support_header();

}  // namespace wcomp::bindgen
