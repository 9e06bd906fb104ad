#include <fmt/format.h>

#include "bindgen/bindgen.h"
#include "bindgen/c_header.h"
#include "bindgen/emit_types.h"
#include "component/wit_codec.h"

namespace wcomp::bindgen {
namespace {

using Kind = CType::Kind;
using Pass = CParam::Pass;
using Return = CFunc::Return;

std::string_view core_result(const core::FuncType& t) { return t.results.empty() ? "void" : c_core_type(t.results.front()); }

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& t : texts) out += (out.empty() ? "" : ", ") + t;
  return out;
}

class CGuestEmitter {
 public:
  explicit CGuestEmitter(const Model& model) : model_(model), names_(model), types_(model, names_), header_(model, names_, types_), abi_(types_, names_) {}

  Result<std::vector<OutputFile>> run() {
    for (const Scope& s : model_.scopes()) {
      if (!s.interface && s.direction == Direction::import_) stem_ = s.file_stem;
    }
    std::vector<OutputFile> out;
    header_.build();
    std::string source = glue();
    out.push_back({stem_ + ".h", header_.text(abi_.inline_functions + (abi_.inline_functions.empty() ? "" : "\n") + imports_)});
    out.push_back({stem_ + ".c", std::move(source)});
    if (std::string text = implementation(); !text.empty()) out.push_back({stem_ + "_impl.c", std::move(text), true});
    WCOMP_TRY(const Bytes payload, component::encode_component_type(model_.graph(), model_.world_id()));
    const Bytes object = component::component_type_object(model_.world().name, payload);
    out.push_back({stem_ + "_component_type.o", std::string(object.begin(), object.end())});
    return out;
  }

 private:
  std::string glue() {
    std::string parts;
    for (const CType* type : header_.defined()) {
      if (!type->free.empty()) abi_.define_free(*type);
    }
    for (const Scope& scope : model_.scopes()) {
      if (!scope.is_in_world) continue;
      const bool is_export = scope.direction == Direction::export_;
      const auto add = [&](const FuncModel& f) { is_export ? export_function(parts, scope, f) : import_function(scope, f); };
      for (const ResourceModel& r : scope.resources) {
        for (const FuncModel& f : r.functions) add(f);
        if (const auto it = header_.exported_resources().find({&scope, r.decl}); it != header_.exported_resources().end()) destructor(parts, scope, r, it->second);
      }
      for (const FuncModel& f : scope.functions) add(f);
    }
    std::string out = file_header(model_) + "// Core imports and exports; see the header for what they mean.\n";
    out += fmt::format("#include \"{}.h\"\n\n#include <stdlib.h>\n#include <string.h>\n\n", stem_);
    if (model_.has_deprecated()) out += "#pragma GCC diagnostic ignored \"-Wdeprecated-declarations\"\n\n";
    if (needs_realloc_) out += realloc();
    std::string layouts;
    for (const CType* t : header_.defined()) {
      layouts += fmt::format("WCOMP_LAYOUT({}, {}, {})\n", t->name, t->shape->size, t->shape->align);
    }
    if (!layouts.empty()) {
      layouts = "// The layout of values is that of the Canonical ABI.\n"
                "#define WCOMP_LAYOUT(type, size, align) _Static_assert(sizeof(type) == (size) && _Alignof(type) == (align), \"layout\");\n" + layouts;
    }
    for (const std::string& part : {layouts, strings(), abi_.functions}) out += part + (part.empty() ? "" : "\n");
    return out + parts;
  }
  static std::string realloc() {
    return "__attribute__((weak, export_name(\"cabi_realloc\"))) void *cabi_realloc(void *block, size_t old_size, size_t align, size_t new_size) {\n"
           "  if (new_size == 0) return (void *)align;\n"
           "  void *out = realloc(old_size == 0 ? NULL : block, new_size);\n"
           "  if (out == NULL) __builtin_trap();\n"
           "  return out;\n}\n\n";
  }
  std::string strings() {
    if (!header_.has_strings()) return "";
    const auto& f = header_.string_functions();
    return fmt::format(
        "void {1}({0} *ret, const char *text) {{\n  ret->ptr = (uint8_t *)text;\n  ret->len = strlen(text);\n}}\n"
        "void {2}({0} *ret, const char *text) {{ {3}(ret, text, strlen(text)); }}\n"
        "void {3}({0} *ret, const char *text, size_t len) {{\n  ret->len = len;\n  ret->ptr = NULL;\n  if (len == 0) return;\n  ret->ptr = malloc(len);\n"
        "  if (ret->ptr == NULL) __builtin_trap();\n  memcpy(ret->ptr, text, len);\n}}\n",
        header_.string().name, f[0], f[1], f[2]);
  }

