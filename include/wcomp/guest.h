// What generated guest code is written on: contexts over the guest's own memory, handles, calls out and calls in.
//
// Pointers into this memory are 32-bit numbers, so lowering lends the bytes of C++ objects where they lie and lifting views or takes what the
// caller put there with cabi_realloc. Nothing needs checks: the runtime made them. Blocks that lowering needs for lists of
// pointers belong to the context and end with it. What bindings carry has wcomp/guest_result.h in place of
// wcomp/result.h. Needs C++20, no exceptions, no RTTI.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "wcomp/abi_types.h"

namespace wcomp::guest {

/// The guest's own memory, which the runtime has checked: what values are lifted and lowered over. Values are at pointers here, so that the
/// parts of one are at offsets of instructions.
class Context {
 public:
  static constexpr bool is_trusted = true;
  [[nodiscard]] static bool ok() { return true; }
  [[nodiscard]] static std::uint8_t* at(std::uint32_t ptr) { return reinterpret_cast<std::uint8_t*>(static_cast<std::uintptr_t>(ptr)); }
  [[nodiscard]] static std::uint8_t* at(std::uint8_t* place) { return place; }
  [[nodiscard]] static std::uint8_t* place(std::uint32_t ptr) { return at(ptr); }
  [[nodiscard]] static std::uint32_t address_of(const void* p) { return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(p)); }
  [[noreturn]] static void fail_char() { __builtin_unreachable(); }
  [[noreturn]] static void fail_discriminant() { __builtin_unreachable(); }
  [[nodiscard]] static bool check_list(std::uint32_t, std::uint64_t, std::uint32_t) { return true; }
  [[nodiscard]] static bool charge(std::uint64_t) { return true; }

  [[gnu::noinline]] static std::string lift_string(std::uint32_t ptr, std::uint32_t len) {
    if (len > std::string().max_size()) __builtin_trap();  // or the string would have a text for it
    std::string text(reinterpret_cast<const char*>(at(ptr)), len);
    consumed(ptr, len);
    return text;
  }
  /// The `len` elements at `ptr`, which the caller allocated, were copied.
  static void consumed(std::uint32_t ptr, std::uint32_t len) {
    if (len != 0) std::free(at(ptr));
  }
};

/// Memory that is taken for a call and ends with it.
struct alignas(8) Kept {
  Kept* next;
  /// A block of `bytes` bytes, which ends with the list. None for an empty one, whose address nobody looks at.
  [[gnu::noinline]] static void* add(Kept*& list, std::size_t bytes) {
    if (bytes == 0) return nullptr;
    list = new (::operator new(sizeof(Kept) + bytes)) Kept{list};
    return list + 1;
  }
};

/// Lowers the values of one call. Blocks for lists of pointers live until free_all().
class Lowering : public Context {
 public:
  /// No value takes more bytes here than as a C++ object, of which there is memory for all.
  std::uint32_t allocate(std::uint64_t bytes, std::uint32_t) { return address_of(Kept::add(blocks_, static_cast<std::size_t>(bytes))); }
  static std::uint32_t lower_bytes(const void* data, std::uint64_t, std::uint32_t) { return address_of(data); }
  static void lower_string(std::string_view text, std::uint32_t& ptr, std::uint32_t& len) {
    ptr = address_of(text.data());
    len = static_cast<std::uint32_t>(text.size());
  }
  [[gnu::noinline]] static void store_string(const std::string& text, std::uint8_t* at) {
    const std::uint32_t parts[] = {address_of(text.data()), static_cast<std::uint32_t>(text.size())};
    std::memcpy(at, parts, sizeof parts);
  }
  [[nodiscard]] bool has_blocks() const { return blocks_ != nullptr; }
  [[gnu::noinline]] void free_all() {
    while (blocks_ != nullptr) ::operator delete(std::exchange(blocks_, blocks_->next));
  }

 private:
  Kept* blocks_ = nullptr;
};

