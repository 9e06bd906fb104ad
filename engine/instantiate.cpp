// https://webassembly.github.io/spec/core/exec/modules.html#instantiation
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "core/expr_reader.h"
#include "core/type_match.h"
#include "engine/engine.h"
#include "engine/instance.h"
#include "engine/memory_image.h"
#include "engine/semantics.h"

namespace wcomp::engine {
namespace {

/// Types of a store in words: what a reference to a function type means is spelled out once, for the store's numbers say nothing to anyone.
struct Describe {
  const core::TypeInterner& types;

  [[nodiscard]] static std::string shallow(core::ValType t) {
    if (!core::is_concrete_ref(t)) return core::to_string(t);
    return core::is_nullable(t) ? "(ref null (func ..))" : "(ref (func ..))";
  }
  [[nodiscard]] static std::string list(const std::vector<core::ValType>& types) {
    std::string out = "[";
    for (core::ValType t : types) out += fmt::format("{}{}", out.size() == 1 ? "" : " ", shallow(t));
    return out + "]";
  }
  [[nodiscard]] std::string operator()(core::ValType t) const {
    if (!core::is_concrete_ref(t)) return core::to_string(t);
    const core::FuncType& f = types[core::type_idx_of(core::heap_type_of(t)).value];
    return fmt::format("(ref {}(func {} -> {}))", core::is_nullable(t) ? "null " : "", list(f.params), list(f.results));
  }
  [[nodiscard]] static std::string address(const core::Limits& l) { return l.is_64 ? "64-bit " : ""; }
  [[nodiscard]] static std::string operator()(const core::Limits& l) {
    return l.max ? fmt::format("{} to {}", l.min, *l.max) : fmt::format("{} or more", l.min);
  }
  [[nodiscard]] std::string func(std::uint32_t type_id) const { return fmt::format("func {} -> {}", list(types[type_id].params), list(types[type_id].results)); }
  [[nodiscard]] std::string tag(std::uint32_t type_id) const { return fmt::format("tag {}", list(types[type_id].params)); }
  [[nodiscard]] std::string operator()(const core::TableType& t) const {
    return fmt::format("{}table of {} {}", address(t.limits), (*this)(t.limits), (*this)(t.element));
  }
  [[nodiscard]] std::string operator()(const core::MemType& t) const { return fmt::format("{}memory of {} pages", address(t.limits), (*this)(t.limits)); }
  [[nodiscard]] std::string operator()(const core::GlobalType& t) const {
    return fmt::format("{} global {}", t.is_mutable ? "mutable" : "immutable", (*this)(t.type));
  }
};

/// https://webassembly.github.io/spec/core/valid/matching.html#limits
bool matches(const core::Limits& found, const core::Limits& expected) {
  return found.is_64 == expected.is_64 && found.is_shared == expected.is_shared && found.min >= expected.min && (!expected.max || (found.max && *found.max <= *expected.max));
}

/// Puts the result of an instruction on two integers in place of its operands.
template <core::Opcode O>
void compute_row(std::vector<std::uint64_t>& stack) {
  if constexpr (IsIntegerBinary<O>) {
    const std::uint64_t b = stack.back();
    stack.pop_back();
    const auto result = core::eval(core::Op<O>{}, slot_as<Operand<O, 0>>(stack.back()), slot_as<Operand<O, 1>>(b));
    if constexpr (std::is_integral_v<std::remove_const_t<decltype(result)>>) {
      stack.back() = as_slot(result);
      return;
    }
  }
  check_failed("a constant instruction", __FILE__, __LINE__);
}
/// Which instructions are constant is for the validator to say: sums, differences and products, with extended-const.
void compute(core::Opcode op, std::vector<std::uint64_t>& stack) {
  switch (op) {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) \
  case core::Opcode::name: return compute_row<core::Opcode::name>(stack);
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
}

struct Instantiation {
  StoreImpl& store;
  ModuleInst& inst;
  const PreparedModule& prepared;
  const core::Module& module = *prepared.module;
  Describe describe{store.types};

