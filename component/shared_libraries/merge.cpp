#include "component/shared_libraries/merge.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "base/text.h"
#include "component/sections.h"
#include "component/shared_libraries/constants.h"
#include "component/shared_libraries/order.h"
#include "component/shared_libraries/rewrite.h"
#include "component/shared_libraries/written_funcs.h"
#include "core/name_section.h"

namespace wcomp::component::shared {
namespace {

using core::ExternKind;
using core::FuncIdx;
using core::ValType;

constexpr std::uint64_t page_bytes = 65'536;
constexpr std::uint8_t after_data = 11;

class Merger {
 public:
  explicit Merger(const MergeInput& in) : in_(in), layout_(in.layout), maps_(in.libraries.size()) {}

  Result<Bytes> run() {
    for (const LibraryNumber l : in_.order) maps_[l].types = lib(l).types;
    WCOMP_TRY(memories_and_tables());
    number_funcs();
    number_tags();
    WCOMP_TRY(number_globals());
    number_segments();
    for (const LibraryNumber l : in_.order) write_library(l);
    write_slots();
    WCOMP_TRY(write_entries());
    WCOMP_TRY(write_exports());
    write_funcs();
    write_names();
    write_types();
    write_customs();
    return core::encode(out_);
  }

 private:
  [[nodiscard]] const Library& lib(LibraryNumber l) const { return in_.libraries[l]; }
  [[nodiscard]] const core::Module& module(LibraryNumber l) const { return lib(l).module(); }
  [[nodiscard]] const Binding& binding(LibraryNumber l, ExternKind kind, std::size_t index) const {
    return in_.bindings.imports[l][in_.bindings.import_at[l][static_cast<std::size_t>(kind)][index]];
  }

  // --- memories and tables ---

  /// What all imports of the shared memory or table ask for together.
  struct Shared {
    core::Limits limits;
    bool is_used = false;
  };
  Result<void> take_limits(Shared& all, const core::Limits& l, LibraryNumber library, std::string_view what) {
    if (all.is_used && all.limits.is_shared != l.is_shared) {
      return fail(diag::import_mismatch, fmt::format("library `{}` imports a {} that is {}, unlike others", escape(lib(library).name), what, l.is_shared ? "shared" : "not shared"), lib(library).at());
    }
    all.limits.is_shared = l.is_shared;
    all.is_used = true;
    all.limits.min = std::max(all.limits.min, l.min);
    if (l.max) all.limits.max = std::min(*l.max, all.limits.max.value_or(*l.max));
    if (all.limits.max && *all.limits.max < all.limits.min) {
      return fail(diag::limit_exceeded, fmt::format("the libraries need a {} of {} {}, and library `{}` allows {}", what, all.limits.min, what == "memory" ? "pages" : "elements", escape(lib(library).name), *all.limits.max),
                  lib(library).at());
    }
    return {};
  }

  Result<void> memories_and_tables() {
    Shared memory{.limits = {.min = layout_.heap_end / page_bytes}};
    Shared table{.limits = {.min = layout_.table_size()}};
    for (const LibraryNumber l : in_.order) {
      const core::Module& m = module(l);
      for (std::uint32_t i = 0; i < m.imported_mems; ++i) WCOMP_TRY(take_limits(memory, m.mem_types[i].limits, l, "memory"));
      for (std::uint32_t i = 0; i < m.imported_tables; ++i) WCOMP_TRY(take_limits(table, m.table_types[i].limits, l, "table"));
    }
    out_.mems.push_back({memory.limits});
    if (table.is_used || !layout_.slot_funcs.empty()) out_.tables.push_back({.type = {.element = ValType::funcref, .limits = table.limits}, .init = {}});
    has_table_ = !out_.tables.empty();
    std::uint32_t tables = has_table_ ? 1 : 0, mems = 1;
    for (const LibraryNumber l : in_.order) {
      const core::Module& m = module(l);
      maps_[l].mems.assign(m.imported_mems, 0);
      maps_[l].tables.assign(m.imported_tables, 0);
      for (std::size_t i = 0; i < m.mems.size(); ++i) maps_[l].mems.push_back(mems++);
      for (std::size_t i = 0; i < m.tables.size(); ++i) maps_[l].tables.push_back(tables++);
    }
    return {};
  }

  // --- indices ---

