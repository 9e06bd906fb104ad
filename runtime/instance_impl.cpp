#include "runtime/instance_impl.h"

#include <fmt/format.h>

#include "base/check.h"
#include "runtime/crossing_impl.h"
#include "runtime/error_context.h"

namespace wcomp {

using namespace runtime;

namespace {

/// Ends a host object; its destructor belongs to the embedder and might throw.
std::optional<Trap> end_object(const ResourceType& type, std::uint64_t rep) {
  if (type.key == nullptr || type.key->destroy == nullptr) return std::nullopt;
  try {
    type.key->destroy(reinterpret_cast<void*>(static_cast<std::uintptr_t>(rep)));
    return std::nullopt;
  } catch (const std::exception& e) {
    return Trap(TrapCode::host_error, fmt::format("destroying a `{}`: {}", type.name, e.what()));
  } catch (...) {
    return Trap(TrapCode::host_error, fmt::format("destroying a `{}`", type.name));
  }
}

}  // namespace

InstanceImpl::InstanceImpl(const Limits& limits, std::shared_ptr<const ComponentImpl> c)
    : component(std::move(c)), store(limits, component->engine->store_options, component->prepared.modules) {
  const PreparedPlan& prepared = component->prepared;
  instances.reserve(plan().component_instances.size());
  resources.reserve(plan().resources.size());
  resource_types.reserve(plan().resources.size());
  core_instances.reserve(plan().core_instances);
  core_funcs.resize(plan().core_funcs);
  host_imports.reserve(prepared.host_imports);
  built_ins.reserve(prepared.built_ins);
  adapters.reserve(prepared.adapters);
  error_contexts.reserve(prepared.error_contexts);
  error_context_type = {.owner = this, .impl = nullptr, .dtor = {}, .key = &error_context_key, .name = "error-context"};
}

InstanceImpl::~InstanceImpl() {
  // What the guests still own of the host's.
  for (ComponentInstance& i : instances) {
    for (const Handle& h : i.handles.slots()) {
      if (h.type != nullptr && h.type->impl == nullptr && h.is_own()) (void)end_object(*h.type, h.rep);
    }
  }
}

engine::Extern InstanceImpl::resolve(const link::CoreRef& ref) const {
  if (const auto* f = std::get_if<link::CoreFuncSlot>(&ref)) return core_funcs.at(f->value);
  const auto& e = std::get<link::CoreExportRef>(ref);
  return store.item(core_instances.at(e.instance.value), e.kind, e.index);
}

engine::FuncAddr InstanceImpl::resolve_func(const link::CoreRef& ref) const {
  const engine::Extern e = resolve(ref);
  WCOMP_CHECK(std::holds_alternative<engine::FuncAddr>(e));
  return std::get<engine::FuncAddr>(e);
}

Options InstanceImpl::resolve(const link::Options& opts) {
  Options out{.instance = &instances.at(opts.instance.value), .encoding = opts.encoding, .memory = {}, .view = nullptr, .realloc = {}, .post_return = {}, .ptr = opts.ptr};
  if (opts.memory) {
    const engine::Extern e = resolve(*opts.memory);
    WCOMP_CHECK(std::holds_alternative<engine::MemAddr>(e));
    out.memory = std::get<engine::MemAddr>(e);
    out.view = &store.memory(*out.memory);
  }
  if (opts.realloc) out.realloc = resolve_func(*opts.realloc);
  if (opts.post_return) out.post_return = resolve_func(*opts.post_return);
  return out;
}

std::vector<ComponentInstance*> InstanceImpl::entered_by(const ComponentInstance* caller, const ComponentInstance& callee) {
  std::vector<ComponentInstance*> entered;
  const auto caller_slot = caller == nullptr ? std::nullopt : std::optional(caller->slot);
  for (const link::ComponentInstanceSlot s : link::entering_set(plan(), caller_slot, callee.slot)) entered.push_back(&instances[s.value]);
  return entered;
}

std::optional<Trap> InstanceImpl::run_destructor(const ResourceType& type, std::uint64_t rep, std::span<ComponentInstance* const> entered) {
  for (const ComponentInstance* i : entered) {
    if (!i->may_enter()) return Trap(TrapCode::cannot_enter, std::string(i->path));
  }
  for (ComponentInstance* i : entered) i->enter();
  std::uint64_t slots[1] = {static_cast<std::uint32_t>(rep)};
  auto called = store.invoke(*type.dtor, slots);
  if (!called) return in_function(std::move(called).error(), fmt::format("destructor of {}", type.name));
  for (ComponentInstance* i : entered) i->leave();
  return std::nullopt;
}

std::optional<Trap> InstanceImpl::destroy(ResourceType& type, std::uint64_t rep, const ComponentInstance* caller) {
  if (type.impl == nullptr) return end_object(type, rep);
  if (!type.dtor) return std::nullopt;
  if (type.owner != this) {
    // Of another instance: the call comes from its host.
    if (type.owner->is_poisoned) return Trap(TrapCode::instance_poisoned);
    auto trap = type.owner->destroy(type, rep, nullptr);
    type.owner->is_poisoned |= trap.has_value();
    return trap;
  }
  return run_destructor(type, rep, entered_by(caller, *type.impl));
}

std::optional<Trap> InstanceImpl::run_pending_drops() {
  while (!pending_drops.empty() && !is_poisoned) {
    const GuestRep rep = pending_drops.back();
    pending_drops.pop_back();
    if (auto trap = destroy(*static_cast<ResourceType*>(rep.type), rep.rep, nullptr)) {
      is_poisoned = true;
      return trap;
    }
  }
  return std::nullopt;
}

}  // namespace wcomp
