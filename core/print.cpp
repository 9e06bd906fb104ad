#include "core/print.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "core/dylink.h"
#include "core/name_section.h"
#include "core/operand_text.h"
#include "core/print_code.h"
#include "core/text_ids.h"
#include "core/type_bytes.h"

namespace wcomp::core {
namespace {

/// Ids in the binary's order, and the words that custom sections are placed with, by id.
constexpr std::array<std::uint8_t, 13> section_order{1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11};
constexpr std::array<std::string_view, 14> section_words{"",       "type",  "import", "func", "table", "memory",    "global",
                                                         "export", "start", "elem",   "code", "data",  "datacount", "tag"};

/// Parameters and locals of all functions that a text may have: a few bytes of a binary declare many.
constexpr std::size_t max_locals = 20'000'000;

std::string print_limits(const Limits& l) {
  std::string out = l.is_64 ? "i64 " : "";
  out += std::to_string(l.min);
  if (l.max) out += fmt::format(" {}", *l.max);
  if (l.is_shared) out += " shared";
  return out;
}
std::string literal(std::string_view text) {
  return to_literal(as_bytes(text));
}

class ModulePrinter {
 public:
  ModulePrinter(const Module& module, const PrintOptions& options)
      : m_(module), options_(options), ids_(make_ids(module, options.use_names)), code_{m_, ids_, no_ids_, no_ids_, options.is_folded} {
    find_sections();
  }

  /// Whether there is anything that makes `run` fail.
  Result<void> check() {
    WCOMP_TRY(check_locals());
    const auto all = [&](const auto& items, auto expr) -> Result<void> {
      for (const auto& item : items) {
        if (const Expr* e = expr(item)) WCOMP_TRY(check_expr(code_, *e));
      }
      return {};
    };
    WCOMP_TRY(all(m_.tables, [](const Table& t) { return t.init ? &*t.init : nullptr; }));
    WCOMP_TRY(all(m_.globals, [](const Global& g) { return &g.init; }));
    for (const Elem& e : m_.elems) {
      if (e.mode == SegmentMode::active) WCOMP_TRY(check_expr(code_, e.offset));
      if (const auto* items = std::get_if<std::vector<Expr>>(&e.items)) WCOMP_TRY(all(*items, [](const Expr& x) { return &x; }));
    }
    WCOMP_TRY(all(m_.funcs, [](const Func& f) { return &f.body; }));
    return all(m_.datas, [](const Data& d) { return d.mode == SegmentMode::active ? &d.offset : nullptr; });
  }

  /// What is printed goes to `sink` as soon as it is enough.
  void stream_to(const TextSink& sink) { sink_ = &sink; }

  Result<std::string> run() {
    WCOMP_TRY(check_locals());
    out_ = "(module";
    if (options_.use_names && !m_.names.module.empty()) out_ += " " + to_identifier(m_.names.module);
    customs(0);
    for (std::uint32_t i = 0; i < m_.types.size(); ++i) line("(type{} (func{}))", head(ids_.types, i), signature(m_.types[i], names_in(type_params_, i)));
    customs(1);
    imports();
    customs(2);
    customs(3);
    for (std::size_t i = 0; i < m_.tables.size(); ++i) WCOMP_TRY(table(i));
    customs(4);
    for (std::size_t i = m_.imported_mems; i < m_.mem_types.size(); ++i)
      line("(memory{} {})", head(ids_.mems, i), print_limits(m_.mem_types[i].limits));
    customs(5);
    for (std::size_t i = m_.imported_tags; i < m_.tag_types.size(); ++i)
      line("(tag{} (type {}))", head(ids_.tags, i), reference(ids_.types, m_.tag_types[i].type.value));
    customs(13);
    for (std::size_t i = 0; i < m_.globals.size(); ++i) {
      WCOMP_TRY(const std::string init, print_const_expr(code_, m_.globals[i].init));
      line("(global{} {} {})", head(ids_.globals, m_.imported_globals + i), print_type(m_.globals[i].type), init);
    }
    customs(6);
    for (const Export& e : m_.exports) line("(export {} ({} {}))", literal(e.name), to_string(e.kind), reference(ids_of(e.kind), e.index));
    customs(7);
    if (m_.start) line("(start {})", reference(ids_.funcs, m_.start->value));
    customs(8);
    for (std::size_t i = 0; i < m_.elems.size(); ++i) WCOMP_TRY(elem(i));
    customs(9);
    customs(12);
    for (std::size_t i = 0; i < m_.funcs.size(); ++i) WCOMP_TRY(func(FuncIdx(static_cast<std::uint32_t>(m_.imported_funcs + i))));
    if (m_.data_count && !names_data_) line("(@wcomp.data-count)");
    customs(10);
    for (std::size_t i = 0; i < m_.datas.size(); ++i) WCOMP_TRY(data(i));
    customs(11);
    last_customs();
    out_ += "\n)\n";
    return std::move(out_);
  }

