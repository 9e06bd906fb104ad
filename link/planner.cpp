#include "link/planner.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"

namespace wcomp::link {

using namespace component;

namespace {

// A component of a few bytes can ask for exponentially many instances of another; these bound what a plan may cost.
constexpr std::size_t max_component_instances = 10'000;
constexpr std::uint64_t max_work = 16'000'000;

/// Instances nested in each other at most this deep (the instantiation of a component recurses).
constexpr std::size_t max_instance_depth = 100;

}  // namespace

Result<Plan> plan(const ValidComponent& component, const HostParts& parts) {
  return plan(ComponentPart{.owner = component, .scope = &component.scope(), .closure = nullptr, .parent = nullptr}, parts);
}
Result<Plan> plan(const ComponentPart& component, const HostParts& parts) { return Planner(parts).run(component); }

Result<Plan> Planner::run(const ComponentPart& component) {
  const std::string& name = component.scope->component->name;
  WCOMP_TRY(Frame * root, instantiate(keep(component), nullptr, nullptr, name.empty() ? "component" : name));
  WCOMP_TRY(root_exports(*root));
  if (plan_.exported_components.empty()) return std::move(plan_);
  // Frames keep their addresses.
  const auto closure = std::make_shared<const Closure>(Closure{.frames = std::move(frames_), .owners = std::move(owners_), .outer = std::move(outer_)});
  for (ExportedComponent& e : plan_.exported_components) e.component.closure = closure;
  return std::move(plan_);
}

ComponentItem Planner::keep(const ComponentPart& part) {
  owners_.push_back(part.owner);
  if (part.closure != nullptr) outer_.push_back(part.closure);
  return {.scope = part.scope, .parent = part.parent, .owner = &owners_.back()};
}

ModuleSlot Planner::slot_of(const core::ValidModule& module) {
  auto [it, is_new] = module_slots_.try_emplace(&*module, ModuleSlot(plan_.modules.size()));
  if (is_new) plan_.modules.push_back(module);
  return it->second;
}

Result<void> Planner::spend(std::uint64_t work) {
  work_ += work;
  if (work_ > max_work) return fail(diag::limit_exceeded, "instantiating the component takes too many steps");
  return {};
}

ResourceSlot Planner::new_resource(Resource r) {
  plan_.resources.push_back(std::move(r));
  return ResourceSlot(plan_.resources.size() - 1);
}

Result<Frame*> Planner::instantiate(const ComponentItem& component, const Frame* instantiator, const Args* args, std::string path) {
  if (plan_.component_instances.size() >= max_component_instances) {
    return fail(diag::limit_exceeded, fmt::format("the component makes more than {} component instances", max_component_instances));
  }
  Frame& f = frames_.emplace_back();
  f.scope = component.scope;
  f.parent = component.parent;
  f.owner = component.owner;
  f.instance = ComponentInstanceSlot(plan_.component_instances.size());
  f.depth = instantiator == nullptr ? 0 : instantiator->depth + 1;
  if (f.depth > max_instance_depth)
    return fail(diag::limit_exceeded, fmt::format("component instances are nested deeper than {}", max_instance_depth));
  plan_.component_instances.push_back(
      {.parent = instantiator == nullptr ? std::nullopt : std::optional(instantiator->instance), .path = std::move(path)});
  for (const Definition& d : component.scope->component->definitions) {
    WCOMP_TRY(spend(1));
    if (auto done = define(f, d, args); !done) return Err(at(f, d, std::move(done).error()));
  }
  return &f;
}

Failure Planner::at(const Frame& f, const Definition& definition, Failure failure) const {
  for (Diagnostic& d : failure.diagnostics()) {
    if (std::holds_alternative<std::monostate>(d.location)) d.location = BinaryPos{.file = {}, .path = plan_.component_instances[f.instance.value].path, .offset = definition.offset};
  }
  return failure;
}

Result<void> Planner::define(Frame& f, const Definition& definition, const Args* args) {
  return match(
      definition.item,
      [&](const CoreModuleDef&) -> Result<void> {
        const std::size_t i = f.core_modules.size();
        const auto& body = f.scope->core_module_bodies.at(i);
        WCOMP_CHECK(body.has_value());
        f.core_modules.push_back({*body});
        return {};
      },
      [&](const CoreInstance& d) { return core_instance(f, d); }, [&](const CoreDefType&) -> Result<void> { return {}; },
      [&](const std::shared_ptr<const Component>&) -> Result<void> {
        f.components.push_back({.scope = f.scope->component_scopes.at(f.components.size()).get(), .parent = &f, .owner = f.owner});
        return {};
      },
      [&](const Instance& d) { return instance(f, d); }, [&](const Alias& d) { return alias(f, d); },
      [&](const DefType& d) { return define_type(f, d); }, [&](const Canon& d) { return canon(f, d); },
      [&](const Import& d) { return import(f, d, args); }, [&](const Export& d) { return export_(f, d); },
      [&](const CustomSection&) -> Result<void> { return {}; },
      [&](const component::Start&) -> Result<void> { return fail(diag::unsupported, "start functions of components cannot be run"); },
      [&](const component::ValueDef&) -> Result<void> { return fail(diag::unsupported, "values of components cannot be used"); });
}

Result<void> Planner::core_instance(Frame& f, const CoreInstance& d) {
  if (const auto* bundle = std::get_if<CoreInlineExports>(&d)) {
    auto made = std::make_shared<CoreBundle>();
    for (const auto& [name, s] : bundle->exports) {
      WCOMP_TRY(spend(1));
      WCOMP_TRY(CoreRef ref, core_item(f, s));
      made->exports.emplace(name, std::move(ref));
    }
    f.core_instances.emplace_back(std::shared_ptr<const CoreBundle>(std::move(made)));
    return {};
  }
  const auto& inst = std::get<CoreInstantiate>(d);
  const ModuleSlot module = slot_of(f.core_modules.at(inst.module.value).module);
  const core::Module& m = *plan_.modules[module.value];
  InstantiateModule step{.module = module, .imports = {}, .name = plan_.component_instances[f.instance.value].path};
  if (!m.names.module.empty()) step.name += fmt::format(" > {}", m.names.module);
  const std::unordered_map<std::string, CoreInstanceIdx> args(inst.args.begin(), inst.args.end());
  WCOMP_TRY(spend(inst.args.size()));
  for (const core::Import& imp : m.imports) {
    WCOMP_TRY(spend(1));
    const auto arg = args.find(imp.module);
    if (arg == args.end())
      return fail(diag::missing_import, fmt::format("nothing is given for the core module's import `{}` `{}`", imp.module, imp.name));
    WCOMP_TRY(CoreRef ref, core_export(f.core_instances.at(arg->second.value), imp.name));
    step.imports.push_back(std::move(ref));
  }
  plan_.steps.emplace_back(std::move(step));
  instance_modules_.push_back(module);
  f.core_instances.emplace_back(CoreInstanceSlot(plan_.core_instances++));
  return {};
}

Result<void> Planner::instance(Frame& f, const Instance& d) {
  const std::size_t index = f.instances.size();
  std::shared_ptr<const InstanceItem> made;
  if (const auto* bundle = std::get_if<InlineExports>(&d)) {
    auto item_made = std::make_shared<InstanceItem>();
    for (const auto& [name, s] : bundle->exports) {
      WCOMP_TRY(spend(1));
      WCOMP_TRY(Item i, item(f, s, name));
      item_made->add(name, std::move(i));
    }
    made = std::move(item_made);
  } else {
    const auto& inst = std::get<Instantiate>(d);
    const ComponentItem component = f.components.at(inst.component.value);
    Args args;
    for (const auto& [name, s] : inst.args) {
      WCOMP_TRY(spend(1));
      WCOMP_TRY(Item i, item(f, s, name));
      args.emplace(name, std::move(i));
    }
    const std::string& name = component.scope->component->name;
    std::string path = fmt::format("{} > {}", plan_.component_instances[f.instance.value].path,
                                   name.empty() ? fmt::format("component#{}", inst.component.value) : name);
    WCOMP_TRY(Frame * child, instantiate(component, &f, &args, std::move(path)));
    made = std::make_shared<const InstanceItem>(child->exports);
  }
  f.instances.push_back({.item = made, .name = {}});
  return bind(f, f.scope->instances.at(index), made);
}

Result<void> Planner::import(Frame& f, const Import& d, const Args* args) {
  if (args != nullptr) {
    if (const auto arg = args->find(d.name); arg != args->end()) return push(f, d.desc.sort, arg->second, d.name);
    return fail(diag::missing_import, fmt::format("nothing is given for the import `{}`", d.name));
  }
  plan_.import_names.push_back(d.name);
  std::optional<Entity> entity;
  switch (d.desc.sort) {
    case Sort::func:
      entity = FuncEntity{};
      break;
    case Sort::type:
      entity = f.scope->types.at(f.types.size());
      break;
    case Sort::instance:
      entity = f.scope->instances.at(f.instances.size());
      break;
    case Sort::core_module:
      entity = f.scope->core_modules.at(f.core_modules.size());
      break;
    case Sort::component:
      entity = f.scope->components.at(f.components.size());
      break;
    default:
      return fail(diag::unsupported,
                  fmt::format("the component imports the {} `{}`, which a host cannot provide yet", to_string(d.desc.sort), d.name));
  }
  if (d.desc.sort == Sort::func) {
    HostItem host{.interface = {}, .name = d.name, .type = &f.scope->funcs.at(f.funcs.size())};
    return push(f, Sort::func, FuncItem{.origin = std::make_shared<const FuncOrigin>(std::move(host)), .name = d.name}, d.name);
  }
  if (d.desc.sort == Sort::type && !std::holds_alternative<TypeEntity>(*entity)) return push(f, Sort::type, TypeItem{}, d.name);
  const bool is_instance = d.desc.sort == Sort::instance;
  WCOMP_TRY(Item i, host_item(f, *entity, is_instance ? d.name : "", is_instance ? "" : d.name));
  return push(f, d.desc.sort, std::move(i), d.name);
}

Result<void> Planner::export_(Frame& f, const Export& d) {
  WCOMP_TRY(Item i, item(f, d.item, d.name));
  if (const auto* t = std::get_if<TypeItem>(&i); t != nullptr && t->resource) {
    Resource& r = plan_.resources[t->resource->value];
    if (r.name.empty()) r.name = d.name;
  }
  if (f.instance.value == 0) plan_.export_names.push_back(d.name);
  f.exports.add(d.name, i);
  return push(f, d.item.sort, std::move(i), d.name);
}

Result<void> Planner::define_type(Frame& f, const DefType& d) {
  const std::size_t index = f.types.size();
  TypeItem item;
  const auto* entity = std::get_if<TypeEntity>(&f.scope->types.at(index));
  const auto* type = entity == nullptr ? nullptr : f.arena().get<types::ResourceType>(entity->type);
  if (const auto* r = std::get_if<ResourceTypeRef>(&d)) {
    WCOMP_CHECK(type != nullptr);
    if (r->rep != core::ValType::i32) return fail(diag::unsupported, "a resource whose representation is not i32 cannot be used yet");
    GuestResource guest{.instance = f.instance, .dtor = {}};
    if (r->dtor) guest.dtor = f.core_funcs.at(r->dtor->value);
    item.resource = new_resource({.origin = std::move(guest), .name = {}});
    plan_.steps.emplace_back(DefineResource{*item.resource});
    f.resources.insert_or_assign(type->id, *item.resource);
  } else if (type != nullptr) {
    item.resource = TypeCopier::find_slot(f, type->id);
  }
  f.types.push_back(item);
  return {};
}

Result<ResourceSlot> Planner::resource_of(const Frame& f, component::TypeIdx type) {
  if (const auto slot = f.types.at(type.value).resource) return *slot;
  return fail(diag::invalid, fmt::format("type {} is not a resource", type.value));
}

Result<void> Planner::canon(Frame& f, const Canon& d) {
  auto built_in = [&](auto step, component::TypeIdx type) -> Result<void> {
    WCOMP_TRY(step.resource, resource_of(f, type));
    step.func = new_core_func();
    step.instance = f.instance;
    f.core_funcs.emplace_back(step.func);
    plan_.steps.emplace_back(step);
    return {};
  };
  return match(
      d, [&](const CanonLift& c) { return lift(f, c); }, [&](const CanonLower& c) { return lower(f, c); },
      [&](const CanonResourceNew& c) { return built_in(ResourceNew{}, c.resource); },
      [&](const CanonResourceDrop& c) { return built_in(ResourceDrop{}, c.resource); },
      [&](const CanonResourceRep& c) { return built_in(ResourceRep{}, c.resource); },
      [&](const component::CanonBuiltIn& c) -> Result<void> {
        using enum component::BuiltIn;
        if (c.built_in == error_context_new || c.built_in == error_context_debug_message || c.built_in == error_context_drop) {
          std::optional<core::MemType> memory_type;
          ErrorContext step{.func = new_core_func(), .built_in = c.built_in, .opts = options(f, c.opts, memory_type)};
          f.core_funcs.emplace_back(step.func);
          plan_.steps.emplace_back(std::move(step));
          return {};
        }
        return fail(diag::unsupported, fmt::format("`canon {}` cannot be run yet", component::row_of(c.built_in).text));
      });
}

}  // namespace wcomp::link