/// Lowers what nobody looks at after the call.
class CallLowering : public Lowering {
 public:
  CallLowering() = default;
  CallLowering(const CallLowering&) = delete;
  CallLowering& operator=(const CallLowering&) = delete;
  ~CallLowering() {
    if (has_blocks()) free_all();  // compilers see that there are none in most functions
  }
};

/// Lifts the parameters of one call. What is only viewed, and borrowed handles, end with this.
class Lifting : public Context {
 public:
  Lifting() = default;
  Lifting(const Lifting&) = delete;
  Lifting& operator=(const Lifting&) = delete;
  ~Lifting() {
    if (ends_ != nullptr) end_all();
  }

  std::string_view view_string(std::uint32_t ptr, std::uint32_t len) {
    if (len == 0) return {};
    keep_until_end(ptr);
    return {reinterpret_cast<const char*>(at(ptr)), len};
  }
  /// The block at `ptr`, which the caller allocated, is viewed until the call ends.
  void keep_until_end(std::uint32_t ptr) { add({at(ptr), nullptr, 0}); }
  /// A borrowed handle to be dropped when the call ends.
  void drop_at_end(void (*drop)(std::int32_t), std::int32_t handle) { add({nullptr, drop, handle}); }

 private:
  struct End {
    void* viewed;
    void (*drop)(std::int32_t);
    std::int32_t handle;
  };
  // Once in a program, not once in every call.
  [[gnu::noinline]] void add(End end) { new (Kept::add(ends_, sizeof(End))) End(end); }
  [[gnu::noinline]] void end_all() {
    do {
      const End* end = std::launder(reinterpret_cast<End*>(ends_ + 1));
      if (end->drop != nullptr) end->drop(end->handle);
      std::free(end->viewed);
      ::operator delete(std::exchange(ends_, ends_->next));
    } while (ends_ != nullptr);
  }
  Kept* ends_ = nullptr;
};

/// Base of the classes that stand for an imported resource: one owned handle, 0 when it was moved away. `Self::drop_handle` ends it.
template <class Self>
class ImportedResource {
 public:
  ImportedResource(ImportedResource&& other) noexcept : index_(other.release()) {}
  ImportedResource& operator=(ImportedResource&& other) noexcept {
    if (this != &other) {
      reset();
      index_ = other.release();
    }
    return *this;
  }
  ~ImportedResource() { reset(); }

  [[nodiscard]] std::int32_t handle() const { return index_; }
  /// Gives the handle up.
  [[nodiscard]] std::int32_t release() { return std::exchange(index_, 0); }
  [[nodiscard]] explicit operator bool() const { return index_ != 0; }
  [[nodiscard]] static Self from_handle(std::int32_t handle) {
    Self s{Adopt{}};
    s.index_ = handle;
    return s;
  }

 protected:
  struct Adopt {};
  ImportedResource() = default;
  void reset() {
    if (index_ != 0) Self::drop_handle(release());
  }
  std::int32_t index_ = 0;
};

/// What the glue of a component tells about a resource it exports: static make(object), rep(handle), drop(handle).
template <class T>
struct ExportedResource;
template <class T>
concept Exported = requires { ExportedResource<T>::is_exported; };
template <class T>
concept Imported = !Exported<T> && std::derived_from<T, ImportedResource<T>>;

}  // namespace wcomp::guest

namespace wcomp {

/// An `own` of a resource that this component exports; `T` is the user's class. Ending it ends the object.
template <class T>
class Own {
 public:
  explicit Own(std::unique_ptr<T> object)
      : object_(object.release()), handle_(guest::ExportedResource<T>::make(object_)) {}
  template <class... Args>
  [[nodiscard]] static Own make(Args&&... args) {
    return Own(std::make_unique<T>(std::forward<Args>(args)...));
  }
  Own(Own&& other) noexcept : object_(std::exchange(other.object_, nullptr)), handle_(std::exchange(other.handle_, 0)) {}
  Own& operator=(Own&& other) noexcept {
    if (this != &other) {
      reset();
      object_ = std::exchange(other.object_, nullptr);
      handle_ = std::exchange(other.handle_, 0);
    }
    return *this;
  }
  ~Own() { reset(); }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  [[nodiscard]] T* get() const { return object_; }
  [[nodiscard]] std::int32_t release() {
    object_ = nullptr;
    return std::exchange(handle_, 0);
  }
  /// No handle is 0: that gives an empty one.
  [[nodiscard]] static Own from_handle(std::int32_t handle) { return Own(handle == 0 ? nullptr : guest::ExportedResource<T>::rep(handle), handle); }

