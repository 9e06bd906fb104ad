// Where things are in the docs: folders, pages, anchors.
#pragma once

#include <string>

#include "wit/graph.h"

namespace wcomp::wit {

/// The folder of a package: unlike any other's, and a plain file name whatever the package is called.
[[nodiscard]] std::string docs_folder(const PackageName& name);
/// `FOLDER/interface.NAME.html#type.NAME`; empty for a type of an inline interface or without an owner.
[[nodiscard]] std::string docs_address(const Graph& graph, TypeDeclId id);

}  // namespace wcomp::wit
