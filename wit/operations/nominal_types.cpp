#include "wit/operations/nominal_types.h"

#include <unordered_map>
#include <unordered_set>

#include "wit/operations/elaborate.h"
#include "wit/operations/parts.h"

namespace wcomp::wit {

namespace {

/// What stands for what since interfaces were copied.
struct Copies {
  std::unordered_map<types::TypeId, types::TypeId> types;
  std::unordered_map<TypeDeclId, TypeDeclId> decls;
};

/// Copies one interface. What it uses of interfaces copied before it takes from their copies.
class InterfaceCopier {
 public:
  InterfaceCopier(Graph& graph, const Copies& before) : graph_(graph), before_(before) {}

  InterfaceId copy(InterfaceId original) {
    const InterfaceId id = graph_.interfaces.add(graph_.interfaces[original]);
    Interface made = graph_.interfaces[id];
    for (TypeDeclId& t : made.types) t = copy_decl(t, id);
    for (Function& f : made.functions) {
      f.type = with_parts(std::move(f.type), [&](types::TypeId t) { return mapped(t); });
      if (f.resource) f.resource = mapped(*f.resource);
    }
    made.clone_of = original;
    graph_.interfaces[id] = std::move(made);
    return id;
  }

  [[nodiscard]] Copies take() { return std::move(own_); }

 private:
  TypeDeclId copy_decl(TypeDeclId original, InterfaceId owner) {
    TypeDecl decl = graph_.type_decls[original];
    const types::TypeId type = copy_type(decl.type);
    decl.type = type;
    decl.owner = owner;
    if (decl.alias_of) decl.alias_of = mapped(*decl.alias_of);
    const TypeDeclId made = graph_.type_decls.add(std::move(decl));
    graph_.decl_of_type.emplace(type, made);
    own_.decls.emplace(original, made);
    return made;
  }

  /// The copy of `original`, whose parts come before it.
  types::TypeId copy_type(types::TypeId original) {
    types::TypeDef def = with_parts(graph_.types[original], [&](types::TypeId t) { return mapped(t); });
    if (std::holds_alternative<types::ResourceType>(def)) def = types::ResourceType{graph_.types.new_resource()};
    const types::TypeId made = graph_.types.add(std::move(def));
    own_.types.emplace(original, made);
    if (const auto known = graph_.anonymous_stability.find(original); known != graph_.anonymous_stability.end()) {
      const Stability stability = known->second;
      graph_.anonymous_stability.emplace(made, stability);
    }
    return made;
  }

  types::TypeId mapped(types::TypeId t) {
    if (const auto known = own_.types.find(t); known != own_.types.end()) return known->second;
    if (const auto known = before_.types.find(t); known != before_.types.end()) return known->second;
    return graph_.decl_of_type.contains(t) ? t : copy_type(t);  // without a name, so nested no deeper than the input wrote it
  }
  [[nodiscard]] TypeDeclId mapped(TypeDeclId d) const {
    if (const auto known = own_.decls.find(d); known != own_.decls.end()) return known->second;
    const auto known = before_.decls.find(d);
    return known == before_.decls.end() ? d : known->second;
  }

  Graph& graph_;
  const Copies& before_;
  Copies own_;
};

class Nominal {
 public:
  Nominal(Graph& graph, WorldId world) : graph_(graph), world_(world) {}

  void run() {
    items(graph_.worlds[world_].imports);
    copies_ = {};
    items(graph_.worlds[world_].exports);
  }

 private:
  /// One direction.
  void items(std::vector<WorldItem>& list) {
    std::unordered_map<InterfaceId, std::vector<WorldItem*>> under_other_names;
    std::unordered_set<InterfaceId> under_own;
    std::vector<WorldItem*> rest;
    for (const WorldItem& item : list) {
      if (is_under_own_name(graph_, item)) under_own.insert(std::get<InterfaceId>(item.item));
    }
    for (WorldItem& item : list) {
      const auto* id = std::get_if<InterfaceId>(&item.item);
      if (id == nullptr || is_under_own_name(graph_, item)) continue;
      if (under_own.contains(*id)) under_other_names[*id].push_back(&item);
      else rest.push_back(&item);
    }
    for (WorldItem& item : list) {
      if (!is_under_own_name(graph_, item)) continue;
      const InterfaceId id = std::get<InterfaceId>(item.item);
      if (const auto others = under_other_names.find(id); others != under_other_names.end()) {
        for (WorldItem* other : others->second) replace(*other);
      }
      if (!seen_.insert(id).second || uses_replaced(id)) replace_for_all(item);
    }
    for (WorldItem* item : rest) {
      const InterfaceId id = std::get<InterfaceId>(item->item);
      if (!seen_.insert(id).second || uses_replaced(id)) replace(*item);
    }
  }

  [[nodiscard]] bool uses_replaced(InterfaceId id) const {
    for (const TypeDeclId t : graph_.interfaces[id].types) {
      const TypeDecl& decl = graph_.type_decls[t];
      if (decl.is_use && decl.alias_of && copies_.decls.contains(*decl.alias_of)) return true;
    }
    return false;
  }
  void replace(WorldItem& item) { item.item = InterfaceCopier(graph_, copies_).copy(std::get<InterfaceId>(item.item)); }
  /// Others use the interface from here.
  void replace_for_all(WorldItem& item) {
    InterfaceCopier copier(graph_, copies_);
    item.item = copier.copy(std::get<InterfaceId>(item.item));
    Copies made = copier.take();
    copies_.types.merge(made.types);
    copies_.decls.merge(made.decls);
  }

  Graph& graph_;
  WorldId world_;
  std::unordered_set<InterfaceId> seen_;
  Copies copies_;  ///< of interfaces under their own names, in this direction
};

}  // namespace

Graph generate_nominal_types(Graph graph, WorldId world) {
  Nominal(graph, world).run();
  return graph;
}

}  // namespace wcomp::wit
