#include <fmt/format.h>

#include "bindgen/bindgen.h"
#include "bindgen/emit_types.h"
#include "bindgen/guest_imports.h"
#include "component/wit_codec.h"

namespace wcomp::bindgen {
namespace {

class GuestEmitter {
 public:
  explicit GuestEmitter(const Model& model) : model_(model) {}

  Result<std::vector<OutputFile>> run() {
    std::vector<OutputFile> out;
    for (const Scope& scope : model_.scopes()) {
      if (scope.direction == Direction::import_ && scope.interface) {
        const std::string name = scope.file_stem + ".h";
        out.push_back({name, interface_header(name, scope)});
      }
    }
    out.push_back({stem() + ".h", world_header()});
    out.push_back({stem() + "_exports.h", exports_header()});
    out.push_back({stem() + ".cpp", glue()});
    if (has_exports()) out.push_back({stem() + "_impl.cpp", implementation(), true});
    if (has_exported_resources()) out.push_back({stem() + "_impl.h", implementation_header(), true});
    out.push_back({"wcomp_guest.h", std::string(guest_support_header())});
    WCOMP_TRY(const Bytes payload, component::encode_component_type(model_.graph(), model_.world_id()));
    const Bytes object = component::component_type_object(model_.world().name, payload);
    out.push_back({stem() + "_component_type.o", std::string(object.begin(), object.end())});
    return out;
  }

 private:
  [[nodiscard]] std::string stem() const {
    for (const Scope& s : model_.scopes()) {
      if (!s.interface && s.direction == Direction::import_) return s.file_stem;
    }
    return "";
  }
  [[nodiscard]] bool has_exports() const {
    for (const Scope& s : model_.scopes()) {
      if (s.direction == Direction::export_ && !(s.functions.empty() && s.resources.empty())) return true;
    }
    return false;
  }
  [[nodiscard]] bool has_exported_resources() const {
    for (const Scope& s : model_.scopes()) {
      if (s.direction == Direction::export_ && !s.resources.empty()) return true;
    }
    return false;
  }

  // Headers.

  std::string interface_header(const std::string& name, const Scope& scope) {
    std::string includes = "#include \"wcomp_guest.h\"\n";
    for (const std::size_t use : scope.uses) includes += fmt::format("#include \"{}.h\"\n", model_.scopes()[use].file_stem);
    const std::string origin = fmt::format("// Made by `witc bindgen` for {}; changes here are lost.\n", scope.wit_name);
    return origin + guarded(name, includes + "\n" + with_diagnostics(model_, doc_comment(scope.docs, "") + declarations(scope)));
  }
  std::string world_header() {
    std::string includes = "#include \"wcomp_guest.h\"\n";
    std::string body;
    for (const Scope& scope : model_.scopes()) {
      if (scope.direction != Direction::import_) continue;
      if (scope.interface) {
        if (scope.is_in_world) includes += fmt::format("#include \"{}.h\"\n", scope.file_stem);
      } else {
        body = declarations(scope);
        if (!body.empty()) body = "\n" + with_diagnostics(model_, doc_comment(scope.docs, "") + body);
      }
    }
    return file_header(model_) + guarded(stem() + ".h", includes + body);
  }
  /// Types and functions of an import scope.
  std::string declarations(const Scope& scope) {
    std::string body = emit_types(model_, scope, [&] { return imported_classes(scope); });
    if (!scope.functions.empty()) {
      if (!body.empty()) body += "\n";
      for (const FuncModel& f : scope.functions) body += declaration(scope, f, "");
    }
    std::string out = in_namespace(scope.cpp_namespace, body);
    const std::string abi = emit_abi(model_, scope);
    if (!abi.empty()) out += "\n" + abi;
    const std::string calls = emit_imports(model_, scope).header;
    return calls.empty() ? out : out + "\n// Core functions, and those of the above whose call is a line.\n" + calls;
  }
  std::string declaration(const Scope& scope, const FuncModel& f, std::string_view indent) {
    return docs_of(*f.func, indent) + fmt::format("{}{}{}{} {}({}){};\n", indent, Model::deprecation(f.func->stability),
                                                  f.func->kind == wit::FuncKind::static_ || f.func->kind == wit::FuncKind::constructor ? "static " : "",
                                                  model_.result_type(f.func->type, scope), f.name, params_text(model_, scope, f),
                                                  f.func->kind == wit::FuncKind::method ? " const" : "");
  }
  std::string imported_classes(const Scope& scope) {
    std::string out;
    for (const ResourceModel& r : scope.resources) {
      const std::string& name = model_.name(r.decl);
      const wit::TypeDecl& decl = model_.graph().type_decls[r.decl];
      if (!out.empty()) out += "\n";
      out += doc_comment(decl.docs, "");
      out += fmt::format("class {}{} : public wcomp::guest::ImportedResource<{}> {{\n public:\n", Model::deprecation(decl.stability), name, name);
      out += fmt::format("  static constexpr const char* resource_name = {};\n", literal(decl.name));
      for (const FuncModel& f : r.functions) {
        if (model_.is_plain_constructor(*f.func)) {
          out += docs_of(*f.func, "  ") + fmt::format("  {}explicit {}({});\n", Model::deprecation(f.func->stability), name, params_text(model_, scope, f));
        } else {
          out += declaration(scope, f, "  ");
        }
      }
      out += fmt::format("\n  static void drop_handle(std::int32_t handle);  // for the base\n\n private:\n");
      out += fmt::format("  friend class wcomp::guest::ImportedResource<{0}>;\n  explicit {0}(Adopt) {{}}\n}};\n", name);
    }
    return out;
  }

