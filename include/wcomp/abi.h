// Typed calls for hosts: C++ signatures over Crossing, in both directions. The types are listed in wcomp/abi_types.h.
//
//   wcomp::define(linker, "app:log/sink", "write", [](std::string_view line) { ... });
//   auto add = instance->func("component:adder/add", "add")->typed<std::uint32_t(std::uint32_t, std::uint32_t)>();
//   Result<std::uint32_t, Trap> sum = add->call(1, 2);
//
// Resources. A host's class with a constant `resource_name` (and a virtual destructor if it is a base) is one: `std::unique_ptr<T>` is its
// `own`, `T&` its `borrow`. A guest's resource is a class derived from GuestResource, with a `resource_name` and a constructor from
// (GuestRep, const BindingTable*): the class itself is the `own`, `const T&` the `borrow`. Inside lists and records a borrow is Borrow<T>.
//
// Everything read from guest memory is checked; lists and strings of one call may not come to more than `max_lifted_bytes`.
// Thread safety: a TypedFunc belongs to its Instance's thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "wcomp/abi_types.h"
#include "wcomp/wcomp.h"

namespace wcomp {

/// Which C++ object holds the functions of a guest's resource class; made by generated bindings. Entries have static keys.
class BindingTable {
 public:
  void add(const ResourceKey& key, const void* functions) { entries_.emplace_back(&key, functions); }
  [[nodiscard]] const void* find(const ResourceKey& key) const {
    for (const auto& [k, functions] : entries_) {
      if (k == &key) return functions;
    }
    return nullptr;
  }

 private:
  std::vector<std::pair<const ResourceKey*, const void*>> entries_;
};

template <class T>
concept GuestResourceClass = std::derived_from<T, GuestResource>;

/// The key of a resource's C++ class.
template <class T>
inline constexpr ResourceKey resource_key{T::resource_name, [] {
                                            void (*destroy)(void*) = nullptr;
                                            if constexpr (!GuestResourceClass<T>) destroy = [](void* object) { delete static_cast<T*>(object); };
                                            return destroy;
                                          }()};

namespace abi {

/// Bytes of C++ objects that one call may make out of a guest's lists and strings.
inline constexpr std::uint64_t max_lifted_bytes = std::uint64_t{1} << 30;
inline constexpr std::uint64_t max_list_bytes = (std::uint64_t{1} << 28) - 1;

// Implemented by the runtime.
void lower_string(Crossing& crossing, std::string_view text, std::uint32_t& ptr, std::uint32_t& len);
[[nodiscard]] std::string lift_string(Crossing& crossing, std::uint32_t ptr, std::uint32_t len);
/// The bytes of a utf8 string in place; for the other encodings empty, and `needs_copy` is set.
[[nodiscard]] std::string_view view_string(Crossing& crossing, std::uint32_t ptr, std::uint32_t len, bool& needs_copy);

/// The context of the host's side of a call: what the templates of wcomp/abi_types.h ask for, over a Crossing.
class HostContext {
 public:
  explicit HostContext(Crossing& crossing) : crossing_(crossing) {}
  [[nodiscard]] Crossing& crossing() { return crossing_; }

  [[nodiscard]] bool ok() const { return crossing_.ok(); }
  [[nodiscard]] std::uint8_t* at(std::uint32_t ptr) { return crossing_.memory + ptr; }
  [[nodiscard]] static std::uint32_t place(std::uint32_t ptr) { return ptr; }  // not a pointer: memories move
  void fail_char() { crossing_.fail(TrapCode::invalid_char); }
  void fail_discriminant() { crossing_.fail(TrapCode::invalid_discriminant); }

