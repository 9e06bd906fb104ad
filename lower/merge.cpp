#include "lower/merge.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "base/text.h"
#include "core/limits.h"
#include "core/type_bytes.h"
#include "lower/encode_used.h"

namespace wcomp::lower {

using component::shared::GlobalTarget;
using core::ExternKind;
using core::Opcode;
using core::ValType;

namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30;

std::uint32_t size_of(const auto& list) { return static_cast<std::uint32_t>(list.size()); }

/// An expression's instructions without the `end` behind them.
ByteSpan without_end(const core::Expr& e) { return e.code.first(e.code.size() - 1); }

bool reads_global(const core::Expr& expr) {
  core::ExprReader in(expr);
  while (!in.at_end()) {
    if (in.take().opcode == Opcode::global_get) return true;
  }
  return false;
}

}  // namespace

Item Merger::import_func(std::string module, std::string name, const core::FuncType& type) {
  WCOMP_CHECK(instances_.empty());
  out_.imports.push_back({.module = std::move(module), .name = std::move(name), .type = core::TypeIdx(types_.add(type))});
  return {ExternKind::func, size_of(out_.imports) - 1};
}

Result<InstanceIdx> Merger::add(const core::ValidModule& module, std::span<const Item> imports, std::string_view label) {
  const core::Module& m = *module;
  WCOMP_CHECK(imports.size() == m.imports.size());
  bytes_ += m.bytes.size();
  WCOMP_TRY(check_room(m));
  IndexMaps maps;
  WCOMP_TRY(maps.types, types_.add(m));
  bind(m, imports, maps);
  append(instances_.emplace_back(module, std::move(maps)), label);
  return InstanceIdx(instances_.size() - 1);
}

Result<void> Merger::check_room(const core::Module& m) const {
  const auto too_many = [](std::string_view what, std::size_t limit) {
    return fail(diag::limit_exceeded, fmt::format("the composition as one module would have more than {} {}", limit, what));
  };
  namespace limits = core::limits;
  if (bytes_ > max_bytes) return too_many("bytes", max_bytes);
  if (out_.imports.size() + out_.funcs.size() + m.funcs.size() > limits::funcs) return too_many("functions", limits::funcs);
  if (out_.globals.size() + m.globals.size() > limits::globals) return too_many("globals", limits::globals);
  if (out_.mems.size() + m.mems.size() > limits::mems) return too_many("memories", limits::mems);
  if (out_.tables.size() + m.tables.size() > limits::tables) return too_many("tables", limits::tables);
  if (out_.tags.size() + m.tags.size() > limits::tags) return too_many("tags", limits::tags);
  if (out_.elems.size() + m.elems.size() + 1 > limits::segments || out_.datas.size() + m.datas.size() > limits::segments) return too_many("segments", limits::segments);
  return {};
}

void Merger::bind(const core::Module& m, std::span<const Item> imports, IndexMaps& maps) {
  for (std::size_t i = 0; i < imports.size(); ++i) {
    const std::uint32_t to = imports[i].index;
    WCOMP_CHECK(static_cast<std::size_t>(imports[i].kind) == m.imports[i].type.index());
    switch (imports[i].kind) {
      case ExternKind::func: maps.funcs.push_back(to); break;
      case ExternKind::table: maps.tables.push_back(to); break;
      case ExternKind::mem: maps.mems.push_back(to); break;
      case ExternKind::global: maps.globals.push_back({.is_const = false, .value = to}); break;
      case ExternKind::tag: maps.tags.push_back(to); break;
    }
  }
  const auto number = [](std::vector<std::uint32_t>& map, std::size_t count, std::size_t first) {
    for (std::size_t i = 0; i < count; ++i) map.push_back(static_cast<std::uint32_t>(first + i));
  };
  number(maps.funcs, m.funcs.size(), out_.imports.size() + out_.funcs.size());
  number(maps.tables, m.tables.size(), out_.tables.size());
  number(maps.mems, m.mems.size(), out_.mems.size());
  number(maps.tags, m.tags.size(), out_.tags.size());
  for (std::size_t i = 0; i < m.globals.size(); ++i) maps.globals.push_back({.is_const = false, .value = static_cast<std::uint32_t>(out_.globals.size() + i)});
  maps.first_elem = size_of(out_.elems);
  maps.first_data = size_of(out_.datas);
}

