#include "component/componentize/gc.h"

#include <deque>

#include "core/expr_reader.h"
#include "core/type_bytes.h"

namespace wcomp::component {

namespace {

using core::FuncIdx;
using core::Immediate;
using core::Module;

bool names_func(const core::Instr& i) { return i.row->immediate == Immediate::func || i.row->immediate == Immediate::func_ref; }

/// Marks what is reached, then edits a copy of the module: its encoder knows the format.
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
    for (const core::Table& t : m_.tables) {
      if (t.init) reach_expr(*t.init);
    }
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
    return core::encode(edited(keep));
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
      if (names_func(i)) reach(i.index);
    }
  }
  void reach_elem(const core::Elem& e) {
    if (const auto* funcs = std::get_if<std::vector<FuncIdx>>(&e.items)) {
      for (const FuncIdx f : *funcs) reach(f.value);
    } else {
      for (const core::Expr& x : std::get<std::vector<core::Expr>>(e.items)) reach_expr(x);
    }
  }

  /// Gives the code the new function indices; what has none stays as it is.
  void renumber(core::Expr& e) {
    ByteWriter out;
    core::ExprReader in(e);
    std::size_t from = 0;
    while (!in.at_end()) {
      const core::Instr& i = in.take();
      if (names_func(i)) {
        core::write_opcode(out, i.opcode);
        out.leb_u32(new_idx_[i.index]);
      } else {
        out.bytes(e.code.subspan(from, in.consumed() - from));
      }
      from = in.consumed();
    }
    bodies_.push_back(out.take());
    e.code = bodies_.back();
  }

  Module edited(const std::set<std::string, std::less<>>& keep) {
    Module out = m_;
    out.customs.clear();
    std::uint32_t func = 0;
    std::erase_if(out.imports, [&](const core::Import& i) { return std::holds_alternative<core::TypeIdx>(i.type) && !is_live_[func++]; });
    std::size_t defined = m_.imported_funcs;
    std::erase_if(out.funcs, [&](const core::Func&) { return !is_live_[defined++]; });
    std::erase_if(out.exports, [&](const core::Export& e) { return e.kind == core::ExternKind::func && !keep.contains(e.name); });
    for (core::Export& e : out.exports) {
      if (e.kind == core::ExternKind::func) e.index = new_idx_[e.index];
    }
    if (out.start) out.start = FuncIdx(new_idx_[out.start->value]);
    for (core::Func& f : out.funcs) renumber(f.body);
    for (core::Global& g : out.globals) renumber(g.init);
    for (core::Table& t : out.tables) {
      if (t.init) renumber(*t.init);
    }
    for (core::Elem& e : out.elems) {
      if (auto* funcs = std::get_if<std::vector<FuncIdx>>(&e.items)) {
        for (FuncIdx& f : *funcs) f = FuncIdx(new_idx_[f.value]);
      } else {
        for (core::Expr& x : std::get<std::vector<core::Expr>>(e.items)) renumber(x);
      }
    }
    return out;
  }

  const Module& m_;
  std::vector<bool> is_live_;
  std::vector<std::uint32_t> work_;
  std::vector<std::uint32_t> new_idx_;
  std::deque<Bytes> bodies_;  ///< what the edited module's code points into
};

}  // namespace

Bytes keep_reachable(const core::ValidModule& module, const std::set<std::string, std::less<>>& keep) { return Collector(*module).run(keep); }

}  // namespace wcomp::component
