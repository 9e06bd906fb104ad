// Resources of the host in Values: C++ objects in calls whose types are known only at run time.
//
//   linker.define_resource("app:db/api", "connection", wcomp::resource_key<Connection>);
//   linker.define_values("app:db/api", "open", [](const wcomp::ValueFuncType&, std::span<wcomp::Value>) -> wcomp::ValueResult {
//     return wcomp::own_value(std::make_unique<Connection>());
//   });
//   linker.define_values("app:db/api", "[method]connection.ping", [](const wcomp::ValueFuncType&, std::span<wcomp::Value> args) -> wcomp::ValueResult {
//     wcomp::object_of<Connection>(args[0])->ping();
//     return std::optional<wcomp::Value>();
//   });
//
// Thread safety: like the objects; a Value belongs to the thread of the Instance that it goes to. CanonicalABI.md "Resource State".
#pragma once

#include <memory>
#include <utility>

#include "wcomp/abi.h"
#include "wcomp/value.h"

namespace wcomp {

/// The object as `own`: a guest that gets it owns it; if none does, it ends with the value. `object` is not null.
template <class T>
[[nodiscard]] Value own_value(std::unique_ptr<T> object) {
  auto held = std::make_shared<HostObject>(resource_key<T>, object.get(), true);
  (void)object.release();
  return {HandleValue{.number = 0, .resource = nullptr, .object = std::move(held)}};
}

/// The object as `borrow`, for one call; it stays the caller's and has to live until then.
template <class T>
[[nodiscard]] Value borrow_value(T& object) {
  return {HandleValue{.number = 0, .resource = nullptr, .object = std::make_shared<HostObject>(resource_key<T>, &object, false)}};
}

/// The object of an `own` or a `borrow`, still the value's. Null for a value of another kind or class, and for an object that was given away
/// or was lent for a call that has ended.
template <class T>
[[nodiscard]] T* object_of(const Value& value) {
  const HandleValue* h = std::get_if<HandleValue>(&value.data);
  return h == nullptr || h->object == nullptr || &h->object->key() != &resource_key<T> ? nullptr : static_cast<T*>(h->object->get());
}

/// The object of an `own`, now the caller's. Null where object_of is, and for a borrow.
template <class T>
[[nodiscard]] std::unique_ptr<T> take_object(Value& value) {
  T* object = object_of<T>(value);
  if (object == nullptr || !std::get<HandleValue>(value.data).object->is_owned()) return nullptr;
  (void)std::get<HandleValue>(value.data).object->release();
  return std::unique_ptr<T>(object);
}

}  // namespace wcomp
