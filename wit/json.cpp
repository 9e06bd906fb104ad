// The graph in the JSON schema of `wasm-tools component wit --json`: four arrays that refer to each other by index, written as it is walked.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/match.h"
#include "base/text.h"
#include "wit/wit.h"

namespace wcomp::wit {

namespace {

/// Indented JSON, piece by piece.
class Stream {
 public:
  explicit Stream(const Sink& sink) : sink_(sink) { buffer_.reserve(flush_at + 4096); }

  void open(char bracket) {
    buffer_ += bracket;
    ++depth_;
    is_empty_ = true;
  }
  void close(char bracket) {
    --depth_;
    if (!is_empty_) line();
    buffer_ += bracket;
    is_empty_ = false;
  }
  /// Before each element of an array.
  void element() {
    if (!is_empty_) buffer_ += ',';
    line();
    is_empty_ = false;
  }
  void key(std::string_view name) {
    element();
    string(name);
    buffer_ += ": ";
  }
  void string(std::string_view text) {
    buffer_ += '"';
    for (;;) {
      const std::size_t plain = plain_length(text);
      buffer_ += text.substr(0, plain);
      text.remove_prefix(plain);
      if (text.empty()) break;
      text.remove_prefix(escape(text));
    }
    buffer_ += '"';
  }
  void number(std::uint64_t n) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
    buffer_.append(digits.data(), end);
  }
  void raw(std::string_view text) { buffer_ += text; }
  bool flush(bool must = true) {
    if (!must && buffer_.size() < flush_at) return is_good_;
    if (is_good_) is_good_ = sink_(buffer_);
    buffer_.clear();
    return is_good_;
  }

 private:
  static constexpr std::size_t flush_at = 1u << 16;
  static bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f && c != '"' && c != '\\'; }
  /// How much of `text` can stand in a string as it is.
  static std::size_t plain_length(std::string_view text) {
    std::size_t at = 0;
    // Eight bytes at a time: the high bit of one is set if it is no plain character, and now and then if one before it is not.
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101u, high = 0x80 * ones;
    for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      const std::uint64_t others = (word - 0x20 * ones) | ((word ^ ('"' * ones)) - ones) | ((word ^ ('\\' * ones)) - ones) | (word + ones) | word;
      if ((others & high) != 0) break;
    }
    while (at < text.size() && is_plain(text[at])) ++at;
    return at;
  }
  /// Writes what `text` begins with and is not plain; gives its length.
  std::size_t escape(std::string_view text) {
    static constexpr std::string_view special = "\"\\\n\t\r\b\f", letters = "\"\\ntrbf", digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(text[0]);
    if (const std::size_t i = special.find(text[0]); i != std::string_view::npos) {
      buffer_ += {'\\', letters[i]};
    } else if (byte < 0x20) {
      buffer_ += "\\u00";
      buffer_ += {digits[byte >> 4], digits[byte & 15]};
    } else {  // DEL, or characters outside of ASCII, some of which are escaped too
      std::size_t length = 1;
      while (byte >= 0x80 && length < text.size() && static_cast<unsigned char>(text[length]) >= 0x80) ++length;
      buffer_ += escape_json(text.substr(0, length));
      return length;
    }
    return 1;
  }
  void line() {
    static constexpr std::string_view spaces = "                                                                ";
    static_assert(spaces.size() == 64);
    buffer_ += '\n';
    for (std::size_t left = 2 * depth_; left > 0;) {
      const std::size_t some = std::min(left, spaces.size());
      buffer_ += spaces.substr(0, some);
      left -= some;
    }
  }

  const Sink& sink_;
  std::string buffer_;
  std::size_t depth_ = 0;
  bool is_empty_ = true;
  bool is_good_ = true;
};

class Writer {
 public:
  Writer(const Graph& graph, const Sink& sink) : graph_(graph), out_(sink) {}

  bool run() {
    object([&] {
      list("worlds", graph_.worlds.size(), [&](std::size_t i) { world(graph_.worlds[WorldId(i)]); });
      list("interfaces", graph_.interfaces.size(), [&](std::size_t i) { interface(graph_.interfaces[InterfaceId(i)]); });
      list("types", graph_.types.size(), [&](std::size_t i) { type(types::TypeId(i)); });
      list("packages", graph_.packages.size(), [&](std::size_t i) { package(graph_.packages[PackageId(i)]); });
    });
    out_.raw("\n");
    return out_.flush();
  }

