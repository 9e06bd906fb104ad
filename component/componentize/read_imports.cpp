// Imports of core modules against the world, the adapters and the intrinsics.
#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "component/componentize/module_use.h"
#include "component/componentize/preview1.h"

namespace wcomp::component {

namespace {

using cabi::handle_to_i32, cabi::takes_handle;
const core::FuncType gives_i32{.params = {}, .results = {core::ValType::i32}};

std::string closest(std::string_view name, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = 4;
  for (const std::string& c : candidates) {
    const std::size_t d = edit_distance(name, c);
    if (d < best_distance) best = c, best_distance = d;
  }
  return best;
}

core::ExternKind kind_of(const core::ExternType& t) { return static_cast<core::ExternKind>(t.index()); }

/// The module of an import taken apart: what naming it follows, whether it is about an export, and the interface; none: the world itself.
struct ModuleName {
  NameScheme scheme = NameScheme::legacy;
  bool is_exported = false;
  std::optional<std::string_view> interface;
};

std::optional<ModuleName> parse_module(std::string_view module, bool rejects_legacy_names) {
  ModuleName out;
  if (module.starts_with(standard_prefix)) {
    out.scheme = NameScheme::standard;
    module.remove_prefix(standard_prefix.size());
    if (module.empty()) return out;
    if (!module.starts_with('|')) return std::nullopt;
    module.remove_prefix(1);
    if (module.starts_with("_ex_")) {
      out.is_exported = true;
      module.remove_prefix(4);
      if (module.empty()) return out;
    }
    out.interface = module;
    return out;
  }
  if (rejects_legacy_names) return std::nullopt;
  constexpr std::string_view exported = "[export]";
  if (module.starts_with(exported)) {
    out.is_exported = true;
    module.remove_prefix(exported.size());
  }
  if (module != "$root") out.interface = module;
  return out;
}

struct ResourceName {
  ResourceOp op;
  std::string_view resource;
};
std::optional<ResourceName> parse_resource(std::string_view name, NameScheme scheme) {
  struct Form {
    ResourceOp op;
    std::string_view legacy, standard;
  };
  static constexpr Form forms[] = {{ResourceOp::drop, "[resource-drop]", "_drop"}, {ResourceOp::new_, "[resource-new]", "_new"}, {ResourceOp::rep, "[resource-rep]", "_rep"}};
  for (const Form& f : forms) {
    if (scheme == NameScheme::legacy && name.starts_with(f.legacy)) return ResourceName{f.op, name.substr(f.legacy.size())};
    if (scheme == NameScheme::standard && name.ends_with(f.standard)) return ResourceName{f.op, name.substr(0, name.size() - f.standard.size())};
  }
  return std::nullopt;
}

class ImportReader {
 public:
  ImportReader(const ModuleInput& input, const std::vector<ModuleInput>& modules, const ReadOptions& options, ModuleUse& out, std::vector<Diagnostic>& errors)
      : input_(input), ptr_(options.ptr), m_(*input.module), modules_(modules), options_(options), world_(*options.world), out_(out), errors_(errors),
        at_(BinaryPos{.file = options.file, .path = {}, .offset = 0}) {
    for (const core::Import& i : m_.imports) has_threads_ = has_threads_ || (i.module == "$root" && i.name == "[thread-new-indirect-v0]");
    const core::Module& main = *modules[main_no].module;
    main_parts_ = parts_of(main, options.rejects_legacy_names);
    main_imports_memory_ = std::ranges::any_of(main.imports, [](const core::Import& i) { return i.module == "env" && i.name == "memory"; });
  }

  void run() {
    struct First {
      core::ExternType type;
      core::FuncType signature;
      std::size_t use;  // index in out_.imports, if it could be read
    };
    std::map<std::pair<std::string, std::string>, First> seen;
    std::vector<std::pair<std::size_t, std::size_t>> copies;  // of m_.imports, of out_.imports
    const std::size_t errors_before = errors_.size();
    for (std::size_t at = 0; at < m_.imports.size(); ++at) {
      const core::Import& i = m_.imports[at];
      const auto* type = std::get_if<core::TypeIdx>(&i.type);
      const core::FuncType signature = type == nullptr ? core::FuncType{} : m_.types[type->value];
      if (const auto [first, is_new] = seen.try_emplace({i.module, i.name}, First{i.type, signature, out_.imports.size()}); !is_new) {
        if (kind_of(first->second.type) == kind_of(i.type) && first->second.signature == signature) {
          copies.emplace_back(at, first->second.use);
        } else {
          report(diag::import_mismatch, fmt::format("the module imports `{}` `{}` twice, as {} and as {}", escape(i.module), escape(i.name), to_string(first->second.signature), to_string(signature)));
        }
        continue;
      }
      Use what = type == nullptr ? read_other(i) : read_func(i, signature);
      if (what) out_.imports.push_back({.module = i.module, .name = i.name, .kind = kind_of(i.type), .type = signature, .what = std::move(*what)});
    }
    if (errors_.size() != errors_before) return;
    std::set<std::pair<std::string, std::string>> taken;
    for (const auto& [name, first] : seen) taken.insert(name);
    for (const auto& [at, use] : copies) name_copy(at, out_.imports[use], taken);
  }

