// Instances: carrying out a plan, and looking up what it exports.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/check.h"
#include "base/diagnostic.h"
#include "base/match.h"
#include "component/versions.h"
#include "engine/fault.h"
#include "runtime/crossing_impl.h"
#include "runtime/dynamic_call.h"
#include "runtime/instance_impl.h"
#include "runtime/error_context.h"
#include "runtime/interruption.h"
#include "runtime/linked_instance.h"
#include "runtime/linker.h"
#include "runtime/store_functions.h"

namespace wcomp {

using namespace runtime;

namespace {

using CheckedImports = std::map<std::pair<std::string, std::string>, CheckedImport>;

struct Instantiator {
  const LinkerImpl& linker;
  InstanceImpl& inst;
  std::shared_ptr<const Linked> linked = {};  ///< what is known of it, or has been found
  const PreparedStep* prepared = nullptr;    ///< of the step that is carried out
  std::vector<engine::Extern> args = {};     ///< of a module, when it is instantiated

  Result<void> run() {
    WCOMP_TRY(make_instances());
    if (linked != nullptr) make_known_resources();
    else WCOMP_TRY(link());
    hand_through();
    inst.keys.reserve(linked->keys);
    const auto& steps = inst.plan().steps;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      prepared = &inst.component->prepared.steps[i];
      WCOMP_TRY(match(steps[i], [&](const auto& s) { return carry_out(s); }));
    }
    return {};
  }

  Result<void> link() {
    WCOMP_TRY(make_resources());
    CheckedImports checked;
    WCOMP_TRY(check_imports(linker, inst, checked));
    linked = record(inst, checked);
    return {};
  }

  template <class T>
  static Result<T> untrapped(Result<T, Trap> r) {
    if (r) return std::move(*r);
    return Err(failure(r.error()));
  }
  static Failure failure(const Trap& t) {
    return instantiation_failure(t, {});
  }

  Result<void> make_instances() {
    const auto& infos = inst.plan().component_instances;
    for (std::size_t i = 0; i < infos.size(); ++i) {
      const core::GlobalType type{.type = core::ValType::i32, .is_mutable = true};
      WCOMP_TRY(engine::GlobalAddr flags, untrapped(inst.store.add_global(type, cabi::flag_may_leave | cabi::flag_may_enter)));
      inst.instances.push_back({.slot = link::ComponentInstanceSlot(i),
                                .path = infos[i].path,
                                .flags_addr = flags,
                                .flags = inst.store.global_cell(flags),
                                .handles = HandleTable(linker.limits.max_table_elements)});
    }
    return {};
  }

  Result<void> make_resources() {
    const link::Plan& plan = inst.plan();
    std::vector<Diagnostic> problems;
    std::optional<std::vector<bool>> used;  // once somebody asks
    for (std::size_t i = 0; i < plan.resources.size(); ++i) {
      const link::Resource& r = plan.resources[i];
      ResourceType type = named_resource(r);
      if (const auto* guest = std::get_if<link::GuestResource>(&r.origin)) {
        type.impl = &inst.instances[guest->instance.value];
      } else {
        const auto& host = std::get<link::HostResource>(r.origin);
        if (ResourceType* linked = find_linked_resource(linker, host.interface, host.name)) {
          inst.resource_types.push_back(linked);
          continue;
        }
        type.key = find_resource(linker, host.interface, host.name);
        // A class is one type, whatever names it is imported by.
        const auto known = std::ranges::find_if(inst.resources, [&](const ResourceType& t) { return t.key != nullptr && t.key == type.key; });
        if (known != inst.resources.end()) {
          inst.resource_types.push_back(&*known);
          continue;
        }
        if (type.key == nullptr && !used) used = used_resources();
        if (type.key == nullptr && (*used)[i]) problems.push_back(missing(linker, "resource", host.interface, host.name));
      }
      inst.resource_types.push_back(&inst.resources.emplace_back(std::move(type)));
    }
    check_equal_resources(linker, inst, problems);
    if (!problems.empty()) return Err(Failure(std::move(problems)));
    return {};
  }

  void make_known_resources() {
    const link::Plan& plan = inst.plan();
    for (std::size_t i = 0; i < plan.resources.size(); ++i) {
      const Linked::Resource& known = linked->resources[i];
      if (known.other != nullptr || known.same) {
        inst.resource_types.push_back(known.same ? &inst.resource(*known.same) : known.other);
        continue;
      }
      ResourceType& type = inst.resources.emplace_back(named_resource(plan.resources[i]));
      if (const auto* guest = std::get_if<link::GuestResource>(&plan.resources[i].origin)) type.impl = &inst.instances[guest->instance.value];
      type.key = known.key;
      inst.resource_types.push_back(&type);
    }
  }

