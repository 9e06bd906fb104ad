// Calls whose types are known only at run time: values as data, and as WAVE text.
//
//   auto greet = instance->func("docs:greet/greeter@0.1.0", "greet");        // Result<Func>
//   auto name = wcomp::Value::parse(greet->params()[0].type, "\"Ada\"");     // Result<Value>; or Value::string("Ada")
//   auto answer = greet->call({*name});                                      // Result<std::optional<Value>, Trap>
//   std::string text = wcomp::to_string(*greet->result(), **answer);         // "\"hello, Ada\""
//
// The other way round, a host function for types known only at run time; it may look at them, here to print any call:
//
//   linker.define_values("docs:log/sink", "write", [](const wcomp::ValueFuncType& type, std::span<wcomp::Value> args) -> wcomp::ValueResult {
//     for (std::size_t i = 0; i < args.size(); ++i) show(wcomp::to_string(type.params[i].type, args[i]));
//     return std::optional<wcomp::Value>();
//   });
//
// For plugin hosts, tools and tests. A host that knows its world uses bindings or `Func::typed`, which do not box.
// A Value means something only together with a Type: the Type says which alternative it holds, and the two walk together.
// Thread safety: a Type may be shared; a Value that holds resources belongs to the thread of their Instance and must not outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "wcomp/crossing.h"
#include "wcomp/result.h"
#include "wcomp/type_desc.h"

namespace wcomp {

class GuestResource;
class Type;
struct Value;

/// A resource of the host in a Value: an object of the C++ class that `key` names, owned (it ends with this) or lent for a call (then `get`
/// is null once the call has ended). wcomp/host_value.h makes and reads them by class.
class HostObject {
 public:
  HostObject(const ResourceKey& key, void* object, bool is_owned) noexcept : key_(&key), object_(object), is_owned_(is_owned) {}
  HostObject(const HostObject&) = delete;
  HostObject& operator=(const HostObject&) = delete;
  ~HostObject() {
    if (is_owned_ && object_ != nullptr && key_->destroy != nullptr) key_->destroy(object_);
  }
  [[nodiscard]] const ResourceKey& key() const { return *key_; }
  [[nodiscard]] bool is_owned() const { return is_owned_; }
  /// Null when it was given away, or was lent for a call that has ended.
  [[nodiscard]] void* get() const { return object_; }
  /// Gives the object up without ending it.
  void* release() { return std::exchange(object_, nullptr); }

 private:
  const ResourceKey* key_;
  void* object_;
  bool is_owned_;
};

/// A variant's, enum's, option's or result's case, with its payload: none or one. Options: 0 none, 1 some; results: 0 ok, 1 err.
struct CaseValue {
  std::uint32_t index = 0;
  std::vector<Value> payload;
  friend bool operator==(const CaseValue&, const CaseValue&);
};
/// Bit i is the i-th flag.
struct FlagsValue {
  std::uint32_t bits = 0;
  friend bool operator==(FlagsValue, FlagsValue) = default;
};
/// What an `error-context` is: a message for people, shared by all who have it. Explainer.md "Error Context Type".
struct ErrorContext {
  std::string debug_message;
};
/// own, borrow or error-context. `resource` is a resource that a guest defines, in the host's hands; `object` one of the host's own. Given to a call as `own`
/// it is gone from here and from every copy of this value; what came as `borrow` is gone when the call ends. `number` is for printing, and
/// for users of the Canonical ABI without an instance. CanonicalABI.md "Resource State".
struct HandleValue {
  std::uint32_t number = 0;
  std::shared_ptr<GuestResource> resource;  // owners: the copies of this value
  std::shared_ptr<HostObject> object;       // owners: the copies of this value
  std::shared_ptr<const ErrorContext> error = {};  // owners: the copies of this value, guests that have it. Set for an error-context only
  friend bool operator==(const HandleValue&, const HandleValue&) = default;
};

/// Alternatives by kind: bool_; s8..s64 int64_t; u8..u64 uint64_t; f32 float; f64 double; char_ char32_t; string UTF-8;
/// list, fixed_list, record, tuple their parts in order, map its entries as tuples of key and value; variant, enum_, option, result
/// CaseValue; flags; own, borrow and error_context HandleValue.
struct Value {
  std::variant<bool, std::int64_t, std::uint64_t, float, double, char32_t, std::string, std::vector<Value>, CaseValue, FlagsValue, HandleValue> data;

