// Which entries of a type arena an item mentions, at any depth.
#pragma once

#include <functional>
#include <set>

#include "component/validate.h"

namespace wcomp::compose {

/// Calls `each` for every entry behind `entity` that is not in `seen` yet, resources included, and puts it there. Instances, components and
/// modules inside of instances are left out: interfaces have none.
void for_each_type(const types::TypeArena& arena, const component::Entity& entity, std::set<types::TypeId>& seen, const std::function<void(types::TypeId)>& each);

}  // namespace wcomp::compose
