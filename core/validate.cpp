// Module-level rules. https://webassembly.github.io/spec/core/valid/modules.html
#include <unordered_map>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "core/expr_reader.h"
#include "core/limits.h"
#include "core/module.h"
#include "core/type_match.h"
#include "core/validate_bodies.h"
#include "core/validate_func.h"
#include "core/with_path.h"

namespace wcomp::core {
namespace {

/// Sections by id, for places.
constexpr std::size_t type_section = 1, import_section = 2, table_section = 4, mem_section = 5, start_section = 8, data_count_section = 12, tag_section = 13;

class ModuleValidator {
 public:
  ModuleValidator(const Module& module, const Features& features, unsigned threads) : m_(module), c_(module, features), threads_(threads) {}

  Result<void> run() {
    declare_funcs();
    if (m_.first_group != 0 && !c_.features.compact_imports) {
      return fail(diag::feature_disabled, "a group of imports needs the feature compact-imports", BinaryPos{{}, m_.path, m_.first_group});
    }
    for (std::size_t i = 0; i < m_.types.size(); ++i) WCOMP_TRY(type(TypeIdx(i)));
    WCOMP_TRY(each("import", 0, m_.imports.size(), [&](std::size_t i) { return import(m_.imports[i]); }));
    WCOMP_TRY(each("table", m_.imported_tables, m_.tables.size(), [&](std::size_t i) { return defined_table(m_.tables[i]); }));
    WCOMP_TRY(each("memory", m_.imported_mems, m_.mems.size(), [&](std::size_t i) { return mem(m_.mems[i], in_section(mem_section)); }));
    WCOMP_TRY(counts());
    WCOMP_TRY(each("tag", m_.imported_tags, m_.tags.size(), [&](std::size_t i) { return tag(m_.tags[i], in_section(tag_section)); }));
    WCOMP_TRY(each("global", m_.imported_globals, m_.globals.size(), [&](std::size_t i) { return global(i); }));
    names_.reserve(m_.exports.size());
    WCOMP_TRY(each("export", 0, m_.exports.size(), [&](std::size_t i) { return export_(i); }));
    if (m_.start) WCOMP_TRY(start(*m_.start));
    WCOMP_TRY(each("elem", 0, m_.elems.size(), [&](std::size_t i) { return elem(m_.elems[i]); }));
    WCOMP_TRY(each("data", 0, m_.datas.size(), [&](std::size_t i) { return data(m_.datas[i]); }));
    return validate_bodies(c_, threads_);
  }

 private:
  /// A place in an item; `each` adds which it is.
  static BinaryPos in_item(std::uint64_t offset) { return {{}, {}, offset}; }
  [[nodiscard]] BinaryPos in_section(std::size_t id) const { return in_item(m_.section_offsets[id]); }
  [[nodiscard]] std::string item(std::string_view what, std::size_t index) const { return fmt::format("{} > {}[{}]", m_.path, what, index); }

  /// `check` for all items of a kind. Their paths are made for failures only: there may be very many.
  template <class F>
  Result<void> each(std::string_view what, std::size_t first_index, std::size_t count, F&& check) const {
    for (std::size_t i = 0; i < count; ++i) {
      if (Result<void> done = check(i); !done) [[unlikely]]
        return Err(with_path(std::move(done).error(), item(what, first_index + i)));
    }
    return {};
  }

  /// Where the section starts, or the imports if there is none.
  [[nodiscard]] BinaryPos section(std::size_t id) const {
    return {{}, m_.path, m_.section_offsets[id] != 0 ? m_.section_offsets[id] : m_.section_offsets[import_section]};
  }

  /// Features that the number of definitions depends on.
  [[nodiscard]] Result<void> counts() const {
    if (!c_.features.multi_memory && m_.mem_types.size() > 1) {
      return fail(diag::feature_disabled, fmt::format("{} memories need the feature multi-memory", m_.mem_types.size()), section(mem_section));
    }
    if (!c_.features.reference_types && m_.table_types.size() > 1) {
      return fail(diag::feature_disabled, fmt::format("{} tables need the feature reference-types", m_.table_types.size()),
                  section(table_section));
    }
    if (!c_.features.bulk_memory && m_.data_count) {
      return fail(diag::feature_disabled, "a data count section needs the feature bulk-memory", section(data_count_section));
    }
    if (!c_.features.exceptions && m_.section_offsets[tag_section] != 0) {
      return fail(diag::feature_disabled, "a tag section needs the feature exceptions", section(tag_section));
    }
    return {};
  }

  [[nodiscard]] Result<void> value_type(ValType t, const BinaryPos& at) const {
    if (std::optional<Refusal> fault = c_.fault_of(t)) return fail(fault->code, std::move(fault->message), at);
    return {};
  }

  static Result<void> check_index(std::string_view what, std::size_t index, std::size_t count, const BinaryPos& at) {
    if (index < count) return {};
    return fail(diag::index_out_of_range, fmt::format("unknown {} {}, {} are defined", what, index, count), at);
  }

