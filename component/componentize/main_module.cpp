#include "component/componentize/main_module.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "component/componentize/preview1.h"

namespace wcomp::component {

namespace {

constexpr std::string_view drop_prefix = "[resource-drop]";
constexpr std::string_view export_prefix = "[export]";
constexpr std::string_view root_module = "$root";

const core::FuncType takes_handle{.params = {core::ValType::i32}, .results = {}};
const core::FuncType handle_to_i32{.params = {core::ValType::i32}, .results = {core::ValType::i32}};

std::string closest(std::string_view name, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = 4;
  for (const std::string& c : candidates) {
    const std::size_t d = edit_distance(name, c);
    if (d < best_distance) best = c, best_distance = d;
  }
  return best;
}

class Reader {
 public:
  Reader(const core::Module& module, const DecodedWorld* world, const wit::Graph* adapter_wit, const std::string& file)
      : m_(module), world_(world), adapter_wit_(adapter_wit), at_(BinaryPos{.file = file, .path = {}, .offset = 0}) {
    if (world_ != nullptr) names_.emplace(world_->graph, world_->world);
  }

  Result<MainModule> run() {
    read_exports();
    read_imports();
    if (!errors_.empty()) return Err(Failure(std::move(errors_)));
    return std::move(out_);
  }

 private:
  Diagnostic& report(DiagCode code, std::string message) { return errors_.emplace_back(error(code, std::move(message), at_)); }

  // --- imports ---
  void read_imports() {
    struct First {
      core::FuncType signature;
      std::size_t use;  // index in out_.imports, if it could be read
    };
    std::map<std::pair<std::string, std::string>, First> seen;
    std::vector<std::pair<std::size_t, std::size_t>> copies;  // of m_.imports, of out_.imports
    for (std::size_t at = 0; at < m_.imports.size(); ++at) {
      const core::Import& i = m_.imports[at];
      const auto* type = std::get_if<core::TypeIdx>(&i.type);
      if (type == nullptr) {
        const std::string_view kind = std::holds_alternative<core::MemType>(i.type) ? "memory" : std::holds_alternative<core::TableType>(i.type) ? "table" : "global";
        report(diag::unsupported, fmt::format("the module imports a {} `{}` `{}`; a component can give it functions only", kind, escape(i.module), escape(i.name)));
        continue;
      }
      const core::FuncType& signature = m_.types[type->value];
      if (const auto [first, is_new] = seen.try_emplace({i.module, i.name}, signature, out_.imports.size()); !is_new) {
        if (first->second.signature == signature) {
          copies.emplace_back(at, first->second.use);
        } else {
          report(diag::import_mismatch, fmt::format("the module imports `{}` `{}` twice, as {} and as {}", escape(i.module), escape(i.name), to_string(first->second.signature), to_string(signature)));
        }
        continue;
      }
      auto what = read_import(i, signature);
      if (what) out_.imports.push_back({.module = i.module, .name = i.name, .type = signature, .what = std::move(*what), .copies = {}});
    }
    if (!errors_.empty()) return;
    std::set<std::pair<std::string, std::string>> taken;
    for (const auto& [name, first] : seen) taken.insert(name);
    for (const auto& [at, use] : copies) name_copy(at, out_.imports[use], taken);
  }

  /// A core module may import the same function more than once, but a module inside a component may not.
  void name_copy(std::size_t at, CoreImportUse& use, std::set<std::pair<std::string, std::string>>& taken) {
    const core::Import& i = m_.imports[at];
    if (out_.import_names.empty()) {
      for (const core::Import& each : m_.imports) out_.import_names.push_back(each.name);
    }
    std::size_t n = use.copies.size() + 2;
    while (!taken.emplace(i.module, fmt::format("{}#{}", i.name, n)).second) ++n;
    out_.import_names[at] = fmt::format("{}#{}", i.name, n);
    use.copies.push_back(out_.import_names[at]);
  }

