// WIT types as definitions in one scope of a component: the component itself, an instance type, or a nested component.
#pragma once

#include <functional>
#include <map>

#include "component/component.h"
#include "wit/graph.h"

namespace wcomp::component {

/// A declared type of one graph.
struct Decl {
  const wit::Graph* graph = nullptr;
  wit::TypeDeclId id;
  [[nodiscard]] const wit::TypeDecl& operator*() const { return graph->type_decls[id]; }
  [[nodiscard]] const wit::TypeDecl* operator->() const { return &graph->type_decls[id]; }
};

/// What a declaration says: a resource, another name for a declared type, or a structure of its own.
struct DeclBody {
  bool is_resource = false;
  std::optional<Decl> alias_of;
  std::optional<types::ValType> structure;  ///< a primitive, or an entry without a name that is no alias
};
[[nodiscard]] DeclBody body_of(const Decl& decl);
/// The declaration behind aliases of declared types.
[[nodiscard]] Decl behind_aliases(Decl decl);

/// Calls `visit` for each declared type that the type mentions, not going into those.
void for_each_decl(const wit::Graph& graph, types::ValType type, const std::function<void(Decl)>& visit);
/// The same for the parts of an entry, whether it has a name or not.
void for_each_decl_inside(const wit::Graph& graph, types::TypeId id, const std::function<void(Decl)>& visit);
void for_each_decl(const wit::Graph& graph, const types::FuncType& type, const std::function<void(Decl)>& visit);

/// Writes types of WIT graphs into a scope. What a declared type is there, and how a definition is added, is the scope's business.
class TypeWriter {
 public:
  TypeWriter(std::function<TypeIdx(DefType)> define, std::function<TypeIdx(Decl)> named) : define_(std::move(define)), named_(std::move(named)) {}

  [[nodiscard]] ValTypeRef val_type(const wit::Graph& graph, types::ValType t);
  [[nodiscard]] TypeIdx func_type(const wit::Graph& graph, const types::FuncType& t);
  /// A new definition with the structure of an entry (or a primitive), never shared: the body of a declared type.
  [[nodiscard]] TypeIdx define_structure(const wit::Graph& graph, types::ValType t);

 private:
  [[nodiscard]] DefValType def_val_type(const wit::Graph& graph, types::TypeId id);
  [[nodiscard]] std::optional<ValTypeRef> val_type(const wit::Graph& graph, const std::optional<types::ValType>& t);
  [[nodiscard]] TypeIdx handle_target(const wit::Graph& graph, types::TypeId t);
  TypeIdx intern(DefType t);

  std::function<TypeIdx(DefType)> define_;
  std::function<TypeIdx(Decl)> named_;
  std::map<Bytes, TypeIdx> known_;
};

}  // namespace wcomp::component
