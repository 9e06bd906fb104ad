// Calls from the host into a guest. CanonicalABI.md `canon lift`.
#include <algorithm>
#include <memory>
#include <new>

#include <fmt/format.h>

#include "base/check.h"
#include "runtime/crossing_impl.h"
#include "runtime/instance_impl.h"
#include "types/types.h"

namespace wcomp {

using namespace runtime;

struct GuestCallImpl {
  GuestCallImpl(InstanceImpl& o, const FuncImpl& f) : owner(o), func(&f), crossing(o, f.opts, f.keys) {}
  InstanceImpl& owner;
  const FuncImpl* func;
  CrossingImpl crossing;
  bool has_entered = false;
  bool has_returned = false;  ///< the core function ran to its end
  bool is_finished = false;
  std::uint64_t result = 0;  ///< what it returned, for post-return

  void enter();
  /// The trap of the call, if there was one.
  std::optional<Trap> finish();
};

void GuestCallImpl::enter() {
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
  for (ComponentInstance* i : func->entered) i->set(cabi::flag_may_enter, false);
  has_entered = true;
}

std::optional<Trap> GuestCallImpl::finish() {
  if (is_finished) return std::nullopt;
  is_finished = true;
  if (!has_entered) return crossing.take_trap(func->name);
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
  for (ComponentInstance* i : func->entered) i->set(cabi::flag_may_enter, true);
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

bool GuestCall::invoke(std::uint64_t* slots) {
  GuestCallImpl& call = impl();
  if (!call.crossing.ok()) return false;
  auto called = call.owner.store.invoke(call.func->core_func, {slots, call.func->slots});
  call.crossing.load_memory();
  if (!called) {
    call.crossing.fail(std::move(called).error());
    return false;
  }
  call.has_returned = true;
  if (call.func->has_core_result) call.result = slots[0];
  return true;
}

Result<void, Trap> GuestCall::finish() {
  if (auto trap = impl().finish()) return Err(std::move(*trap));
  return {};
}

Result<void, Trap> GuestCall::run_plain(const Func& func, std::uint64_t* slots) {
  WCOMP_CHECK(func.instance_ != nullptr && func.impl_ != nullptr);
  InstanceImpl& owner = *func.instance_;
  const FuncImpl& f = *func.impl_;
  if (owner.is_poisoned) [[unlikely]] return Err(in_function(Trap(TrapCode::instance_poisoned), f.name));
  for (const ComponentInstance* i : f.entered) {
    if (!i->may_enter()) [[unlikely]] return Err(in_function(Trap(TrapCode::cannot_enter, std::string(i->path)), f.name));
  }
  for (ComponentInstance* i : f.entered) i->set(cabi::flag_may_enter, false);
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
  for (ComponentInstance* i : f.entered) i->set(cabi::flag_may_enter, true);
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
