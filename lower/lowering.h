// Carrying out a plan into a Merger: lower.cpp has the steps, adapters.cpp the functions between instances and the host, and what they ask for.
#pragma once

#include <map>

#include "link/plan.h"
#include "lower/bodies.h"
#include "lower/merge.h"

namespace wcomp::lower {

/// A party of a call: a component instance, or (none) the host.
using Party = std::optional<link::ComponentInstanceSlot>;

/// One side of an adapter, in the merged module.
struct BoundSide {
  Party party;
  cabi::StringEncoding encoding{};
  std::optional<Item> memory, realloc, post_return;
};

/// What an adapter is bound to.
struct Binding {
  BoundSide sides[2];  ///< by cabi::Side
  Item callee;
  std::vector<link::ComponentInstanceSlot> entered_ancestors;
  std::vector<link::ResourceSlot> resources;
};

// Names of core imports, in the C form of the ABI.
[[nodiscard]] std::string import_module(const std::string& interface);
[[nodiscard]] std::string new_name(const std::string& resource);
[[nodiscard]] std::string rep_name(const std::string& resource);
[[nodiscard]] std::string drop_name(const std::string& resource);

class Lowering {
 public:
  explicit Lowering(const link::Plan& plan) : plan_(plan) {}
  [[nodiscard]] Result<Bytes> run();

 private:
  // lower.cpp
  Result<void> import_from_host();
  void import_func(const std::string& module, const std::string& name, const core::FuncType& type);
  void import_exported_resources();
  Result<void> host_modules();
  Result<void> step(const link::Step& s);
  Result<void> instantiate(const link::InstantiateModule& s);
  Result<void> export_func(const link::LiftedFunc& f, const std::string& name);
  Result<void> exports();
  [[nodiscard]] Item resolve(const link::CoreRef& ref) const;
  [[nodiscard]] BoundSide side(const link::Options& o) const;
  [[nodiscard]] BoundSide host_side() const;
  [[nodiscard]] Item import(const std::string& module, const std::string& name) const { return imports_.at({module, name}); }

  // adapters.cpp
  /// The function as one that exceptions do not leave, as between instances in the runtime: they are traps.
  Result<Item> stop_exceptions(Item func, const core::FuncType& type);
  Result<Item> adapter(const core::ValidModule& module, const Binding& b, std::string_view label);
  Result<Item> fused(const cabi::FuncShape& shape, const cabi::AdapterSide& lower, const cabi::AdapterSide& lift, Binding b, std::string_view label);
  Result<Item> host_function(const link::LowerImport& s);
  Result<Item> exported(const link::LiftedFunc& f, std::optional<Item>& post_return);
  Result<Item> handed(const link::LiftedFunc& f, std::optional<Item>& post_return);
  Result<InstanceIdx> intrinsics(const core::Module& adapter, const Binding& b);
  Result<void> string_intrinsics(Glue& glue, const Binding& b);
  Result<void> transfer_own(Glue& glue, const Binding& b);
  Result<void> transfer_borrow(Glue& glue, const Binding& b);
  Result<void> lend_rep(Glue& glue, const Binding& b);
  Result<void> call_scopes(Glue& glue, const Binding& b);
  Result<InstanceIdx> strings(Item src, Item dst);

  // resources.cpp
  Result<InstanceIdx> scopes();
  Result<InstanceIdx> handles(link::ComponentInstanceSlot instance);
  Result<void> use_handles(Glue& glue, std::string_view prefix, link::ComponentInstanceSlot instance);
  /// Code that ends the resource whose representation is local `$rep`, as `caller` does it; imports what it calls.
  Result<std::string> destroy(Glue& glue, link::ResourceSlot r, Party caller);
  Result<Item> resource_new(const link::ResourceNew& s);
  Result<Item> resource_rep(const link::ResourceRep& s);
  Result<Item> resource_drop(const link::ResourceDrop& s);
  Result<void> export_destructors();
  /// Where a resource of the composition is exported; nothing: it is not.
  struct Exported {
    std::string interface, name;
    [[nodiscard]] std::string import_module() const { return "[export]" + interface; }
  };
  [[nodiscard]] Result<Exported> exported(link::ResourceSlot r) const;
  [[nodiscard]] const link::HostResource* host_resource(link::ResourceSlot r) const { return std::get_if<link::HostResource>(&plan_.resources[r.value].origin); }
  [[nodiscard]] const link::GuestResource* guest_resource(link::ResourceSlot r) const { return std::get_if<link::GuestResource>(&plan_.resources[r.value].origin); }
  static std::uint32_t type_number(link::ResourceSlot r) { return static_cast<std::uint32_t>(r.value) + 1; }

  [[nodiscard]] Item on_host_side(std::string_view name) const { return merger_.export_of(host_module_, name); }
  [[nodiscard]] Item flags(Party p) const;
  void use_trap(Glue& glue) const;

  const link::Plan& plan_;
  Merger merger_;
  std::map<std::pair<std::string, std::string>, Item> imports_;
  std::map<link::ResourceSlot, Exported> exported_resources_;
  InstanceIdx host_module_, flags_module_;
  std::vector<InstanceIdx> core_instances_;
  std::vector<Item> core_funcs_;
  std::optional<InstanceIdx> scopes_;
  std::map<link::ComponentInstanceSlot, InstanceIdx> handles_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, InstanceIdx> strings_;  ///< by memories
  bool uses_host_memory_ = false;
  bool has_exceptions_ = false;
};

}  // namespace wcomp::lower
