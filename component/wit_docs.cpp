#include "component/wit_docs.h"


#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/diagnostic.h"
#include "base/match.h"
#include "base/text.h"

namespace wcomp::component {

namespace {

constexpr std::uint8_t first_version = 0, current_version = 1;

/// The names of a record's, variant's, enum's or flags' parts.
std::vector<std::string_view> member_names(const types::TypeDef& def) {
  std::vector<std::string_view> out;
  match(
      def,
      [&](const types::RecordType& r) {
        for (const types::Field& f : r.fields) out.push_back(f.name);
      },
      [&](const types::VariantType& v) {
        for (const types::Case& c : v.cases) out.push_back(c.name);
      },
      [&](const types::EnumType& e) { out.assign(e.names.begin(), e.names.end()); }, [&](const types::FlagsType& f) { out.assign(f.names.begin(), f.names.end()); },
      [](const auto&) {});
  return out;
}

/// JSON of objects and texts, in which an object that stays empty is not written at all.
class Writer {
 public:
  void object(std::string_view key, const auto& members) {
    const std::size_t before = out_.size();
    const bool was_first = is_first_;
    begin(key);
    out_ += '{';
    const std::size_t empty = out_.size();
    is_first_ = true;
    members();
    is_first_ = false;
    if (out_.size() > empty) {
      out_ += '}';
      return;
    }
    out_.resize(before);
    is_first_ = was_first;
  }
  /// Nothing for an empty text.
  void text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    begin(key);
    string(value);
  }
  void raw(char c) { out_ += c; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void begin(std::string_view key) {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    string(key);
    out_ += ':';
  }
  void string(std::string_view text) {
    out_ += '"';
    for (const char c : text) {
      static constexpr std::string_view plain = "\"\\\n\t\r\b\f", letters = "\"\\ntrbf";
      if (const std::size_t i = plain.find(c); i != std::string_view::npos) out_ += {'\\', letters[i]};
      else if (static_cast<unsigned char>(c) < 0x20) out_ += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
      else out_ += c;
    }
    out_ += '"';
  }

  std::string out_;
  bool is_first_ = true;
};

class DocsEncoder {
 public:
  explicit DocsEncoder(const wit::Graph& graph) : graph_(graph) {}

  std::string package(wit::PackageId id) {
    const wit::Package& p = graph_.packages[id];
    out_.raw('{');
    out_.text("docs", p.docs);
    out_.object("worlds", [&] {
      for (const wit::WorldId w : p.worlds) out_.object(graph_.worlds[w].name, [&] { world(graph_.worlds[w]); });
    });
    out_.object("interfaces", [&] {
      for (const wit::InterfaceId i : p.interfaces) out_.object(*graph_.interfaces[i].name, [&] { interface(graph_.interfaces[i]); });
    });
    out_.raw('}');
    return out_.take();
  }

 private:
  void stability_of(const wit::Stability& s) {
    if (!s.since && !s.unstable_feature) return;
    out_.object(s.since ? "stable" : "unstable", [&] {
      if (s.since) out_.text("since", s.since->to_string());
      else out_.text("feature", *s.unstable_feature);
      if (s.deprecated) out_.text("deprecated", s.deprecated->to_string());
    });
  }
  void stability(const wit::Stability& s) {
    out_.object("stability", [&] { stability_of(s); });
  }
  void type(const wit::TypeDecl& decl) {
    out_.object(decl.name, [&] {
      if (!decl.is_use) out_.text("docs", decl.docs);
      stability(decl.stability);
      if (decl.member_docs.empty()) return;
      const std::vector<std::string_view> names = member_names(graph_.types[decl.type]);
      out_.object("items", [&] {
        for (std::size_t i = 0; i < names.size() && i < decl.member_docs.size(); ++i) out_.text(names[i], decl.member_docs[i]);
      });
    });
  }
  void function(const wit::Function& f) {
    out_.object(f.abi_name, [&] {
      out_.text("docs", f.docs);
      stability(f.stability);
    });
  }
  void interface(const wit::Interface& i) {
    out_.text("docs", i.docs);
    stability(i.stability);
    out_.object("funcs", [&] {
      for (const wit::Function& f : i.functions) function(f);
    });
    out_.object("types", [&] {
      for (const wit::TypeDeclId t : i.types) type(graph_.type_decls[t]);
    });
  }

