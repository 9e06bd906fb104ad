// wcomp for hosts of core modules: load one, give it imports, call its exports. No component, no WIT: numbers, vectors and a linear memory.
//
//   wcomp::Engine engine;
//   auto module = wcomp::Module::load(engine, "sum.wasm");                             // Result<Module>; `.wat` text as well
//   wcomp::ModuleLinker linker(engine);
//   wcomp::define(linker, "env", "log", [](std::int32_t n) { std::printf("%d\n", n); });
//   auto instance = linker.instantiate(*module);                                       // Result<ModuleInstance>
//   auto sum = instance->func("sum")->typed<std::int32_t(std::int32_t, std::int32_t)>();
//   auto three = sum->call(1, 2);                                                      // Result<std::int32_t, Trap>
//
// Modules of WASI preview 1 (`wasi_snapshot_preview1`, `wasi_unstable`) get theirs from `wasi::add_to` in wcomp/wasi.h.
// Functions, memories and globals that a module exports are found by name; so are the memories that host functions read (`memory`).
// Thread safety: Engine and Module may be shared between threads. A ModuleLinker may be shared once it is no longer changed. A
// ModuleInstance, and all functions of it, belong to one thread at a time, but for `interrupt`. No function here throws; nothing prints.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "wcomp/failure.h"
#include "wcomp/result.h"
#include "wcomp/trap.h"
#include "wcomp/wcomp.h"

namespace wcomp {

/// Value types of core WebAssembly, by their binary opcode. https://webassembly.github.io/spec/core/binary/types.html
/// References go by the hierarchy that they are of: those that are never null, or mean functions of one type, are `funcref` here as well.
enum class CoreType : std::uint8_t { i32 = 0x7f, i64 = 0x7e, f32 = 0x7d, f64 = 0x7c, v128 = 0x7b, funcref = 0x70, externref = 0x6f, exnref = 0x69 };
[[nodiscard]] std::string_view to_string(CoreType type);

struct CoreFuncType {
  std::vector<CoreType> params, results;
  friend bool operator==(const CoreFuncType&, const CoreFuncType&) = default;
};
/// As in the text format: `func (param i32 i32) (result i32)`.
[[nodiscard]] std::string to_string(const CoreFuncType& type);

/// A vector of 128 bits, as it is in memory: the lowest byte of lane 0 first.
struct V128 {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const V128&, const V128&) = default;
};

/// A number or a vector of a guest. Floats keep their bits, those of NaNs included. References have no form here.
using CoreValue = std::variant<std::int32_t, std::int64_t, float, double, V128>;
[[nodiscard]] CoreType type_of(const CoreValue& value);
/// Decimal and signed; floats with the fewest digits that read back as the same value, without exponent; `NaN`, `inf`, `-inf`. A vector as one
/// unsigned number, lane 0 in its lowest bits.
[[nodiscard]] std::string to_string(const CoreValue& value);

class ModuleInstance;
class CoreFunc;
template <class Signature>
class TypedCoreFunc;

/// What a module imports or exports: type text as in the text format (`func (param i32)`, `memory 1`, `global (mut i32)`).
struct ModuleImport {
  std::string module, name, type;
};
struct ModuleExport {
  std::string name, type;
};

/// A core module that was decoded and validated: ready to be instantiated any number of times. Cheap handle, immutable.
class Module {
 public:
  /// Errors: file-error, or what is wrong with the binary (with section and offset) or the text (with line and column). A component is refused.
  [[nodiscard]] static Result<Module> load(const Engine& engine, const std::filesystem::path& path);
  /// A binary, or text beginning with `(`. `name` stands for the file in messages and backtraces. The bytes are copied.
  [[nodiscard]] static Result<Module> from_bytes(const Engine& engine, std::span<const std::uint8_t> bytes, std::string name = "module");
  /// The module compiled ahead of time, and a module of that: as Component::serialize and deserialize, with the same remark on trust.
  [[nodiscard]] Result<std::vector<std::uint8_t>> serialize(const SerializeOptions& options = {}) const;
  [[nodiscard]] static Result<Module> deserialize(const Engine& engine, std::span<const std::uint8_t> bytes, std::string name = "module");
  [[nodiscard]] static Result<Module> deserialize_file(const Engine& engine, const std::filesystem::path& path);
  /// In the order of the binary.
  [[nodiscard]] std::vector<ModuleImport> imports() const;
  [[nodiscard]] std::vector<ModuleExport> exports() const;

