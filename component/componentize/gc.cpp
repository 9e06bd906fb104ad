#include "component/componentize/gc.h"

#include "core/expr_reader.h"
#include "core/type_bytes.h"

namespace wcomp::component {

namespace {

using core::FuncIdx;
using core::Module;
using core::Opcode;

class Collector {
 public:
  explicit Collector(const Module& module) : m_(module), is_live_(module.func_types.size()) {}

  Bytes run(const std::set<std::string, std::less<>>& keep) {
    for (const core::Export& e : m_.exports) {
      if (e.kind == core::ExternKind::func && keep.contains(e.name)) reach(e.index);
    }
    if (m_.start) reach(m_.start->value);
    for (const core::Elem& e : m_.elems) reach_elem(e);
    for (const core::Global& g : m_.globals) reach_expr(g.init);
    while (!work_.empty()) {
      const std::uint32_t f = work_.back();
      work_.pop_back();
      if (f >= m_.imported_funcs) reach_expr(m_.funcs[f - m_.imported_funcs].body);
    }
    new_idx_.resize(is_live_.size());
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < is_live_.size(); ++i) {
      if (is_live_[i]) new_idx_[i] = next++;
    }
    return write(keep);
  }

 private:
  void reach(std::uint32_t f) {
    if (is_live_[f]) return;
    is_live_[f] = true;
    work_.push_back(f);
  }
  void reach_expr(const core::Expr& e) {
    core::ExprReader in(e);
    while (!in.at_end()) {
      const core::Instr& i = in.take();
      if (i.opcode == Opcode::call || i.opcode == Opcode::ref_func) reach(i.index);
    }
  }
  void reach_elem(const core::Elem& e) {
    if (const auto* funcs = std::get_if<std::vector<FuncIdx>>(&e.items)) {
      for (const FuncIdx f : *funcs) reach(f.value);
    } else {
      for (const core::Expr& x : std::get<std::vector<core::Expr>>(e.items)) reach_expr(x);
    }
  }

  void expr(ByteWriter& out, const core::Expr& e) const {
    core::ExprReader in(e);
    std::size_t from = 0;
    while (!in.at_end()) {
      const core::Instr& i = in.take();
      if (i.opcode == Opcode::call || i.opcode == Opcode::ref_func) {
        out.u8(static_cast<std::uint8_t>(i.opcode));
        out.leb_u32(new_idx_[i.index]);
      } else {
        out.bytes(e.code.subspan(from, in.consumed() - from));
      }
      from = in.consumed();
    }
  }

  static void section(ByteWriter& out, std::uint8_t id, std::uint32_t count, const ByteWriter& items) {
    if (count == 0) return;
    ByteWriter body;
    body.leb_u32(count);
    body.bytes(items.view());
    out.u8(id);
    out.sized(body.view());
  }

