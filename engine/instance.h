// The runtime structures of https://webassembly.github.io/spec/core/exec/runtime.html , as engine code and back ends see them.
//
// All of them live in a store's lists and never move, so that translated code may hold their addresses. References in tables, globals and
// slots are an address + 1, those to exceptions as in engine/exceptions.h; 0 is null.
#pragma once

#include <atomic>
#include <deque>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <vector>

#include "core/type_interner.h"
#include "engine/backend.h"
#include "engine/budget.h"
#include "engine/engine.h"
#include "engine/exceptions.h"
#include "engine/memory.h"
#include "engine/prepared.h"
#include "engine/wasm_stack.h"

namespace wcomp::engine {

using Ref = std::uint64_t;

struct TableInst {
  core::TableType type;  ///< of the store, as declared; the current size is that of `elements`
  std::vector<Ref> elements;
  std::uint64_t max_elements = 0;
  Budget* budget = nullptr;

  /// table.grow: the old size, or -1.
  [[nodiscard]] std::int64_t grow(std::uint64_t delta, Ref init);
  [[nodiscard]] bool is_64() const { return type.limits.is_64; }
  [[nodiscard]] bool is_inside(std::uint64_t offset, std::uint64_t length) const {
    return length <= elements.size() && offset <= elements.size() - length;
  }
};

struct GlobalInst {
  core::GlobalType type;  ///< of the store
  std::uint64_t slots[2] = {};  ///< the second one is for vectors
};

/// Its identity is its address: two tags of one type are different.
struct TagInst {
  const core::FuncType* type = nullptr;
  std::uint32_t type_id = 0;
  std::uint32_t slots = 0;  ///< of what an exception carries
  std::string name;
};

struct ModuleInst;

struct FuncInst {
  const core::FuncType* type = nullptr;
  std::uint32_t type_id = 0;  ///< equal types of a store have equal ids
  std::uint32_t params = 0, results = 0;  ///< slots
  std::uint32_t header = 0;   ///< slot of the frame header: after the locals, which share their slots with the results
  const void* entry = nullptr;  ///< what the back end jumps to; set by Backend::prepare
  std::uint8_t* mem0 = nullptr;  ///< base of memory 0 of the instance, if guarded

  // A function of a module ...
  ModuleInst* instance = nullptr;
  core::FuncIdx func_idx;
  // ... or of the host.
  HostFn host = nullptr;
  QuickFn quick = nullptr;
  void* context = nullptr;

  alignas(16) std::byte stub[32] = {};  ///< the back end's: what `entry` is at first

  [[nodiscard]] bool is_host() const { return host != nullptr; }
};

/// Its lists are made once and do not grow, in memory that the store has for them.
struct ModuleInst {
  template <class T>
  using List = std::pmr::vector<T>;

  ModuleInst(core::ValidModule m, std::string_view n, std::span<const std::uint32_t> ids, std::pmr::memory_resource* r)
      : module(std::move(m)), name(n, r), type_ids(ids), funcs(r), func_addrs(r), tables(r), table_addrs(r), mems(r), mem_addrs(r), globals(r), global_addrs(r),
        tags(r), tag_addrs(r), elems(r), datas(r) {}
  core::ValidModule module;
  std::pmr::string name;
  bool stops_exceptions = false;
  std::span<const std::uint32_t> type_ids;  ///< of the store, by the module's type indices
  List<FuncInst*> funcs;
  List<FuncAddr> func_addrs;
  List<TableInst*> tables;
  List<TableAddr> table_addrs;
  List<MemInst*> mems;
  List<MemAddr> mem_addrs;
  List<GlobalInst*> globals;
  List<GlobalAddr> global_addrs;
  List<TagInst*> tags;
  List<TagAddr> tag_addrs;
  List<std::vector<Ref>> elems;  ///< passive ones; empty when dropped
  List<ByteSpan> datas;          ///< empty when dropped
};

/// Of what an arena is made, counted.
class CountingResource final : public std::pmr::memory_resource {
 public:
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t align) override {
    bytes_ += bytes;
    return std::pmr::new_delete_resource()->allocate(bytes, align);
  }
  void do_deallocate(void* p, std::size_t bytes, std::size_t align) override { std::pmr::new_delete_resource()->deallocate(p, bytes, align); }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
  std::size_t bytes_ = 0;
};

struct StoreImpl {
  StoreImpl(const StoreLimits& l, const StoreOptions& o, std::shared_ptr<const PreparedModules> p);
  ~StoreImpl();
  StoreImpl(const StoreImpl&) = delete;
  StoreImpl& operator=(const StoreImpl&) = delete;

  static constexpr std::size_t least_arena = 8192, greatest_arena = 128 * 1024;  ///< that is allocated at once

  StoreLimits limits;
  StoreOptions options;
  Budget budget{limits};
  bool wants_guard = true;
  std::shared_ptr<const PreparedModules> prepared;  // owners: the component and its stores
  CountingResource arena_source;
  std::pmr::monotonic_buffer_resource arena;        ///< of what lives as long as the store
  core::TypeInterner types;
  std::vector<FuncInst*> funcs;  ///< by FuncAddr; they lie in the arena
  std::pmr::deque<TableInst> tables{&arena};
  std::vector<std::unique_ptr<MemInst>> mems;
  std::pmr::deque<GlobalInst> globals{&arena};
  std::pmr::deque<TagInst> tags{&arena};
  ExceptionHeap exceptions{limits.max_exception_bytes};
  std::vector<std::unique_ptr<const PreparedModule>> own_modules;  ///< those that were prepared for this store alone
  std::pmr::deque<ModuleInst> instances{&arena};
  WasmStack stack;
  RunState run_state;
  std::unique_ptr<Backend> backend;

  /// Room for `count` functions, whose addresses begin with `first`.
  std::span<FuncInst> new_funcs(std::size_t count, FuncAddr& first);
  void set_type(FuncInst& f, std::uint32_t type_id);
  TagInst& new_tag(std::uint32_t type_id, TagAddr& addr);
  /// What Store::add_memory adds; `image` as for MemInst::make.
  [[nodiscard]] Result<MemAddr, Trap> add_memory(const core::MemType& type, const MemoryImage* image = nullptr);
  /// What add_table adds.
  [[nodiscard]] Result<TableInst, Trap> make_table(const core::TableType& type);
  [[nodiscard]] Result<void, Trap> invoke(FuncInst& f, std::uint64_t* slots);
  void set_fuel(std::uint64_t fuel);
  /// Whether bits from outside are a reference of the type; types that it names are the store's.
  [[nodiscard]] bool is_ref_of(core::ValType type, std::uint64_t slot) const;
};

/// Name of a function of a module for messages: from the name section, or the first export of it; empty if it has none.
[[nodiscard]] std::string func_name(const core::Module& module, core::FuncIdx f);

}  // namespace wcomp::engine
