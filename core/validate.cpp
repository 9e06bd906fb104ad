// Module-level rules. https://webassembly.github.io/spec/core/valid/modules.html
#include <unordered_map>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "base/text.h"
#include "core/expr_reader.h"
#include "core/limits.h"
#include "core/module.h"
#include "core/validate_func.h"

namespace wcomp::core {
namespace {

class ModuleValidator {
 public:
  ModuleValidator(const Module& module, const Features& features) : m_(module), c_{module, features, {}} {}

  Result<void> run() {
    declare_funcs();
    for (const FuncType& t : m_.types) WCOMP_TRY(type(t));
    for (std::size_t i = 0; i < m_.imports.size(); ++i) WCOMP_TRY(import(i));
    for (std::size_t i = 0; i < m_.tables.size(); ++i) {
      WCOMP_TRY(table(m_.tables[i].type, item("table", m_.imported_tables + i, m_.tables[i].offset)));
    }
    for (std::size_t i = 0; i < m_.mems.size(); ++i)
      WCOMP_TRY(mem(m_.mems[i], item("memory", m_.imported_mems + i, m_.section_offsets[5])));
    if (!c_.features.multi_memory && m_.mem_types.size() > 1) {
      return fail(diag::feature_disabled, fmt::format("{} memories need the feature multi-memory", m_.mem_types.size()), here());
    }
    if (!c_.features.reference_types && m_.table_types.size() > 1) {
      return fail(diag::feature_disabled, fmt::format("{} tables need the feature reference-types", m_.table_types.size()), here());
    }
    for (std::size_t i = 0; i < m_.globals.size(); ++i) WCOMP_TRY(global(i));
    WCOMP_TRY(exports());
    if (m_.start) WCOMP_TRY(start(*m_.start));
    for (std::size_t i = 0; i < m_.elems.size(); ++i) WCOMP_TRY(elem(i));
    for (std::size_t i = 0; i < m_.datas.size(); ++i) WCOMP_TRY(data(i));
    FuncValidator funcs(c_);
    for (std::size_t i = 0; i < m_.funcs.size(); ++i) WCOMP_TRY(funcs.check(FuncIdx(m_.imported_funcs + i)));
    return {};
  }

 private:
  [[nodiscard]] BinaryPos item(std::string_view what, std::size_t index, std::uint64_t offset) const {
    return {{}, fmt::format("{} > {}[{}]", m_.path, what, index), offset};
  }
  [[nodiscard]] BinaryPos here() const { return {{}, m_.path, m_.section_offsets[5] != 0 ? m_.section_offsets[5] : m_.section_offsets[2]}; }

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

  Result<void> type(const FuncType& t) const {
    if (t.results.size() > 1 && !c_.features.multi_value) {
      return fail(diag::feature_disabled, fmt::format("{} results need the feature multi-value", t.results.size()),
                  BinaryPos{{}, m_.path, m_.section_offsets[1]});
    }
    return {};
  }

  Result<void> import(std::size_t i) const {
    const Import& import = m_.imports[i];
    const BinaryPos at = item("import", i, import.offset);
    return match(
        import.type, [](TypeIdx) -> Result<void> { return {}; },  // its index was checked by decode
        [&](const TableType& t) { return table(t, at); }, [&](const MemType& t) { return mem(t, at); },
        [&](const GlobalType& t) -> Result<void> {
          if (!t.is_mutable || c_.features.mutable_globals) return {};
          return fail(diag::feature_disabled, "an imported mutable global needs the feature mutable-globals", at);
        },
        [&](TagType) -> Result<void> { return fail(diag::unsupported, "tags (exception handling) are not supported", at); });
  }

  static Result<void> order(const Limits& l, const BinaryPos& at) {
    if (!l.max || l.min <= *l.max) return {};
    return fail(diag::invalid, fmt::format("size minimum must not be greater than maximum: {} and {}", l.min, *l.max), at);
  }

  Result<void> table(const TableType& t, const BinaryPos& at) const {
    if (t.element != ValType::funcref && !c_.features.reference_types) {
      return fail(diag::feature_disabled, "a table of externref needs the feature reference-types", at);
    }
    return order(t.limits, at);
  }

