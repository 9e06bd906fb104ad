// Components from inside of the library.
#pragma once

#include "runtime/instance_impl.h"

namespace wcomp {

struct ComponentAccess {
  /// Plans it; without `parts` only if it needs none.
  static Result<Component> make(std::shared_ptr<EngineImpl> engine, std::string name, link::ComponentPart part, const link::HostParts* parts);
};

}  // namespace wcomp
