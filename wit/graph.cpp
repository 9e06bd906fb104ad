#include "wit/graph.h"

#include <fmt/format.h>

namespace wcomp::wit {

std::string PackageName::to_string() const {
  return version ? fmt::format("{}:{}@{}", ns, name, version->to_string()) : fmt::format("{}:{}", ns, name);
}

std::string Graph::interface_id_name(InterfaceId id) const {
  const Interface& i = interfaces[id];
  if (!i.name) return {};
  const PackageName& p = packages[i.package].name;
  std::string out;
  out.reserve(p.ns.size() + p.name.size() + i.name->size() + 16);
  out.append(p.ns).append(":").append(p.name).append("/").append(*i.name);
  if (p.version) out.append("@").append(p.version->to_string());
  return out;
}

const TypeDecl* Graph::decl(types::TypeId id) const {
  return decl_of_type.contains(id) ? &type_decls[decl_of_type.at(id)] : nullptr;
}

TypeDeclId Graph::resolve_decl(TypeDeclId id) const {
  while (type_decls[id].alias_of) id = *type_decls[id].alias_of;
  return id;
}

}  // namespace wcomp::wit
