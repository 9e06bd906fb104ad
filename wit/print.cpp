// Canonical WIT text of a graph. What it gives parses back to the same graph.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/match.h"
#include "base/text.h"
#include "wit/names.h"
#include "wit/type_text.h"
#include "wit/wit.h"

namespace wcomp::wit {

namespace {

/// Each after what it depends on: the order of ids, which the reference tool prints in.
template <class Id>
std::vector<Id> sorted(std::vector<Id> ids) {
  if (!std::ranges::is_sorted(ids)) std::ranges::sort(ids);
  return ids;
}

class Printer {
 public:
  explicit Printer(const Graph& graph) : graph_(graph) {}

  void package_header(PackageId id) {
    docs(graph_.packages[id].docs);
    line(fmt::format("package {};", package_name(graph_.packages[id].name)));
  }
  void nested_package(PackageId id) {
    docs(graph_.packages[id].docs);
    open(fmt::format("package {}", package_name(graph_.packages[id].name)));
    package_items(id);
    close();
  }
  /// Empty lines are where the reference tool has them: behind the interfaces of a file's own package, but not behind its worlds, and none
  /// among the items of a nested package.
  void package_items(PackageId id) {
    package_ = id;
    if (depth_ == 0) blank();
    for (const InterfaceId i : sorted(graph_.packages[id].interfaces)) {
      const Interface& interface = graph_.interfaces[i];
      docs(interface.docs);
      gates(interface.stability);
      open("interface " + escape_name(*interface.name));
      interface_items(interface);
      close();
      if (depth_ == 0) blank();
    }
    for (const WorldId w : graph_.packages[id].worlds) world(graph_.worlds[w]);
  }
  void gap() { out_ += "\n\n"; }
  std::string take() {
    while (out_.ends_with("\n\n")) out_.pop_back();
    return std::move(out_);
  }

 private:
  // ---- lines ----
  void line(std::string_view text) {
    out_.append(2 * depth_, ' ');
    out_ += text;
    out_ += '\n';
  }
  /// An empty line, except at the start of a body.
  void blank() {
    if (!out_.empty() && !out_.ends_with("{\n") && !out_.ends_with("\n\n")) out_ += '\n';
  }
  void open(std::string_view head) {
    line(fmt::format("{} {{", head));
    ++depth_;
  }
  void close() {
    --depth_;
    line("}");
  }
  void docs(std::string_view text) {
    if (text.empty()) return;
    for (;;) {
      const std::size_t end = text.find('\n');
      const std::string_view one = text.substr(0, end);
      line(one.empty() ? "///" : "/// " + escape_but_tabs(one));
      if (end == std::string_view::npos) return;
      text.remove_prefix(end + 1);
    }
  }
  static std::string escape_but_tabs(std::string_view text) {
    std::string out;
    for (;;) {
      const std::size_t tab = text.find('\t');
      out += escape(text.substr(0, tab));
      if (tab == std::string_view::npos) return out;
      out += '\t';
      text.remove_prefix(tab + 1);
    }
  }
  void gates(const Stability& s) {
    if (s.since) line(fmt::format("@since(version = {})", s.since->to_string()));
    if (s.unstable_feature) line(fmt::format("@unstable(feature = {})", escape_name(*s.unstable_feature)));
    if (s.deprecated) line(fmt::format("@deprecated(version = {})", s.deprecated->to_string()));
  }
  void external_id(const Shared<std::string>& id) {
    if (!id) return;
    // `escape` writes what acts on a terminal as `\u{..}`, which reads back; tabs and line breaks it writes as in C.
    std::string text;
    std::string_view rest = *id;
    while (!rest.empty()) {
      const std::string_view plain = rest.substr(0, rest.find_first_of("\"\\"));
      text += escape(plain);
      rest.remove_prefix(plain.size());
      if (rest.empty()) break;
      text += fmt::format("\\{}", rest[0]);
      rest.remove_prefix(1);
    }
    line(fmt::format("@external-id(\"{}\")", text));
  }

