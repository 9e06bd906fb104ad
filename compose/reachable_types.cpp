#include "compose/reachable_types.h"

#include <vector>

#include "component/def_val_type.h"

namespace wcomp::compose {

void for_each_type(const types::TypeArena& arena, const component::Entity& entity, std::set<types::TypeId>& seen, const std::function<void(types::TypeId)>& each) {
  std::vector<types::TypeId> waiting;
  const auto mention = [&](types::ValType t) {
    const types::TypeId* id = std::get_if<types::TypeId>(&t);
    if (id != nullptr && seen.insert(*id).second) waiting.push_back(*id);
  };
  if (const auto* func = std::get_if<component::FuncEntity>(&entity)) {
    for (const types::Param& p : func->type.params) mention(p.type);
    if (func->type.result) mention(*func->type.result);
  } else if (const auto* type = std::get_if<component::TypeEntity>(&entity)) {
    mention(type->type);
  }
  const component::TypeRefs parts{.value = [&](const types::ValType& t) -> Result<component::ValTypeRef> { mention(t); return component::ValTypeRef(types::Prim{}); },
                                  .resource = [&](types::TypeId t) -> Result<component::TypeIdx> { mention(t); return component::TypeIdx(); }};
  while (!waiting.empty()) {
    const types::TypeId id = waiting.back();
    waiting.pop_back();
    each(id);
    if (const auto* alias = std::get_if<types::AliasType>(&arena[id])) mention(alias->target);
    else (void)component::to_def_val_type(arena[id], parts);  // for its parts; fails for a resource, which has none
  }
}

}  // namespace wcomp::compose
