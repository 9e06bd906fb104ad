#include "wit/resolve/copy_types.h"

#include <fmt/format.h>

#include "base/match.h"

namespace wcomp::wit {

TypeDeclId TypeCopier::copy(TypeDeclId id) {
  if (const auto known = decls_.find(id); known != decls_.end()) return known->second;
  TypeDecl decl = graph_.type_decls[id];
  const types::TypeDef def = graph_.types[decl.type];
  // A `use` goes on naming the other interface's type; everything else is rebuilt from copied parts.
  const types::TypeId type = graph_.types.add(decl.is_use ? def : copy_def(def));
  types_.emplace(decl.type, type);
  decl.type = type;
  decl.owner = to_;
  if (const auto renamed = renames_.find(decl.name); renamed != renames_.end()) decl.name = renamed->second;
  if (decl.alias_of) {
    if (const auto known = decls_.find(*decl.alias_of); known != decls_.end()) decl.alias_of = known->second;
  }
  const TypeDeclId made = graph_.type_decls.add(std::move(decl));
  graph_.decl_of_type.emplace(type, made);
  decls_.emplace(id, made);
  return made;
}

void TypeCopier::map_to(TypeDeclId decl, TypeDeclId other) {
  decls_.emplace(decl, other);
  types_.emplace(graph_.type_decls[decl].type, graph_.type_decls[other].type);
}

Function TypeCopier::copy(const Function& f) {
  Function out = f;
  for (types::Param& p : out.type.params) p.type = copy(p.type);
  out.type.result = copy(out.type.result);
  if (!out.resource) return out;
  out.resource = copy(*out.resource);
  const std::string& name = graph_.type_decls[*out.resource].name;
  switch (out.kind) {
    case FuncKind::constructor:
      out.name = name;
      out.abi_name = fmt::format("[constructor]{}", name);
      break;
    case FuncKind::method: out.abi_name = fmt::format("[method]{}.{}", name, out.name); break;
    case FuncKind::static_: out.abi_name = fmt::format("[static]{}.{}", name, out.name); break;
    case FuncKind::freestanding: break;
  }
  return out;
}

types::ValType TypeCopier::copy(types::ValType t) {
  const auto* id = std::get_if<types::TypeId>(&t);
  if (id == nullptr) return t;
  if (const auto known = types_.find(*id); known != types_.end()) return known->second;
  if (const TypeDecl* decl = graph_.decl(*id)) {
    if (decl->owner != from_) return t;
    return graph_.type_decls[copy(graph_.decl_of_type.at(*id))].type;
  }
  // Anonymous: its nesting is bounded by the grammar.
  const types::TypeDef def = graph_.types[*id];
  const types::TypeId made = graph_.types.add(copy_def(def));
  types_.emplace(*id, made);
  return made;
}

types::TypeDef TypeCopier::copy_def(const types::TypeDef& def) {
  const auto handle = [&](types::TypeId resource) { return std::get<types::TypeId>(copy(types::ValType(resource))); };
  return match(
      def,
      [&](types::RecordType r) -> types::TypeDef {
        for (types::Field& f : r.fields) f.type = copy(f.type);
        return r;
      },
      [&](types::VariantType v) -> types::TypeDef {
        for (types::Case& c : v.cases) c.type = copy(c.type);
        return v;
      },
      [&](types::TupleType tuple) -> types::TypeDef {
        for (types::ValType& t : tuple.types) t = copy(t);
        return tuple;
      },
      [&](const types::ListType& l) -> types::TypeDef { return types::ListType{copy(l.element)}; },
      [&](const types::FixedListType& l) -> types::TypeDef { return types::FixedListType{copy(l.element), l.length}; },
      [&](const types::MapType& m) -> types::TypeDef { return types::MapType{copy(m.key), copy(m.value)}; },
      [&](const types::OptionType& o) -> types::TypeDef { return types::OptionType{copy(o.some)}; },
      [&](const types::ResultType& r) -> types::TypeDef { return types::ResultType{copy(r.ok), copy(r.err)}; },
      [&](const types::OwnType& o) -> types::TypeDef { return types::OwnType{handle(o.resource)}; },
      [&](const types::BorrowType& b) -> types::TypeDef { return types::BorrowType{handle(b.resource)}; },
      [&](const types::StreamType& s) -> types::TypeDef { return types::StreamType{copy(s.element)}; },
      [&](const types::FutureType& f) -> types::TypeDef { return types::FutureType{copy(f.element)}; },
      [&](const types::AliasType& a) -> types::TypeDef { return types::AliasType{copy(a.target)}; },
      [&](const types::ResourceType&) -> types::TypeDef { return types::ResourceType{graph_.types.new_resource()}; },
      [](const auto& same) -> types::TypeDef { return same; });
}

}  // namespace wcomp::wit