void Merger::append(Merged& merged, std::string_view label) {
  const core::Module& m = *merged.module;
  const IndexMaps& maps = merged.maps;
  for (std::size_t i = 0; i < m.imported_globals; ++i) merged.values.push_back(global_values_[maps.globals[i].value]);
  for (const core::Global& g : m.globals) {
    const core::Expr init = constant(merged, g.init, g.type.type);
    const bool is_integer = g.type.type == ValType::i32 || g.type.type == ValType::i64;
    const auto value = is_integer && !g.type.is_mutable ? component::shared::evaluate(g.init, merged.values) : std::nullopt;
    merged.values.push_back(value);
    global_values_.push_back(value);
    out_.globals.push_back({.type = {maps.type(g.type.type), g.type.is_mutable}, .init = init});
  }
  for (const core::Table& t : m.tables) {
    core::Table& out = out_.tables.emplace_back(t);
    out.type.element = maps.type(t.type.element);
    if (t.init) out.init = constant(merged, *t.init, t.type.element);
  }
  out_.mems.insert(out_.mems.end(), m.mems.begin(), m.mems.end());
  for (const core::TagType& t : m.tags) out_.tags.push_back({core::TypeIdx(maps.types[t.type.value])});
  for (const core::Func& f : m.funcs) {
    core::Func& out = out_.funcs.emplace_back(f);
    out.type = core::TypeIdx(maps.types[f.type.value]);
    for (core::Locals& run : out.locals) run.type = maps.type(run.type);
    out.body = merged.rewriter.rewrite(f.body);
  }
  append_segments(merged);
  if (m.start) {
    core::write_opcode(start_, Opcode::call);
    start_.leb_u32(maps.funcs[m.start->value]);
  }
  for (const auto& [index, name] : m.names.funcs) {
    if (index < m.imported_funcs || index >= maps.funcs.size()) continue;
    out_.names.funcs.emplace_back(maps.funcs[index], label.empty() ? name : fmt::format("{}{}", label, name));
  }
}

void Merger::append_segments(Merged& merged) {
  const core::Module& m = *merged.module;
  const IndexMaps& maps = merged.maps;
  for (const core::Elem& e : m.elems) {
    core::Elem& out = out_.elems.emplace_back(e);
    out.type = maps.type(e.type);
    std::uint32_t count = 0;
    match(
        out.items,
        [&](std::vector<core::FuncIdx>& funcs) {
          for (core::FuncIdx& f : funcs) f = core::FuncIdx(maps.funcs[f.value]);
          count = size_of(funcs);
        },
        [&](std::vector<core::Expr>& exprs) {
          for (core::Expr& x : exprs) x = constant(merged, x, e.type);
          count = size_of(exprs);
        });
    if (e.mode != core::SegmentMode::active) continue;
    const core::TableType& table = m.table_types[e.table.value];
    out.table = core::TableIdx(maps.tables[e.table.value]);
    out.offset = constant(merged, e.offset, table.limits.is_64 ? ValType::i64 : ValType::i32);
    if (!has_start()) continue;
    out.mode = core::SegmentMode::passive;
    run_at_start(out.offset, count, Opcode::table_init, Opcode::elem_drop, size_of(out_.elems) - 1, out.table.value);
  }
  for (const core::Data& d : m.datas) {
    core::Data& out = out_.datas.emplace_back(d);
    if (d.mode != core::SegmentMode::active) continue;
    out.mem = core::MemIdx(maps.mems[d.mem.value]);
    out.offset = constant(merged, d.offset, m.mem_types[d.mem.value].limits.is_64 ? ValType::i64 : ValType::i32);
    if (!has_start()) continue;
    out.mode = core::SegmentMode::passive;
    run_at_start(out.offset, size_of(d.bytes), Opcode::memory_init, Opcode::data_drop, size_of(out_.datas) - 1, out.mem.value);
  }
}

