#include "runtime/linked_instance.h"

#include <bit>

#include <fmt/format.h>

#include "link/types.h"
#include "wcomp/value.h"

namespace wcomp {

using namespace runtime;

namespace {

/// A function's type with each resource by its address: what two instances that share resources can compare.
std::string shared_signature(InstanceImpl& instance, const types::FuncType& type) {
  const link::Plan& plan = instance.plan();
  return link::signature(plan.types, type, [&](types::ResourceId id) {
    const auto slot = plan.resource_slots.find(id);
    return slot == plan.resource_slots.end() ? std::uint64_t{0} : std::uint64_t{std::bit_cast<std::uintptr_t>(&instance.resource(slot->second))};
  });
}

}  // namespace

struct InstanceAccess {
  static InstanceImpl& impl(Instance& i) { return *i.impl_; }
};

void Linker::define_instance(std::string name, std::shared_ptr<Instance> instance) {
  impl_->found.clear();
  InstanceImpl& from = InstanceAccess::impl(*instance);
  const link::Plan& plan = from.plan();
  const auto add_func = [&](LinkerImpl::Interface& to, std::string_view interface, const std::string& func, const link::LiftedFunc& lifted) {
    auto found = instance->func(interface, func);
    if (!found) return;
    auto call = [callee = *std::move(found)](const ValueFuncType&, std::span<Value> args) -> ValueResult { return callee.call(args); };
    to.funcs.insert_or_assign(func, std::make_shared<const HostFuncDef>(HostFuncDef{
                                        .desc = nullptr, .fn = {}, .values = std::move(call), .type_text = types::to_string(from.plan().types, lifted.type), .signature = shared_signature(from, lifted.type)}));
  };
  LinkerImpl::Interface& root = impl_->interfaces[name] = {};
  for (const auto& [resource, slot] : plan.exported_resources) root.linked_resources.insert_or_assign(resource, &from.resource(slot));
  for (const link::ExportedModule& m : plan.exported_modules) {
    impl_->interfaces[m.interface.empty() ? name : fmt::format("{}/{}", name, m.interface)].modules.insert_or_assign(m.name, m.module);
  }
  for (const link::ExportedComponent& c : plan.exported_components) {
    impl_->interfaces[c.interface.empty() ? name : fmt::format("{}/{}", name, c.interface)].components.insert_or_assign(c.name, c.component);
  }
  for (const auto& [exported, item] : plan.exports) {
    if (const auto* func = std::get_if<link::LiftedFunc>(&item)) {
      add_func(root, {}, exported, *func);
      continue;
    }
    const auto& inner = std::get<link::ExportedInstance>(item);
    LinkerImpl::Interface& to = impl_->interfaces[fmt::format("{}/{}", name, exported)];
    for (const auto& [resource, slot] : inner.resources) to.linked_resources.insert_or_assign(resource, &from.resource(slot));
    for (const auto& [func, lifted] : inner.funcs) add_func(to, exported, func, lifted);
  }
  impl_->has_linked = true;
  impl_->kept.push_back(std::move(instance));
}

}  // namespace wcomp

namespace wcomp::runtime {

ResourceType* find_linked_resource(const LinkerImpl& linker, std::string_view interface, std::string_view name) {
  if (!linker.has_linked) return nullptr;
  const auto at = linker.interfaces.find(interface);
  if (at == linker.interfaces.end()) return nullptr;
  const auto found = at->second.linked_resources.find(name);
  return found == at->second.linked_resources.end() ? nullptr : found->second;
}

void check_equal_resources(const LinkerImpl& linker, InstanceImpl& instance, std::vector<Diagnostic>& problems) {
  for (const link::ResourceEquality& e : instance.plan().equal_resources) {
    const auto at = linker.interfaces.find(e.other.interface);
    if (at == linker.interfaces.end()) continue;
    const ResourceType& type = instance.resource(e.resource);
    const ResourceType* linked = find_linked_resource(linker, e.other.interface, e.other.name);
    const auto key = at->second.resources.find(e.other.name);
    const bool is_other = linked != nullptr ? linked != &type : key != at->second.resources.end() && key->second != type.key;
    if (!is_other) continue;
    problems.push_back(error(diag::import_mismatch, fmt::format("the component imports `{}` `{}` as the same resource as `{}`, and the linker has two different ones",
                                                                e.other.interface, e.other.name, type.name)));
  }
}

std::optional<Diagnostic> check_linked(InstanceImpl& instance, const std::string& what, const types::FuncType& type, const HostFuncDef& def) {
  if (shared_signature(instance, type) == def.signature) return std::nullopt;
  Diagnostic d = error(diag::import_mismatch, fmt::format("{} has another type in the component than in the instance that exports it", what));
  d.notes.push_back(fmt::format("in the component: {}", types::to_string(instance.plan().types, type)));
  d.notes.push_back(fmt::format("in the instance: {}", def.type_text));
  return d;
}

}  // namespace wcomp::runtime