  std::string exports_header() {
    std::string includes = fmt::format("#include \"{}.h\"\n", stem());
    std::string body;
    for (const Scope& scope : model_.scopes()) {
      if (scope.direction == Direction::import_) {
        if (scope.interface && !scope.is_in_world) includes += fmt::format("#include \"{}.h\"\n", scope.file_stem);
        continue;
      }
      std::string part = emit_types(model_, scope, [&] { return exported_classes(scope); });
      if (!part.empty() && !scope.functions.empty()) part += "\n";
      for (const FuncModel& f : scope.functions) part += declaration(scope, f, "");
      if (part.empty()) continue;
      body += "\n" + doc_comment(scope.docs, "") + in_namespace(scope.cpp_namespace, part);
      const std::string abi = emit_abi(model_, scope);
      if (!abi.empty()) body += "\n" + abi;
    }
    return file_header(model_) + "// What the component does: these functions are yours to write.\n" +
           guarded(stem() + "_exports.h", includes + with_diagnostics(model_, exported_resources() + body));
  }
  /// Before any type that holds a handle: that these classes are resources.
  std::string exported_resources() {
    std::string out;
    for (const Scope& scope : model_.scopes()) {
      if (scope.direction != Direction::export_ || scope.resources.empty()) continue;
      std::string classes;
      for (const ResourceModel& r : scope.resources) classes += fmt::format("class {};\n", model_.name(r.decl));
      out += "\n" + in_namespace(scope.cpp_namespace, classes);
      for (const ResourceModel& r : scope.resources) {
        out += fmt::format(
            "template <>\nstruct wcomp::guest::ExportedResource<{0}> {{\n  static constexpr bool is_exported = true;\n"
            "  static std::int32_t make({0}* object);\n  static {0}* rep(std::int32_t handle);\n  static void drop(std::int32_t handle);\n}};\n"
            "template <>\ninline constexpr bool wcomp::abi::is_resource<{0}> = true;\n",
            model_.qualified(r.decl, scope, false));
      }
    }
    return out;
  }
  std::string exported_classes(const Scope& scope) {
    std::string out;
    for (const ResourceModel& r : scope.resources) {
      out += fmt::format("// `{}` is a class of yours, in {}_impl.h, with these members:\n", model_.name(r.decl), stem());
      for (const FuncModel& f : r.functions) out += "//  " + class_member(scope, r, f) + ";\n";
    }
    return out;
  }
  /// How a member of an exported resource's class is declared.
  std::string class_member(const Scope& scope, const ResourceModel& r, const FuncModel& f) {
    if (model_.is_plain_constructor(*f.func)) return fmt::format("explicit {}({})", model_.name(r.decl), params_text(model_, scope, f));
    const bool is_static = f.func->kind != wit::FuncKind::method;
    return fmt::format("{}{} {}({})", is_static ? "static " : "", model_.result_type(f.func->type, scope), f.name, params_text(model_, scope, f));
  }

  // The user's first version.