 private:
  friend class Linker;
  friend class Instance;
  friend class ModuleLinker;
  friend class ModuleInstance;
  friend struct ModuleAccess;
  std::shared_ptr<const struct ModuleImpl> impl_;  // owners: handles, linkers, instances
};

/// The guest that calls a host function, while the call lasts.
class CoreCaller {
 public:
  /// The memory that the calling module exports as `memory`; empty if it exports none. Valid until guest code runs: a nested call may
  /// grow it. What it holds is the guest's and may change with every such call.
  [[nodiscard]] std::span<std::uint8_t> memory() const;
  /// An exported function of the calling module, for calls back into it. Errors: missing-export.
  [[nodiscard]] Result<CoreFunc> func(std::string_view name) const;
  /// The object that `define_state` made for this instantiation; null if `key` is not known.
  [[nodiscard]] void* state(const void* key) const;
  /// Whether somebody asked for the guest to stop: a host function that waits looks from time to time and returns.
  [[nodiscard]] bool is_interrupted() const;

 private:
  friend struct CoreCallerAccess;
  explicit CoreCaller(struct CoreHostBinding& binding) : binding_(&binding) {}
  struct CoreHostBinding* binding_;
};

/// A host function: the arguments are in the first slots, results go there; i32 and f32 in the low half of a slot, the high half zero; a vector
/// takes two slots, its bytes in memory's order. A returned trap ends the guest's run; an exception becomes one (a thrown `Trap` itself).
using CoreHostFunc = std::function<std::optional<Trap>(CoreCaller& caller, std::uint64_t* slots)>;

/// Imports by module and name.
class ModuleLinker {
 public:
  explicit ModuleLinker(const Engine& engine);
  ~ModuleLinker();
  ModuleLinker(ModuleLinker&&) noexcept;
  ModuleLinker& operator=(ModuleLinker&&) noexcept;

  /// Adds a host function; a later definition of the same name replaces it. Typed form: `wcomp::define(linker, module, name, callable)`.
  /// Numbers and vectors only: a type with references matches no import.
  void define_func(std::string module, std::string name, CoreFuncType type, CoreHostFunc fn);
  /// Every instantiation first instantiates `definition` and gives its exports to those who import from `module`; modules defined
  /// earlier, and host functions, are imports of later ones. Names of `define_func` win over exports.
  void define_module(std::string module, const Module& definition);
  /// Each instantiation gets an object of its own from `make`, which host functions find by `key` (the address of something static).
  /// A failure of `make` is that of `instantiate`.
  void define_state(const void* key, std::function<Result<std::shared_ptr<void>>()> make);
  void set_limits(const Limits& limits);

  /// Errors: missing-import lists every import that nothing provides; import-mismatch names both types; a trap while memories and tables
  /// are filled or in a start function comes as code `trap`. Exports named `_start` or `_initialize` are not called: see wasi::run.
  [[nodiscard]] Result<ModuleInstance> instantiate(const Module& module) const;

 private:
  friend class ModuleInstance;
  std::unique_ptr<struct ModuleLinkerImpl> impl_;
};

/// A running module, and those it was linked with. Move-only; functions and memories taken from it must not outlive it.
/// A trap ends the call, not the instance: what the guest's memory holds then is for the host to judge.
class ModuleInstance {
 public:
  ~ModuleInstance();
  ModuleInstance(ModuleInstance&&) noexcept;
  ModuleInstance& operator=(ModuleInstance&&) noexcept;

