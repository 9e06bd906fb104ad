// wcomp for hosts: load components, give them imports, call their exports.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md, CanonicalABI.md for calls
//   wcomp::Engine engine;
//   auto component = wcomp::Component::load(engine, "calculator.wasm");     // Result<Component>
//   wcomp::Linker linker(engine);
//   wcomp::wasi::add_to(linker, wcomp::wasi::Context{}.inherit_stdio());    // wcomp/wasi.h
//   auto instance = linker.instantiate(*component);                         // Result<Instance>: types checked here
//   auto add = instance->func("component:adder/add@0.1.0", "add")->typed<std::uint32_t(std::uint32_t, std::uint32_t)>();
//   auto sum = add->call(1, 2);                                             // Result<std::uint32_t, Trap>
//
// Most hosts use bindings instead (`witc bindgen --lang cpp-host`), which are written on exactly this.
// Thread safety: Engine and Component may be shared between threads. A Linker may be shared once it is no longer changed. An Instance, and
// all functions and resources of it, belong to one thread at a time. No function here throws; nothing here prints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wcomp/backend.h"
#include "wcomp/crossing.h"
#include "wcomp/failure.h"
#include "wcomp/limits.h"
#include "wcomp/result.h"
#include "wcomp/trap.h"
#include "wcomp/type_desc.h"

namespace wcomp {

class Instance;
class Module;  // wcomp/module.h
class Func;
class Type;    // wcomp/value.h
struct Param;
struct Value;
struct ValueFuncType;
template <class Signature>
class TypedFunc;

/// Settings of an Engine.
struct EngineOptions {
  /// Proposals of WebAssembly that modules may use, as a comma list: NAME, -NAME, `all`, `default`, `wasm1`, `wasm2`, `wasm3`, from left to
  /// right, beginning with the default. `wcomp validate --help` lists them.
  std::string wasm_features = {};
  /// Guests get the same results on every machine: NaNs that instructions make are canonical, relaxed vector instructions have one outcome each.
  bool is_deterministic = false;
  /// Both give the same results and traps. `jit` is refused by Engine::create where there is no compiler.
  BackendKind backend = BackendKind::automatic;
  /// A folder where compiled code is kept for the next process; empty: it is not. It may be missing, full or read-only: then code is compiled
  /// each time. Believed only if it is the user's own and nobody else may write to it. `default_cache_dir()` is that of `wcomp run`.
  std::filesystem::path cache_dir = {};
  std::uint64_t max_cache_bytes = std::uint64_t{512} << 20;  ///< what has not been used for longest leaves
};
/// WCOMP_CACHE, else `wcomp` in XDG_CACHE_HOME, else in `.cache` of HOME; empty if there is none of them, or WCOMP_CACHE is empty.
[[nodiscard]] std::filesystem::path default_cache_dir();

/// Settings and caches that components share. Cheap handle; copies are the same engine.
class Engine {
 public:
  Engine();
  /// Errors: bad-usage for a feature that is not known; unsupported for a back end that this machine has not.
  [[nodiscard]] static Result<Engine> create(const EngineOptions& options);
  /// What runs its guests: never `automatic`.
  [[nodiscard]] BackendKind backend() const;

