#include "runtime/error_context.h"

#include <fmt/format.h>

#include "base/check.h"
#include "canonical-abi/strings.h"
#include "runtime/value_crossing.h"

namespace wcomp::runtime {

namespace {

using Share = std::shared_ptr<const ErrorContext>;  // owners: handles, values

const std::vector<KeyBinding> no_keys;

std::uint32_t u32(std::uint64_t slot) { return static_cast<std::uint32_t>(slot); }

std::optional<Trap> check_leave(const ErrorContextBuiltIn& b, std::string_view name) {
  if (b.opts.instance->may_leave()) return std::nullopt;
  return Trap(TrapCode::cannot_leave, fmt::format("in {}", name));
}

/// The shape of a string in a memory with such addresses: it depends on nothing else.
std::shared_ptr<const cabi::Shape> string_shape(core::ValType ptr) {
  const types::TypeArena none;
  return cabi::ShapeCache(none, ptr).of(types::Prim::string).value();
}

Result<std::string, TrapCode> lift_string(const ErrorContextBuiltIn& b, const std::uint64_t* slots) {
  const engine::MemView memory = b.owner->store.memory(*b.opts.memory);
  auto length = u32(slots[1]);
  if (b.opts.ptr == core::ValType::i64) {
    WCOMP_TRY(length, cabi::narrow_length(b.opts.encoding, slots[1]));
  }
  WCOMP_TRY(const auto bytes, cabi::find_string(b.opts.encoding, {memory.data, static_cast<std::size_t>(memory.size)}, cabi::address_of(b.opts.ptr, slots[0]), length));
  return cabi::string_to_utf8(b.opts.encoding, bytes, length);
}

std::optional<Trap> error_context_new(void* context, std::uint64_t* slots) {
  const ErrorContextBuiltIn& b = *static_cast<ErrorContextBuiltIn*>(context);
  constexpr std::string_view name = "error-context.new";
  if (auto trap = check_leave(b, name)) return trap;
  auto text = lift_string(b, slots);
  if (!text) return in_function(Trap(text.error()), name);
  auto handle = lower_error_context(b.opts.instance->handles, *b.owner, std::make_shared<const ErrorContext>(ErrorContext{*std::move(text)}));
  if (!handle) return in_function(std::move(handle).error(), name);
  slots[0] = *handle;
  return std::nullopt;
}

std::optional<Trap> error_context_debug_message(void* context, std::uint64_t* slots) {
  const ErrorContextBuiltIn& b = *static_cast<ErrorContextBuiltIn*>(context);
  constexpr std::string_view name = "error-context.debug-message";
  if (auto trap = check_leave(b, name)) return trap;
  auto share = lift_error_context(b.opts.instance->handles, *b.owner, u32(slots[0]));
  if (!share) return in_function(std::move(share).error(), name);
  CrossingImpl crossing(*b.owner, b.opts, no_keys);
  ValueCrossing values(crossing);
  (void)values.store(Value::string((*share)->debug_message), *string_shape(b.opts.ptr), cabi::address_of(b.opts.ptr, slots[1]));
  if (!crossing.ok()) return crossing.take_trap(name);
  return std::nullopt;
}

std::optional<Trap> error_context_drop(void* context, std::uint64_t* slots) {
  const ErrorContextBuiltIn& b = *static_cast<ErrorContextBuiltIn*>(context);
  constexpr std::string_view name = "error-context.drop";
  if (auto trap = check_leave(b, name)) return trap;
  auto handle = b.opts.instance->handles.remove(u32(slots[0]), b.owner->error_context_type);
  if (!handle) return in_function(std::move(handle).error(), name);
  return b.owner->destroy(b.owner->error_context_type, handle->rep, b.opts.instance);
}

}  // namespace

const ResourceKey error_context_key{.name = "error-context", .destroy = [](void* share) { delete static_cast<Share*>(share); }};

Result<std::shared_ptr<const ErrorContext>, Trap> lift_error_context(HandleTable& handles, const InstanceImpl& owner, std::uint32_t handle) {
  auto found = handles.get(handle, owner.error_context_type);
  if (!found) return Err(std::move(found).error());
  return *reinterpret_cast<const Share*>(static_cast<std::uintptr_t>((*found)->rep));
}

Result<std::uint32_t, Trap> lower_error_context(HandleTable& handles, InstanceImpl& owner, std::shared_ptr<const ErrorContext> error) {
  auto share = std::make_unique<Share>(std::move(error));
  auto handle = handles.add({.type = &owner.error_context_type, .rep = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(share.get()))});
  if (handle) (void)share.release();  // the handle's now
  return handle;
}

engine::HostFn error_context_built_in(component::BuiltIn built_in) {
  switch (built_in) {
    case component::BuiltIn::error_context_new: return &error_context_new;
    case component::BuiltIn::error_context_debug_message: return &error_context_debug_message;
    case component::BuiltIn::error_context_drop: return &error_context_drop;
    default: break;
  }
  WCOMP_CHECK(false);
}

}  // namespace wcomp::runtime
