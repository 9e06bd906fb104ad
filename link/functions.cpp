// canon lift and canon lower: where a function comes from decides how it is called.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "link/planner.h"

namespace wcomp::link {

using namespace component;

namespace {

cabi::AdapterSide side(const Options& o, const std::optional<core::MemType>& memory_type) {
  return {.encoding = o.encoding,
          .has_memory = o.memory.has_value(),
          .memory = memory_type.value_or(core::MemType{}),
          .has_realloc = o.realloc.has_value(),
          .has_post_return = o.post_return.has_value(),
          .enters_callee = true,
          .is_own_instance = false,
          .entered_ancestors = 0,
          .borrows_reps = false};
}

void sign(std::string& out, const cabi::AdapterSide& s) {
  const core::Limits& l = s.memory.limits;
  fmt::format_to(std::back_inserter(out), " {}{}{}{}{}{}{}{} {},{},{},{}", static_cast<int>(s.encoding), s.has_memory ? 'm' : '-',
                 s.has_realloc ? 'r' : '-', s.has_post_return ? 'p' : '-', s.enters_callee ? 'e' : '-', s.is_own_instance ? 'o' : '-', s.borrows_reps ? 'b' : '-', s.entered_ancestors, l.min,
                 l.max ? fmt::to_string(*l.max) : "-", l.is_64, l.is_shared);
}

/// The resources of which there are handles in a value.
struct Handles {
  std::set<types::ResourceId> owned, borrowed;

  void add(const cabi::Shape& s) {
    if (!s.has_handles || !seen_.insert(&s).second) return;
    if (s.kind == cabi::ShapeKind::own) owned.insert(s.resource);
    if (s.kind == cabi::ShapeKind::borrow) borrowed.insert(s.resource);
    for (const cabi::Part& p : s.parts) add(*p.shape);
    for (const cabi::CaseShape& c : s.cases) {
      if (c.payload != nullptr) add(*c.payload);
    }
    if (s.element != nullptr) add(*s.element);
  }

