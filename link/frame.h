// What plan() knows of a component's index spaces while it walks the definitions: symbolic items, not code.
//
// Each instantiation of a component has its own Frame. Items are shared between frames as they are passed on as arguments; a function keeps
// saying which instance lifted it, however many components re-export it. The planner owns the frames.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "link/plan.h"

namespace wcomp::link {

struct Frame;

/// A function that a component of the composition lifts.
struct LiftedItem {
  CoreRef core_func;
  Options opts;
  std::optional<core::MemType> memory_type;
  types::FuncType type;  ///< in Plan::types
};
/// A function that the root component imports.
struct HostItem {
  std::string interface, name;
  const types::FuncType* type = nullptr;  ///< in the component's own arena, as the root frame sees it
};
using FuncOrigin = std::variant<LiftedItem, HostItem>;
struct FuncItem {
  std::shared_ptr<const FuncOrigin> origin;
  std::string name;  ///< as the frame that holds it calls it, for messages
};

/// A type; only resources matter, value types are structural.
struct TypeItem {
  std::optional<ResourceSlot> resource;
};
struct ComponentItem {
  const component::Scope* scope = nullptr;
  const Frame* parent = nullptr;                     ///< where the component is defined, for outer aliases
  const component::ValidComponent* owner = nullptr;  ///< whose scopes and types these are
};
struct ModuleItem {
  core::ValidModule module;
};

struct InstanceItem;
using Item = std::variant<FuncItem, TypeItem, std::shared_ptr<const InstanceItem>, ComponentItem, ModuleItem>;
/// A component instance as its user sees it: names and items, in order.
struct InstanceItem {
  std::vector<std::pair<std::string, Item>> exports;
  std::unordered_map<std::string, std::size_t> index;
  void add(std::string name, Item item) {
    index.emplace(name, exports.size());
    exports.emplace_back(std::move(name), std::move(item));
  }
  [[nodiscard]] const Item* find(const std::string& name) const {
    auto it = index.find(name);
    return it == index.end() ? nullptr : &exports[it->second].second;
  }
};
/// An entry of a frame's instance space; `name` is the import's or export's name, for naming its functions.
struct NamedInstance {
  std::shared_ptr<const InstanceItem> item;
  std::string name;
};

/// A core instance: an instantiated module, or a bundle of items.
struct CoreBundle {
  std::unordered_map<std::string, CoreRef> exports;
};
using CoreInstanceItem = std::variant<CoreInstanceSlot, std::shared_ptr<const CoreBundle>>;

/// The index spaces of one component instance so far.
struct Frame {
  [[nodiscard]] const types::TypeArena& arena() const { return owner->types(); }

  const component::Scope* scope = nullptr;
  const Frame* parent = nullptr;  ///< where the component is defined
  const component::ValidComponent* owner = nullptr;
  ComponentInstanceSlot instance;
  std::map<types::ResourceId, ResourceSlot> resources;  ///< of the scope's abstract and own resources
  std::vector<FuncItem> funcs;
  std::vector<TypeItem> types;
  std::vector<NamedInstance> instances;
  std::vector<ComponentItem> components;
  std::vector<CoreInstanceItem> core_instances;
  std::vector<ModuleItem> core_modules;
  std::vector<CoreRef> core_funcs, core_tables, core_memories, core_globals, core_tags;
  std::size_t depth = 0;  ///< instances around this one
  InstanceItem exports;
};

/// What a component that is exported may refer to outside of itself: what its plan was made over.
struct Closure {
  std::deque<Frame> frames;
  std::deque<component::ValidComponent> owners;
  std::vector<std::shared_ptr<const Closure>> outer;  // owners: this, and parts
};

}  // namespace wcomp::link