  /// Errors: missing-export, naming what is exported under that name or near to it.
  [[nodiscard]] Result<CoreFunc> func(std::string_view name) const;
  [[nodiscard]] bool has_func(std::string_view name) const;
  /// The exported memory's bytes, nothing if there is no such memory. Valid until guest code runs again: it may grow and move.
  [[nodiscard]] std::optional<std::span<std::uint8_t>> memory(std::string_view name = "memory") const;
  /// The exported global's value; nothing if there is no such global or it holds a reference.
  [[nodiscard]] std::optional<CoreValue> global(std::string_view name) const;
  /// False if there is no such global, it is immutable or of another type.
  bool set_global(std::string_view name, CoreValue value);
  /// Stops running guest code soon, from any thread; waiting host functions of WASI return, too.
  void interrupt();
  /// What is left of Limits::fuel; none when the linker set no such limit.
  [[nodiscard]] std::optional<std::uint64_t> fuel() const;
  /// Sets the fuel for what runs from now on, e.g. before each call. False, and nothing is metered, when the linker set no fuel.
  bool set_fuel(std::uint64_t fuel);

 private:
  friend class ModuleLinker;
  explicit ModuleInstance(std::unique_ptr<struct ModuleInstanceImpl> impl);
  std::unique_ptr<struct ModuleInstanceImpl> impl_;
};

/// An exported function of a ModuleInstance. Cheap handle.
class CoreFunc {
 public:
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const CoreFuncType& type() const { return type_; }
  /// The arguments' types must be those of `type()`; otherwise, and where there are references, the trap is a host_error that says so.
  [[nodiscard]] Result<std::vector<CoreValue>, Trap> call(std::span<const CoreValue> args) const;
  /// Binds to a C++ signature of (un)signed 32- and 64-bit integers, float, double and V128; results: void, one, or a std::tuple.
  /// Errors: export-mismatch with both types.
  template <class Signature>
  [[nodiscard]] Result<TypedCoreFunc<Signature>> typed() const;
  /// The call beneath: arguments and then results in the first slots, as for a CoreHostFunc. Numbers are not looked at. The trap is a host_error if
  /// `slots` has no room for both, or an argument is a reference, but neither null where the type allows that nor one of its type in this instance.
  [[nodiscard]] Result<void, Trap> invoke(std::span<std::uint64_t> slots) const;

 private:
  friend class ModuleInstance;
  friend class CoreCaller;
  [[nodiscard]] Failure mismatch(const CoreFuncType& wanted) const;
  struct ModuleInstanceImpl* instance_ = nullptr;
  std::uint32_t addr_ = 0;
  std::string name_;
  CoreFuncType type_;
};

/// Arguments for a call of `func` from texts, as people type them: numbers as in the text format, decimal or hexadecimal, integers signed or
/// unsigned; `inf`, `nan`; a vector as one unsigned number. Errors: bad-usage, naming the function, its type and the argument at fault.
[[nodiscard]] Result<std::vector<CoreValue>> parse_args(const CoreFunc& func, std::span<const std::string> texts);
/// `parse_args`, call, `to_string` of each result. The inner Result is what the call came to.
[[nodiscard]] Result<Result<std::vector<std::string>, Trap>> invoke_texts(const ModuleInstance& instance, std::string_view name,
                                                                          std::span<const std::string> texts);

// What follows is in the header because it is templates.