  template <class T>
  static void each(const std::vector<wit::WorldItem>& items, const auto& use) {
    for (const wit::WorldItem& item : items) {
      if (const T* found = std::get_if<T>(&item.item)) use(item, *found);
    }
  }
  void inline_interfaces(std::string_view key, const std::vector<wit::WorldItem>& items) {
    out_.object(key, [&] {
      each<wit::InterfaceId>(items, [&](const wit::WorldItem& item, wit::InterfaceId id) {
        if (!graph_.interfaces[id].name) out_.object(item.name, [&] { interface(graph_.interfaces[id]); });
      });
    });
  }
  void functions(std::string_view key, const std::vector<wit::WorldItem>& items) {
    out_.object(key, [&] { each<wit::Function>(items, [&](const wit::WorldItem&, const wit::Function& f) { function(f); }); });
  }
  void named_interfaces(std::string_view key, const std::vector<wit::WorldItem>& items, const auto& write) {
    out_.object(key, [&] {
      each<wit::InterfaceId>(items, [&](const wit::WorldItem& item, wit::InterfaceId id) {
        if (graph_.interfaces[id].name) write(item);
      });
    });
  }
  void world(const wit::World& w) {
    out_.text("docs", w.docs);
    stability(w.stability);
    inline_interfaces("interfaces", w.imports);
    out_.object("types", [&] { each<wit::TypeDeclId>(w.imports, [&](const wit::WorldItem&, wit::TypeDeclId t) { type(graph_.type_decls[t]); }); });
    functions("funcs", w.imports);
    inline_interfaces("interface_exports", w.exports);
    functions("func_exports", w.exports);
    const auto gate = [&](const wit::WorldItem& item) { out_.object(item.name, [&] { stability_of(item.stability); }); };
    const auto docs = [&](const wit::WorldItem& item) { out_.text(item.name, item.docs); };
    named_interfaces("interface_import_stability", w.imports, gate);
    named_interfaces("interface_export_stability", w.exports, gate);
    named_interfaces("interface_import_docs", w.imports, docs);
    named_interfaces("interface_export_docs", w.exports, docs);
  }

  const wit::Graph& graph_;
  Writer out_;
};

// ---- reading ----

using nlohmann::json;

/// The first thing that was not as it should be; what is read after it does not matter.
class DocsDecoder {
 public:
  explicit DocsDecoder(wit::Graph& graph) : graph_(graph) {}

