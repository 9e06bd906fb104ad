#include "component/componentize/world.h"

#include <algorithm>

#include "component/versions.h"

namespace wcomp::component {

namespace {

const wit::InterfaceId* interface_of(const wit::WorldItem& item) { return std::get_if<wit::InterfaceId>(&item.item); }

const wit::WorldItem* find(const std::map<std::string, const wit::WorldItem*, std::less<>>& names, std::string_view name) {
  const auto found = names.find(name);
  return found == names.end() ? nullptr : found->second;
}

}  // namespace

std::string standard_name(std::string_view name) { return compatible_key(name); }

World::World(DecodedWorld decoded, bool merges_versions) : decoded_(std::move(decoded)) {
  const wit::Graph& g = graph();
  import_side_ = side_of(world().imports);
  export_side_ = side_of(world().exports);
  std::map<std::string, const wit::WorldItem*> newest;  // by what is compatible
  for (const wit::WorldItem& item : world().imports) {
    if (const auto* t = std::get_if<wit::TypeDeclId>(&item.item)) add_resource(world_resources_, *t);
    const wit::InterfaceId* id = interface_of(item);
    if (id == nullptr) continue;
    if (!g.interfaces[*id].name) inline_imports_.emplace(*id, item.name);
    if (!merges_versions || g.interface_id_name(*id) != item.name) continue;
    const auto [at, is_new] = newest.try_emplace(compatible_key(item.name), &item);
    if (!is_new && is_older(at->second->name, item.name)) at->second = &item;
  }
  for (const wit::WorldItem& item : world().imports) {
    const wit::InterfaceId* id = interface_of(item);
    const bool is_versioned = id != nullptr && merges_versions && g.interface_id_name(*id) == item.name;
    const wit::WorldItem* stands = is_versioned ? newest.at(compatible_key(item.name)) : &item;
    if (stands == &item) {
      imports_.push_back(&item);
    } else {
      newest_.emplace(*id, *interface_of(*stands));
    }
  }
  for (const wit::WorldItem& item : world().exports) {
    if (const wit::InterfaceId* id = interface_of(item); id != nullptr && !g.interfaces[*id].name) inline_exports_.emplace(*id, item.name);
  }
}

World::Side World::side_of(const std::vector<wit::WorldItem>& items) const {
  Side out;
  for (const wit::WorldItem& item : items) {
    out.names.emplace(item.name, &item);
    if (interface_of(item) != nullptr) out.compatible.emplace(compatible_key(item.name), &item);
    if (const auto* f = std::get_if<wit::Function>(&item.item)) out.functions.emplace(f->abi_name, f);
  }
  return out;
}

/// In the standard scheme names have only as much of a version as makes a difference; in the legacy scheme a compatible version will do.
const wit::WorldItem* World::Side::find_interface(std::string_view name, NameScheme scheme) const {
  if (scheme == NameScheme::standard) return find(compatible, name);
  if (const wit::WorldItem* item = find(names, name)) return item;
  return split_version(name).version ? find(compatible, compatible_key(name)) : nullptr;
}

void World::add_resource(Resources& out, wit::TypeDeclId id) const {
  if (body_of(behind_aliases(decl(id))).is_resource) out.emplace(graph().type_decls[id].name, id);
}

const wit::WorldItem* World::find_import(std::string_view name) const { return find(import_side_.names, name); }
const wit::WorldItem* World::find_export(std::string_view name) const { return find(export_side_.names, name); }

const wit::Function* World::find_function(std::string_view abi_name, bool is_exported) const {
  const Functions& functions = is_exported ? export_side_.functions : import_side_.functions;
  const auto found = functions.find(abi_name);
  return found == functions.end() ? nullptr : found->second;
}

const wit::Function* World::find_function(wit::InterfaceId id, std::string_view abi_name) const {
  const auto [at, is_new] = functions_.try_emplace(id);
  if (is_new) {
    for (const wit::Function& f : graph().interfaces[id].functions) at->second.emplace(f.abi_name, &f);
  }
  const auto found = at->second.find(abi_name);
  return found == at->second.end() ? nullptr : found->second;
}

std::optional<Decl> World::find_resource(std::optional<wit::InterfaceId> interface, std::string_view name) const {
  const Resources* resources = &world_resources_;
  if (interface) {
    const auto [at, is_new] = resources_.try_emplace(*interface);
    if (is_new) {
      for (const wit::TypeDeclId id : graph().interfaces[*interface].types) add_resource(at->second, id);
    }
    resources = &at->second;
  }
  const auto found = resources->find(name);
  return found == resources->end() ? std::nullopt : std::optional(decl(found->second));
}

std::optional<Place> World::imported_interface(std::string_view name, NameScheme scheme) const {
  const wit::WorldItem* item = import_side_.find_interface(name, scheme);
  if (item == nullptr || interface_of(*item) == nullptr) return std::nullopt;
  const wit::InterfaceId id = *interface_of(*item);
  if (const auto found = newest_.find(id); found != newest_.end() && graph().interface_id_name(id) == item->name) {
    return Place{.name = graph().interface_id_name(found->second), .interface = found->second};
  }
  return Place{.name = item->name, .interface = id};
}

std::optional<Place> World::exported_interface(std::string_view name, NameScheme scheme) const {
  const wit::WorldItem* item = export_side_.find_interface(name, scheme);
  if (item == nullptr || interface_of(*item) == nullptr) return std::nullopt;
  return Place{.name = item->name, .interface = *interface_of(*item)};
}

std::optional<std::string> World::implements(const Place& place) const {
  if (!place.interface || !graph().interfaces[*place.interface].name) return std::nullopt;
  std::string name = graph().interface_id_name(*place.interface);
  if (name == place.name) return std::nullopt;
  return name;
}

std::string World::name_of(wit::InterfaceId id, const std::map<wit::InterfaceId, std::string>& inline_names) const {
  if (const auto found = inline_names.find(id); found != inline_names.end()) return found->second;
  return graph().interface_id_name(id);
}

World::Located World::locate_import(Decl decl, const Place& place) const {
  const auto* owner = std::get_if<wit::InterfaceId>(&decl->owner);
  if (owner == nullptr) return {.place = {}, .decl = decl};
  if (place.interface == *owner) return {.place = place, .decl = decl};
  if (const auto found = newest_.find(*owner); found != newest_.end()) {
    for (const wit::TypeDeclId id : graph().interfaces[found->second].types) {
      if (graph().type_decls[id].name != decl->name) continue;
      return {.place = {.name = graph().interface_id_name(found->second), .interface = found->second}, .decl = this->decl(id)};
    }
  }
  return {.place = {.name = name_of(*owner, inline_imports_), .interface = *owner}, .decl = decl};
}

std::optional<Place> World::locate_export(Decl decl, const Place& place) const {
  const auto* owner = std::get_if<wit::InterfaceId>(&decl->owner);
  if (owner == nullptr) return std::nullopt;
  if (place.interface == *owner) return place;
  std::string name = name_of(*owner, inline_exports_);
  const wit::WorldItem* item = find_export(name);
  if (item == nullptr || interface_of(*item) == nullptr || *interface_of(*item) != *owner) return std::nullopt;
  return Place{.name = std::move(name), .interface = *owner};
}

}  // namespace wcomp::component