namespace core_abi {

template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && (sizeof(T) == 4 || sizeof(T) == 8);
template <class T>
concept Number = Integer<T> || std::same_as<T, float> || std::same_as<T, double>;
template <class T>
concept Value = Number<T> || std::same_as<T, V128>;

template <Value T>
constexpr CoreType type_of_value() {
  if constexpr (std::is_same_v<T, V128>) return CoreType::v128;
  else if constexpr (std::is_same_v<T, float>) return CoreType::f32;
  else if constexpr (std::is_same_v<T, double>) return CoreType::f64;
  else return sizeof(T) == 4 ? CoreType::i32 : CoreType::i64;
}
template <Number T>
std::uint64_t to_slot(T value) {
  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t> bits;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}
template <Number T>
T from_slot(std::uint64_t slot) {
  T value;
  const auto bits = static_cast<std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>(slot);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Slots of values one after the other.
template <Value T>
constexpr std::size_t slot_count() {
  return std::is_same_v<T, V128> ? 2 : 1;
}
template <Value T>
T load(const std::uint64_t* slots) {
  if constexpr (std::is_same_v<T, V128>) {
    V128 value;
    std::memcpy(value.bytes.data(), slots, 16);
    return value;
  } else {
    return from_slot<T>(*slots);
  }
}
template <Value T>
void store(std::uint64_t* slots, const T& value) {
  if constexpr (std::is_same_v<T, V128>) std::memcpy(slots, value.bytes.data(), 16);
  else *slots = to_slot(value);
}
/// Where each of the values begins, and where they end.
template <Value... Ts>
struct Slots {
  static constexpr std::array<std::size_t, sizeof...(Ts) + 1> at = [] {
    std::array<std::size_t, sizeof...(Ts) + 1> out{};
    const std::size_t counts[] = {slot_count<Ts>()..., 0};
    for (std::size_t i = 0; i < sizeof...(Ts); ++i) out[i + 1] = out[i] + counts[i];
    return out;
  }();
  static constexpr std::size_t count = at[sizeof...(Ts)];
};

/// Results of a C++ function as core results.
template <class R>
struct Results {
  static std::vector<CoreType> types() { return {type_of_value<R>()}; }
  static constexpr std::size_t count = slot_count<R>();  ///< slots
  static R load(const std::uint64_t* slots) { return core_abi::load<R>(slots); }
  static std::optional<Trap> store(std::uint64_t* slots, const R& value) {
    core_abi::store(slots, value);
    return std::nullopt;
  }
};
template <>
struct Results<void> {
  static std::vector<CoreType> types() { return {}; }
  static constexpr std::size_t count = 0;
  static void load(const std::uint64_t*) {}
};
template <class... Rs>
struct Results<std::tuple<Rs...>> {
  static std::vector<CoreType> types() { return {type_of_value<Rs>()...}; }
  static constexpr std::size_t count = Slots<Rs...>::count;
  static std::tuple<Rs...> load(const std::uint64_t* slots) { return load(slots, std::index_sequence_for<Rs...>{}); }
  static std::optional<Trap> store(std::uint64_t* slots, const std::tuple<Rs...>& values) {
    store(slots, values, std::index_sequence_for<Rs...>{});
    return std::nullopt;
  }

 private:
  template <std::size_t... I>
  static std::tuple<Rs...> load(const std::uint64_t* slots, std::index_sequence<I...>) {
    return {core_abi::load<Rs>(slots + Slots<Rs...>::at[I])...};
  }
  template <std::size_t... I>
  static void store(std::uint64_t* slots, const std::tuple<Rs...>& values, std::index_sequence<I...>) {
    (core_abi::store(slots + Slots<Rs...>::at[I], std::get<I>(values)), ...);
  }
};
/// Host functions may give a trap instead.
template <class R>
struct Results<Result<R, Trap>> {
  static std::vector<CoreType> types() { return Results<R>::types(); }
  static std::optional<Trap> store(std::uint64_t* slots, Result<R, Trap> result) {
    if (!result) return std::move(result).error();
    if constexpr (std::is_void_v<R>) return std::nullopt;
    else return Results<R>::store(slots, *std::move(result));
  }
};

template <class... Ps>
std::vector<CoreType> types_of() {
  return {type_of_value<std::decay_t<Ps>>()...};
}

template <class R, class... Ps>
struct HostSignature {
  static CoreFuncType type() { return {types_of<Ps...>(), Results<R>::types()}; }

  template <class F, class... Caller>
  static std::optional<Trap> serve(F& callable, std::uint64_t* slots, Caller&... caller) {
    return serve(callable, slots, std::index_sequence_for<Ps...>{}, caller...);
  }

 private:
  template <class F, std::size_t... I, class... Caller>
  static std::optional<Trap> serve(F& callable, [[maybe_unused]] std::uint64_t* slots, std::index_sequence<I...>, Caller&... caller) {
    if constexpr (std::is_void_v<R>) {
      std::invoke(callable, caller..., load<std::decay_t<Ps>>(slots + Slots<std::decay_t<Ps>...>::at[I])...);
      return std::nullopt;
    } else {
      return Results<R>::store(slots, std::invoke(callable, caller..., load<std::decay_t<Ps>>(slots + Slots<std::decay_t<Ps>...>::at[I])...));
    }
  }
};

/// The signature of a callable without overloads; its first parameter may be the caller.
template <class F>
struct Callable : Callable<decltype(&F::operator())> {};
template <class R, class... Ps>
struct Callable<R (*)(Ps...)> : HostSignature<R, Ps...> {
  static constexpr bool wants_caller = false;
};
template <class R, class... Ps>
struct Callable<R (*)(CoreCaller&, Ps...)> : HostSignature<R, Ps...> {
  static constexpr bool wants_caller = true;
};
template <class C, class R, class... Ps>
struct Callable<R (C::*)(Ps...)> : Callable<R (*)(Ps...)> {};
template <class C, class R, class... Ps>
struct Callable<R (C::*)(Ps...) const> : Callable<R (*)(Ps...)> {};

}  // namespace core_abi

/// Adds a C++ callable as a host function. Parameters: (un)signed 32- and 64-bit integers, float, double, V128, after an optional `CoreCaller&`;
/// results: void, one of these, a std::tuple of them, or a Result of these with Trap. An exception out of it becomes a trap.
template <class F>
void define(ModuleLinker& linker, std::string module, std::string name, F callable) {
  using Signature = core_abi::Callable<std::decay_t<F>>;
  linker.define_func(std::move(module), std::move(name), Signature::type(),
                     [callable = std::move(callable)]([[maybe_unused]] CoreCaller& caller, std::uint64_t* slots) mutable -> std::optional<Trap> {
                       if constexpr (Signature::wants_caller) return Signature::serve(callable, slots, caller);
                       else return Signature::serve(callable, slots);
                     });
}

/// A function bound to a C++ signature. Cheap handle.
template <class R, class... Ps>
class TypedCoreFunc<R(Ps...)> {
 public:
  TypedCoreFunc() = default;
  [[nodiscard]] Result<R, Trap> call(Ps... args) const {
    using Args = core_abi::Slots<std::decay_t<Ps>...>;
    std::uint64_t slots[std::max<std::size_t>({1, Args::count, core_abi::Results<R>::count})] = {};
    [&]<std::size_t... I>(std::index_sequence<I...>) { (core_abi::store<std::decay_t<Ps>>(slots + Args::at[I], args), ...); }(std::index_sequence_for<Ps...>{});
    auto called = func_.invoke(slots);
    if (!called) return Err(std::move(called).error());
    if constexpr (std::is_void_v<R>) return {};
    else return core_abi::Results<R>::load(slots);
  }

 private:
  friend class CoreFunc;
  explicit TypedCoreFunc(const CoreFunc& func) : func_(func) {}
  CoreFunc func_;
};

template <class Signature>
Result<TypedCoreFunc<Signature>> CoreFunc::typed() const {
  const CoreFuncType wanted = []<class R, class... Ps>(std::type_identity<R(Ps...)>) {
    return CoreFuncType{core_abi::types_of<Ps...>(), core_abi::Results<R>::types()};
  }(std::type_identity<Signature>{});
  if (wanted != type_) return Err(mismatch(wanted));
  return TypedCoreFunc<Signature>(*this);
}

}  // namespace wcomp