  /// Imports, then the libraries' functions, then those that the linker writes.
  void number_funcs() {
    for (const LibraryNumber l : in_.order) {
      for (const Binding& b : in_.bindings.imports[l]) {
        const FuncSource* f = std::get_if<FuncSource>(&b);
        if (const auto* a = std::get_if<FuncAddress>(&b)) f = &a->func;
        if (const auto* outside = f != nullptr ? std::get_if<OutsideFunc>(f) : nullptr) import(*outside);
      }
    }
    if (layout_.has_threads) written_.context_get = import({std::string(root_module), "[context-get-1]", in_.types.add({.params = {}, .results = {ValType::i32}})});
    first_func_.resize(in_.libraries.size());
    auto next = static_cast<std::uint32_t>(out_.imports.size());
    for (const LibraryNumber l : in_.order) {
      first_func_[l] = next;
      next += static_cast<std::uint32_t>(module(l).funcs.size());
    }
    written_.first = next;
    for (const LibraryNumber l : in_.order) {
      std::vector<std::uint32_t>& map = maps_[l].funcs;
      for (std::uint32_t f = 0; f < module(l).func_types.size(); ++f) map.push_back(func(in_.bindings.func(lib(l), l, f)));
    }
  }

  std::uint32_t import(const OutsideFunc& f) {
    const auto [at, is_new] = imports_.try_emplace(f, static_cast<std::uint32_t>(out_.imports.size()));
    if (is_new) out_.imports.push_back({.module = f.module, .name = f.name, .type = core::TypeIdx(f.type)});
    return at->second;
  }

  std::uint32_t func(const FuncSource& source) {
    return match(
        source, [&](const DefinedFunc& f) { return first_func_[f.library] + f.func - module(f.library).imported_funcs; },
        [&](const OutsideFunc& f) { return imports_.at(f); },
        [&](const auto& f) {
          const auto [at, is_new] = linker_funcs_.try_emplace(FuncSource(f), 0);
          if (is_new) at->second = written_.add(f, layout_, in_.types);
          return at->second;
        });
  }

  void number_tags() {
    std::vector<std::uint32_t> first(in_.libraries.size());
    for (const LibraryNumber l : in_.order) {
      first[l] = static_cast<std::uint32_t>(out_.tags.size());
      for (const core::TagType& t : module(l).tags) out_.tags.push_back({core::TypeIdx(lib(l).types[t.type.value])});
    }
    for (const LibraryNumber l : in_.order) {
      const core::Module& m = module(l);
      for (std::uint32_t i = 0; i < m.tag_types.size(); ++i) {
        LibraryTag tag{l, i};
        if (i < m.imported_tags) tag = std::get<LibraryTag>(binding(l, ExternKind::tag, i));
        maps_[l].tags.push_back(first[tag.library] + tag.tag - module(tag.library).imported_tags);
      }
    }
  }

  /// The linker's own globals, then the libraries'.
  Result<void> number_globals() {
    for (const LibraryNumber l : in_.order) {
      const core::Module& m = module(l);
      const std::vector<bool> is_set = set_globals(m);
      for (std::uint32_t i = 0; i < m.imported_globals; ++i) {
        WCOMP_TRY(GlobalTarget to, imported_global(l, binding(l, ExternKind::global, i)));
        const bool is_address = !std::holds_alternative<LibraryGlobal>(binding(l, ExternKind::global, i));
        if (is_address && to.is_const && is_set[i]) to = {.is_const = false, .value = new_variable(to.value)};
        maps_[l].globals.push_back(to);
      }
    }
    auto next = static_cast<std::uint32_t>(out_.globals.size());
    std::vector<std::uint32_t> first(in_.libraries.size());
    for (const LibraryNumber l : in_.order) {
      first[l] = next;
      next += static_cast<std::uint32_t>(module(l).globals.size());
    }
    for (const LibraryNumber l : in_.order) {
      const core::Module& m = module(l);
      for (std::uint32_t i = 0; i < m.imported_globals; ++i) {
        if (const auto* g = std::get_if<LibraryGlobal>(&binding(l, ExternKind::global, i))) maps_[l].globals[i] = {.is_const = false, .value = first[g->library] + g->global - module(g->library).imported_globals};
      }
      for (std::uint32_t i = 0; i < m.globals.size(); ++i) maps_[l].globals.push_back({.is_const = false, .value = first[l] + i});
    }
    return {};
  }

