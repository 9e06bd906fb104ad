#include "component/shared_libraries/symbols.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "base/text.h"

namespace wcomp::component::shared {
namespace {

using core::ExternKind;

const LinkerSymbolRow* find_row(LinkerSymbolModule module, std::string_view name) {
  const auto row = std::ranges::find_if(linker_symbol_rows, [&](const LinkerSymbolRow& r) { return r.module == module && r.name == name; });
  return row == linker_symbol_rows.end() ? nullptr : &*row;
}

/// An import: library and position there.
struct ImportRef {
  LibraryNumber library = 0;
  std::uint32_t import = 0;
};

class Binder {
 public:
  Binder(std::span<const Library> libraries, core::TypeInterner& types, bool stubs) : libraries_(libraries), types_(types), stubs_(stubs) {
    for (LibraryNumber l = 0; l < libraries_.size(); ++l) {
      for (const core::Export& e : libraries_[l].module().exports) exporters_[e.name].push_back({l, &e});
      auto& at = out_.import_at.emplace_back();
      const std::vector<core::Import>& imports = libraries_[l].module().imports;
      for (std::uint32_t i = 0; i < imports.size(); ++i) at[imports[i].type.index()].push_back(i);
      out_.imports.emplace_back(imports.size());
    }
  }

  Result<Bindings> run() {
    for (LibraryNumber l = 0; l < libraries_.size(); ++l) {
      for (std::uint32_t i = 0; i < out_.imports[l].size(); ++i) WCOMP_TRY(resolve({l, i}));
    }
    // `GOT.func` names functions by name only, so it is looked at when those that are missing have their stubs.
    for (LibraryNumber l = 0; l < libraries_.size(); ++l) replace_missing(l);
    for (LibraryNumber l = 0; l < libraries_.size(); ++l) bind_func_addresses(l);
    if (!missing_.empty()) return Err(report_missing());
    return std::move(out_);
  }

 private:
  struct Exporter {
    LibraryNumber library;
    const core::Export* symbol;
  };
  using Step = std::variant<Binding, ImportRef>;

  [[nodiscard]] const core::Import& import(ImportRef r) const { return libraries_[r.library].module().imports[r.import]; }
  [[nodiscard]] Binding& binding(ImportRef r) { return out_.imports[r.library][r.import]; }

  /// Follows what is exported under the import's name, through libraries that export what they import, to where it is defined.
  Result<void> resolve(ImportRef from) {
    std::vector<ImportRef> path;
    Binding found;
    for (ImportRef at = from;;) {
      if (!std::holds_alternative<std::monostate>(binding(at))) {
        found = binding(at);
        break;
      }
      WCOMP_TRY(const Step step, look_up(at));
      path.push_back(at);
      binding(at) = Missing();  // what it is if the path comes back here
      if (const auto* b = std::get_if<Binding>(&step)) {
        found = *b;
        break;
      }
      at = std::get<ImportRef>(step);
    }
    for (const ImportRef r : path) binding(r) = found;
    return {};
  }

  Result<Step> look_up(ImportRef r) {
    const core::Import& i = import(r);
    switch (static_cast<ExternKind>(i.type.index())) {
      case ExternKind::func: return func(r, i);
      case ExternKind::global: return global(r, i);
      case ExternKind::tag: {
        if (i.module != env_module) break;
        const std::uint32_t type = libraries_[r.library].types[std::get<core::TagType>(i.type).type.value];
        return from_library(i, ExternKind::tag, [&](const Library& l, std::uint32_t index) { return l.types[l.module().tag_types[index].type.value] == type; });
      }
      case ExternKind::table:
      case ExternKind::mem:
        if (i.module != env_module) break;
        if (const LinkerSymbolRow* row = find_row(LinkerSymbolModule::env, i.name)) return shared(r, i, *row);
        break;
    }
    return fail(diag::unsupported,
                fmt::format("library `{}` imports the {} `{}` `{}`, which nothing gives a shared library", escape(libraries_[r.library].name),
                            to_string(static_cast<ExternKind>(i.type.index())), escape(i.module), escape(i.name)),
                libraries_[r.library].at(i.offset));
  }