  /// Adds one import to the instance if it matches.
  Result<void> import(const core::Import& wanted, const Extern& given) {
    return match(
        wanted.type, [&](core::TypeIdx t) { return import_func(wanted, inst.type_ids[t.value], given); },
        [&](const core::TableType& t) { return import_table(wanted, interned(t, inst.type_ids), given); },
        [&](const core::MemType& t) { return import_mem(wanted, t, given); },
        [&](const core::GlobalType& t) { return import_global(wanted, interned(t, inst.type_ids), given); },
        [&](core::TagType t) { return import_tag(wanted, inst.type_ids[t.type.value], given); });
  }
  static Err<Failure> mismatch(const core::Import& i, const std::string& expected, const std::string& found) {
    return fail(diag::import_mismatch, fmt::format("import `{}` `{}`: expected {}, found {}", i.module, i.name, expected, found));
  }
  [[nodiscard]] std::string describe_given(const Extern& given) const {
    return match(
        given, [&](FuncAddr f) { return describe.func(store.funcs[f.value]->type_id); },
        [&](TableAddr t) { return describe(current_type(store.tables[t.value])); },
        [&](MemAddr m) { return describe(current_type(*store.mems[m.value])); },
        [&](GlobalAddr g) { return describe(store.globals[g.value].type); }, [&](TagAddr t) { return describe.tag(store.tags[t.value].type_id); });
  }
  static core::TableType current_type(const TableInst& t) {
    core::TableType type = t.type;
    type.limits.min = t.elements.size();
    return type;
  }
  static core::MemType current_type(const MemInst& m) {
    core::MemType type = m.declared_type();
    type.limits.min = m.pages();
    return type;
  }
  Result<void> import_func(const core::Import& i, std::uint32_t expected, const Extern& given) {
    const auto* addr = std::get_if<FuncAddr>(&given);
    if (addr == nullptr || store.funcs[addr->value]->type_id != expected) return mismatch(i, describe.func(expected), describe_given(given));
    inst.funcs.push_back(store.funcs[addr->value]);
    inst.func_addrs.push_back(*addr);
    return Ok{};
  }
  Result<void> import_table(const core::Import& i, const core::TableType& expected, const Extern& given) {
    const auto* addr = std::get_if<TableAddr>(&given);
    if (addr == nullptr) return mismatch(i, describe(expected), describe_given(given));
    TableInst& t = store.tables[addr->value];
    if (t.type.element != expected.element || !matches(current_type(t).limits, expected.limits)) {
      return mismatch(i, describe(expected), describe_given(given));
    }
    inst.tables.push_back(&t);
    inst.table_addrs.push_back(*addr);
    return Ok{};
  }
  Result<void> import_mem(const core::Import& i, const core::MemType& expected, const Extern& given) {
    const auto* addr = std::get_if<MemAddr>(&given);
    if (addr == nullptr || !matches(current_type(*store.mems[addr->value]).limits, expected.limits)) {
      return mismatch(i, describe(expected), describe_given(given));
    }
    inst.mems.push_back(store.mems[addr->value].get());
    inst.mem_addrs.push_back(*addr);
    return Ok{};
  }
  Result<void> import_global(const core::Import& i, const core::GlobalType& expected, const Extern& given) {
    const auto* addr = std::get_if<GlobalAddr>(&given);
    if (addr == nullptr || !fits(store.globals[addr->value].type, expected)) return mismatch(i, describe(expected), describe_given(given));
    inst.globals.push_back(&store.globals[addr->value]);
    inst.global_addrs.push_back(*addr);
    return Ok{};
  }
  /// What is written to a mutable global has to fit both sides.
  static bool fits(const core::GlobalType& found, const core::GlobalType& expected) {
    if (found.is_mutable != expected.is_mutable) return false;
    return expected.is_mutable ? found.type == expected.type : core::matches(found.type, expected.type);
  }
  Result<void> import_tag(const core::Import& i, std::uint32_t expected, const Extern& given) {
    const auto* addr = std::get_if<TagAddr>(&given);
    if (addr == nullptr || store.tags[addr->value].type_id != expected) return mismatch(i, describe.tag(expected), describe_given(given));
    inst.tags.push_back(&store.tags[addr->value]);
    inst.tag_addrs.push_back(*addr);
    return Ok{};
  }

  void add_tags() {
    for (std::size_t i = 0; i < module.tags.size(); ++i) {
      TagAddr addr;
      TagInst& tag = store.new_tag(inst.type_ids[module.tags[i].type.value], addr);
      const auto idx = static_cast<std::uint32_t>(module.imported_tags + i);
      if (const std::string* name = core::find_name(module.names.tags, idx)) tag.name = *name;
      inst.tags.push_back(&tag);
      inst.tag_addrs.push_back(addr);
    }
    // What has no name of its own goes by that of its first export.
    for (const core::Export& e : module.exports) {
      if (e.kind == core::ExternKind::tag && inst.tags[e.index]->name.empty()) inst.tags[e.index]->name = e.name;
    }
  }

  void add_funcs() {
    FuncAddr first;
    const std::span<FuncInst> made = store.new_funcs(prepared.funcs.size(), first);
    std::uint8_t* mem0 = !inst.mems.empty() && inst.mems[0]->is_guarded() ? inst.mems[0]->data() : nullptr;
    for (std::size_t i = 0; i < made.size(); ++i) {
      FuncInst& f = made[i];
      const PreparedModule::Func& of = prepared.funcs[i];
      f.type = of.type;
      f.type_id = of.type_id;
      f.params = of.params;
      f.results = of.results;
      f.header = of.header;
      f.instance = &inst;
      f.func_idx = core::FuncIdx(module.imported_funcs + i);
      f.mem0 = mem0;
      inst.funcs.push_back(&f);
      inst.func_addrs.emplace_back(first.value + i);
      store.backend->prepare(f);
    }
  }