  Result<void> check_locals() const {
    std::size_t locals = 0;
    for (const Func& f : m_.funcs) locals += local_count(f);
    if (locals <= max_locals) return {};
    return fail(diag::limit_exceeded, fmt::format("{} parameters and locals, a text has at most {}", locals, max_locals), BinaryPos{{}, m_.path, 0});
  }

  Result<void> add_operands() {
    WCOMP_TRY(operands_, OperandText::of(m_));
    return {};
  }

  Result<std::string> one(FuncIdx f) {
    if (f.value < m_.imported_funcs || f.value - m_.imported_funcs >= m_.funcs.size()) {
      return fail(diag::index_out_of_range, fmt::format("function {} is not defined in this module", f.value), BinaryPos{{}, m_.path, 0});
    }
    WCOMP_TRY(func(f));
    return out_.substr(out_.find('(')) + "\n";
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    flush();
    out_ += "\n  ";
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  void flush() { flush_text(sink_, out_); }

  std::string print_type(const TableType& t) const { return fmt::format("{} {}", print_limits(t.limits), type_text(ids_.types, t.element)); }
  std::string print_type(const GlobalType& t) const {
    const std::string type = type_text(ids_.types, t.type);
    return t.is_mutable ? fmt::format("(mut {})", type) : type;
  }

  /// What follows a field's keyword: identifier and index, with a space in front.
  static std::string head(const Ids& ids, std::size_t index) {
    const std::string intro = introduction(ids, index);
    return intro.empty() ? fmt::format(" (;{};)", index) : fmt::format(" {} (;{};)", intro, index);
  }

  const Ids& ids_of(ExternKind k) const {
    switch (k) {
      case ExternKind::func: return ids_.funcs;
      case ExternKind::table: return ids_.tables;
      case ExternKind::mem: return ids_.mems;
      case ExternKind::global: return ids_.globals;
      case ExternKind::tag: break;
    }
    return ids_.tags;
  }

  /// An import's or a group's type; `index` of the item in its space, nothing for a group.
  std::string import_type(const ExternType& type, std::optional<std::uint32_t> index) const {
    const auto kind = static_cast<ExternKind>(type.index());
    const std::string intro = index ? head(ids_of(kind), *index) : std::string();
    const std::string what = match(
        type,
        [&](TypeIdx t) {
          const NameMap& params = index ? names_in(m_.names.locals, *index) : none_;
          const bool has_names = !params.empty() && t.value < m_.types.size();
          return fmt::format("(type {}){}", reference(ids_.types, t.value), has_names ? signature(m_.types[t.value], params) : std::string());
        },
        [&](const TableType& t) { return print_type(t); }, [&](const MemType& t) { return print_limits(t.limits); },
        [&](const GlobalType& t) { return print_type(t); }, [&](TagType t) { return fmt::format("(type {})", reference(ids_.types, t.type.value)); });
    return fmt::format("({}{} {})", to_string(kind), intro, what);
  }

  void imports() {
    std::array<std::uint32_t, 5> counts{};
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < m_.imports.size(); ++i) {
      const Import& import = m_.imports[i];
      std::uint32_t& index = counts[import.type.index()];
      if (import.group == 0) {
        line("(import {} {} {})", literal(import.module), literal(import.name), import_type(import.type, index++));
        continue;
      }
      if (import.group != group) line("(import {}", literal(import.module));
      group = import.group;
      line("  (item {}{})", literal(import.name), import.shares_type ? std::string() : " " + import_type(import.type, index));
      ++index;
      if (i + 1 < m_.imports.size() && m_.imports[i + 1].group == group) continue;
      out_ += import.shares_type ? fmt::format(" {})", import_type(import.type, {})) : ")";
    }
  }

