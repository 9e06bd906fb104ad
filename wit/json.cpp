// The graph in the JSON schema of `wasm-tools component wit --json`: four arrays that refer to each other by index.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/match.h"
#include "wit/wit.h"

namespace wcomp::wit {

namespace {

using Json = nlohmann::ordered_json;

class Writer {
 public:
  explicit Writer(const Graph& graph) : graph_(graph) {}

  Json run() {
    Json out = {{"worlds", Json::array()}, {"interfaces", Json::array()}, {"types", Json::array()}, {"packages", Json::array()}};
    for (const World& w : graph_.worlds) out["worlds"].push_back(world(w));
    for (const Interface& i : graph_.interfaces) out["interfaces"].push_back(interface(i));
    for (std::size_t t = 0; t < graph_.types.size(); ++t) out["types"].push_back(type(types::TypeId(t)));
    for (const Package& p : graph_.packages) out["packages"].push_back(package(p));
    return out;
  }

 private:
  static void annotate(Json& out, const std::string& docs, const Stability& s) {
    if (!docs.empty()) out["docs"] = {{"contents", docs}};
    if (s.unstable_feature) out["stability"]["unstable"]["feature"] = *s.unstable_feature;
    if (s.since) out["stability"]["stable"]["since"] = s.since->to_string();
    if (s.deprecated) out["stability"][s.since ? "stable" : "unstable"]["deprecated"] = s.deprecated->to_string();
  }
  static Json value(types::ValType t) {
    return match(t, [](types::Prim p) { return Json(types::to_string(p)); }, [](types::TypeId id) { return Json(id.value); });
  }
  static Json value(const std::optional<types::ValType>& t) { return t ? value(*t) : Json(nullptr); }

  Json type(types::TypeId id) {
    const TypeDecl* decl = graph_.decl(id);
    Json out = {{"name", decl == nullptr ? Json(nullptr) : Json(decl->name)}, {"kind", kind(graph_.types[id], decl)}, {"owner", nullptr}};
    if (decl == nullptr) return out;
    match(
        decl->owner, [](std::monostate) {}, [&](InterfaceId i) { out["owner"] = {{"interface", i.value}}; }, [&](WorldId w) { out["owner"] = {{"world", w.value}}; });
    annotate(out, decl->is_use ? "" : decl->docs, decl->stability);
    return out;
  }
  static Json named(const std::string& name, const TypeDecl* decl, std::size_t i) {
    Json out = {{"name", name}};
    if (decl != nullptr && i < decl->member_docs.size() && !decl->member_docs[i].empty()) out["docs"] = {{"contents", decl->member_docs[i]}};
    return out;
  }
  static Json names(const std::vector<std::string>& list, const TypeDecl* decl) {
    Json out = Json::array();
    for (std::size_t i = 0; i < list.size(); ++i) out.push_back(named(list[i], decl, i));
    return out;
  }
  static Json kind(const types::TypeDef& def, const TypeDecl* decl) {
    return match(
        def,
        [&](const types::RecordType& r) {
          Json fields = Json::array();
          for (std::size_t i = 0; i < r.fields.size(); ++i) {
            fields.push_back(named(r.fields[i].name, decl, i));
            fields.back()["type"] = value(r.fields[i].type);
          }
          return Json{{"record", {{"fields", fields}}}};
        },
        [&](const types::VariantType& v) {
          Json cases = Json::array();
          for (std::size_t i = 0; i < v.cases.size(); ++i) {
            cases.push_back(named(v.cases[i].name, decl, i));
            cases.back()["type"] = value(v.cases[i].type);
          }
          return Json{{"variant", {{"cases", cases}}}};
        },
        [&](const types::EnumType& e) { return Json{{"enum", {{"cases", names(e.names, decl)}}}}; },
        [&](const types::FlagsType& f) { return Json{{"flags", {{"flags", names(f.names, decl)}}}}; },
        [](const types::ListType& l) { return Json{{"list", value(l.element)}}; },
        [](const types::FixedListType& l) { return Json{{"fixed-length-list", Json::array({value(l.element), l.length})}}; },
        [](const types::MapType& m) { return Json{{"map", Json::array({value(m.key), value(m.value)})}}; },
        [](const types::TupleType& t) {
          Json parts = Json::array();
          for (const types::ValType& p : t.types) parts.push_back(value(p));
          return Json{{"tuple", {{"types", parts}}}};
        },
        [](const types::OptionType& o) { return Json{{"option", value(o.some)}}; },
        [](const types::ResultType& r) { return Json{{"result", {{"ok", value(r.ok)}, {"err", value(r.err)}}}}; },
        [](const types::OwnType& o) { return Json{{"handle", {{"own", o.resource.value}}}}; },
        [](const types::BorrowType& b) { return Json{{"handle", {{"borrow", b.resource.value}}}}; },
        [](const types::StreamType& s) { return Json{{"stream", value(s.element)}}; }, [](const types::FutureType& f) { return Json{{"future", value(f.element)}}; },
        [](const types::ResourceType&) { return Json("resource"); }, [](const types::AliasType& a) { return Json{{"type", value(a.target)}}; });
  }

