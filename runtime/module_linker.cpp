// Imports of core modules by name, and instantiating with them.
#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/nearest_name.h"
#include "base/text.h"
#include "core/describe.h"
#include "runtime/crossing_impl.h"
#include "runtime/module_impl.h"

namespace wcomp {

using namespace runtime;

namespace {

constexpr std::size_t max_listed = 12;

std::optional<Trap> call_core_host(void* context, std::uint64_t* slots) {
  CoreHostBinding& binding = *static_cast<CoreHostBinding*>(context);
  CoreCaller caller = CoreCallerAccess::make(binding);
  try {
    return binding.def->fn(caller, slots);
  } catch (Trap& trap) {
    return std::move(trap);
  } catch (const std::exception& e) {
    return Trap(TrapCode::host_error, fmt::format("{}: {}", binding.name, e.what()));
  } catch (...) {
    return Trap(TrapCode::host_error, fmt::format("{}: an exception that is not a std::exception", binding.name));
  }
}

Failure trapped(const Trap& t, const std::string& module) {
  return runtime::instantiation_failure(t, BinaryPos{.file = module, .path = {}, .offset = 0});
}

/// What there is under a module's name, near to a missing item.
template <class Names>
std::string nearby(std::string_view module, std::string_view wanted, const Names& names) {
  NearestName nearest(wanted);
  for (const auto& n : names) nearest.offer(n);
  if (nearest.get()) return fmt::format("`{}` has `{}`: did you mean that?", module, *nearest.get());
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == max_listed) {
      list += ", ..";
      break;
    }
    list += fmt::format("{}`{}`", i == 0 ? "" : ", ", names[i]);
  }
  return list.empty() ? fmt::format("`{}` is empty", module) : fmt::format("`{}` has {}", module, list);
}

struct Instantiator {
  const ModuleLinkerImpl& linker;
  ModuleInstanceImpl& inst;
  std::map<std::string_view, std::pair<engine::ModuleInstAddr, const ModuleImpl*>> linked = {};  ///< by name, of define_module

  Result<engine::ModuleInstAddr> instantiate(const ModuleImpl& module) {
    CoreImporter& importer = inst.importers.emplace_back();
    importer.owner = &inst;
    importer.addr = inst.store.next_instance();
    std::vector<engine::Extern> imports;
    std::vector<Diagnostic> missing;
    for (const core::Import& i : module.module->imports) {
      if (const auto def = find_host(i); def != nullptr && has_references(def->type)) return Err(mismatch(module, i, *def));
      if (auto found = find(i, importer)) {
        imports.push_back(*found);
      } else if (missing.size() < max_listed) {
        missing.push_back(missing_import(module, i));
      }
    }
    if (!missing.empty()) return Err(Failure(std::move(missing)));
    auto made = inst.store.instantiate(module.module, imports, module.name);
    if (!made) {
      for (Diagnostic& d : made.error().diagnostics()) d.location = BinaryPos{.file = module.name, .path = {}, .offset = 0};
      return Err(std::move(made).error());
    }
    if (!*made) return Err(trapped(made->error(), module.name));
    return **made;
  }

  /// The host function for an import of a function; null if there is none.
  [[nodiscard]] std::shared_ptr<const CoreHostDef> find_host(const core::Import& i) const {
    if (!std::holds_alternative<core::TypeIdx>(i.type)) return nullptr;
    const auto host = linker.hosts.find(i.module);
    if (host == linker.hosts.end()) return nullptr;
    const auto def = host->second.find(i.name);
    return def == host->second.end() ? nullptr : def->second;
  }
  static bool has_references(const CoreFuncType& type) {
    const auto is_reference = [](CoreType t) { return t == CoreType::funcref || t == CoreType::externref || t == CoreType::exnref; };
    return std::ranges::any_of(type.params, is_reference) || std::ranges::any_of(type.results, is_reference);
  }
  static Failure mismatch(const ModuleImpl& module, const core::Import& i, const CoreHostDef& def) {
    Diagnostic d = error(diag::import_mismatch,
                         fmt::format("import `{}` `{}`: expected {}, found a host {}", i.module, i.name, describe(*module.module, i.type), to_string(def.type)),
                         BinaryPos{.file = module.name, .path = {}, .offset = i.offset});
    d.notes.emplace_back("host functions take and give numbers and vectors only: references have no form outside of the guest");
    return Failure(std::move(d));
  }