  Result<GlobalTarget> imported_global(LibraryNumber l, const Binding& b) {
    const auto constant = [](std::uint32_t v) { return GlobalTarget{.is_const = true, .value = v}; };
    if (const auto* a = std::get_if<DataAddress>(&b)) {
      WCOMP_TRY(const std::uint32_t at, data_address(layout_, lib(a->library), a->library, *a->symbol));
      return constant(at);
    }
    if (const auto* a = std::get_if<FuncAddress>(&b)) return constant(layout_.slots.at(a->func));
    if (const auto* s = std::get_if<LinkerSymbol>(&b)) {
      if (linker_symbol_rows[static_cast<std::size_t>(*s)].kind != LinkerSymbolKind::variable) return constant(layout_.address(*s, l));
      const auto [at, is_new] = variables_.try_emplace(*s, 0);
      if (is_new) at->second = new_variable(*s == LinkerSymbol::stack_pointer ? layout_.stack_size : 0);
      return GlobalTarget{.is_const = false, .value = at->second};
    }
    return constant(0);  // weak and not there; a library's global gets its index later
  }

  std::uint32_t new_variable(std::uint32_t value) {
    out_.globals.push_back({.type = {ValType::i32, true}, .init = i32_const(value)});
    return static_cast<std::uint32_t>(out_.globals.size() - 1);
  }

  /// By index of an imported global: whether the module's code changes it, which the convention leaves to loaders.
  static std::vector<bool> set_globals(const core::Module& m) {
    std::vector<bool> out(m.imported_globals);
    if (m.imported_globals == 0) return out;
    for (const core::Func& f : m.funcs) {
      core::ExprReader in(f.body);
      while (!in.at_end()) {
        const core::Instr& i = in.take();
        if (i.opcode == core::Opcode::global_set && i.index < out.size()) out[i.index] = true;
      }
    }
    return out;
  }

  void number_segments() {
    auto elems = static_cast<std::uint32_t>(layout_.slot_funcs.empty() ? 0 : 1);
    auto datas = static_cast<std::uint32_t>(layout_.contents.size());
    for (const LibraryNumber l : in_.order) {
      maps_[l].first_elem = elems;
      maps_[l].first_data = datas;
      elems += static_cast<std::uint32_t>(module(l).elems.size());
      datas += static_cast<std::uint32_t>(module(l).datas.size());
    }
    for (const Layout::Contents& c : layout_.contents) {
      out_.datas.push_back({.mode = core::SegmentMode::active, .mem = core::MemIdx(0), .offset = i32_const(c.address), .bytes = c.bytes});
    }
  }

  // --- what the libraries have ---

  void write_library(LibraryNumber l) {
    const core::Module& m = module(l);
    const IndexMaps& maps = maps_[l];
    Rewriter& code = rewriters_.emplace_back(maps);
    for (const core::Table& t : m.tables) {
      core::Table& out = out_.tables.emplace_back(t);
      out.type.element = maps.type(t.type.element);
      if (t.init) out.init = code.rewrite(*t.init);
    }
    out_.mems.insert(out_.mems.end(), m.mems.begin(), m.mems.end());
    for (const core::Global& g : m.globals) {
      out_.globals.push_back({.type = {maps.type(g.type.type), g.type.is_mutable}, .init = constant(l, g.init, g.type.type == ValType::i32, code)});
    }
    for (const core::Elem& e : m.elems) {
      core::Elem& out = out_.elems.emplace_back(e);
      out.type = maps.type(e.type);
      if (e.mode == core::SegmentMode::active) {
        out.table = core::TableIdx(maps.tables[e.table.value]);
        out.offset = constant(l, e.offset, !m.table_types[e.table.value].limits.is_64, code);
      }
      match(
          out.items,
          [&](std::vector<FuncIdx>& funcs) {
            for (FuncIdx& f : funcs) f = FuncIdx(maps.funcs[f.value]);
          },
          [&](std::vector<core::Expr>& exprs) {
            for (core::Expr& x : exprs) x = code.rewrite(x);
          });
    }
    if (m.data_count) has_data_count_ = true;
    for (const core::Data& d : m.datas) {
      core::Data& out = out_.datas.emplace_back(d);
      if (d.mode != core::SegmentMode::active) continue;
      out.mem = core::MemIdx(maps.mems[d.mem.value]);
      out.offset = constant(l, d.offset, true, code);
    }
    for (const core::Func& f : m.funcs) {
      core::Func& out = out_.funcs.emplace_back(f);
      out.type = core::TypeIdx(maps.types[f.type.value]);
      for (core::Locals& run : out.locals) run.type = maps.type(run.type);
      out.body = code.rewrite(f.body);
    }
  }