  using Use = std::optional<decltype(CoreImportUse::what)>;

  Use read_import(const core::Import& i, const core::FuncType& signature) {
    if (i.module == preview1_module) return read_preview1(i, signature);
    if (world_ == nullptr) {
      auto& d = report(diag::missing_import, fmt::format("the module imports `{}` `{}`, and has no `component-type` section that says what it is", escape(i.module), escape(i.name)));
      d.notes.push_back("link the component type object of the bindings into it, or add the section with `wcomp embed`");
      return {};
    }
    if (i.module.starts_with(export_prefix)) return read_own_resource(i, signature);
    const std::string interface_name = i.module == root_module ? std::string() : i.module;
    const wit::World& w = world_->graph.worlds[world_->world];
    std::vector<std::string> candidates;
    for (const wit::WorldItem& item : w.imports) {
      if (const auto* id = std::get_if<wit::InterfaceId>(&item.item)) {
        if (item.name == interface_name) return read_interface_import(i, signature, *id);
        candidates.push_back(item.name);
      } else if (interface_name.empty()) {
        if (const auto* f = std::get_if<wit::Function>(&item.item); f != nullptr && f->abi_name == i.name) return lower(i, signature, {}, *f);
        if (const auto* t = std::get_if<wit::TypeDeclId>(&item.item); t != nullptr && i.name == fmt::format("{}{}", drop_prefix, world_->graph.type_decls[*t].name)) {
          return imported_drop(i, signature, Decl{&world_->graph, *t});
        }
      }
    }
    auto& d = interface_name.empty() ? report(diag::missing_import, fmt::format("world `{}` imports no function `{}`", w.name, escape(i.name)))
                                     : report(diag::missing_import, fmt::format("the module imports `{}` `{}`, but world `{}` does not import `{}`", escape(i.module), escape(i.name), w.name, escape(i.module)));
    if (const std::string near = closest(i.module, candidates); !near.empty()) d.notes.push_back(fmt::format("the world imports `{}`", near));
    return {};
  }

  Use read_preview1(const core::Import& i, const core::FuncType& signature) {
    const std::optional<core::FuncType> found = preview1_signature(i.name);
    if (!found) {
      report(diag::missing_import, fmt::format("`{}` has no function `{}`", preview1_module, escape(i.name)));
      return {};
    }
    if (*found != signature) {
      report(diag::import_mismatch, fmt::format("the module imports `{}` `{}` as {}, expected {}", preview1_module, i.name, to_string(signature), to_string(*found)));
      return {};
    }
    out_.preview1.insert(i.name);
    return Preview1Use{};
  }

  Use read_interface_import(const core::Import& i, const core::FuncType& signature, wit::InterfaceId id) {
    const wit::Interface& interface = world_->graph.interfaces[id];
    if (i.name.starts_with(drop_prefix)) {
      if (const auto r = find_resource(world_->graph, id, std::string_view(i.name).substr(drop_prefix.size()))) return imported_drop(i, signature, *r);
    } else if (const wit::Function* f = find_func(interface, i.name)) {
      return lower(i, signature, i.module, *f);
    }
    auto& d = report(diag::missing_import, fmt::format("interface `{}` has no `{}`", escape(i.module), escape(i.name)));
    std::vector<std::string> candidates;
    for (const wit::Function& f : interface.functions) candidates.push_back(f.abi_name);
    if (const std::string near = closest(i.name, candidates); !near.empty()) d.notes.push_back(fmt::format("it has `{}`", near));
    return {};
  }

  std::optional<cabi::FuncShape> shape_of(const wit::Graph& graph, const wit::Function& f, std::string_view where) {
    auto shape = cabi::try_shape_of(graph.types, f.type);
    if (!shape) {
      for (Diagnostic& d : shape.error().diagnostics()) {
        d.location = at_;
        errors_.push_back(std::move(d));
      }
      return {};
    }
    if (f.type.is_async || shape->has_async) {
      report(diag::unsupported, fmt::format("function `{}` of `{}` is async or carries streams or futures", f.name, where));
      return {};
    }
    return std::move(*shape);
  }

