// The core engine: stores, instances, memories, calls and traps. Knows nothing of components.
//
// A Store owns every instance made in it; addresses (`FuncAddr`, ...) are valid as long as their store. A Store belongs to one thread at a
// time. Host functions are plain pointers: `context` must outlive the store. Values travel as 64-bit slots: i32 and f32 in the low half
// (high half zero), references to functions as address + 1, to exceptions as in engine/exceptions.h, null as 0; a v128 takes two slots, its
// bytes in memory order.
// Execution follows https://webassembly.github.io/spec/core/exec/ ; back ends sit behind engine/backend.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/module.h"
#include "wcomp/backend.h"
#include "wcomp/limits.h"
#include "wcomp/trap.h"

namespace wcomp::cache {
class Cache;
}

namespace wcomp::engine {

using FuncAddr = Index<struct FuncAddrTag>;
using TableAddr = Index<struct TableAddrTag>;
using MemAddr = Index<struct MemAddrTag>;
using GlobalAddr = Index<struct GlobalAddrTag>;
using TagAddr = Index<struct TagAddrTag>;
using ModuleInstAddr = Index<struct ModuleInstAddrTag>;
using Extern = std::variant<FuncAddr, TableAddr, MemAddr, GlobalAddr, TagAddr>;

/// Bounds on what the code of one store may use.
using StoreLimits = Limits;
/// How a store runs its code.
struct StoreOptions {
  /// Compare every access with the memory's size instead of reserving 8 GiB of addresses for each memory and catching faults. Also chosen
  /// by itself where the system refuses the reservation, and by the environment variable WCOMP_EXPLICIT_BOUNDS=1.
  bool explicit_bounds = false;
  /// The same results on every machine: NaNs that instructions make are canonical, relaxed vector instructions have one fixed outcome each.
  bool is_deterministic = false;
  BackendKind backend = BackendKind::automatic;
  /// Where compiled code is kept beyond the process; null: nowhere.
  std::shared_ptr<const cache::Cache> code_cache;  // owners: an engine and its stores
  /// Where memories and the stack come from and go back to; null: from the system.
  std::shared_ptr<class AddressPool> pool;  // owners: an engine and its stores
};

/// Slots that a value of the type takes, and all of them together.
[[nodiscard]] constexpr std::uint32_t slot_count(core::ValType t) { return t == core::ValType::v128 ? 2 : 1; }
[[nodiscard]] std::uint32_t slot_count(std::span<const core::ValType> types);

/// Called with the arguments in the first slots; leaves the results there. Must not throw. A trap ends the call.
using HostFn = std::optional<Trap> (*)(void* context, std::uint64_t* slots);
/// A shortcut of a host function, asked before it is: does what it does and gives true, or does nothing and gives false. It does not trap, calls no
/// guest and nothing of the embedder's, and must not throw.
using QuickFn = bool (*)(void* context, std::uint64_t* slots);

struct MemView {
  std::uint8_t* data = nullptr;
  std::uint64_t size = 0;  ///< bytes
};

class Store {
 public:
  /// `prepared`: modules that are going to be instantiated in it (engine/prepared.h).
  explicit Store(const StoreLimits& limits = {}, const StoreOptions& options = {}, std::shared_ptr<const struct PreparedModules> prepared = nullptr);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Adds a host function; its type names no types. What is handed to it has room for the slots of arguments and of results.
  [[nodiscard]] FuncAddr add_host_func(const core::FuncType& type, HostFn fn, void* context);
  /// The same; the type's number is one of PreparedModules::types.
  [[nodiscard]] FuncAddr add_host_func(std::uint32_t type_id, HostFn fn, void* context, QuickFn quick = nullptr);
  [[nodiscard]] Result<GlobalAddr, Trap> add_global(core::GlobalType type, std::uint64_t bits, std::uint64_t high_bits = 0);
  [[nodiscard]] Result<MemAddr, Trap> add_memory(core::MemType type);
  [[nodiscard]] Result<TableAddr, Trap> add_table(core::TableType type);
  /// `params`: what its exceptions carry.
  [[nodiscard]] TagAddr add_tag(std::vector<core::ValType> params, std::string name = {});

  /// Instantiates: checks imports against the module's (a mismatch is a `import-mismatch` Failure), fills segments, runs `start`.
  /// `imports` are in the module's import order. A trap while filling or in `start` is the inner Result.
  [[nodiscard]] Result<Result<ModuleInstAddr, Trap>> instantiate(const core::ValidModule& module, std::span<const Extern> imports, std::string_view name = {});

  /// The same for a module of the store's PreparedModules.
  [[nodiscard]] Result<Result<ModuleInstAddr, Trap>> instantiate(const struct PreparedModule& module, std::span<const Extern> imports, std::string_view name = {});

  /// No exception passes a call that a function of the instance made: it has become a trap there, as beyond a host function.
  void stop_exceptions_at(ModuleInstAddr instance);
  /// The address that the next `instantiate` gives. While its start function runs, its exports can be found already.
  [[nodiscard]] ModuleInstAddr next_instance() const;
  [[nodiscard]] std::optional<Extern> find_export(ModuleInstAddr instance, std::string_view name) const;
  /// Item `index` of the instance's functions, tables, ..., imports first; there is one.
  [[nodiscard]] Extern item(ModuleInstAddr instance, core::ExternKind kind, std::uint32_t index) const;
  [[nodiscard]] const core::FuncType& func_type(FuncAddr f) const;  ///< types that it names are the store's own: their numbers mean nothing to modules
  /// Whether the slots have room for a call of the function, and what they hold for its reference parameters are references of those types that
  /// this store knows. Any bits are an externref, but for null where the type excludes it.
  [[nodiscard]] bool accepts(FuncAddr f, std::span<const std::uint64_t> slots) const;
  /// Calls a function: arguments in the first slots, results into them; there are enough for both, checked.
  /// May be called from inside a host function (nested on the same wasm stack).
  [[nodiscard]] Result<void, Trap> invoke(FuncAddr f, std::span<std::uint64_t> slots);

  [[nodiscard]] const MemView& memory(MemAddr m) const;  ///< at a stable address, and always what the memory is now
  [[nodiscard]] const core::GlobalType& global_type(GlobalAddr g) const;
  [[nodiscard]] std::uint64_t global(GlobalAddr g) const;  ///< the first slot
  void set_global(GlobalAddr g, std::uint64_t bits);
  [[nodiscard]] std::uint64_t* global_cell(GlobalAddr g);  ///< its slots, at a stable address: for vectors, for flags that both sides read
  [[nodiscard]] std::optional<FuncAddr> table_func(TableAddr t, std::uint64_t index) const;
  /// Stops running code at its next check (a taken branch or a call), from any thread: it traps with `interrupted`. If nothing runs, the next
  /// call does; the trap uses the request up.
  void interrupt();
  /// Whether such a request waits to be seen: host functions that take long look and return. From any thread.
  [[nodiscard]] bool is_interrupted() const;
  /// What is left of StoreLimits::fuel, and setting it anew; a store without that limit does not meter: none, false.
  [[nodiscard]] std::optional<std::uint64_t> fuel() const;
  bool set_fuel(std::uint64_t fuel);

 private:
  friend struct StoreImpl;
  std::unique_ptr<struct StoreImpl> impl_;
};

}  // namespace wcomp::engine