  /// https://webassembly.github.io/spec/core/exec/instructions.html#constant-expressions
  /// The upper half of a vector goes to `high`.
  [[nodiscard]] std::uint64_t eval(const core::Expr& expr, std::uint64_t* high = nullptr) const {
    std::vector<std::uint64_t> stack;
    core::ExprReader in(expr);
    while (!in.at_end()) {
      const core::Instr& i = in.take();
      switch (i.opcode) {
        case core::Opcode::i32_const:
        case core::Opcode::i64_const:
        case core::Opcode::f32_const:
        case core::Opcode::f64_const: stack.push_back(i.bits); break;
        case core::Opcode::v128_const: {
          const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(i.lanes);
          stack.push_back(halves[0]);
          if (high != nullptr) *high = halves[1];
          break;
        }
        case core::Opcode::global_get:
          stack.push_back(inst.globals[i.index]->slots[0]);
          if (high != nullptr) *high = inst.globals[i.index]->slots[1];
          break;
        case core::Opcode::ref_null: stack.push_back(0); break;
        case core::Opcode::ref_func: stack.push_back(Ref{inst.func_addrs[i.index].value} + 1); break;
        case core::Opcode::end: break;
        default: compute(i.opcode, stack);
      }
    }
    WCOMP_CHECK(stack.size() == 1);
    return stack.back();
  }

  [[nodiscard]] std::uint64_t address(const std::optional<std::uint64_t>& known, const core::Expr& offset, bool is_64) const {
    const std::uint64_t at = known ? *known : eval(offset);
    return is_64 ? at : static_cast<std::uint32_t>(at);
  }

  /// Each list gets its room at once.
  void reserve() {
    inst.funcs.reserve(module.func_types.size());
    inst.func_addrs.reserve(module.func_types.size());
    inst.tables.reserve(module.table_types.size());
    inst.table_addrs.reserve(module.table_types.size());
    inst.mems.reserve(module.mem_types.size());
    inst.mem_addrs.reserve(module.mem_types.size());
    inst.globals.reserve(module.global_types.size());
    inst.global_addrs.reserve(module.global_types.size());
    inst.tags.reserve(module.tag_types.size());
    inst.tag_addrs.reserve(module.tag_types.size());
    inst.elems.reserve(module.elems.size());
    inst.datas.reserve(module.datas.size());
  }

  void add_globals() {
    for (std::size_t i = 0; i < module.globals.size(); ++i) {
      const core::Global& g = module.globals[i];
      inst.global_addrs.emplace_back(store.globals.size());
      GlobalInst global{.type = interned(g.type, inst.type_ids)};
      const auto& known = prepared.globals[i];
      global.slots[0] = known ? *known : eval(g.init, &global.slots[1]);
      inst.globals.push_back(&store.globals.emplace_back(global));
    }
  }
  void add_segments() {
    for (const core::Elem& e : module.elems) {
      std::vector<Ref>& refs = inst.elems.emplace_back();
      if (e.mode != core::SegmentMode::passive) continue;
      refs.resize(size_of(e));
      put(e, refs.data());
    }
    for (const core::Data& d : module.datas) inst.datas.push_back(d.bytes);
  }

  static std::size_t size_of(const core::Elem& e) {
    return match(e.items, [](const auto& items) { return items.size(); });
  }
  void put(const core::Elem& e, Ref* out) const {
    match(
        e.items,
        [&](const std::vector<core::FuncIdx>& funcs) {
          for (core::FuncIdx f : funcs) *out++ = Ref{inst.func_addrs[f.value].value} + 1;
        },
        [&](const std::vector<core::Expr>& exprs) {
          for (const core::Expr& x : exprs) *out++ = eval(x);
        });
  }

  /// As they are before data segments: functions that are in someone else's table by now show it.
  void empty_memories() {
    for (const MemInst* m : std::span(inst.mems).subspan(module.imported_mems)) {
      if (const MemoryImage* image = m->image()) std::memset(m->data() + image->begin(), 0, image->end() - image->begin());
    }
  }

