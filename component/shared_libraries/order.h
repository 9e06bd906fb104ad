// Which libraries a program is made of, and in which order they come.
#pragma once

#include "component/shared_libraries/symbols.h"

namespace wcomp::component::shared {

/// Whether componentize looks for an export of that name whatever the world is: functions of interfaces, of the Canonical ABI, of the program.
[[nodiscard]] bool is_component_export(std::string_view name);

/// By library: whether something outside of the libraries can get to it: an export of a component, a program's start, `dlopen`; all of them
/// if nothing gets anywhere.
[[nodiscard]] std::vector<bool> reached_libraries(std::span<const Library> libraries, const Bindings& bindings);

/// Those libraries, each after the ones it needs; libraries that need each other in the order given.
/// Error: `missing-import` with all needed libraries that are not there.
[[nodiscard]] Result<std::vector<std::vector<LibraryNumber>>> needed_libraries(std::span<const Library> libraries);
[[nodiscard]] std::vector<LibraryNumber> initialisation_order(const std::vector<std::vector<LibraryNumber>>& needed, const std::vector<bool>& is_reached);

}  // namespace wcomp::component::shared
