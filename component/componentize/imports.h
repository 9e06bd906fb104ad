// What the component imports: collected from the main module and the adapter, merged by name, then written as instance imports.
//
// Two graphs may mention the same interface (the guest's WIT and the adapter's); functions and types are merged by name. First everything
// is collected (`use_func`, `use_type`), then `write` emits the imports, each after those whose types it needs; afterwards functions and types
// can be taken by alias.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "component/builder.h"
#include "component/componentize/wit_types.h"

namespace wcomp::component {

/// The names under which a world knows its interfaces: those of inline interfaces are in the world only.
class WorldNames {
 public:
  WorldNames(const wit::Graph& graph, std::optional<wit::WorldId> world);
  [[nodiscard]] const wit::Graph& graph() const { return *graph_; }
  [[nodiscard]] std::string of(wit::InterfaceId id) const;
  [[nodiscard]] bool is_exported(wit::InterfaceId id) const { return exported_.contains(id); }

 private:
  const wit::Graph* graph_;
  std::map<wit::InterfaceId, std::string> inline_;
  std::map<wit::InterfaceId, bool> exported_;
};

class Imports {
 public:
  explicit Imports(Builder& out) : out_(out) {}

  /// A source of names; must live as long as this.
  void add_source(const WorldNames& names) { sources_[&names.graph()] = &names; }
  /// `interface_name` empty: a function of the world itself.
  void use_func(const wit::Graph& graph, const std::string& interface_name, const wit::Function& func);
  void use_type(Decl decl);
  void write();

  [[nodiscard]] FuncIdx func(const std::string& interface_name, const std::string& name);
  [[nodiscard]] TypeIdx type(Decl decl);

 private:
  struct FuncUse {
    const wit::Graph* graph;
    const wit::Function* func;
  };
  struct Need {
    std::vector<FuncUse> funcs;
    std::vector<Decl> types;
    std::optional<InstanceIdx> instance;
    std::map<std::string, FuncIdx> func_idx;
    std::map<std::string, TypeIdx> type_idx;  ///< in the component's scope
  };
  [[nodiscard]] std::string owner_name(Decl decl) const;  ///< empty: the world
  void write_interface(const std::string& name, Need& need);
  TypeIdx write_root_type(Decl decl);

  Builder& out_;
  std::map<const wit::Graph*, const WorldNames*> sources_;
  std::map<std::string, Need> needs_;
  std::vector<std::string> order_;
};

}  // namespace wcomp::component