 private:
  friend class Component;
  friend class Linker;
  friend class Module;
  friend class ModuleLinker;
  friend struct EngineAccess;
  std::shared_ptr<struct EngineImpl> impl_;  // owners: handles, components, modules, linkers
};

/// Where an exported function is found: `Instance::func(interface, name)`.
struct ExportedFunc {
  std::string interface;  ///< empty: the component's own
  std::string name;
};

/// What becomes part of a program that is compiled ahead of time.
struct SerializeOptions {
  /// Code that counts fuel. Code runs where `Limits::fuel` is set if it counts and where it is not set if it does not; else it is compiled anew.
  bool is_metered = false;
  /// The machine it is for, `x86_64-linux`; empty: this one. What there is code for depends on how wcomp was built.
  std::string target;
  /// The functions as WebAssembly stay in, for hosts where the code does not fit: with fuel, without guard pages, with the interpreter.
  bool has_bodies = true;
};

/// A component that was decoded, validated and planned: ready to be instantiated any number of times. Cheap handle, immutable.
class Component {
 public:
  /// A `.wasm` or `.wat` file. Errors: file-error, or what is wrong with the binary (component path, section and offset) or the text (line and column).
  [[nodiscard]] static Result<Component> load(const Engine& engine, const std::filesystem::path& path);
  /// A binary, or its text. `name` stands for the file in messages. The bytes are copied.
  [[nodiscard]] static Result<Component> from_bytes(const Engine& engine, std::span<const std::uint8_t> bytes, std::string name = "component");
  /// The component compiled for this machine, by this version of wcomp: what `deserialize` makes a component of without decoding, validating and
  /// compiling. `wcomp compile` writes it to a file. Errors: unsupported for a component that imports or exports core modules or components, and where
  /// there is no compiler, or none for the target; limit-exceeded for code that is too large.
  [[nodiscard]] Result<std::vector<std::uint8_t>> serialize(const SerializeOptions& options = {}) const;
  /// A component of what `serialize` gave. Only for bytes of somebody who is trusted as much as this program: they hold machine code, which is run
  /// as it is and can do whatever the process may. `load` refuses such bytes for that reason. They are checked to be whole (a checksum), of this version
  /// of wcomp and for this machine. Errors: malformed, unsupported, each saying what was found; file-error. `deserialize_file` maps the file,
  /// which must not be changed in place as long as the component is used.
  [[nodiscard]] static Result<Component> deserialize(const Engine& engine, std::span<const std::uint8_t> bytes, std::string name = "component");
  [[nodiscard]] static Result<Component> deserialize_file(const Engine& engine, const std::filesystem::path& path);
  /// Names of the imports and exports, in order (`wasi:io/streams@0.2.0`, `run`).
  [[nodiscard]] std::vector<std::string> imports() const;
  [[nodiscard]] std::vector<std::string> exports() const;
  /// Every function that instances of it export, in order; those too that it hands through from its imports, unless they are asynchronous.
  [[nodiscard]] std::vector<ExportedFunc> functions() const;

 private:
  friend class Linker;
  friend class Instance;
  friend struct ComponentAccess;
  std::shared_ptr<const struct ComponentImpl> impl_;  // owners: handles, instances
};

/// What a host function gets: flat core values and the guest they come from. Typed functions (wcomp/abi.h) are written on it.
struct HostCall {
  Crossing& crossing;             ///< the caller's memory, realloc, handles
  std::uint64_t* slots;           ///< flat params in; flat results out
};
/// A failure goes through `crossing.fail`; an exception out of the function becomes a trap with its text, a thrown `Trap` the trap itself
/// (`throw Trap::exit(3)`).
using HostFunc = std::function<void(HostCall&)>;
/// A host function whose parameters and result are numbers, flat in its slots: there is nothing of the guest for it to look at.
struct PlainHostFunc {
  void (*run)(void* object, std::uint64_t* slots) = nullptr;  ///< null: there is none
  std::shared_ptr<void> object;                              // owners: linkers, instances
};

/// What a call by value gives: no value when the function gives nothing.
using ValueResult = Result<std::optional<Value>, Trap>;
/// A host function for types known only at run time (wcomp/value.h). Arguments are the parameters' types and may be moved from; what it gives
/// has to be of the result's type, else the guest traps with `host_error`. A trap that it gives, and an exception out of it, end the guest's call.
using ValueFunc = std::function<ValueResult(const ValueFuncType& type, std::span<Value> args)>;

/// Imports by name. Interfaces match by semver: an import of `wasi:io/streams@0.2.3` is met by `@0.2.6` and by `@0.2.0` if all it uses is there.
class Linker {
 public:
  explicit Linker(const Engine& engine);
  ~Linker();
  Linker(Linker&&) noexcept;
  Linker& operator=(Linker&&) noexcept;