 private:
  Own(T* object, std::int32_t handle) : object_(object), handle_(handle) {}
  void reset() {
    if (handle_ != 0) guest::ExportedResource<T>::drop(std::exchange(handle_, 0));
    object_ = nullptr;
  }
  T* object_ = nullptr;
  std::int32_t handle_ = 0;
};

/// A borrow of an imported resource inside a larger value; it does not drop the handle.
template <guest::Imported T>
class Borrow<T> {
 public:
  Borrow(const T& resource) : resource_(T::from_handle(resource.handle())) {}  // NOLINT(*explicit*)
  Borrow(Borrow&& other) noexcept : resource_(T::from_handle(other.resource_.release())) {}
  Borrow& operator=(Borrow&& other) noexcept {
    if (this == &other) return *this;
    (void)resource_.release();
    resource_ = T::from_handle(other.resource_.release());
    return *this;
  }
  ~Borrow() { (void)resource_.release(); }
  [[nodiscard]] static Borrow from_handle(std::int32_t handle) {
    T resource = T::from_handle(handle);
    Borrow b(resource);
    (void)resource.release();
    return b;
  }
  const T* operator->() const { return &resource_; }
  const T& operator*() const { return resource_; }
  [[nodiscard]] std::int32_t handle() const { return resource_.handle(); }

 private:
  T resource_;
};

}  // namespace wcomp

namespace wcomp::abi {

template <guest::Imported T>
struct BorrowOf<T> {
  using type = Borrow<T>;
};

/// Handles are an i32 everywhere; `Self` has lower(v) and lift(cx, handle).
template <class T, class Self>
struct GuestHandle {
  static constexpr std::uint32_t size = 4;
  static constexpr std::uint32_t align = 4;
  static constexpr std::array<Core, 1> flat{Core::i32};
  static constexpr bool is_any_bits = false;
  template <class Cx, class V>
  static void lower_flat(Cx&, V& v, std::uint64_t* slots) {
    slots[0] = static_cast<std::uint32_t>(Self::lower(v));
  }
  template <class Cx>
  static T lift_flat(Cx& cx, const std::uint64_t* slots) {
    return Self::lift(cx, static_cast<std::int32_t>(slots[0]));
  }
  template <class Cx, class V>
  static void store(Cx& cx, V& v, auto ptr) {
    write_raw(cx, ptr, Self::lower(v));
  }
  template <class Cx>
  static T load(Cx& cx, auto ptr) {
    return Self::lift(cx, read_raw<std::int32_t>(cx, ptr));
  }
};
template <guest::Imported T>
struct Type<T> : GuestHandle<T, Type<T>> {
  static std::int32_t lower(T& v) { return v.release(); }
  template <class Cx>
  static T lift(Cx&, std::int32_t handle) {
    return T::from_handle(handle);
  }
};
template <class T>
struct Type<Own<T>> : GuestHandle<Own<T>, Type<Own<T>>> {
  static std::int32_t lower(Own<T>& v) { return v.release(); }
  template <class Cx>
  static Own<T> lift(Cx&, std::int32_t handle) {
    return Own<T>::from_handle(handle);
  }
};
template <guest::Imported T>
struct Type<Borrow<T>> : GuestHandle<Borrow<T>, Type<Borrow<T>>> {
  static std::int32_t lower(const Borrow<T>& v) { return v.handle(); }
  template <class Cx>
  static Borrow<T> lift(Cx& cx, std::int32_t handle) {
    cx.drop_at_end(&T::drop_handle, handle);
    return Borrow<T>::from_handle(handle);
  }
};
/// A borrow of a resource that this component exports arrives as the object's address.
template <guest::Exported T>
struct Type<Borrow<T>> : GuestHandle<Borrow<T>, Type<Borrow<T>>> {
  template <class Cx>
  static Borrow<T> lift(Cx& cx, std::int32_t rep) {
    return Borrow<T>(*reinterpret_cast<T*>(cx.at(static_cast<std::uint32_t>(rep))));
  }
};

}  // namespace wcomp::abi

