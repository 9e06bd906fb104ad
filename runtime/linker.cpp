// Host functions by name, and whether they are what a component imports.
#include "runtime/linker.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "component/versions.h"
#include "runtime/dynamic_call.h"
#include "runtime/linked_instance.h"
#include "runtime/type_match.h"

namespace wcomp {

using namespace runtime;

Linker::Linker(const Engine& engine) : impl_(std::make_unique<LinkerImpl>()) {
  impl_->engine = engine.impl_;
}
Linker::~Linker() = default;
Linker::Linker(Linker&&) noexcept = default;
Linker& Linker::operator=(Linker&&) noexcept = default;

void Linker::define_func(std::string interface, std::string name, const FuncDesc& desc, HostFunc fn, PlainHostFunc plain) {
  impl_->found.clear();
  auto def = std::make_shared<const HostFuncDef>(HostFuncDef{.desc = &desc, .fn = std::move(fn), .plain = std::move(plain)});
  impl_->interfaces[std::move(interface)].funcs.insert_or_assign(std::move(name), std::move(def));
}

void Linker::define_values(std::string interface, std::string name, ValueFunc fn) {
  impl_->found.clear();
  auto def = std::make_shared<const HostFuncDef>(HostFuncDef{.desc = nullptr, .fn = {}, .values = std::move(fn)});
  impl_->interfaces[std::move(interface)].funcs.insert_or_assign(std::move(name), std::move(def));
}

void Linker::define_resource(std::string interface, std::string name, const ResourceKey& key) {
  impl_->found.clear();
  impl_->interfaces[std::move(interface)].resources.insert_or_assign(std::move(name), &key);
}

void Linker::define_instance(std::string interface) {
  impl_->found.clear();
  impl_->interfaces[std::move(interface)];
}
void Linker::refuse(std::string interface, std::string why) {
  impl_->found.clear();
  impl_->refused.insert_or_assign(std::move(interface), std::move(why));
}
void Linker::set_limits(const Limits& limits) {
  impl_->limits = limits;
}
void Linker::keep(std::shared_ptr<void> object) {
  impl_->kept.push_back(std::move(object));
}

}  // namespace wcomp