  /// With the parameters.
  std::size_t local_count(const Func& f) const {
    std::size_t count = m_.types[f.type.value].params.size();
    for (const Locals& run : f.locals) count += run.count;
    return count;
  }

  /// With the names of parameters.
  std::string signature(const FuncType& type, const NameMap& names) const {
    if (names.empty()) return print_signature(ids_.types, type);
    const Ids params = make_ids(names, type.params.size());
    std::string out;
    for (std::size_t i = 0; i < type.params.size(); ++i) declare(out, "param", introduction(params, i), type.params[i]);
    return out + print_signature(ids_.types, {{}, type.results});
  }

  void declare(std::string& out, std::string_view keyword, const std::string& intro, ValType t) const {
    fmt::format_to(std::back_inserter(out), " ({}{}{} {})", keyword, intro.empty() ? "" : " ", intro, type_text(ids_.types, t));
  }

  Result<void> table(std::size_t i) {
    const Table& t = m_.tables[i];
    std::string init;
    if (t.init) {
      WCOMP_TRY(const std::string expr, print_const_expr(code_, *t.init));
      init = " " + expr;
    }
    line("(table{} {}{})", head(ids_.tables, m_.imported_tables + i), print_type(t.type), init);
    return {};
  }

  Result<void> func(FuncIdx index) {
    const Func& f = m_.funcs[index.value - m_.imported_funcs];
    const FuncType& type = m_.types[f.type.value];
    const Ids locals = make_ids(names_in(m_.names.locals, index.value), local_count(f));
    line("(func{} (type {})", head(ids_.funcs, index.value), reference(ids_.types, f.type.value));
    std::size_t local = 0;
    for (const ValType t : type.params) declare(out_, "param", introduction(locals, local++), t);
    if (!type.results.empty()) out_ += print_signature(ids_.types, {{}, type.results});
    if (!f.locals.empty()) out_ += "\n   ";
    for (const Locals& run : f.locals) {
      for (std::uint32_t i = 0; i < run.count; ++i) declare(out_, "local", introduction(locals, local++), run.type);
    }
    const Ids labels = make_ids(names_in(m_.names.labels, index.value), f.body.code.size());
    if (operands_) operands_->start(index);
    const CodeText code{m_, ids_, locals, labels, options_.is_folded, operands_.get()};
    WCOMP_TRY(const bool names_data, print_body(out_, code, f.body,
                                                {.results = type.results.size(), .indent = 2, .hints = hints_of(index), .locals_size = locals_size(f), .sink = sink_}));
    names_data_ |= names_data;
    out_ += "\n  )";
    return {};
  }

  /// Names of a function's locals or labels, or of a type's parameters.
  const NameMap& names_in(const IndirectNameMap& names, std::uint32_t index) const {
    const auto at = std::ranges::lower_bound(names, index, {}, [](const auto& entry) { return entry.first; });
    return options_.use_names && at != names.end() && at->first == index ? at->second : none_;
  }

  std::span<const BranchHint> hints_of(FuncIdx func) const {
    const auto at = std::ranges::lower_bound(hints_, func.value, {}, &FuncBranchHints::func);
    if (at == hints_.end() || at->func != func.value) return {};
    return at->hints;
  }

  Result<void> elem(std::size_t i) {
    const Elem& e = m_.elems[i];
    std::string text = fmt::format("(elem{}", head(ids_.elems, i));
    if (e.mode == SegmentMode::active) {
      WCOMP_TRY(const std::string offset, print_const_expr(code_, e.offset));
      if (e.table.value != 0) text += fmt::format(" (table {})", reference(ids_.tables, e.table.value));
      text += fmt::format(" (offset {})", offset);
    } else if (e.mode == SegmentMode::declarative) {
      text += " declare";
    }
    if (const auto* funcs = std::get_if<std::vector<FuncIdx>>(&e.items)) {
      text += " func";
      for (const FuncIdx f : *funcs) text += fmt::format(" {}", reference(ids_.funcs, f.value));
    } else {
      text += fmt::format(" {}", type_text(ids_.types, e.type));
      for (const Expr& x : std::get<std::vector<Expr>>(e.items)) {
        WCOMP_TRY(const std::string item, print_const_expr(code_, x));
        text += fmt::format(" (item {})", item);
      }
    }
    line("{})", text);
    return {};
  }

