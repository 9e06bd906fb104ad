// Calls from the host into a guest. CanonicalABI.md `canon lift`.
#include <algorithm>
#include <memory>
#include <new>

#include <fmt/format.h>

#include "base/check.h"
#include "runtime/crossing_impl.h"
#include "runtime/instance_impl.h"
#include "runtime/store_functions.h"
#include "types/types.h"

namespace wcomp {

using namespace runtime;

namespace {

/// What stands in for a component instance where none is called: handles of a call from the host to the host.
struct Outside {
  Outside() { opts.instance = &instance; }
  std::uint64_t flags = cabi::flag_may_leave | cabi::flag_may_enter;
  ComponentInstance instance{.slot = {}, .path = {}, .flags_addr = {}, .flags = &flags, .handles = HandleTable(UINT32_MAX)};
  Options opts;
};

}  // namespace

struct GuestCallImpl {
  GuestCallImpl(InstanceImpl& o, const FuncImpl& f)
      : owner(o), func(&f), outside(f.handed == nullptr ? nullptr : std::make_unique<Outside>()), crossing(o, f.handed == nullptr ? f.opts : outside->opts, f.keys) {
    if (f.handed != nullptr || f.narrow != nullptr) [[unlikely]] crossing.use_scratch();
  }
  InstanceImpl& owner;
  const FuncImpl* func;
  std::unique_ptr<Outside> outside;  ///< of an import that is handed through
  CrossingImpl crossing;
  bool has_entered = false;
  bool has_returned = false;  ///< the core function ran to its end
  bool is_finished = false;
  std::uint64_t result = 0;  ///< what it returned, for post-return

  void enter();
  bool run(std::uint64_t* slots);
  /// The trap of the call, if there was one.
  std::optional<Trap> finish();