namespace wcomp::guest {

template <class C>
[[nodiscard]] std::uint64_t to_slot(C v) {
  if constexpr (std::is_same_v<C, float>) {
    return std::bit_cast<std::uint32_t>(v);
  } else if constexpr (std::is_same_v<C, double>) {
    return std::bit_cast<std::uint64_t>(v);
  } else if constexpr (sizeof(C) == 4) {
    return static_cast<std::uint32_t>(v);
  } else {
    return static_cast<std::uint64_t>(v);
  }
}
template <class C>
[[nodiscard]] C from_slot(std::uint64_t slot) {
  if constexpr (std::is_same_v<C, float>) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(slot));
  } else if constexpr (std::is_same_v<C, double>) {
    return std::bit_cast<double>(slot);
  } else {
    return static_cast<C>(slot);
  }
}

/// What the bytes of a value in memory own ends here; nothing is lifted for it where that can be avoided.
template <class T>
struct Drop {
  static void run(std::uint8_t* at) {
    if constexpr (!std::is_trivially_destructible_v<T>) {
      Context cx;
      (void)abi::Type<T>::load(cx, at);
    }
  }
};
template <>
struct Drop<std::string> {
  [[gnu::noinline]] static void run(std::uint8_t* at) {
    Context cx;
    Context::consumed(abi::read_raw<std::uint32_t>(cx, at), abi::read_raw<std::uint32_t>(cx, at + 4));
  }
};
template <class T>
struct Drop<std::optional<T>> {
  static void run(std::uint8_t* at) {
    if (!std::is_trivially_destructible_v<T> && *at != 0) Drop<T>::run(at + abi::Type<std::optional<T>>::Layout::payload_offset);
  }
};
template <class T>
  requires std::derived_from<T, VariantOf<T>>
struct Drop<T> {
  static void run(std::uint8_t* at) {
    using Layout = typename abi::Type<T>::Layout;
    Context cx;
    decltype(T::value)::with_payload(abi::read_tag(cx, at, Layout::tag_size), [&]<class P>(std::type_identity<P>) __attribute__((always_inline)) {
      Drop<P>::run(at + Layout::payload_offset);
    });
  }
};
template <class T>
  requires requires { abi::Type<T>::is_record; }
struct Drop<T> {
  static void run(std::uint8_t* at) { run_parts(at, static_cast<abi::Type<T>*>(nullptr)); }

 private:
  template <class Self, class... Parts>
  static void run_parts(std::uint8_t* at, abi::Product<T, Self, Parts...>*) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (Drop<Parts>::run(at + abi::Sequence<Parts...>::offsets[I]), ...);
    }(std::index_sequence_for<Parts...>{});
  }
};

template <class E>
E lift_late(std::uint8_t* bytes) {
  Context cx;
  return abi::Type<E>::load(cx, bytes);
}
template <class E>
[[gnu::noinline]] void drop_late(std::uint8_t* bytes) {
  Drop<E>::run(bytes);
}

/// Loads results whose error stays as it came until it is looked at.
template <class R>
struct Late;
template <class T, class E>
struct Late<Result<T, E>> {
  template <class Cx>
  static Result<T, E> load(Cx& cx, std::uint8_t* at) {
    using Layout = typename abi::Type<Result<T, E>>::Layout;
    static_assert(sizeof(E) >= abi::Type<E>::size && alignof(E) >= abi::Type<E>::align);
    if (*at != 0) return Result<T, E>::late(at + Layout::payload_offset, abi::Type<E>::size);
    if constexpr (std::is_void_v<T>) {
      return Result<T, E>();
    } else {
      return Result<T, E>(std::in_place_index<0>, abi::Later{[&] { return abi::Type<T>::load(cx, at + Layout::payload_offset); }});
    }
  }
};
template <class R>
inline constexpr bool is_late = false;
template <class T, LiftedLate E>
inline constexpr bool is_late<Result<T, E>> = true;