  Json function(const Function& f) {
    static constexpr std::string_view kinds[] = {"freestanding", "method", "static", "constructor"};
    const std::string kind = fmt::format("{}{}", f.type.is_async ? "async-" : "", kinds[static_cast<std::size_t>(f.kind)]);
    Json out = {{"name", f.abi_name}, {"kind", f.resource ? Json{{kind, graph_.type_decls[*f.resource].type.value}} : Json(kind)}, {"params", Json::array()}};
    for (const types::Param& p : f.type.params) out["params"].push_back({{"name", p.name}, {"type", value(p.type)}});
    if (f.type.result) out["result"] = value(*f.type.result);
    annotate(out, f.docs, f.stability);
    if (f.external_id) out["external-id"] = *f.external_id;
    return out;
  }

  Json interface(const Interface& i) {
    Json out = {{"name", i.name ? Json(*i.name) : Json(nullptr)}, {"types", Json::object()}, {"functions", Json::object()}};
    for (const TypeDeclId t : i.types) out["types"][graph_.type_decls[t].name] = graph_.type_decls[t].type.value;
    for (const Function& f : i.functions) out["functions"][f.abi_name] = function(f);
    annotate(out, i.docs, i.stability);
    out["package"] = i.package.value;
    return out;
  }

  Json world_items(const std::vector<WorldItem>& items) {
    Json out = Json::object();
    for (const WorldItem& item : items) {
      match(
          item.item,
          [&](InterfaceId id) {
            const bool is_named = item.name.find(':') != std::string::npos;
            Json& made = out[is_named ? fmt::format("interface-{}", id.value) : item.name]["interface"];
            made["id"] = id.value;
            annotate(made, item.docs, item.stability);
            if (item.external_id) made["external-id"] = *item.external_id;
          },
          [&](const Function& f) { out[item.name]["function"] = function(f); }, [&](TypeDeclId t) { out[item.name]["type"] = graph_.type_decls[t].type.value; });
    }
    return out;
  }
  Json world(const World& w) {
    Json out = {{"name", w.name}, {"imports", world_items(w.imports)}, {"exports", world_items(w.exports)}, {"package", w.package.value}};
    annotate(out, w.docs, w.stability);
    return out;
  }

  Json package(const Package& p) {
    Json out = {{"name", p.name.to_string()}};
    if (!p.docs.empty()) out["docs"] = {{"contents", p.docs}};
    out["interfaces"] = Json::object();
    out["worlds"] = Json::object();
    for (const InterfaceId i : p.interfaces) out["interfaces"][*graph_.interfaces[i].name] = i.value;
    for (const WorldId w : p.worlds) out["worlds"][graph_.worlds[w].name] = w.value;
    return out;
  }

  const Graph& graph_;
};

}  // namespace

std::string to_json(const Graph& graph) { return Writer(graph).run().dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace wcomp::wit
