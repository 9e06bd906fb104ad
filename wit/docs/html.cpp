#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "base/match.h"
#include "wit/docs/assets.h"
#include "wit/docs/docs.h"
#include "wit/docs/names.h"
#include "wit/docs/prose.h"
#include "wit/names.h"
#include "wit/type_text.h"

namespace wcomp::wit {

namespace {

using FunctionsOf = std::unordered_map<TypeDeclId, std::vector<const Function*>>;  // by resource

struct SearchEntry {
  std::string name, kind, where, href;
};

std::string badge(std::string_view kind, std::string_view text) { return fmt::format("<span class=\"badge {}\">{}</span>", kind, html_text(text)); }
std::string badges(const Stability& s) {
  std::string out;
  if (s.since) out += badge("since", "since " + s.since->to_string());
  if (s.unstable_feature) out += badge("unstable", "unstable: " + *s.unstable_feature);
  if (s.deprecated) out += badge("deprecated", "deprecated since " + s.deprecated->to_string());
  return out;
}

/// One page: an interface, a world, a package, or the list of packages.
class Page {
 public:
  /// `root`: the way from the page's folder to the top, `` or `../`.
  Page(const Graph& graph, std::string root, std::vector<SearchEntry>& search) : graph_(graph), root_(std::move(root)), search_(search) {}

  std::string finish(std::string_view title, const std::string& crumbs, const std::string& sidebar) const {
    return fmt::format(R"html(<!DOCTYPE html>
<html lang="en" data-root="{0}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>{1}</title>
<link rel="stylesheet" href="{0}style.css">
<script src="{0}search-index.js" defer></script>
<script src="{0}search.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header>
<nav aria-label="Breadcrumb"><a href="{0}index.html">Packages</a>{2}</nav>
<div class="search" role="search" hidden>
<input id="search" type="search" placeholder="Search ( / )" aria-label="Search" role="combobox" aria-expanded="false" aria-controls="results" aria-autocomplete="list" autocomplete="off" spellcheck="false">
<ul id="results" role="listbox" aria-label="Results" hidden></ul>
</div>
</header>
<div class="page">
<aside>{3}</aside>
<main id="main">
{4}</main>
</div>
<footer>Made from WIT by witc</footer>
</body>
</html>
)html",
                       root_, html_text(title), crumbs, sidebar, body_);
  }

  void raw(std::string_view html) { body_ += html; }
  void heading(std::string_view kind, std::string_view name, const Stability& s) {
    body_ += fmt::format("<h1><span class=\"kind\">{}</span> <span class=\"name\">{}</span></h1>\n", kind, html_text(name));
    if (const std::string b = badges(s); !b.empty()) body_ += fmt::format("<p>{}</p>\n", b);
  }
  void prose(std::string_view docs) { body_ += html_prose(docs, link()); }
  [[nodiscard]] std::string summary(std::string_view docs) const { return html_summary(docs, link()); }

  /// Where a declaration is described, as seen from this page.
  [[nodiscard]] std::string href(TypeDeclId id) const {
    const std::string target = docs_address(graph_, id);
    return target.empty() ? "" : root_ + target;
  }
  [[nodiscard]] std::string root() const { return root_; }

  /// Names in backticks lead to what has that name on this page.
  std::map<std::string, std::string, std::less<>> local_names;

  void types(const std::vector<TypeDeclId>& list, const std::vector<const Function*>& functions, const std::string& page, const std::string& where, const std::string& prefix) {
    std::vector<TypeDeclId> uses, own;
    for (const TypeDeclId t : list) (graph_.type_decls[t].is_use ? uses : own).push_back(t);
    if (!uses.empty()) {
      body_ += "<h2>Used types</h2>\n<ul class=\"list\">\n";
      for (const TypeDeclId t : uses) {
        const TypeDecl& decl = graph_.type_decls[t];
        const TypeDeclId origin = graph_.resolve_decl(t);
        std::string from;
        if (const auto* i = std::get_if<InterfaceId>(&graph_.type_decls[origin].owner)) from = graph_.interface_id_name(*i);
        body_ += fmt::format("<li id=\"{}\"><a class=\"name\" href=\"{}\">{}</a> <span class=\"kind\">from {}</span> {}</li>\n", html_text(prefix + "type." + decl.name), html_text(href(origin)),
                             html_text(decl.name), html_text(from), badges(decl.stability));
      }
      body_ += "</ul>\n";
    }
    if (own.empty()) return;
    FunctionsOf of_resources;
    for (const Function* f : functions) {
      if (f->resource) of_resources[*f->resource].push_back(f);
    }
    body_ += "<h2>Types</h2>\n";
    for (const TypeDeclId t : own) declaration(t, of_resources, page, where, prefix);
  }

