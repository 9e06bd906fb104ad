#include "wit/type_text.h"

#include "base/match.h"
#include "wit/names.h"

namespace wcomp::wit {

void write_definition(const Graph& graph, const types::TypeDef& def, const TypePiece& piece) {
  const auto text = [&](std::string_view s) { piece(s, nullptr); };
  const auto type = [&](types::ValType t) { write_type(graph, t, piece); };
  const auto one = [&](std::string_view word, const std::optional<types::ValType>& t) {
    text(word);
    if (!t) return;
    text("<");
    type(*t);
    text(">");
  };
  match(
      def, [&](const types::ListType& l) { one("list", l.element); },
      [&](const types::FixedListType& l) {
        text("list<");
        type(l.element);
        text(", " + std::to_string(l.length) + ">");
      },
      [&](const types::MapType& m) {
        text("map<");
        type(m.key);
        text(", ");
        type(m.value);
        text(">");
      },
      [&](const types::TupleType& tuple) {
        text("tuple<");
        for (std::size_t i = 0; i < tuple.types.size(); ++i) {
          if (i > 0) text(", ");
          type(tuple.types[i]);
        }
        text(">");
      },
      [&](const types::OptionType& o) { one("option", o.some); },
      [&](const types::ResultType& r) {
        if (!r.err) return one("result", r.ok);
        text("result<");
        if (r.ok) type(*r.ok);
        else text("_");
        text(", ");
        type(*r.err);
        text(">");
      },
      [&](const types::OwnType& o) { type(o.resource); }, [&](const types::BorrowType& b) { one("borrow", types::ValType(b.resource)); },
      [&](const types::StreamType& s) { one("stream", s.element); }, [&](const types::FutureType& f) { one("future", f.element); }, [&](const types::AliasType& a) { type(a.target); },
      [&](const types::ResourceType&) { text("resource"); }, [&](const types::RecordType&) { text("record"); }, [&](const types::VariantType&) { text("variant"); },
      [&](const types::EnumType&) { text("enum"); }, [&](const types::FlagsType&) { text("flags"); });
}

// Types without a name nest only as deep as the grammar allows.
void write_type(const Graph& graph, types::ValType type, const TypePiece& piece) {
  match(
      type, [&](types::Prim p) { piece(types::to_string(p), nullptr); },
      [&](types::TypeId id) {
        if (!graph.decl_of_type.contains(id)) return write_definition(graph, graph.types[id], piece);
        const TypeDeclId decl = graph.decl_of_type.at(id);
        piece(escape_name(graph.type_decls[decl].name), &decl);
      });
}

std::string type_text(const Graph& graph, types::ValType type) {
  std::string out;
  write_type(graph, type, [&](std::string_view text, const TypeDeclId*) { out += text; });
  return out;
}

void write_function(const Graph& graph, const Function& f, const TypePiece& piece) {
  const auto text = [&](std::string_view s) { piece(s, nullptr); };
  const bool is_constructor = f.kind == FuncKind::constructor;
  text(is_constructor ? "constructor(" : f.kind == FuncKind::static_ ? (f.type.is_async ? "static async func(" : "static func(") : f.type.is_async ? "async func(" : "func(");
  const std::size_t first = f.kind == FuncKind::method ? 1 : 0;
  for (std::size_t i = first; i < f.type.params.size(); ++i) {
    if (i > first) text(", ");
    text(escape_name(f.type.params[i].name) + ": ");
    write_type(graph, f.type.params[i].type, piece);
  }
  text(")");
  if (!f.type.result || (is_constructor && graph.types.get<types::OwnType>(*f.type.result) != nullptr)) return;
  text(" -> ");
  write_type(graph, *f.type.result, piece);
}

std::string function_text(const Graph& graph, const Function& f) {
  std::string out;
  write_function(graph, f, [&](std::string_view text, const TypeDeclId*) { out += text; });
  return out;
}

}  // namespace wcomp::wit