  // ---- names ----
  /// Nested namespaces and packages are several names.
  static std::string escape_parts(std::string_view names) {
    std::string out;
    for (;;) {
      const std::size_t mark = names.find_first_of(":/");
      out += escape_name(names.substr(0, mark));
      if (mark == std::string_view::npos) return out;
      out += names[mark];
      names.remove_prefix(mark + 1);
    }
  }
  static std::string package_name(const PackageName& p) {
    return fmt::format("{}:{}{}", escape_parts(p.ns), escape_parts(p.name), p.version ? "@" + p.version->to_string() : "");
  }
  [[nodiscard]] std::string path(InterfaceId id) const {
    const Interface& i = graph_.interfaces[id];
    if (i.package == package_) return escape_name(*i.name);
    const PackageName& p = graph_.packages[i.package].name;
    return fmt::format("{}:{}/{}{}", escape_parts(p.ns), escape_parts(p.name), escape_name(*i.name), p.version ? "@" + p.version->to_string() : "");
  }

  [[nodiscard]] std::string type(types::ValType t) const { return type_text(graph_, t); }
  [[nodiscard]] std::string definition(const types::TypeDef& def) const {
    std::string out;
    write_definition(graph_, def, [&](std::string_view text, const TypeDeclId*) { out += text; });
    return out;
  }
  [[nodiscard]] std::string func(const Function& f) const { return function_text(graph_, f) + ";"; }
  void function(const Function& f) {
    docs(f.docs);
    gates(f.stability);
    external_id(f.external_id);
    line(f.kind == FuncKind::constructor ? func(f) : fmt::format("{}: {}", escape_name(f.name), func(f)));
  }

  void members(std::string_view word, const TypeDecl& decl, const auto& list, const auto& text) {
    open(fmt::format("{} {}", word, escape_name(decl.name)));
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i < decl.member_docs.size()) docs(decl.member_docs[i]);
      line(text(list[i]) + ",");
    }
    close();
  }

  using FunctionsOf = std::unordered_map<TypeDeclId, std::vector<const Function*>>;  // by resource
  /// A declaration that is no `use`; `functions` are those of resources.
  void declaration(TypeDeclId id, const FunctionsOf& functions) {
    const TypeDecl& decl = graph_.type_decls[id];
    docs(decl.docs);
    gates(decl.stability);
    external_id(decl.external_id);
    const std::string name = escape_name(decl.name);
    match(
        graph_.types[decl.type],
        [&](const types::RecordType& r) { members("record", decl, r.fields, [&](const types::Field& f) { return fmt::format("{}: {}", escape_name(f.name), type(f.type)); }); },
        [&](const types::VariantType& v) {
          members("variant", decl, v.cases, [&](const types::Case& c) { return c.type ? fmt::format("{}({})", escape_name(c.name), type(*c.type)) : escape_name(c.name); });
        },
        [&](const types::EnumType& e) { members("enum", decl, e.names, [](const std::string& n) { return escape_name(n); }); },
        [&](const types::FlagsType& f) { members("flags", decl, f.names, [](const std::string& n) { return escape_name(n); }); },
        [&](const types::ResourceType&) { resource(id, functions); },
        [&](const types::AliasType& a) { line(fmt::format("type {} = {};", name, type(a.target))); },
        [&](const types::OwnType& o) { line(fmt::format("type {} = own<{}>;", name, type(o.resource))); },
        [&](const auto& other) { line(fmt::format("type {} = {};", name, definition(other))); });
  }
  void resource(TypeDeclId id, const FunctionsOf& functions) {
    const std::string name = escape_name(graph_.type_decls[id].name);
    const auto own = functions.find(id);
    if (own == functions.end()) return line(fmt::format("resource {};", name));
    open(fmt::format("resource {}", name));
    for (const Function* f : own->second) function(*f);
    close();
  }