  std::optional<engine::Extern> find(const core::Import& i, CoreImporter& importer) {
    if (const auto def = find_host(i)) {
      // An import may be there twice, which is two functions.
      CoreHostBinding& binding = inst.bindings.emplace_back(CoreHostBinding{&importer, fmt::format("{}.{}", i.module, i.name), def});
      return inst.store.add_host_func(def->core_type, &call_core_host, &binding);
    }
    if (const auto l = linked.find(i.module); l != linked.end()) return inst.store.find_export(l->second.first, i.name);
    return std::nullopt;
  }

  Diagnostic missing_import(const ModuleImpl& module, const core::Import& i) {
    Diagnostic d = error(diag::missing_import, fmt::format("nothing provides the import `{}` `{}`", i.module, i.name),
                         BinaryPos{.file = module.name, .path = {}, .offset = i.offset});
    d.notes.push_back(fmt::format("its type is {}", describe(*module.module, i.type)));
    std::vector<std::string_view> names;
    const auto host = linker.hosts.find(i.module);
    if (host != linker.hosts.end()) {
      for (const auto& [name, def] : host->second) names.emplace_back(name);
    }
    const auto l = linked.find(i.module);
    if (l != linked.end()) {
      for (const core::Export& e : l->second.second->module->exports) names.emplace_back(e.name);
    }
    if (host == linker.hosts.end() && l == linked.end()) {
      std::string modules;
      for (const auto& [name, funcs] : linker.hosts) modules += fmt::format("{}`{}`", modules.empty() ? "" : ", ", name);
      for (const auto& [name, instance] : linked) modules += fmt::format("{}`{}`", modules.empty() ? "" : ", ", name);
      d.notes.push_back(modules.empty() ? "the linker has no modules" : fmt::format("the linker has the modules {}", modules));
    } else {
      d.notes.push_back(nearby(i.module, i.name, names));
    }
    return d;
  }
};

}  // namespace

ModuleLinker::ModuleLinker(const Engine& engine) : impl_(std::make_unique<ModuleLinkerImpl>()) { impl_->engine = engine.impl_; }
ModuleLinker::~ModuleLinker() = default;
ModuleLinker::ModuleLinker(ModuleLinker&&) noexcept = default;
ModuleLinker& ModuleLinker::operator=(ModuleLinker&&) noexcept = default;

void ModuleLinker::define_func(std::string module, std::string name, CoreFuncType type, CoreHostFunc fn) {
  core::FuncType core_type = to_core(type);
  auto def = std::make_shared<const CoreHostDef>(CoreHostDef{std::move(type), std::move(core_type), std::move(fn)});
  impl_->hosts[std::move(module)].insert_or_assign(std::move(name), std::move(def));
}

void ModuleLinker::define_module(std::string module, const Module& definition) {
  if (definition.impl_ != nullptr) impl_->modules.push_back({std::move(module), definition.impl_});
}

void ModuleLinker::define_state(const void* key, std::function<Result<std::shared_ptr<void>>()> make) {
  for (auto& [known, old] : impl_->states) {
    if (known == key) {
      old = std::move(make);
      return;
    }
  }
  impl_->states.emplace_back(key, std::move(make));
}

void ModuleLinker::set_limits(const Limits& limits) { impl_->limits = limits; }

Result<ModuleInstance> ModuleLinker::instantiate(const Module& module) const {
  if (module.impl_ == nullptr) return fail(diag::invalid, "the module is empty: it was never loaded");
  if (module.impl_->place != nullptr && !impl_->limits.fuel) module.impl_->place->keep(nullptr, &module);
  auto inst = std::make_unique<ModuleInstanceImpl>(impl_->limits, *impl_->engine);
  inst->module = module.impl_;
  for (const auto& [key, make] : impl_->states) {
    WCOMP_TRY(auto object, make());
    inst->states.emplace_back(key, std::move(object));
  }
  Instantiator in{*impl_, *inst};
  for (const auto& [name, definition] : impl_->modules) {
    WCOMP_TRY(const engine::ModuleInstAddr addr, in.instantiate(*definition));
    in.linked.insert_or_assign(name, std::pair{addr, definition.get()});
  }
  WCOMP_TRY(inst->main, in.instantiate(*module.impl_));
  return ModuleInstance(std::move(inst));
}

}  // namespace wcomp