  // Short ways to make one: numbers by the sign of their type, parts in order, cases by index (`Type::find`).
  [[nodiscard]] static Value bool_(bool v) { return {v}; }
  [[nodiscard]] static Value s(std::int64_t v) { return {v}; }
  [[nodiscard]] static Value u(std::uint64_t v) { return {v}; }
  [[nodiscard]] static Value f32(float v) { return {v}; }
  [[nodiscard]] static Value f64(double v) { return {v}; }
  [[nodiscard]] static Value char_(char32_t v) { return {v}; }
  [[nodiscard]] static Value string(std::string utf8) { return {std::move(utf8)}; }
  [[nodiscard]] static Value list(std::vector<Value> parts);    ///< also records and tuples
  [[nodiscard]] static Value case_(std::uint32_t index);
  [[nodiscard]] static Value case_(std::uint32_t index, Value payload);
  [[nodiscard]] static Value flags(std::uint32_t bits) { return {FlagsValue{bits}}; }

  [[nodiscard]] static Value error_context(std::string debug_message) {
    return {HandleValue{0, nullptr, nullptr, std::make_shared<const ErrorContext>(ErrorContext{std::move(debug_message)})}};
  }

  /// Reads WAVE text: `{name: "x", sizes: [1, 2], kind: large, id: some(7)}`. Errors: syntax, type-mismatch, unknown-item and others, with the
  /// place in the text, what was found and what was expected. https://github.com/bytecodealliance/wasm-tools/tree/main/crates/wasm-wave
  [[nodiscard]] static Result<Value> parse(const Type& type, std::string_view wave);

  friend bool operator==(const Value&, const Value&) = default;
};
inline bool operator==(const CaseValue& a, const CaseValue& b) { return a.index == b.index && a.payload == b.payload; }

inline Value Value::list(std::vector<Value> parts) { return {std::move(parts)}; }
inline Value Value::case_(std::uint32_t index) { return {CaseValue{index, {}}}; }
inline Value Value::case_(std::uint32_t index, Value payload) {
  CaseValue c{index, {}};
  c.payload.push_back(std::move(payload));
  return {std::move(c)};
}

/// A value type of a component. Cheap handle that keeps the component's types alive.
class Type {
 public:
  [[nodiscard]] TypeKind kind() const;
  /// WIT text, types written out: `record { name: string, sizes: list<u32> }`; long ones are cut.
  [[nodiscard]] std::string to_string() const;
  /// Fields, elements of a tuple, cases, flags; 1 for a list and an option, 2 for a map (key, value) and a result (ok, err); 0 otherwise.
  [[nodiscard]] std::size_t size() const;
  /// A field's, case's or flag's name in WIT; `none`, `some`, `ok`, `err`; empty for what has no names. `i` < size().
  [[nodiscard]] std::string name(std::size_t i) const;
  /// A field's, element's or payload's type; nothing for a case without payload and for flags. `i` < size().
  [[nodiscard]] std::optional<Type> part(std::size_t i) const;
  /// The index of that name.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
  /// A fixed_list's length.
  [[nodiscard]] std::uint32_t length() const;
  /// Whether the value is one of this type, with all its parts.
  [[nodiscard]] bool holds(const Value& value) const;

 private:
  friend class Func;
  friend struct TypeAccess;
  explicit Type(std::shared_ptr<const struct TypeImpl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const struct TypeImpl> impl_;  // owners: handles
};

/// A parameter of a Func.
struct Param {
  std::string name;
  Type type;
};

/// The type of a host function that takes Values (`Linker::define_values`), as the component that imports it has it.
struct ValueFuncType {
  std::vector<Param> params;
  std::optional<Type> result;  ///< nothing: the function gives nothing
};

/// The value as WAVE text; characters that act on a terminal are escaped. A value that the type does not hold gives an empty text.
[[nodiscard]] std::string to_string(const Type& type, const Value& value);

}  // namespace wcomp