template <class Signature, auto Core>
struct Caller;
/// Calls imported core function `Core` as a C++ function of type R(Ps...).
template <class R, class... Ps, class CoreR, class... Cs, CoreR (*Core)(Cs...)>
struct Caller<R(Ps...), Core> {
  using Params = abi::Sequence<typename abi::Param<Ps>::Wire...>;
  static constexpr std::size_t flat_params = Params::flat_offsets[sizeof...(Ps)];
  static constexpr bool params_spill = flat_params > abi::max_flat_params;
  static constexpr bool results_spill = abi::PayloadType<R>::flat.size() > abi::max_flat_results;
  static constexpr std::size_t core_params = (params_spill ? 1 : flat_params) + (results_spill ? 1 : 0);
  static_assert(sizeof...(Cs) == core_params);

  static R call(auto&... args) {
    if constexpr ((is_result<std::remove_cvref_t<Ps>> || ...)) {
      if ((has_error(args) || ...)) return call_shared(args...);
      return call_here<true>(args...);
    } else {
      return call_here<false>(args...);
    }
  }

 private:
  template <class T>
  static constexpr bool is_result = false;
  template <class T, class E>
  static constexpr bool is_result<Result<T, E>> = true;
  template <class T>
  static bool has_error(const T& arg) {
    if constexpr (is_result<T>) return !arg.has_value();
    return false;
  }
  [[gnu::noinline]] static R call_shared(auto&... args) { return call_here<false>(args...); }
  /// `HasValues`: no parameter that is a result is an error, so there is no code for errors.
  template <bool HasValues, class P>
  [[gnu::always_inline]] static void lower(CallLowering& cx, auto& arg, std::uint64_t* slots) {
    if constexpr (HasValues && is_result<std::remove_cvref_t<P>>) {
      abi::Type<std::remove_cvref_t<P>>::lower_flat_value(cx, arg, slots);
    } else {
      abi::Type<typename abi::Param<P>::Wire>::lower_flat(cx, as_lvalue(abi::wire_of<P>(arg)), slots);
    }
  }
  template <bool HasValues>
  [[gnu::always_inline]] static R call_here(auto&... args) {
    return [&]<std::size_t... I, std::size_t... J>(std::index_sequence<I...>, std::index_sequence<J...>) __attribute__((always_inline)) -> R {
      CallLowering cx;
      Context results;
      std::uint64_t slots[core_params + 1] = {};
      alignas(8) std::uint8_t param_area[params_spill ? Params::size : 1];
      if constexpr (params_spill) {
        (abi::Type<typename abi::Param<Ps>::Wire>::store(cx, as_lvalue(abi::wire_of<Ps>(args)), param_area + Params::offsets[I]), ...);
        slots[0] = Context::address_of(param_area);
      } else {
        (lower<HasValues, Ps>(cx, args, slots + Params::flat_offsets[I]), ...);
      }
      if constexpr (std::is_void_v<R>) {
        Core(from_slot<Cs>(slots[J])...);
      } else if constexpr (results_spill) {
        alignas(8) std::uint8_t area[abi::PayloadType<R>::size];
        slots[core_params - 1] = Context::address_of(area);
        Core(from_slot<Cs>(slots[J])...);
        if constexpr (is_late<R>) {
          return Late<R>::load(results, area);
        } else {
          return abi::Type<R>::load(results, +area);
        }
      } else {
        const std::uint64_t result = to_slot(Core(from_slot<Cs>(slots[J])...));
        return abi::Type<R>::lift_flat(results, &result);
      }
    }(std::index_sequence_for<Ps...>{}, std::make_index_sequence<sizeof...(Cs)>{});
  }
  template <class T>
  static T& as_lvalue(T&& v) {
    return static_cast<T&>(v);
  }
};
/// `args` are the parameters of the C++ function, as lvalues.
template <class Signature, auto Core>
decltype(auto) call_import(auto&... args) {
  return Caller<Signature, Core>::call(args...);
}