  // Imports.

  void import_function(const Scope& scope, const FuncModel& model) {
    CFunc f = c_func(model_, types_, names_, scope, model);
    needs_realloc_ = needs_realloc_ || f.shape.lower_needs_realloc;
    if (f.is_core()) return;  // the declaration is the core import
    const std::string symbol = names_.take(f.name + "_import");
    std::string core_params;
    for (const core::ValType t : f.shape.lowered.params) core_params += fmt::format("{}{}", core_params.empty() ? "" : ", ", c_core_type(t));
    imports_ += fmt::format("WCOMP_IMPORT({}, {})\n{} {}({});\n", literal(import_module(scope)), literal(f.func->abi_name),
                       core_result(f.shape.lowered), symbol, core_params.empty() ? "void" : core_params);
    CBlock block;
    block.locals = f.locals;
    std::vector<std::string> args;
    if (f.shape.params_spill) {
      args.push_back(spilled_params(f, block));
    } else {
      for (const CParam& p : f.params) lower_param(p, block, args);
    }
    import_call(f, symbol, std::move(args), block);
    imports_ += fmt::format("WCOMP_INLINE {} {{\n{}}}\n\n", f.declaration(), block.text);
  }
  void lower_param(const CParam& p, CBlock& block, std::vector<std::string>& args) {
    if (p.pass == Pass::value) return abi_.lower(*p.type, p.name, block, args);
    if (p.pass == Pass::pointer) return abi_.lower(*p.type, "(*" + p.name + ")", block, args);
    args.push_back(p.name + " != NULL");
    std::vector<std::string> flats;
    for (std::size_t i = 1; i < p.type->shape->flat.size(); ++i) {
      flats.push_back(block.locals.take("flat" + std::to_string(i)));
      block.line(fmt::format("{} {} = 0;", c_core_type(p.type->shape->flat[i]), flats.back()));
    }
    block.open(fmt::format("if ({} != NULL) {{", p.name));
    std::vector<std::string> values;
    abi_.lower(p.target(), "(*" + p.name + ")", block, values);
    for (std::size_t i = 0; i < values.size(); ++i) block.line(fmt::format("{} = {};", flats[i], values[i]));
    block.close();
    args.insert(args.end(), flats.begin(), flats.end());
  }
  /// Parameters that are too many for registers: they go into a struct.
  static std::string spilled_params(const CFunc& f, CBlock& block) {
    const std::string args = block.locals.take("args");
    block.open("struct {");
    for (const CParam& p : f.params) block.line(fmt::format("{} {};", p.type->name, p.name));
    block.close(fmt::format("}} {};", args));
    for (const CParam& p : f.params) {
      if (p.pass == Pass::option) {
        block.line(fmt::format("{}.{}.is_some = {} != NULL;", args, p.name, p.name));
        block.line(fmt::format("if ({1} != NULL) {0}.{1}.val = *{1};", args, p.name));
      } else {
        block.line(fmt::format("{0}.{1} = {2}{1};", args, p.name, p.pass == Pass::value ? "" : "*"));
      }
    }
    return "(int32_t)&" + args;
  }
  void import_call(const CFunc& f, const std::string& symbol, std::vector<std::string> args, CBlock& block) {
    const bool is_direct = f.returns == Return::pointer && f.shape.results_spill;
    std::string result;
    if (f.result != nullptr && !is_direct) {
      result = block.locals.take("result");
      block.line(fmt::format("{} {};", f.result->name, result));
    }
    std::string core;
    if (f.shape.results_spill) {
      args.push_back(is_direct ? "(int32_t)ret" : "(int32_t)&" + result);
    } else if (f.result != nullptr) {
      core = block.locals.take("core");
    }
    block.line(fmt::format("{}{}({});", core.empty() ? "" : fmt::format("const {} {} = ", core_result(f.shape.lowered), core), symbol, joined(args)));
    if (!core.empty()) {
      std::size_t next = 0;
      abi_.lift(*f.result, result, {{core, f.shape.lowered.results.front()}}, next, block);
    }
    for (const CParam& p : f.params) {
      if (p.pass != Pass::value) on_target(Walk::forget, p, "(*" + p.name + ")", block);
    }
    switch (f.returns) {
      case Return::none: break;
      case Return::value: block.line(fmt::format("return {};", result)); break;
      case Return::pointer:
        if (!is_direct) block.line(fmt::format("*ret = {};", result));
        break;
      case Return::option:
        block.line(fmt::format("if ({0}.is_some) *ret = {0}.val;", result));
        block.line(fmt::format("return {}.is_some;", result));
        break;
      case Return::result:
        for (const bool is_err : {true, false}) {
          if (f.result->members[is_err ? 1 : 0].type == nullptr) continue;
          block.line(fmt::format("if ({}{}.is_err) *{} = {}.{};", is_err ? "" : "!", result, is_err ? "err" : "ret", result, is_err ? "val.err" : "val.ok"));
        }
        block.line(fmt::format("return !{}.is_err;", result));
        break;
    }
  }
  /// Applies a walk to what a pointer points to, if it is not NULL.
  void on_target(Walk walk, const CParam& p, const std::string& e, CBlock& block) {
    if (!CAbi::needs(walk, p.target())) return;
    if (p.pass == Pass::option) block.open(fmt::format("if ({} != NULL) {{", p.name));
    abi_.apply(walk, p.target(), e, block);
    if (p.pass == Pass::option) block.close();
  }

