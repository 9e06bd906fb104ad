#include "core/print.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "core/print_code.h"
#include "core/text_ids.h"

namespace wcomp::core {
namespace {

std::string print_limits(const Limits& l) {
  return l.max ? fmt::format("{} {}", l.min, *l.max) : fmt::format("{}", l.min);
}
std::string print_type(const TableType& t) {
  return fmt::format("{} {}", print_limits(t.limits), to_string(t.element));
}
std::string print_type(const GlobalType& t) {
  return t.is_mutable ? fmt::format("(mut {})", to_string(t.type)) : std::string(to_string(t.type));
}
std::string literal(std::string_view text) {
  return to_literal(as_bytes(text));
}

class ModulePrinter {
 public:
  ModulePrinter(const Module& module, const PrintOptions& options)
      : m_(module), options_(options), ids_(make_ids(module, options.use_names)), code_{m_, ids_, no_ids_, no_ids_, options.is_folded} {}

  Result<std::string> run() {
    out_ = "(module";
    if (options_.use_names && !m_.names.module.empty()) out_ += " " + to_identifier(m_.names.module);
    customs(0);
    for (std::size_t i = 0; i < m_.types.size(); ++i) line("(type{} (func{}))", head(ids_.types, i), print_signature(m_.types[i]));
    customs(1);
    imports();
    customs(2);
    customs(3);
    for (std::size_t i = m_.imported_tables; i < m_.table_types.size(); ++i)
      line("(table{} {})", head(ids_.tables, i), print_type(m_.table_types[i]));
    customs(4);
    for (std::size_t i = m_.imported_mems; i < m_.mem_types.size(); ++i)
      line("(memory{} {})", head(ids_.mems, i), print_limits(m_.mem_types[i].limits));
    customs(5);
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
    for (std::size_t i = 0; i < m_.funcs.size(); ++i) WCOMP_TRY(func(FuncIdx(m_.imported_funcs + i)));
    customs(10);
    for (std::size_t i = 0; i < m_.datas.size(); ++i) WCOMP_TRY(data(i));
    customs(11);
    out_ += "\n)\n";
    return std::move(out_);
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
    out_ += "\n  ";
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  /// What follows a field's keyword: identifier and index, with a space in front.
  static std::string head(const Ids& ids, std::size_t index) {
    return index < ids.size() && !ids[index].empty() ? fmt::format(" {} (;{};)", ids[index], index) : fmt::format(" (;{};)", index);
  }

  const Ids& ids_of(ExternKind k) const {
    switch (k) {
      case ExternKind::table:
        return ids_.tables;
      case ExternKind::mem:
        return ids_.mems;
      case ExternKind::global:
        return ids_.globals;
      default:
        return ids_.funcs;
    }
  }

  void imports() {
    std::size_t funcs = 0, tables = 0, mems = 0, globals = 0;
    for (const Import& i : m_.imports) {
      const std::string what = match(
          i.type, [&](TypeIdx t) { return fmt::format("(func{} (type {}))", head(ids_.funcs, funcs++), reference(ids_.types, t.value)); },
          [&](const TableType& t) { return fmt::format("(table{} {})", head(ids_.tables, tables++), print_type(t)); },
          [&](const MemType& t) { return fmt::format("(memory{} {})", head(ids_.mems, mems++), print_limits(t.limits)); },
          [&](const GlobalType& t) { return fmt::format("(global{} {})", head(ids_.globals, globals++), print_type(t)); },
          [&](TagType t) { return fmt::format("(tag (type {}))", reference(ids_.types, t.type.value)); });
      line("(import {} {} {})", literal(i.module), literal(i.name), what);
    }
  }

  Result<void> func(FuncIdx index) {
    const Func& f = m_.funcs[index.value - m_.imported_funcs];
    const FuncType& type = m_.types[f.type.value];
    std::size_t local_count = type.params.size();
    for (const Locals& run : f.locals) local_count += run.count;
    const Ids locals = ids_in(m_.names.locals, index, local_count);
    line("(func{} (type {})", head(ids_.funcs, index.value), reference(ids_.types, f.type.value));
    std::size_t local = 0;
    const auto declare = [&](std::string_view keyword, ValType t) {
      const std::string& id = locals[local++];
      out_ += id.empty() ? fmt::format(" ({} {})", keyword, to_string(t)) : fmt::format(" ({} {} {})", keyword, id, to_string(t));
    };
    for (const ValType t : type.params) declare("param", t);
    if (!type.results.empty()) out_ += print_signature({{}, type.results});
    if (!f.locals.empty()) out_ += "\n   ";
    for (const Locals& run : f.locals) {
      for (std::uint32_t i = 0; i < run.count; ++i) declare("local", run.type);
    }
    const Ids labels = ids_in(m_.names.labels, index, f.body.code.size());
    const CodeText code{m_, ids_, locals, labels, options_.is_folded};
    WCOMP_TRY(print_body(out_, code, f.body, type.results.size(), 2));
    out_ += "\n  )";
    return {};
  }

  /// Identifiers of a function's locals or labels, of which there are at most `count`.
  Ids ids_in(const std::vector<std::pair<std::uint32_t, NameMap>>& names, FuncIdx func, std::size_t count) const {
    const auto at = std::ranges::lower_bound(names, func.value, {}, [](const auto& entry) { return entry.first; });
    const bool has_names = options_.use_names && at != names.end() && at->first == func.value;
    return make_ids(has_names ? at->second : NameMap(), count);
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
      text += fmt::format(" {}", to_string(e.type));
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
    line("(data{}{} {})", head(ids_.datas, i), where, to_literal(d.bytes));
    return {};
  }

  /// Custom sections that stand after a section; names that became identifiers are not repeated.
  void customs(std::uint8_t after) {
    constexpr std::array<std::string_view, 14> places{"",       "type",  "import", "func", "table", "memory",    "global",
                                                      "export", "start", "elem",   "code", "data",  "datacount", "tag"};
    for (const CustomSection& c : m_.customs) {
      if (c.after != after || (c.name == "name" && options_.use_names)) continue;
      const std::string place = after == 0 ? "(before first)" : fmt::format("(after {})", places[after]);
      line("(@custom {} {} {})", literal(c.name), place, to_literal(c.bytes));
    }
  }

  const Module& m_;
  const PrintOptions& options_;
  const Ids no_ids_;
  ModuleIds ids_;
  CodeText code_;
  std::string out_;
};

}  // namespace

Result<std::string> print(const Module& module, const PrintOptions& options) {
  return ModulePrinter(module, options).run();
}

Result<std::string> print_func(const Module& module, FuncIdx func, const PrintOptions& options) {
  return ModulePrinter(module, options).one(func);
}

}  // namespace wcomp::core