  /// Adds function `name` (`read`, `[method]input-stream.read`) to the imported instance `interface` (empty: a function at the root).
  /// `desc` has static storage. Typed form: `wcomp::define(linker, interface, name, callable)` in wcomp/abi.h.
  /// `plain`: what may be called instead of `fn`.
  void define_func(std::string interface, std::string name, const FuncDesc& desc, HostFunc fn, PlainHostFunc plain = {});
  /// Adds function `name` for whatever type a component imports it with. Resources travel as HandleValue: those of the host need
  /// `define_resource`.
  void define_values(std::string interface, std::string name, ValueFunc fn);
  /// Adds resource `name`; the guest's handles hold objects of the class that `key` names.
  void define_resource(std::string interface, std::string name, const ResourceKey& key);
  /// An instance without functions or a namespace that exists at least: nothing to add but the name.
  void define_instance(std::string interface);
  /// Offers what `instance` exports as the imported instance `name`; instances in it as `name/inner`. Its resources keep their identity, its
  /// functions are called by value; it is kept alive. The instances belong to one thread together.
  void define_instance(std::string name, std::shared_ptr<Instance> instance);
  /// Offers a core module, or a component, to components that import one to instantiate it themselves (empty interface: the root).
  void define_module(std::string interface, std::string name, const Module& module);
  void define_component(std::string interface, std::string name, const Component& component);
  /// Lets components import what they want of `interface`, and stops them when they call it: a trap says `why`. For interfaces that
  /// toolchains import always and programs use rarely. Versions match as for definitions; a definition of that interface takes precedence.
  void refuse(std::string interface, std::string why);
  void set_limits(const Limits& limits);  ///< for each instance that is made from now on
  /// Keeps a host object alive as long as this linker and every instance made from it.
  void keep(std::shared_ptr<void> object);

  /// The component with the core modules and components that it imports put in, ready to be instantiated many times; the same component if
  /// it imports none. `instantiate` does this each time otherwise. Errors: missing-import, import-mismatch.
  [[nodiscard]] Result<Component> link(const Component& component) const;
  /// Errors: missing-import and import-mismatch name both sides' types; a trap in a start function comes as code `trap`.
  [[nodiscard]] Result<Instance> instantiate(const Component& component) const;

 private:
  friend class Instance;
  std::unique_ptr<struct LinkerImpl> impl_;
};

/// A running component with all its memories and handles. Move-only; functions taken from it must not outlive it. After a trap in it every call is `instance_poisoned`.
class Instance {
 public:
  ~Instance();
  Instance(Instance&&) noexcept;
  Instance& operator=(Instance&&) noexcept;

  /// Exported function `name` of exported interface `interface` (empty: the component's own). Versions match by semver; the interface may
  /// be named without a version when only one fits. Errors: missing-export.
  [[nodiscard]] Result<Func> func(std::string_view interface, std::string_view name);
  /// An exported core module or component, of an exported interface or (empty) the component's own. Errors: missing-export.
  [[nodiscard]] Result<Module> module(std::string_view interface, std::string_view name) const;
  [[nodiscard]] Result<Component> component(std::string_view interface, std::string_view name) const;
  /// Whether such an interface or function is exported.
  [[nodiscard]] bool has_export(std::string_view name) const;
  /// Stops running guest code soon, from any thread, with the trap `interrupted`. The object has to stay where it is meanwhile.
  void interrupt();
  /// What is left of Limits::fuel; none when the linker set no such limit.
  [[nodiscard]] std::optional<std::uint64_t> fuel() const;
  /// Sets the fuel for what runs from now on, e.g. before each call. False, and nothing is metered, when the linker set no fuel.
  bool set_fuel(std::uint64_t fuel);

