#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "core/type_match.h"
#include "engine/engine.h"
#include "engine/fault.h"
#include "engine/instance.h"

namespace wcomp::engine {
namespace {

/// Nested calls from host functions; the native stack is looked at as well, for its frames are of unknown size.
constexpr std::uint32_t max_depth = 1000;
constexpr std::uint64_t min_native_stack = 512 * 1024;

bool wants_explicit_bounds(const StoreOptions& options) {
  const char* env = std::getenv("WCOMP_EXPLICIT_BOUNDS");
  return options.explicit_bounds || (env != nullptr && std::strcmp(env, "1") == 0);
}

/// False if there is no memory for that many.
bool resize(std::vector<Ref>& elements, std::uint64_t count, Ref init) {
  try {
    elements.resize(count, init);
    return true;
  } catch (const std::exception&) {  // bad_alloc, length_error
    return false;
  }
}

}  // namespace

std::int64_t TableInst::grow(std::uint64_t delta, Ref init) {
  std::uint64_t old = elements.size();
  if (delta > max_elements || old > max_elements - delta) return -1;
  const Growth growth{.kind = Growth::Kind::table, .current = old, .desired = old + delta, .maximum = type.limits.max};
  if (delta != 0 && !budget->grant(growth)) return -1;
  if (!resize(elements, old + delta, init)) return budget->give_back(growth), -1;
  return static_cast<std::int64_t>(old);
}

StoreImpl::StoreImpl(const StoreLimits& l, const StoreOptions& o, std::shared_ptr<const PreparedModules> p)
    : limits(l),
      options(o),
      prepared(std::move(p)),
      arena(std::clamp(prepared == nullptr ? 0 : prepared->arena_bytes.load(std::memory_order_relaxed), least_arena, greatest_arena), &arena_source),
      types(prepared == nullptr ? nullptr : &prepared->types), stack(l.stack_bytes, o.pool.get()) {
  if (prepared != nullptr) funcs.reserve(prepared->funcs);
  wants_guard = !wants_explicit_bounds(o) && can_catch_faults();
  run_state.stack_limit = stack.near_limit();
  run_state.end_of_stack = stack.limit();
  run_state.stack_top = stack.base();
  run_state.forward_limit = stack.forward_limit();
  set_fuel(l.fuel.value_or(0));
  backend = make_backend(*this);
}

StoreImpl::~StoreImpl() {
  if (prepared != nullptr && prepared->arena_bytes.load(std::memory_order_relaxed) < arena_source.bytes()) {
    prepared->arena_bytes.store(arena_source.bytes(), std::memory_order_relaxed);
  }
  // An interrupt, which makes it null, hides what was.
  if (run_state.stack_limit.load() == stack.near_limit()) stack.stayed_near();
}

void StoreImpl::set_fuel(std::uint64_t fuel) {
  run_state.fuel = static_cast<std::int64_t>(std::min<std::uint64_t>(fuel, INT64_MAX));
}

std::span<FuncInst> StoreImpl::new_funcs(std::size_t count, FuncAddr& first) {
  static_assert(std::is_trivially_destructible_v<FuncInst>);
  FuncInst* made = std::pmr::polymorphic_allocator<FuncInst>(&arena).allocate(count);
  std::uninitialized_value_construct_n(made, count);
  first = FuncAddr(funcs.size());
  for (std::size_t i = 0; i < count; ++i) funcs.push_back(made + i);
  run_state.funcs = funcs.data();
  return {made, count};
}

void StoreImpl::set_type(FuncInst& f, std::uint32_t type_id) {
  const core::FuncType& type = types[type_id];
  f.type_id = type_id;
  f.type = &type;
  f.params = slot_count(type.params);
  f.results = slot_count(type.results);
  f.header = std::max(f.params, f.results);
}

TagInst& StoreImpl::new_tag(std::uint32_t type_id, TagAddr& addr) {
  addr = TagAddr(tags.size());
  const core::FuncType& type = types[type_id];
  return tags.emplace_back(&type, type_id, slot_count(type.params));
}

namespace {
/// There are few of them, so that a call of a function costs more than a loop.
void copy_slots(const std::uint64_t* from, std::uint32_t count, std::uint64_t* to) {
#pragma clang loop vectorize(disable) unroll(disable)
  for (std::uint32_t i = 0; i < count; ++i) {
    to[i] = from[i];
    asm volatile("" ::: "memory");  // or it becomes memcpy
  }
}
}  // namespace

Result<void, Trap> StoreImpl::invoke(FuncInst& f, std::uint64_t* slots) {
  std::uint64_t* frame = run_state.stack_top;
  if (run_state.depth >= max_depth || is_native_stack_short(min_native_stack)) [[unlikely]] {
    return Err(Trap(TrapCode::call_stack_exhausted, "calls between guest and host nest too deeply"));
  }
  if (stack.limit() - frame <= 0) [[unlikely]] return Err(Trap(TrapCode::call_stack_exhausted));
  copy_slots(slots, f.params, frame);
  ++run_state.depth;
  auto result = backend->run(f, frame);
  --run_state.depth;
  run_state.stack_top = frame;
  if (result) copy_slots(frame, f.results, slots);
  return result;
}

Store::Store(const StoreLimits& limits, const StoreOptions& options, std::shared_ptr<const PreparedModules> prepared)
    : impl_(std::make_unique<StoreImpl>(limits, options, std::move(prepared))) {}
Store::~Store() = default;

FuncAddr Store::add_host_func(const core::FuncType& type, HostFn fn, void* context) {
  return add_host_func(impl_->types.add(type), fn, context);
}

FuncAddr Store::add_host_func(std::uint32_t type_id, HostFn fn, void* context, QuickFn quick) {
  WCOMP_CHECK(fn != nullptr);
  FuncAddr addr;
  FuncInst& f = impl_->new_funcs(1, addr).front();
  impl_->set_type(f, type_id);
  f.host = fn;
  f.quick = quick;
  f.context = context;
  impl_->backend->prepare(f);
  return addr;
}

Result<GlobalAddr, Trap> Store::add_global(core::GlobalType type, std::uint64_t bits, std::uint64_t high_bits) {
  impl_->globals.push_back({type, {bits, high_bits}});
  return GlobalAddr(impl_->globals.size() - 1);
}

Result<MemAddr, Trap> Store::add_memory(core::MemType type) { return impl_->add_memory(type); }

Result<MemAddr, Trap> StoreImpl::add_memory(const core::MemType& type, const MemoryImage* image) {
  WCOMP_TRY(budget.add_memory());
  auto mem = MemInst::make(type, limits.max_memory_bytes, wants_guard, budget, options.pool.get(), image);
  if (!mem) {
    budget.remove_memory();
    return Err(std::move(mem).error());
  }
  mems.push_back(*std::move(mem));
  return MemAddr(mems.size() - 1);
}

Result<TableInst, Trap> StoreImpl::make_table(const core::TableType& type) {
  TableInst table;
  table.type = type;
  table.budget = &budget;
  table.max_elements = std::min(type.limits.max.value_or(type.limits.is_64 ? ~std::uint64_t{0} : 0xffff'ffff), limits.max_table_elements);
  if (type.limits.min > table.max_elements) {
    return Err(Trap(TrapCode::limit_exceeded,
                    fmt::format("a table of {} elements is wanted, {} are allowed", type.limits.min, table.max_elements)));
  }
  const Growth growth{.kind = Growth::Kind::table, .current = 0, .desired = type.limits.min, .maximum = type.limits.max};
  if (!budget.grant(growth)) {
    return Err(Trap(TrapCode::limit_exceeded, fmt::format("a table of {} elements is wanted, the store's limits do not allow it", type.limits.min)));
  }
  if (!resize(table.elements, type.limits.min, 0)) {
    budget.give_back(growth);
    return Err(Trap(TrapCode::limit_exceeded, fmt::format("the system has no room for a table of {} elements", type.limits.min)));
  }
  return table;
}

Result<TableAddr, Trap> Store::add_table(core::TableType type) {
  WCOMP_TRY(impl_->budget.add_table());
  auto table = impl_->make_table(type);
  if (!table) {
    impl_->budget.remove_table();
    return Err(std::move(table).error());
  }
  impl_->tables.push_back(*std::move(table));
  return TableAddr(impl_->tables.size() - 1);
}

TagAddr Store::add_tag(std::vector<core::ValType> params, std::string name) {
  TagAddr addr;
  impl_->new_tag(impl_->types.add({std::move(params), {}}), addr).name = std::move(name);
  return addr;
}

void Store::stop_exceptions_at(ModuleInstAddr instance) {
  WCOMP_CHECK(instance.value < impl_->instances.size());
  impl_->instances[instance.value].stops_exceptions = true;
}

ModuleInstAddr Store::next_instance() const { return ModuleInstAddr(impl_->instances.size()); }

std::optional<Extern> Store::find_export(ModuleInstAddr instance, std::string_view name) const {
  WCOMP_CHECK(instance.value < impl_->instances.size());
  const ModuleInst& inst = impl_->instances[instance.value];
  const core::Export* e = inst.module->find_export(name);
  if (e == nullptr) return std::nullopt;
  return item(instance, e->kind, e->index);
}

Extern Store::item(ModuleInstAddr instance, core::ExternKind kind, std::uint32_t index) const {
  WCOMP_CHECK(instance.value < impl_->instances.size());
  const ModuleInst& inst = impl_->instances[instance.value];
  switch (kind) {
    case core::ExternKind::func: return inst.func_addrs.at(index);
    case core::ExternKind::table: return inst.table_addrs.at(index);
    case core::ExternKind::mem: return inst.mem_addrs.at(index);
    case core::ExternKind::global: return inst.global_addrs.at(index);
    case core::ExternKind::tag: return inst.tag_addrs.at(index);
  }
  WCOMP_CHECK(false);
}

const core::FuncType& Store::func_type(FuncAddr f) const {
  WCOMP_CHECK(f.value < impl_->funcs.size());
  return *impl_->funcs[f.value]->type;
}

bool StoreImpl::is_ref_of(core::ValType type, std::uint64_t slot) const {
  if (slot == 0) return core::is_nullable(type);
  const core::HeapType heap = core::heap_type_of(type);
  if (heap == core::HeapType::extern_) return true;
  if (heap == core::HeapType::exn) return exceptions.find(slot) != nullptr;
  if (heap != core::HeapType::func && !core::is_concrete(heap)) return false;
  if (slot > funcs.size()) return false;
  return heap == core::HeapType::func || funcs[slot - 1]->type_id == core::type_idx_of(heap).value;
}

bool Store::accepts(FuncAddr f, std::span<const std::uint64_t> slots) const {
  WCOMP_CHECK(f.value < impl_->funcs.size());
  const FuncInst& func = *impl_->funcs[f.value];
  if (slots.size() < std::max(func.params, func.results)) return false;
  std::size_t at = 0;
  for (const core::ValType t : func.type->params) {
    if (core::is_ref(t) && !impl_->is_ref_of(t, slots[at])) return false;
    at += slot_count(t);
  }
  return true;
}

Result<void, Trap> Store::invoke(FuncAddr f, std::span<std::uint64_t> slots) {
  WCOMP_CHECK(f.value < impl_->funcs.size());
  FuncInst& func = *impl_->funcs[f.value];
  WCOMP_CHECK(slots.size() >= std::max(func.params, func.results));
  return impl_->invoke(func, slots.data());
}

const MemView& Store::memory(MemAddr m) const {
  WCOMP_CHECK(m.value < impl_->mems.size());
  return impl_->mems[m.value]->view();
}

const core::GlobalType& Store::global_type(GlobalAddr g) const {
  WCOMP_CHECK(g.value < impl_->globals.size());
  return impl_->globals[g.value].type;
}

std::uint64_t Store::global(GlobalAddr g) const {
  WCOMP_CHECK(g.value < impl_->globals.size());
  return impl_->globals[g.value].slots[0];
}

void Store::set_global(GlobalAddr g, std::uint64_t bits) { *global_cell(g) = bits; }

std::uint64_t* Store::global_cell(GlobalAddr g) {
  WCOMP_CHECK(g.value < impl_->globals.size());
  return impl_->globals[g.value].slots;
}

std::optional<FuncAddr> Store::table_func(TableAddr t, std::uint64_t index) const {
  WCOMP_CHECK(t.value < impl_->tables.size());
  const TableInst& table = impl_->tables[t.value];
  if (!matches(table.type.element, core::ValType::funcref) || index >= table.elements.size() || table.elements[index] == 0) return std::nullopt;
  return FuncAddr(table.elements[index] - 1);
}

std::optional<std::uint64_t> Store::fuel() const {
  if (!impl_->limits.fuel) return std::nullopt;
  return static_cast<std::uint64_t>(impl_->run_state.fuel);
}

bool Store::set_fuel(std::uint64_t fuel) {
  if (!impl_->limits.fuel) return false;
  impl_->set_fuel(fuel);
  return true;
}

void Store::interrupt() {
  // In this order: see Interpreter::clear_interrupt.
  impl_->run_state.is_interrupted.store(1);
  impl_->run_state.stack_limit.store(nullptr);
}

bool Store::is_interrupted() const { return impl_->run_state.is_interrupted.load(std::memory_order_relaxed) != 0; }

std::string func_name(const core::Module& module, core::FuncIdx f) {
  auto it = std::lower_bound(module.names.funcs.begin(), module.names.funcs.end(), f.value,
                             [](const auto& entry, std::uint32_t value) { return entry.first < value; });
  if (it != module.names.funcs.end() && it->first == f.value) return it->second;
  for (const core::Export& e : module.exports) {
    if (e.kind == core::ExternKind::func && e.index == f.value) return e.name;
  }
  for (std::uint32_t at = 0; const core::Import& i : module.imports) {
    if (std::holds_alternative<core::TypeIdx>(i.type) && at++ == f.value) return i.module.empty() ? i.name : i.module + "." + i.name;
  }
  return {};
}

}  // namespace wcomp::engine