  [[nodiscard]] ResourceType named_resource(const link::Resource& r) const {
    return {.owner = &inst, .impl = nullptr, .dtor = {}, .key = nullptr, .name = r.name.empty() ? std::string_view("resource") : r.name};
  }

  /// Those that code can get hold of or drop. A component often imports more of an interface's types than it uses.
  std::vector<bool> used_resources() {
    const link::Plan& plan = inst.plan();
    std::vector<bool> used(plan.resources.size());
    for (const link::Step& step : plan.steps) {
      if (const auto* d = std::get_if<link::ResourceDrop>(&step)) used[d->resource.value] = true;
    }
    return used;
  }

  void hand_through() {
    for (const auto& [f, import] : inst.component->prepared.handed) {
      const Linked::Import& found = linked->imports[import];
      HandedImport& handed = inst.handed[f];
      handed.def = found.def->values ? bind_values(inst, found.def, f->shape) : found.def;
      Linked::add_keys(found, inst, handed.keys);
    }
  }

  Result<void> carry_out(const link::InstantiateModule& s) {
    args.clear();
    for (const link::CoreRef& ref : s.imports) args.push_back(inst.resolve(ref));
    WCOMP_TRY(auto made, inst.store.instantiate(module(s.module), args, s.name));
    if (!made) return Err(failure(made.error()));
    inst.core_instances.push_back(*made);
    return {};
  }

  Result<void> carry_out(const link::LowerImport& s) {
    const Linked::Import& found = linked->imports[prepared->import];
    HostImport& ctx = inst.host_imports.emplace_back();
    ctx.owner = &inst;
    ctx.name = prepared->name;
    ctx.def = found.def->values ? bind_values(inst, found.def, s.shape) : found.def;
    ctx.opts = inst.resolve(s.opts);
    const std::size_t keys_before = inst.keys.size();
    Linked::add_keys(found, inst, inst.keys);
    ctx.keys = std::span(inst.keys).subspan(keys_before);
    ctx.shape = &s.shape;
    if (s.opts.ptr == core::ValType::i64 && s.shape.needs_memory && found.def->desc != nullptr) {
      ctx.narrow = std::make_shared<const cabi::FuncShape>(cabi::shape_of(inst.plan().types, s.type));
    }
    ctx.plain = ctx.def->plain.run;
    ctx.object = ctx.def->plain.object.get();
    inst.core_funcs[s.func.value] = inst.store.add_host_func(prepared->type_id, ctx.plain == nullptr ? &call_host_import : &call_plain_import, &ctx);
    return {};
  }

  Result<void> carry_out(const link::MakeAdapter& s) {
    AdapterContext& ctx = inst.adapters.emplace_back();
    ctx.owner = &inst;
    ctx.name = s.name;
    ctx.sides[0] = inst.resolve(s.lower);
    ctx.sides[1] = inst.resolve(s.lift);
    ctx.copies_strings = std::ranges::all_of(ctx.sides, [](const Options& o) {
      return o.encoding == cabi::StringEncoding::utf8 && o.ptr == core::ValType::i32 && o.view != nullptr;
    }) && ctx.sides[0].view != ctx.sides[1].view;
    for (const link::ResourceSlot r : s.resources) ctx.resources.push_back(&inst.resource(r));
    args.clear();
    for (const AdapterImport& i : prepared->imports) args.push_back(adapter_import(i, s, ctx));
    WCOMP_TRY(auto made, inst.store.instantiate(module(s.adapter), args, prepared->name));
    if (!made) return Err(failure(made.error()));
    inst.store.stop_exceptions_at(*made);
    inst.core_funcs[s.func.value] = std::get<engine::FuncAddr>(inst.store.item(*made, core::ExternKind::func, prepared->adapter_func));
    return {};
  }

  [[nodiscard]] const engine::PreparedModule& module(link::ModuleSlot slot) const { return inst.component->prepared.modules->modules[slot.value]; }

