// Exports of core modules against the world, and what modules have for others.
#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "component/componentize/module_use.h"

namespace wcomp::component {

namespace {

const core::FuncType nothing;
using cabi::callback_type, cabi::takes_handle;

}  // namespace

std::string dtor_name(const Place& place, std::string_view resource, NameScheme scheme) {
  if (scheme == NameScheme::legacy) return fmt::format("{}#[dtor]{}", place.name, resource);
  return fmt::format("{}|{}|{}_dtor", standard_prefix, standard_name(place.name), resource);
}

std::vector<ExportNames> export_names(const Place& place, const wit::Function& func, bool rejects_legacy_names) {
  std::vector<ExportNames> out;
  const std::string standard = place.interface ? fmt::format("{}|{}|{}", standard_prefix, standard_name(place.name), func.abi_name) : fmt::format("{}||{}", standard_prefix, func.abi_name);
  out.push_back({.name = standard, .abi = LiftAbi::sync, .post_return = standard + "_post", .callback = {}});
  if (rejects_legacy_names) return out;
  const std::string legacy = place.interface ? fmt::format("{}#{}", place.name, func.abi_name) : func.abi_name;
  out.push_back({.name = legacy, .abi = LiftAbi::sync, .post_return = "cabi_post_" + legacy, .callback = {}});
  out.push_back({.name = "[async-lift]" + legacy, .abi = LiftAbi::callback, .post_return = {}, .callback = "[callback][async-lift]" + legacy});
  out.push_back({.name = "[async-lift-stackful]" + legacy, .abi = LiftAbi::stackful, .post_return = {}, .callback = {}});
  return out;
}

std::vector<std::string> core_names_for(const World& world, std::string_view export_name) {
  std::vector<std::string> out;
  const auto add = [&](const Place& place, const wit::Function& f) {
    for (ExportNames& names : export_names(place, f, false)) {
      for (std::string* name : {&names.name, &names.post_return, &names.callback}) {
        if (!name->empty()) out.push_back(std::move(*name));
      }
    }
  };
  const wit::WorldItem* item = world.find_export(export_name);
  if (item == nullptr) return out;
  if (const auto* f = std::get_if<wit::Function>(&item->item)) add({}, *f);
  if (const auto* id = std::get_if<wit::InterfaceId>(&item->item)) {
    const Place place{.name = item->name, .interface = *id};
    for (const wit::Function& f : world.graph().interfaces[*id].functions) add(place, f);
    for (const wit::TypeDeclId t : world.graph().interfaces[*id].types) {
      out.push_back(dtor_name(place, world.graph().type_decls[t].name, NameScheme::standard));
      out.push_back(dtor_name(place, world.graph().type_decls[t].name, NameScheme::legacy));
    }
  }
  return out;
}

ModuleParts parts_of(const core::Module& module, bool rejects_legacy_names) {
  const auto find = [&](core::ExternKind kind, std::initializer_list<std::string_view> legacy, std::string_view standard) -> std::optional<std::string> {
    const auto is_there = [&](std::string_view name) {
      const core::Export* e = name.empty() ? nullptr : module.find_export(name);
      return e != nullptr && e->kind == kind;
    };
    if (is_there(standard)) return std::string(standard);
    if (!rejects_legacy_names) {
      for (const std::string_view name : legacy) {
        if (is_there(name)) return std::string(name);
      }
    }
    return std::nullopt;
  };
  using enum core::ExternKind;
  ModuleParts out;
  out.memory = find(mem, {"memory"}, "cm32p2_memory");
  out.realloc = find(func, {"cabi_realloc", "canonical_abi_realloc"}, "cm32p2_realloc");
  out.import_realloc = find(func, {"cabi_import_realloc"}, {});
  out.export_realloc = find(func, {"cabi_export_realloc"}, {});
  out.adapter_realloc = find(func, {"cabi_realloc_adapter"}, {});
  out.initialize = find(func, {"_initialize"}, "cm32p2_initialize");
  out.task_hook = find(func, {"__wasm_task_hook"}, {});
  out.table = find(core::ExternKind::table, {"__indirect_function_table"}, {});
  if (!out.import_realloc) out.import_realloc = out.realloc;
  if (!out.export_realloc) out.export_realloc = out.realloc;
  if (!out.adapter_realloc) out.adapter_realloc = out.realloc;
  return out;
}

namespace {

class ExportReader {
 public:
  ExportReader(const ModuleInput& input, const ReadOptions& options, ModuleUse& out, std::vector<Diagnostic>& errors)
      : input_(input), m_(*input.module), options_(options), world_(*options.world), out_(out), errors_(errors), at_(BinaryPos{.file = options.file, .path = {}, .offset = 0}) {
    for (const core::Export& e : m_.exports) {
      if (e.kind == core::ExternKind::func) core_funcs_.try_emplace(e.name, &m_.func_type(core::FuncIdx(e.index)));
    }
  }