  void functions(const std::vector<const Function*>& list, const std::string& page, const std::string& where, const std::string& prefix) {
    bool is_first = true;
    for (const Function* f : list) {
      if (f->resource) continue;
      if (is_first) body_ += "<h2>Functions</h2>\n";
      is_first = false;
      function(*f, page, where, prefix + "func." + f->name, "h3", f->name);
    }
  }

  void function(const Function& f, const std::string& page, const std::string& where, const std::string& anchor, std::string_view tag, const std::string& shown) {
    static constexpr std::string_view kinds[] = {"function", "method", "static function", "constructor"};
    const std::string_view kind = kinds[static_cast<std::size_t>(f.kind)];
    search_.push_back({shown, std::string(kind), where, page + "#" + anchor});
    open_item(anchor, tag, kind, f.kind == FuncKind::constructor ? shown : f.name, f.stability);
    signature(f);
    if (f.external_id) body_ += fmt::format("<p>External id: <code>{}</code></p>\n", html_text(*f.external_id));
    prose(f.docs);
    body_ += "</section>\n";
  }

 private:
  [[nodiscard]] NameLink link() const {
    return [this](std::string_view name) -> std::optional<std::string> {
      const std::size_t colons = name.find("::");  // `type::case`
      const auto found = local_names.find(name.substr(0, colons));
      if (found == local_names.end()) return std::nullopt;
      return colons == std::string_view::npos ? found->second : fmt::format("{}.{}", found->second, name.substr(colons + 2));
    };
  }
  void open_item(const std::string& anchor, std::string_view tag, std::string_view kind, const std::string& name, const Stability& s) {
    body_ += fmt::format("<section class=\"item\" id=\"{0}\">\n<div class=\"title\"><{1}><span class=\"kind\">{2}</span> <a class=\"name\" href=\"#{0}\">{3}</a></{1}>{4}</div>\n", html_text(anchor), tag, kind,
                         html_text(name), badges(s));
  }
  [[nodiscard]] TypePiece pieces(std::string& out) const {
    return [this, &out](std::string_view text, const TypeDeclId* decl) {
      const std::string target = decl != nullptr ? href(*decl) : "";
      out += target.empty() ? html_text(text) : fmt::format("<a href=\"{}\">{}</a>", html_text(target), html_text(text));
    };
  }
  [[nodiscard]] std::string type(types::ValType t) const {
    std::string out;
    write_type(graph_, t, pieces(out));
    return out;
  }
  void signature(const Function& f) {
    std::string out;
    if (function_text(graph_, f).size() <= 84) {
      if (f.kind != FuncKind::constructor) out = html_text(escape_name(f.name)) + ": ";
      write_function(graph_, f, pieces(out));
    } else {  // a parameter a line
      const bool is_constructor = f.kind == FuncKind::constructor;
      out = is_constructor ? "constructor(\n" : fmt::format("{}: {}{}func(\n", html_text(escape_name(f.name)), f.kind == FuncKind::static_ ? "static " : "", f.type.is_async ? "async " : "");
      for (std::size_t i = f.kind == FuncKind::method ? 1 : 0; i < f.type.params.size(); ++i) {
        out += fmt::format("  {}: {}{}\n", html_text(escape_name(f.type.params[i].name)), type(f.type.params[i].type), i + 1 < f.type.params.size() ? "," : "");
      }
      out += ")";
      if (f.type.result && !(is_constructor && graph_.types.get<types::OwnType>(*f.type.result) != nullptr)) out += " -&gt; " + type(*f.type.result);
    }
    body_ += fmt::format("<pre><code>{}</code></pre>\n", out);
  }

  void members(const TypeDecl& decl, const std::string& anchor, const auto& list, const auto& name, const auto& payload) {
    body_ += "<dl>\n";
    for (std::size_t i = 0; i < list.size(); ++i) {
      body_ += fmt::format("<dt id=\"{}\"><code>{}{}</code></dt>\n", html_text(anchor + "." + name(list[i])), html_text(name(list[i])), payload(list[i]));
      if (i < decl.member_docs.size() && !decl.member_docs[i].empty()) body_ += "<dd>" + html_prose(decl.member_docs[i], link()) + "</dd>\n";
    }
    body_ += "</dl>\n";
  }

