#include "bindgen/emit_types.h"

#include <fmt/format.h>

#include "base/match.h"

namespace wcomp::bindgen {
namespace {

using types::ValType;

std::string bits_type(std::size_t flags) { return flags <= 8 ? "std::uint8_t" : flags <= 16 ? "std::uint16_t" : "std::uint32_t"; }
std::string tag_type(std::size_t cases) { return cases <= 0x100 ? "std::uint8_t" : cases <= 0x10000 ? "std::uint16_t" : "std::uint32_t"; }

/// Names of the members of one type, in order.
template <class List, class Get>
std::vector<std::string> member_names(const List& list, NameScope scope, std::string (*convert)(std::string_view), Get get) {
  std::vector<std::string> out;
  for (const auto& item : list) out.push_back(scope.take(convert(get(item))));
  return out;
}

std::vector<std::string> field_names(const types::RecordType& t) {
  return member_names(t.fields, {}, value_name, [](const types::Field& f) -> std::string_view { return f.name; });
}
std::vector<std::string> case_names(const types::VariantType& t, const std::string& self) {
  return member_names(t.cases, {self}, type_name, [](const types::Case& c) -> std::string_view { return c.name; });
}

class Emitter {
 public:
  Emitter(const Model& model, const Scope& scope) : model_(model), scope_(scope) {}

  std::string types(const std::function<std::string()>& resources) {
    std::string shared, forward, aliases, plain, compound;
    for (const wit::TypeDeclId id : scope_.types) {
      if (!model_.is_declared(id)) continue;
      const wit::TypeDecl& decl = model_.graph().type_decls[id];
      const std::string& name = model_.name(id);
      const std::string docs = doc_comment(decl.docs, "");
      const std::string mark = Model::deprecation(decl.stability);
      if (&model_.home(id, scope_) != &scope_) {
        shared += fmt::format("using {} = {};\n", name, model_.qualified(id, scope_, false));
        continue;
      }
      match(
          model_.graph().types[decl.type],
          [&](const types::RecordType& t) {
            forward += fmt::format("struct {};\n", name);
            compound += docs + record(name, mark, t);
          },
          [&](const types::VariantType& t) {
            forward += fmt::format("struct {};\n", name);
            compound += docs + variant(name, mark, t);
          },
          [&](const types::EnumType& t) {
            plain += docs + enumeration(name, mark, t);
          },
          [&](const types::FlagsType& t) {
            plain += docs + flags(name, mark, t);
          },
          [&](const types::ResourceType&) { forward += fmt::format("class {};\n", name); },
          [&](const auto&) { aliases += docs + fmt::format("using {}{} = {};\n", name, mark.empty() ? "" : " " + mark.substr(0, mark.size() - 1), target(decl)); });
    }
    std::string out = shared;
    const auto add = [&](const std::string& part) {
      if (!out.empty() && !part.empty()) out += "\n";
      out += part;
    };
    add(forward);
    add(plain);
    add(aliases);
    add(resources());
    add(compound);
    return out;
  }

  std::string abi() {
    std::string out;
    for (const wit::TypeDeclId id : scope_.types) {
      if (!model_.is_declared(id) || &model_.home(id, scope_) != &scope_) continue;
      const wit::TypeDecl& decl = model_.graph().type_decls[id];
      const std::string full = model_.qualified(id, scope_, false);
      match(
          model_.graph().types[decl.type],
          [&](const types::RecordType& t) {
            std::string members;
            for (const std::string& f : field_names(t)) members += fmt::format(", &{}::{}", full, f);
            out += specialisation(full, "Record", members, t.fields, [](const types::Field& f) { return f.name; });
          },
          [&](const types::VariantType& t) {
            std::string payloads;
            for (const types::Case& c : t.cases) payloads += ", " + (c.type ? model_.value_type(*c.type, scope_, false) : "void");
            out += specialisation(full, "Variant", payloads, t.cases, [](const types::Case& c) { return c.name; });
          },
          [&](const types::EnumType& t) {
            out += specialisation(full, "Enum", fmt::format(", {}", t.names.size()), t.names, [](const std::string& n) { return n; });
          },
          [&](const types::FlagsType& t) {
            out += specialisation(full, "FlagSet", fmt::format(", {}", t.names.size()), t.names, [](const std::string& n) { return n; });
          },
          [](const auto&) {});
    }
    return out;
  }