  // Exports.

  void export_function(std::string& out, const Scope& scope, const FuncModel& model) {
    CFunc f = c_func(model_, types_, names_, scope, model);
    needs_realloc_ = needs_realloc_ || f.shape.lift_needs_realloc;
    const std::string symbol = names_.take(f.name + "_export");
    const std::string name = (scope.interface ? scope.wit_name + "#" : "") + f.func->abi_name;
    CBlock block;
    block.locals = f.locals;
    std::string core_params;
    std::vector<CAbi::CoreValue> values;
    for (const core::ValType t : f.shape.lifted.params) {
      values.push_back({block.locals.take("p" + std::to_string(values.size())), t});
      core_params += fmt::format("{}{} {}", core_params.empty() ? "" : ", ", c_core_type(t), values.back().text);
    }
    std::vector<std::string> args, targets;
    const std::string spilled = f.shape.params_spill ? take_spilled(f, values.front().text, args, targets, block) : "";
    if (spilled.empty()) take_params(f, values, args, targets, block);
    export_call(f, std::move(args), block, [&] {
      for (std::size_t i = 0; i < f.params.size(); ++i) release(f.params[i], targets[i], block);
      if (!spilled.empty()) block.line(fmt::format("free({});", spilled));
    });
    out += fmt::format("__attribute__((export_name({}))) {} {}({}) {{\n{}}}\n", literal(name), core_result(f.shape.lifted), symbol,
                       core_params.empty() ? "void" : core_params, block.text);
    if (f.result != nullptr && f.result->shape->has_pointers) post_return(out, f, name);
    out += "\n";
  }
  void take_params(const CFunc& f, const std::vector<CAbi::CoreValue>& values, std::vector<std::string>& args, std::vector<std::string>& targets, CBlock& block) {
    std::size_t next = 0;
    for (const CParam& p : f.params) {
      const std::string local = p.pass == Pass::option ? block.locals.take(p.name + "_val") : p.name;
      block.line(fmt::format("{} {};", p.target().name, local));
      targets.push_back(local);
      if (p.pass != Pass::option) {
        abi_.lift(*p.type, local, values, next, block);
        args.push_back((p.pass == Pass::value ? "" : "&") + local);
        continue;
      }
      block.line(fmt::format("{} *{} = NULL;", p.target().name, p.name));
      block.open(fmt::format("if ({} != 0) {{", values[next].text));
      block.line(fmt::format("{} = &{};", p.name, local));
      // The only case with a payload: its core values are its own.
      std::size_t payload = next + 1;
      abi_.lift(p.target(), local, values, payload, block);
      block.close();
      next += p.type->shape->flat.size();
      args.push_back(p.name);
    }
  }
  /// Parameters in a block that the caller had allocated here; they stay there. Returns the block's name.
  static std::string take_spilled(const CFunc& f, const std::string& pointer, std::vector<std::string>& args, std::vector<std::string>& targets, CBlock& block) {
    const std::string name = block.locals.take("args");
    block.open("struct {");
    for (const CParam& p : f.params) block.line(fmt::format("{} {};", p.type->name, p.name));
    block.close(fmt::format("}} *{} = (void *){};", name, pointer));
    for (const CParam& p : f.params) {
      const std::string e = fmt::format("{}->{}", name, p.name);
      if (p.pass == Pass::option) {
        block.line(fmt::format("{} *{} = {}.is_some ? &{}.val : NULL;", p.target().name, p.name, e, e));
        args.push_back(p.name);
        targets.push_back(e + ".val");
      } else {
        args.push_back((p.pass == Pass::value ? "" : "&") + e);
        targets.push_back(e);
      }
    }
    return name;
  }
  /// What is left of a parameter after the call.
  void release(const CParam& p, const std::string& e, CBlock& block) {
    on_target(Walk::drop_borrows, p, e, block);
    const bool is_functions = p.is_handed_over || (p.pass == Pass::value && p.type->kind == Kind::own);
    if (!is_functions) on_target(Walk::free, p, e, block);
  }
  template <class F>
  void export_call(const CFunc& f, std::vector<std::string> args, CBlock& block, F release) {
    std::string result;
    if (f.result != nullptr) {
      result = block.locals.take("result");
      block.line(fmt::format("{}{} {};", f.shape.results_spill ? "static " : "", f.result->name, result));
    }
    std::string assign;
    const auto add_out = [&](std::size_t i, std::string_view member) {
      if (f.result->members[i].type != nullptr) args.push_back(fmt::format("&{}.{}", result, member));
    };
    switch (f.returns) {
      case Return::none: break;
      case Return::value: assign = result + " = "; break;
      case Return::pointer: args.push_back("&" + result); break;
      case Return::option:
        add_out(1, "val");
        assign = result + ".is_some = ";
        break;
      case Return::result:
        add_out(0, "val.ok");
        add_out(1, "val.err");
        assign = result + ".is_err = !";
        break;
    }
    block.line(fmt::format("{}{}({});", assign, f.name, joined(args)));
    release();
    if (f.result == nullptr) return;
    if (f.shape.results_spill) {
      block.line(fmt::format("return (int32_t)&{};", result));
      return;
    }
    std::vector<std::string> values;
    abi_.lower(*f.result, result, block, values);
    block.line(fmt::format("return {};", values.front()));
  }
  void post_return(std::string& out, const CFunc& f, const std::string& name) {
    CBlock block;
    block.line(fmt::format("{0} *ret = ({0} *)p0;", f.result->name));
    abi_.apply(Walk::forget, *f.result, "(*ret)", block);  // the caller has them
    abi_.apply(Walk::free, *f.result, "(*ret)", block);
    out += fmt::format("__attribute__((export_name({}))) void {}(int32_t p0) {{\n{}}}\n", literal("cabi_post_" + name), names_.take(f.name + "_post"), block.text);
  }
  void destructor(std::string& out, const Scope& scope, const ResourceModel& r, const CExportedResource& resource) {
    const std::string name = scope.wit_name + "#[dtor]" + model_.graph().type_decls[r.decl].name;
    out += fmt::format("__attribute__((export_name({}))) void {}(int32_t p0) {{ {}(({} *)p0); }}\n\n", literal(name), names_.take(resource.destructor + "_export"),
                       resource.destructor, names_.type(r.decl, scope));
  }