  Result<Step> shared(ImportRef r, const core::Import& i, const LinkerSymbolRow& row) {
    const auto* table = std::get_if<core::TableType>(&i.type);
    const bool is_memory = row.kind == LinkerSymbolKind::memory && table == nullptr;
    const bool is_table = row.kind == LinkerSymbolKind::table && table != nullptr && table->element == core::ValType::funcref && !table->limits.is_64;
    if (is_memory || is_table) return Step(Binding(row.symbol));
    return mismatch(r, i, row.kind == LinkerSymbolKind::table ? "a table of `funcref` with 32-bit indices" : "a memory");
  }

  Err<Failure> mismatch(ImportRef r, const core::Import& i, std::string_view expected) const {
    return fail(diag::import_mismatch,
                fmt::format("library `{}` imports `{}` `{}` with another type than it has, expected {}", escape(libraries_[r.library].name), escape(i.module), escape(i.name), expected),
                libraries_[r.library].at(i.offset));
  }

  /// What the first library has under that name, of those that `fits` takes.
  template <class F>
  [[nodiscard]] Step from_library(const core::Import& i, ExternKind kind, F fits) const {
    const auto at = exporters_.find(i.name);
    if (at == exporters_.end()) return Binding(Missing());
    for (const auto& [l, e] : at->second) {
      if (e->kind != kind || !fits(libraries_[l], e->index)) continue;
      const auto& imported = out_.import_at[l][static_cast<std::size_t>(kind)];
      if (e->index < imported.size()) return ImportRef{l, imported[e->index]};
      if (kind == ExternKind::func) return Binding(FuncSource(DefinedFunc{l, e->index}));
      if (kind == ExternKind::tag) return Binding(LibraryTag{l, e->index});
      return Binding(LibraryGlobal{l, e->index});
    }
    return Binding(Missing());
  }

  Result<Step> func(ImportRef r, const core::Import& i) {
    const std::uint32_t type = libraries_[r.library].types[std::get<core::TypeIdx>(i.type).value];
    const OutsideFunc outside{i.module, i.name, type};
    if (i.module != env_module) return Step(Binding(FuncSource(outside)));
    if (const LinkerSymbolRow* row = find_row(LinkerSymbolModule::env, i.name); row != nullptr && has_its_type(*row, type)) {
      if (row->kind == LinkerSymbolKind::context) return Step(Binding(FuncSource(outside)));
      return Step(Binding(FuncSource(ThreadFunc{row->symbol, r.library})));
    }
    return from_library(i, ExternKind::func, [&](const Library& l, std::uint32_t index) { return l.types[l.module().func_types[index].value] == type; });
  }

  [[nodiscard]] bool has_its_type(const LinkerSymbolRow& row, std::uint32_t type) const {
    using enum LinkerSymbol;
    const core::FuncType& t = types_[type];
    if (row.symbol == get_stack_pointer || row.symbol == get_tls_base) return t == core::FuncType{.params = {}, .results = {core::ValType::i32}};
    if (row.symbol == set_stack_pointer || row.symbol == set_tls_base) return t == core::FuncType{.params = {core::ValType::i32}, .results = {}};
    return false;
  }