 private:
  bool run_core(std::uint64_t* slots);
  Result<void, TrapCode> run_narrow(std::uint64_t* slots);
  void run_handed(std::uint64_t* slots);
  std::optional<Trap> finish_handed();
};

void GuestCallImpl::enter() {
  if (func->handed != nullptr) [[unlikely]] {
    has_entered = true;  // nothing is entered
    return;
  }
  if (owner.is_poisoned) {
    crossing.fail(TrapCode::instance_poisoned);
    return;
  }
  for (const ComponentInstance* i : func->entered) {
    if (!i->may_enter()) {
      crossing.fail(TrapCode::cannot_enter, std::string(i->path));
      return;
    }
  }
  for (ComponentInstance* i : func->entered) i->enter();
  has_entered = true;
}

bool GuestCallImpl::run(std::uint64_t* slots) {
  if (!crossing.ok()) return false;
  if (func->handed != nullptr) [[unlikely]] {
    run_handed(slots);
  } else if (func->narrow != nullptr) [[unlikely]] {
    if (auto done = run_narrow(slots); !done) crossing.fail(done.error());
  } else {
    return run_core(slots);
  }
  return crossing.ok();
}

bool GuestCallImpl::run_core(std::uint64_t* slots) {
  auto called = owner.store.invoke(func->core_func, {slots, func->slots});
  crossing.load_memory();
  if (!called) {
    crossing.fail(std::move(called).error());
    return false;
  }
  has_returned = true;
  if (func->has_core_result) result = slots[0];
  return true;
}

/// With parameters and result in a scratch memory of 32-bit layout, moved to and from the guest's.
Result<void, TrapCode> GuestCallImpl::run_narrow(std::uint64_t* slots) {
  const cabi::FuncShape &wide = func->lifted->shape, &narrow = *func->narrow;
  std::vector<std::uint64_t> core(std::max<std::size_t>(func->slots, 1));
  Relayout in = crossing.to_guest();
  if (wide.params_spill) {
    core[0] = crossing.allocate_in_guest(wide.params_tuple->size, wide.params_tuple->align);
    if (!crossing.ok()) return {};
    WCOMP_TRY(in.move_checked(slots[0], *narrow.params_tuple, core[0], *wide.params_tuple));
  } else {
    WCOMP_TRY(in.move_flat(slots, *narrow.params_tuple, core.data(), *wide.params_tuple));
  }
  if (!run_core(core.data()) || wide.result == nullptr) return {};
  Relayout out = crossing.to_scratch();
  if (wide.results_spill) {
    WCOMP_TRY(slots[0], crossing.scratch->allocate(narrow.result->size, narrow.result->align));
    WCOMP_TRY(out.move_checked(core[0], *wide.result, slots[0], *narrow.result));
  } else {
    WCOMP_TRY(out.move_flat(core.data(), *wide.result, slots, *narrow.result));
  }
  crossing.load_memory();
  return {};
}

/// Lifting and lowering of both ends go by the crossing's scratch memory and its table of handles.
void GuestCallImpl::run_handed(std::uint64_t* slots) {
  const cabi::FuncShape& shape = func->lifted->shape;
  std::vector<std::uint64_t> lowered(slots, slots + shape.lifted.params.size());
  std::uint64_t result_ptr = 0;
  if (shape.results_spill) {
    result_ptr = crossing.allocate_bytes(shape.result->size, shape.result->align);
    if (!crossing.ok()) return;
    lowered.push_back(result_ptr);
  }
  lowered.resize(std::max<std::size_t>(lowered.size(), 1));
  HostCall call{.crossing = crossing, .slots = lowered.data()};
  call_host(*func->handed->def, call);
  if (shape.result != nullptr) slots[0] = shape.results_spill ? result_ptr : lowered[0];
}

/// No guest has trapped, and what was lent is nobody's to drop.
std::optional<Trap> GuestCallImpl::finish_handed() {
  crossing.scope.end_lending();
  for (const Handle& h : outside->instance.handles.slots()) {
    if (h.type == nullptr || !h.is_own()) continue;  // an own that nobody took
    if (auto trap = h.type->owner->destroy(*h.type, h.rep, nullptr); trap && crossing.ok()) crossing.fail(std::move(*trap));
  }
  if (!crossing.ok()) return crossing.take_trap(func->name);
  return std::nullopt;
}

std::optional<Trap> GuestCallImpl::finish() {
  if (is_finished) return std::nullopt;
  is_finished = true;
  if (!has_entered) return crossing.take_trap(func->name);
  if (func->handed != nullptr) [[unlikely]] return finish_handed();
  if (crossing.ok() && has_returned) {
    // Results that the host lifted as borrows do not exist; what counts is that the guest gave back what it was lent.
    if (crossing.scope.borrows != 0) [[unlikely]] {
      crossing.fail(TrapCode::borrow_not_dropped, fmt::format("{} of them", crossing.scope.borrows));
    } else if (func->opts.post_return) {
      func->opts.instance->set(cabi::flag_may_leave, false);
      auto called = owner.store.invoke(*func->opts.post_return, {&result, 1});
      func->opts.instance->set(cabi::flag_may_leave, true);
      if (!called) crossing.fail(std::move(called).error());
    }
  }
  if (!crossing.ok()) {
    owner.is_poisoned = true;
    return crossing.take_trap(func->name);
  }
  crossing.scope.end_lending();
  for (ComponentInstance* i : func->entered) i->leave();
  if (!owner.pending_drops.empty()) return owner.run_pending_drops();
  return std::nullopt;
}

GuestCall::GuestCall(const Func& func) {
  WCOMP_CHECK(func.instance_ != nullptr && func.impl_ != nullptr);
  static_assert(sizeof(GuestCallImpl) <= sizeof storage_ && alignof(GuestCallImpl) <= alignof(std::max_align_t));
  std::construct_at(reinterpret_cast<GuestCallImpl*>(storage_), *func.instance_, *func.impl_)->enter();
}

GuestCall::~GuestCall() {
  (void)impl().finish();
  std::destroy_at(&impl());
}

GuestCallImpl& GuestCall::impl() { return *std::launder(reinterpret_cast<GuestCallImpl*>(storage_)); }

Crossing& GuestCall::crossing() { return impl().crossing; }

bool GuestCall::invoke(std::uint64_t* slots) { return impl().run(slots); }

Result<void, Trap> GuestCall::finish() {
  if (auto trap = impl().finish()) return Err(std::move(*trap));
  return {};
}

Result<void, Trap> GuestCall::run_plain(const Func& func, std::uint64_t* slots) {
  WCOMP_CHECK(func.instance_ != nullptr && func.impl_ != nullptr);
  InstanceImpl& owner = *func.instance_;
  const FuncImpl& f = *func.impl_;
  if (f.handed != nullptr) [[unlikely]] {
    GuestCall call(func);
    (void)call.invoke(slots);
    return call.finish();
  }
  if (owner.is_poisoned) [[unlikely]] return Err(in_function(Trap(TrapCode::instance_poisoned), f.name));
  for (const ComponentInstance* i : f.entered) {
    if (!i->may_enter()) [[unlikely]] return Err(in_function(Trap(TrapCode::cannot_enter, std::string(i->path)), f.name));
  }
  for (ComponentInstance* i : f.entered) i->enter();
  auto called = owner.store.invoke(f.core_func, {slots, f.slots});
  if (called && f.opts.post_return) {
    std::uint64_t result = slots[0];
    f.opts.instance->set(cabi::flag_may_leave, false);
    called = owner.store.invoke(*f.opts.post_return, {&result, 1});
    f.opts.instance->set(cabi::flag_may_leave, true);
  }
  if (!called) [[unlikely]] {
    owner.is_poisoned = true;
    return Err(in_function(std::move(called).error(), f.name));
  }
  for (ComponentInstance* i : f.entered) i->leave();
  if (!owner.pending_drops.empty()) [[unlikely]] {
    if (auto trap = owner.run_pending_drops()) return Err(std::move(*trap));
  }
  return {};
}

std::string Func::type() const {
  return impl_ == nullptr ? std::string() : types::to_string(instance_->plan().types, impl_->lifted->type);
}

Result<void, Trap> GuestResource::drop() {
  const GuestRep rep = release();
  if (rep.type == nullptr) return {};
  ResourceType& type = *static_cast<ResourceType*>(rep.type);
  InstanceImpl& owner = *type.owner;
  if (owner.is_poisoned) return Err(Trap(TrapCode::instance_poisoned));
  // While the guest runs (a host function drops what it was given) it cannot be entered: the destructor has to wait.
  if (!owner.instances.front().may_enter()) {
    owner.pending_drops.push_back(rep);
    return {};
  }
  if (auto trap = owner.destroy(type, rep.rep, nullptr)) {
    owner.is_poisoned = true;
    return Err(std::move(*trap));
  }
  return {};
}

}  // namespace wcomp