  void run() {
    out_.parts = parts_of(m_, options_.rejects_legacy_names);
    for (const auto& name : {out_.parts.realloc, out_.parts.import_realloc, out_.parts.export_realloc, out_.parts.adapter_realloc}) check(name, cabi::realloc_type(options_.ptr));
    const core::FuncType* start = core_func("_start");
    if (start != nullptr && *start == nothing) out_.parts.initialize.reset();  // a program initializes itself
    check(out_.parts.initialize, nothing);
    check(out_.parts.task_hook, takes_handle);
    check_memory();
    for (const wit::WorldItem& item : world_.world().exports) {
      if (input_.exports.contains(item.name)) read_export(item);
    }
  }

 private:
  Diagnostic& report(DiagCode code, std::string message) { return errors_.emplace_back(error(code, std::move(message), at_)); }

  /// The type of an exported function; null: there is no such.
  const core::FuncType* core_func(std::string_view name) const {
    const auto found = core_funcs_.find(name);
    return found == core_funcs_.end() ? nullptr : found->second;
  }

  void check(const std::optional<std::string>& name, const core::FuncType& expected) {
    if (!name || !checked_.insert(*name).second) return;
    const core::FuncType* found = core_func(*name);
    if (found != nullptr && *found != expected) report(diag::export_mismatch, fmt::format("export `{}` has the core type {}, expected {}", *name, to_string(*found), to_string(expected)));
  }

  void check_memory() {
    if (!out_.parts.memory) return;
    const core::MemType& memory = m_.mem_types[m_.find_export(*out_.parts.memory)->index];
    if (memory.limits.is_shared) report(diag::unsupported, "the module's memory is shared: values cannot travel through it");
    const bool has_both = !options_.rejects_legacy_names && m_.find_export("memory") != nullptr && m_.find_export("cm32p2_memory") != nullptr;
    if (has_both) report(diag::invalid, "the module exports a memory as `memory` and one as `cm32p2_memory`: only one memory can be the one that values travel through");
  }

  void read_export(const wit::WorldItem& item) {
    WorldExport e{.place = {.name = item.name, .interface = {}}, .from = input_.no, .funcs = {}};
    if (const auto* f = std::get_if<wit::Function>(&item.item)) {
      e.place.name = f->abi_name;
      read_func(e, *f);
    } else if (const auto* id = std::get_if<wit::InterfaceId>(&item.item)) {
      e.place.interface = *id;
      for (const wit::TypeDeclId t : world_.graph().interfaces[*id].types) read_resource(e.place, world_.decl(t));
      for (const wit::Function& f : world_.graph().interfaces[*id].functions) read_func(e, f);
    } else {
      return;
    }
    out_.exports.push_back(std::move(e));
  }

  void read_resource(const Place& place, Decl decl) {
    if (!body_of(decl).is_resource) return;
    ExportedResource r{.place = place, .decl = decl, .from = input_.no, .dtor = {}};
    for (std::string name : {dtor_name(place, decl->name, NameScheme::standard), options_.rejects_legacy_names ? std::string() : dtor_name(place, decl->name, NameScheme::legacy)}) {
      const core::FuncType* found = core_func(name);
      if (found == nullptr) continue;
      if (*found != takes_handle) report(diag::export_mismatch, fmt::format("export `{}` has the core type {}, expected {}", name, to_string(*found), to_string(takes_handle)));
      r.dtor = std::move(name);
      break;
    }
    out_.resources.push_back(std::move(r));
  }

  void read_func(WorldExport& e, const wit::Function& f) {
    auto shape = cabi::ShapeCache(world_.graph().types, options_.ptr).of(f.type);
    if (!shape) {
      for (Diagnostic& d : shape.error().diagnostics()) {
        d.location = at_;
        errors_.push_back(std::move(d));
      }
      return;
    }
    std::vector<ExportNames> names = export_names(e.place, f, options_.rejects_legacy_names);
    const auto found = std::ranges::find_if(names, [&](const ExportNames& n) { return core_func(n.name) != nullptr; });
    const std::string in_wit = fmt::format("in WIT it is `{}: {}`", f.name, types::to_string(world_.graph().types, f.type));
    if (found == names.end()) {
      const ExportNames& expected = names.back().abi == LiftAbi::sync ? names.front() : names[1];
      auto& d = report(diag::missing_export, fmt::format("the module does not export `{}`, which the world needs", expected.name));
      d.notes.push_back(fmt::format("{}, as a core function {}", in_wit, to_string(shape->lifted)));
      return;
    }
    ExportedFunc x{.func = &f, .core_name = found->name, .shape = std::move(*shape), .abi = found->abi, .post_return = {}, .callback = {}};
    const core::FuncType expected = lifted_type(x.shape, x.abi);
    if (const core::FuncType& t = *core_func(x.core_name); t != expected) {
      auto& d = report(diag::export_mismatch, fmt::format("export `{}` has the core type {}, expected {}", x.core_name, to_string(t), to_string(expected)));
      d.notes.push_back(in_wit);
      d.notes.push_back("the bindings were made from another version of the WIT, or its types were changed since");
      return;
    }
    if (!found->post_return.empty() && core_func(found->post_return) != nullptr) {
      check(found->post_return, {.params = x.shape.lifted.results, .results = {}});
      x.post_return = found->post_return;
    }
    if (!found->callback.empty()) {
      if (core_func(found->callback) == nullptr) {
        auto& d = report(diag::missing_export, fmt::format("the module exports `{}`, but not its callback `{}`", x.core_name, found->callback));
        d.notes.push_back(fmt::format("{}; the callback is a core function {}", in_wit, to_string(callback_type)));
        return;
      }
      check(found->callback, callback_type);
      x.callback = found->callback;
    }
    e.funcs.push_back(std::move(x));
  }

