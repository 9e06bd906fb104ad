#include "runtime/dynamic_call.h"

#include <fmt/format.h>

#include "base/check.h"
#include "runtime/crossing_impl.h"

namespace wcomp {

/// The library's own look into a Func.
struct FuncAccess {
  static const FuncImpl& impl(const Func& f) {
    WCOMP_CHECK(f.impl_ != nullptr);
    return *f.impl_;
  }
  static InstanceImpl& instance(const Func& f) { return *f.instance_; }
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

/// Handles of one call. Only resources that guests define: what a host's object is, only its class knows.
class Handles {
 public:
  Handles(InstanceImpl& owner, CrossingImpl& crossing) : owner_(owner), crossing_(crossing) {}

  /// Why a type cannot travel; empty if it can.
  static std::string problem(InstanceImpl& owner, const cabi::Shape& shape) {
    if (!shape.has_handles) return {};
    if (shape.kind == cabi::ShapeKind::own || shape.kind == cabi::ShapeKind::borrow) {
      const ResourceType* type = type_of(owner, shape);
      return type == nullptr || type->impl == nullptr ? fmt::format("`{}` is a resource of the host", type == nullptr ? "resource" : type->name) : std::string();
    }
    std::string found = shape.element != nullptr ? problem(owner, *shape.element) : std::string();
    for (const cabi::Part& p : shape.parts) found = found.empty() ? problem(owner, *p.shape) : found;
    for (const cabi::CaseShape& c : shape.cases) found = found.empty() && c.payload != nullptr ? problem(owner, *c.payload) : found;
    return found;
  }

  Result<HandleValue, TrapCode> lift(const cabi::Shape& shape, std::uint32_t handle) {
    ResourceType* type = type_of(owner_, shape);
    if (shape.kind != cabi::ShapeKind::own) return Err(TrapCode::handle_wrong_kind);  // results have no borrows
    auto rep = crossing_.opts.instance->handles.take_own(handle, *type);
    if (!rep) return failed(std::move(rep).error());
    return HandleValue{.number = handle, .resource = std::make_shared<GuestResource>(GuestRep{.type = type, .rep = static_cast<std::uint32_t>(*rep)})};
  }

  Result<std::uint32_t, TrapCode> lower(const cabi::Shape& shape, const HandleValue& value) {
    ResourceType* type = type_of(owner_, shape);
    if (value.resource == nullptr || !*value.resource) return failed(Trap(TrapCode::host_error, fmt::format("this `{}` was given away before", type->name)));
    if (value.resource->rep().type != type) return failed(Trap(TrapCode::handle_wrong_type, fmt::format("`{}` of another instance or type", type->name)));
    const std::uint32_t rep = value.resource->rep().rep;
    if (shape.kind == cabi::ShapeKind::own) return handle(crossing_.add_handle({.type = type, .rep = value.resource->release().rep}));
    if (type->impl == crossing_.opts.instance) return rep;
    const std::uint32_t added = crossing_.add_handle({.type = type, .rep = rep, .scope = &crossing_.scope});
    if (added != 0) ++crossing_.scope.borrows;
    return handle(added);
  }

 private:
  static ResourceType* type_of(InstanceImpl& owner, const cabi::Shape& shape) {
    const auto slot = owner.plan().resource_slots.find(shape.resource);
    return slot == owner.plan().resource_slots.end() ? nullptr : &owner.resource(slot->second);
  }
  Result<std::uint32_t, TrapCode> handle(std::uint32_t added) const {
    if (added == 0) return Err(crossing_.trap->code());
    return added;
  }
  Err<TrapCode> failed(Trap trap) {
    const TrapCode code = trap.code();
    crossing_.fail(std::move(trap));
    return Err(code);
  }

  InstanceImpl& owner_;
  CrossingImpl& crossing_;
};

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
  InstanceImpl& owner = FuncAccess::instance(func);
  if (shape.has_async) return Err(Trap(TrapCode::host_error, "streams and futures cannot be passed by value"));
  std::string problem = shape.result != nullptr ? Handles::problem(owner, *shape.result) : std::string();
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (problem.empty()) problem = Handles::problem(owner, *shape.params[i].shape);
    if (problem.empty() && !cabi::fits(args[i], *shape.params[i].shape)) {
      problem = fmt::format("argument `{}` is no `{}`", shape.params[i].name, types::to_string(owner.plan().types, shape.params[i].shape->type));
    }
  }
  if (!problem.empty()) return Err(Trap(TrapCode::host_error, std::move(problem)));

  GuestCall guest_call(func);
  Crossing& c = guest_call.crossing();
  cabi::LiftLowerContext cx;
  cx.encoding = c.encoding;
  cx.memory = [&c] { return std::span(c.memory, static_cast<std::size_t>(c.memory_size)); };
  cx.allocate = [&c](std::uint32_t align, std::uint32_t size) { return allocate(c, align, size); };
  Handles handles(owner, static_cast<CrossingImpl&>(c));
  cx.lift_handle = [&handles](const cabi::Shape& s, std::uint32_t handle) { return handles.lift(s, handle); };
  cx.lower_handle = [&handles](const cabi::Shape& s, const HandleValue& value) { return handles.lower(s, value); };
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