  static Result<void> mem(const MemType& t, const BinaryPos& at) {
    const std::uint64_t largest = std::max(t.limits.min, t.limits.max.value_or(0));
    if (largest > limits::mem_pages_32) {
      return fail(diag::invalid, fmt::format("memory size must be at most {} pages (4 GiB), not {}", limits::mem_pages_32, largest), at);
    }
    return order(t.limits, at);
  }

  Result<void> global(std::size_t i) const {
    const std::size_t index = m_.imported_globals + i;
    const Global& g = m_.globals[i];
    return check_const_expr(c_, g.init, g.type.type, index, item("global", index, 0).path);
  }

  Result<void> exports() const {
    std::unordered_map<std::string_view, std::size_t> seen;
    seen.reserve(m_.exports.size());
    for (std::size_t i = 0; i < m_.exports.size(); ++i) {
      const Export& e = m_.exports[i];
      const BinaryPos at = item("export", i, e.offset);
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
            return fail(diag::feature_disabled, "an exported mutable global needs the feature mutable-globals", at);
          }
          break;
        case ExternKind::tag:
          return fail(diag::unsupported, "tags (exception handling) are not supported", at);
      }
      if (const auto [first, is_new] = seen.emplace(e.name, i); !is_new) {
        Failure twice(error(diag::duplicate_name, fmt::format("duplicate export name `{}`", e.name), at));
        twice.diagnostics().back().labels.push_back(
            {item("export", first->second, m_.exports[first->second].offset), "first exported here"});
        return Err(std::move(twice));
      }
    }
    return {};
  }

  Result<void> start(FuncIdx f) const {
    const BinaryPos at{{}, fmt::format("{} > start section", m_.path), m_.section_offsets[8]};
    WCOMP_TRY(check_index("function", f.value, m_.func_types.size(), at));
    const FuncType& t = m_.func_type(f);
    if (t.params.empty() && t.results.empty()) return {};
    return fail(diag::type_mismatch, fmt::format("start function {} has type {}, it must take and give nothing", f.value, to_string(t)),
                at);
  }

  Result<void> elem(std::size_t i) const {
    const Elem& e = m_.elems[i];
    const BinaryPos at = item("elem", i, e.file_offset);
    if (e.mode != SegmentMode::active && !c_.features.bulk_memory && !c_.features.reference_types) {
      return fail(diag::feature_disabled, "a passive element segment needs the feature bulk-memory", at);
    }
    if (e.mode == SegmentMode::active) {
      WCOMP_TRY(check_index("table", e.table.value, m_.table_types.size(), at));
      const ValType element = m_.table_types[e.table.value].element;
      if (element != e.type) {
        return fail(diag::type_mismatch,
                    fmt::format("type mismatch: elements of {} do not fit a table of {}", to_string(e.type), to_string(element)), at);
      }
      WCOMP_TRY(check_const_expr(c_, e.offset, ValType::i32, m_.global_types.size(), at.path));
    }
    return match(
        e.items,
        [&](const std::vector<FuncIdx>& funcs) -> Result<void> {
          for (const FuncIdx f : funcs) WCOMP_TRY(check_index("function", f.value, m_.func_types.size(), at));
          return {};
        },
        [&](const std::vector<Expr>& exprs) -> Result<void> {
          for (const Expr& x : exprs) WCOMP_TRY(check_const_expr(c_, x, e.type, m_.global_types.size(), at.path));
          return {};
        });
  }

  Result<void> data(std::size_t i) const {
    const Data& d = m_.datas[i];
    const BinaryPos at = item("data", i, d.file_offset);
    if (d.mode != SegmentMode::active) {
      if (c_.features.bulk_memory) return {};
      return fail(diag::feature_disabled, "a passive data segment needs the feature bulk-memory", at);
    }
    WCOMP_TRY(check_index("memory", d.mem.value, m_.mem_types.size(), at));
    return check_const_expr(c_, d.offset, ValType::i32, m_.global_types.size(), at.path);
  }

  const Module& m_;
  ValidationContext c_;
};

}  // namespace

Result<ValidModule> validate(Module module, const Features& features) {
  WCOMP_TRY(ModuleValidator(module, features).run());
  return ValidModule(std::make_shared<const Module>(std::move(module)));
}

}  // namespace wcomp::core
