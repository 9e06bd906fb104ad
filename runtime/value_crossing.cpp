#include "runtime/value_crossing.h"

#include "runtime/error_context.h"

#include <fmt/format.h>

namespace wcomp::runtime {

using cabi::FuncShape;
using cabi::Shape;
using cabi::ShapeKind;
using cabi::Slots;
using cabi::Value;

namespace {

ResourceType* type_of(InstanceImpl& owner, const Shape& shape) {
  const auto slot = owner.plan().resource_slots.find(shape.resource);
  return slot == owner.plan().resource_slots.end() ? nullptr : &owner.resource(slot->second);
}

std::uint64_t rep_of(void* object) { return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(object)); }
void* object_of(std::uint64_t rep) { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(rep)); }

}  // namespace

ValueCrossing::ValueCrossing(CrossingImpl& crossing) : crossing_(crossing) {
  cx_.encoding = crossing.encoding;
  cx_.memory = [&crossing] { return std::span(crossing.memory, static_cast<std::size_t>(crossing.memory_size)); };
  cx_.allocate = [&crossing](std::uint32_t align, std::uint64_t size) -> Result<std::uint64_t, TrapCode> {
    const std::uint64_t ptr = crossing.allocate_bytes(size, align);
    if (!crossing.ok()) return Err(TrapCode::realloc_failed);
    return ptr;
  };
  cx_.lift_handle = [this](const Shape& s, std::uint32_t handle) { return lift_handle(s, handle); };
  cx_.lower_handle = [this](const Shape& s, const HandleValue& value) { return lower_handle(s, value); };
}

ValueCrossing::~ValueCrossing() {
  for (const HandleValue& h : lent_) {
    if (h.resource != nullptr) (void)h.resource->release();
    if (h.object != nullptr) (void)h.object->release();
  }
}

std::string ValueCrossing::problem(InstanceImpl& owner, const Shape& shape) {
  if (!shape.has_handles || shape.kind == ShapeKind::error_context) return {};
  if (shape.kind == ShapeKind::own || shape.kind == ShapeKind::borrow) {
    const ResourceType* type = type_of(owner, shape);
    if (type != nullptr && (type->impl != nullptr || type->key != nullptr)) return {};
    return fmt::format("the linker has no resource `{}`", type == nullptr ? "resource" : type->name);
  }
  std::string found = shape.element != nullptr ? problem(owner, *shape.element) : std::string();
  for (const cabi::Part& p : shape.parts) found = found.empty() ? problem(owner, *p.shape) : found;
  for (const cabi::CaseShape& c : shape.cases) found = found.empty() && c.payload != nullptr ? problem(owner, *c.payload) : found;
  return found;
}

template <class T>
std::optional<T> ValueCrossing::checked(Result<T, TrapCode> r) {
  if (!r) crossing_.fail(r.error());
  return crossing_.ok() ? std::optional<T>(*std::move(r)) : std::nullopt;
}
bool ValueCrossing::checked(Result<void, TrapCode> r) {
  if (!r) crossing_.fail(r.error());
  return crossing_.ok();
}

std::optional<Value> ValueCrossing::load(std::uint64_t ptr, const Shape& shape) { return checked(cabi::load(cx_, ptr, shape)); }
std::optional<Value> ValueCrossing::lift_flat(Slots slots, const Shape& shape) { return checked(cabi::lift_flat(cx_, slots, shape)); }
bool ValueCrossing::store(const Value& value, const Shape& shape, std::uint64_t ptr) { return checked(cabi::store(cx_, value, shape, ptr)); }
bool ValueCrossing::lower_flat(const Value& value, const Shape& shape, std::vector<std::uint64_t>& slots) {
  return checked(cabi::lower_flat(cx_, value, shape, slots));
}

bool ValueCrossing::lower_params(const FuncShape& shape, std::span<const Value> args, std::vector<std::uint64_t>& slots) {
  if (!crossing_.ok()) return false;
  if (!shape.params_spill) {
    for (std::size_t i = 0; i < args.size(); ++i) {
      if (!lower_flat(args[i], *shape.params[i].shape, slots)) return false;
    }
    return true;
  }
  const std::uint64_t ptr = crossing_.allocate_bytes(shape.params_tuple->size, shape.params_tuple->align);
  if (!crossing_.ok()) return false;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (!store(args[i], *shape.params[i].shape, ptr + shape.params[i].offset)) return false;
  }
  slots.push_back(ptr);
  return true;
}

std::optional<std::vector<Value>> ValueCrossing::lift_params(const FuncShape& shape, Slots slots) {
  std::vector<Value> out;
  out.reserve(shape.params.size());
  if (shape.params_spill) {
    // One value, so that the whole tuple is checked to lie in memory.
    std::optional<Value> all = load(cabi::address_of(shape.lifted.params[0], slots[0]), *shape.params_tuple);
    if (!all) return std::nullopt;
    return std::get<std::vector<Value>>(std::move(all->data));
  }
  for (const cabi::Part& p : shape.params) {
    std::optional<Value> v = lift_flat(slots.subspan(p.flat_index, p.shape->flat.size()), *p.shape);
    if (!v) return std::nullopt;
    out.push_back(*std::move(v));
  }
  return out;
}