  /// The expression as the one number that it gives, if that is known.
  core::Expr constant(LibraryNumber l, const core::Expr& expr, bool is_i32, Rewriter& code) {
    const auto value = is_i32 ? evaluate(expr, layout_.globals[l]) : std::nullopt;
    return value ? i32_const(static_cast<std::uint32_t>(*value)) : code.rewrite(expr);
  }

  core::Expr i32_const(std::uint32_t value) {
    ByteWriter w;
    core::write_opcode(w, core::Opcode::i32_const);
    w.leb_s32(static_cast<std::int32_t>(value));
    core::write_opcode(w, core::Opcode::end);
    return {owned_.emplace_back(w.take()), 0};
  }

  // --- what the linker adds ---

  void write_slots() {
    if (layout_.slot_funcs.empty()) return;
    std::vector<FuncIdx> funcs;
    for (const FuncSource& f : layout_.slot_funcs) funcs.emplace_back(func(f));
    out_.elems.insert(out_.elems.begin(), {.type = ValType::funcref, .mode = core::SegmentMode::active, .table = core::TableIdx(0), .offset = i32_const(layout_.first_slot), .items = std::move(funcs)});
  }

  /// The function of that name, if the library has it; functions that the linker calls take and give nothing.
  Result<std::optional<std::uint32_t>> entry(LibraryNumber l, std::string_view name) {
    const core::Export* e = lib(l).find(name, ExternKind::func);
    if (e == nullptr) return std::nullopt;
    const core::FuncType& type = module(l).func_type(FuncIdx(e->index));
    if (type == core::FuncType{}) return std::optional(maps_[l].funcs[e->index]);
    return fail(diag::export_mismatch, fmt::format("export `{}` of library `{}` has the core type {}, expected {}", name, escape(lib(l).name), to_string(type), to_string(core::FuncType{})), lib(l).at(e->offset));
  }

  Result<void> write_entries() {
    std::vector<std::uint32_t> at_start, at_initialize;
    std::optional<std::uint32_t> program;
    for (const LibraryNumber l : in_.order) {
      if (module(l).start) at_start.push_back(maps_[l].funcs[module(l).start->value]);
    }
    for (const LibraryNumber l : in_.order) {
      WCOMP_TRY(const auto relocs, entry(l, apply_data_relocs));
      if (relocs) at_start.push_back(*relocs);
      for (const std::string_view name : {call_ctors, initialize}) {
        WCOMP_TRY(const auto initializer, entry(l, name));
        if (initializer) at_initialize.push_back(*initializer);
      }
      WCOMP_TRY(const auto start, entry(l, program_start));
      if (!program) program = start;
    }
    if (!at_start.empty()) out_.start = FuncIdx(at_start.size() == 1 ? at_start.front() : written_.calls("start", at_start, in_.types));
    if (program) at_initialize.push_back(*program);
    if (!at_initialize.empty()) {
      const std::string name(program ? program_start : initialize);
      export_func(name, written_.calls(name, at_initialize, in_.types));
    }
    return {};
  }

  void export_func(std::string name, std::uint32_t index) { out_.exports.push_back({.name = std::move(name), .kind = ExternKind::func, .index = index}); }

