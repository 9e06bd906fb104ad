// The walk behind plan(): instantiates components symbolically, one Frame each, and writes down the steps.
#pragma once

#include <deque>
#include <memory>
#include <set>

#include "link/frame.h"
#include "link/types.h"

namespace wcomp::link {

class Planner {
 public:
  explicit Planner(const HostParts& parts) : parts_(parts), copier_(plan_) {}
  [[nodiscard]] Result<Plan> run(const ComponentPart& component);

 private:
  using Args = std::unordered_map<std::string, Item>;

  // Instantiating (planner.cpp). `args` is null for the root, whose imports are the host's.
  Result<Frame*> instantiate(const ComponentItem& component, const Frame* instantiator, const Args* args, std::string path);
  /// A part that a host gave, kept for as long as its frames.
  ComponentItem keep(const ComponentPart& part);
  /// The failure with the definition as its place, unless it has one.
  [[nodiscard]] Failure at(const Frame& f, const component::Definition& definition, Failure failure) const;
  Result<void> define(Frame& f, const component::Definition& d, const Args* args);
  Result<void> core_instance(Frame& f, const component::CoreInstance& d);
  Result<void> instance(Frame& f, const component::Instance& d);
  Result<void> import(Frame& f, const component::Import& d, const Args* args);
  Result<void> export_(Frame& f, const component::Export& d);
  Result<void> define_type(Frame& f, const component::DefType& d);
  Result<void> canon(Frame& f, const component::Canon& d);

  // Aliases and items (items.cpp).
  Result<void> alias(Frame& f, const component::Alias& d);
  Result<Item> item(const Frame& f, component::SortIdx s, std::string_view name);
  Result<CoreRef> core_item(const Frame& f, component::SortIdx s);
  Result<void> push(Frame& f, component::Sort sort, Item item, std::string_view name);
  Result<void> push_core(Frame& f, component::Sort sort, CoreRef ref);
  Result<CoreRef> core_export(const CoreInstanceItem& instance, const std::string& name);
  /// Learns which slots a type's abstract resources stand for, from an item that has that type.
  Result<void> bind(Frame& f, const component::Entity& entity, const Item& item);
  /// An item that the host provides.
  Result<Item> host_item(Frame& f, const component::Entity& entity, const std::string& interface, const std::string& name);
  Result<Item> host_module(const Frame& f, const component::ModuleType& type, const std::string& interface, const std::string& name);
  Result<Item> host_component(const Frame& f, const component::Entity& entity, const std::string& interface, const std::string& name);

  // Functions (functions.cpp).
  Result<void> lift(Frame& f, const component::CanonLift& d);
  Result<void> lower(Frame& f, const component::CanonLower& d);
  Result<std::pair<ModuleSlot, std::vector<ResourceSlot>>> adapter(const cabi::AdapterSide& lower, cabi::AdapterSide lift, const types::FuncType& type,
                                                                    ComponentInstanceSlot caller, ComponentInstanceSlot callee);
  Options options(const Frame& f, const component::CanonOpts& o, std::optional<core::MemType>& memory_type);
  Result<void> root_exports(const Frame& root);
  Result<void> exported_instance(const std::string& name, const InstanceItem& instance);
  void export_part(const std::string& interface, const std::string& name, const Item& item);
  Result<std::optional<LiftedFunc>> lifted(const FuncItem& item, std::string name);
  /// cabi::AdapterSide::borrows_reps
  [[nodiscard]] bool borrows_reps(const types::FuncType& type, ComponentInstanceSlot caller, ComponentInstanceSlot callee) const;
  [[nodiscard]] cabi::Adapter fuse(const types::FuncType& type, const cabi::AdapterSide& lower, const cabi::AdapterSide& lift) const;
  void needs_import(const HostItem& host, const types::FuncType& type);

  Result<void> spend(std::uint64_t work);
  /// What copying, shaping and fusing a type costs.
  Result<void> spend_on(const std::string& signature) { return spend(1 + signature.size() / 16); }
  CoreFuncSlot new_core_func() { return CoreFuncSlot(plan_.core_funcs++); }
  ResourceSlot new_resource(Resource r);
  Result<ResourceSlot> resource_of(const Frame& f, component::TypeIdx type);

  ModuleSlot slot_of(const core::ValidModule& module);

  const HostParts& parts_;
  Plan plan_;
  TypeCopier copier_;
  std::deque<Frame> frames_;
  std::deque<component::ValidComponent> owners_;
  std::vector<std::shared_ptr<const Closure>> outer_;  ///< those of parts
  std::unordered_map<const core::Module*, ModuleSlot> module_slots_;
  std::vector<ModuleSlot> instance_modules_;  ///< by CoreInstanceSlot
  std::unordered_map<std::size_t, std::unordered_map<std::string_view, const core::Export*>> module_exports_;  ///< by ModuleSlot
  struct AdapterMade {
    ModuleSlot module;
    std::vector<ResourceSlot> resources;
  };
  std::map<std::string, AdapterMade> adapters_;
  std::set<std::pair<std::string, std::string>> imports_;  ///< those in Plan::imports
  std::uint64_t work_ = 0;
};

}  // namespace wcomp::link
