#include "bindgen/guest_imports.h"

#include <optional>

#include <fmt/format.h>

#include "bindgen/emit_types.h"

namespace wcomp::bindgen {
namespace {

using types::Prim;
using types::ValType;

std::string_view core_type(core::ValType t) {
  switch (t) {
    case core::ValType::i64: return "std::int64_t";
    case core::ValType::f32: return "float";
    case core::ValType::f64: return "double";
    default: return "std::int32_t";
  }
}

class ImportEmitter {
 public:
  ImportEmitter(const Model& model, const Scope& scope)
      : model_(model), arena_(model.graph().types), scope_(scope), module_(scope.interface ? scope.wit_name : "$root") {}

  GuestImports run() {
    for (const FuncModel& f : scope_.functions) define(f, "");
    for (const ResourceModel& r : scope_.resources) {
      const std::string& name = model_.name(r.decl);
      core::FuncType drop;
      drop.params = {core::ValType::i32};
      const std::string symbol = declare(header_, "[resource-drop]" + model_.graph().type_decls[r.decl].name, drop);
      header_.body += fmt::format("inline void {}::drop_handle(std::int32_t handle) {{ ::{}(handle); }}\n", name, symbol);
      for (const FuncModel& f : r.functions) define(f, name);
    }
    return {header_.text(scope_), glue_.text(scope_), needs_realloc_};
  }

 private:
  struct Part {
    std::string externs, body;
    [[nodiscard]] std::string text(const Scope& scope) const { return body.empty() ? "" : externs + "\n" + in_namespace(scope.cpp_namespace, body); }
  };

  std::string declare(Part& part, const std::string& name, const core::FuncType& type) {
    const std::string symbol = fmt::format("{}_import_{}", scope_.file_stem, imports_++);
    part.externs += core_import(symbol, module_, name, type);
    return symbol;
  }

  void define(const FuncModel& f, const std::string& owner) {
    const cabi::FuncShape shape = cabi::shape_of(model_.graph().types, f.func->type);
    needs_realloc_ = needs_realloc_ || shape.lower_needs_realloc;
    const std::optional<std::string> args = shape.params_spill ? std::nullopt : plain_args(f);
    const bool is_method = f.func->kind == wit::FuncKind::method;
    const bool is_maker = model_.is_plain_constructor(*f.func);
    const bool is_line = args && (is_maker || is_plain_result(f.func->type.result));
    const bool is_inline = is_line || is_result_of_variant(f.func->type.result) || has_result_param(f);
    Part& part = is_inline ? header_ : glue_;
    const std::string symbol = declare(part, f.func->abi_name, shape.lowered);
    const std::string params = params_text(model_, scope_, f);
    const std::string head = is_maker ? fmt::format("{0}::{0}({1})", owner, params)
                                      : fmt::format("{} {}{}({}){}", model_.result_type(f.func->type, scope_), owner.empty() ? "" : owner + "::", f.name, params,
                                                    is_method ? " const" : "");
    if (is_line) {
      const std::string call = fmt::format("::{}({})", symbol, *args);
      part.body += fmt::format("inline {} {{\n  {};\n}}\n", head, is_maker ? fmt::format("index_ = wcomp::guest::new_handle({})", call) : plain_return(f.func->type.result, call));
      return;
    }
    std::string values = is_method ? "*this" : "";
    for (std::size_t i = is_method ? 1 : 0; i < f.params.size(); ++i) values += (values.empty() ? "" : ", ") + f.params[i];
    const std::string call = fmt::format("wcomp::guest::call_import<{}, {}>({})", model_.signature(f.func->type, scope_), symbol, values);
    if (is_inline) part.body += "inline ";
    part.body += is_maker ? fmt::format("{} : {}({}) {{}}\n", head, owner, call) : fmt::format("{} {{\n  return {};\n}}\n", head, call);
  }