 private:
  // ---- forms ----
  void object(const auto& members) {
    out_.open('{');
    members();
    out_.close('}');
  }
  void list(std::string_view name, std::size_t size, const auto& element) {
    out_.key(name);
    out_.open('[');
    for (std::size_t i = 0; i < size; ++i) {
      out_.element();
      element(i);
      out_.flush(false);
    }
    out_.close(']');
  }
  void member(std::string_view name, std::string_view text) {
    out_.key(name);
    out_.string(text);
  }
  void member(std::string_view name, std::uint64_t number) {
    out_.key(name);
    out_.number(number);
  }
  void value(types::ValType t) {
    match(t, [&](types::Prim p) { out_.string(types::to_string(p)); }, [&](types::TypeId id) { out_.number(id.value); });
  }
  void value(const std::optional<types::ValType>& t) {
    if (t) value(*t);
    else out_.raw("null");
  }

  // ---- what many things have ----
  void docs(const std::string& text) {
    if (text.empty()) return;
    out_.key("docs");
    object([&] { member("contents", text); });
  }
  void stability(const Stability& s) {
    if (!s.since && !s.unstable_feature) return;
    out_.key("stability");
    object([&] {
      out_.key(s.since ? "stable" : "unstable");
      object([&] {
        if (s.since) member("since", s.since->to_string());
        else member("feature", *s.unstable_feature);
        if (s.deprecated) member("deprecated", s.deprecated->to_string());
      });
    });
  }
  void external_id(const Shared<std::string>& id) {
    if (id) member("external_id", *id);
  }

  // ---- types ----
  void type(types::TypeId id) {
    const TypeDecl* decl = graph_.decl(id);
    object([&] {
      out_.key("name");
      if (decl == nullptr) out_.raw("null");
      else out_.string(decl->name);
      out_.key("kind");
      kind(graph_.types[id], decl);
      out_.key("owner");
      if (decl == nullptr) {
        out_.raw("null");
        if (const auto known = graph_.anonymous_stability.find(id); known != graph_.anonymous_stability.end()) stability(known->second);
        return;
      }
      match(
          decl->owner, [&](std::monostate) { out_.raw("null"); }, [&](InterfaceId i) { object([&] { member("interface", i.value); }); },
          [&](WorldId w) { object([&] { member("world", w.value); }); });
      if (!decl->is_use) docs(decl->docs);
      stability(decl->stability);
      external_id(decl->external_id);
    });
  }
  void parts(std::string_view kind_name, std::string_view list_name, std::size_t size, const TypeDecl* decl, const auto& part) {
    object([&] {
      out_.key(kind_name);
      object([&] {
        list(list_name, size, [&](std::size_t i) {
          object([&] {
            part(i);
            if (decl != nullptr && i < decl->member_docs.size()) docs(decl->member_docs[i]);
          });
        });
      });
    });
  }
  void names(std::string_view kind_name, std::string_view list_name, const std::vector<std::string>& all, const TypeDecl* decl) {
    parts(kind_name, list_name, all.size(), decl, [&](std::size_t i) { member("name", all[i]); });
  }
  /// `{"list": T}`
  void one(std::string_view name, const auto& t) {
    object([&] {
      out_.key(name);
      value(t);
    });
  }
  void two(std::string_view name, const auto& first, const auto& second) {
    object([&] {
      out_.key(name);
      out_.open('[');
      out_.element();
      first();
      out_.element();
      second();
      out_.close(']');
    });
  }
  void handle(std::string_view name, types::TypeId resource) {
    object([&] {
      out_.key("handle");
      object([&] { member(name, resource.value); });
    });
  }
  void kind(const types::TypeDef& def, const TypeDecl* decl) {
    match(
        def,
        [&](const types::RecordType& r) {
          parts("record", "fields", r.fields.size(), decl, [&](std::size_t i) {
            member("name", r.fields[i].name);
            out_.key("type");
            value(r.fields[i].type);
          });
        },
        [&](const types::VariantType& v) {
          parts("variant", "cases", v.cases.size(), decl, [&](std::size_t i) {
            member("name", v.cases[i].name);
            out_.key("type");
            value(v.cases[i].type);
          });
        },
        [&](const types::EnumType& e) { names("enum", "cases", e.names, decl); }, [&](const types::FlagsType& f) { names("flags", "flags", f.names, decl); },
        [&](const types::ListType& l) { one("list", l.element); },
        [&](const types::FixedListType& l) { two("fixed-length-list", [&] { value(l.element); }, [&] { out_.number(l.length); }); },
        [&](const types::MapType& m) { two("map", [&] { value(m.key); }, [&] { value(m.value); }); },
        [&](const types::TupleType& t) {
          object([&] {
            out_.key("tuple");
            object([&] { list("types", t.types.size(), [&](std::size_t i) { value(t.types[i]); }); });
          });
        },
        [&](const types::OptionType& o) { one("option", o.some); },
        [&](const types::ResultType& r) {
          object([&] {
            out_.key("result");
            object([&] {
              out_.key("ok");
              value(r.ok);
              out_.key("err");
              value(r.err);
            });
          });
        },
        [&](const types::OwnType& o) { handle("own", o.resource); }, [&](const types::BorrowType& b) { handle("borrow", b.resource); },
        [&](const types::StreamType& s) { one("stream", s.element); }, [&](const types::FutureType& f) { one("future", f.element); },
        [&](const types::ResourceType&) { out_.string("resource"); }, [&](const types::AliasType& a) { one("type", a.target); });
  }

