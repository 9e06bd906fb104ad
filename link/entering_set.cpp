// Apart from the planner, for instances ask for it at every call that enters one.
#include "link/plan.h"

namespace wcomp::link {

std::vector<ComponentInstanceSlot> entering_set(const Plan& plan, std::optional<ComponentInstanceSlot> caller, ComponentInstanceSlot callee) {
  std::vector<ComponentInstanceSlot> out;
  auto parent = [&](ComponentInstanceSlot i) { return plan.component_instances[i.value].parent; };
  for (std::optional<ComponentInstanceSlot> i = callee; i; i = parent(*i)) {
    bool is_entered = false;
    for (std::optional<ComponentInstanceSlot> c = caller; c && !is_entered; c = parent(*c)) is_entered = *c == *i;
    if (is_entered) break;
    out.push_back(*i);
  }
  return out;
}

}  // namespace wcomp::link