  /// Active segments are copied, if a memory's image does not have them, then dropped; declarative ones dropped.
  Result<void, Trap> fill() {
    for (std::size_t i = 0; i < module.elems.size(); ++i) {
      const core::Elem& e = module.elems[i];
      if (e.mode != core::SegmentMode::active) continue;
      TableInst& t = *inst.tables[e.table.value];
      const std::uint64_t offset = address(prepared.elem_offsets[i], e.offset, t.is_64());
      if (!t.is_inside(offset, size_of(e))) {
        empty_memories();
        return Err(Trap(TrapCode::out_of_bounds_table_access, fmt::format("element segment {} does not fit into its table", i)));
      }
      put(e, t.elements.data() + offset);
    }
    for (std::size_t i = 0; i < module.datas.size(); ++i) {
      const core::Data& d = module.datas[i];
      if (d.mode != core::SegmentMode::active) continue;
      MemInst& m = *inst.mems[d.mem.value];
      if (i < prepared.image_datas && m.image() != nullptr) {
        inst.datas[i] = {};
        continue;
      }
      const std::uint64_t offset = address(prepared.data_offsets[i], d.offset, m.is_64());
      if (!m.is_inside(offset, d.bytes.size())) {
        return Err(Trap(TrapCode::out_of_bounds_memory_access, fmt::format("data segment {} does not fit into its memory", i)));
      }
      if (!d.bytes.empty()) std::memcpy(m.data() + offset, d.bytes.data(), d.bytes.size());
      inst.datas[i] = {};
    }
    return Ok{};
  }
};

}  // namespace

Result<Result<ModuleInstAddr, Trap>> Store::instantiate(const core::ValidModule& valid, std::span<const Extern> imports, std::string_view name) {
  WCOMP_TRY(PreparedModule module, prepare(valid, impl_->types));
  impl_->own_modules.push_back(std::make_unique<const PreparedModule>(std::move(module)));
  const std::size_t instances = impl_->instances.size();
  auto made = instantiate(*impl_->own_modules.back(), imports, name);
  if (impl_->instances.size() == instances) impl_->own_modules.pop_back();
  return made;
}

Result<Result<ModuleInstAddr, Trap>> Store::instantiate(const PreparedModule& prepared, std::span<const Extern> imports, std::string_view name) {
  using Inner = Result<ModuleInstAddr, Trap>;
  const core::Module& module = *prepared.module;
  if (imports.size() < module.imports.size()) {
    const core::Import& missing = module.imports[imports.size()];
    return fail(diag::missing_import, fmt::format("import `{}` `{}` is not provided", missing.module, missing.name));
  }
  if (auto added = impl_->budget.add_instance(); !added) return Inner(Err(std::move(added).error()));
  ModuleInst& inst = impl_->instances.emplace_back(prepared.module, name, prepared.type_ids, &impl_->arena);
  ModuleInstAddr addr(impl_->instances.size() - 1);
  // As long as there are no functions nobody can know what was made, and a failure leaves nothing. What a later one leaves in the store is out of
  // anyone's reach, unless a table was filled with it; it stays counted.
  const std::size_t mems_before = impl_->mems.size();
  const auto undo = [&] {
    for (; impl_->mems.size() > mems_before; impl_->mems.pop_back()) {
      impl_->budget.give_back({.kind = Growth::Kind::memory, .current = 0, .desired = impl_->mems.back()->size(), .maximum = {}});
      impl_->budget.remove_memory();
    }
    impl_->instances.pop_back();
    impl_->budget.remove_instance();
  };
  Instantiation in{*impl_, inst, prepared};
  in.reserve();
  for (std::size_t i = 0; i < module.imports.size(); ++i) {
    if (auto imported = in.import(module.imports[i], imports[i]); !imported) return undo(), Err(std::move(imported).error());
  }
  // Memories first: functions hold the address of memory 0.
  for (std::size_t i = 0; i < module.mems.size(); ++i) {
    PreparedImage* image = prepared.images.empty() ? nullptr : prepared.images[i].get();
    auto mem = impl_->add_memory(module.mems[i], image == nullptr ? nullptr : image->get(prepared, i, impl_->options.pool));
    if (!mem) return undo(), Inner(Err(std::move(mem).error()));
    inst.mem_addrs.push_back(*mem);
    inst.mems.push_back(impl_->mems[mem->value].get());
  }
  in.add_funcs();
  in.add_tags();
  in.add_globals();
  for (const core::Table& t : module.tables) {
    auto table = add_table(interned(t.type, inst.type_ids));
    if (!table) return Inner(Err(std::move(table).error()));
    inst.table_addrs.push_back(*table);
    inst.tables.push_back(&impl_->tables[table->value]);
    if (t.init) std::fill(inst.tables.back()->elements.begin(), inst.tables.back()->elements.end(), in.eval(*t.init));
  }
  in.add_segments();
  if (auto filled = in.fill(); !filled) return Inner(Err(std::move(filled).error()));
  if (module.start) {
    FuncInst& start = *inst.funcs[module.start->value];
    if (auto ran = impl_->invoke(start, nullptr); !ran) return Inner(Err(std::move(ran).error()));
  }
  return Inner(addr);
}

}  // namespace wcomp::engine