 private:
  /// What an alias stands for: the named thing, or the type written out.
  std::string target(const wit::TypeDecl& decl) {
    if (decl.alias_of) return model_.qualified(*decl.alias_of, scope_);
    const types::TypeDef& def = model_.graph().types[decl.type];
    if (const auto* alias = std::get_if<types::AliasType>(&def)) return model_.value_type(alias->target, scope_);
    return model_.anonymous_type(decl.type, scope_);
  }
  std::string equality(const std::string& name, ValType type, std::string_view indent) {
    if (model_.contains_handle(type, false)) return "";
    return fmt::format("{0}friend bool operator==(const {1}&, const {1}&) = default;\n", indent, name);
  }
  std::string record(const std::string& name, const std::string& mark, const types::RecordType& t) {
    std::string out = fmt::format("struct {}{} {{\n", mark, name);
    const auto names = field_names(t);
    bool has_handles = false;
    for (std::size_t i = 0; i < names.size(); ++i) {
      out += fmt::format("  {} {}{};\n", model_.value_type(t.fields[i].type, scope_), names[i], model_.is_scalar(t.fields[i].type) ? "{}" : "");
      has_handles = has_handles || model_.contains_handle(t.fields[i].type, false);
    }
    if (!has_handles) out += fmt::format("  friend bool operator==(const {0}&, const {0}&) = default;\n", name);
    return out + "};\n";
  }
  std::string variant(const std::string& name, const std::string& mark, const types::VariantType& t) {
    std::string out = fmt::format("struct {}{} : wcomp::VariantOf<{}> {{\n", mark, name, name);
    const auto names = case_names(t, name);
    std::string alternatives;
    std::string constructors;
    bool has_handles = false;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto& payload = t.cases[i].type;
      alternatives += (i == 0 ? "" : ", ") + names[i];
      constructors += fmt::format("  {}({} v) : value(std::move(v)) {{}}\n", name, names[i]);
      if (payload) {
        // No initialiser: a nested class with one counts as not default-constructible until the outer class is complete.
        out += fmt::format("  struct {} {{\n    {} value;\n{}  }};\n", names[i], model_.value_type(*payload, scope_, false),
                           equality(names[i], *payload, "    "));
        has_handles = has_handles || model_.contains_handle(*payload, false);
      } else {
        out += fmt::format("  struct {0} {{\n    friend bool operator==(const {0}&, const {0}&) = default;\n  }};\n", names[i]);
      }
    }
    out += fmt::format("  wcomp::OneOf<{}> value;\n\n", alternatives);
    if (!t.cases.front().type || model_.is_default_constructible(*t.cases.front().type)) out += fmt::format("  {}() = default;\n", name);
    out += constructors;
    out += fmt::format("  {}(wcomp::CaseIndex at, auto&& make) : value(at, std::forward<decltype(make)>(make)) {{}}\n", name);
    if (!has_handles) out += fmt::format("  friend bool operator==(const {0}& a, const {0}& b) {{ return a.value == b.value; }}\n", name);
    return out + "};\n";
  }
  std::string enumeration(const std::string& name, const std::string& mark, const types::EnumType& t) {
    std::string out = fmt::format("enum class {}{} : {} {{\n", mark, name, tag_type(t.names.size()));
    for (const std::string& n : member_names(t.names, {}, value_name, [](const std::string& s) -> std::string_view { return s; })) {
      out += fmt::format("  {},\n", n);
    }
    return out + "};\n";
  }
  std::string flags(const std::string& name, const std::string& mark, const types::FlagsType& t) {
    std::string out = fmt::format("class {0}{1} : public wcomp::Flags<{1}, {2}, {3}> {{\n public:\n", mark, name, bits_type(t.names.size()), t.names.size());
    const auto names = member_names(t.names, {"bits", "contains", "is_empty", "from_bits", "flag_count", "all_bits"}, value_name,
                                    [](const std::string& s) -> std::string_view { return s; });
    for (const std::string& n : names) out += fmt::format("  static const {} {};\n", name, n);
    out += "};\n";
    for (std::size_t i = 0; i < names.size(); ++i) {
      out += fmt::format("inline constexpr {0} {0}::{1} = {0}::from_bits({2:#x});\n", name, names[i], std::uint32_t{1} << (i & 31));
    }
    return out;
  }
  template <class List, class Get>
  std::string specialisation(const std::string& full, std::string_view kind, const std::string& args, const List& list, Get name_of) {
    std::string out = fmt::format("template <>\nstruct wcomp::abi::Type<{0}> : wcomp::abi::{1}<{0}{2}> {{", full, kind, args);
    if (model_.side() == Side::guest) return out + "};\n";
    std::string names;
    for (const auto& item : list) names += (names.empty() ? "" : ", ") + literal(name_of(item));
    return out + fmt::format("\n  static constexpr const char* names[] = {{{}}};\n  static constexpr wcomp::TypeDesc desc = describe(names);\n}};\n", names);
  }

  const Model& model_;
  const Scope& scope_;
};

}  // namespace

std::string emit_types(const Model& model, const Scope& scope, const std::function<std::string()>& resources) {
  return Emitter(model, scope).types(resources);
}

std::string emit_abi(const Model& model, const Scope& scope) { return Emitter(model, scope).abi(); }

std::string docs_of(const wit::Function& func, std::string_view indent) { return doc_comment(func.docs, indent); }

std::string params_text(const Model& model, const Scope& scope, const FuncModel& func) {
  std::string out;
  for (std::size_t i = func.func->kind == wit::FuncKind::method ? 1 : 0; i < func.params.size(); ++i) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", model.param_type(func.func->type.params[i].type, scope), func.params[i]);
  }
  return out;
}

std::string args_text(const Model& model, const FuncModel& func) {
  std::string out;
  for (std::size_t i = func.func->kind == wit::FuncKind::method ? 1 : 0; i < func.params.size(); ++i) {
    const bool is_moved = model.is_moved(func.func->type.params[i].type);
    out += fmt::format("{}{}", out.empty() ? "" : ", ", is_moved ? fmt::format("std::move({})", func.params[i]) : func.params[i]);
  }
  return out;
}

std::string in_namespace(const std::string& name, const std::string& body) {
  if (body.empty()) return "";
  return fmt::format("namespace {0} {{\n\n{1}\n}}  // namespace {0}\n", name, body);
}

std::string with_diagnostics(const Model& model, const std::string& text) {
  if (!model.has_deprecated() || text.empty()) return text;
  return "#pragma GCC diagnostic push\n#pragma GCC diagnostic ignored \"-Wdeprecated-declarations\"\n" + text + "#pragma GCC diagnostic pop\n";
}

std::string guarded(const std::string& file_name, const std::string& text) {
  std::string guard = "WCOMP_BINDINGS_";
  for (const char c : file_name) guard += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : (c >= '0' && c <= '9') ? c : '_';
  return fmt::format("#ifndef {0}\n#define {0}\n\n{1}\n#endif\n", guard, text);
}

std::string file_header(const Model& model) {
  return fmt::format("// Made by `witc bindgen` for world `{}`; changes here are lost.\n", model.world().name);
}

}  // namespace wcomp::bindgen
