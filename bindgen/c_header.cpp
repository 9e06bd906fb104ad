#include "bindgen/c_header.h"

#include <fmt/format.h>

#include "base/match.h"
#include "base/text.h"
#include "bindgen/emit_types.h"

namespace wcomp::bindgen {
namespace {

using types::ValType;
using Kind = CType::Kind;

std::string deprecation(const wit::Stability& stability) {
  if (!stability.deprecated) return "";
  return fmt::format("__attribute__((deprecated({})))", literal("since " + stability.deprecated->to_string()));
}

}  // namespace

std::string import_module(const Scope& scope) { return scope.interface ? scope.wit_name : "$root"; }

CExportedResource exported_resource(CNames& names, const Scope& scope, const std::string& resource) {
  const std::string stem = names.prefix(scope) + "_" + to_snake_case(resource);
  return {names.take(stem + "_new"), names.take(stem + "_rep"), names.take(stem + "_destructor")};
}

void CHeader::build() {
  for (const Scope& s : model_.scopes()) scope(s);
}

std::string CHeader::text(const std::string& imports) {
  std::string body = out_;
  if (!imports.empty()) body += "\n#ifdef __wasm__\n\n// How imports are called; inline, so that what a call does not use costs nothing.\n" + imports + "#endif\n";
  std::string before = "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n";
  std::string after;
  if (has_imports_) {
    before +=
        "\n#ifdef __wasm__\n#define WCOMP_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))\n"
        "#define WCOMP_INLINE static inline __attribute__((unused))\n#else\n#define WCOMP_IMPORT(module, name)\n#define WCOMP_INLINE\n#endif\n";
    after = "\n#undef WCOMP_IMPORT\n#undef WCOMP_INLINE\n";
  }
  const std::string guard = "WCOMP_C_BINDINGS_" + macro_name(names_.world());
  return file_header(model_) + doc_comment(model_.world().docs, "") +
         fmt::format("#ifndef {0}\n#define {0}\n\n{1}\n{2}{3}\n#ifdef __cplusplus\n}}\n#endif\n\n#endif\n", guard, before, with_diagnostics(model_, body), after);
}

void CHeader::scope(const Scope& scope) {
  std::string before = std::move(out_);
  out_.clear();
  for (const wit::TypeDeclId d : scope.types) {
    if (model_.is_needed(d, scope)) declare(d, scope);
  }
  functions(scope);
  if (!out_.empty()) {
    const bool is_export = scope.direction == Direction::export_;
    const std::string what = scope.interface ? "`" + scope.wit_name + "`" : "World `" + model_.world().name + "` itself";
    std::string title = fmt::format("// {}{}\n", what, is_export ? ", exported: these functions are yours to write." : scope.is_in_world ? ", imported." : ": its types.");
    before += (before.empty() ? "" : "\n") + title + doc_comment(scope.interface ? scope.docs : "", "") + (out_.starts_with('\n') ? "" : "\n") + out_;
  }
  out_ = std::move(before);
}

// Types.

void CHeader::declare(wit::TypeDeclId d, const Scope& scope) {
  if (!is_declared_.emplace(&scope, d).second) return;
  const wit::TypeDecl& decl = model_.graph().type_decls[d];
  if (!types_.is_possible(d)) {
    out_ += fmt::format("// `{}` is left out: there is nothing asynchronous in C yet, and nothing larger than a memory.\n", decl.name);
  } else if (model_.graph().types.get<types::ResourceType>(decl.type) != nullptr) {
    declare_resource(d, scope);
  } else if (const CType& type = types_.of(decl.type, scope); &model_.home(d, scope) == &scope && type.home == &scope && type.name == names_.type(d, scope)) {
    need(type);
  } else {
    declare_alias(d, scope);
  }
}

void CHeader::declare_alias(wit::TypeDeclId d, const Scope& scope) {
  const wit::TypeDecl& decl = model_.graph().type_decls[d];
  const Scope& home = model_.home(d, scope);
  const CType& type = types_.of(decl.type, scope);
  std::string target;
  if (&home != &scope) {
    declare(d, home);
    target = names_.type(d, home);
  } else if (decl.alias_of) {
    target = spelled(ValType(model_.graph().type_decls[*decl.alias_of].type), scope);
  } else if (const auto* alias = std::get_if<types::AliasType>(&model_.graph().types[decl.type])) {
    target = spelled(alias->target, scope);
  } else {
    need(type);
    target = type.name;
  }
  if (&home == &scope && !decl.is_use) out_ += doc_comment(decl.docs, "");
  const std::string mark = deprecation(decl.stability);
  out_ += fmt::format("typedef {} {}{}{};\n", target, names_.type(d, scope), mark.empty() ? "" : " ", mark);
  if (&home != &scope) constants(decl, type, scope);  // an export's names are all there, also of what it shares with the import
  if (!decl.is_use && !type.free.empty()) {
    out_ += fmt::format("static inline __attribute__((unused)) void {}({} *value) {{ {}(value); }}\n", names_.take(names_.stem(d, scope) + "_free"), names_.type(d, scope), type.free);
  }
}

void CHeader::declare_resource(wit::TypeDeclId d, const Scope& scope) {
  const wit::TypeDecl& decl = model_.graph().type_decls[d];
  const auto [target, home] = types_.resource(d, scope);
  if (target != d || home != &scope) {
    if (home != &scope) declare(target, *home);
    out_ += doc_comment(decl.is_use ? "" : decl.docs.get(), "");
    out_ += fmt::format("typedef {} {};\n", names_.own(target, *home), names_.own(d, scope));
    out_ += fmt::format("typedef {} {};\n", names_.borrow(target, *home), names_.borrow(d, scope));
    return;
  }
  out_ += "\n" + doc_comment(decl.docs, "");
  out_ += fmt::format("typedef struct {0} {{\n  int32_t handle;\n}} {0};\n", names_.own(d, scope));
  if (scope.direction == Direction::export_) {
    out_ += fmt::format("// `struct {0}` is yours to define; a borrow of one is a pointer to it.\ntypedef struct {0} {0};\ntypedef {0} *{1};\n", names_.type(d, scope), names_.borrow(d, scope));
  } else {
    out_ += fmt::format("typedef struct {0} {{\n  int32_t handle;\n}} {0};\n", names_.borrow(d, scope));
  }
}

std::string CHeader::spelled(ValType type, const Scope& from) {
  const CType& c = types_.of(type, from);
  const auto* id = std::get_if<types::TypeId>(&type);
  const auto decl = id == nullptr ? model_.graph().decl_of_type.end() : model_.graph().decl_of_type.find(*id);
  if (decl == model_.graph().decl_of_type.end()) {
    need(c);
    return c.name;
  }
  const Scope& home = model_.home(decl->second, from);
  declare(decl->second, home);
  return names_.type(decl->second, home);
}

std::string CHeader::spelled(const CMember& member, const CType& of) {
  if (of.home != nullptr) return spelled(member.wit_type, *of.home);
  need(*member.type);
  return member.type->name;
}

void CHeader::need(const CType& type) {
  if (is_defined_.contains(&type)) return;
  if (type.kind == Kind::own || type.kind == Kind::borrow || type.kind == Kind::rep) {
    declare(type.resource, *type.home);
    return;
  }
  is_defined_.insert(&type);
  if (type.kind == Kind::scalar && type.home == nullptr) return;
  define(type);
  defined_.push_back(&type);
}

void CHeader::define(const CType& type) {
  const wit::TypeDecl* decl = type.decl ? &model_.graph().type_decls[*type.decl] : nullptr;
  const std::string mark = decl == nullptr ? "" : deprecation(decl->stability);
  const std::string end = fmt::format(" {}{}{};\n", type.name, mark.empty() ? "" : " ", mark);
  const std::string docs = decl == nullptr ? "" : doc_comment(decl->docs, "");
  const auto member_docs = [&](std::size_t i, std::string_view indent) {
    return decl != nullptr && i < decl->member_docs.size() ? doc_comment(decl->member_docs[i], indent) : std::string();
  };
  std::string text;
  switch (type.kind) {
    case Kind::scalar: text = fmt::format("typedef uint{}_t{}", type.shape->size * 8, end); break;
    case Kind::string: text = fmt::format("// UTF-8, without a zero at the end.\ntypedef struct {} {{\n  uint8_t *ptr;\n  size_t len;\n}}{}", type.name, end); break;
    case Kind::list:
      text = fmt::format("typedef struct {} {{\n  {} *ptr;\n  size_t len;\n}}{}", type.name, spelled(type.members.front(), type), end);
      break;
    case Kind::array:
      text = fmt::format("typedef struct {} {{\n  {} items[{}];\n}}{}", type.name, spelled(type.members.front(), type), type.length, end);
      break;
    case Kind::record:
      text = fmt::format("typedef struct {} {{\n", type.name);
      for (std::size_t i = 0; i < type.members.size(); ++i) {
        text += member_docs(i, "  ") + fmt::format("  {} {};\n", spelled(type.members[i], type), type.members[i].name);
      }
      text += "}" + end;
      break;
    case Kind::variant: {
      std::string payloads;
      for (const CMember& m : type.members) {
        if (m.type == nullptr) continue;
        const std::string name = m.name.starts_with("val.") ? m.name.substr(4) : m.name;
        payloads += fmt::format("  {}{} {};\n", type.is_option() ? "" : "  ", spelled(m, type), name);
      }
      if (!payloads.empty() && !type.is_option()) payloads = "  union {\n" + payloads + "  } val;\n";
      const std::string tag = type.has_bool_tag() ? "bool" : fmt::format("uint{}_t", type.shape->discriminant_size * 8);
      text = fmt::format("typedef struct {} {{\n  {} {};\n{}}}{}", type.name, tag, type.tag_name(), payloads, end);
      break;
    }
    default: break;
  }
  out_ += "\n" + docs + text;
  if (decl != nullptr) constants(*decl, type, *type.home);
  if (!type.free.empty()) out_ += fmt::format("void {}({} *value);\n", type.free, type.name);
  if (type.kind == Kind::string) strings(type);
}

void CHeader::constants(const wit::TypeDecl& decl, const CType& type, const Scope& home) {
  const std::string prefix = names_.prefix(home) + "_" + to_snake_case(decl.name) + "_";
  const auto add = [&](const std::string& name, std::size_t i, const std::string& value) {
    if (i < decl.member_docs.size()) out_ += doc_comment(decl.member_docs[i], "");
    out_ += fmt::format("#define {} {}\n", names_.take_macro(prefix + to_snake_case(name)), value);
  };
  match(
      model_.graph().types[decl.type],
      [&](const types::EnumType& t) {
        for (std::size_t i = 0; i < t.names.size(); ++i) add(t.names[i], i, std::to_string(i));
      },
      [&](const types::FlagsType& t) {
        for (std::size_t i = 0; i < t.names.size(); ++i) add(t.names[i], i, fmt::format("(({}){:#x})", type.name, std::uint32_t{1} << (i & 31)));
      },
      [&](const types::VariantType& t) {
        for (std::size_t i = 0; i < t.cases.size(); ++i) add(t.cases[i].name, i, std::to_string(i));
      },
      [](const auto&) {});
}

void CHeader::strings(const CType& type) {
  string_ = &type;
  for (const char* name : {"_string_set", "_string_dup", "_string_dup_n"}) string_functions_.push_back(names_.take(names_.world() + name));
  out_ += fmt::format(
      "/// Makes `*ret` a view of a C string, which nobody has to free.\nvoid {1}({0} *ret, const char *text);\n"
      "/// Makes `*ret` a copy of a C string.\nvoid {2}({0} *ret, const char *text);\n"
      "/// Makes `*ret` a copy of `len` bytes.\nvoid {3}({0} *ret, const char *text, size_t len);\n",
      type.name, string_functions_[0], string_functions_[1], string_functions_[2]);
}

// Functions.

void CHeader::functions(const Scope& scope) {
  if (!scope.is_in_world) return;
  const bool is_export = scope.direction == Direction::export_;
  // Types come before all functions.
  const auto need_types = [&](const FuncModel& f) {
    for (const types::Param& p : f.func->type.params) need(types_.of(p.type, scope));
    if (f.func->type.result) need(types_.of(*f.func->type.result, scope));
  };
  for (const FuncModel& f : scope.functions) need_types(f);
  for (const ResourceModel& r : scope.resources) {
    for (const FuncModel& f : r.functions) need_types(f);
  }
  for (const ResourceModel& r : scope.resources) {
    const auto [target, home] = types_.resource(r.decl, scope);
    if (target == r.decl && home == &scope) is_export ? export_handle_functions(r, scope) : import_handle_functions(r, scope);
    for (const FuncModel& f : r.functions) function(f, scope);
  }
  for (const FuncModel& f : scope.functions) function(f, scope);
}

void CHeader::import_attribute(std::string_view module, std::string_view name) {
  has_imports_ = true;
  out_ += fmt::format("WCOMP_IMPORT({}, {})\n", literal(module), literal(name));
}

void CHeader::import_handle_functions(const ResourceModel& r, const Scope& scope) {
  const std::string& name = model_.graph().type_decls[r.decl].name;
  const CType& own = types_.own_of(r.decl, scope);
  const std::string& borrow = names_.borrow(r.decl, scope);
  out_ += "\n";
  import_attribute(import_module(scope), "[resource-drop]" + name);
  out_ += fmt::format("void {}({} handle);\n", own.free, own.name);
  out_ += fmt::format("static inline __attribute__((unused)) {0} {1}({2} handle) {{\n  {0} borrow = {{handle.handle}};\n  return borrow;\n}}\n", borrow,
                      names_.take(names_.prefix(scope) + "_borrow_" + to_snake_case(name)), own.name);
}

void CHeader::export_handle_functions(const ResourceModel& r, const Scope& scope) {
  const std::string& name = model_.graph().type_decls[r.decl].name;
  const std::string& object = names_.type(r.decl, scope);
  const CType& own = types_.own_of(r.decl, scope);
  const CExportedResource& f = exported_.emplace(std::pair(&scope, r.decl), exported_resource(names_, scope, name)).first->second;
  const std::string module = "[export]" + import_module(scope);
  out_ += "\n/// A handle for an object, which lives until the destructor is called with it.\n";
  import_attribute(module, "[resource-new]" + name);
  out_ += fmt::format("{} {}({} *object);\n/// The object of a handle.\n", own.name, f.make, object);
  import_attribute(module, "[resource-rep]" + name);
  out_ += fmt::format("{} *{}({} handle);\n", object, f.rep, own.name);
  import_attribute(module, "[resource-drop]" + name);
  out_ += fmt::format("void {}({} handle);\n/// Yours to write: the last handle is gone.\nvoid {}({} *object);\n", own.free, own.name, f.destructor, object);
}

void CHeader::function(const FuncModel& f, const Scope& scope) {
  const CFunc c = c_func(model_, types_, names_, scope, f);
  out_ += "\n" + doc_comment(f.func->docs, "");
  if (scope.direction == Direction::import_) {
    if (c.is_core()) {
      import_attribute(import_module(scope), f.func->abi_name);
    } else {
      has_imports_ = true;
      out_ += "WCOMP_INLINE ";
    }
  }
  const std::string mark = deprecation(f.func->stability);
  out_ += fmt::format("{}{}{};\n", mark, mark.empty() ? "" : " ", c.declaration());
}

}  // namespace wcomp::bindgen