  /// Whether `bytes` bytes at `ptr` can be accessed.
  [[nodiscard]] bool check_range(std::uint32_t ptr, std::uint64_t bytes, std::uint32_t align) {
    if ((ptr & (align - 1)) != 0) {
      crossing_.fail(TrapCode::unaligned_pointer);
    } else if (bytes > crossing_.memory_size || ptr > crossing_.memory_size - bytes) {
      crossing_.fail(TrapCode::pointer_out_of_bounds);
    }
    return ok();
  }
  [[nodiscard]] bool check_list(std::uint32_t ptr, std::uint64_t bytes, std::uint32_t align) {
    if (bytes > max_list_bytes) crossing_.fail(TrapCode::list_too_long);
    return ok() && check_range(ptr, bytes, align);
  }
  [[nodiscard]] bool charge(std::uint64_t bytes) {
    if (bytes > budget_) {
      crossing_.fail(TrapCode::limit_exceeded, "the lists and strings of one call are too large");
      return false;
    }
    budget_ -= bytes;
    return true;
  }
  std::uint32_t allocate(std::uint64_t bytes, std::uint32_t align) {
    if (bytes > max_list_bytes) crossing_.fail(TrapCode::list_too_long);
    if (!ok()) return 0;
    const std::uint32_t ptr = crossing_.allocate(static_cast<std::uint32_t>(bytes), align);
    return ok() && check_range(ptr, bytes, align) ? ptr : 0;
  }
  std::uint32_t lower_bytes(const void* data, std::uint64_t bytes, std::uint32_t align) {
    const std::uint32_t ptr = allocate(bytes, align);
    if (ok() && bytes != 0) std::memcpy(at(ptr), data, static_cast<std::size_t>(bytes));
    return ptr;
  }
  void lower_string(std::string_view text, std::uint32_t& ptr, std::uint32_t& len) {
    if (ok()) abi::lower_string(crossing_, text, ptr, len);
  }
  std::string lift_string(std::uint32_t ptr, std::uint32_t len) {
    // Bit 31 is the tag of latin1+utf16; other strings are never that long.
    return ok() && charge(len & 0x7fffffffU) ? abi::lift_string(crossing_, ptr, len) : std::string();
  }
  std::string_view view_string(std::uint32_t ptr, std::uint32_t len) {
    bool needs_copy = false;
    if (!ok()) return {};
    const std::string_view view = abi::view_string(crossing_, ptr, len, needs_copy);
    return needs_copy ? std::string_view(copies_.emplace_back(lift_string(ptr, len))) : view;
  }
  void consumed(std::uint32_t, std::uint32_t) {}  // the guest frees what it lends
  void keep_until_end(std::uint32_t) {}

 private:
  Crossing& crossing_;
  std::uint64_t budget_ = max_lifted_bytes;
  std::list<std::string> copies_;
};

/// Handles are an i32 everywhere.
template <class T, TypeKind K, class R, class Self>
struct Handle {
  static constexpr TypeDesc desc{K, nullptr, nullptr, 0, &resource_key<R>};
  static constexpr std::uint32_t size = 4;
  static constexpr std::uint32_t align = 4;
  static constexpr std::array<Core, 1> flat{Core::i32};
  static constexpr bool is_any_bits = false;

