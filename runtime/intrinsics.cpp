// Bodies of canonical-abi/intrinsics.def.
#include <cstring>

#include <fmt/format.h>

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
  const engine::MemView view = a.owner->store.memory(*a.sides[side].memory);
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

}  // namespace wcomp::runtime
