// Exported interfaces: their types in the component, and the instance that gives those types names.
//
// A function of an exported interface may mention only types that the instance exports, so the instance comes from a nested component which
// imports the lifted functions with the types they are about and exports both (Explainer.md "Import and Export Definitions"; the reference
// tools do the same).
#pragma once

#include "component/componentize/main_module.h"

namespace wcomp::component {

class Exports {
 public:
  /// `names`: of the graph whose world exports; null when there is no world.
  Exports(Builder& out, Imports& imports, const WorldNames* names)
      : out_(out), imports_(imports), names_(names), writer_([this](DefType t) { return out_.type(std::move(t)); }, [this](Decl d) { return type(d); }) {}

  /// Tells the imports which of their types the exports mention. Before Imports::write.
  void collect(const WorldExport& e);
  void collect_type(Decl decl);
  /// A resource of an exported interface, once it is defined.
  void define_resource(Decl decl, TypeIdx type) { types_[{decl.graph, decl.id}] = type; }
  /// A declared type in the component's scope: defined here if its interface is exported, else imported.
  [[nodiscard]] TypeIdx type(Decl decl);
  /// The same as others may see it: the type of an interface that is exported already, through that export.
  [[nodiscard]] TypeIdx visible_type(Decl decl, wit::InterfaceId from);
  [[nodiscard]] TypeIdx func_type(const wit::Graph& graph, const types::FuncType& t) { return writer_.func_type(graph, t); }
  /// Exports the interface; `funcs` are its lifted functions in order.
  void write_interface(const WorldExport& e, const std::vector<FuncIdx>& funcs);

 private:
  [[nodiscard]] bool is_exported(Decl decl) const;

  Builder& out_;
  Imports& imports_;
  const WorldNames* names_;
  std::map<std::pair<const wit::Graph*, wit::TypeDeclId>, TypeIdx> types_;
  std::set<std::pair<const wit::Graph*, wit::TypeDeclId>> collected_;
  std::map<wit::InterfaceId, InstanceIdx> written_;                     ///< of the world's graph
  std::map<wit::TypeDeclId, TypeIdx> visible_;                          ///< aliases of types in those
  TypeWriter writer_;
};

}  // namespace wcomp::component
