// Aliases, and items as they move between index spaces.
#include <fmt/format.h>

#include "base/article.h"
#include "base/diagnostic.h"
#include "base/match.h"
#include "component/matcher.h"
#include "link/planner.h"

namespace wcomp::link {

using namespace component;

namespace {

Err<Failure> wrong_sort(std::string_view name, Sort expected) {
  return fail(diag::invalid, fmt::format("`{}` is not {}", name, with_article(to_string(expected))));
}

/// `iface#func` for messages; just `func` at the root of a component.
std::string full_name(std::string_view instance, std::string_view name) {
  return instance.empty() ? std::string(name) : fmt::format("{}#{}", instance, name);
}

}  // namespace

Result<Item> Planner::item(const Frame& f, SortIdx s, std::string_view name) {
  switch (s.sort) {
    case Sort::func:
      return Item(f.funcs.at(s.index));
    case Sort::type:
      return Item(f.types.at(s.index));
    case Sort::instance:
      return Item(f.instances.at(s.index).item);
    case Sort::component:
      return Item(f.components.at(s.index));
    case Sort::core_module:
      return Item(f.core_modules.at(s.index));
    default:
      return fail(diag::unsupported, fmt::format("`{}` is {}, which is not supported here", name, with_article(to_string(s.sort))));
  }
}

Result<CoreRef> Planner::core_item(const Frame& f, SortIdx s) {
  switch (s.sort) {
    case Sort::core_func:
      return CoreRef(f.core_funcs.at(s.index));
    case Sort::core_table:
      return CoreRef(f.core_tables.at(s.index));
    case Sort::core_memory:
      return CoreRef(f.core_memories.at(s.index));
    case Sort::core_global:
      return CoreRef(f.core_globals.at(s.index));
    case Sort::core_tag:
      return CoreRef(f.core_tags.at(s.index));
    default:
      return fail(diag::unsupported, fmt::format("{} is not supported here", with_article(to_string(s.sort))));
  }
}

Result<void> Planner::push_core(Frame& f, Sort sort, CoreRef ref) {
  switch (sort) {
    case Sort::core_func:
      f.core_funcs.push_back(std::move(ref));
      return {};
    case Sort::core_table:
      f.core_tables.push_back(std::move(ref));
      return {};
    case Sort::core_memory:
      f.core_memories.push_back(std::move(ref));
      return {};
    case Sort::core_global:
      f.core_globals.push_back(std::move(ref));
      return {};
    case Sort::core_tag:
      f.core_tags.push_back(std::move(ref));
      return {};
    default:
      return fail(diag::unsupported, fmt::format("{} is not supported here", with_article(to_string(sort))));
  }
}

Result<CoreRef> Planner::core_export(const CoreInstanceItem& instance, const std::string& name) {
  if (const auto* slot = std::get_if<CoreInstanceSlot>(&instance)) {
    const ModuleSlot module = instance_modules_.at(slot->value);
    auto& exports = module_exports_[module.value];
    if (exports.empty()) {
      for (const core::Export& e : plan_.modules[module.value]->exports) exports.emplace(e.name, &e);
    }
    const auto found = exports.find(name);
    if (found == exports.end()) return fail(diag::missing_import, fmt::format("the core instance has no export `{}`", name));
    return CoreRef(CoreExportRef{*slot, name, found->second->kind, found->second->index});
  }
  const CoreBundle& bundle = *std::get<std::shared_ptr<const CoreBundle>>(instance);
  if (auto it = bundle.exports.find(name); it != bundle.exports.end()) return CoreRef(it->second);
  return fail(diag::missing_import, fmt::format("the core instance has no export `{}`", name));
}

Result<void> Planner::push(Frame& f, Sort sort, Item item, std::string_view name) {
  switch (sort) {
    case Sort::func: {
      auto* func = std::get_if<FuncItem>(&item);
      if (func == nullptr) return wrong_sort(name, sort);
      func->name = name;
      f.funcs.push_back(std::move(*func));
      return {};
    }
    case Sort::type: {
      auto* type = std::get_if<TypeItem>(&item);
      if (type == nullptr) return wrong_sort(name, sort);
      const std::size_t index = f.types.size();
      f.types.push_back(*type);
      return bind(f, f.scope->types.at(index), item);
    }
    case Sort::instance: {
      auto* inst = std::get_if<std::shared_ptr<const InstanceItem>>(&item);
      if (inst == nullptr) return wrong_sort(name, sort);
      const std::size_t index = f.instances.size();
      f.instances.push_back({.item = *inst, .name = std::string(name)});
      return bind(f, f.scope->instances.at(index), item);
    }
    case Sort::component: {
      auto* c = std::get_if<ComponentItem>(&item);
      if (c == nullptr) return wrong_sort(name, sort);
      f.components.push_back(*c);
      return {};
    }
    case Sort::core_module: {
      auto* m = std::get_if<ModuleItem>(&item);
      if (m == nullptr) return wrong_sort(name, sort);
      f.core_modules.push_back(*m);
      return {};
    }
    default:
      return fail(diag::unsupported, fmt::format("`{}` is {}, which is not supported here", name, with_article(to_string(sort))));
  }
}

Result<void> Planner::alias(Frame& f, const Alias& d) {
  return match(
      d,
      [&](const AliasExport& a) -> Result<void> {
        const NamedInstance& from = f.instances.at(a.instance.value);
        const Item* found = from.item->find(a.name);
        if (found == nullptr) return fail(diag::missing_export, fmt::format("the instance has no export `{}`", a.name));
        return push(f, a.sort, *found, a.sort == Sort::func ? full_name(from.name, a.name) : a.name);
      },
      [&](const AliasCoreExport& a) -> Result<void> {
        WCOMP_TRY(CoreRef ref, core_export(f.core_instances.at(a.instance.value), a.name));
        return push_core(f, a.sort, std::move(ref));
      },
      [&](const AliasOuter& a) -> Result<void> {
        const Frame* from = &f;
        for (std::uint32_t i = 0; i < a.count && from != nullptr; ++i) from = from->parent;
        if (from == nullptr) return fail(diag::index_out_of_range, fmt::format("there are not {} components around this one", a.count));
        if (a.sort == Sort::core_type) return {};
        WCOMP_TRY(Item i, item(*from, {a.sort, a.index}, "outer alias"));
        return push(f, a.sort, std::move(i), "outer alias");
      });
}

Result<void> Planner::bind(Frame& f, const Entity& entity, const Item& item) {
  WCOMP_TRY(spend(1));
  if (const auto* t = std::get_if<TypeEntity>(&entity)) {
    const auto* type = f.arena().get<types::ResourceType>(t->type);
    const auto* found = std::get_if<TypeItem>(&item);
    if (type == nullptr || found == nullptr || !found->resource) return {};
    f.resources.insert_or_assign(type->id, *found->resource);
    return {};
  }
  const auto* inst = std::get_if<std::shared_ptr<const InstanceType>>(&entity);
  const auto* found = std::get_if<std::shared_ptr<const InstanceItem>>(&item);
  if (inst == nullptr || found == nullptr) return {};
  for (const NamedEntity& e : (*inst)->exports) {
    const Item* i = (*found)->find(e.name);
    if (i == nullptr) return fail(diag::missing_export, fmt::format("the instance has no export `{}`", e.name));
    WCOMP_TRY(bind(f, e.type, *i));
  }
  return {};
}

Result<Item> Planner::host_item(Frame& f, const Entity& entity, const std::string& interface, const std::string& name) {
  WCOMP_TRY(spend(1));
  if (const auto* func = std::get_if<FuncEntity>(&entity)) {
    HostItem host{.interface = interface, .name = name, .type = &func->type};
    return Item(FuncItem{.origin = std::make_shared<const FuncOrigin>(std::move(host)), .name = full_name(interface, name)});
  }
  if (const auto* t = std::get_if<TypeEntity>(&entity)) {
    const auto* type = f.arena().get<types::ResourceType>(t->type);
    if (type == nullptr) return Item(TypeItem{});
    if (auto slot = TypeCopier::find_slot(f, type->id)) {
      plan_.equal_resources.push_back({.resource = *slot, .other = {.interface = interface, .name = name}});
      return Item(TypeItem{*slot});
    }
    const ResourceSlot slot = new_resource({.origin = HostResource{.interface = interface, .name = name}, .name = name});
    f.resources.emplace(type->id, slot);
    return Item(TypeItem{slot});
  }
  if (const auto* inst = std::get_if<std::shared_ptr<const InstanceType>>(&entity)) {
    auto made = std::make_shared<InstanceItem>();
    const std::string inner = name.empty() ? interface : interface.empty() ? name : fmt::format("{}/{}", interface, name);
    for (const NamedEntity& e : (*inst)->exports) {
      WCOMP_TRY(Item i, host_item(f, e.type, inner, e.name));
      made->add(e.name, std::move(i));
    }
    return Item(std::shared_ptr<const InstanceItem>(std::move(made)));
  }
  if (std::holds_alternative<std::shared_ptr<const DefTypeEntity>>(entity)) return Item(TypeItem{});
  if (const auto* module = std::get_if<std::shared_ptr<const ModuleType>>(&entity)) return host_module(f, **module, interface, name);
  if (std::holds_alternative<std::shared_ptr<const ComponentType>>(entity)) return host_component(f, entity, interface, name);
  return fail(diag::unsupported, fmt::format("the component imports the {} `{}`, which a host cannot provide yet", sort_name(entity), full_name(interface, name)));
}

}  // namespace wcomp::link