  template <class V>
  static void lower_flat(HostContext& cx, V& v, std::uint64_t* slots) {
    slots[0] = cx.ok() ? Self::lower(cx.crossing(), v) : 0;
  }
  static T lift_flat(HostContext& cx, const std::uint64_t* slots) {
    return cx.ok() ? Self::lift(cx.crossing(), static_cast<std::uint32_t>(slots[0])) : T();
  }
  template <class V>
  static void store(HostContext& cx, V& v, std::uint32_t ptr) {
    write_raw(cx, ptr, cx.ok() ? Self::lower(cx.crossing(), v) : 0U);
  }
  static T load(HostContext& cx, std::uint32_t ptr) {
    return cx.ok() ? Self::lift(cx.crossing(), read_raw<std::uint32_t>(cx, ptr)) : T();
  }
};

template <class T>
struct Type<std::unique_ptr<T>> : Handle<std::unique_ptr<T>, TypeKind::own, T, Type<std::unique_ptr<T>>> {
  static std::uint32_t lower(Crossing& c, std::unique_ptr<T>& v) {
    if (v == nullptr) {
      c.fail(TrapCode::host_error, std::string("a null `") + T::resource_name + "` cannot be given to a guest");
      return 0;
    }
    return c.lower_own(resource_key<T>, v.release());
  }
  static std::unique_ptr<T> lift(Crossing& c, std::uint32_t handle) {
    return std::unique_ptr<T>(static_cast<T*>(c.lift_own(resource_key<T>, handle)));
  }
};

template <class T>
struct Type<Borrow<T>> : Handle<Borrow<T>, TypeKind::borrow, std::remove_const_t<T>, Type<Borrow<T>>> {
  static std::uint32_t lower(Crossing& c, const Borrow<T>& v) {
    if (v.get() == nullptr) {
      c.fail(TrapCode::host_error, std::string("a null `") + T::resource_name + "` cannot be lent to a guest");
      return 0;
    }
    if constexpr (GuestResourceClass<T>) {
      return c.lower_guest_borrow(resource_key<std::remove_const_t<T>>, v->rep());
    } else {
      return c.lower_borrow(resource_key<std::remove_const_t<T>>, const_cast<std::remove_const_t<T>*>(v.get()));
    }
  }
  static Borrow<T> lift(Crossing& c, std::uint32_t handle) {
    static_assert(!GuestResourceClass<T>, "a host function cannot take a borrow of a guest's resource");
    auto* object = static_cast<T*>(c.lift_borrow(resource_key<std::remove_const_t<T>>, handle));
    return object == nullptr ? Borrow<T>() : Borrow<T>(*object);
  }
};

template <GuestResourceClass T>
struct Type<T> : Handle<T, TypeKind::own, T, Type<T>> {
  static std::uint32_t lower(Crossing& c, T& v) { return c.lower_guest_own(resource_key<T>, v.release()); }
  static T lift(Crossing& c, std::uint32_t handle) { return T(c.lift_guest_own(resource_key<T>, handle), c.bindings); }
};

/// Numbers, and what consists of nothing else: no context is looked at to lift or lower them.
template <class T>
inline constexpr bool is_plain_type = Type<T>::is_any_bits;
template <>
inline constexpr bool is_plain_type<bool> = true;
template <>
inline constexpr bool is_plain_type<void> = true;
struct NoContext {};

/// Parts of a C++ signature.
template <class Signature>
struct Sig;
template <class R, class... Ps>
struct Sig<R(Ps...)> {
  using Return = R;
  using Params = Sequence<typename Param<Ps>::Wire...>;
  static constexpr std::size_t flat_params = Params::flat_offsets[sizeof...(Ps)];
  static constexpr bool params_spill = flat_params > max_flat_params;
  static constexpr std::size_t flat_results = PayloadType<R>::flat.size();
  static constexpr bool results_spill = flat_results > max_flat_results;
  static constexpr std::size_t slot_count = (params_spill ? 1 : flat_params) + 2;
  /// What GuestCall::run_plain is for.
  static constexpr bool is_plain = (is_plain_type<typename Param<Ps>::Wire> && ...) && !params_spill && is_plain_type<R> && !results_spill;

  static constexpr const TypeDesc* params[sizeof...(Ps) + 1] = {&Type<typename Param<Ps>::Wire>::desc..., nullptr};
  static constexpr FuncDesc desc{params, sizeof...(Ps), desc_or_null<R>()};
};

/// Whether a C++ type is, or has inside, a view of the guest's memory. Of records and variants the members are not looked at.
template <class T>
inline constexpr bool has_views = false;
template <>
inline constexpr bool has_views<std::string_view> = true;
template <class T>
inline constexpr bool has_views<std::span<const T>> = true;
template <class T>
inline constexpr bool has_views<std::vector<T>> = has_views<T>;
template <class T>
inline constexpr bool has_views<std::optional<T>> = has_views<T>;
template <class T, std::size_t N>
inline constexpr bool has_views<std::array<T, N>> = has_views<T>;
template <class T, class E>
inline constexpr bool has_views<Result<T, E>> = has_views<T> || has_views<E>;
template <class... Ts>
inline constexpr bool has_views<std::tuple<Ts...>> = (has_views<Ts> || ...);

/// A result that lies in memory at a pointer that the guest gave.
template <class R>
R lift_spilled(HostContext& cx, std::uint64_t slot) {
  const auto ptr = static_cast<std::uint32_t>(slot);
  if (!cx.check_range(ptr, Type<R>::size, Type<R>::align)) {
    const std::uint64_t zeros[Type<R>::flat.size()] = {};
    return Type<R>::lift_flat(cx, zeros);
  }
  return Type<R>::load(cx, ptr);
}

}  // namespace abi

/// An exported function with its C++ type. Cheap handle, like Func.
template <class R, class... Ps>
class TypedFunc<R(Ps...)> {
 public:
  using Signature = abi::Sig<R(Ps...)>;