  Result<void> data(std::size_t i) {
    const Data& d = m_.datas[i];
    std::string where;
    if (d.mode == SegmentMode::active) {
      WCOMP_TRY(const std::string offset, print_const_expr(code_, d.offset));
      if (d.mem.value != 0) where = fmt::format(" (memory {})", reference(ids_.mems, d.mem.value));
      where += fmt::format(" (offset {})", offset);
    }
    line("(data{}{} \"", head(ids_.datas, i), where);
    constexpr std::size_t piece = 64 * 1024;
    for (std::size_t at = 0; at < d.bytes.size(); at += piece) {
      const std::string text = to_literal(d.bytes.subspan(at, std::min(piece, d.bytes.size() - at)));
      out_.append(text, 1, text.size() - 2);  // without the quotation marks
      flush();
    }
    out_ += "\")";
    return {};
  }

  /// Which custom sections the rest of the text says already, and which stand at the module's end.
  void find_sections() {
    last_id_ = 0;
    for (const std::uint8_t id : section_order) {
      if (has_section(id)) last_id_ = id;
    }
    for (std::size_t i = 0; i < m_.customs.size(); ++i) {
      const CustomSection& c = m_.customs[i];
      if (c.name == "name" && options_.use_names) names_at_ = i;  // of several the last was read
      if (c.name == branch_hint_section) find_hints(i);
    }
    if (!m_.customs.empty() && m_.customs[0].name == dylink_section && m_.customs[0].after == 0) dylink_ = print_dylink(m_.customs[0].bytes);
    if (names_at_) type_params_ = decode_type_param_names(m_.customs[*names_at_].bytes);
    if (is_empty(m_.names) && type_params_.empty()) names_at_.reset();
  }

  static bool is_empty(const Names& n) {
    return n.module.empty() && n.funcs.empty() && n.locals.empty() && n.labels.empty() && n.types.empty() && n.tables.empty() && n.mems.empty() &&
           n.globals.empty() && n.elems.empty() && n.datas.empty() && n.tags.empty();
  }

  bool has_section(std::uint8_t id) const {
    switch (id) {
      case 1: return !m_.types.empty();
      case 2: return !m_.imports.empty();
      case 4: return !m_.tables.empty();
      case 5: return !m_.mems.empty();
      case 13: return !m_.tags.empty();
      case 6: return !m_.globals.empty();
      case 7: return !m_.exports.empty();
      case 8: return m_.start.has_value();
      case 9: return !m_.elems.empty();
      case 12: return m_.data_count.has_value();
      case 11: return !m_.datas.empty();
      default: return !m_.funcs.empty();  // 3 and 10
    }
  }

  static std::size_t rank(std::uint8_t id) { return static_cast<std::size_t>(std::ranges::find(section_order, id) - section_order.begin()); }
  bool is_at_end(const CustomSection& c) const { return c.after == last_id_ || (c.after != 0 && rank(c.after) > rank(last_id_)); }

  /// Hints become annotations if that says all of them, and the section is where the parser puts it: right before the code.
  void find_hints(std::size_t custom) {
    const CustomSection& c = m_.customs[custom];
    const auto is_before_code = [&](std::uint8_t id) { return id == 0 || rank(id) < rank(10); };
    if (!is_before_code(c.after) || hints_at_) return;
    for (std::size_t i = custom + 1; i < m_.customs.size(); ++i) {
      if (is_before_code(m_.customs[i].after)) return;
    }
    for (const std::uint8_t id : section_order) {
      if (id != 10 && is_before_code(id) && has_section(id) && (c.after == 0 || rank(id) > rank(c.after))) return;
    }
    std::optional<std::vector<FuncBranchHints>> hints = decode_branch_hints(c.bytes);
    if (!hints || hints->empty() || !std::ranges::all_of(*hints, [&](const FuncBranchHints& f) { return fit(f); })) return;
    hints_ = *std::move(hints);
    hints_at_ = custom;
  }

