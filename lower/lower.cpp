#include "lower/lower.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "base/text.h"
#include "component/wit_codec.h"
#include "core/feature_list.h"
#include "lower/lowering.h"

namespace wcomp::lower {

namespace {

using core::ExternKind;
using core::ValType;

/// What the world exports has to be among the exports: an import that is handed through is not.
Result<void> check_exports(const component::DecodedWorld& decoded, const core::Module& module) {
  std::set<std::string_view> names;
  for (const core::Export& e : module.exports) names.insert(e.name);
  const auto check = [&](const std::string& name) -> Result<void> {
    if (names.contains(name)) return {};
    return fail(diag::unsupported, fmt::format("`{}` cannot be lowered: the component exports a function that it imports, so there is no code for it", escape(name)));
  };
  for (const wit::WorldItem& item : decoded.graph.worlds[decoded.world].exports) {
    if (const auto* f = std::get_if<wit::Function>(&item.item)) WCOMP_TRY(check(f->abi_name));
    if (const auto* i = std::get_if<wit::InterfaceId>(&item.item)) {
      for (const wit::Function& f : decoded.graph.interfaces[*i].functions) WCOMP_TRY(check(fmt::format("{}#{}", item.name, f.abi_name)));
    }
  }
  return {};
}

Err<Failure> refuse_wide() {
  return fail(diag::unsupported, "the component passes values in a 64-bit memory, and what a lowered module imports and exports has 32-bit addresses");
}

}  // namespace

Result<Bytes> lower(const component::ValidComponent& component) {
  WCOMP_TRY(const link::Plan plan, link::plan(component));
  const auto refuse_part = [](const std::string& name, std::string_view what) {
    return fail(diag::unsupported, fmt::format("`{}` cannot be lowered: the component exports a {}, which a core module cannot", escape(name), what));
  };
  if (!plan.exported_modules.empty()) return refuse_part(plan.exported_modules.front().name, "core module");
  if (!plan.exported_components.empty()) return refuse_part(plan.exported_components.front().name, "component");
  const auto is_wide = [](const link::Options& o) { return o.ptr == ValType::i64; };
  for (const link::Step& s : plan.steps) {
    const auto* adapter = std::get_if<link::MakeAdapter>(&s);
    const auto* import = std::get_if<link::LowerImport>(&s);
    if ((adapter != nullptr && (is_wide(adapter->lower) || is_wide(adapter->lift))) || (import != nullptr && is_wide(import->opts))) return refuse_wide();
  }
  for (const auto& [name, item] : plan.exports) {
    const auto* func = std::get_if<link::LiftedFunc>(&item);
    const auto* instance = std::get_if<link::ExportedInstance>(&item);
    if (func != nullptr && is_wide(func->opts)) return refuse_wide();
    if (instance != nullptr && std::ranges::any_of(instance->funcs, [&](const auto& f) { return is_wide(f.second.opts); })) return refuse_wide();
  }
  WCOMP_TRY(Bytes bytes, Lowering(plan).run());
  core::Features features;
  WCOMP_TRY(core::apply_features("all", features));
  WCOMP_TRY(core::Module module, core::decode(bytes));
  WCOMP_TRY(const core::ValidModule valid, core::validate(std::move(module), features));
  // A component need not have a world: its names and types may be none of WIT.
  const auto world = component::world_of_component(component);
  if (!world) return bytes;
  WCOMP_TRY(check_exports(*world, *valid));
  WCOMP_TRY(const Bytes payload, component::encode_component_type(world->graph, world->world));
  return component::embed_component_type(bytes, world->graph.worlds[world->world].name, payload);
}

Result<Bytes> Lowering::run() {
  for (const link::Step& s : plan_.steps) {
    const auto* i = std::get_if<link::InstantiateModule>(&s);
    has_exceptions_ = has_exceptions_ || (i != nullptr && !plan_.modules[i->module.value]->tags.empty());
  }
  WCOMP_TRY(import_from_host());
  WCOMP_TRY(host_modules());
  core_funcs_.resize(plan_.core_funcs);
  for (const link::Step& s : plan_.steps) WCOMP_TRY(step(s));
  WCOMP_TRY(exports());
  const bool has_host_functions = !imports_.empty();
  return std::move(merger_).finish(has_host_functions ? "_initialize" : "");
}

void Lowering::import_func(const std::string& module, const std::string& name, const core::FuncType& type) {
  if (!imports_.contains({module, name})) imports_.emplace(std::pair(module, name), merger_.import_func(module, name, type));
}

// Imports come first in a module's index spaces, so all of them are found before anything else.
Result<void> Lowering::import_from_host() {
  for (const link::Step& s : plan_.steps) {
    if (const auto* l = std::get_if<link::LowerImport>(&s)) import_func(import_module(l->interface), l->name, l->shape.lowered);
    if (const auto* d = std::get_if<link::ResourceDrop>(&s)) {
      if (const auto* host = host_resource(d->resource)) import_func(import_module(host->interface), drop_name(host->name), {.params = {ValType::i32}, .results = {}});
    }
  }
  import_exported_resources();
  const auto import_handed = [&](const link::LiftedFunc& f) {
    if (f.handed) import_func(import_module(f.handed->interface), f.handed->name, f.shape.lowered);
  };
  for (const auto& [name, item] : plan_.exports) {
    match(
        item, import_handed, [&](const link::ExportedInstance& i) {
          for (const auto& [inner, f] : i.funcs) import_handed(f);
        });
  }
  return {};
}

void Lowering::import_exported_resources() {
  for (const auto& [interface, item] : plan_.exports) {
    const auto* instance = std::get_if<link::ExportedInstance>(&item);
    if (instance == nullptr) continue;
    for (const auto& [name, slot] : instance->resources) {
      if (guest_resource(slot) == nullptr || !exported_resources_.emplace(slot, Exported{interface, name}).second) continue;
      const std::string module = exported_resources_.at(slot).import_module();
      const core::FuncType to_i32{.params = {ValType::i32}, .results = {ValType::i32}};
      import_func(module, new_name(name), to_i32);
      import_func(module, rep_name(name), to_i32);
      import_func(module, drop_name(name), {.params = {ValType::i32}, .results = {}});
    }
  }
}

Result<void> Lowering::host_modules() {
  WCOMP_TRY(host_module_, merger_.add(host_side_module(), {}, {}));
  WCOMP_TRY(flags_module_, merger_.add(flags_module(plan_.component_instances.size()), {}, {}));
  return {};
}

Result<void> Lowering::step(const link::Step& s) {
  const auto make = [&](link::CoreFuncSlot slot, Result<Item> item) -> Result<void> {
    WCOMP_TRY(core_funcs_.at(slot.value), std::move(item));
    return {};
  };
  return match(
      s, [&](const link::InstantiateModule& i) { return instantiate(i); },
      [&](const link::LowerImport& l) { return make(l.func, host_function(l)); },
      [&](const link::MakeAdapter& a) {
        const Binding b{.sides = {side(a.lower), side(a.lift)}, .callee = resolve(a.callee), .entered_ancestors = a.entered_ancestors, .resources = a.resources};
        return make(a.func, adapter(plan_.modules[a.adapter.value], b, a.name));
      },
      [&](const link::ResourceNew& r) { return make(r.func, resource_new(r)); },
      [&](const link::ResourceDrop& r) { return make(r.func, resource_drop(r)); },
      [&](const link::ResourceRep& r) { return make(r.func, resource_rep(r)); },
      [](const link::ErrorContext& e) -> Result<void> {
        return fail(diag::unsupported, fmt::format("`{}` cannot be lowered: error contexts need a runtime", component::row_of(e.built_in).text));
      },
      [](const link::DefineResource&) -> Result<void> { return {}; });
}

Result<void> Lowering::instantiate(const link::InstantiateModule& s) {
  std::vector<Item> imports;
  for (const link::CoreRef& ref : s.imports) imports.push_back(resolve(ref));
  const core::ValidModule& module = plan_.modules[s.module.value];
  const std::string& name = module->names.module;
  WCOMP_TRY(const InstanceIdx made, merger_.add(module, imports, name.empty() ? std::string() : name + ": "));
  core_instances_.push_back(made);
  return {};
}

Item Lowering::resolve(const link::CoreRef& ref) const {
  return match(
      ref, [&](const link::CoreExportRef& e) { return merger_.item(core_instances_.at(e.instance.value), e.kind, e.index); },
      [&](const link::CoreFuncSlot& f) { return core_funcs_.at(f.value); });
}

BoundSide Lowering::side(const link::Options& o) const {
  BoundSide out{.party = o.instance, .encoding = o.encoding, .memory = {}, .realloc = {}, .post_return = {}};
  if (o.memory) out.memory = resolve(*o.memory);
  if (o.realloc) out.realloc = resolve(*o.realloc);
  if (o.post_return) out.post_return = resolve(*o.post_return);
  return out;
}

BoundSide Lowering::host_side() const {
  return {.party = {}, .encoding = cabi::StringEncoding::utf8, .memory = on_host_side("memory"), .realloc = on_host_side("realloc"), .post_return = {}};
}

Result<void> Lowering::exports() {
  for (const auto& [name, item] : plan_.exports) {
    WCOMP_TRY(match(
        item, [&](const link::LiftedFunc& f) { return export_func(f, name); },
        [&](const link::ExportedInstance& i) -> Result<void> {
          for (const auto& [inner, f] : i.funcs) WCOMP_TRY(export_func(f, fmt::format("{}#{}", name, inner)));
          return {};
        }));
  }
  WCOMP_TRY(export_destructors());
  if (uses_host_memory_) {
    WCOMP_TRY(merger_.export_("memory", on_host_side("memory")));
    WCOMP_TRY(merger_.export_("cabi_realloc", on_host_side("realloc")));
    merger_.name_func(on_host_side("realloc"), "cabi_realloc");
  }
  return merger_.export_("trap_code", on_host_side("trap_code"));
}

Result<void> Lowering::export_func(const link::LiftedFunc& f, const std::string& name) {
  std::optional<Item> post_return;
  WCOMP_TRY(const Item func, f.handed ? handed(f, post_return) : exported(f, post_return));
  WCOMP_TRY(merger_.export_(name, func));
  if (post_return) WCOMP_TRY(merger_.export_("cabi_post_" + name, *post_return));
  return {};
}

std::string import_module(const std::string& interface) { return interface.empty() ? "$root" : interface; }
std::string new_name(const std::string& resource) { return fmt::format("[resource-new]{}", resource); }
std::string rep_name(const std::string& resource) { return fmt::format("[resource-rep]{}", resource); }
std::string drop_name(const std::string& resource) { return fmt::format("[resource-drop]{}", resource); }

}  // namespace wcomp::lower