  TypedFunc() = default;
  explicit TypedFunc(Func func, const BindingTable* bindings = nullptr) : func_(std::move(func)), bindings_(bindings) {}
  /// For generated bindings.
  void set_bindings(const BindingTable* bindings) { bindings_ = bindings; }

  [[nodiscard]] Result<R, Trap> call(Ps... args) const {
    static_assert(!abi::has_views<R>, "a view does not outlive the call that gives it: use `view`, or a type that owns");
    return call_with(std::index_sequence_for<Ps...>{}, args...);
  }
  [[nodiscard]] Result<R, Trap> operator()(Ps... args) const { return call(args...); }

  /// Calls, and hands the result to `use` before the guest may free it: for results that are views, `TypedFunc<std::string_view(..)>`,
  /// `std::tuple<std::uint32_t, std::span<const float>>`. They are valid until `use` returns, which cannot call the instance. Gives what `use`
  /// gives; a trap of post-return comes instead. CanonicalABI.md `canon lift`.
  template <class Use>
  [[nodiscard]] auto view(Use&& use, Ps... args) const -> Result<std::invoke_result_t<Use, R>, Trap> {
    return view_with(std::forward<Use>(use), std::index_sequence_for<Ps...>{}, args...);
  }

 private:
  template <std::size_t... I>
  Result<R, Trap> call_with(std::index_sequence<I...>, auto&... args) const {
    if constexpr (Signature::is_plain) {
      abi::NoContext cx;
      std::uint64_t plain_slots[Signature::slot_count];
      (lower<Ps>(cx, args, plain_slots + Signature::Params::flat_offsets[I]), ...);
      auto called = GuestCall::run_plain(func_, plain_slots);
      if constexpr (std::is_void_v<R>) {
        return called;
      } else {
        if (!called) return Result<R, Trap>(std::in_place_index<1>, std::move(called).error());
        return Result<R, Trap>(std::in_place_index<0>, abi::Type<R>::lift_flat(cx, plain_slots));
      }
    } else {
      return call_checked(std::index_sequence<I...>{}, args...);
    }
  }
  template <std::size_t... I>
  Result<R, Trap> call_checked(std::index_sequence<I...> indices, auto&... args) const {
    GuestCall call(func_);
    abi::HostContext cx(call.crossing());
    std::uint64_t slots[Signature::slot_count + abi::max_flat_params] = {};
    if (!run(call, cx, slots, indices, args...)) return finish_failed<R>(call);
    if constexpr (std::is_void_v<R>) {
      return call.finish();
    } else {
      R result = lift(cx, slots);
      auto finished = call.finish();
      if (!finished) return Result<R, Trap>(std::in_place_index<1>, std::move(finished).error());
      return Result<R, Trap>(std::in_place_index<0>, std::move(result));
    }
  }
  template <class Use, std::size_t... I>
  auto view_with(Use&& use, std::index_sequence<I...> indices, auto&... args) const -> Result<std::invoke_result_t<Use, R>, Trap> {
    using Used = std::invoke_result_t<Use, R>;
    GuestCall call(func_);
    abi::HostContext cx(call.crossing());
    std::uint64_t slots[Signature::slot_count + abi::max_flat_params] = {};
    if (!run(call, cx, slots, indices, args...)) return finish_failed<Used>(call);
    R result = lift(cx, slots);
    if (!cx.ok()) return finish_failed<Used>(call);
    if constexpr (std::is_void_v<Used>) {
      std::forward<Use>(use)(std::move(result));
      return call.finish();
    } else {
      Used used = std::forward<Use>(use)(std::move(result));
      auto finished = call.finish();
      if (!finished) return Result<Used, Trap>(std::in_place_index<1>, std::move(finished).error());
      return Result<Used, Trap>(std::in_place_index<0>, std::move(used));
    }
  }
  /// Lowers the arguments and runs the core function. False when the call has failed.
  template <std::size_t... I>
  bool run(GuestCall& call, abi::HostContext& cx, std::uint64_t* slots, std::index_sequence<I...>, auto&... args) const {
    call.crossing().bindings = bindings_;
    using Params = typename Signature::Params;
    if constexpr (Signature::params_spill) {
      const std::uint32_t ptr = cx.allocate(Params::size, Params::align);
      if (cx.ok()) (lower_stored<Ps>(cx, args, ptr + Params::offsets[I]), ...);
      slots[0] = ptr;
    } else {
      (lower<Ps>(cx, args, slots + Params::flat_offsets[I]), ...);
    }
    return call.invoke(slots);
  }
  static R lift(abi::HostContext& cx, const std::uint64_t* slots) {
    if constexpr (Signature::results_spill) {
      return abi::lift_spilled<R>(cx, slots[0]);
    } else if constexpr (!std::is_void_v<R>) {
      return abi::Type<R>::lift_flat(cx, slots);
    }
  }
  template <class P>
  static void lower(auto& cx, auto& arg, std::uint64_t* slots) {
    auto&& wire = abi::wire_of<P>(arg);
    abi::Type<typename abi::Param<P>::Wire>::lower_flat(cx, wire, slots);
  }
  template <class P>
  static void lower_stored(abi::HostContext& cx, auto& arg, std::uint32_t ptr) {
    auto&& wire = abi::wire_of<P>(arg);
    abi::Type<typename abi::Param<P>::Wire>::store(cx, wire, ptr);
  }
  template <class T>
  static Result<T, Trap> finish_failed(GuestCall& call) {
    auto finished = call.finish();
    if (!finished) return Result<T, Trap>(std::in_place_index<1>, std::move(finished).error());
    return Result<T, Trap>(std::in_place_index<1>, Trap(TrapCode::host_error, "the call did not start"));
  }