  engine::Extern adapter_import(const AdapterImport& i, const link::MakeAdapter& s, AdapterContext& ctx) {
    const Options& side = ctx.sides[i.side];
    switch (i.kind) {
      case AdapterImport::Kind::callee: return inst.resolve(s.callee);
      case AdapterImport::Kind::post_return: return *ctx.sides[1].post_return;
      case AdapterImport::Kind::memory: return *side.memory;
      case AdapterImport::Kind::realloc: return *side.realloc;
      case AdapterImport::Kind::flags: return side.instance->flags_addr;
      case AdapterImport::Kind::ancestor_flags: return inst.instances[s.entered_ancestors.at(i.number).value].flags_addr;
      case AdapterImport::Kind::intrinsic: {
        const auto row = static_cast<cabi::Intrinsic>(i.number);
        return inst.store.add_host_func(i.type_id, intrinsic(row), &ctx, quick_intrinsic(row));
      }
    }
    WCOMP_CHECK(false);
  }

  Result<void> built_in(link::CoreFuncSlot func, link::ResourceSlot resource, link::ComponentInstanceSlot instance, engine::HostFn fn, engine::QuickFn quick) {
    ResourceBuiltIn& ctx = inst.built_ins.emplace_back();
    ctx.owner = &inst;
    ctx.instance = &inst.instances[instance.value];
    ctx.type = &inst.resource(resource);
    inst.core_funcs[func.value] = inst.store.add_host_func(prepared->type_id, fn, &ctx, quick);
    return {};
  }
  Result<void> carry_out(const link::ResourceNew& s) {
    return built_in(s.func, s.resource, s.instance, &resource_new, &quick_resource_new);
  }
  Result<void> carry_out(const link::ResourceDrop& s) {
    return built_in(s.func, s.resource, s.instance, &resource_drop, &quick_resource_drop);
  }
  Result<void> carry_out(const link::ResourceRep& s) {
    return built_in(s.func, s.resource, s.instance, &resource_rep, &quick_resource_rep);
  }

  Result<void> carry_out(const link::ErrorContext& s) {
    ErrorContextBuiltIn& ctx = inst.error_contexts.emplace_back(ErrorContextBuiltIn{.owner = &inst, .opts = inst.resolve(s.opts)});
    inst.core_funcs[s.func.value] = inst.store.add_host_func(prepared->type_id, error_context_built_in(s.built_in), &ctx);
    return {};
  }

  Result<void> carry_out(const link::DefineResource& s) {
    const auto& guest = std::get<link::GuestResource>(inst.plan().resources[s.resource.value].origin);
    if (guest.dtor) inst.resource(s.resource).dtor = inst.resolve_func(*guest.dtor);
    return {};
  }
};

}  // namespace

Result<Instance> Linker::instantiate(const Component& component) const {
  WCOMP_CHECK(component.impl_ != nullptr);
  if (!component.impl_->needs.empty()) {
    WCOMP_TRY(const Component linked, link(component));
    return instantiate(linked);
  }
  if (component.impl_->place != nullptr && !impl_->limits.fuel) component.impl_->place->keep(&component, nullptr);
  auto inst = std::make_unique<InstanceImpl>(impl_->limits, component.impl_);
  inst->kept = impl_->kept;
  LinkCache::Entry known = impl_->found.find(component.impl_);
  const bool is_known = known.linked != nullptr;
  Instantiator instantiator{.linker = *impl_, .inst = *inst, .linked = std::move(known.linked)};
  auto done = instantiator.run();
  if (!is_known && instantiator.linked != nullptr) impl_->found.add(component.impl_, {.linked = std::move(instantiator.linked), .whole = nullptr});
  if (!done) return Err(std::move(done).error());
  return Instance(std::move(inst));
}

Instance::Instance(std::unique_ptr<InstanceImpl> impl) : impl_(std::move(impl)) {}
Instance::~Instance() = default;
Instance::Instance(Instance&&) noexcept = default;
Instance& Instance::operator=(Instance&&) noexcept = default;