  /// Whether every hint is at an instruction that takes one.
  bool fit(const FuncBranchHints& hints) const {
    if (hints.func < m_.imported_funcs || hints.func - m_.imported_funcs >= m_.funcs.size() || hints.hints.empty()) return false;
    const Func& f = m_.funcs[hints.func - m_.imported_funcs];
    ExprReader in(f.body);
    std::size_t found = 0;
    while (!in.at_end() && found < hints.hints.size()) {
      const std::uint64_t at = in.consumed() + locals_size(f);
      if (!in.next()) return false;
      if (hints.hints[found].offset != at) continue;
      if (in->opcode != Opcode::if_ && in->opcode != Opcode::br_if) return false;
      ++found;
    }
    return found == hints.hints.size();
  }

  static std::size_t locals_size(const Func& f) {
    ByteWriter out;
    out.leb_u32(static_cast<std::uint32_t>(f.locals.size()));
    for (const Locals& run : f.locals) {
      out.leb_u32(run.count);
      write_val_type(out, run.type);
    }
    return out.size();
  }

  /// Custom sections that stand after a section. Those at the end that the name section follows need a place, too: it comes last otherwise.
  void customs(std::uint8_t after) {
    if (after == 0 && dylink_) line("{}", *dylink_);
    for (std::size_t i = 0; i < m_.customs.size(); ++i) {
      const CustomSection& c = m_.customs[i];
      if (c.after != after || is_said(i) || is_at_end(c)) continue;
      const std::string place = after == 0 ? "(before first)" : fmt::format("(after {})", section_words[after]);
      line("(@custom {} {} {})", literal(c.name), place, to_literal(c.bytes));
    }
  }

  void last_customs() {
    for (std::size_t i = 0; i < m_.customs.size(); ++i) {
      const CustomSection& c = m_.customs[i];
      if (!is_at_end(c)) continue;
      if (i == names_at_ && std::any_of(m_.customs.begin() + static_cast<std::ptrdiff_t>(i) + 1, m_.customs.end(), [&](const CustomSection& later) { return is_at_end(later); })) {
        line("(@wcomp.name-section)");
      }
      if (!is_said(i)) line("(@custom {} {})", literal(c.name), to_literal(c.bytes));
    }
  }
  bool is_said(std::size_t custom) const { return custom == names_at_ || custom == hints_at_ || (custom == 0 && dylink_); }

  const Module& m_;
  const PrintOptions& options_;
  const Ids no_ids_;
  ModuleIds ids_;
  CodeText code_;
  std::uint8_t last_id_ = 0;               ///< of the last section that is not custom
  std::optional<std::size_t> names_at_;    ///< the custom section that identifiers say
  std::optional<std::size_t> hints_at_;    ///< the custom section that annotations in the code say
  std::optional<std::string> dylink_;      ///< the annotation for the first custom section, if that is `dylink.0`
  std::vector<FuncBranchHints> hints_;
  IndirectNameMap type_params_;
  const NameMap none_;
  std::unique_ptr<OperandText> operands_;  ///< if they are to be printed
  bool names_data_ = false;  ///< some instruction needs the data count section
  std::string out_;
  const TextSink* sink_ = nullptr;
};

}  // namespace

void flush_text(const TextSink* sink, std::string& text) {
  constexpr std::size_t enough = 256 * 1024;
  if (sink == nullptr || text.size() < enough) return;
  (*sink)(text);
  text.clear();
}

Result<std::string> print(const Module& module, const PrintOptions& options) {
  ModulePrinter printer(module, options);
  if (options.has_operands) WCOMP_TRY(printer.add_operands());
  return printer.run();
}

Result<void> print(const Module& module, const PrintOptions& options, const TextSink& sink) {
  ModulePrinter printer(module, options);
  if (options.has_operands) WCOMP_TRY(printer.add_operands());
  WCOMP_TRY(printer.check());
  printer.stream_to(sink);
  WCOMP_TRY(const std::string rest, printer.run());
  sink(rest);
  return {};
}

Result<std::string> print_func(const Module& module, FuncIdx func, const PrintOptions& options) {
  ModulePrinter printer(module, options);
  if (options.has_operands) WCOMP_TRY(printer.add_operands());
  return printer.one(func);
}

}  // namespace wcomp::core
