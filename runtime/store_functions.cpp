#include "runtime/store_functions.h"

#include <fmt/format.h>

#include "runtime/crossing_impl.h"

namespace wcomp::runtime {

namespace {

/// The trap that an exception out of a host function is; inside of a handler.
Trap trap_of_exception() {
  try {
    throw;
  } catch (Trap& trap) {
    return std::move(trap);
  } catch (const std::exception& e) {
    return Trap(TrapCode::host_error, e.what());
  } catch (...) {
    return Trap(TrapCode::host_error, "an exception that is not a std::exception");
  }
}

}  // namespace

void call_host(const HostFuncDef& def, HostCall& call) {
  try {
    def.fn(call);
  } catch (...) {
    call.crossing.fail(trap_of_exception());
  }
}

namespace {

[[gnu::cold]] Trap cannot_leave(std::string_view what, std::string_view name) { return Trap(TrapCode::cannot_leave, fmt::format("in {} `{}`", what, name)); }

Result<void, TrapCode> in_memory(std::span<const std::uint8_t> memory, std::uint64_t ptr, const cabi::Shape& shape) {
  if (ptr % shape.align != 0) return Err(TrapCode::unaligned_pointer);
  if (shape.size > memory.size() || ptr > memory.size() - shape.size) return Err(TrapCode::pointer_out_of_bounds);
  return {};
}

/// With parameters and result in a scratch memory of 32-bit layout, moved from and to the guest's.
Result<void, TrapCode> call_narrow(const HostImport& import, CrossingImpl& crossing, std::uint64_t* slots) {
  const cabi::FuncShape &wide = *import.shape, &narrow = *import.narrow;
  crossing.use_scratch();
  std::vector<std::uint64_t> args(std::max<std::size_t>(narrow.lowered.params.size(), 1));
  Relayout in = crossing.to_scratch();
  if (wide.params_spill) {
    WCOMP_TRY(args[0], crossing.scratch->allocate(narrow.params_tuple->size, narrow.params_tuple->align));
    WCOMP_TRY(in.move_checked(slots[0], *wide.params_tuple, args[0], *narrow.params_tuple));
  } else {
    WCOMP_TRY(in.move_flat(slots, *wide.params_tuple, args.data(), *narrow.params_tuple));
  }
  const std::uint64_t result_ptr = wide.results_spill ? slots[wide.lowered.params.size() - 1] : 0;
  if (wide.results_spill) {
    WCOMP_TRY(in_memory(crossing.guest_memory(), result_ptr, *wide.result));
    WCOMP_TRY(args.back(), crossing.scratch->allocate(narrow.result->size, narrow.result->align));
  }
  const std::uint64_t scratch_ptr = args.back();
  crossing.load_memory();
  HostCall call{.crossing = crossing, .slots = args.data()};
  call_host(*import.def, call);
  if (!crossing.ok() || wide.result == nullptr) return {};
  Relayout out = crossing.to_guest();
  if (wide.results_spill) return out.move_checked(scratch_ptr, *narrow.result, result_ptr, *wide.result);
  return out.move_flat(args.data(), *narrow.result, slots, *wide.result);
}

}  // namespace

// CanonicalABI.md `canon lower`, for a callee that is the host.
std::optional<Trap> call_host_import(void* context, std::uint64_t* slots) {
  HostImport& import = *static_cast<HostImport*>(context);
  if (!import.opts.instance->may_leave()) return cannot_leave("a call of", import.name);
  CrossingImpl crossing(*import.owner, import.opts, import.keys);
  if (import.narrow == nullptr) [[likely]] {
    HostCall call{.crossing = crossing, .slots = slots};
    call_host(*import.def, call);
  } else if (auto done = call_narrow(import, crossing, slots); !done) {
    crossing.fail(done.error());
  }
  if (!crossing.ok()) return crossing.take_trap(import.name);
  crossing.scope.end_lending();
  return std::nullopt;
}

std::optional<Trap> call_plain_import(void* context, std::uint64_t* slots) {
  const HostImport& import = *static_cast<HostImport*>(context);
  if (!import.opts.instance->may_leave()) return cannot_leave("a call of", import.name);
  try {
    import.plain(import.object, slots);
    return std::nullopt;
  } catch (...) {
    return in_function(trap_of_exception(), import.name);
  }
}

std::optional<Trap> resource_new(void* context, std::uint64_t* slots) {
  const ResourceBuiltIn& b = *static_cast<ResourceBuiltIn*>(context);
  if (!b.instance->may_leave()) return cannot_leave("resource.new of", b.type->name);
  auto handle = b.instance->handles.add({.type = b.type, .rep = static_cast<std::uint32_t>(slots[0])});
  if (!handle) return std::move(handle).error();
  slots[0] = *handle;
  return std::nullopt;
}

std::optional<Trap> resource_drop(void* context, std::uint64_t* slots) {
  ResourceBuiltIn& b = *static_cast<ResourceBuiltIn*>(context);
  if (!b.instance->may_leave()) return cannot_leave("resource.drop of", b.type->name);
  auto handle = b.instance->handles.remove(static_cast<std::uint32_t>(slots[0]), *b.type);
  if (!handle) return in_function(std::move(handle).error(), fmt::format("resource.drop of {}", b.type->name));
  if (handle->is_own()) {
    if (b.type->impl == nullptr || b.type->owner != b.owner || !b.type->dtor) return b.owner->destroy(*b.type, handle->rep, b.instance);
    if (!b.entered) b.entered = b.owner->entered_by(b.instance, *b.type->impl);
    return b.owner->run_destructor(*b.type, handle->rep, *b.entered);
  }
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

bool quick_resource_new(void* context, std::uint64_t* slots) {
  const ResourceBuiltIn& b = *static_cast<ResourceBuiltIn*>(context);
  HandleTable& handles = b.instance->handles;
  if (!b.instance->may_leave() || !handles.has_free()) return false;
  slots[0] = handles.add_free({.type = b.type, .rep = static_cast<std::uint32_t>(slots[0])});
  return true;
}

/// Of borrows, and of an own that ends nothing.
bool quick_resource_drop(void* context, std::uint64_t* slots) {
  const ResourceBuiltIn& b = *static_cast<ResourceBuiltIn*>(context);
  const auto handle = static_cast<std::uint32_t>(slots[0]);
  const Handle* h = b.instance->handles.find(handle, *b.type);
  if (h == nullptr || h->lends != 0 || !b.instance->may_leave()) return false;
  if (h->is_own()) {
    if (b.type->impl == nullptr || b.type->dtor) return false;
  } else {
    --h->scope->borrows;
  }
  b.instance->handles.free(handle);
  return true;
}

bool quick_resource_rep(void* context, std::uint64_t* slots) {
  const ResourceBuiltIn& b = *static_cast<ResourceBuiltIn*>(context);
  const Handle* h = b.instance->handles.find(static_cast<std::uint32_t>(slots[0]), *b.type);
  if (h == nullptr) return false;
  slots[0] = static_cast<std::uint32_t>(h->rep);
  return true;
}

}  // namespace wcomp::runtime
