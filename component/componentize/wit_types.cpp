#include "component/componentize/wit_types.h"

#include "base/match.h"
#include "component/def_val_type.h"
#include "component/encode.h"

namespace wcomp::component {

namespace {

std::optional<Decl> decl_of(const wit::Graph& graph, types::TypeId id) {
  const auto found = graph.decl_of_type.find(id);
  if (found == graph.decl_of_type.end()) return std::nullopt;
  return Decl{&graph, found->second};
}

}  // namespace

DeclBody body_of(const Decl& decl) {
  const wit::TypeDecl& d = *decl;
  DeclBody body;
  if (d.alias_of) {
    body.alias_of = Decl{decl.graph, *d.alias_of};
    return body;
  }
  types::ValType t = d.type;
  for (;;) {
    const auto* id = std::get_if<types::TypeId>(&t);
    if (id == nullptr) break;
    if (*id != d.type) {
      if (auto named = decl_of(*decl.graph, *id)) {
        body.alias_of = named;
        return body;
      }
    }
    const types::TypeDef& def = decl.graph->types[*id];
    if (std::holds_alternative<types::ResourceType>(def)) {
      body.is_resource = true;
      return body;
    }
    const auto* alias = std::get_if<types::AliasType>(&def);
    if (alias == nullptr) break;
    t = alias->target;
  }
  body.structure = t;
  return body;
}

Decl behind_aliases(Decl decl) {
  for (;;) {
    DeclBody body = body_of(decl);
    if (!body.alias_of) return decl;
    decl = *body.alias_of;
  }
}

void for_each_decl_inside(const wit::Graph& graph, types::TypeId id, const std::function<void(Decl)>& visit) {
  const auto each = [&](types::ValType t) { for_each_decl(graph, t, visit); };
  const auto maybe = [&](const std::optional<types::ValType>& t) {
    if (t) each(*t);
  };
  match(
      graph.types[id],
      [&](const types::RecordType& r) {
        for (const auto& f : r.fields) each(f.type);
      },
      [&](const types::VariantType& v) {
        for (const auto& c : v.cases) maybe(c.type);
      },
      [&](const types::TupleType& t) {
        for (const auto& e : t.types) each(e);
      },
      [&](const types::ListType& l) { each(l.element); }, [&](const types::FixedListType& l) { each(l.element); },
      [&](const types::MapType& m) { each(m.key), each(m.value); }, [&](const types::OptionType& o) { each(o.some); },
      [&](const types::ResultType& r) { maybe(r.ok), maybe(r.err); }, [&](const types::OwnType& o) { each(o.resource); },
      [&](const types::BorrowType& b) { each(b.resource); }, [&](const types::StreamType& s) { maybe(s.element); },
      [&](const types::FutureType& f) { maybe(f.element); }, [&](const types::AliasType& a) { each(a.target); },
      [](const types::FlagsType&) {}, [](const types::EnumType&) {}, [](const types::ResourceType&) {});
}

void for_each_decl(const wit::Graph& graph, types::ValType type, const std::function<void(Decl)>& visit) {
  const auto* id = std::get_if<types::TypeId>(&type);
  if (id == nullptr) return;
  if (auto decl = decl_of(graph, *id)) return visit(*decl);
  for_each_decl_inside(graph, *id, visit);
}

void for_each_decl(const wit::Graph& graph, const types::FuncType& type, const std::function<void(Decl)>& visit) {
  for (const types::Param& p : type.params) for_each_decl(graph, p.type, visit);
  if (type.result) for_each_decl(graph, *type.result, visit);
}

TypeIdx TypeWriter::intern(DefType t) {
  Bytes key = encode_def_type(t);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const TypeIdx index = define_(std::move(t));
  known_.emplace(std::move(key), index);
  return index;
}

ValTypeRef TypeWriter::val_type(const wit::Graph& graph, types::ValType t) {
  if (const auto* p = std::get_if<types::Prim>(&t)) return *p;
  const types::TypeId id = std::get<types::TypeId>(t);
  if (auto decl = decl_of(graph, id)) return named_(*decl);
  if (const auto* alias = std::get_if<types::AliasType>(&graph.types[id])) return val_type(graph, alias->target);
  return intern(def_val_type(graph, id));
}

std::optional<ValTypeRef> TypeWriter::val_type(const wit::Graph& graph, const std::optional<types::ValType>& t) {
  if (!t) return std::nullopt;
  return val_type(graph, *t);
}

TypeIdx TypeWriter::handle_target(const wit::Graph& graph, types::TypeId t) {
  const ValTypeRef ref = val_type(graph, types::ValType(t));
  WCOMP_CHECK(std::holds_alternative<TypeIdx>(ref));
  return std::get<TypeIdx>(ref);
}

TypeIdx TypeWriter::func_type(const wit::Graph& graph, const types::FuncType& t) {
  FuncTypeRef out;
  for (const types::Param& p : t.params) out.params.push_back({p.name, val_type(graph, p.type)});
  out.result = val_type(graph, t.result);
  out.is_async = t.is_async;
  return intern(std::move(out));
}

TypeIdx TypeWriter::define_structure(const wit::Graph& graph, types::ValType t) {
  if (const auto* p = std::get_if<types::Prim>(&t)) return define_(DefValType(*p));
  return define_(def_val_type(graph, std::get<types::TypeId>(t)));
}

DefValType TypeWriter::def_val_type(const wit::Graph& graph, types::TypeId id) {
  Result<DefValType> out = to_def_val_type(graph.types[id], {.value = [&](const types::ValType& t) { return val_type(graph, t); },
                                                             .resource = [&](types::TypeId t) { return handle_target(graph, t); }});
  WCOMP_CHECK(out.has_value() && "resources have declarations, val_type looks through aliases");
  return *std::move(out);
}

}  // namespace wcomp::component
