// Core modules and components as imports and exports.
#include <fmt/format.h>

#include "base/check.h"
#include "base/in_file.h"
#include "component/versions.h"
#include "runtime/component_access.h"
#include "runtime/linker.h"
#include "runtime/module_impl.h"
#include "wcomp/module.h"

namespace wcomp {

using namespace runtime;

void Linker::define_module(std::string interface, std::string name, const Module& module) {
  WCOMP_CHECK(module.impl_ != nullptr);
  impl_->found.clear();
  impl_->interfaces[std::move(interface)].modules.insert_or_assign(std::move(name), module.impl_->module);
}

void Linker::define_component(std::string interface, std::string name, const Component& component) {
  WCOMP_CHECK(component.impl_ != nullptr);
  impl_->found.clear();
  impl_->interfaces[std::move(interface)].components.insert_or_assign(std::move(name), component.impl_->part);
}

Result<Component> Linker::link(const Component& component) const {
  WCOMP_CHECK(component.impl_ != nullptr);
  const ComponentImpl& impl = *component.impl_;
  if (impl.needs.empty()) return component;
  Component known;
  known.impl_ = impl_->found.find(component.impl_).whole;
  if (known.impl_ != nullptr) return known;
  link::HostParts parts;
  std::vector<Diagnostic> problems;
  for (const link::PartImport& need : impl.needs) {
    const auto put = [&](const auto& of, auto& into) {
      for (const LinkerImpl::Interface* i : find_interfaces(*impl_, need.interface)) {
        if (const auto found = (i->*of).find(need.name); found != (i->*of).end()) {
          into.emplace(link::HostParts::Name(need.interface, need.name), found->second);
          return;
        }
      }
      problems.push_back(missing(*impl_, need.is_module ? "core module" : "component", need.interface, need.name));
    };
    if (need.is_module) put(&LinkerImpl::Interface::modules, parts.modules);
    else put(&LinkerImpl::Interface::components, parts.components);
    const auto part = parts.components.find(link::HostParts::Name(need.interface, need.name));
    if (part != parts.components.end() && part->second.scope == nullptr) {
      problems.push_back(error(diag::unsupported, fmt::format("the component `{}` that the linker offers was compiled ahead of time: it cannot become a part of another one", need.name)));
    }
  }
  if (!problems.empty()) return Err(Failure(std::move(problems)));
  auto made = impl.with_parts(impl.engine, impl.name, impl.part, &parts);
  if (!made) return Err(in_file(std::move(made).error(), impl.name));
  impl_->found.add(component.impl_, {.linked = nullptr, .whole = made->impl_});
  return *std::move(made);
}

namespace {

template <class T>
const T* find(const std::vector<T>& exports, std::string_view interface, std::string_view name) {
  std::vector<std::string_view> names;
  std::vector<const T*> items;
  for (const T& e : exports) {
    if (e.name != name || e.interface.empty() != interface.empty()) continue;
    names.emplace_back(e.interface);
    items.push_back(&e);
  }
  if (interface.empty()) return items.empty() ? nullptr : items.front();
  const auto found = component::find_compatible(interface, names, true);
  return found.empty() ? nullptr : items[found.front()];
}

Err<Failure> not_exported(std::string_view what, std::string_view interface, std::string_view name) {
  return fail(diag::missing_export, fmt::format("the component does not export a {} {}", what,
                                                interface.empty() ? fmt::format("`{}`", name) : fmt::format("`{}` in an instance `{}`", name, interface)));
}

}  // namespace

Result<Module> Instance::module(std::string_view interface, std::string_view name) const {
  const link::ExportedModule* found = find(impl_->plan().exported_modules, interface, name);
  if (found == nullptr) return not_exported("core module", interface, name);
  Module out;
  out.impl_ = std::make_shared<const ModuleImpl>(ModuleImpl{.engine = impl_->component->engine, .name = std::string(name), .module = found->module});
  return out;
}

Result<Component> Instance::component(std::string_view interface, std::string_view name) const {
  const link::ExportedComponent* found = find(impl_->plan().exported_components, interface, name);
  if (found == nullptr) return not_exported("component", interface, name);
  return impl_->component->with_parts(impl_->component->engine, std::string(name), found->component, nullptr);
}

}  // namespace wcomp