  void declaration(TypeDeclId id, const FunctionsOf& functions, const std::string& page, const std::string& where, const std::string& prefix) {
    const TypeDecl& decl = graph_.type_decls[id];
    const types::TypeDef& def = graph_.types[decl.type];
    const std::string_view kind = match(
        def, [](const types::RecordType&) { return "record"; }, [](const types::VariantType&) { return "variant"; }, [](const types::EnumType&) { return "enum"; },
        [](const types::FlagsType&) { return "flags"; }, [](const types::ResourceType&) { return "resource"; }, [](const auto&) { return "type"; });
    const std::string anchor = prefix + "type." + decl.name;
    search_.push_back({decl.name, std::string(kind), where, page + "#" + anchor});
    open_item(anchor, "h3", kind, decl.name, decl.stability);
    if (decl.external_id) body_ += fmt::format("<p>External id: <code>{}</code></p>\n", html_text(*decl.external_id));
    prose(decl.docs);
    const auto plain = [](const std::string& n) { return n; };
    const auto nothing = [](const std::string&) { return std::string(); };
    match(
        def,
        [&](const types::RecordType& r) {
          members(decl, anchor, r.fields, [](const auto& f) { return f.name; }, [&](const auto& f) { return ": " + type(f.type); });
        },
        [&](const types::VariantType& v) {
          members(decl, anchor, v.cases, [](const auto& c) { return c.name; }, [&](const auto& c) { return c.type ? "(" + type(*c.type) + ")" : std::string(); });
        },
        [&](const types::EnumType& e) { members(decl, anchor, e.names, plain, nothing); }, [&](const types::FlagsType& f) { members(decl, anchor, f.names, plain, nothing); },
        [&](const types::ResourceType&) {
          const auto methods = functions.find(id);
          if (methods == functions.end()) return;
          for (const Function* f : methods->second) {
            const bool is_constructor = f->kind == FuncKind::constructor;
            function(*f, page, where, prefix + (is_constructor ? "constructor." + decl.name : "method." + decl.name + "." + f->name), "h4", is_constructor ? decl.name : decl.name + "." + f->name);
          }
        },
        [&](const auto& other) {
          std::string out;
          write_definition(graph_, other, pieces(out));
          body_ += fmt::format("<pre><code>type {} = {}</code></pre>\n", html_text(escape_name(decl.name)), out);
        });
    body_ += "</section>\n";
  }

  const Graph& graph_;
  std::string root_;
  std::vector<SearchEntry>& search_;
  std::string body_;
};

class Site {
 public:
  explicit Site(const Graph& graph) : graph_(graph) {}

  std::vector<DocFile> run() {
    for (std::size_t p = 0; p < graph_.packages.size(); ++p) package(PackageId(p));
    index();
    out_.push_back({"style.css", std::string(docs_style)});
    out_.push_back({"search.js", std::string(docs_script)});
    out_.push_back({"search-index.js", search_index()});
    return std::move(out_);
  }