  std::string implementation_header() {
    std::string body;
    for (const Scope& scope : model_.scopes()) {
      if (scope.direction != Direction::export_ || scope.resources.empty()) continue;
      std::string classes;
      for (const ResourceModel& r : scope.resources) {
        classes += fmt::format("{}class {} {{\n public:\n", classes.empty() ? "" : "\n", model_.name(r.decl));
        for (const FuncModel& f : r.functions) classes += "  " + class_member(scope, r, f) + ";\n";
        classes += "};\n";
      }
      body += "\n" + in_namespace(scope.cpp_namespace, classes);
    }
    return fmt::format("// The resources that world `{}` exports. This file is yours: it is never written again.\n", model_.world().name) +
           guarded(stem() + "_impl.h", fmt::format("#include \"{}_exports.h\"\n{}", stem(), body));
  }
  std::string implementation() {
    std::string body;
    for (const Scope& scope : model_.scopes()) {
      if (scope.direction != Direction::export_) continue;
      std::string part;
      const auto add = [&](const std::string& head, const FuncModel& f) {
        std::string args;
        for (std::size_t i = f.func->kind == wit::FuncKind::method ? 1 : 0; i < f.params.size(); ++i) args += (args.empty() ? "" : ", ") + f.params[i];
        part += fmt::format("{}{} {{\n  wcomp::guest::not_written_yet({});\n}}\n", part.empty() ? "" : "\n", head, args);
      };
      for (const FuncModel& f : scope.functions) {
        add(fmt::format("{} {}({})", model_.result_type(f.func->type, scope), f.name, params_text(model_, scope, f)), f);
      }
      for (const ResourceModel& r : scope.resources) {
        for (const FuncModel& f : r.functions) {
          const std::string& owner = model_.name(r.decl);
          const std::string params = params_text(model_, scope, f);
          if (model_.is_plain_constructor(*f.func)) {
            add(fmt::format("{0}::{0}({1})", owner, params), f);
          } else {
            add(fmt::format("{} {}::{}({})", model_.result_type(f.func->type, scope), owner, f.name, params), f);
          }
        }
      }
      if (!part.empty()) body += "\n" + in_namespace(scope.cpp_namespace, part);
    }
    return fmt::format("// What world `{}` exports. This file is yours: it is never written again.\n#include \"{}_{}.h\"\n{}", model_.world().name, stem(),
                       has_exported_resources() ? "impl" : "exports", body);
  }

  // The glue.