  Result<Step> global(ImportRef r, const core::Import& i) {
    const auto& type = std::get<core::GlobalType>(i.type);
    const bool is_got_mem = i.module == got_mem_module;
    if (is_got_mem || i.module == got_func_module) {
      if (type.type != core::ValType::i32) return mismatch(r, i, "a mutable global of type `i32`");
      if (!is_got_mem) return Step(Binding(FuncAddress{}));  // bound later
      if (const LinkerSymbolRow* row = find_row(LinkerSymbolModule::got_mem, i.name)) return Step(Binding(row->symbol));
      return data(r, i);
    }
    if (i.module != env_module) {
      return fail(diag::unsupported,
                  fmt::format("library `{}` imports the global `{}` `{}`, which nothing gives a shared library", escape(libraries_[r.library].name), escape(i.module), escape(i.name)),
                  libraries_[r.library].at(i.offset));
    }
    if (const LinkerSymbolRow* row = find_row(LinkerSymbolModule::env, i.name)) {
      const bool is_mutable = row->kind == LinkerSymbolKind::variable;
      if (!is_mutable && row->kind != LinkerSymbolKind::address) return mismatch(r, i, "no global");
      if (type != core::GlobalType{core::ValType::i32, is_mutable}) return mismatch(r, i, is_mutable ? "a mutable global of type `i32`" : "an immutable global of type `i32`");
      return Step(Binding(row->symbol));
    }
    // An immutable i32 would be an address that nobody has relocated.
    if (type == core::GlobalType{core::ValType::i32, false}) return Step(Binding(Missing()));
    const Library& importer = libraries_[r.library];
    const core::GlobalType wanted = interned(type, importer.types);
    return from_library(i, ExternKind::global, [&](const Library& l, std::uint32_t index) { return interned(l.module().global_types[index], l.types) == wanted; });
  }

  Result<Step> data(ImportRef r, const core::Import& i) const {
    const auto at = exporters_.find(i.name);
    if (at == exporters_.end()) return Step(Binding(Missing()));
    for (const auto& [l, e] : at->second) {
      const Library& library = libraries_[l];
      if (e->kind != ExternKind::global || library.module().global_types[e->index] != core::GlobalType{core::ValType::i32, false}) continue;
      const auto flags = library.export_flags.find(e->name);
      const bool is_tls = flags != library.export_flags.end() && (flags->second & static_cast<std::uint32_t>(core::DylinkFlag::tls)) != 0;
      // Without threads linkers make thread-local variables ordinary ones, and only mark them.
      if (is_tls && std::ranges::any_of(library.module().mem_types, [](const core::MemType& m) { return m.limits.is_shared; })) {
        return fail(diag::unsupported,
                    fmt::format("library `{}` uses the thread-local variable `{}` of library `{}`, which has a shared memory", escape(libraries_[r.library].name), escape(i.name), escape(library.name)),
                    libraries_[r.library].at(i.offset));
      }
      return Step(Binding(DataAddress{l, e}));
    }
    return Step(Binding(Missing()));
  }

  /// Of one library: what may be missing gets a stub or 0, the rest is an error.
  void replace_missing(LibraryNumber l) {
    const Library& library = libraries_[l];
    for (std::uint32_t i = 0; i < out_.imports[l].size(); ++i) {
      Binding& b = out_.imports[l][i];
      if (!std::holds_alternative<Missing>(b)) continue;
      const core::Import& import = library.module().imports[i];
      const bool is_weak = library.is_weak(import);
      if (const auto* type = std::get_if<core::TypeIdx>(&import.type); type != nullptr && (is_weak || stubs_)) {
        b = FuncSource(StubFunc{import.name, library.types[type->value]});
      } else if (import.module == got_mem_module && is_weak) {
        b = NullAddress();
      } else {
        missing_.push_back({l, i});
      }
    }
  }

  void bind_func_addresses(LibraryNumber l) {
    const Library& library = libraries_[l];
    std::unordered_map<std::string_view, std::uint32_t> own;  // functions from `env`
    for (std::uint32_t i = 0; i < out_.imports[l].size(); ++i) {
      const core::Import& import = library.module().imports[i];
      if (import.module == env_module && std::holds_alternative<core::TypeIdx>(import.type)) own.emplace(import.name, i);
    }
    for (std::uint32_t i = 0; i < out_.imports[l].size(); ++i) {
      Binding& b = out_.imports[l][i];
      if (!std::holds_alternative<FuncAddress>(b)) continue;
      const core::Import& import = library.module().imports[i];
      const bool is_weak = library.is_weak(import);
      std::optional<FuncSource> func;
      if (const auto at = own.find(import.name); at != own.end()) {
        const auto* source = std::get_if<FuncSource>(&out_.imports[l][at->second]);
        if (source == nullptr) {
          b = NullAddress();  // missing, and reported as the function
          continue;
        }
        func = *source;
      } else if (const auto by_name = exporters_.find(import.name); by_name != exporters_.end()) {
        for (const auto& [from, e] : by_name->second) {
          if (e->kind != ExternKind::func) continue;
          const auto& imported = out_.import_at[from][static_cast<std::size_t>(ExternKind::func)];
          if (e->index < imported.size() && !std::holds_alternative<FuncSource>(out_.imports[from][imported[e->index]])) continue;
          func = out_.func(libraries_[from], from, e->index);
          break;
        }
      }
      if (is_weak && (!func || std::holds_alternative<StubFunc>(*func))) {
        b = NullAddress();
      } else if (!func && stubs_) {
        b = FuncAddress{StubFunc{import.name, types_.add(core::FuncType{})}};
      } else if (func) {
        b = FuncAddress{*std::move(func)};
      } else {
        missing_.push_back({l, i});
      }
    }
  }

