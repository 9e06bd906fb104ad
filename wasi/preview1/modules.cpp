// Preview 1 in front of guests: both snapshots' functions in a ModuleLinker, and running a module.
#include <fmt/format.h>

#include "base/diagnostic.h"
#include "wasi/preview1/functions.h"
#include "wcomp/wasi.h"

namespace wcomp::wasi {

namespace preview1 {

files::Outcome<std::shared_ptr<System>> System::make(std::shared_ptr<const ContextImpl> context) {
  auto system = std::make_shared<System>();
  system->context = std::move(context);
  const ContextImpl& granted = *system->context;
  constexpr Rights in = right::all_for(right::stream) & ~right::fd_write;
  constexpr Rights out = right::all_for(right::stream) & ~right::fd_read;
  system->descriptors.add({.object = granted.input, .base = in, .preopen = {}, .listing = {}});
  system->descriptors.add({.object = granted.output, .base = out, .preopen = {}, .listing = {}});
  system->descriptors.add({.object = granted.error, .base = out, .preopen = {}, .listing = {}});
  for (const Preopen& p : granted.preopens) {
    WCOMP_TRY(files::Descriptor directory, p.directory->duplicate());
    system->descriptors.add({.object = std::move(directory),
                             .base = right::all_for(right::directory),
                             .inheriting = right::all_for(right::file | right::directory),
                             .preopen = p.guest,
                             .listing = {}});
  }
  return system;
}

namespace {

constexpr char state_key = 0;

enum class In : std::uint8_t { both, preview1 };

template <class F>
struct Handler;
template <class R, class... Ps>
struct Handler<R (*)(Call&, Ps...)> {
  /// `iI:i`, as in functions.def.
  static constexpr bool has_signature(std::string_view text) {
    constexpr char expected[] = {(sizeof(Ps) == 8 ? 'I' : 'i')..., ':', 'i'};
    return text == std::string_view(expected, sizeof...(Ps) + (std::is_void_v<R> ? 1 : 2));
  }
  /// `success` of a function without result.
  static Reply apply(R (*fn)(Call&, Ps...), Call& call, const std::uint64_t* slots) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) -> Reply {
      if constexpr (std::is_void_v<R>) return fn(call, core_abi::from_slot<Ps>(slots[I])...), Reply();
      else return fn(call, core_abi::from_slot<Ps>(slots[I])...);
    }(std::index_sequence_for<Ps...>{});
  }
};
template <auto fn>
Reply apply(Call& call, const std::uint64_t* slots) {
  return Handler<decltype(fn)>::apply(fn, call, slots);
}

/// A function as a row, so that all of them have what is around a call in common: as code of their own each would have it twice.
struct Function {
  const char* name;
  const char* signature;
  In in;
  Reply (*apply)(Call&, const std::uint64_t* slots);

  [[nodiscard]] bool replies() const { return !std::string_view(signature).ends_with(':'); }
};
constexpr Function functions[] = {
#define FUNCTION(name, signature, snapshots) {#name, signature, In::snapshots, &apply<&name>},
#include "wasi/preview1/functions.def"
#undef FUNCTION
};
#define FUNCTION(name, signature, snapshots) static_assert(Handler<decltype(&name)>::has_signature(signature));
#include "wasi/preview1/functions.def"
#undef FUNCTION

CoreFuncType type_of(const Function& f) {
  CoreFuncType out;
  for (const char* c = f.signature; *c != ':'; ++c) out.params.push_back(*c == 'I' ? CoreType::i64 : CoreType::i32);
  if (f.replies()) out.results.push_back(CoreType::i32);
  return out;
}

/// A function that writes results needs somewhere to write them; without any memory every pointer would be a silent `fault`.
Trap no_memory(std::string_view name) {
  return Trap(TrapCode::host_error, fmt::format("`{}` needs the guest's memory, and the module exports none named `memory`", name));
}

std::optional<Trap> serve(const Function& f, Snapshot snapshot, CoreCaller& caller, std::uint64_t* slots) {
  Call call{.system = *static_cast<System*>(caller.state(&state_key)), .memory = GuestMemory(caller.memory()), .snapshot = snapshot, .caller = caller, .trap = {}};
  const Reply reply = f.apply(call, slots);
  if (!f.replies()) return std::move(call.trap);
  if (!reply && reply.error() == Errno::fault && call.memory.is_empty()) return no_memory(f.name);
  slots[0] = static_cast<std::uint64_t>(reply ? Errno::success : reply.error());
  return std::move(call.trap);
}

void define_all(ModuleLinker& linker) {
  for (const Function& f : functions) {
    const auto define = [&](const char* module, Snapshot snapshot) {
      linker.define_func(module, f.name, type_of(f), [&f, snapshot](CoreCaller& caller, std::uint64_t* slots) { return serve(f, snapshot, caller, slots); });
    };
    define("wasi_snapshot_preview1", Snapshot::preview1);
    if (f.in == In::both) define("wasi_unstable", Snapshot::unstable);
  }
}

}  // namespace
}  // namespace preview1

Result<void> add_to(ModuleLinker& linker, Context context) {
  std::shared_ptr<ContextImpl> impl = ContextAccess::take(std::move(context));  // owners: the linker and every guest of it
  WCOMP_TRY(impl->open_grants());
  preview1::define_all(linker);
  linker.define_state(&preview1::state_key, [impl]() -> Result<std::shared_ptr<void>> {
    auto system = preview1::System::make(impl);
    if (!system) return fail(diag::file_error, "a granted directory cannot be opened once more: too many files are open");
    return std::shared_ptr<void>(*std::move(system));
  });
  return {};
}

Result<int, Trap> run(ModuleInstance& instance) {
  for (const char* name : {"_initialize", "_start"}) {
    if (!instance.has_func(name)) continue;
    auto func = instance.func(name)->typed<void()>();
    if (!func) return Err(Trap(TrapCode::host_error, fmt::format("`{}` takes no arguments and has no results, but this one does", name)));
    auto called = func->call();
    if (!called && called.error().is_exit()) return called.error().exit_code();
    if (!called) return Err(std::move(called).error());
  }
  return 0;
}

}  // namespace wcomp::wasi
