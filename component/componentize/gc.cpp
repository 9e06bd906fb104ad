#include "component/componentize/gc.h"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "canonical-abi/core_signatures.h"
#include "core/builder.h"
#include "core/expr_reader.h"
#include "core/type_bytes.h"

namespace wcomp::component {

namespace {

using core::FuncIdx;
using core::Immediate;
using core::Module;
using core::Opcode;

constexpr std::int32_t page_size = 65536;

bool names_func(const core::Instr& i) { return i.row->immediate == Immediate::func || i.row->immediate == Immediate::func_ref; }
bool uses_memory(const core::Instr& i) {
  switch (i.row->immediate) {
    case Immediate::mem_arg:
    case Immediate::mem_arg_lane:
    case Immediate::mem:
    case Immediate::mem_mem:
    case Immediate::data_mem: return true;
    default: return false;
  }
}
bool is_func(const core::Import& i) { return std::holds_alternative<core::TypeIdx>(i.type); }
bool is_main_realloc(const core::Import& i) {
  return is_func(i) && i.module == "__main_module__" && (i.name == "cabi_realloc" || i.name == "canonical_abi_realloc");
}

/// Marks what is reached, then edits a copy of the module: its encoder knows the format.
class Collector {
 public:
  Collector(const Module& module, const GcOptions& options) : m_(module), options_(options), is_live_(module.func_types.size()), is_global_live_(module.global_types.size()) {}

  Result<Bytes> run() {
    for (const core::Export& e : m_.exports) {
      if (e.kind == core::ExternKind::func && options_.keep.contains(e.name)) reach(e.index);
      if (e.kind == core::ExternKind::mem) is_memory_used_ = true;
    }
    if (m_.start) reach(m_.start->value);
    for (const core::Elem& e : m_.elems) reach_elem(e);
    for (const core::Global& g : m_.globals) reach_expr(g.init);
    for (const core::Table& t : m_.tables) {
      if (t.init) reach_expr(*t.init);
    }
    if (!m_.datas.empty()) is_memory_used_ = true;
    drain();
    if (error_) return Err(std::move(*error_));
    plan_stack();
    number();
    Module out = edited();
    add_functions(out);
    return core::encode(out);
  }

 private:
  void reach(std::uint32_t f) {
    if (f >= is_live_.size()) return unknown("function", f, is_live_.size());
    if (is_live_[f]) return;
    is_live_[f] = true;
    work_.push_back(f);
  }
  void drain() {
    while (!work_.empty()) {
      const std::uint32_t f = work_.back();
      work_.pop_back();
      if (f >= m_.imported_funcs) reach_expr(m_.funcs[f - m_.imported_funcs].body);
    }
  }
  void reach_expr(const core::Expr& e) {
    core::ExprReader in(e);
    while (!in.at_end() && !error_) {
      if (auto read = in.next(); !read) {
        error_ = std::move(read).error();
        return;
      }
      const core::Instr& i = *in;
      if (names_func(i)) reach(i.index);
      if (uses_memory(i)) is_memory_used_ = true;
      if (i.row->immediate != Immediate::global) continue;
      if (i.index >= is_global_live_.size()) return unknown("global", i.index, is_global_live_.size());
      is_global_live_[i.index] = true;
    }
  }
  void unknown(std::string_view what, std::uint32_t index, std::size_t count) {
    if (!error_) error_ = Failure(error(diag::index_out_of_range, fmt::format("unknown {} {}, {} are defined", what, index, count)));
  }
  void reach_elem(const core::Elem& e) {
    if (const auto* funcs = std::get_if<std::vector<FuncIdx>>(&e.items)) {
      for (const FuncIdx f : *funcs) reach(f.value);
    } else {
      for (const core::Expr& x : std::get<std::vector<core::Expr>>(e.items)) reach_expr(x);
    }
  }