 private:
  static std::string script_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
      const auto u = static_cast<unsigned char>(c);
      if (u < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == '\'' || u == 0x7f) out += fmt::format("\\u{:04x}", u);
      else out += c;
    }
    return out + "\"";
  }
  std::string search_index() const {
    std::string out = "window.witIndex = [\n";
    for (const SearchEntry& e : search_) out += fmt::format("[{}, {}, {}, {}],\n", script_text(e.name), script_text(e.kind), script_text(e.where), script_text(e.href));
    return out + "];\n";
  }

  [[nodiscard]] std::string sidebar(const Package& p, std::string_view current) const {
    std::string out = fmt::format("<nav aria-label=\"Package\"><details><summary>{}</summary>\n", html_text(p.name.to_string()));
    const auto list = [&](std::string_view title, const auto& ids, const auto& name, std::string_view kind) {
      if (ids.empty()) return;
      out += fmt::format("<strong>{}</strong>\n<ul>\n", title);
      for (const auto id : ids) {
        const std::string file = fmt::format("{}.{}.html", kind, name(id));
        out += fmt::format("<li><a class=\"name\" href=\"{}\"{}>{}</a></li>\n", html_text(file), file == current ? " aria-current=\"page\"" : "", html_text(name(id)));
      }
      out += "</ul>\n";
    };
    list("Interfaces", p.interfaces, [&](InterfaceId i) { return *graph_.interfaces[i].name; }, "interface");
    list("Worlds", p.worlds, [&](WorldId w) { return graph_.worlds[w].name; }, "world");
    return out + "</details></nav>\n";
  }
  [[nodiscard]] std::string crumbs(const Package& p, std::string_view leaf) const {
    std::string out = fmt::format(" / <a href=\"index.html\">{}</a>", html_text(p.name.to_string()));
    if (!leaf.empty()) out += fmt::format(" / <span aria-current=\"page\">{}</span>", html_text(leaf));
    return out;
  }

  void package(PackageId id) {
    const Package& p = graph_.packages[id];
    const std::string folder = docs_folder(p.name);
    const std::string name = p.name.to_string();
    search_.push_back({name, "package", "all packages", folder + "/index.html"});
    Page page(graph_, "../", search_);
    page.heading("package", name, {});
    page.prose(p.docs);
    if (!p.interfaces.empty()) page.raw("<h2>Interfaces</h2>\n<ul class=\"list\">\n");
    for (const InterfaceId i : p.interfaces) {
      const Interface& interface = graph_.interfaces[i];
      page.raw(entry(fmt::format("interface.{}.html", *interface.name), *interface.name, interface.stability, page.summary(interface.docs)));
    }
    if (!p.interfaces.empty()) page.raw("</ul>\n");
    if (!p.worlds.empty()) page.raw("<h2>Worlds</h2>\n<ul class=\"list\">\n");
    for (const WorldId w : p.worlds) page.raw(entry(fmt::format("world.{}.html", graph_.worlds[w].name), graph_.worlds[w].name, graph_.worlds[w].stability, page.summary(graph_.worlds[w].docs)));
    if (!p.worlds.empty()) page.raw("</ul>\n");
    out_.push_back({folder + "/index.html", page.finish(name, crumbs(p, ""), sidebar(p, "index.html"))});
    for (const InterfaceId i : p.interfaces) interface(p, i);
    for (const WorldId w : p.worlds) world(p, w);
  }
  static std::string entry(const std::string& href, const std::string& name, const Stability& s, const std::string& summary) {
    return fmt::format("<li><a class=\"name\" href=\"{}\">{}</a> {}{}</li>\n", html_text(href), html_text(name), badges(s), summary.empty() ? "" : "<p>" + summary + "</p>");
  }

  void add_local_names(Page& page, const std::vector<TypeDeclId>& types, const std::vector<const Function*>& functions) const {
    for (const TypeDeclId t : types) page.local_names.emplace(graph_.type_decls[t].name, page.href(graph_.resolve_decl(t)));
    for (const Function* f : functions) {
      if (!f->resource) page.local_names.emplace(f->name, "#func." + f->name);
      else if (f->kind != FuncKind::constructor) page.local_names.emplace(graph_.type_decls[*f->resource].name + "." + f->name, "#method." + graph_.type_decls[*f->resource].name + "." + f->name);
    }
  }
  static std::vector<const Function*> pointers(const std::vector<Function>& functions) {
    std::vector<const Function*> out;
    for (const Function& f : functions) out.push_back(&f);
    return out;
  }

  void interface(const Package& p, InterfaceId id) {
    const Interface& interface = graph_.interfaces[id];
    const std::string file = fmt::format("interface.{}.html", *interface.name);
    const std::string where = graph_.interface_id_name(id);
    search_.push_back({*interface.name, "interface", p.name.to_string(), docs_folder(p.name) + "/" + file});
    Page page(graph_, "../", search_);
    const auto functions = pointers(interface.functions);
    add_local_names(page, interface.types, functions);
    page.heading("interface", *interface.name, interface.stability);
    page.raw(fmt::format("<p><code>{}</code></p>\n", html_text(where)));
    page.prose(interface.docs);
    page.types(interface.types, functions, docs_folder(p.name) + "/" + file, where, "");
    page.functions(functions, docs_folder(p.name) + "/" + file, where, "");
    out_.push_back({docs_folder(p.name) + "/" + file, page.finish(fmt::format("{} - {}", *interface.name, p.name.to_string()), crumbs(p, *interface.name), sidebar(p, file))});
  }

  void world(const Package& p, WorldId id) {
    const World& w = graph_.worlds[id];
    const std::string file = fmt::format("world.{}.html", w.name);
    const std::string path = docs_folder(p.name) + "/" + file;
    search_.push_back({w.name, "world", p.name.to_string(), path});
    Page page(graph_, "../", search_);
    page.heading("world", w.name, w.stability);
    page.prose(w.docs);
    std::vector<TypeDeclId> types;
    std::vector<const Function*> functions;
    for (const WorldItem& item : w.imports) {
      if (const auto* t = std::get_if<TypeDeclId>(&item.item)) types.push_back(*t);
      if (const auto* f = std::get_if<Function>(&item.item); f != nullptr && f->resource) functions.push_back(f);
    }
    add_local_names(page, types, functions);
    page.types(types, functions, path, w.name, "");
    items(page, "Imports", "import", w.imports, path, w.name);
    items(page, "Exports", "export", w.exports, path, w.name);
    out_.push_back({path, page.finish(fmt::format("{} - {}", w.name, p.name.to_string()), crumbs(p, w.name), sidebar(p, file))});
  }
  void items(Page& page, std::string_view title, std::string_view direction, const std::vector<WorldItem>& list, const std::string& path, const std::string& where) {
    bool is_first = true;
    const auto first = [&] {
      if (is_first) page.raw(fmt::format("<h2>{}</h2>\n", title));
      is_first = false;
    };
    bool has_list = false;
    for (const WorldItem& item : list) {
      const auto* id = std::get_if<InterfaceId>(&item.item);
      if (id == nullptr || !graph_.interfaces[*id].name) continue;
      first();
      if (!has_list) page.raw("<ul class=\"list\">\n");
      has_list = true;
      const Interface& interface = graph_.interfaces[*id];
      const std::string target = fmt::format("../{}/interface.{}.html", docs_folder(graph_.packages[interface.package].name), *interface.name);
      const bool is_plain = item.name.find(':') == std::string::npos;
      page.raw(fmt::format("<li>{}<a class=\"name\" href=\"{}\">{}</a> {}{}<p>{}</p></li>\n", is_plain ? fmt::format("<code>{}</code>: ", html_text(item.name)) : "", html_text(target),
                           html_text(graph_.interface_id_name(*id)), badges(item.stability), item.external_id ? fmt::format("<p>External id: <code>{}</code></p>", html_text(*item.external_id)) : "",
                           page.summary(item.docs.empty() ? interface.docs : item.docs)));
    }
    if (has_list) page.raw("</ul>\n");
    for (const WorldItem& item : list) {
      if (const auto* f = std::get_if<Function>(&item.item); f != nullptr && !f->resource) {
        first();
        page.function(*f, path, where, fmt::format("{}.{}", direction, item.name), "h3", item.name);
      }
      const auto* id = std::get_if<InterfaceId>(&item.item);
      if (id == nullptr || graph_.interfaces[*id].name) continue;
      first();
      const Interface& interface = graph_.interfaces[*id];
      page.raw(fmt::format("<section class=\"item\" id=\"{0}.{1}\"><div class=\"title\"><h3><span class=\"kind\">interface</span> <a class=\"name\" href=\"#{0}.{1}\">{1}</a></h3>{2}</div>\n", direction,
                           html_text(item.name), badges(item.stability)));
      page.prose(interface.docs);
      const std::string prefix = fmt::format("{}.{}.", direction, item.name);
      const auto functions = pointers(interface.functions);
      page.types(interface.types, functions, path, where + " / " + item.name, prefix);
      page.functions(functions, path, where + " / " + item.name, prefix);
      page.raw("</section>\n");
    }
  }

  void index() {
    Page page(graph_, "", search_);
    page.raw("<h1>Packages</h1>\n<ul class=\"list\">\n");
    std::map<std::string, PackageId> by_name;
    for (std::size_t p = 0; p < graph_.packages.size(); ++p) by_name.emplace(graph_.packages[PackageId(p)].name.to_string(), PackageId(p));
    for (const auto& [name, id] : by_name) page.raw(entry(docs_folder(graph_.packages[id].name) + "/index.html", name, {}, page.summary(graph_.packages[id].docs)));
    page.raw("</ul>\n");
    out_.push_back({"index.html", page.finish("Packages", "", "")});
  }

  const Graph& graph_;
  std::vector<DocFile> out_;
  std::vector<SearchEntry> search_;
};

}  // namespace

std::vector<DocFile> html_docs(const Graph& graph) { return Site(graph).run(); }

}  // namespace wcomp::wit
