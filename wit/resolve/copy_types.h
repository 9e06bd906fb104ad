// Types of an included world, or of an inline interface in it, made anew for the world that includes it: they belong to it and may have
// another name there.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <variant>

#include "wit/graph.h"

namespace wcomp::wit {

class TypeCopier {
 public:
  using Owner = std::variant<std::monostate, InterfaceId, WorldId>;
  using Renames = std::map<std::string, std::string, std::less<>>;
  /// `renames` has to outlive the copier.
  TypeCopier(Graph& graph, Owner from, Owner to, const Renames& renames) : graph_(graph), from_(from), to_(to), renames_(renames) {}

  TypeDeclId copy(TypeDeclId decl);
  [[nodiscard]] Function copy(const Function& f);
  /// From now on `decl` of the included world stands for `other`.
  void map_to(TypeDeclId decl, TypeDeclId other);

 private:
  types::ValType copy(types::ValType t);
  std::optional<types::ValType> copy(const std::optional<types::ValType>& t) { return t ? std::optional(copy(*t)) : std::nullopt; }
  /// The same type with its parts copied; for a resource a new one.
  types::TypeDef copy_def(const types::TypeDef& def);

  Graph& graph_;
  Owner from_, to_;
  const Renames& renames_;
  std::unordered_map<types::TypeId, types::TypeId> types_;
  std::unordered_map<TypeDeclId, TypeDeclId> decls_;
};

}  // namespace wcomp::wit