  Use lower(const core::Import& i, const core::FuncType& signature, const std::string& interface_name, const wit::Function& f) {
    auto shape = shape_of(world_->graph, f, i.module);
    if (!shape) return {};
    if (shape->lowered != signature) {
      mismatch(diag::import_mismatch, fmt::format("import `{}` `{}`", escape(i.module), escape(i.name)), f, signature, shape->lowered);
      return {};
    }
    need(shape->needs_memory, shape->lower_needs_realloc, fmt::format("{} {}", i.module, i.name));
    return LowerUse{.interface_name = interface_name, .graph = &world_->graph, .func = &f, .shape = std::move(*shape)};
  }

  void mismatch(DiagCode code, const std::string& what, const wit::Function& f, const core::FuncType& found, const core::FuncType& expected) {
    auto& d = report(code, fmt::format("{} has the core type {}, expected {}", what, to_string(found), to_string(expected)));
    d.notes.push_back(fmt::format("in WIT it is `{}: {}`", f.name, types::to_string(world_->graph.types, f.type)));
    d.notes.push_back("the bindings were made from another version of the WIT, or its types were changed since");
  }

  Use imported_drop(const core::Import& i, const core::FuncType& signature, Decl resource) {
    if (!handle_op(i, signature, takes_handle)) return {};
    return ImportedDropUse{resource};
  }

  bool handle_op(const core::Import& i, const core::FuncType& signature, const core::FuncType& expected) {
    if (signature == expected) return true;
    report(diag::import_mismatch, fmt::format("import `{}` `{}` has the core type {}, expected {}", escape(i.module), escape(i.name), to_string(signature), to_string(expected)));
    return false;
  }

  Use read_own_resource(const core::Import& i, const core::FuncType& signature) {
    struct Op {
      std::string_view prefix;
      ResourceOp op;
    };
    static constexpr Op ops[] = {{drop_prefix, ResourceOp::drop}, {"[resource-new]", ResourceOp::new_}, {"[resource-rep]", ResourceOp::rep}};
    const std::string_view interface_name = std::string_view(i.module).substr(export_prefix.size());
    for (const WorldExport& e : out_.exports) {
      if (e.name != interface_name || !e.interface || e.graph != &world_->graph) continue;
      for (const Op& op : ops) {
        if (!i.name.starts_with(op.prefix)) continue;
        const auto r = find_resource(world_->graph, *e.interface, std::string_view(i.name).substr(op.prefix.size()));
        if (!r) break;
        if (!handle_op(i, signature, op.op == ResourceOp::drop ? takes_handle : handle_to_i32)) return {};
        const Decl decl = behind_aliases(*r);
        const bool is_own = std::ranges::any_of(out_.resources, [&](const ExportedResource& x) { return x.decl.id == decl.id; });
        if (is_own) return OwnResourceUse{.op = op.op, .resource = decl};
        if (op.op == ResourceOp::drop) return ImportedDropUse{*r};
        break;
      }
    }
    report(diag::missing_import, fmt::format("the module imports `{}` `{}`, but the world exports no such resource", escape(i.module), escape(i.name)));
    return {};
  }

  // --- exports ---
  const core::FuncType* core_func(std::string_view name) {
    const core::Export* e = m_.find_export(name);
    return e == nullptr || e->kind != core::ExternKind::func ? nullptr : &m_.func_type(core::FuncIdx(e->index));
  }