Result<HandleValue, TrapCode> ValueCrossing::lift_handle(const Shape& shape, std::uint32_t handle) {
  if (shape.kind == ShapeKind::error_context) {
    auto error = lift_error_context(crossing_.opts.instance->handles, crossing_.owner, handle);
    if (!error) return failed(std::move(error).error());
    return HandleValue{.number = handle, .resource = nullptr, .object = nullptr, .error = *std::move(error)};
  }
  ResourceType* type = type_of(crossing_.owner, shape);
  if (type == nullptr) return Err(TrapCode::handle_wrong_type);
  const bool is_own = shape.kind == ShapeKind::own;
  HandleTable& handles = crossing_.opts.instance->handles;
  auto rep = is_own ? handles.take_own(handle, *type) : handles.lend(handle, *type, crossing_.scope);
  if (!rep) return failed(std::move(rep).error());
  HandleValue out{.number = handle, .resource = nullptr, .object = nullptr};
  if (type->impl != nullptr) out.resource = std::make_shared<GuestResource>(GuestRep{.type = type, .rep = static_cast<std::uint32_t>(*rep)});
  else out.object = std::make_shared<HostObject>(*type->key, object_of(*rep), is_own);
  if (!is_own) lent_.push_back(out);
  return out;
}

Result<std::uint32_t, TrapCode> ValueCrossing::lower_handle(const Shape& shape, const HandleValue& value) {
  if (shape.kind == ShapeKind::error_context) {
    if (value.error == nullptr) return failed(Trap(TrapCode::host_error, "no error context where one is expected"));
    auto handle = lower_error_context(crossing_.opts.instance->handles, crossing_.owner, value.error);
    if (!handle) return failed(std::move(handle).error());
    return *handle;
  }
  ResourceType* type = type_of(crossing_.owner, shape);
  if (type == nullptr) return Err(TrapCode::handle_wrong_type);
  const bool is_own = shape.kind == ShapeKind::own;
  return type->impl != nullptr ? lower_guest_handle(*type, is_own, value) : lower_host_handle(*type, is_own, value);
}

Result<std::uint32_t, TrapCode> ValueCrossing::lower_guest_handle(ResourceType& type, bool is_own, const HandleValue& value) {
  if (value.resource == nullptr || !*value.resource) {
    const bool is_other = value.resource == nullptr && value.object != nullptr;
    return failed(Trap(TrapCode::host_error, is_other ? fmt::format("a resource of the host where a `{}` of a guest is expected", type.name) : fmt::format("this `{}` was given away before", type.name)));
  }
  if (value.resource->rep().type != &type) return failed(Trap(TrapCode::handle_wrong_type, fmt::format("`{}` of another instance or type", type.name)));
  const std::uint32_t rep = value.resource->rep().rep;
  if (is_own) (void)value.resource->release();
  else if (type.impl == crossing_.opts.instance) return rep;
  return add(type, rep, is_own);
}

Result<std::uint32_t, TrapCode> ValueCrossing::lower_host_handle(ResourceType& type, bool is_own, const HandleValue& value) {
  if (value.object == nullptr || value.object->get() == nullptr) {
    const bool is_other = value.object == nullptr && value.resource != nullptr;
    return failed(Trap(TrapCode::host_error, is_other ? fmt::format("a resource of a guest where a `{}` of the host is expected", type.name) : fmt::format("this `{}` was given away before", type.name)));
  }
  if (&value.object->key() != type.key) {
    return failed(Trap(TrapCode::handle_wrong_type, fmt::format("an object of `{}` where a `{}` is expected", value.object->key().name, type.name)));
  }
  if (is_own && !value.object->is_owned()) return failed(Trap(TrapCode::host_error, fmt::format("a `{}` that is only lent cannot be given away", type.name)));
  auto added = add(type, rep_of(value.object->get()), is_own);
  if (added && is_own) (void)value.object->release();
  return added;
}

Result<std::uint32_t, TrapCode> ValueCrossing::add(ResourceType& type, std::uint64_t rep, bool is_own) {
  const std::uint32_t added = crossing_.add_handle({.type = &type, .rep = rep, .scope = is_own ? nullptr : &crossing_.scope});
  if (added == 0) return Err(crossing_.trap->code());
  if (!is_own) ++crossing_.scope.borrows;
  return added;
}

Err<TrapCode> ValueCrossing::failed(Trap trap) {
  const TrapCode code = trap.code();
  crossing_.fail(std::move(trap));
  return Err(code);
}

}  // namespace wcomp::runtime
