// Exported interfaces: their types in the component, and the instance that gives those types names.
//
// A function of an exported interface may mention only types that the instance exports, so the instance comes from a nested component which
// imports the lifted functions with the types they are about and exports both (Explainer.md "Import and Export Definitions"; the reference
// tools do the same).
#pragma once

#include "component/componentize/imports.h"
#include "component/componentize/module_use.h"

namespace wcomp::component {

class Exports {
 public:
  Exports(Builder& out, Imports& imports, const World& world) : out_(out), imports_(imports), world_(world) {}

  /// Tells the imports which of their types the exports mention. Before Imports::write.
  void collect(const WorldExport& e);
  void collect_type(Decl decl, const Place& place);
  /// A resource of an exported interface, once it is defined.
  void define_resource(const Place& place, Decl decl, TypeIdx type) { types_[{place.name, decl.id}] = type; }
  /// The types that were collected, each after those it needs.
  void define_types();
  /// A declared type in the component's scope, spoken of by an export: defined here if its interface is exported, else imported.
  [[nodiscard]] TypeIdx type(Decl decl, const Place& place);
  /// The same as others may see it: the type of an interface that is exported already, through that export.
  [[nodiscard]] TypeIdx visible_type(Decl decl, const Place& from);
  [[nodiscard]] TypeIdx func_type(const Place& place, const types::FuncType& t);
  /// A value type, and the index of the type of a stream or future.
  [[nodiscard]] ValTypeRef val_type(const Place& place, types::ValType t);
  /// Exports the interface; `funcs` are its lifted functions in order.
  void write_interface(const WorldExport& e, const std::vector<FuncIdx>& funcs);
  [[nodiscard]] const World& world() const { return world_; }

 private:
  TypeWriter& writer(const Place& place);

  Builder& out_;
  Imports& imports_;
  const World& world_;
  using Key = std::pair<std::string, wit::TypeDeclId>;
  std::map<Key, TypeIdx> types_;
  std::map<wit::TypeDeclId, std::map<std::string, Place>> collected_;
  std::map<std::string, InstanceIdx> written_;
  std::map<Key, TypeIdx> visible_;              ///< aliases of types in those
  std::map<std::string, TypeWriter> writers_;   ///< by place: the same declaration may be another type at another place
};

}  // namespace wcomp::component