  std::string glue() {
    std::string out = file_header(model_);
    out += fmt::format("// Core imports and exports; see the headers for what they mean.\n#include \"{}_{}.h\"\n\n", stem(),
                       has_exported_resources() ? "impl" : "exports");
    if (model_.has_deprecated()) out += "#pragma GCC diagnostic ignored \"-Wdeprecated-declarations\"\n\n";
    std::string parts;
    for (const Scope& scope : model_.scopes()) {
      if (scope.direction == Direction::import_) {
        if (!scope.is_in_world) continue;
        const GuestImports imports = emit_imports(model_, scope);
        needs_realloc_ = needs_realloc_ || imports.needs_realloc;
        if (!imports.glue.empty()) parts += imports.glue + "\n";
      } else {
        export_scope(parts, scope);
      }
    }
    if (needs_realloc_) {
      parts +=
          "extern \"C\" __attribute__((weak, export_name(\"cabi_realloc\"))) void* cabi_realloc(void* block, std::size_t, std::size_t align, "
          "std::size_t new_size) {\n  return wcomp::guest::reallocate(block, align, new_size);\n}\n";
    }
    return out + parts + std::string(quiet_library);
  }
  /// A program without exceptions ends where one would be thrown. libc++ would print a text first, for which it needs all of printf: most of
  /// a small guest. Weak, so that a guest can have its own.
  static constexpr std::string_view quiet_library =
      "\n// Where memory ends or a container is misused there is nobody to tell: the guest traps. Definitions of your own take the place of these.\n"
      "#if defined(_LIBCPP_VERSION) && !defined(__cpp_exceptions)\n"
      "[[gnu::weak]] void std::__libcpp_verbose_abort(const char*, ...) noexcept(noexcept(std::__libcpp_verbose_abort(\"\"))) { __builtin_trap(); }\n"
      "[[gnu::weak]] void* operator new(std::size_t size) { return wcomp::guest::allocate(size); }\n"
      "[[gnu::weak]] void operator delete(void* block) noexcept { std::free(block); }\n"
      "[[gnu::weak]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }\n"
      "#endif\n";
  /// A built-in function for a resource that is exported.
  std::string built_in(const std::string& module, const std::string& name, bool has_result) {
    const std::string symbol = fmt::format("{}_resource_{}", stem(), built_ins_++);
    core::FuncType type;
    type.params = {core::ValType::i32};
    if (has_result) type.results = {core::ValType::i32};
    externs_ += core_import(symbol, module, name, type);
    return symbol;
  }
  void export_scope(std::string& out, const Scope& scope) {
    const std::string prefix = scope.interface ? scope.wit_name + "#" : "";
    externs_.clear();
    std::string body;
    const auto define = [&](const FuncModel& f, const std::string& callable) {
      const cabi::FuncShape shape = cabi::shape_of(model_.graph().types, f.func->type);
      needs_realloc_ = needs_realloc_ || shape.lift_needs_realloc;
      const bool has_post = shape.result != nullptr && shape.result->has_pointers;
      const std::string name = prefix + f.func->abi_name;
      std::string args;
      for (std::size_t i = 0; i < shape.lifted.params.size(); ++i) args += fmt::format(", p{}", i);
      body += fmt::format("extern \"C\" __attribute__((export_name({}))) {} {}_export_{}({}) {{\n", literal(name), core_result(shape.lifted), stem(), exports_,
                          core_params(shape.lifted, true));
      body += fmt::format("  return wcomp::guest::run_export<{}, {}, {}>(\n      {}{});\n}}\n", model_.signature(f.func->type, scope),
                          core_result(shape.lifted), has_post, callable, args);
      if (has_post) {
        body += fmt::format("extern \"C\" __attribute__((export_name({}))) void {}_post_{}(std::int32_t) {{\n  wcomp::guest::Returned<{}>::end();\n}}\n",
                            literal("cabi_post_" + name), stem(), exports_, model_.result_type(f.func->type, scope, false));
      }
      ++exports_;
    };
    const auto forward = [](const std::string& target) {
      return fmt::format("[](auto&&... args) -> decltype(auto) {{ return {}(std::forward<decltype(args)>(args)...); }}", target);
    };
    for (const FuncModel& f : scope.functions) define(f, forward("::" + scope.cpp_namespace + "::" + f.name));
    for (const ResourceModel& r : scope.resources) {
      const std::string name = model_.graph().type_decls[r.decl].name;
      const std::string cls = model_.qualified(r.decl, scope, false);
      const std::string module = "[export]" + scope.wit_name;
      const std::string make = built_in(module, "[resource-new]" + name, true);
      const std::string rep = built_in(module, "[resource-rep]" + name, true);
      const std::string drop = built_in(module, "[resource-drop]" + name, false);
      body += fmt::format("std::int32_t wcomp::guest::ExportedResource<{0}>::make({0}* object) {{\n  return {1}(static_cast<std::int32_t>(Context::address_of(object)));\n}}\n", cls, make);
      body += fmt::format("{0}* wcomp::guest::ExportedResource<{0}>::rep(std::int32_t handle) {{\n  return reinterpret_cast<{0}*>(Context::at(static_cast<std::uint32_t>({1}(handle))));\n}}\n", cls, rep);
      body += fmt::format("void wcomp::guest::ExportedResource<{0}>::drop(std::int32_t handle) {{ {1}(handle); }}\n", cls, drop);
      body += fmt::format("extern \"C\" __attribute__((export_name({0}))) void {1}_export_{2}(std::int32_t rep) {{\n  delete reinterpret_cast<{3}*>(wcomp::guest::Context::at(static_cast<std::uint32_t>(rep)));\n}}\n",
                          literal(prefix + "[dtor]" + name), stem(), exports_++, cls);
      for (const FuncModel& f : r.functions) {
        if (model_.is_plain_constructor(*f.func)) {
          define(f, forward("wcomp::Own<" + cls + ">::make"));
        } else if (f.func->kind == wit::FuncKind::method) {
          define(f, fmt::format("[]({}& self, auto&&... args) -> decltype(auto) {{ return self.{}(std::forward<decltype(args)>(args)...); }}", cls, f.name));
        } else {
          define(f, forward(cls + "::" + f.name));
        }
      }
    }
    if (!body.empty()) out += externs_ + (externs_.empty() ? "" : "\n") + body + "\n";
  }

  const Model& model_;
  std::string externs_;
  std::size_t built_ins_ = 0;
  std::size_t exports_ = 0;
  bool needs_realloc_ = false;
};

}  // namespace

Result<std::vector<OutputFile>> emit_guest(const Model& model) { return GuestEmitter(model).run(); }

}  // namespace wcomp::bindgen