  Failure report_missing() const {
    Diagnostic d = error(diag::missing_import, missing_.size() == 1 ? "a symbol is missing: no library has it" : fmt::format("{} symbols are missing: no library has them", missing_.size()));
    bool only_funcs = true;
    for (const ImportRef r : missing_) {
      const core::Import& i = import(r);
      const Library& library = libraries_[r.library];
      std::string what;
      if (const auto* type = std::get_if<core::TypeIdx>(&i.type)) {
        what = fmt::format("function `{}` {}", escape(i.name), to_string(library.module().types[type->value]));
        const auto at = exporters_.find(i.name);
        for (const auto& [l, e] : at == exporters_.end() ? std::vector<Exporter>() : at->second) {
          if (e->kind != ExternKind::func) continue;
          what += fmt::format(", which library `{}` has as {}", escape(libraries_[l].name), to_string(libraries_[l].module().func_type(core::FuncIdx(e->index))));
        }
      } else if (i.module == got_func_module) {
        what = fmt::format("function `{}`", escape(i.name));
      } else {
        only_funcs = false;
        what = fmt::format("{} `{}`", i.module == got_mem_module ? "variable" : to_string(static_cast<ExternKind>(i.type.index())), escape(i.name));
      }
      d.notes.push_back(fmt::format("`{}` needs {}", escape(library.name), what));
    }
    d.notes.push_back(only_funcs ? "give the libraries that define them, or --stub-missing-functions if they are never called" : "give the libraries that define them");
    return Failure(std::move(d));
  }

  std::span<const Library> libraries_;
  core::TypeInterner& types_;
  bool stubs_;
  std::unordered_map<std::string_view, std::vector<Exporter>> exporters_;  ///< by name, in the order of the libraries
  std::vector<ImportRef> missing_;
  Bindings out_;
};

}  // namespace

FuncSource Bindings::func(const Library& of, LibraryNumber library, std::uint32_t index) const {
  if (index >= of.module().imported_funcs) return DefinedFunc{library, index};
  return std::get<FuncSource>(imports[library][import_at[library][static_cast<std::size_t>(ExternKind::func)][index]]);
}

Result<Bindings> bind_symbols(std::span<const Library> libraries, core::TypeInterner& types, bool stub_missing_functions) {
  return Binder(libraries, types, stub_missing_functions).run();
}

std::optional<LibraryNumber> library_of(const Binding& b) {
  const auto of_func = [](const FuncSource& f) -> std::optional<LibraryNumber> {
    const auto* defined = std::get_if<DefinedFunc>(&f);
    return defined != nullptr ? std::optional(defined->library) : std::nullopt;
  };
  return match(
      b, [&](const FuncSource& f) { return of_func(f); }, [&](const FuncAddress& a) { return of_func(a.func); },
      [](const DataAddress& a) { return std::optional(a.library); }, [](const LibraryGlobal& g) { return std::optional(g.library); },
      [](const LibraryTag& t) { return std::optional(t.library); }, [](const auto&) { return std::optional<LibraryNumber>(); });
}

}  // namespace wcomp::component::shared