  // ---- functions, interfaces, worlds, packages ----
  void function(const Function& f) {
    static constexpr std::string_view kinds[] = {"freestanding", "method", "static", "constructor"};
    const std::string kind = std::string(f.type.is_async ? "async-" : "") + std::string(kinds[static_cast<std::size_t>(f.kind)]);
    object([&] {
      member("name", f.abi_name);
      out_.key("kind");
      if (f.resource) object([&] { member(kind, graph_.type_decls[*f.resource].type.value); });
      else out_.string(kind);
      list("params", f.type.params.size(), [&](std::size_t i) {
        object([&] {
          member("name", f.type.params[i].name);
          out_.key("type");
          value(f.type.params[i].type);
        });
      });
      if (f.type.result) {
        out_.key("result");
        value(*f.type.result);
      }
      docs(f.docs);
      stability(f.stability);
      external_id(f.external_id);
    });
  }
  void interface(const Interface& i) {
    object([&] {
      out_.key("name");
      if (i.name) out_.string(*i.name);
      else out_.raw("null");
      out_.key("types");
      object([&] {
        for (const TypeDeclId t : i.types) member(graph_.type_decls[t].name, graph_.type_decls[t].type.value);
      });
      out_.key("functions");
      object([&] {
        for (const Function& f : i.functions) {
          out_.key(f.abi_name);
          function(f);
        }
      });
      if (i.name) docs(i.docs);
      stability(i.stability);
      member("package", i.package.value);
      if (i.clone_of) member("clone_of", i.clone_of->value);
    });
  }
  void world_items(std::string_view direction, const std::vector<WorldItem>& items) {
    out_.key(direction);
    object([&] {
      for (const WorldItem& item : items) {
        const auto* id = std::get_if<InterfaceId>(&item.item);
        const bool is_plain = item.name.find(':') == std::string::npos;
        out_.key(id == nullptr || is_plain ? item.name : "interface-" + std::to_string(id->value));
        object([&] {
          match(
              item.item,
              [&](InterfaceId interface) {
                out_.key("interface");
                object([&] {
                  member("id", interface.value);
                  docs(item.docs);
                  stability(item.stability);
                  external_id(item.external_id);
                });
              },
              [&](const Function& f) {
                out_.key("function");
                function(f);
              },
              [&](TypeDeclId t) { member("type", graph_.type_decls[t].type.value); });
        });
      }
    });
  }
  void world(const World& w) {
    object([&] {
      member("name", w.name);
      world_items("imports", w.imports);
      world_items("exports", w.exports);
      member("package", w.package.value);
      docs(w.docs);
      stability(w.stability);
    });
  }
  void package(const Package& p) {
    object([&] {
      member("name", p.name.to_string());
      docs(p.docs);
      out_.key("interfaces");
      object([&] {
        for (const InterfaceId i : p.interfaces) member(*graph_.interfaces[i].name, i.value);
      });
      out_.key("worlds");
      object([&] {
        for (const WorldId w : p.worlds) member(graph_.worlds[w].name, w.value);
      });
    });
  }

  const Graph& graph_;
  Stream out_;
};

}  // namespace

bool write_json(const Graph& graph, const Sink& sink) { return Writer(graph, sink).run(); }

std::string to_json(const Graph& graph) {
  std::string out;
  (void)write_json(graph, [&](std::string_view piece) {
    out += piece;
    return true;
  });
  return out;
}

}  // namespace wcomp::wit
