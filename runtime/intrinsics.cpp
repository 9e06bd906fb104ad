// Bodies of canonical-abi/intrinsics.def.
#include <cstring>

#include <fmt/format.h>

#include "base/utf8.h"
#include "canonical-abi/strings.h"
#include "runtime/crossing_impl.h"
#include "runtime/error_context.h"
#include "runtime/store_functions.h"

namespace wcomp::runtime {

namespace {

constexpr std::size_t trap_codes = 0
#define WCOMP_TRAP(name, text) +1
#include "wcomp/traps.def"
#undef WCOMP_TRAP
    ;

std::uint32_t u32(std::uint64_t slot) {
  return static_cast<std::uint32_t>(slot);
}

/// An address in the adapter's own form: canonical-abi/intrinsics.def.
std::uint64_t address(const AdapterContext& a, std::uint64_t slot) {
  const bool is_64 = a.sides[0].ptr == core::ValType::i64 || a.sides[1].ptr == core::ValType::i64;
  return cabi::address_of(is_64 ? core::ValType::i64 : core::ValType::i32, slot);
}

std::span<std::uint8_t> memory(const AdapterContext& a, std::size_t side) {
  if (!a.sides[side].memory) return {};
  const engine::MemView& view = *a.sides[side].view;
  return {view.data, view.size};
}

Trap trap_in(const AdapterContext& a, TrapCode code) {
  return {Trap(code, fmt::format("in a call of `{}`", a.name))};
}

std::optional<Trap> trap(const AdapterContext& a, std::uint64_t* slots) {
  const std::uint32_t code = u32(slots[0]);
  return trap_in(a, code < trap_codes ? static_cast<TrapCode>(code) : TrapCode::unreachable);
}

std::optional<Trap> string_measure(const AdapterContext& a, std::uint64_t* slots) {
  const std::size_t src = slots[0] & 1;
  const cabi::StringEncoding from = a.sides[src].encoding;
  auto bytes = cabi::find_string(from, memory(a, src), address(a, slots[1]), u32(slots[2]));
  if (!bytes) return trap_in(a, bytes.error());
  auto length = cabi::measure_string(from, *bytes, u32(slots[2]), a.sides[1 - src].encoding);
  if (!length) return trap_in(a, length.error());
  slots[0] = *length;
  return std::nullopt;
}

std::optional<Trap> string_transcode(const AdapterContext& a, std::uint64_t* slots) {
  const std::size_t src = slots[0] & 1;
  const cabi::StringEncoding from = a.sides[src].encoding;
  const cabi::StringEncoding to = a.sides[1 - src].encoding;
  auto bytes = cabi::find_string(from, memory(a, src), address(a, slots[1]), u32(slots[2]));
  if (!bytes) return trap_in(a, bytes.error());
  const std::span<std::uint8_t> dst = memory(a, 1 - src);
  const std::uint64_t ptr = address(a, slots[3]);
  const std::uint64_t size = cabi::string_byte_length(to, u32(slots[4]));
  if (ptr > dst.size() || size > dst.size() - ptr) return trap_in(a, TrapCode::pointer_out_of_bounds);
  const std::span<std::uint8_t> out = dst.subspan(static_cast<std::size_t>(ptr), static_cast<std::size_t>(size));
  Result<void, TrapCode> done;
  // A component that calls itself through its parent can give us two overlapping ranges of one memory.
  if (dst.data() == memory(a, src).data()) {
    const std::vector<std::uint8_t> copy(bytes->begin(), bytes->end());
    done = cabi::transcode_string(from, copy, u32(slots[2]), to, u32(slots[4]), out);
  } else {
    done = cabi::transcode_string(from, *bytes, u32(slots[2]), to, u32(slots[4]), out);
  }
  if (!done) return trap_in(a, done.error());
  return std::nullopt;
}

Result<void, TrapCode> check_string(cabi::StringEncoding encoding, std::span<const std::uint8_t> bytes) {
  const auto units = static_cast<std::uint32_t>(encoding == cabi::StringEncoding::utf8 ? bytes.size() : bytes.size() / 2);
  auto length = cabi::measure_string(encoding, bytes, units, encoding);
  if (!length) return Err(length.error());
  return {};
}

std::optional<Trap> string_copy(const AdapterContext& a, std::uint64_t* slots) {
  const std::size_t src = slots[0] & 1;
  const cabi::StringEncoding encoding = a.sides[src].encoding;
  auto bytes = cabi::find_string(encoding, memory(a, src), address(a, slots[1]), u32(slots[2]));
  if (!bytes) return trap_in(a, bytes.error());
  const std::span<std::uint8_t> dst = memory(a, 1 - src);
  const std::uint64_t ptr = address(a, slots[3]);
  if (ptr > dst.size() || bytes->size() > dst.size() - ptr) return trap_in(a, TrapCode::pointer_out_of_bounds);
  // Overlapping ranges, if both sides have one memory.
  const bool is_shared = dst.data() == memory(a, src).data();
  auto done = is_shared ? check_string(encoding, *bytes) : cabi::copy_string(encoding, *bytes, dst.data() + ptr);
  if (!done) return trap_in(a, done.error());
  if (is_shared) std::memmove(dst.data() + ptr, bytes->data(), bytes->size());
  return std::nullopt;
}

Result<ResourceType*, Trap> resource(const AdapterContext& a, std::uint64_t number) {
  if (number < a.resources.size()) return a.resources[number];
  return Err(trap_in(a, TrapCode::unreachable));
}

std::optional<Trap> resource_transfer_own(const AdapterContext& a, std::uint64_t* slots) {
  const std::size_t src = slots[0] & 1;
  auto type = resource(a, u32(slots[1]));
  if (!type) return std::move(type).error();
  auto rep = a.sides[src].instance->handles.take_own(u32(slots[2]), **type);
  if (!rep) return in_function(std::move(rep).error(), a.name);
  auto handle = a.sides[1 - src].instance->handles.add({.type = *type, .rep = *rep});
  if (!handle) {
    // The handle is gone from one table and not in the other: end what it owned, the guest can no longer.
    if ((*type)->impl == nullptr) (void)a.owner->destroy(**type, *rep, nullptr);
    return in_function(std::move(handle).error(), a.name);
  }
  slots[0] = *handle;
  return std::nullopt;
}

std::optional<Trap> resource_transfer_borrow(const AdapterContext& a, std::uint64_t* slots) {
  auto type = resource(a, u32(slots[0]));
  if (!type) return std::move(type).error();
  if (a.owner->scopes.empty()) return trap_in(a, TrapCode::unreachable);
  BorrowScope& scope = a.owner->scopes.back();
  auto rep = a.sides[0].instance->handles.lend(u32(slots[1]), **type, scope);
  if (!rep) return in_function(std::move(rep).error(), a.name);
  ComponentInstance* callee = a.sides[1].instance;
  if ((*type)->impl == callee) {
    slots[0] = *rep;
    return std::nullopt;
  }
  auto handle = callee->handles.add({.type = *type, .rep = *rep, .scope = &scope});
  if (!handle) return in_function(std::move(handle).error(), a.name);
  ++scope.borrows;
  slots[0] = *handle;
  return std::nullopt;
}

std::optional<Trap> resource_borrow_rep(const AdapterContext& a, std::uint64_t* slots) {
  auto type = resource(a, u32(slots[0]));
  if (!type) return std::move(type).error();
  auto handle = a.sides[0].instance->handles.get(u32(slots[1]), **type);
  if (!handle) return in_function(std::move(handle).error(), a.name);
  slots[0] = u32((*handle)->rep);
  return std::nullopt;
}

std::optional<Trap> error_context_transfer(const AdapterContext& a, std::uint64_t* slots) {
  const std::size_t src = slots[0] & 1;
  auto error = lift_error_context(a.sides[src].instance->handles, *a.owner, u32(slots[1]));
  if (!error) return in_function(std::move(error).error(), a.name);
  auto handle = lower_error_context(a.sides[1 - src].instance->handles, *a.owner, *std::move(error));
  if (!handle) return in_function(std::move(handle).error(), a.name);
  slots[0] = *handle;
  return std::nullopt;
}

std::optional<Trap> enter_call(const AdapterContext& a, std::uint64_t*) {
  a.owner->scopes.push();
  return std::nullopt;
}

std::optional<Trap> exit_call(const AdapterContext& a, std::uint64_t*) {
  if (a.owner->scopes.empty()) return trap_in(a, TrapCode::unreachable);
  BorrowScope& scope = a.owner->scopes.back();
  if (scope.borrows != 0) return trap_in(a, TrapCode::borrow_not_dropped);
  scope.end_lending();
  a.owner->scopes.pop();
  return std::nullopt;
}

// --- shortcuts: engine::QuickFn ---

bool quick_string_copy(void* context, std::uint64_t* slots) {
  const AdapterContext& a = *static_cast<const AdapterContext*>(context);
  if (!a.copies_strings) return false;
  const std::size_t src = slots[0] & 1;
  const engine::MemView &from = *a.sides[src].view, &to = *a.sides[1 - src].view;
  const std::uint64_t ptr = u32(slots[1]), length = u32(slots[2]), dst = u32(slots[3]);
  // A sum of two of them does not overflow.
  if (ptr + length > from.size || dst + length > to.size || length > cabi::max_string_byte_length) return false;
  return copy_utf8(from.data + ptr, static_cast<std::size_t>(length), to.data + dst);
}

bool quick_resource_transfer_own(void* context, std::uint64_t* slots) {
  const AdapterContext& a = *static_cast<const AdapterContext*>(context);
  const std::size_t src = slots[0] & 1;
  const std::uint32_t number = u32(slots[1]), handle = u32(slots[2]);
  HandleTable &from = a.sides[src].instance->handles, &to = a.sides[1 - src].instance->handles;
  if (number >= a.resources.size() || !to.has_free()) return false;
  const Handle* h = from.find(handle, *a.resources[number]);
  if (h == nullptr || !h->is_own() || h->lends != 0) return false;
  const std::uint64_t rep = h->rep;
  from.free(handle);
  slots[0] = to.add_free({.type = a.resources[number], .rep = rep});
  return true;
}

bool quick_resource_transfer_borrow(void* context, std::uint64_t* slots) {
  const AdapterContext& a = *static_cast<const AdapterContext*>(context);
  const std::uint32_t number = u32(slots[0]), handle = u32(slots[1]);
  if (number >= a.resources.size() || a.owner->scopes.empty()) return false;
  ResourceType* type = a.resources[number];
  ComponentInstance* callee = a.sides[1].instance;
  HandleTable& from = a.sides[0].instance->handles;
  BorrowScope& scope = a.owner->scopes.back();
  Handle* h = from.find(handle, *type);
  const bool is_own_type = type->impl == callee;
  if (h == nullptr || (!is_own_type && !callee->handles.has_free()) || !from.try_lend(handle, *h, scope)) return false;
  if (is_own_type) {
    slots[0] = h->rep;
    return true;
  }
  slots[0] = callee->handles.add_free({.type = type, .rep = h->rep, .scope = &scope});
  ++scope.borrows;
  return true;
}

bool quick_resource_borrow_rep(void* context, std::uint64_t* slots) {
  const AdapterContext& a = *static_cast<const AdapterContext*>(context);
  const std::uint32_t number = u32(slots[0]);
  if (number >= a.resources.size()) return false;
  const Handle* h = a.sides[0].instance->handles.find(u32(slots[1]), *a.resources[number]);
  if (h == nullptr) return false;
  slots[0] = u32(h->rep);
  return true;
}

bool quick_enter_call(void* context, std::uint64_t*) { return static_cast<const AdapterContext*>(context)->owner->scopes.try_push(); }

bool quick_exit_call(void* context, std::uint64_t*) {
  BorrowScopes& scopes = static_cast<const AdapterContext*>(context)->owner->scopes;
  if (scopes.empty() || scopes.back().borrows != 0) return false;
  scopes.back().end_lending();
  scopes.pop();
  return true;
}

/// An engine::HostFn over an intrinsic's body.
template <std::optional<Trap> (*body)(const AdapterContext&, std::uint64_t*)>
std::optional<Trap> host_fn(void* context, std::uint64_t* slots) {
  return body(*static_cast<const AdapterContext*>(context), slots);
}

constexpr engine::HostFn bodies[] = {
#define WCOMP_INTRINSIC(name, text, signature, meaning) &host_fn<name>,
#include "canonical-abi/intrinsics.def"
#undef WCOMP_INTRINSIC
};

}  // namespace

engine::HostFn intrinsic(cabi::Intrinsic i) {
  return bodies[static_cast<std::size_t>(i)];
}

engine::QuickFn quick_intrinsic(cabi::Intrinsic i) {
  switch (i) {
    case cabi::Intrinsic::string_copy: return &quick_string_copy;
    case cabi::Intrinsic::resource_transfer_own: return &quick_resource_transfer_own;
    case cabi::Intrinsic::resource_transfer_borrow: return &quick_resource_transfer_borrow;
    case cabi::Intrinsic::resource_borrow_rep: return &quick_resource_borrow_rep;
    case cabi::Intrinsic::enter_call: return &quick_enter_call;
    case cabi::Intrinsic::exit_call: return &quick_exit_call;
    default: return nullptr;
  }
}

}  // namespace wcomp::runtime
