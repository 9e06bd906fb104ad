#include "runtime/dynamic_call.h"

#include <fmt/format.h>

#include "base/check.h"

namespace wcomp {

/// The library's own look into a Func.
struct FuncAccess {
  static const FuncImpl& impl(const Func& f) {
    WCOMP_CHECK(f.impl_ != nullptr);
    return *f.impl_;
  }
  static const InstanceImpl& instance(const Func& f) { return *f.instance_; }
};

}  // namespace wcomp

namespace wcomp::runtime {

namespace {

using cabi::Value;

Result<std::uint32_t, TrapCode> allocate(Crossing& c, std::uint32_t align, std::uint32_t size) {
  const std::uint32_t ptr = c.allocate(size, align);
  if (!c.ok()) return Err(TrapCode::realloc_failed);
  return ptr;
}

Result<void, TrapCode> lower(Crossing& c, cabi::LiftLowerContext& cx, const cabi::FuncShape& shape, std::span<const Value> args,
                             std::vector<std::uint64_t>& slots) {
  if (!shape.params_spill) {
    for (std::size_t i = 0; i < args.size(); ++i) WCOMP_TRY(cabi::lower_flat(cx, args[i], *shape.params[i].shape, slots));
    return {};
  }
  WCOMP_TRY(std::uint32_t ptr, allocate(c, shape.params_tuple->align, shape.params_tuple->size));
  for (std::size_t i = 0; i < args.size(); ++i) WCOMP_TRY(cabi::store(cx, args[i], *shape.params[i].shape, ptr + shape.params[i].offset));
  slots.push_back(ptr);
  return {};
}

}  // namespace

FuncView view(const Func& func) {
  const link::LiftedFunc& lifted = *FuncAccess::impl(func).lifted;
  return {.types = FuncAccess::instance(func).plan().types, .type = lifted.type, .shape = lifted.shape};
}

Result<std::optional<Value>, Trap> call(const Func& func, std::span<const Value> args) {
  const cabi::FuncShape& shape = view(func).shape;
  if (args.size() != shape.params.size()) {
    return Err(Trap(TrapCode::host_error, fmt::format("{} arguments for {} parameters", args.size(), shape.params.size())));
  }
  bool has_handles = shape.result != nullptr && shape.result->has_handles;
  for (std::size_t i = 0; i < args.size(); ++i) {
    has_handles = has_handles || shape.params[i].shape->has_handles;
    if (!cabi::fits(args[i], *shape.params[i].shape))
      return Err(Trap(TrapCode::host_error, fmt::format("argument `{}` does not fit its type", shape.params[i].name)));
  }
  if (has_handles) return Err(Trap(TrapCode::host_error, "functions with resources cannot be called by text"));

  GuestCall guest_call(func);
  Crossing& c = guest_call.crossing();
  cabi::LiftLowerContext cx;
  cx.encoding = c.encoding;
  cx.memory = [&c] { return std::span(c.memory, static_cast<std::size_t>(c.memory_size)); };
  cx.allocate = [&c](std::uint32_t align, std::uint32_t size) { return allocate(c, align, size); };
  std::vector<std::uint64_t> slots;
  if (c.ok()) {
    if (auto lowered = lower(c, cx, shape, args, slots); !lowered) c.fail(lowered.error());
  }
  slots.resize(std::max(shape.lifted.params.size(), shape.lifted.results.size()));
  std::optional<Value> result;
  if (guest_call.invoke(slots.data()) && shape.result != nullptr) {
    auto lifted = shape.results_spill ? cabi::load(cx, static_cast<std::uint32_t>(slots[0]), *shape.result)
                                      : cabi::lift_flat(cx, std::span(slots).first(shape.result->flat.size()), *shape.result);
    if (lifted)
      result = std::move(*lifted);
    else
      c.fail(lifted.error());
  }
  WCOMP_TRY(guest_call.finish());
  return result;
}

}  // namespace wcomp::runtime