  Bytes write(const std::set<std::string, std::less<>>& keep) const {
    static constexpr std::uint8_t preamble[] = {0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
    ByteWriter out;
    out.bytes(preamble);
    write_types(out);
    write_imports(out);
    std::uint32_t count = 0;
    ByteWriter funcs, codes;
    for (std::size_t i = 0; i < m_.funcs.size(); ++i) {
      if (!is_live_[i + m_.imported_funcs]) continue;
      ++count;
      funcs.leb_u32(m_.funcs[i].type.value);
      ByteWriter body;
      body.leb_u32(static_cast<std::uint32_t>(m_.funcs[i].locals.size()));
      for (const core::Locals& l : m_.funcs[i].locals) {
        body.leb_u32(l.count);
        body.u8(static_cast<std::uint8_t>(l.type));
      }
      expr(body, m_.funcs[i].body);
      codes.sized(body.view());
    }
    section(out, 3, count, funcs);
    write_definitions(out);
    write_exports(out, keep);
    if (m_.start) {
      ByteWriter start;
      start.leb_u32(new_idx_[m_.start->value]);
      out.u8(8);
      out.sized(start.view());
    }
    write_elems(out);
    if (m_.data_count) {
      ByteWriter n;
      n.leb_u32(*m_.data_count);
      out.u8(12);
      out.sized(n.view());
    }
    section(out, 10, count, codes);
    write_datas(out);
    return out.take();
  }

  void write_types(ByteWriter& out) const {
    ByteWriter items;
    for (const core::FuncType& t : m_.types) {
      items.u8(0x60);
      for (const auto* list : {&t.params, &t.results}) {
        items.leb_u32(static_cast<std::uint32_t>(list->size()));
        for (const core::ValType v : *list) core::write_val_type(items, v);
      }
    }
    section(out, 1, static_cast<std::uint32_t>(m_.types.size()), items);
  }

  void write_imports(ByteWriter& out) const {
    ByteWriter items;
    std::uint32_t count = 0, func = 0;
    for (const core::Import& i : m_.imports) {
      const auto* type = std::get_if<core::TypeIdx>(&i.type);
      if (type != nullptr && !is_live_[func++]) continue;
      ++count;
      items.name(i.module);
      items.name(i.name);
      items.u8(static_cast<std::uint8_t>(i.type.index()));
      if (type != nullptr) items.leb_u32(type->value);
      if (const auto* t = std::get_if<core::TableType>(&i.type)) core::write_table_type(items, *t);
      if (const auto* t = std::get_if<core::MemType>(&i.type)) core::write_limits(items, t->limits);
      if (const auto* t = std::get_if<core::GlobalType>(&i.type)) core::write_global_type(items, *t);
    }
    section(out, 2, count, items);
  }

  void write_definitions(ByteWriter& out) const {
    ByteWriter tables, mems, globals;
    for (const core::Table& t : m_.tables) core::write_table_type(tables, t.type);
    section(out, 4, static_cast<std::uint32_t>(m_.tables.size()), tables);
    for (const core::MemType& t : m_.mems) core::write_limits(mems, t.limits);
    section(out, 5, static_cast<std::uint32_t>(m_.mems.size()), mems);
    for (const core::Global& g : m_.globals) {
      core::write_global_type(globals, g.type);
      expr(globals, g.init);
    }
    section(out, 6, static_cast<std::uint32_t>(m_.globals.size()), globals);
  }

  void write_exports(ByteWriter& out, const std::set<std::string, std::less<>>& keep) const {
    ByteWriter items;
    std::uint32_t count = 0;
    for (const core::Export& e : m_.exports) {
      const bool is_func = e.kind == core::ExternKind::func;
      if (is_func && !keep.contains(e.name)) continue;
      ++count;
      items.name(e.name);
      items.u8(static_cast<std::uint8_t>(e.kind));
      items.leb_u32(is_func ? new_idx_[e.index] : e.index);
    }
    section(out, 7, count, items);
  }

  void write_elems(ByteWriter& out) const {
    ByteWriter items;
    for (const core::Elem& e : m_.elems) {
      // Flags: bit 0 not active, bit 1 explicit table (active) or declarative, bit 2 expressions.
      const auto* funcs = std::get_if<std::vector<FuncIdx>>(&e.items);
      const std::uint32_t kind = e.mode == core::SegmentMode::active ? 2u : e.mode == core::SegmentMode::passive ? 1u : 3u;
      items.leb_u32(kind | (funcs == nullptr ? 4u : 0u));
      if (e.mode == core::SegmentMode::active) {
        items.leb_u32(e.table.value);
        expr(items, e.offset);
      }
      if (funcs != nullptr) {
        items.u8(0x00);
        items.leb_u32(static_cast<std::uint32_t>(funcs->size()));
        for (const FuncIdx f : *funcs) items.leb_u32(new_idx_[f.value]);
      } else {
        const auto& exprs = std::get<std::vector<core::Expr>>(e.items);
        items.u8(static_cast<std::uint8_t>(e.type));
        items.leb_u32(static_cast<std::uint32_t>(exprs.size()));
        for (const core::Expr& x : exprs) expr(items, x);
      }
    }
    section(out, 9, static_cast<std::uint32_t>(m_.elems.size()), items);
  }

  void write_datas(ByteWriter& out) const {
    ByteWriter items;
    for (const core::Data& d : m_.datas) {
      if (d.mode == core::SegmentMode::active) {
        items.leb_u32(d.mem.value == 0 ? 0 : 2);
        if (d.mem.value != 0) items.leb_u32(d.mem.value);
        expr(items, d.offset);
      } else {
        items.leb_u32(1);
      }
      items.leb_u32(static_cast<std::uint32_t>(d.bytes.size()));
      items.bytes(d.bytes);
    }
    section(out, 11, static_cast<std::uint32_t>(m_.datas.size()), items);
  }

  const Module& m_;
  std::vector<bool> is_live_;
  std::vector<std::uint32_t> work_;
  std::vector<std::uint32_t> new_idx_;
};

}  // namespace

Bytes keep_reachable(const core::ValidModule& module, const std::set<std::string, std::less<>>& keep) { return Collector(*module).run(keep); }

}  // namespace wcomp::component