  /// Functions that ref.func may name in bodies: those mentioned outside of bodies.
  void declare_funcs() {
    c_.declared_funcs.assign(m_.func_types.size(), false);
    const auto declare = [&](std::uint32_t f) {
      if (f < c_.declared_funcs.size()) c_.declared_funcs[f] = true;
    };
    const auto declare_in = [&](const Expr& e) {
      ExprReader in(e);
      while (!in.at_end() && in.next().has_value()) {
        if (in->opcode == Opcode::ref_func) declare(in->index);
      }
    };
    for (const Export& e : m_.exports) {
      if (e.kind == ExternKind::func) declare(e.index);
    }
    for (const Global& g : m_.globals) declare_in(g.init);
    for (const Table& t : m_.tables) {
      if (t.init) declare_in(*t.init);
    }
    for (const Elem& e : m_.elems) {
      match(
          e.items,
          [&](const std::vector<FuncIdx>& funcs) {
            for (const FuncIdx f : funcs) declare(f.value);
          },
          [&](const std::vector<Expr>& exprs) {
            for (const Expr& x : exprs) declare_in(x);
          });
    }
  }

  Result<void> type(TypeIdx index) const {
    const FuncType& t = m_.types[index.value];
    const BinaryPos at{{}, m_.path, m_.section_offsets[type_section]};
    if (t.results.size() > 1 && !c_.features.multi_value) {
      return fail(diag::feature_disabled, fmt::format("{} results need the feature multi-value", t.results.size()), at);
    }
    for (const std::vector<ValType>* list : {&t.params, &t.results}) {
      for (const ValType v : *list) {
        WCOMP_TRY(value_type(v, at));
        if (!c_.features.gc && is_concrete_ref(v) && type_idx_of(heap_type_of(v)) == index) {
          return fail(diag::feature_disabled, fmt::format("unknown type {}: a type that refers to itself needs the feature gc", index.value), at);
        }
      }
    }
    return {};
  }

  Result<void> import(const Import& import) const {
    const BinaryPos at = in_item(import.offset);
    return match(
        import.type, [](TypeIdx) -> Result<void> { return {}; },  // its index was checked by decode
        [&](const TableType& t) { return table(t, at); }, [&](const MemType& t) { return mem(t, at); },
        [&](const GlobalType& t) -> Result<void> {
          if (!t.is_mutable || c_.features.mutable_globals) return value_type(t.type, at);
          return fail(diag::feature_disabled, "an imported mutable global needs the feature mutable-global", at);
        },
        [&](TagType t) { return tag(t, at); });
  }

  /// `largest` is the greatest size that the kind can have, in its own unit.
  Result<void> limits_within(const Limits& l, std::string_view kind, std::uint64_t largest, std::string_view unit, const BinaryPos& at) const {
    if (l.is_64 && !c_.features.memory64) return fail(diag::feature_disabled, fmt::format("a 64-bit {} needs the feature memory64", kind), at);
    if (const std::uint64_t size = std::max(l.min, l.max.value_or(0)); size > largest) {
      return fail(diag::invalid, fmt::format("{} size must be at most {} {}, not {}", kind, largest, unit, size), at);
    }
    if (!l.max || l.min <= *l.max) return {};
    return fail(diag::invalid, fmt::format("size minimum must not be greater than maximum: {} and {}", l.min, *l.max), at);
  }