  const ModuleInput& input_;
  const core::Module& m_;
  const ReadOptions& options_;
  const World& world_;
  ModuleUse& out_;
  std::vector<Diagnostic>& errors_;
  Location at_;
  std::set<std::string, std::less<>> checked_;
  std::unordered_map<std::string_view, const core::FuncType*> core_funcs_;
};

/// What lifts and lowers of a module need is there.
class NeedsChecker {
 public:
  NeedsChecker(const ModuleInput& input, const std::vector<ModuleInput>& modules, const ReadOptions& options, const ModuleUse& use, std::vector<Diagnostic>& errors)
      : use_(use), errors_(errors), at_(BinaryPos{.file = options.file, .path = {}, .offset = 0}) {
    const ModuleParts main = parts_of(*modules[main_no].module, options.rejects_legacy_names);
    has_memory_ = input.memory_from || main.memory || main_imports_memory(*modules[main_no].module);
    has_own_realloc_ = input.memory_from.has_value();
  }

  void run() {
    for (const CoreImportUse& i : use_.imports) {
      if (const auto* lower = std::get_if<LowerUse>(&i.what)) need(lower_needs(lower->shape, lower->is_async), use_.parts.import_realloc, "cabi_realloc", fmt::format("{} {}", escape(i.module), escape(i.name)));
      if (const auto* intrinsic = std::get_if<IntrinsicUse>(&i.what)) need(intrinsic->needs, use_.parts.import_realloc, "cabi_realloc", fmt::format("{} {}", escape(i.module), escape(i.name)));
    }
    for (const WorldExport& e : use_.exports) {
      for (const ExportedFunc& f : e.funcs) need(lift_needs(f.shape, f.abi), use_.parts.export_realloc, "cabi_realloc", f.core_name);
    }
  }

  static bool main_imports_memory(const core::Module& m) {
    return std::ranges::any_of(m.imports, [](const core::Import& i) { return i.module == "env" && i.name == "memory" && std::holds_alternative<core::MemType>(i.type); });
  }

 private:
  void need(const Needs& needs, const std::optional<std::string>& realloc, std::string_view name, const std::string& what) {
    if (needs.memory && !has_memory_) errors_.push_back(error(diag::missing_export, fmt::format("`{}` passes values through memory, but the module exports no `memory`", what), at_));
    if (needs.realloc && !has_own_realloc_ && !realloc) {
      errors_.push_back(error(diag::missing_export, fmt::format("`{}` needs room for strings or lists, but the module exports no `{}`", what, name), at_));
    }
  }
  const ModuleUse& use_;
  std::vector<Diagnostic>& errors_;
  Location at_;
  bool has_memory_ = false, has_own_realloc_ = false;
};

}  // namespace

core::ValType main_ptr(const core::Module& main) {
  const auto of = [](const core::MemType& m) { return m.limits.is_64 ? core::ValType::i64 : core::ValType::i32; };
  const core::Export* e = main.find_export("memory");
  if (e == nullptr) e = main.find_export("cm32p2_memory");
  if (e != nullptr && e->kind == core::ExternKind::mem) return of(main.mem_types[e->index]);
  for (const core::Import& i : main.imports) {
    const auto* memory = std::get_if<core::MemType>(&i.type);
    if (memory != nullptr && i.module == "env" && i.name == "memory") return of(*memory);
  }
  return core::ValType::i32;
}

Result<ModuleUse> read_module(const ModuleInput& input, const std::vector<ModuleInput>& modules, const ReadOptions& options) {
  if (input.no != main_no && options.ptr == core::ValType::i64) {
    Diagnostic d = error(diag::unsupported, "the module has a memory with 64-bit addresses, and adapters read and write memories with 32-bit ones", BinaryPos{.file = options.file, .path = {}, .offset = 0});
    d.notes.push_back("use functions of WIT instead of what needs the adapter (WASI preview 1), or compile for wasm32");
    return Err(Failure(std::move(d)));
  }
  ModuleUse out;
  out.ptr = options.ptr;
  std::vector<Diagnostic> errors;
  ExportReader(input, options, out, errors).run();
  read_imports(input, modules, options, out, errors);
  NeedsChecker(input, modules, options, out, errors).run();
  if (!errors.empty()) return Err(Failure(std::move(errors)));
  return out;
}

}  // namespace wcomp::component