/// The expression without reading globals: they are constants where a constant expression may read them.
core::Expr Merger::constant(Merged& m, const core::Expr& expr, ValType type) {
  if (!reads_global(expr)) return m.rewriter.rewrite(expr);
  if (type == ValType::i32 || type == ValType::i64) {
    const auto value = component::shared::evaluate(expr, m.values);
    WCOMP_CHECK(value.has_value());
    return integer(type, *value);
  }
  core::ExprReader in(expr);
  const core::Instr& first = in.take();
  WCOMP_CHECK(first.opcode == Opcode::global_get);  // there is no arithmetic but that of integers
  return out_.globals[m.maps.globals[first.index].value].init;
}

core::Expr Merger::integer(ValType type, std::uint64_t value) {
  ByteWriter w;
  core::write_opcode(w, type == ValType::i64 ? Opcode::i64_const : Opcode::i32_const);
  w.leb_s64(type == ValType::i64 ? static_cast<std::int64_t>(value) : static_cast<std::int32_t>(static_cast<std::uint32_t>(value)));
  core::write_opcode(w, Opcode::end);
  return keep(w);
}

core::Expr Merger::keep(ByteWriter& code) { return {owned_.emplace_back(code.take()), 0}; }

void Merger::run_at_start(const core::Expr& offset, std::uint32_t count, Opcode init, Opcode drop, std::uint32_t segment, std::uint32_t target) {
  start_.bytes(without_end(offset));
  for (const std::uint32_t n : {std::uint32_t{0}, count}) {
    core::write_opcode(start_, Opcode::i32_const);
    start_.leb_s32(static_cast<std::int32_t>(n));
  }
  core::write_opcode(start_, init);
  start_.leb_u32(segment);
  start_.leb_u32(target);
  core::write_opcode(start_, drop);
  start_.leb_u32(segment);
}

Item Merger::item(InstanceIdx instance, ExternKind kind, std::uint32_t index) const {
  const IndexMaps& maps = instances_.at(instance.value).maps;
  switch (kind) {
    case ExternKind::func: return {kind, maps.funcs.at(index)};
    case ExternKind::table: return {kind, maps.tables.at(index)};
    case ExternKind::mem: return {kind, maps.mems.at(index)};
    case ExternKind::global: return {kind, maps.globals.at(index).value};
    case ExternKind::tag: return {kind, maps.tags.at(index)};
  }
  WCOMP_CHECK(false);
}

Item Merger::export_of(InstanceIdx instance, std::string_view name) const {
  const core::Export* e = instances_.at(instance.value).module->find_export(name);
  WCOMP_CHECK(e != nullptr);
  return item(instance, e->kind, e->index);
}

Result<void> Merger::export_(std::string name, Item item) {
  if (!export_names_.insert(name).second) return fail(diag::duplicate_name, fmt::format("the module would export `{}` twice", escape(name)));
  out_.exports.push_back({.name = std::move(name), .kind = item.kind, .index = item.index});
  return {};
}

void Merger::name_func(Item func, std::string name) { out_.names.funcs.emplace_back(func.index, std::move(name)); }

std::uint32_t Merger::start_func() {
  core::write_opcode(start_, Opcode::end);
  const core::Expr body = keep(start_);
  out_.funcs.push_back({.type = core::TypeIdx(types_.add(core::FuncType{})), .locals = {}, .body = body});
  return size_of(out_.imports) + size_of(out_.funcs) - 1;
}

Result<Bytes> Merger::finish(std::string_view export_start_as) && {
  if (has_start()) {
    const std::uint32_t start = start_func();
    out_.names.funcs.emplace_back(start, "start");
    if (export_start_as.empty()) out_.start = core::FuncIdx(start);
    else WCOMP_TRY(export_(std::string(export_start_as), {ExternKind::func, start}));
  }
  if (!out_.datas.empty()) out_.data_count = size_of(out_.datas);
  for (std::uint32_t i = 0; i < types_.size(); ++i) out_.types.push_back(types_[i]);
  std::ranges::sort(out_.names.funcs);
  const auto same = std::ranges::unique(out_.names.funcs, {}, &std::pair<std::uint32_t, std::string>::first);
  out_.names.funcs.erase(same.begin(), same.end());
  return encode_used(std::move(out_));
}

}  // namespace wcomp::lower