 private:
  std::set<const cabi::Shape*> seen_;
};

}  // namespace

/// What is valid and cannot be run: tasks that can suspend.
Result<void> can_run(const types::TypeArena& types, const CanonOpts& o, const types::FuncType& type) {
  if (o.is_async || o.callback || type.is_async || cabi::shape_of(types, type).has_async) {
    return fail(diag::unsupported, fmt::format("{} cannot be called yet: it is asynchronous", types::to_string(types, type)));
  }
  return {};
}

Options Planner::options(const Frame& f, const CanonOpts& o, std::optional<core::MemType>& memory_type) {
  Options out{.instance = f.instance, .encoding = o.encoding, .memory = {}, .realloc = {}, .post_return = {}};
  if (o.memory) {
    out.memory = f.core_memories.at(o.memory->value);
    memory_type = f.scope->core_memories.at(o.memory->value);
    if (memory_type->limits.is_64) out.ptr = core::ValType::i64;
  }
  if (o.realloc) out.realloc = f.core_funcs.at(o.realloc->value);
  if (o.post_return) out.post_return = f.core_funcs.at(o.post_return->value);
  return out;
}

Result<void> Planner::lift(Frame& f, const CanonLift& d) {
  WCOMP_TRY(can_run(f.arena(), d.opts, f.scope->funcs.at(f.funcs.size())));
  LiftedItem item{.core_func = f.core_funcs.at(d.core_func.value), .opts = {}, .memory_type = {}, .type = {}};
  item.opts = options(f, d.opts, item.memory_type);
  WCOMP_TRY(item.type, copier_.copy(f, f.scope->funcs.at(f.funcs.size())));
  f.funcs.push_back({.origin = std::make_shared<const FuncOrigin>(std::move(item)), .name = {}});
  return {};
}

Result<void> Planner::lower(Frame& f, const CanonLower& d) {
  WCOMP_TRY(can_run(f.arena(), d.opts, f.scope->funcs.at(d.func.value)));
  const FuncItem& callee = f.funcs.at(d.func.value);
  std::optional<core::MemType> memory_type;
  Options opts = options(f, d.opts, memory_type);
  const CoreFuncSlot func = new_core_func();
  f.core_funcs.emplace_back(func);
  if (const auto* host = std::get_if<HostItem>(callee.origin.get())) {
    WCOMP_TRY(types::FuncType type, copier_.copy(frames_.front(), *host->type));
    WCOMP_TRY(spend_on(signature(plan_.types, type)));
    cabi::FuncShape shape = cabi::shape_of(plan_.types, type, opts.ptr);
    needs_import(*host, type);
    plan_.steps.emplace_back(LowerImport{.func = func,
                                         .interface = host->interface,
                                         .name = host->name,
                                         .opts = std::move(opts),
                                         .type = std::move(type),
                                         .shape = std::move(shape)});
    return {};
  }
  const auto& lifted = std::get<LiftedItem>(*callee.origin);
  cabi::AdapterSide callee_side = side(lifted.opts, lifted.memory_type);
  std::vector<ComponentInstanceSlot> entered = entering_set(plan_, f.instance, lifted.opts.instance);
  callee_side.enters_callee = !entered.empty();
  callee_side.is_own_instance = lifted.opts.instance == f.instance;
  if (!entered.empty()) entered.erase(entered.begin());
  callee_side.entered_ancestors = static_cast<std::uint32_t>(entered.size());
  WCOMP_TRY(auto made, adapter(side(opts, memory_type), callee_side, lifted.type, f.instance, lifted.opts.instance));
  plan_.steps.emplace_back(MakeAdapter{.func = func,
                                       .adapter = made.first,
                                       .callee = lifted.core_func,
                                       .name = callee.name,
                                       .type = lifted.type,
                                       .lower = std::move(opts),
                                       .lift = lifted.opts,
                                       .entered_ancestors = std::move(entered),
                                       .resources = std::move(made.second)});
  return {};
}

Result<std::pair<ModuleSlot, std::vector<ResourceSlot>>> Planner::adapter(const cabi::AdapterSide& lower, cabi::AdapterSide lift, const types::FuncType& type,
                                                                          ComponentInstanceSlot caller, ComponentInstanceSlot callee) {
  std::string key = signature(plan_.types, type);
  WCOMP_TRY(spend_on(key));
  lift.borrows_reps = borrows_reps(type, caller, callee);
  sign(key, lower);
  sign(key, lift);
  auto it = adapters_.find(key);
  if (it == adapters_.end()) {
    cabi::Adapter made = fuse(type, lower, lift);
    AdapterMade entry{.module = ModuleSlot(plan_.modules.size()), .resources = {}};
    plan_.modules.push_back(std::move(made.module));
    for (const types::ResourceId id : made.resources.ids) entry.resources.push_back(plan_.resource_slots.at(id));
    it = adapters_.emplace(std::move(key), std::move(entry)).first;
  }
  return std::pair{it->second.module, it->second.resources};
}

bool Planner::borrows_reps(const types::FuncType& type, ComponentInstanceSlot caller, ComponentInstanceSlot callee) const {
  for (std::optional<ComponentInstanceSlot> i = callee; i; i = plan_.component_instances[i->value].parent) {
    if (*i == caller) return false;
  }
  const cabi::FuncShape shape = cabi::shape_of(plan_.types, type);
  if (!shape.has_borrows) return false;
  Handles handles;
  handles.add(*shape.params_tuple);
  std::set<ResourceSlot> owned;
  for (const types::ResourceId id : handles.owned) owned.insert(plan_.resource_slots.at(id));
  return std::ranges::all_of(handles.borrowed, [&](types::ResourceId id) {
    const ResourceSlot slot = plan_.resource_slots.at(id);
    const auto* guest = std::get_if<GuestResource>(&plan_.resources.at(slot.value).origin);
    return guest != nullptr && guest->instance == callee && !owned.contains(slot);
  });
}

cabi::Adapter Planner::fuse(const types::FuncType& type, const cabi::AdapterSide& lower, const cabi::AdapterSide& lift) const {
  const auto ptr = [](const cabi::AdapterSide& s) { return s.memory.limits.is_64 ? core::ValType::i64 : core::ValType::i32; };
  const cabi::FuncShape lower_shape = cabi::shape_of(plan_.types, type, ptr(lower));
  if (ptr(lower) == ptr(lift)) return cabi::fuse(lower_shape, lower_shape, lower, lift);
  return cabi::fuse(lower_shape, cabi::shape_of(plan_.types, type, ptr(lift)), lower, lift);
}

void Planner::needs_import(const HostItem& host, const types::FuncType& type) {
  if (imports_.emplace(host.interface, host.name).second) plan_.imports.push_back({.interface = host.interface, .name = host.name, .type = type});
}

Result<std::optional<LiftedFunc>> Planner::lifted(const FuncItem& item, std::string name) {
  if (const auto* l = std::get_if<LiftedItem>(item.origin.get())) {
    WCOMP_TRY(spend_on(signature(plan_.types, l->type)));
    return std::optional(
        LiftedFunc{.name = std::move(name), .core_func = l->core_func, .opts = l->opts, .type = l->type, .shape = cabi::shape_of(plan_.types, l->type, l->opts.ptr)});
  }
  const auto& host = std::get<HostItem>(*item.origin);
  WCOMP_TRY(types::FuncType type, copier_.copy(frames_.front(), *host.type));
  WCOMP_TRY(spend_on(signature(plan_.types, type)));
  if (!can_run(plan_.types, {}, type)) return std::optional<LiftedFunc>();  // nobody has to call it
  needs_import(host, type);
  cabi::FuncShape shape = cabi::shape_of(plan_.types, type);
  return std::optional(
      LiftedFunc{.name = std::move(name), .core_func = {}, .opts = {}, .type = std::move(type), .shape = std::move(shape), .handed = ImportName{host.interface, host.name}});
}

void Planner::export_part(const std::string& interface, const std::string& name, const Item& item) {
  if (const auto* m = std::get_if<ModuleItem>(&item)) plan_.exported_modules.push_back({interface, name, m->module});
  if (const auto* c = std::get_if<ComponentItem>(&item)) {
    ComponentPart part{.owner = *c->owner, .scope = c->scope, .closure = nullptr, .parent = c->parent};
    plan_.exported_components.push_back({interface, name, std::move(part)});
  }
}

Result<void> Planner::exported_instance(const std::string& name, const InstanceItem& instance) {
  ExportedInstance out;
  const std::size_t place = plan_.exports.size();
  plan_.exports.emplace_back();
  for (const auto& [inner, i] : instance.exports) {
    WCOMP_TRY(spend(1));
    if (const auto* f = std::get_if<FuncItem>(&i)) {
      WCOMP_TRY(auto l, lifted(*f, fmt::format("{}#{}", name, inner)));
      if (l) out.funcs.emplace_back(inner, std::move(*l));
    } else if (const auto* t = std::get_if<TypeItem>(&i)) {
      if (t->resource) out.resources.emplace_back(inner, *t->resource);
    } else if (const auto* nested = std::get_if<std::shared_ptr<const InstanceItem>>(&i)) {
      WCOMP_TRY(exported_instance(fmt::format("{}/{}", name, inner), **nested));
    } else {
      export_part(name, inner, i);
    }
  }
  plan_.exports[place] = {name, std::move(out)};
  return {};
}

Result<void> Planner::root_exports(const Frame& root) {
  for (const auto& [name, item] : root.exports.exports) {
    if (const auto* func = std::get_if<FuncItem>(&item)) {
      WCOMP_TRY(auto l, lifted(*func, name));
      if (l) plan_.exports.emplace_back(name, std::move(*l));
    } else if (const auto* inst = std::get_if<std::shared_ptr<const InstanceItem>>(&item)) {
      WCOMP_TRY(exported_instance(name, **inst));
    } else if (const auto* t = std::get_if<TypeItem>(&item)) {
      if (t->resource) plan_.exported_resources.emplace_back(name, *t->resource);
    } else {
      export_part({}, name, item);
    }
  }
  return {};
}

}  // namespace wcomp::link