  Result<void> table(const TableType& t, const BinaryPos& at) const {
    if (t.element != ValType::funcref) WCOMP_TRY(value_type(t.element, at));
    return limits_within(t.limits, "table", t.limits.is_64 ? ~std::uint64_t{0} : 0xffff'ffff, "elements", at);
  }

  Result<void> defined_table(const Table& t) const {
    const BinaryPos at = in_item(t.offset);
    WCOMP_TRY(table(t.type, at));
    if (!t.init) {
      if (is_defaultable(t.type.element)) return {};
      return fail(diag::type_mismatch,
                  fmt::format("type mismatch: a table of {}, which is never null, needs an initializer", to_string(t.type.element)), at);
    }
    if (!c_.features.function_references) {
      return fail(diag::feature_disabled, "a table with an initializer needs the feature function-references", at);
    }
    return check_const_expr(c_, *t.init, t.type.element, m_.imported_globals);
  }

  Result<void> mem(const MemType& t, const BinaryPos& at) const {
    const bool is_64 = t.limits.is_64;
    return limits_within(t.limits, "memory", is_64 ? limits::mem_pages_64 : limits::mem_pages_32,
                         is_64 ? "pages (2^64 bytes)" : "pages (4 GiB)", at);
  }

  Result<void> tag(TagType t, const BinaryPos& at) const {
    if (!c_.features.exceptions) return fail(diag::feature_disabled, "a tag needs the feature exceptions", at);
    const FuncType& type = m_.types[t.type.value];
    if (type.results.empty()) return {};
    return fail(diag::invalid, fmt::format("non-empty tag result type: type {} is {}, a tag's gives nothing", t.type.value, to_string(type)), at);
  }

  Result<void> global(std::size_t i) const {
    const std::size_t index = m_.imported_globals + i;
    const Global& g = m_.globals[i];
    WCOMP_TRY(value_type(g.type.type, in_item(g.init.offset)));
    return check_const_expr(c_, g.init, g.type.type, index);
  }

  Result<void> export_(std::size_t i) {
    const Export& e = m_.exports[i];
    const BinaryPos at = in_item(e.offset);
    switch (e.kind) {
      case ExternKind::func:
        WCOMP_TRY(check_index("function", e.index, m_.func_types.size(), at));
        break;
      case ExternKind::table:
        WCOMP_TRY(check_index("table", e.index, m_.table_types.size(), at));
        break;
      case ExternKind::mem:
        WCOMP_TRY(check_index("memory", e.index, m_.mem_types.size(), at));
        break;
      case ExternKind::global:
        WCOMP_TRY(check_index("global", e.index, m_.global_types.size(), at));
        if (m_.global_types[e.index].is_mutable && !c_.features.mutable_globals) {
          return fail(diag::feature_disabled, "an exported mutable global needs the feature mutable-global", at);
        }
        break;
      case ExternKind::tag:
        WCOMP_TRY(check_index("tag", e.index, m_.tag_types.size(), at));
        break;
    }
    const auto [first, is_new] = names_.emplace(e.name, i);
    if (is_new) return {};
    Failure twice(error(diag::duplicate_name, fmt::format("duplicate export name `{}`", e.name), at));
    twice.diagnostics().back().labels.push_back(
        {BinaryPos{{}, item("export", first->second), m_.exports[first->second].offset}, "first exported here"});
    return Err(std::move(twice));
  }

  Result<void> start(FuncIdx f) const {
    const BinaryPos at{{}, fmt::format("{} > start section", m_.path), m_.section_offsets[start_section]};
    WCOMP_TRY(check_index("function", f.value, m_.func_types.size(), at));
    const FuncType& t = m_.func_type(f);
    if (t.params.empty() && t.results.empty()) return {};
    return fail(diag::type_mismatch, fmt::format("start function {} has type {}, it must take and give nothing", f.value, to_string(t)),
                at);
  }

  Result<void> elem(const Elem& e) const {
    const BinaryPos at = in_item(e.file_offset);
    if (e.mode != SegmentMode::active && !c_.features.bulk_memory) {
      return fail(diag::feature_disabled, "a passive or declarative element segment needs the feature bulk-memory", at);
    }
    if (std::holds_alternative<std::vector<Expr>>(e.items) && e.type != ValType::funcref) WCOMP_TRY(value_type(e.type, at));
    if (e.mode == SegmentMode::active) {
      WCOMP_TRY(check_index("table", e.table.value, m_.table_types.size(), at));
      const TableType& table = m_.table_types[e.table.value];
      if (!matches(m_, e.type, table.element)) {
        return fail(diag::type_mismatch,
                    fmt::format("type mismatch: elements of {} do not fit a table of {}", to_string(e.type), to_string(table.element)), at);
      }
      WCOMP_TRY(check_const_expr(c_, e.offset, address_type(table.limits), m_.global_types.size()));
    }
    return match(
        e.items,
        [&](const std::vector<FuncIdx>& funcs) -> Result<void> {
          for (const FuncIdx f : funcs) WCOMP_TRY(check_index("function", f.value, m_.func_types.size(), at));
          return {};
        },
        [&](const std::vector<Expr>& exprs) -> Result<void> {
          for (const Expr& x : exprs) WCOMP_TRY(check_const_expr(c_, x, e.type, m_.global_types.size()));
          return {};
        });
  }

  Result<void> data(const Data& d) const {
    const BinaryPos at = in_item(d.file_offset);
    if (d.mode != SegmentMode::active) {
      if (c_.features.bulk_memory) return {};
      return fail(diag::feature_disabled, "a passive data segment needs the feature bulk-memory", at);
    }
    WCOMP_TRY(check_index("memory", d.mem.value, m_.mem_types.size(), at));
    return check_const_expr(c_, d.offset, address_type(m_.mem_types[d.mem.value].limits), m_.global_types.size());
  }

  const Module& m_;
  ValidationContext c_;
  unsigned threads_;
  std::unordered_map<std::string_view, std::size_t> names_;  ///< of exports so far, with their index
};

}  // namespace

Result<ValidModule> validate(Module module, const Features& features, unsigned threads) {
  WCOMP_TRY(ModuleValidator(module, features, threads).run());
  return ValidModule(std::make_shared<const Module>(std::move(module)));
}

}  // namespace wcomp::core