namespace {

using Exports = std::vector<std::pair<std::string, std::variant<link::LiftedFunc, link::ExportedInstance>>>;

/// Interfaces (or, for a function of the component itself, functions) that may be meant by `name`.
template <class T>
std::vector<const T*> find_exports(const Exports& exports, std::string_view name) {
  std::vector<std::string_view> names;
  std::vector<const T*> items;
  for (const auto& [n, item] : exports) {
    if (const T* t = std::get_if<T>(&item)) {
      names.emplace_back(n);
      items.push_back(t);
    }
  }
  std::vector<const T*> out;
  for (const std::size_t i : component::find_compatible(name, names, true)) out.push_back(items[i]);
  return out;
}

Err<Failure> missing_export(const link::Plan& plan, std::string_view interface, std::string_view name) {
  Diagnostic d = error(diag::missing_export, interface.empty() ? fmt::format("the component does not export a function `{}`", name)
                                                               : fmt::format("the component does not export `{}` `{}`", interface, name));
  const auto interfaces = find_exports<link::ExportedInstance>(plan.exports, interface);
  std::string list;
  auto add = [&](std::string_view n) { list += fmt::format("{}`{}`", list.empty() ? "" : ", ", n); };
  if (!interface.empty() && !interfaces.empty()) {
    for (const auto& f : interfaces.front()->funcs) add(f.first);
    d.notes.push_back(fmt::format("`{}` has {}", interface, list.empty() ? "no functions" : list));
  } else {
    for (const std::string& n : plan.export_names) add(n);
    d.notes.push_back(list.empty() ? "it exports nothing" : fmt::format("it exports {}", list));
  }
  return Err(Failure(std::move(d)));
}

}  // namespace

Result<Func> Instance::func(std::string_view interface, std::string_view name) {
  InstanceImpl& inst = *impl_;
  const link::LiftedFunc* lifted = nullptr;
  if (interface.empty()) {
    for (const auto* f : find_exports<link::LiftedFunc>(inst.plan().exports, name)) lifted = lifted == nullptr ? f : lifted;
  } else {
    const auto found = find_exports<link::ExportedInstance>(inst.plan().exports, interface);
    if (found.size() > 1 && !component::split_version(interface).version) {
      return fail(diag::ambiguous, fmt::format("several versions of `{}` are exported, one has to be named", interface));
    }
    for (const auto* i : found) {
      for (const auto& [n, f] : i->funcs) {
        if (n == name && lifted == nullptr) lifted = &f;
      }
    }
  }
  if (lifted == nullptr) return missing_export(inst.plan(), interface, name);
  Func out;
  out.instance_ = &inst;
  auto impl = std::make_shared<FuncImpl>();
  impl->name = lifted->name;
  impl->lifted = lifted;
  impl->slots = std::max(lifted->shape.lifted.params.size(), lifted->shape.lifted.results.size());
  impl->has_core_result = !lifted->shape.lifted.results.empty();
  if (lifted->handed) {
    impl->handed = &inst.handed.at(lifted);
    impl->keys = impl->handed->keys;
    out.impl_ = std::move(impl);
    return out;
  }
  impl->core_func = inst.resolve_func(lifted->core_func);
  impl->opts = inst.resolve(lifted->opts);
  for (const link::ComponentInstanceSlot s : link::entering_set(inst.plan(), std::nullopt, lifted->opts.instance))
    impl->entered.push_back(&inst.instances[s.value]);
  out.impl_ = std::move(impl);
  return out;
}

bool Instance::has_export(std::string_view name) const {
  const Exports& exports = impl_->plan().exports;
  return !find_exports<link::LiftedFunc>(exports, name).empty() || !find_exports<link::ExportedInstance>(exports, name).empty();
}

void Instance::interrupt() {
  impl_->store.interrupt();
}

bool runtime::guest_is_running() { return engine::GuestScope::running() != nullptr; }

bool runtime::guest_is_interrupted() {
  const engine::RunState* state = engine::GuestScope::running();
  return state != nullptr && state->is_interrupted.load(std::memory_order_relaxed) != 0;
}

std::optional<std::uint64_t> Instance::fuel() const {
  return impl_->store.fuel();
}

bool Instance::set_fuel(std::uint64_t fuel) {
  return impl_->store.set_fuel(fuel);
}

Result<void> Func::bind(const FuncDesc& desc) {
  auto bound = std::make_shared<FuncImpl>(*impl_);
  bound->keys.clear();
  if (auto d = check_type(*instance_, fmt::format("`{}`", bound->name), bound->lifted->type, desc, bound->keys, diag::export_mismatch)) {
    return Err(Failure(std::move(*d)));
  }
  if (bound->handed != nullptr) {
    // The host is on both ends of the call: a class of either stands for its resource.
    bound->keys.insert(bound->keys.end(), bound->handed->keys.begin(), bound->handed->keys.end());
  } else if (bound->opts.ptr == core::ValType::i64 && bound->lifted->shape.needs_memory) {
    bound->narrow = std::make_shared<const cabi::FuncShape>(cabi::shape_of(instance_->plan().types, bound->lifted->type));
  }
  impl_ = std::move(bound);
  return {};
}

}  // namespace wcomp
