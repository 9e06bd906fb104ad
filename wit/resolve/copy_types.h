// Types of an included world, made anew for the world that includes it: they belong to it and may have another name there.
#pragma once

#include <map>
#include <string>

#include "wit/graph.h"

namespace wcomp::wit {

class TypeCopier {
 public:
  /// `renames` has to outlive the copier.
  TypeCopier(Graph& graph, WorldId from, WorldId to, const std::map<std::string, std::string, std::less<>>& renames) : graph_(graph), from_(from), to_(to), renames_(renames) {}

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
  WorldId from_, to_;
  const std::map<std::string, std::string, std::less<>>& renames_;
  std::map<types::TypeId, types::TypeId> types_;
  std::map<TypeDeclId, TypeDeclId> decls_;
};

}  // namespace wcomp::wit