// For calls that are a line.
/// A pointer as core functions take it.
[[nodiscard]] inline std::int32_t pointer(const void* p) { return static_cast<std::int32_t>(Context::address_of(p)); }
/// A handle that an imported function made: not 0, so that the end of its owner need not ask.
[[nodiscard]] inline std::int32_t new_handle(std::int32_t handle) {
  if (handle == 0) __builtin_unreachable();
  return handle;
}

/// Ends a value. Once for a type, where the end of a parameter and that of a result would each have the code.
template <class T>
[[gnu::noinline]] void end_value(T& value) {
  value.~T();
}

/// A parameter that is a view of what the caller allocated for it; the block ends with the call.
template <class View>
class Given {
 public:
  Given(std::uint32_t ptr, std::uint32_t len) : ptr_(ptr), len_(len) {}
  Given(const Given&) = delete;
  Given& operator=(const Given&) = delete;
  ~Given() { Context::consumed(ptr_, len_); }
  [[nodiscard]] View view() const { return View(reinterpret_cast<typename View::const_pointer>(Context::at(ptr_)), len_); }

 private:
  std::uint32_t ptr_, len_;
};

/// Whether the end of a value is little code.
template <class T>
inline constexpr bool is_ended_in_place = std::is_trivially_destructible_v<T> || abi::Type<T>::flat.size() == 1;
template <class View>
inline constexpr bool is_ended_in_place<Given<View>> = true;
template <>
inline constexpr bool is_ended_in_place<std::string> = true;

/// A parameter while an exported function runs: what `make` gives.
template <class T>
class Held {
 public:
  template <class F>
  explicit Held(F make) : value_(make()) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { end_value(value_); }
  [[nodiscard]] T& get() { return value_; }

 private:
  union {
    T value_;
  };
};
template <class T>
  requires is_ended_in_place<T>
class Held<T> {
 public:
  template <class F>
  explicit Held(F make) : value_(make()) {}
  [[nodiscard]] T& get() { return value_; }

 private:
  T value_;
};

/// The result of an exported function from its return until post-return: the value, what lowering it needed, and its bytes.
/// One for each type of result: an instance is not entered again before post-return.
template <class R>
struct Returned {
  alignas(R) static inline std::uint8_t value[sizeof(R)];
  static constinit inline Lowering lowering{};
  alignas(8) static inline std::uint8_t area[abi::Type<R>::size];

  /// The body of cabi_post_..
  static void end() {
    R& result = *reinterpret_cast<R*>(value);
    if constexpr (is_ended_in_place<R>) {
      result.~R();
    } else {
      end_value(result);
    }
    lowering.free_all();
  }
};

/// How a parameter of type P arrives: as abi::Param says, but whole strings and lists of plain numbers own their block.
template <class P>
struct Arrival : abi::Param<P> {};
template <class View>
struct ViewArrival {
  using Wire = Given<View>;
  static View pass(Wire& w) { return w.view(); }
};
template <>
struct Arrival<std::string_view> : ViewArrival<std::string_view> {};
template <class T>
  requires abi::Type<T>::is_any_bits
struct Arrival<std::span<const T>> : ViewArrival<std::span<const T>> {};

}  // namespace wcomp::guest

template <class View>
struct wcomp::abi::Type<wcomp::guest::Given<View>> {
  static constexpr std::uint32_t size = 8;
  static constexpr std::uint32_t align = 4;
  static constexpr std::array<Core, 2> flat{Core::i32, Core::i32};
  template <class Cx>
  static guest::Given<View> lift_flat(Cx&, const std::uint64_t* slots) {
    return {static_cast<std::uint32_t>(slots[0]), static_cast<std::uint32_t>(slots[1])};
  }
  template <class Cx>
  static guest::Given<View> load(Cx& cx, auto at) {
    return {read_raw<std::uint32_t>(cx, at), read_raw<std::uint32_t>(cx, at + 4)};
  }
};