  void read_exports() {
    if (const core::Export* e = m_.find_export("memory"); e != nullptr && e->kind == core::ExternKind::mem) {
      out_.memory = m_.mem_types[e->index];
      if (out_.memory->limits.is_64 || out_.memory->limits.is_shared) {
        report(diag::unsupported, fmt::format("the module's memory is {}", out_.memory->limits.is_64 ? "a 64-bit memory" : "shared"));
      }
    }
    static const core::FuncType realloc{.params = std::vector<core::ValType>(4, core::ValType::i32), .results = {core::ValType::i32}};
    if (const core::FuncType* t = core_func("cabi_realloc")) {
      out_.realloc = "cabi_realloc";
      if (*t != realloc) report(diag::export_mismatch, fmt::format("export `cabi_realloc` has the core type {}, expected {}", to_string(*t), to_string(realloc)));
    }
    static const core::FuncType nothing;
    const core::FuncType* start = core_func("_start");
    const bool is_program = start != nullptr && *start == nothing;
    if (const core::FuncType* t = core_func("_initialize"); t != nullptr && !is_program) {
      out_.has_initialize = *t == nothing;
      if (!out_.has_initialize) report(diag::export_mismatch, fmt::format("export `_initialize` has the core type {}, expected {}", to_string(*t), to_string(nothing)));
    }
    if (world_ != nullptr) {
      for (const wit::WorldItem& item : world_->graph.worlds[world_->world].exports) read_export(item, is_program);
    }
    if (is_program && !out_.preview1.contains("run") && !has_run_) add_command();
  }

  void read_export(const wit::WorldItem& item, bool is_program) {
    const wit::Graph& g = world_->graph;
    WorldExport e{.name = item.name, .interface = {}, .graph = &g, .funcs = {}};
    if (const auto* f = std::get_if<wit::Function>(&item.item)) {
      e.name = f->abi_name;
      read_func_export(e, {}, *f);
    } else if (const auto* id = std::get_if<wit::InterfaceId>(&item.item)) {
      e.interface = *id;
      const wit::Interface& interface = g.interfaces[*id];
      if (item.name.starts_with("wasi:cli/run@")) {
        has_run_ = true;
        auto run = adapter_run(g, *id);
        if (is_program && run && core_func(item.name + "#run") == nullptr) {
          e.funcs.push_back(std::move(*run));
          out_.preview1.insert("run");
          out_.exports.push_back(std::move(e));
          return;
        }
      }
      for (const wit::TypeDeclId t : interface.types) {
        const Decl decl{&g, t};
        if (!body_of(decl).is_resource) continue;
        ExportedResource r{.decl = decl, .dtor = fmt::format("{}#[dtor]{}", item.name, decl->name)};
        const core::FuncType* dtor = core_func(*r.dtor);
        if (dtor == nullptr) {
          r.dtor.reset();
        } else if (*dtor != takes_handle) {
          report(diag::export_mismatch, fmt::format("export `{}` has the core type {}, expected {}", *r.dtor, to_string(*dtor), to_string(takes_handle)));
        }
        out_.resources.push_back(std::move(r));
      }
      for (const wit::Function& f : interface.functions) read_func_export(e, item.name, f);
    } else {
      return;
    }
    out_.exports.push_back(std::move(e));
  }

  void read_func_export(WorldExport& e, const std::string& interface_name, const wit::Function& f) {
    auto shape = shape_of(world_->graph, f, e.name);
    if (!shape) return;
    ExportedFunc x{.graph = &world_->graph, .func = &f, .core_name = export_core_name(interface_name, f), .shape = std::move(*shape), .post_return = {}};
    const core::FuncType* found = core_func(x.core_name);
    if (found == nullptr) {
      auto& d = report(diag::missing_export, fmt::format("the module does not export `{}`, which the world needs", x.core_name));
      d.notes.push_back(fmt::format("in WIT it is `{}: {}`, as a core function {}", f.name, types::to_string(world_->graph.types, f.type), to_string(x.shape.lifted)));
      return;
    }
    if (*found != x.shape.lifted) {
      mismatch(diag::export_mismatch, fmt::format("export `{}`", x.core_name), f, *found, x.shape.lifted);
      return;
    }
    const std::string post = "cabi_post_" + x.core_name;
    if (const core::FuncType* t = core_func(post)) {
      const core::FuncType expected{.params = x.shape.lifted.results, .results = {}};
      if (*t != expected) report(diag::export_mismatch, fmt::format("export `{}` has the core type {}, expected {}", post, to_string(*t), to_string(expected)));
      x.post_return = post;
    }
    need(x.shape.needs_memory, x.shape.lift_needs_realloc, x.core_name);
    e.funcs.push_back(std::move(x));
  }