  // --- the stack ---
  std::optional<std::uint32_t> live_global(std::string_view name) const {
    for (const auto& [index, found] : m_.names.globals) {
      if (found != name || index >= m_.global_types.size() || !is_global_live_[index] || index < m_.imported_globals) continue;
      const core::GlobalType& type = m_.global_types[index];
      if (type.is_mutable && type.type == core::ValType::i32) return index;
    }
    return std::nullopt;
  }

  std::optional<std::uint32_t> import_of_realloc() const {
    std::uint32_t func = 0;
    for (const core::Import& i : m_.imports) {
      if (is_main_realloc(i)) return func;
      if (is_func(i)) ++func;
    }
    return std::nullopt;
  }

  void plan_stack() {
    if (!options_.gives_stack) return;
    const bool imports_realloc = options_.main_has_realloc && !options_.realloc_via_memory_grow;
    stack_pointer_ = is_memory_used_ ? live_global("__stack_pointer") : std::nullopt;
    state_ = live_global("allocation_state");
    is_lazy_ = stack_pointer_ && state_ && imports_realloc;
    const std::optional<std::uint32_t> import = import_of_realloc();
    if (imports_realloc) {
      if (stack_pointer_ && import) is_live_[*import] = true;
      adds_import_ = stack_pointer_ && !import;
    } else {
      const bool is_called = import && is_live_[*import];
      if (is_called) {
        is_live_[*import] = false;
        replaced_ = import;
      }
      adds_realloc_ = stack_pointer_ || is_called;
      if (adds_realloc_) is_memory_used_ = true;
    }
  }

  void number() {
    new_idx_.resize(is_live_.size());
    std::uint32_t next = 0;
    for (std::uint32_t i = 0; i < is_live_.size(); ++i) {
      if (i == m_.imported_funcs && adds_import_) realloc_ = next++;
      if (is_live_[i]) new_idx_[i] = next++;
    }
    if (adds_import_ && !realloc_) realloc_ = next++;  // nothing is defined
    if (adds_realloc_) realloc_ = next++;
    if (replaced_) new_idx_[*replaced_] = *realloc_;
    if (!realloc_) {
      if (const auto import = import_of_realloc(); import && is_live_[*import]) realloc_ = new_idx_[*import];
    }
    if (stack_pointer_) allocate_ = next++;
  }

  /// Gives the code the new function indices; what has none stays as it is.
  void renumber(core::Expr& e, bool calls_allocate) {
    ByteWriter out;
    if (calls_allocate) {
      core::write_opcode(out, Opcode::call);
      out.leb_u32(*allocate_);
    }
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
    e.code = keep(out.take());
  }

  ByteSpan keep(Bytes bytes) {
    bodies_.push_back(std::move(bytes));
    return bodies_.back();
  }

  Module edited() {
    Module out = m_;
    out.customs.clear();
    std::set<std::uint32_t> exported;
    for (const core::Export& e : m_.exports) {
      if (e.kind == core::ExternKind::func && options_.keep.contains(e.name)) exported.insert(e.index);
    }
    std::uint32_t func = 0;
    std::erase_if(out.imports, [&](const core::Import& i) {
      if (is_func(i)) return !is_live_[func++];
      return std::holds_alternative<core::MemType>(i.type) && !is_memory_used_ && m_.mem_types.size() == 1;
    });
    std::size_t defined = m_.imported_funcs;
    for (core::Func& f : out.funcs) {
      const std::size_t index = defined++;
      if (is_live_[index]) renumber(f.body, is_lazy_ && exported.contains(static_cast<std::uint32_t>(index)));
    }
    defined = m_.imported_funcs;
    std::erase_if(out.funcs, [&](const core::Func&) { return !is_live_[defined++]; });
    std::erase_if(out.exports, [&](const core::Export& e) { return e.kind == core::ExternKind::func && !options_.keep.contains(e.name); });
    for (core::Export& e : out.exports) {
      if (e.kind != core::ExternKind::func) continue;
      e.index = new_idx_[e.index];
      if (const auto renamed = options_.renames.find(e.name); renamed != options_.renames.end()) e.name = renamed->second;
    }
    if (out.start) out.start = FuncIdx(new_idx_[out.start->value]);
    for (core::Global& g : out.globals) renumber(g.init, false);
    for (core::Table& t : out.tables) {
      if (t.init) renumber(*t.init, false);
    }
    for (core::Elem& e : out.elems) {
      if (auto* funcs = std::get_if<std::vector<FuncIdx>>(&e.items)) {
        for (FuncIdx& f : *funcs) f = FuncIdx(new_idx_[f.value]);
      } else {
        for (core::Expr& x : std::get<std::vector<core::Expr>>(e.items)) renumber(x, false);
      }
    }
    return out;
  }