  // The user's first version.

  std::string implementation() {
    std::string objects, functions;
    for (const Scope& scope : model_.scopes()) {
      if (scope.direction != Direction::export_) continue;
      const auto add = [&](const FuncModel& f) {
        const CFunc c = c_func(model_, types_, names_, scope, f);
        std::string body;
        for (const CParam& p : c.params) body += fmt::format("  (void){};\n", p.name);
        if (c.returns == Return::pointer || c.returns == Return::option) body += "  (void)ret;\n";
        if (c.returns == Return::result) body += fmt::format("{}{}", c.result->members[0].type ? "  (void)ret;\n" : "", c.result->members[1].type ? "  (void)err;\n" : "");
        functions += fmt::format("\n{} {{\n{}  __builtin_trap();  // not written yet\n}}\n", c.declaration(), body);
      };
      for (const ResourceModel& r : scope.resources) {
        const auto it = header_.exported_resources().find({&scope, r.decl});
        if (it != header_.exported_resources().end()) {
          const std::string& object = names_.type(r.decl, scope);
          objects += fmt::format("\nstruct {} {{\n  int unused;\n}};\n", object);
          functions += fmt::format("\nvoid {}({} *object) {{\n  free(object);\n}}\n", it->second.destructor, object);
        }
        for (const FuncModel& f : r.functions) add(f);
      }
      for (const FuncModel& f : scope.functions) add(f);
    }
    if (functions.empty()) return "";
    return fmt::format("// What world `{}` exports. This file is yours: it is never written again.\n#include \"{}.h\"\n{}{}{}", model_.world().name, stem_,
                       objects.empty() ? "" : "\n#include <stdlib.h>\n", objects, functions);
  }

  const Model& model_;
  CNames names_;
  CTypes types_;
  CHeader header_;
  CAbi abi_;
  std::string stem_;
  std::string imports_;
  bool needs_realloc_ = false;
};

}  // namespace

Result<std::vector<OutputFile>> emit_c_guest(const Model& model) { return CGuestEmitter(model).run(); }

}  // namespace wcomp::bindgen