  /// Uses, those of one interface together, then declarations.
  void types(const std::vector<TypeDeclId>& list, const std::vector<const Function*>& functions) {
    FunctionsOf of_resources;
    for (const Function* f : functions) {
      if (f->resource) of_resources[*f->resource].push_back(f);
    }
    std::string head, names;
    const TypeDecl* last = nullptr;
    const auto flush = [&] {
      if (names.empty()) return;
      gates(last->stability);
      external_id(last->external_id);
      line(fmt::format("use {}.{{{}}};", head, names));
      names.clear();
    };
    for (const TypeDeclId id : list) {
      const TypeDecl& decl = graph_.type_decls[id];
      if (!decl.is_use || !decl.alias_of) continue;
      const TypeDecl& target = graph_.type_decls[*decl.alias_of];
      const std::string from = path(std::get<InterfaceId>(target.owner));
      const auto is_written_alike = [](const TypeDecl& a, const TypeDecl& b) {
        return a.stability.since == b.stability.since && a.stability.unstable_feature == b.stability.unstable_feature && a.stability.deprecated == b.stability.deprecated && a.external_id == b.external_id;
      };
      if (from != head || (last != nullptr && !is_written_alike(decl, *last))) flush();
      head = from;
      last = &decl;
      names += fmt::format("{}{}{}", names.empty() ? "" : ", ", escape_name(target.name), target.name == decl.name ? "" : " as " + escape_name(decl.name));
    }
    flush();
    for (const TypeDeclId id : list) {
      if (graph_.type_decls[id].is_use) continue;
      blank();
      declaration(id, of_resources);
    }
  }

  void interface_items(const Interface& interface) {
    std::vector<const Function*> functions;
    for (const Function& f : interface.functions) functions.push_back(&f);
    types(sorted(interface.types), functions);
    for (const Function& f : interface.functions) {
      if (f.resource) continue;
      blank();
      function(f);
    }
  }

  void world(const World& w) {
    docs(w.docs);
    gates(w.stability);
    open("world " + escape_name(w.name));
    std::vector<TypeDeclId> decls;
    std::vector<const Function*> resource_functions;
    for (const WorldItem& item : w.imports) {
      if (const auto* t = std::get_if<TypeDeclId>(&item.item)) decls.push_back(*t);
      if (const auto* f = std::get_if<Function>(&item.item); f != nullptr && f->resource) resource_functions.push_back(f);
    }
    for (const WorldItem& item : w.imports) {
      if (std::holds_alternative<InterfaceId>(item.item)) world_item("import", item);
    }
    types(sorted(std::move(decls)), resource_functions);
    for (const WorldItem& item : w.imports) {
      if (std::holds_alternative<Function>(item.item)) world_item("import", item);
    }
    if (!w.exports.empty()) blank();
    for (const WorldItem& item : w.exports) world_item("export", item);
    close();
  }
  void world_item(std::string_view direction, const WorldItem& item) {
    const auto* f = std::get_if<Function>(&item.item);
    if (std::holds_alternative<TypeDeclId>(item.item) || (f != nullptr && f->resource)) return;
    docs(item.docs);
    gates(item.stability);
    external_id(item.external_id);
    const bool is_plain = item.name.find(':') == std::string::npos;
    if (f != nullptr) return line(fmt::format("{} {}: {}", direction, escape_name(item.name), func(*f)));
    const InterfaceId id = std::get<InterfaceId>(item.item);
    if (!is_plain) return line(fmt::format("{} {};", direction, path(id)));
    if (graph_.interfaces[id].name) return line(fmt::format("{} {}: {};", direction, escape_name(item.name), path(id)));
    open(fmt::format("{} {}: interface", direction, escape_name(item.name)));
    interface_items(graph_.interfaces[id]);
    close();
  }

  const Graph& graph_;
  PackageId package_;
  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string print(const Graph& graph, PackageId package) {
  Printer printer(graph);
  printer.package_header(package);
  printer.package_items(package);
  return printer.take();
}

std::string print_with_dependencies(const Graph& graph) {
  Printer printer(graph);
  if (graph.roots.empty()) return {};
  const PackageId main = graph.roots.front();
  printer.package_header(main);
  printer.package_items(main);
  bool is_first = true;
  for (std::size_t p = 0; p < graph.packages.size(); ++p) {
    if (PackageId(p) == main) continue;
    if (!std::exchange(is_first, false)) printer.gap();
    printer.nested_package(PackageId(p));
  }
  return printer.take();
}

}  // namespace wcomp::wit
