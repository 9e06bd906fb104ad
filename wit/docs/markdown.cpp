#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "base/match.h"
#include "base/text.h"
#include "wit/docs/docs.h"
#include "wit/docs/names.h"
#include "wit/docs/prose.h"
#include "wit/names.h"
#include "wit/type_text.h"

namespace wcomp::wit {

namespace {

/// Inline code; the names in it are labels, or were escaped.
std::string code(std::string_view text) {
  std::string safe;
  for (const char c : escape(text)) safe += c == '`' ? '\'' : c;
  return "`" + safe + "`";
}

/// A file for each package, one for the list of them.
class Writer {
 public:
  explicit Writer(const Graph& graph) : graph_(graph) {}

  std::vector<DocFile> run() {
    std::map<std::string, PackageId> by_name;
    for (std::size_t p = 0; p < graph_.packages.size(); ++p) by_name.emplace(graph_.packages[PackageId(p)].name.to_string(), PackageId(p));
    std::vector<DocFile> out;
    std::string list = "# Packages\n\n";
    for (const auto& [name, id] : by_name) {
      const std::string file = docs_folder(graph_.packages[id].name) + ".md";
      list += fmt::format("- [{}]({})\n", code(name), file);
      package(graph_.packages[id]);
      out.push_back({file, std::move(out_)});
      out_.clear();
    }
    out.push_back({"README.md", std::move(list)});
    return out;
  }

 private:
  void line(std::string_view text) { out_ += fmt::format("{}\n\n", text); }
  void prose(std::string_view docs) {
    if (!docs.empty()) out_ += markdown_prose(docs) + "\n";
  }
  void heading(int level, const std::string& anchor, std::string_view kind, std::string_view name, const Stability& s) {
    std::string gates;
    if (s.since) gates += fmt::format(" *(since {})*", s.since->to_string());
    if (s.unstable_feature) gates += fmt::format(" *(unstable: {})*", code(*s.unstable_feature));
    if (s.deprecated) gates += fmt::format(" *(deprecated since {})*", s.deprecated->to_string());
    line(fmt::format("{} <a id=\"{}\"></a>{} {}{}", std::string(static_cast<std::size_t>(level), '#'), html_text(anchor), kind, code(name), gates));
  }
  [[nodiscard]] std::string address(TypeDeclId id) const {
    const TypeDecl& decl = graph_.type_decls[id];
    const auto* i = std::get_if<InterfaceId>(&decl.owner);
    if (i == nullptr || !graph_.interfaces[*i].name) return {};
    return fmt::format("{}.md#interface.{}.{}", docs_folder(graph_.packages[graph_.interfaces[*i].package].name), *graph_.interfaces[*i].name, decl.name);
  }
  /// Code in which names of types are links.
  [[nodiscard]] std::string linked(const std::function<void(const TypePiece&)>& write) const {
    std::string out, plain;
    const auto flush = [&] {
      if (!plain.empty()) out += code(plain);
      plain.clear();
    };
    write([&](std::string_view text, const TypeDeclId* decl) {
      const std::string target = decl == nullptr ? "" : address(graph_.resolve_decl(*decl));
      if (target.empty()) {
        plain += text;
        return;
      }
      flush();
      out += fmt::format("[{}]({})", code(text), target);
    });
    flush();
    return out;
  }

