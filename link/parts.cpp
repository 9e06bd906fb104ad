// Core modules and components that a host gives: what is asked for, and whether what is given is of that type.
#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/matcher.h"
#include "link/planner.h"

namespace wcomp::link {

using namespace component;

namespace {

std::string full_name(const std::string& interface, const std::string& name) { return interface.empty() ? name : fmt::format("{}#{}", interface, name); }

Err<Failure> not_given(std::string_view sort, const std::string& interface, const std::string& name) {
  return fail(diag::missing_import, fmt::format("the component imports the {} `{}`, which its host has to give", sort, full_name(interface, name)));
}

Err<Failure> mismatch_of(std::string_view sort, const std::string& interface, const std::string& name, const std::string& why) {
  Diagnostic d = error(diag::import_mismatch, fmt::format("the {} `{}` that the host gives is not of the type that the component imports", sort, full_name(interface, name)));
  d.notes.push_back(why);
  return Err(Failure(std::move(d)));
}

void collect(std::vector<PartImport>& out, const Entity& entity, const std::string& interface, const std::string& name) {
  if (std::holds_alternative<std::shared_ptr<const ModuleType>>(entity)) out.push_back({.interface = interface, .name = name, .is_module = true});
  if (std::holds_alternative<std::shared_ptr<const ComponentType>>(entity)) out.push_back({.interface = interface, .name = name, .is_module = false});
  if (const auto* instance = std::get_if<std::shared_ptr<const InstanceType>>(&entity)) {
    const std::string inner = interface.empty() ? name : fmt::format("{}/{}", interface, name);
    for (const NamedEntity& e : (*instance)->exports) collect(out, e.type, inner, e.name);
  }
}

}  // namespace

std::vector<PartImport> part_imports(const Scope& scope) {
  std::vector<PartImport> out;
  for (const NamedEntity& i : scope.type.imports) collect(out, i.type, {}, i.name);
  return out;
}

Result<Item> Planner::host_module(const Frame&, const ModuleType& type, const std::string& interface, const std::string& name) {
  const auto given = parts_.modules.find({interface, name});
  if (given == parts_.modules.end()) return not_given("core module", interface, name);
  core::TypeInterner types;
  auto found = module_type(given->second, types);
  if (!found) return mismatch_of("core module", interface, name, found.error().first().message);
  if (const std::string why = core_mismatch(type, *found); !why.empty()) return mismatch_of("core module", interface, name, why);
  return Item(ModuleItem{given->second});
}

Result<Item> Planner::host_component(const Frame& f, const Entity& entity, const std::string& interface, const std::string& name) {
  const auto given = parts_.components.find({interface, name});
  if (given == parts_.components.end()) return not_given("component", interface, name);
  const ComponentPart& part = given->second;
  Substitution substitution;
  const Entity found = std::make_shared<const ComponentType>(part.scope->type);
  if (const std::string why = mismatch(f.arena(), entity, part.owner.types(), found, substitution); !why.empty()) {
    return mismatch_of("component", interface, name, why);
  }
  return Item(keep(part));
}

}  // namespace wcomp::link
