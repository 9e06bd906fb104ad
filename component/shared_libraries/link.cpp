#include "component/shared_libraries/link.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/in_file.h"
#include "component/shared_libraries/libdl.h"
#include "component/shared_libraries/merge.h"
#include "component/shared_libraries/order.h"

namespace wcomp::component {

Result<SharedLinkResult> link_shared_libraries(const std::vector<SharedLibrary>& given, const SharedLinkOptions& options) {
  using namespace shared;
  core::TypeInterner types;
  std::vector<Library> libraries;
  const auto read = [&](const SharedLibrary& one) -> Result<void> {
    auto library = read_library(one, types);
    if (!library) return Err(in_file(std::move(library).error(), one.name));
    libraries.push_back(*std::move(library));
    return {};
  };
  for (const SharedLibrary& one : given) WCOMP_TRY(read(one));
  if (options.use_built_in_libdl) {
    WCOMP_TRY(read({.name = std::string(libdl_name), .bytes = std::make_shared<const Bytes>(libdl_module.begin(), libdl_module.end())}));
  }
  WCOMP_TRY(const auto needed, needed_libraries(libraries));
  WCOMP_TRY(const Bindings bindings, bind_symbols(libraries, types, options.stub_missing_functions));
  const std::vector<bool> is_reached = reached_libraries(libraries, bindings);
  const std::vector<LibraryNumber> order = initialisation_order(needed, is_reached);
  WCOMP_TRY(const Layout layout, lay_out(libraries, bindings, order, options.stack_size));
  SharedLinkResult out;
  for (LibraryNumber l = 0; l < given.size(); ++l) {
    if (!is_reached[l]) out.unused.push_back(given[l].name);
  }
  WCOMP_TRY(out.module, merge({.libraries = libraries, .bindings = bindings, .order = order, .layout = layout, .types = types}));
  return out;
}

}  // namespace wcomp::component