 private:
  friend class Linker;
  friend class Func;
  friend struct InstanceAccess;
  explicit Instance(std::unique_ptr<struct InstanceImpl> impl);
  std::unique_ptr<struct InstanceImpl> impl_;
};

/// A call from the host into a guest while it is going on. Used by TypedFunc only: begin, lower into `slots`, invoke, lift, finish.
class GuestCall {
 public:
  explicit GuestCall(const Func& func);  ///< checks that the instance may be entered; `func` outlives the call
  ~GuestCall();                          ///< finishes (post-return, borrows) if finish was not called
  GuestCall(const GuestCall&) = delete;
  GuestCall& operator=(const GuestCall&) = delete;
  [[nodiscard]] Crossing& crossing();
  /// Runs the core function; parameters in slots, result into slots. False when it trapped or lowering had failed.
  bool invoke(std::uint64_t* slots);
  /// post-return and the end-of-call checks; the trap, if there was one.
  [[nodiscard]] Result<void, Trap> finish();
  /// A whole call at once, of a function whose parameters and result need neither memory nor handles and whose result is right whatever its
  /// bits are: nothing is kept for it but what `slots` holds.
  [[nodiscard]] static Result<void, Trap> run_plain(const Func& func, std::uint64_t* slots);

 private:
  struct GuestCallImpl& impl();
  /// The GuestCallImpl lies here: a call allocates nothing.
  alignas(std::max_align_t) std::byte storage_[224];
};

/// An exported function of an Instance. Cheap handle.
class Func {
 public:
  /// Binds to a C++ signature: `typed<std::string(std::string_view)>()`. The types are compared once, here; import-mismatch style message
  /// with WIT names when they differ. Needs wcomp/abi.h.
  template <class Signature>
  [[nodiscard]] Result<TypedFunc<Signature>> typed() const;
  /// Used by `typed`: compares, and maps the resource keys of `desc` to the instance's resources.
  [[nodiscard]] Result<void> bind(const FuncDesc& desc);
  /// WIT text of its type.
  [[nodiscard]] std::string type() const;

  // For types that are known only at run time (wcomp/value.h).
  [[nodiscard]] std::vector<Param> params() const;
  [[nodiscard]] std::optional<Type> result() const;  ///< nothing: the function gives nothing
  /// Calls with a value for each parameter; no value comes back when the function gives nothing. Values that are not of the parameters'
  /// types come as the trap `host_error`; the instance stays usable then.
  [[nodiscard]] Result<std::optional<Value>, Trap> call(std::span<const Value> args) const;
  [[nodiscard]] Result<std::optional<Value>, Trap> call(std::initializer_list<Value> args) const;
  /// Arguments from WAVE text: `("x", {a: 1})`. Errors name the parameter and its type.
  [[nodiscard]] Result<std::vector<Value>> parse_args(std::string_view wave) const;

 private:
  friend class Instance;
  friend class GuestCall;
  friend struct FuncAccess;
  struct InstanceImpl* instance_ = nullptr;
  std::shared_ptr<struct FuncImpl> impl_;  // owners: handles
};

/// A guest-defined resource owned by the host; dropping it runs the guest's destructor. Move-only; must not outlive its Instance.
/// Dropped inside a host function, the destructor waits until the call of the guest has ended: a running guest is not reentered.
class GuestResource {
 public:
  GuestResource() = default;
  explicit GuestResource(GuestRep rep) : rep_(rep) {}
  GuestResource(GuestResource&& o) noexcept : rep_(std::exchange(o.rep_, {})) {}
  GuestResource& operator=(GuestResource&& o) noexcept {
    if (this != &o) {
      (void)drop();
      rep_ = std::exchange(o.rep_, {});
    }
    return *this;
  }
  ~GuestResource() { (void)drop(); }
  /// Ends it now; a trap of the destructor is returned.
  Result<void, Trap> drop();
  [[nodiscard]] GuestRep rep() const { return rep_; }
  [[nodiscard]] GuestRep release() { return std::exchange(rep_, {}); }  ///< the caller has to end it
  explicit operator bool() const { return rep_.type != nullptr; }

 private:
  GuestRep rep_;
};

}  // namespace wcomp
