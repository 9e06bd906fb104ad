#include "runtime/error_context.h"

#include <fmt/format.h>

#include "base/check.h"
#include "canonical-abi/strings.h"
#include "runtime/crossing_impl.h"
#include "wcomp/abi.h"

namespace wcomp::runtime {

namespace {

struct ErrorContext {
  std::string debug_message;
};
using Share = std::shared_ptr<const ErrorContext>;  // owners: handles

const std::vector<KeyBinding> no_keys;

std::uint32_t u32(std::uint64_t slot) { return static_cast<std::uint32_t>(slot); }

std::optional<Trap> check_leave(const ErrorContextBuiltIn& b, std::string_view name) {
  if (b.opts.instance->may_leave()) return std::nullopt;
  return Trap(TrapCode::cannot_leave, fmt::format("in {}", name));
}

std::optional<Trap> error_context_new(void* context, std::uint64_t* slots) {
  const ErrorContextBuiltIn& b = *static_cast<ErrorContextBuiltIn*>(context);
  constexpr std::string_view name = "error-context.new";
  if (auto trap = check_leave(b, name)) return trap;
  CrossingImpl crossing(*b.owner, b.opts, no_keys);
  std::string text = abi::lift_string(crossing, u32(slots[0]), u32(slots[1]));
  if (!crossing.ok()) return crossing.take_trap(name);
  auto share = std::make_unique<Share>(std::make_shared<const ErrorContext>(ErrorContext{std::move(text)}));
  auto handle = b.opts.instance->handles.add({.type = &b.owner->error_context_type, .rep = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(share.get()))});
  if (!handle) return in_function(std::move(handle).error(), name);
  (void)share.release();  // the handle's now
  slots[0] = *handle;
  return std::nullopt;
}

std::optional<Trap> error_context_debug_message(void* context, std::uint64_t* slots) {
  const ErrorContextBuiltIn& b = *static_cast<ErrorContextBuiltIn*>(context);
  constexpr std::string_view name = "error-context.debug-message";
  if (auto trap = check_leave(b, name)) return trap;
  auto handle = b.opts.instance->handles.get(u32(slots[0]), b.owner->error_context_type);
  if (!handle) return in_function(std::move(handle).error(), name);
  const Share share = *reinterpret_cast<const Share*>(static_cast<std::uintptr_t>((*handle)->rep));
  CrossingImpl crossing(*b.owner, b.opts, no_keys);
  abi::HostContext cx(crossing);
  const std::uint32_t at = u32(slots[1]);
  if (cx.check_range(at, 8, 4)) {
    std::uint32_t words[2] = {0, 0};
    cx.lower_string(share->debug_message, words[0], words[1]);
    if (cx.ok()) std::memcpy(cx.at(at), words, sizeof words);
  }
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