  void package(const json& j, wit::PackageId id) {
    wit::Package& p = graph_.packages[id];
    text(j, "docs", p.docs);
    for (const wit::WorldId w : p.worlds) world(at(at(j, "worlds"), graph_.worlds[w].name), graph_.worlds[w]);
    for (const wit::InterfaceId i : p.interfaces) interface(at(at(j, "interfaces"), *graph_.interfaces[i].name), graph_.interfaces[i]);
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void expect(bool is_so, std::string_view expected, const json& found, std::string_view key) {
    if (!is_so && problem_.empty()) problem_ = fmt::format("`{}` is {}, expected {}", escape(key), found.type_name(), expected);
  }
  /// The member, or null.
  const json& at(const json& j, std::string_view key) {
    static const json nothing;
    if (!j.is_object()) return nothing;
    const auto found = j.find(key);
    if (found == j.end()) return nothing;
    return *found;
  }
  const json& object(const json& j, std::string_view key) {
    const json& found = at(j, key);
    expect(found.is_null() || found.is_object(), "an object", found, key);
    return found;
  }
  void text(const json& j, std::string_view key, auto& out) {
    const json& found = at(j, key);
    if (found.is_null()) return;
    expect(found.is_string(), "a string", found, key);
    if (const auto* s = found.get_ptr<const std::string*>()) out = *s;
  }
  void version(const json& j, std::string_view key, auto& out) {
    std::string text_of;
    text(j, key, text_of);
    if (text_of.empty()) return;
    auto parsed = SemVer::parse(text_of);
    expect(parsed.has_value(), "a version", at(j, key), key);
    if (parsed) out = *std::move(parsed);
  }
  void stability_of(const json& j, wit::Stability& out) {
    const json &stable = object(j, "stable"), &unstable = object(j, "unstable");
    version(stable, "since", out.since);
    version(stable, "deprecated", out.deprecated);
    if (unstable.is_null()) return;
    std::string feature;
    text(unstable, "feature", feature);
    out.unstable_feature = std::move(feature);
    version(unstable, "deprecated", out.deprecated);
  }
  void docs_and_stability(const json& j, auto& docs, wit::Stability& stability) {
    text(j, "docs", docs);
    stability_of(object(j, "stability"), stability);
  }
  void type(const json& j, wit::TypeDecl& decl) {
    docs_and_stability(j, decl.docs, decl.stability);
    const json& items = object(j, "items");
    if (!items.is_object()) return;
    const std::vector<std::string_view> names = member_names(graph_.types[decl.type]);
    decl.member_docs.resize(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) text(items, names[i], decl.member_docs[i]);
  }
  void function(const json& j, wit::Function& f) {
    if (j.is_string()) f.docs = j.get_ref<const std::string&>();
    else docs_and_stability(j, f.docs, f.stability);
  }
  void interface(const json& j, wit::Interface& i) {
    if (!j.is_object()) return;
    docs_and_stability(j, i.docs, i.stability);
    const json &funcs = object(j, "funcs"), &types = object(j, "types");
    for (wit::Function& f : i.functions) function(at(funcs, f.abi_name), f);
    for (const wit::TypeDeclId t : i.types) type(at(types, graph_.type_decls[t].name), graph_.type_decls[t]);
  }

  /// The keys of the members of a world that imports or exports have.
  struct Keys {
    std::string_view interfaces, funcs, stability, docs;
  };
  void items(const json& j, std::vector<wit::WorldItem>& list, const Keys& keys) {
    const json &interfaces = object(j, keys.interfaces), &funcs = object(j, keys.funcs), &types = object(j, "types");
    for (wit::WorldItem& item : list) {
      match(
          item.item,
          [&](wit::InterfaceId id) {
            wit::Interface& i = graph_.interfaces[id];
            if (!i.name) {
              interface(at(interfaces, item.name), i);
              item.docs = i.docs;
              item.stability = i.stability;
            } else {
              text(object(j, keys.docs), item.name, item.docs);
              stability_of(object(object(j, keys.stability), item.name), item.stability);
            }
          },
          [&](wit::Function& f) {
            function(at(funcs, f.abi_name), f);
            item.docs = f.docs;
            item.stability = f.stability;
          },
          [&](wit::TypeDeclId t) {
            wit::TypeDecl& decl = graph_.type_decls[t];
            type(at(types, decl.name), decl);
            item.docs = decl.docs;
            item.stability = decl.stability;
          });
    }
  }
  void world(const json& j, wit::World& w) {
    if (!j.is_object()) return;
    docs_and_stability(j, w.docs, w.stability);
    static constexpr Keys imports{"interfaces", "funcs", "interface_import_stability", "interface_import_docs"};
    static constexpr Keys exports{"interface_exports", "func_exports", "interface_export_stability", "interface_export_docs"};
    items(j, w.imports, imports);
    if (at(j, exports.interfaces).is_null() && at(j, exports.funcs).is_null()) {
      items(exports_of_version_0(j, w), w.exports, imports);
    }
    items(j, w.exports, exports);
  }
  /// `interfaces` and `funcs` without what is about imports.
  json exports_of_version_0(const json& j, const wit::World& w) {
    json out = {{"interfaces", object(j, "interfaces")}, {"funcs", object(j, "funcs")}};
    for (const wit::WorldItem& item : w.imports) {
      for (json& list : out) {
        if (list.is_object()) list.erase(item.name);
      }
    }
    return out;
  }

  wit::Graph& graph_;
  std::string problem_;
};

}  // namespace

Bytes encode_docs(const wit::Graph& graph, wit::PackageId package) {
  const std::string text = DocsEncoder(graph).package(package);
  Bytes out{current_version};
  out.insert(out.end(), text.begin(), text.end());
  return out;
}

Result<void> apply_docs(ByteSpan section, wit::Graph& graph, wit::PackageId package) {
  const BinaryPos at{.file = {}, .path = std::string(wit_docs_section), .offset = 0};
  if (section.empty()) return fail(diag::unexpected_end, "the section is empty", at);
  if (section[0] != first_version && section[0] != current_version) {
    return fail(diag::unsupported, fmt::format("version {} of the section is not supported, only {} and {} are", section[0], first_version, current_version), at);
  }
  const json j = json::parse(section.begin() + 1, section.end(), nullptr, false);
  if (!j.is_object()) return fail(diag::malformed, j.is_discarded() ? "the section is not valid JSON" : fmt::format("the section's JSON is {}, expected an object", j.type_name()), at);
  DocsDecoder decoder(graph);
  decoder.package(j, package);
  if (!decoder.problem().empty()) return fail(diag::malformed, decoder.problem(), at);
  return Ok{};
}

}  // namespace wcomp::component