  static core::TypeIdx type(Module& out, const core::FuncType& t) {
    const auto found = std::ranges::find(out.types, t);
    if (found != out.types.end()) return core::TypeIdx(found - out.types.begin());
    out.types.push_back(t);
    return core::TypeIdx(out.types.size() - 1);
  }

  void add_functions(Module& out) {
    const core::FuncType realloc = cabi::realloc_type(core::ValType::i32);
    if (adds_import_) out.imports.push_back({.module = "__main_module__", .name = "cabi_realloc", .type = type(out, realloc)});
    if (adds_realloc_) {
      out.funcs.push_back({.type = type(out, realloc), .locals = {{.count = 1, .type = core::ValType::i32}}, .body = {.code = keep(realloc_body())}});
    }
    if (!stack_pointer_) return;
    core::CodeBuilder c;
    if (state_) c.op(Opcode::global_get, *state_).op(Opcode::i32_eqz).if_().i32_const(1).op(Opcode::global_set, *state_);
    c.i32_const(0).i32_const(0).i32_const(8).i32_const(page_size).op(Opcode::call, *realloc_).i32_const(page_size).op(Opcode::i32_add).op(Opcode::global_set, *stack_pointer_);
    if (state_) c.i32_const(2).op(Opcode::global_set, *state_).op(Opcode::end);
    if (!is_lazy_ && out.start) c.op(Opcode::call, out.start->value);
    out.funcs.push_back({.type = type(out, {}), .locals = {}, .body = {.code = keep(c.take())}});
    if (!is_lazy_) out.start = FuncIdx(*allocate_);
  }

  /// `realloc` that hands out one fresh page of the memory and can do nothing else.
  static Bytes realloc_body() {
    core::CodeBuilder c;
    const auto trap_unless = [&](std::uint32_t param, std::int32_t value) {
      c.i32_const(value).op(Opcode::local_get, param).op(Opcode::i32_ne).if_().op(Opcode::unreachable).op(Opcode::end);
    };
    trap_unless(0, 0);
    trap_unless(1, 0);
    trap_unless(3, page_size);
    constexpr std::uint32_t page = 4;
    c.i32_const(1).op(Opcode::memory_grow, 0).op(Opcode::local_tee, page).i32_const(-1).op(Opcode::i32_eq).if_().op(Opcode::unreachable).op(Opcode::end);
    c.op(Opcode::local_get, page).i32_const(16).op(Opcode::i32_shl);
    return c.take();
  }

  const Module& m_;
  const GcOptions& options_;
  std::optional<Failure> error_;
  std::vector<bool> is_live_, is_global_live_;
  bool is_memory_used_ = false;
  std::vector<std::uint32_t> work_;
  std::vector<std::uint32_t> new_idx_;
  std::deque<Bytes> bodies_;  ///< what the edited module's code points into
  std::optional<std::uint32_t> stack_pointer_, state_;  ///< globals
  bool is_lazy_ = false;
  bool adds_import_ = false, adds_realloc_ = false;
  std::optional<std::uint32_t> replaced_;               ///< the import that the added realloc stands for
  std::optional<std::uint32_t> realloc_, allocate_;     ///< new indices
};

}  // namespace

Result<Bytes> keep_reachable(const core::Module& module, const GcOptions& options) { return Collector(module, options).run(); }

}  // namespace wcomp::component
