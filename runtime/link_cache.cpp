#include "runtime/link_cache.h"

#include <algorithm>
#include <unordered_map>

#include "runtime/linker.h"

namespace wcomp::runtime {

namespace {
bool is_same(const std::weak_ptr<const ComponentImpl>& a, const std::shared_ptr<const ComponentImpl>& b) {
  return !a.owner_before(b) && !b.owner_before(a);
}
}  // namespace

std::shared_ptr<const Linked> record(InstanceImpl& instance, const std::map<std::pair<std::string, std::string>, CheckedImport>& checked) {
  auto out = std::make_shared<Linked>();
  std::unordered_map<const ResourceType*, link::ResourceSlot> slots;
  const auto is_own = [&](const ResourceType* t) { return t >= instance.resources.data() && t < instance.resources.data() + instance.resources.size(); };
  for (std::size_t i = 0; i < instance.resource_types.size(); ++i) {
    ResourceType* type = instance.resource_types[i];
    const auto [first, is_first] = slots.try_emplace(type, i);
    Linked::Resource& r = out->resources.emplace_back();
    if (!is_own(type)) r.other = type;
    else if (!is_first) r.same = first->second;
    else r.key = type->key;
  }
  for (const link::ImportedFunc& import : instance.plan().imports) {
    const CheckedImport& c = checked.at({import.interface, import.name});
    Linked::Import& to = out->imports.emplace_back(Linked::Import{.def = c.def, .keys = {}});
    for (const KeyBinding& k : c.keys) to.keys.push_back({.key = k.key, .resource = slots.at(k.type)});
  }
  const auto& steps = instance.plan().steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (std::holds_alternative<link::LowerImport>(steps[i])) out->keys += out->imports[instance.component->prepared.steps[i].import].keys.size();
  }
  return out;
}

void Linked::add_keys(const Import& import, InstanceImpl& instance, std::vector<KeyBinding>& out) {
  for (const Key& k : import.keys) out.push_back({.key = k.key, .type = &instance.resource(k.resource)});
}

LinkCache::Entry LinkCache::find(const std::shared_ptr<const ComponentImpl>& component) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::find_if(known_.rbegin(), known_.rend(), [&](const Known& k) { return is_same(k.component, component); });
  return found == known_.rend() ? Entry() : found->entry;
}

void LinkCache::add(const std::shared_ptr<const ComponentImpl>& component, Entry entry) {
  std::vector<Known> before;  // ends after the lock: components may go with it
  const std::scoped_lock lock(mutex_);
  before.swap(known_);
  std::size_t too_many = before.size() < max_kept ? 0 : before.size() - max_kept + 1;
  for (Known& k : before) {
    const bool goes = k.component.expired() || is_same(k.component, component) || too_many != 0;
    if (goes) too_many -= too_many != 0;
    else known_.push_back(std::move(k));
  }
  known_.push_back({.component = component, .entry = std::move(entry)});
}

void LinkCache::clear() {
  std::vector<Known> gone;
  const std::scoped_lock lock(mutex_);
  gone.swap(known_);
}

}  // namespace wcomp::runtime