  Result<void> write_exports() {
    std::set<std::string_view> of_worlds;  // functions of worlds have names like any other function
    for (const LibraryNumber l : in_.order) {
      if (!lib(l).world) continue;
      for (const wit::WorldItem& item : lib(l).world->graph.worlds[lib(l).world->world].exports) {
        if (const auto* f = std::get_if<wit::Function>(&item.item)) of_worlds.insert(f->abi_name);
      }
    }
    std::map<std::string_view, LibraryNumber> exporters;
    bool is_standard = false;
    std::vector<LibraryNumber> given = in_.order;
    std::ranges::sort(given);
    for (const LibraryNumber l : given) {
      for (const core::Export& e : module(l).exports) {
        const bool is_of_world = of_worlds.contains(e.name);
        if (e.kind != ExternKind::func || e.name == program_start || (!is_of_world && !is_component_export(e.name))) continue;
        const auto [first, is_new] = exporters.emplace(e.name, l);
        if (is_new) {
          is_standard |= e.name.starts_with("cm32p2");
          export_func(e.name, maps_[l].funcs[e.index]);
        } else if (is_of_world || e.name.find('#') != std::string::npos || e.name.starts_with("[")) {
          return fail(diag::duplicate_name, fmt::format("libraries `{}` and `{}` both export `{}`, which a component has once", escape(lib(first->second).name), escape(lib(l).name), escape(e.name)), lib(l).at(e.offset));
        }
      }
    }
    out_.exports.push_back({.name = "memory", .kind = ExternKind::mem, .index = 0});
    if (is_standard) out_.exports.push_back({.name = "cm32p2_memory", .kind = ExternKind::mem, .index = 0});
    if (has_table_) out_.exports.push_back({.name = std::string(linker_symbol_rows[static_cast<std::size_t>(LinkerSymbol::function_table)].name), .kind = ExternKind::table, .index = 0});
    return {};
  }

  void write_funcs() {
    for (const WrittenFuncs::Func& f : written_.funcs) out_.funcs.push_back({.type = core::TypeIdx(f.type), .locals = f.locals, .body = {f.code, 0}});
    if (has_data_count_) out_.data_count = static_cast<std::uint32_t>(out_.datas.size());
  }

  /// Names that the libraries have; of two that clash the later one gets its library's name in front.
  void write_names() {
    std::set<std::string> taken;
    const auto unique = [&](const std::string& name, LibraryNumber l) {
      std::string out = name;
      for (std::size_t n = 1; !taken.insert(out).second; ++n) out = n == 1 ? fmt::format("{}:{}", lib(l).name, name) : fmt::format("{}:{}#{}", lib(l).name, name, n);
      return out;
    };
    core::Names& names = out_.names;
    for (const LibraryNumber l : in_.order) {
      const core::Module& m = module(l);
      for (const auto& [f, name] : m.names.funcs) {
        if (f < m.imported_funcs || f >= m.func_types.size()) continue;
        names.funcs.emplace_back(maps_[l].funcs[f], unique(name, l));
      }
      for (const auto& [f, locals] : m.names.locals) {
        if (f >= m.imported_funcs && f < m.func_types.size()) names.locals.emplace_back(maps_[l].funcs[f], locals);
      }
    }
    for (std::size_t i = 0; i < written_.funcs.size(); ++i) {
      std::string name = written_.funcs[i].name;
      while (!taken.insert(name).second) name += "'";
      names.funcs.emplace_back(written_.first + static_cast<std::uint32_t>(i), std::move(name));
    }
  }

  void write_types() {
    std::uint32_t count = 0;
    const auto take = [&](std::uint32_t id) { count = std::max(count, id + 1); };
    for (const LibraryNumber l : in_.order) std::ranges::for_each(maps_[l].types, take);
    for (const core::Import& i : out_.imports) take(std::get<core::TypeIdx>(i.type).value);
    for (const core::Func& f : out_.funcs) take(f.type.value);
    for (std::uint32_t i = 0; i < count; ++i) out_.types.push_back(in_.types[i]);
  }

  void write_customs() {
    Bytes names = core::encode_name_section(out_.names);
    if (!names.empty()) out_.customs.push_back({.name = "name", .bytes = owned_.emplace_back(std::move(names)), .after = after_data});
    for (const LibraryNumber l : in_.order) {
      for (const core::CustomSection& c : module(l).customs) {
        if (carries_world(c.name)) out_.customs.push_back({.name = c.name, .bytes = c.bytes, .after = after_data});
      }
    }
  }

  MergeInput in_;
  const Layout& layout_;
  std::vector<IndexMaps> maps_;  ///< by library
  std::deque<Rewriter> rewriters_;
  std::deque<Bytes> owned_;  ///< what the merged module points into, beside what the rewriters own
  std::map<OutsideFunc, std::uint32_t> imports_;
  std::map<FuncSource, std::uint32_t> linker_funcs_;
  std::map<LinkerSymbol, std::uint32_t> variables_;
  std::vector<std::uint32_t> first_func_;  ///< by library: index of the first function that it defines
  WrittenFuncs written_;
  bool has_table_ = false, has_data_count_ = false;
  core::Module out_;
};

}  // namespace

Result<Bytes> merge(const MergeInput& input) { return Merger(input).run(); }

}  // namespace wcomp::component::shared