  mutable Func func_;
  const BindingTable* bindings_ = nullptr;
};

template <class Signature>
Result<TypedFunc<Signature>> Func::typed() const {
  Func func = *this;
  auto bound = func.bind(abi::Sig<Signature>::desc);
  if (!bound) return Err(std::move(bound).error());
  return TypedFunc<Signature>(std::move(func));
}

/// Looks an exported function up and binds it; for generated bindings.
template <class Signature>
Result<void> bind_export(Instance& instance, std::string_view interface, std::string_view name, TypedFunc<Signature>& out, const BindingTable* bindings) {
  auto func = instance.func(interface, name);
  if (!func) return Err(std::move(func).error());
  auto typed = func->template typed<Signature>();
  if (!typed) return Err(std::move(typed).error());
  out = std::move(*typed);
  out.set_bindings(bindings);
  return {};
}

namespace abi {

/// Runs a C++ callable for a guest: lifts the parameters, calls, lowers the result.
template <class R, class... Ps, class F>
void serve(HostCall& call, F& callable, std::type_identity<R(Ps...)>) {
  using Signature = Sig<R(Ps...)>;
  using Params = typename Signature::Params;
  HostContext cx(call.crossing);
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    // Lifted in order, which braces guarantee. When something is wrong with them, the callable is not called.
    std::tuple<typename Param<Ps>::Wire...> args = [&]() -> std::tuple<typename Param<Ps>::Wire...> {
      if constexpr (Signature::params_spill) {
        const auto ptr = static_cast<std::uint32_t>(call.slots[0]);
        if (cx.check_range(ptr, Params::size, Params::align)) return {Type<typename Param<Ps>::Wire>::load(cx, ptr + Params::offsets[I])...};
        static constexpr std::uint64_t zeros[Signature::flat_params + 1] = {};
        return {Type<typename Param<Ps>::Wire>::lift_flat(cx, zeros + Params::flat_offsets[I])...};
      } else {
        return {Type<typename Param<Ps>::Wire>::lift_flat(cx, call.slots + Params::flat_offsets[I])...};
      }
    }();
    std::uint32_t result_ptr = 0;
    if constexpr (Signature::results_spill) {
      result_ptr = static_cast<std::uint32_t>(call.slots[Signature::params_spill ? 1 : Signature::flat_params]);
      if (!cx.check_range(result_ptr, Type<R>::size, Type<R>::align)) return;
    }
    if (!cx.ok()) return;
    if constexpr (std::is_void_v<R>) {
      std::invoke(callable, Param<Ps>::pass(std::get<I>(args))...);
    } else {
      R result = std::invoke(callable, Param<Ps>::pass(std::get<I>(args))...);
      if (!cx.ok()) return;
      if constexpr (Signature::results_spill) {
        Type<R>::store(cx, result, result_ptr);
      } else {
        Type<R>::lower_flat(cx, result, call.slots);
      }
    }
  }(std::index_sequence_for<Ps...>{});
}

/// The same where no context is needed to lift and lower.
template <class R, class... Ps, class F>
void serve_plain(F& callable, std::uint64_t* slots, std::type_identity<R(Ps...)>) {
  using Params = typename Sig<R(Ps...)>::Params;
  NoContext cx;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    std::tuple<typename Param<Ps>::Wire...> args{Type<typename Param<Ps>::Wire>::lift_flat(cx, slots + Params::flat_offsets[I])...};
    if constexpr (std::is_void_v<R>) {
      std::invoke(callable, Param<Ps>::pass(std::get<I>(args))...);
    } else {
      R result = std::invoke(callable, Param<Ps>::pass(std::get<I>(args))...);
      Type<R>::lower_flat(cx, result, slots);
    }
  }(std::index_sequence_for<Ps...>{});
}