namespace wcomp::runtime {

namespace {

using Interface = LinkerImpl::Interface;

/// Those of `map` that may stand for `name`, best first.
template <class T>
std::vector<const T*> compatible(const std::map<std::string, T, std::less<>>& map, std::string_view name) {
  const component::VersionedName wanted = component::split_version(name);
  if (!wanted.version) {
    const auto found = map.find(name);
    return found == map.end() ? std::vector<const T*>() : std::vector<const T*>{&found->second};
  }
  // The versions of one name lie side by side.
  std::vector<std::string_view> names;
  std::vector<const T*> values, out;
  const std::string_view any_version = name.substr(0, wanted.base.size() + 1);
  for (auto it = map.lower_bound(any_version); it != map.end() && it->first.starts_with(any_version); ++it) {
    names.emplace_back(it->first);
    values.push_back(&it->second);
  }
  for (const std::size_t i : component::find_compatible(name, names)) out.push_back(values[i]);
  return out;
}
std::vector<const Interface*> candidates(const LinkerImpl& linker, std::string_view name) {
  return compatible(linker.interfaces, name);
}

/// Why every call of `interface` is refused; null when none is, or the interface is defined.
const std::string* find_refusal(const LinkerImpl& linker, std::string_view interface) {
  if (linker.refused.empty() || !candidates(linker, interface).empty()) return nullptr;
  const auto found = compatible(linker.refused, interface);
  return found.empty() ? nullptr : found.front();
}

/// Stands for resources of refused interfaces: no guest ever gets a handle of one.
constexpr ResourceKey refused_resource{.name = "refused", .destroy = nullptr};

std::string quoted(std::string_view interface, std::string_view name) {
  return interface.empty() ? fmt::format("`{}`", name) : fmt::format("`{}` `{}`", interface, name);
}

constexpr std::size_t max_listed = 30;

template <class Map>
void list(std::string& out, const Map& map) {
  std::size_t n = 0;
  for (const auto& [name, value] : map) {
    if (n++ == max_listed) {
      out += ", ...";
      return;
    }
    out += fmt::format("{}`{}`", n == 1 ? "" : ", ", name);
  }
}

/// `ns:pkg` of `ns:pkg/iface`; empty for a name that is no interface's of a package.
std::string_view package_of(std::string_view base) {
  const std::size_t slash = base.find('/');
  return slash == std::string_view::npos ? std::string_view() : base.substr(0, slash);
}

/// What the linker has that comes near to a missing item.
std::string nearby(const LinkerImpl& linker, std::string_view interface) {
  const auto found = candidates(linker, interface);
  if (!found.empty()) {
    std::string names;
    list(names, found.front()->funcs);
    if (!found.front()->resources.empty()) {
      names += names.empty() ? "" : "; resources ";
      list(names, found.front()->resources);
    }
    if (names.empty()) return fmt::format("the linker's `{}` is empty", interface);
    return interface.empty() ? fmt::format("outside of interfaces the linker has {}", names)
                             : fmt::format("the linker's `{}` has {}", interface, names);
  }
  if (interface.empty()) return "the linker has nothing outside of interfaces";
  std::map<std::string_view, int> same, of_package, alike;
  const std::string_view base = component::split_version(interface).base;
  const std::string_view package = package_of(base);
  bool is_empty = true;
  for (const auto& [n, i] : linker.interfaces) {
    if (n.empty()) continue;
    is_empty = false;
    const std::string_view other = component::split_version(n).base;
    if (other == base) same.emplace(n, 0);
    if (!package.empty() && package_of(other) == package) of_package.emplace(n, 0);
    if (edit_distance(other, base, 3) <= std::min<std::size_t>(3, base.size() / 3)) alike.emplace(n, 0);
  }
  if (is_empty) return "the linker has no interfaces";
  std::string names;
  list(names, !same.empty() ? same : !alike.empty() ? alike : of_package);
  if (!same.empty()) return fmt::format("the linker has {}, which is not compatible with that version", names);
  if (!alike.empty()) return fmt::format("the linker has {}: was that meant?", names);
  if (!of_package.empty()) return fmt::format("of `{}` the linker has {}", package, names);
  return package.empty() ? fmt::format("the linker has no interface `{}`", interface) : fmt::format("the linker has no interface of `{}`", package);
}

}  // namespace

std::vector<const Interface*> find_interfaces(const LinkerImpl& linker, std::string_view name) { return candidates(linker, name); }

const ResourceKey* find_resource(const LinkerImpl& linker, std::string_view interface, std::string_view name) {
  for (const Interface* i : candidates(linker, interface)) {
    if (auto it = i->resources.find(name); it != i->resources.end()) return it->second;
  }
  return find_refusal(linker, interface) != nullptr ? &refused_resource : nullptr;
}

std::shared_ptr<const HostFuncDef> find_func(const LinkerImpl& linker, std::string_view interface, std::string_view name) {
  for (const Interface* i : candidates(linker, interface)) {
    if (auto it = i->funcs.find(name); it != i->funcs.end()) return it->second;
  }
  if (const std::string* why = find_refusal(linker, interface)) {
    auto refuse = [text = *why](HostCall& call) { call.crossing.fail(Trap(TrapCode::host_error, text)); };
    return std::make_shared<const HostFuncDef>(HostFuncDef{.desc = nullptr, .fn = std::move(refuse)});
  }
  return nullptr;
}

Diagnostic missing(const LinkerImpl& linker, std::string_view what, std::string_view interface, std::string_view name) {
  Diagnostic d = error(diag::missing_import, fmt::format("nothing provides the imported {} {}", what, quoted(interface, name)));
  d.notes.push_back(nearby(linker, interface));
  if (!interface.empty() && !interface.starts_with("wasi:")) {
    d.notes.push_back(fmt::format("`wcomp compose` plugs a component that exports `{}` into this one; a host can define it in its `Linker`", interface));
  }
  return d;
}

std::string bind_key(InstanceImpl& instance, std::vector<KeyBinding>& keys, const ResourceKey& key, types::ResourceId id) {
  const auto slot = instance.plan().resource_slots.find(id);
  if (slot == instance.plan().resource_slots.end()) return "the resource is not known";
  ResourceType& type = instance.resource(slot->second);
  if (type.impl == nullptr && type.key == nullptr) return fmt::format("the linker has no resource `{}`", type.name);
  if (type.impl == nullptr && type.key != &key) {
    return fmt::format("the resource `{}` is the host's class `{}`, not `{}`", type.name, type.key->name, key.name);
  }
  for (const KeyBinding& k : keys) {
    if (k.key == &key && k.type == &type) return {};
    if (k.key == &key) return fmt::format("the class `{}` stands for both resources `{}` and `{}`", key.name, k.type->name, type.name);
  }
  keys.push_back({.key = &key, .type = &type});
  return {};
}

std::optional<Diagnostic> check_type(InstanceImpl& instance, const std::string& what, const types::FuncType& type, const FuncDesc& desc,
                                     std::vector<KeyBinding>& keys, DiagCode code) {
  const types::TypeArena& arena = instance.plan().types;
  const std::string difference =
      type_difference(arena, type, desc, [&](const ResourceKey& key, types::ResourceId id) { return bind_key(instance, keys, key, id); });
  if (difference.empty()) return std::nullopt;
  Diagnostic d = error(code, fmt::format("{} has another type in the component than in the host: {}", what, difference));
  d.notes.push_back(fmt::format("in the component: {}", types::to_string(arena, type)));
  d.notes.push_back(fmt::format("in the host: {}", to_string(desc)));
  return d;
}

Result<void> check_imports(const LinkerImpl& linker, InstanceImpl& instance,
                           std::map<std::pair<std::string, std::string>, CheckedImport>& checked) {
  std::vector<Diagnostic> problems;
  const link::Plan& plan = instance.plan();
  for (const link::ImportedFunc& import : plan.imports) {
    auto def = find_func(linker, import.interface, import.name);
    if (def == nullptr) {
      problems.push_back(missing(linker, "function", import.interface, import.name));
      problems.back().notes.push_back(fmt::format("its type is {}", types::to_string(plan.types, import.type)));
      continue;
    }
    CheckedImport c{.def = def, .keys = {}};
    if (def->desc != nullptr) {
      if (auto d = check_type(instance, quoted(import.interface, import.name), import.type, *def->desc, c.keys, diag::import_mismatch)) {
        problems.push_back(std::move(*d));
        continue;
      }
    } else if (!def->signature.empty()) {
      if (auto d = check_linked(instance, quoted(import.interface, import.name), import.type, *def)) {
        problems.push_back(std::move(*d));
        continue;
      }
    } else if (def->values) {
      if (const std::string problem = values_problem(instance, import.type); !problem.empty()) {
        problems.push_back(error(diag::import_mismatch, fmt::format("{} cannot be called with values: {}", quoted(import.interface, import.name), problem)));
        continue;
      }
    }
    checked.emplace(std::pair{import.interface, import.name}, std::move(c));
  }
  if (!problems.empty()) return Err(Failure(std::move(problems)));
  return {};
}

}  // namespace wcomp::runtime