  /// The core arguments, or none if a parameter takes more than a line.
  std::optional<std::string> plain_args(const FuncModel& f) const {
    std::string out;
    for (std::size_t i = 0; i < f.params.size(); ++i) {
      const bool is_self = i == 0 && f.func->kind == wit::FuncKind::method;
      const std::optional<std::string> arg = is_self ? "index_" : plain_arg(f.func->type.params[i].type, f.params[i]);
      if (!arg) return std::nullopt;
      out += (out.empty() ? "" : ", ") + *arg;
    }
    return out;
  }
  std::optional<std::string> plain_arg(ValType type, const std::string& name) const {
    const ValType t = arena_.resolve(type);
    if (const auto* p = std::get_if<Prim>(&t)) {
      switch (*p) {
        case Prim::f32: case Prim::f64: return name;
        case Prim::s64: case Prim::u64: return fmt::format("static_cast<std::int64_t>({})", name);
        case Prim::string: return pointed(name);
        case Prim::error_context: return std::nullopt;
        default: return fmt::format("static_cast<std::int32_t>({})", name);
      }
    }
    if (arena_.get<types::EnumType>(t) != nullptr) return fmt::format("static_cast<std::int32_t>({})", name);
    if (arena_.get<types::FlagsType>(t) != nullptr) return fmt::format("static_cast<std::int32_t>({}.bits())", name);
    if (const auto* own = arena_.get<types::OwnType>(t)) return is_imported(own->resource) ? std::optional(name + ".release()") : std::nullopt;
    if (const auto* borrow = arena_.get<types::BorrowType>(t)) return is_imported(borrow->resource) ? std::optional(name + ".handle()") : std::nullopt;
    if (const auto* list = arena_.get<types::ListType>(t)) return is_number(list->element) ? std::optional(pointed(name)) : std::nullopt;
    return std::nullopt;
  }
  static std::string pointed(const std::string& name) {
    return fmt::format("wcomp::guest::pointer({0}.data()), static_cast<std::int32_t>({0}.size())", name);
  }

  bool is_plain_result(const std::optional<ValType>& type) const {
    if (!type) return true;
    const ValType t = arena_.resolve(*type);
    if (const auto* p = std::get_if<Prim>(&t)) return *p != Prim::string && *p != Prim::error_context;
    if (const auto* own = arena_.get<types::OwnType>(t)) return is_imported(own->resource);
    return arena_.get<types::EnumType>(t) != nullptr;
  }
  std::string plain_return(const std::optional<ValType>& type, const std::string& call) const {
    if (!type) return call;
    const ValType t = arena_.resolve(*type);
    const std::string name = model_.value_type(*type, scope_);
    if (t == ValType(Prim::bool_)) return fmt::format("return {} != 0", call);
    if (t == ValType(Prim::f32) || t == ValType(Prim::f64)) return "return " + call;
    if (arena_.get<types::OwnType>(t) != nullptr) return fmt::format("return {}::from_handle(wcomp::guest::new_handle({}))", name, call);
    return fmt::format("return static_cast<{}>({})", name, call);
  }

  /// Callers see how such a result was made, so that those who do not look at the error have no code for its cases.
  bool is_result_of_variant(const std::optional<ValType>& type) const {
    const auto* result = type ? arena_.get<types::ResultType>(*type) : nullptr;
    return result != nullptr && result->err && arena_.get<types::VariantType>(*result->err) != nullptr;
  }
  /// Callers often know which side they give; the other one is then no code of theirs.
  bool has_result_param(const FuncModel& f) const {
    for (const auto& p : f.func->type.params) {
      if (arena_.get<types::ResultType>(p.type) != nullptr) return true;
    }
    return false;
  }
  bool is_number(ValType type) const {
    const ValType t = arena_.resolve(type);
    const auto* p = std::get_if<Prim>(&t);
    return p != nullptr && *p != Prim::bool_ && *p != Prim::char_ && *p != Prim::string && *p != Prim::error_context;
  }
  bool is_imported(types::TypeId resource) const { return model_.home(model_.resource_decl(resource), scope_).direction == Direction::import_; }

  const Model& model_;
  const types::TypeArena& arena_;
  const Scope& scope_;
  std::string module_;
  Part header_, glue_;
  std::size_t imports_ = 0;
  bool needs_realloc_ = false;
};

}  // namespace

std::string_view core_result(const core::FuncType& type) { return type.results.empty() ? "void" : core_type(type.results.front()); }

std::string core_params(const core::FuncType& type, bool is_named) {
  std::string out;
  for (std::size_t i = 0; i < type.params.size(); ++i) {
    out += fmt::format("{}{}", i == 0 ? "" : ", ", core_type(type.params[i]));
    if (is_named) out += fmt::format(" p{}", i);
  }
  return out;
}

std::string core_import(std::string_view symbol, const std::string& module, const std::string& name, const core::FuncType& type) {
  return fmt::format("extern \"C\" __attribute__((import_module({}), import_name({}))) {} {}({});\n", literal(module), literal(name), core_result(type), symbol,
                     core_params(type, false));
}

GuestImports emit_imports(const Model& model, const Scope& scope) { return ImportEmitter(model, scope).run(); }

}  // namespace wcomp::bindgen