  void package(const Package& p) {
    line(fmt::format("# package {}", code(p.name.to_string())));
    prose(p.docs);
    for (const InterfaceId i : p.interfaces) {
      const Interface& interface = graph_.interfaces[i];
      heading(2, "interface." + *interface.name, "interface", *interface.name, interface.stability);
      prose(interface.docs);
      body(interface, "interface." + *interface.name + ".");
    }
    for (const WorldId w : p.worlds) world(graph_.worlds[w]);
  }
  using FunctionsOf = std::unordered_map<TypeDeclId, std::vector<const Function*>>;  // by resource
  static void add(FunctionsOf& functions, const Function& f) {
    if (f.resource) functions[*f.resource].push_back(&f);
  }
  void body(const Interface& interface, const std::string& prefix) {
    FunctionsOf functions;
    for (const Function& f : interface.functions) add(functions, f);
    for (const TypeDeclId t : interface.types) declaration(t, functions, prefix);
    for (const Function& f : interface.functions) {
      if (!f.resource) function(f, prefix, 3, f.name);
    }
  }
  void function(const Function& f, const std::string& prefix, int level, const std::string& name) {
    static constexpr std::string_view kinds[] = {"function", "method", "static function", "constructor"};
    heading(level, prefix + name + (f.kind == FuncKind::constructor ? ".constructor" : ""), kinds[static_cast<std::size_t>(f.kind)], name, f.stability);
    line(linked([&](const TypePiece& piece) { write_function(graph_, f, piece); }));
    prose(f.docs);
  }
  void member(const TypeDecl& decl, std::size_t i, const std::string& text) {
    const std::string docs = i < decl.member_docs.size() && !decl.member_docs[i].empty() ? markdown_prose(decl.member_docs[i]) : "";
    out_ += "- " + text + "\n";
    for (std::size_t at = 0; at < docs.size();) {
      const std::size_t end = docs.find('\n', at);
      out_ += "  " + docs.substr(at, end - at) + "\n";
      at = end + 1;
    }
  }
  void declaration(TypeDeclId id, const FunctionsOf& functions, const std::string& prefix) {
    const TypeDecl& decl = graph_.type_decls[id];
    const types::TypeDef& def = graph_.types[decl.type];
    if (decl.is_use) {
      heading(3, prefix + decl.name, "used type", decl.name, decl.stability);
      const std::string target = address(graph_.resolve_decl(id));
      line(target.empty() ? "" : fmt::format("[{}]({})", code(graph_.type_decls[graph_.resolve_decl(id)].name), target));
      return;
    }
    const std::string_view kind = match(
        def, [](const types::RecordType&) { return "record"; }, [](const types::VariantType&) { return "variant"; }, [](const types::EnumType&) { return "enum"; },
        [](const types::FlagsType&) { return "flags"; }, [](const types::ResourceType&) { return "resource"; }, [](const auto&) { return "type"; });
    heading(3, prefix + decl.name, kind, decl.name, decl.stability);
    prose(decl.docs);
    const auto type = [&](types::ValType t) { return linked([&](const TypePiece& piece) { write_type(graph_, t, piece); }); };
    match(
        def,
        [&](const types::RecordType& r) {
          for (std::size_t i = 0; i < r.fields.size(); ++i) member(decl, i, code(r.fields[i].name) + ": " + type(r.fields[i].type));
        },
        [&](const types::VariantType& v) {
          for (std::size_t i = 0; i < v.cases.size(); ++i) member(decl, i, code(v.cases[i].name) + (v.cases[i].type ? "(" + type(*v.cases[i].type) + ")" : ""));
        },
        [&](const types::EnumType& e) {
          for (std::size_t i = 0; i < e.names.size(); ++i) member(decl, i, code(e.names[i]));
        },
        [&](const types::FlagsType& f) {
          for (std::size_t i = 0; i < f.names.size(); ++i) member(decl, i, code(f.names[i]));
        },
        [&](const types::ResourceType&) {
          const auto methods = functions.find(id);
          if (methods == functions.end()) return;
          for (const Function* f : methods->second) function(*f, prefix, 4, f->kind == FuncKind::constructor ? decl.name : decl.name + "." + f->name);
        },
        [&](const auto& other) { line(linked([&](const TypePiece& piece) { write_definition(graph_, other, piece); })); });
    out_ += "\n";
  }

  void world(const World& w) {
    heading(2, "world." + w.name, "world", w.name, w.stability);
    prose(w.docs);
    FunctionsOf resource_functions;
    for (const WorldItem& item : w.imports) {
      if (const auto* f = std::get_if<Function>(&item.item)) add(resource_functions, *f);
    }
    for (const WorldItem& item : w.imports) {
      if (const auto* t = std::get_if<TypeDeclId>(&item.item)) declaration(*t, resource_functions, "world." + w.name + ".");
    }
    items(w, "import", w.imports);
    items(w, "export", w.exports);
  }
  void items(const World& w, std::string_view direction, const std::vector<WorldItem>& list) {
    for (const WorldItem& item : list) {
      const std::string prefix = fmt::format("world.{}.{}.", w.name, direction);
      match(
          item.item,
          [&](InterfaceId id) {
            const Interface& interface = graph_.interfaces[id];
            if (interface.name) {
              out_ += fmt::format("- {} {}[{}]({}.md#interface.{})\n", direction, item.name.find(':') == std::string::npos ? code(item.name) + ": " : "", code(graph_.interface_id_name(id)),
                                  docs_folder(graph_.packages[interface.package].name), *interface.name);
              return;
            }
            out_ += "\n";
            heading(3, prefix + item.name, fmt::format("{} interface", direction), item.name, item.stability);
            prose(interface.docs);
            body(interface, prefix + item.name + ".");
          },
          [&](const Function& f) {
            if (f.resource) return;
            out_ += "\n";
            function(f, prefix, 3, item.name);
          },
          [](TypeDeclId) {});
    }
    out_ += "\n";
  }

  const Graph& graph_;
  std::string out_;
};

}  // namespace

std::vector<DocFile> markdown_docs(const Graph& graph) { return Writer(graph).run(); }

}  // namespace wcomp::wit