/// The signature of a callable without overloads.
template <class F>
struct SignatureOf : SignatureOf<decltype(&F::operator())> {};
template <class R, class... Ps>
struct SignatureOf<R (*)(Ps...)> {
  using type = R(Ps...);
};
template <class C, class R, class... Ps>
struct SignatureOf<R (C::*)(Ps...)> {
  using type = R(Ps...);
};
template <class C, class R, class... Ps>
struct SignatureOf<R (C::*)(Ps...) const> {
  using type = R(Ps...);
};

}  // namespace abi

/// Adds a C++ callable as function `name` of imported interface `interface` (empty: the root). An exception out of it becomes a trap.
template <class Signature, class F>
void define_as(Linker& linker, std::string interface, std::string name, F callable) {
  using Sig = abi::Sig<Signature>;
  if constexpr (Sig::is_plain) {
    auto object = std::make_shared<F>(std::move(callable));
    PlainHostFunc plain{.run = [](void* f, std::uint64_t* slots) { abi::serve_plain(*static_cast<F*>(f), slots, std::type_identity<Signature>{}); }, .object = object};
    linker.define_func(std::move(interface), std::move(name), Sig::desc,
                       [object](HostCall& call) { abi::serve(call, *object, std::type_identity<Signature>{}); }, std::move(plain));
  } else {
    linker.define_func(std::move(interface), std::move(name), Sig::desc,
                       [callable = std::move(callable)](HostCall& call) mutable { abi::serve(call, callable, std::type_identity<Signature>{}); });
  }
}
template <class F>
void define(Linker& linker, std::string interface, std::string name, F callable) {
  define_as<typename abi::SignatureOf<std::decay_t<F>>::type>(linker, std::move(interface), std::move(name), std::move(callable));
}

}  // namespace wcomp
