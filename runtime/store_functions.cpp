#include "runtime/store_functions.h"

#include <fmt/format.h>

#include "runtime/crossing_impl.h"

namespace wcomp::runtime {

// CanonicalABI.md `canon lower`, for a callee that is the host.
std::optional<Trap> call_host_import(void* context, std::uint64_t* slots) {
  HostImport& import = *static_cast<HostImport*>(context);
  if (!import.opts.instance->may_leave()) return Trap(TrapCode::cannot_leave, fmt::format("in a call of `{}`", import.name));
  CrossingImpl crossing(*import.owner, import.opts, import.keys);
  HostCall call{.crossing = crossing, .slots = slots};
  try {
    import.def->fn(call);
  } catch (Trap& trap) {
    crossing.fail(std::move(trap));
  } catch (const std::exception& e) {
    crossing.fail(TrapCode::host_error, e.what());
  } catch (...) {
    crossing.fail(TrapCode::host_error, "an exception that is not a std::exception");
  }
  if (!crossing.ok()) return crossing.take_trap(import.name);
  crossing.scope.end_lending();
  return std::nullopt;
}

std::optional<Trap> resource_new(void* context, std::uint64_t* slots) {
  const ResourceBuiltIn& b = *static_cast<ResourceBuiltIn*>(context);
  if (!b.instance->may_leave()) return Trap(TrapCode::cannot_leave, fmt::format("in resource.new of `{}`", b.type->name));
  auto handle = b.instance->handles.add({.type = b.type, .rep = static_cast<std::uint32_t>(slots[0])});
  if (!handle) return std::move(handle).error();
  slots[0] = *handle;
  return std::nullopt;
}

std::optional<Trap> resource_drop(void* context, std::uint64_t* slots) {
  const ResourceBuiltIn& b = *static_cast<ResourceBuiltIn*>(context);
  if (!b.instance->may_leave()) return Trap(TrapCode::cannot_leave, fmt::format("in resource.drop of `{}`", b.type->name));
  auto handle = b.instance->handles.remove(static_cast<std::uint32_t>(slots[0]), *b.type);
  if (!handle) return in_function(std::move(handle).error(), fmt::format("resource.drop of {}", b.type->name));
  if (handle->is_own()) return b.owner->destroy(*b.type, handle->rep, b.instance);
  --handle->scope->borrows;
  return std::nullopt;
}

std::optional<Trap> resource_rep(void* context, std::uint64_t* slots) {
  const ResourceBuiltIn& b = *static_cast<ResourceBuiltIn*>(context);
  auto handle = b.instance->handles.get(static_cast<std::uint32_t>(slots[0]), *b.type);
  if (!handle) return in_function(std::move(handle).error(), fmt::format("resource.rep of {}", b.type->name));
  slots[0] = static_cast<std::uint32_t>((*handle)->rep);
  return std::nullopt;
}

}  // namespace wcomp::runtime
