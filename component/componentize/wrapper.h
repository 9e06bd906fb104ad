// The component around core modules that have been read: what componentize writes.
#pragma once

#include "component/componentize.h"
#include "component/validate.h"
#include "component/componentize/module_use.h"

namespace wcomp::component {

/// A core module with what it was found to be for.
struct WrappedModule {
  ModuleInput input;
  ModuleUse use;
  Bytes bytes;                  ///< of the main module one with the same imports and exports, which the caller replaces
  StringEncoding encoding = StringEncoding::utf8;
};

/// The component before and after the main module, which is where the caller puts it: as a section of its own between the two.
struct WrappedComponent {
  Bytes before, after;
};

/// Errors are those of validating the component, which names of imports and exports may lead to.
/// `modules`: the main module, then the others in the order in which they are instantiated.
[[nodiscard]] Result<WrappedComponent> wrap(const World& world, const std::vector<WrappedModule>& modules, const ComponentizeOptions& options);

}  // namespace wcomp::component