 private:
  using Use = std::optional<decltype(CoreImportUse::what)>;
  Diagnostic& report(DiagCode code, std::string message) { return errors_.emplace_back(error(code, std::move(message), at_)); }

  /// Looking for names that are like a wrong one takes as long as there are names: the first mistakes have to do.
  [[nodiscard]] bool has_suggestions() const { return errors_.size() <= 20; }

  /// The export of another module.
  const core::Export* export_of(ModuleNo no, std::string_view name) const {
    const auto [at, is_new] = exports_.try_emplace(no);
    if (is_new) {
      for (const core::Export& e : modules_[no].module->exports) at->second.emplace(e.name, &e);
    }
    const auto found = at->second.find(name);
    return found == at->second.end() ? nullptr : found->second;
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

  [[nodiscard]] bool is_main() const { return input_.no == main_no; }

  // --- what is no function ---
  Use read_other(const core::Import& i) {
    if (Use given = from_module(i)) return given;
    const std::string_view kind = to_string(kind_of(i.type));
    if (is_main() && i.module == "env" && i.name == "memory" && std::holds_alternative<core::MemType>(i.type)) {
      out_.shim_memory = std::get<core::MemType>(i.type);
      if (out_.parts.memory) report(diag::unsupported, "the module imports a memory and exports another: only one can be the one that values travel through");
      return ShimUse{ShimItem::memory};
    }
    report(diag::invalid, fmt::format("the module imports a {} `{}` `{}`; a component can give it functions only", kind, escape(i.module), escape(i.name)));
    return {};
  }

  /// Imports that other modules satisfy: the main module's exports for adapters, instances that are given whole.
  Use from_module(const core::Import& i) {
    const auto given = input_.whole.find(i.module);
    const bool is_from_main = !is_main() && given == input_.whole.end() && (i.module == "__main_module__" || (i.module == "env" && i.name == "memory"));
    if (given == input_.whole.end() && !is_from_main) return {};
    const ModuleNo from = is_from_main ? main_no : given->second;
    const core::Module& m = *modules_[from].module;
    std::string name = i.name;
    if (from == main_no) {
      if (name == "memory" && main_parts_.memory) name = *main_parts_.memory;
      if ((name == "cabi_realloc" || name == "canonical_abi_realloc") && main_parts_.adapter_realloc) name = *main_parts_.adapter_realloc;
    }
    const core::Export* e = export_of(from, name);
    if (e == nullptr || e->kind != kind_of(i.type)) {
      if (from == main_no && i.name == "memory" && main_imports_memory_) return ShimUse{ShimItem::memory};
      const std::string_view who = input_.name.empty() ? std::string_view("a module that it is linked with") : std::string_view(input_.name);
      report(diag::missing_export, fmt::format("the module exports no {} `{}`, which the adapter `{}` needs", to_string(kind_of(i.type)), escape(i.name), escape(who)));
      return {};
    }
    if (const auto* type = std::get_if<core::TypeIdx>(&i.type)) {
      const core::FuncType& found = m.func_type(core::FuncIdx(e->index));
      const core::FuncType& expected = m_.types[type->value];
      if (found != expected) {
        report(diag::export_mismatch, fmt::format("export `{}` has the core type {}, but the adapter `{}` needs {}", escape(name), to_string(found), escape(input_.name), to_string(expected)));
        return {};
      }
    }
    return ModuleExportUse{.from = from, .name = std::move(name)};
  }

  // --- functions ---
  Use read_func(const core::Import& i, const core::FuncType& signature) {
    if (input_.whole.contains(i.module) || (!is_main() && i.module == "__main_module__")) return from_module(i);
    for (const ModuleInput& other : modules_) {
      if (other.no != input_.no && !other.name.empty() && (other.name == i.module || other.second_name == i.module)) return from_adapter(i, signature, other);
    }
    if (i.module == "env") {
      if (Use symbol = linker_symbol(i, signature)) return symbol;
    }
    std::string_view module = i.module;
    bool has_main_memory = false;
    if (input_.memory_from && module.starts_with(guest_memory_prefix)) {
      module.remove_prefix(guest_memory_prefix.size());
      has_main_memory = true;
    }
    const std::optional<ModuleName> name = parse_module(module, options_.rejects_legacy_names);
    if (!name) {
      auto& d = report(diag::missing_import, fmt::format("the module imports `{}` `{}`, which no world can mean", escape(i.module), escape(i.name)));
      if (options_.rejects_legacy_names) d.notes.push_back(fmt::format("names that do not begin with `{}` are rejected here", standard_prefix));
      return {};
    }
    if (is_main() && !options_.has_wit && !is_plain_intrinsic(i.name, *name)) {
      auto& d = report(diag::missing_import, fmt::format("the module imports `{}` `{}`, and has no `component-type` section that says what it is", escape(i.module), escape(i.name)));
      d.notes.push_back("link the component type object of the bindings into it, or add the section with `wcomp embed`");
      return {};
    }
    return name->is_exported ? about_export(i, signature, *name) : about_import(i, signature, *name, has_main_memory);
  }

  /// What the linker of threads calls: they are the slots of a thread, or globals of the shim where there are no threads.
  Use linker_symbol(const core::Import& i, const core::FuncType& signature) {
    struct Symbol {
      std::string_view name;
      bool is_get;
      std::uint32_t slot;
    };
    static constexpr Symbol symbols[] = {{"__wasm_get_stack_pointer", true, 0}, {"__wasm_set_stack_pointer", false, 0}, {"__wasm_get_tls_base", true, 1}, {"__wasm_set_tls_base", false, 1}};
    const auto* found = std::ranges::find(symbols, std::string_view(i.name), &Symbol::name);
    if (found == std::end(symbols)) return {};
    if (!has_type(i, signature, found->is_get ? gives_i32 : takes_handle)) return {};
    if (found->slot == 1 && !has_threads_) return ShimUse{found->is_get ? ShimItem::get_tls_base : ShimItem::set_tls_base};
    const std::string name = fmt::format("[context-{}-{}]", found->is_get ? "get" : "set", found->slot);
    return IntrinsicUse{.intrinsic = *parse_intrinsic(name), .place = {}};
  }

  Use from_adapter(const core::Import& i, const core::FuncType& signature, const ModuleInput& adapter) {
    std::string name = i.name;
    if (adapter.second_name == i.module && export_of(adapter.no, adapter.second_prefix + name) != nullptr) name = adapter.second_prefix + name;
    const core::Export* e = export_of(adapter.no, name);
    if (e == nullptr || e->kind != core::ExternKind::func) {
      report(diag::missing_import, fmt::format("`{}` has no function `{}`", escape(i.module), escape(i.name)));
      return {};
    }
    const core::FuncType& found = adapter.module->func_type(core::FuncIdx(e->index));
    if (found != signature) {
      report(diag::import_mismatch, fmt::format("the module imports `{}` `{}` as {}, expected {}", escape(i.module), escape(i.name), to_string(signature), to_string(found)));
      return {};
    }
    return AdapterUse{.adapter = adapter.no, .name = std::move(name)};
  }

  bool has_type(const core::Import& i, const core::FuncType& signature, const core::FuncType& expected) {
    if (signature == expected) return true;
    report(diag::import_mismatch, fmt::format("import `{}` `{}` has the core type {}, expected {}", escape(i.module), escape(i.name), to_string(signature), to_string(expected)));
    return false;
  }

  /// Built-ins that need no world.
  static bool is_plain_intrinsic(std::string_view name, const ModuleName& module) {
    const auto found = parse_intrinsic(name);
    return found && module.scheme == NameScheme::legacy && !module.interface && (found->row->form == IntrinsicForm::root || found->row->form == IntrinsicForm::slot || found->is_unit);
  }

  Use about_import(const core::Import& i, const core::FuncType& signature, const ModuleName& name, bool has_main_memory) {
    const wit::World& w = world_.world();
    if (!name.interface) {
      if (name.scheme == NameScheme::legacy) {
        const auto found = parse_intrinsic(i.name);
        if (found && (found->row->form == IntrinsicForm::root || found->row->form == IntrinsicForm::slot)) return plain_intrinsic(i, signature, *found);
      }
      return about_world(i, signature, name.scheme, false);
    }
    const std::optional<Place> place = world_.imported_interface(*name.interface, name.scheme);
    if (!place) {
      auto& d = report(diag::missing_import, fmt::format("the module imports `{}` `{}`, but world `{}` does not import `{}`", escape(i.module), escape(i.name), w.name, escape(*name.interface)));
      if (!has_suggestions()) return {};
      std::vector<std::string> candidates;
      for (const wit::WorldItem& item : w.imports) {
        if (std::holds_alternative<wit::InterfaceId>(item.item)) candidates.push_back(item.name);
      }
      if (const std::string near = closest(*name.interface, candidates); !near.empty()) d.notes.push_back(fmt::format("the world imports `{}`", near));
      return {};
    }
    const wit::Interface& interface = world_.graph().interfaces[*place->interface];
    const auto [func_name, is_async] = function_name(i.name, name.scheme);
    if (const wit::Function* f = world_.find_function(*place->interface, func_name)) return lower(i, signature, *place, *f, is_async, has_main_memory);
    if (const auto resource = parse_resource(i.name, name.scheme); resource && resource->op == ResourceOp::drop) {
      if (const auto r = world_.find_resource(*place->interface, resource->resource)) {
        if (!has_type(i, signature, takes_handle)) return {};
        return ImportedDropUse{.place = *place, .resource = *r};
      }
    }
    if (name.scheme == NameScheme::legacy) {
      if (const auto found = parse_intrinsic(i.name)) return payload_intrinsic(i, signature, *found, *place, false);
    }
    auto& d = report(diag::missing_import, fmt::format("interface `{}` has no `{}`", escape(*name.interface), escape(i.name)));
    if (!has_suggestions()) return {};
    std::vector<std::string> candidates;
    for (const wit::Function& f : interface.functions) candidates.push_back(f.abi_name);
    if (const std::string near = closest(func_name, candidates); !near.empty()) d.notes.push_back(fmt::format("it has `{}`", near));
    return {};
  }

  static std::pair<std::string_view, bool> function_name(std::string_view name, NameScheme scheme) {
    if (scheme == NameScheme::legacy && name.starts_with(async_lower_prefix)) return {name.substr(async_lower_prefix.size()), true};
    return {name, false};
  }

  /// Functions, resources and intrinsics of the world itself.
  Use about_world(const core::Import& i, const core::FuncType& signature, NameScheme scheme, bool is_exported) {
    const auto [func_name, is_async] = function_name(i.name, scheme);
    if (!is_exported) {
      if (const wit::Function* f = world_.find_function(func_name, false)) return lower(i, signature, {}, *f, is_async, false);
    }
    if (const auto resource = parse_resource(i.name, scheme); resource && resource->op == ResourceOp::drop) {
      if (const auto r = world_.find_resource({}, resource->resource)) {
        if (!has_type(i, signature, takes_handle)) return {};
        return ImportedDropUse{.place = {}, .resource = *r};
      }
    }
    if (scheme == NameScheme::legacy) {
      if (const auto found = parse_intrinsic(i.name)) return payload_intrinsic(i, signature, *found, {}, is_exported);
    }
    report(diag::missing_import, fmt::format("world `{}` {} no function `{}`", world_.world().name, is_exported ? "exports" : "imports", escape(i.name)));
    return {};
  }

  Use lower(const core::Import& i, const core::FuncType& signature, const Place& place, const wit::Function& f, bool is_async, bool has_main_memory) {
    auto shape = cabi::ShapeCache(world_.graph().types, ptr_).of(f.type);
    if (!shape) {
      for (Diagnostic& d : shape.error().diagnostics()) {
        d.location = at_;
        errors_.push_back(std::move(d));
      }
      return {};
    }
    const core::FuncType expected = lowered_type(*shape, is_async, ptr_);
    if (expected != signature) {
      auto& d = report(diag::import_mismatch, fmt::format("import `{}` `{}` has the core type {}, expected {}", escape(i.module), escape(i.name), to_string(signature), to_string(expected)));
      d.notes.push_back(fmt::format("in WIT it is `{}: {}`", f.name, types::to_string(world_.graph().types, f.type)));
      d.notes.push_back("the bindings were made from another version of the WIT, or its types were changed since");
      return {};
    }
    return LowerUse{.place = place, .func = &f, .shape = std::move(*shape), .is_async = is_async, .has_main_memory = has_main_memory};
  }

  Use about_export(const core::Import& i, const core::FuncType& signature, const ModuleName& name) {
    const auto intrinsic = name.scheme == NameScheme::legacy ? parse_intrinsic(i.name) : std::nullopt;
    if (intrinsic && intrinsic->row->form == IntrinsicForm::exported) return plain_intrinsic(i, signature, *intrinsic);
    if (!name.interface) return about_world(i, signature, name.scheme, true);
    const std::optional<Place> place = world_.exported_interface(*name.interface, name.scheme);
    if (place) {
      if (const auto resource = parse_resource(i.name, name.scheme)) {
        if (const auto r = world_.find_resource(*place->interface, resource->resource)) {
          if (Use use = exported_resource(i, signature, *place, *resource, *r)) return use;
          return {};
        }
      }
      if (intrinsic) return payload_intrinsic(i, signature, *intrinsic, *place, true);
    }
    report(diag::missing_import, fmt::format("the module imports `{}` `{}`, but the world exports no such {}", escape(i.module), escape(i.name), place ? "resource or function" : "interface"));
    return {};
  }

  Use exported_resource(const core::Import& i, const core::FuncType& signature, const Place& place, const ResourceName& name, Decl r) {
    if (!has_type(i, signature, name.op == ResourceOp::drop ? takes_handle : handle_to_i32)) return {};
    // Behind names there may be a resource of this interface, of another exported one, or an imported one.
    Place at = place;
    for (;;) {
      const std::optional<Place> owner = world_.locate_export(r, at);
      if (!owner) break;
      const DeclBody body = body_of(r);
      if (body.is_resource) return OwnResourceUse{.op = name.op, .place = *owner, .resource = r};
      if (!body.alias_of) break;
      at = *owner;
      r = *body.alias_of;
    }
    if (name.op == ResourceOp::drop) return ImportedDropUse{.place = place, .resource = r, .is_exported = true};
    report(diag::missing_import, fmt::format("the module imports `{}` `{}`, but the resource is imported: only who defines it makes handles", escape(i.module), escape(i.name)));
    return {};
  }

  // --- intrinsics ---
  /// Rows of intrinsics.def have the signatures of a 32-bit memory.
  bool refuses_wide(const core::Import& i, const Intrinsic& intrinsic) {
    if (ptr_ == core::ValType::i32 || intrinsic.row->form == IntrinsicForm::func || !takes_address(intrinsic.row->built_in)) return false;
    report(diag::unsupported, fmt::format("the module imports `{}` `{}`, a built-in that is given addresses: in a module with a 64-bit memory it has no core type yet", escape(i.module), escape(i.name)));
    return true;
  }
  static bool takes_address(BuiltIn b) {
    switch (b) {
      case BuiltIn::waitable_set_wait:
      case BuiltIn::waitable_set_poll:
      case BuiltIn::error_context_new:
      case BuiltIn::error_context_debug_message:
      case BuiltIn::stream_read:
      case BuiltIn::stream_write:
      case BuiltIn::future_read:
      case BuiltIn::future_write: return true;
      default: return false;
    }
  }

  Use plain_intrinsic(const core::Import& i, const core::FuncType& signature, const Intrinsic& intrinsic) {
    if (refuses_wide(i, intrinsic) || !has_type(i, signature, intrinsic.row->type)) return {};
    IntrinsicUse use{.intrinsic = intrinsic, .place = {}};
    switch (intrinsic.row->built_in) {
      case BuiltIn::waitable_set_wait:
      case BuiltIn::waitable_set_poll:
      case BuiltIn::error_context_new: use.needs.memory = true; break;
      case BuiltIn::error_context_debug_message: use.needs = {.memory = true, .realloc = true}; break;
      case BuiltIn::thread_new_indirect:
        if (!out_.parts.table) {
          report(diag::missing_export, fmt::format("`{}` takes the function to start from a table, but the module exports no table `__indirect_function_table`", escape(i.name)));
          return {};
        }
        break;
      default: break;
    }
    return use;
  }

  const wit::Function* function_at(const Place& place, std::string_view name, bool is_exported) const {
    return place.interface ? world_.find_function(*place.interface, name) : world_.find_function(name, is_exported);
  }

  Use payload_intrinsic(const core::Import& i, const core::FuncType& signature, const Intrinsic& intrinsic, const Place& place, bool is_exported) {
    IntrinsicUse use{.intrinsic = intrinsic, .place = place, .is_exported = is_exported};
    const std::string where = fmt::format("the module imports `{}` `{}`", escape(i.module), escape(i.name));
    if (refuses_wide(i, intrinsic)) return {};
    if (intrinsic.is_unit) {
      if (!has_type(i, signature, intrinsic.row->type)) return {};
      const std::string_view name = intrinsic.row->name;
      use.needs.memory = (name.ends_with("-read") || name.ends_with("-write")) && !name.contains("cancel") && has_memory();
      return use;
    }
    const bool is_return = intrinsic.row->form == IntrinsicForm::func;
    if (!is_return && intrinsic.row->form != IntrinsicForm::payload) {
      report(diag::missing_import, fmt::format("{}; that built-in belongs to the module `{}`", where, intrinsic.row->form == IntrinsicForm::exported ? "[export]$root" : "$root"));
      return {};
    }
    const wit::Function* f = is_return && !is_exported ? nullptr : function_at(place, intrinsic.func, is_exported);
    if (f == nullptr) {
      report(diag::missing_import, fmt::format("{}, but the world {} no function `{}` there", where, is_exported || is_return ? "exports" : "imports", escape(intrinsic.func)));
      return {};
    }
    auto shape = cabi::ShapeCache(world_.graph().types, ptr_).of(f->type);
    if (!shape) {
      for (Diagnostic& d : shape.error().diagnostics()) {
        d.location = at_;
        errors_.push_back(std::move(d));
      }
      return {};
    }
    use.func = f;
    if (is_return) {
      if (!has_type(i, signature, task_return_type(*shape, ptr_))) return {};
      use.needs = task_return_needs(*shape);
      return use;
    }
    if (!has_type(i, signature, intrinsic.row->type)) return {};
    const std::vector<types::TypeId> types = streams_and_futures(world_.graph().types, f->type);
    const bool is_stream = intrinsic.row->name.starts_with("stream");
    const bool fits = intrinsic.number < types.size() && std::holds_alternative<types::StreamType>(world_.graph().types[types[intrinsic.number]]) == is_stream;
    if (!fits) {
      report(diag::missing_import, fmt::format("{}, but number {} of the {} streams and futures that `{}` mentions is no {}", where, intrinsic.number, types.size(), f->name, is_stream ? "stream" : "future"));
      return {};
    }
    use.payload_type = types[intrinsic.number];
    use.needs = payload_needs(intrinsic.row->built_in, *use.payload_type);
    return use;
  }

  /// Reading and writing what carries nothing needs no memory, and is given one where there is one.
  [[nodiscard]] bool has_memory() const {
    return main_parts_.memory.has_value() || main_imports_memory_;
  }

  Needs payload_needs(BuiltIn b, types::TypeId id) const {
    const bool is_read = b == BuiltIn::stream_read || b == BuiltIn::future_read;
    if (!is_read && b != BuiltIn::stream_write && b != BuiltIn::future_write) return {};
    const types::TypeDef& def = world_.graph().types[id];
    const auto* stream = std::get_if<types::StreamType>(&def);
    const std::optional<types::ValType> element = stream != nullptr ? stream->element : std::get<types::FutureType>(def).element;
    if (!element) return {};
    const auto shape = cabi::try_shape_of(world_.graph().types, *element);
    return {.memory = true, .realloc = is_read && shape && (*shape)->has_pointers};
  }

  const ModuleInput& input_;
  const core::ValType ptr_;
  const core::Module& m_;
  const std::vector<ModuleInput>& modules_;
  const ReadOptions& options_;
  const World& world_;
  ModuleUse& out_;
  std::vector<Diagnostic>& errors_;
  Location at_;
  bool has_threads_ = false;
  ModuleParts main_parts_;
  bool main_imports_memory_ = false;
  mutable std::map<ModuleNo, std::unordered_map<std::string_view, const core::Export*>> exports_;  ///< by name; of modules that were asked about
};

}  // namespace

void read_imports(const ModuleInput& input, const std::vector<ModuleInput>& modules, const ReadOptions& options, ModuleUse& out, std::vector<Diagnostic>& errors) {
  ImportReader(input, modules, options, out, errors).run();
}

}  // namespace wcomp::component