namespace wcomp::guest {

template <class Signature>
struct Callee;
/// Runs a C++ callable of type R(Ps...) for a call from outside. `HasPost`: cabi_post_ will end the result.
template <class R, class... Ps>
struct Callee<R(Ps...)> {
  template <class P>
  using Wire = typename Arrival<P>::Wire;
  using Params = abi::Sequence<Wire<Ps>...>;
  static constexpr bool params_spill = Params::flat_offsets[sizeof...(Ps)] > abi::max_flat_params;
  static constexpr bool results_spill = abi::PayloadType<R>::flat.size() > abi::max_flat_results;

  template <class CoreR, bool HasPost, class F, class... Cs>
  static CoreR run(F&& callable, Cs... core) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) -> CoreR {
      Lifting cx;
      [[maybe_unused]] const std::uint64_t slots[sizeof...(Cs) + 1] = {to_slot(core)..., 0};
      if constexpr (params_spill) {
        std::uint8_t* area = Context::at(static_cast<std::uint32_t>(slots[0]));
        return with<CoreR, HasPost>(
            callable, area, Held<Wire<Ps>>([&] { return abi::Type<Wire<Ps>>::load(cx, area + Params::offsets[I]); })...);
      } else {
        return with<CoreR, HasPost>(
            callable, nullptr, Held<Wire<Ps>>([&] { return abi::Type<Wire<Ps>>::lift_flat(cx, slots + Params::flat_offsets[I]); })...);
      }
    }(std::index_sequence_for<Ps...>{});
  }

 private:
  /// `area`: what held the parameters, if they did not fit into the core parameters.
  template <class CoreR, bool HasPost, class F>
  static CoreR with(F& callable, [[maybe_unused]] void* area, Held<Wire<Ps>>... args) {
    if constexpr (params_spill) std::free(area);
    if constexpr (std::is_void_v<R>) {
      callable(Arrival<Ps>::pass(args.get())...);
    } else if constexpr (HasPost) {
      R& result = *new (Returned<R>::value) R(callable(Arrival<Ps>::pass(args.get())...));
      return give<CoreR>(Returned<R>::lowering, result);
    } else {
      R result = callable(Arrival<Ps>::pass(args.get())...);
      CallLowering lowering;
      return give<CoreR>(lowering, result);
    }
  }
  template <class CoreR, class V>
  static CoreR give(Lowering& cx, V& result) {
    if constexpr (results_spill) {
      abi::Type<R>::store(cx, result, +Returned<R>::area);
      return static_cast<CoreR>(Context::address_of(Returned<R>::area));
    } else {
      std::uint64_t slot[1] = {};
      abi::Type<R>::lower_flat(cx, result, slot);
      return from_slot<CoreR>(slot[0]);
    }
  }
};
template <class Signature, class CoreR, bool HasPost, class F, class... Cs>
CoreR run_export(F&& callable, Cs... core) {
  return Callee<Signature>::template run<CoreR, HasPost>(std::forward<F>(callable), core...);
}

/// What a function's first version does: nothing but trap. The arguments are those it will need.
template <class... Args>
[[noreturn]] void not_written_yet(const Args&...) {
  __builtin_trap();
}

/// The body of `operator new`.
inline void* allocate(std::size_t size) {
  void* block = std::malloc(size);  // of no bytes, too, there is a block in WASI's libc
  if (block == nullptr) __builtin_trap();
  return block;
}

/// The body of cabi_realloc. A block that is no longer wanted is never asked to be of no size.
inline void* reallocate(void* block, std::size_t align, std::size_t new_size) {
  if (new_size == 0) return reinterpret_cast<void*>(align);
  void* out = std::realloc(block, new_size);
  if (out == nullptr) __builtin_trap();
  return out;
}

}  // namespace wcomp::guest