  void need(bool memory, bool realloc, const std::string& what) {
    if (memory && !out_.memory) report(diag::missing_export, fmt::format("`{}` passes values through memory, but the module exports no `memory`", what));
    if (realloc && !out_.realloc) {
      report(diag::missing_export, fmt::format("`{}` needs room for strings or lists, but the module exports no `cabi_realloc`", what));
    }
  }

  /// `run: func() -> result` as the adapter implements it; none if the interface says something else.
  static std::optional<ExportedFunc> adapter_run(const wit::Graph& g, wit::InterfaceId id) {
    const wit::Function* f = find_func(g.interfaces[id], "run");
    if (f == nullptr || f->type.is_async) return {};
    auto shape = cabi::try_shape_of(g.types, f->type);
    if (!shape || shape->lifted != core::FuncType{.params = {}, .results = {core::ValType::i32}}) return {};
    return ExportedFunc{.graph = &g, .func = f, .core_name = {}, .shape = std::move(*shape), .post_return = {}};
  }

  void add_command() {
    WCOMP_CHECK(adapter_wit_ != nullptr);
    for (std::size_t i = 0; i < adapter_wit_->interfaces.size(); ++i) {
      const wit::InterfaceId id(i);
      std::string name = adapter_wit_->interface_id_name(id);
      if (!name.starts_with("wasi:cli/run@")) continue;
      WorldExport e{.name = std::move(name), .interface = id, .graph = adapter_wit_, .funcs = {}};
      auto run = adapter_run(*adapter_wit_, id);
      WCOMP_CHECK(run.has_value());
      e.funcs.push_back(std::move(*run));
      out_.preview1.insert("run");
      out_.exports.push_back(std::move(e));
      return;
    }
  }

  const core::Module& m_;
  const DecodedWorld* world_;
  const wit::Graph* adapter_wit_;
  Location at_;
  std::optional<WorldNames> names_;
  MainModule out_;
  std::vector<Diagnostic> errors_;
  bool has_run_ = false;
};

}  // namespace

std::string export_core_name(const std::string& interface_name, const wit::Function& func) {
  return interface_name.empty() ? func.abi_name : interface_name + "#" + func.abi_name;
}

const wit::Function* find_func(const wit::Interface& interface, std::string_view abi_name) {
  const auto found = std::ranges::find(interface.functions, abi_name, &wit::Function::abi_name);
  return found == interface.functions.end() ? nullptr : &*found;
}

std::optional<wit::InterfaceId> find_interface(const wit::Graph& graph, std::string_view name) {
  for (std::size_t i = 0; i < graph.interfaces.size(); ++i) {
    if (graph.interface_id_name(wit::InterfaceId(i)) == name) return wit::InterfaceId(i);
  }
  return std::nullopt;
}

std::optional<Decl> find_resource(const wit::Graph& graph, wit::InterfaceId interface, std::string_view name) {
  for (const wit::TypeDeclId id : graph.interfaces[interface].types) {
    const Decl decl{&graph, id};
    if (decl->name == name && body_of(behind_aliases(decl)).is_resource) return decl;
  }
  return std::nullopt;
}

bool may_need_adapter(const core::Module& module) {
  return module.find_export("_start") != nullptr || std::ranges::any_of(module.imports, [](const core::Import& i) { return i.module == preview1_module; });
}

Result<MainModule> read_main_module(const core::Module& module, const DecodedWorld* world, const wit::Graph* adapter_wit, const std::string& file) {
  return Reader(module, world, adapter_wit, file).run();
}

}  // namespace wcomp::component
