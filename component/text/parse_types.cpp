// Types of values, functions, resources, components and instances.
#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/decode_types.h"
#include "component/text/parser.h"

namespace wcomp::component::text {

namespace {

std::optional<types::Prim> find_prim(std::string_view word) {
#define WCOMP_PRIM(name, text, opcode, size, core) \
  if (word == text) return types::Prim::name;
#include "types/primitives.def"
#undef WCOMP_PRIM
  if (word == "float32") return types::Prim::f32;  // older names
  if (word == "float64") return types::Prim::f64;
  return std::nullopt;
}

constexpr std::string_view value_types[] = {"record", "variant", "list",   "tuple", "flags", "enum",   "option",
                                            "result", "own",     "borrow", "map",   "stream", "future"};

}  // namespace

Result<void> Parser::type_field() {
  const Id id = take_id();
  WCOMP_TRY(std::vector<NameWithAttributes> exports, inline_exports());
  if (!exports.empty() && scope().kind != Scope::Kind::component) return in_.fail_here("a type inside of a type has no inline exports");
  std::uint32_t i = 0;
  WCOMP_TRY(const bool is_alias, inverted_alias(Sort::type, id, i));
  if (!is_alias) {
    WCOMP_TRY(i, define_type(id));
  }
  export_later(std::move(exports), Sort::type, i);
  return in_.expect_close();
}

/// A `deftype` at the cursor, after what it has inside.
Result<std::uint32_t> Parser::define_type(const Id& id) {
  if (depth_ >= max_nesting) return fail(diag::limit_exceeded, fmt::format("types are nested more than {} deep", max_nesting), in_.where());
  ++depth_;
  WCOMP_TRY(DefType type, def_type(id));
  --depth_;
  return define(Sort::type, id, std::move(type));
}

Result<DefType> Parser::def_type(const Id& id) {
  if (in_.take_open("component")) {
    WCOMP_TRY(std::unique_ptr<Scope> inner, within(Scope::Kind::component_type, id, &Parser::type_decl));
    WCOMP_TRY(in_.expect_close());
    return DefType(std::make_shared<const ComponentTypeRef>(ComponentTypeRef{std::move(inner->decls)}));
  }
  if (in_.take_open("instance")) {
    WCOMP_TRY(std::unique_ptr<Scope> inner, within(Scope::Kind::instance_type, id, &Parser::type_decl));
    WCOMP_TRY(in_.expect_close());
    return DefType(std::make_shared<const InstanceTypeRef>(InstanceTypeRef{std::move(inner->decls)}));
  }
  const std::size_t start = in_.position();
  WCOMP_TRY(leaf_type(Pass::inline_types));
  in_.move_to(start);
  return leaf_type(Pass::references);
}

/// A type that has no scope of its own.
Result<DefType> Parser::leaf_type(Pass pass) {
  if (in_.take_open("func")) {
    WCOMP_TRY(FuncTypeRef type, func_type(pass));
    WCOMP_TRY(in_.expect_close());
    return DefType(std::move(type));
  }
  if (in_.take_open("resource")) {
    WCOMP_TRY(ResourceTypeRef type, resource_type(pass));
    WCOMP_TRY(in_.expect_close());
    return DefType(std::move(type));
  }
  WCOMP_TRY(DefValType type, def_val_type(pass));
  return DefType(std::move(type));
}

Result<FuncTypeRef> Parser::func_type(Pass pass) {
  FuncTypeRef out;
  out.is_async = in_.take_atom("async");
  while (in_.take_open("param")) {
    WCOMP_TRY(std::string name, in_.name());
    WCOMP_TRY(const ValTypeRef type, val_type(pass));
    WCOMP_TRY(in_.expect_close());
    out.params.push_back({std::move(name), type});
  }
  if (in_.take_open("result")) {
    WCOMP_TRY(out.result, val_type(pass));
    WCOMP_TRY(in_.expect_close());
  }
  return out;
}

Result<ResourceTypeRef> Parser::resource_type(Pass pass) {
  ResourceTypeRef out;
  WCOMP_TRY(in_.expect_open("rep"));
  WCOMP_TRY(out.rep, core::text::val_type(in_));
  WCOMP_TRY(in_.expect_close());
  if (in_.at_open("dtor")) {
    const std::size_t start = in_.position();
    if (pass == Pass::inline_types) {
      skip_to(start);
      return out;
    }
    in_.take_open("dtor");
    if (in_.at_atom("async")) return not_supported("a destructor that is `async`");
    WCOMP_TRY(const std::uint32_t f, index_or_reference(Sort::core_func, "core func"));
    out.dtor = CoreFuncIdx(f);
    WCOMP_TRY(in_.expect_close());
  }
  return out;
}

bool Parser::at_val_type() const { return core::text::IdSpace::at_index(in_) || in_.at(TokenKind::atom) || (in_.at(TokenKind::open) && !in_.at_open("error")); }

Result<TypeIdx> Parser::type_index(Pass pass) {
  if (pass == Pass::inline_types) {
    if (in_.at(TokenKind::open)) {
      skip_to(in_.position());
    } else {
      in_.advance();
    }
    return TypeIdx(0);
  }
  WCOMP_TRY(const std::uint32_t i, index_or_reference(Sort::type, "type"));
  return TypeIdx(i);
}

Result<ValTypeRef> Parser::val_type(Pass pass) {
  if (in_.at(TokenKind::open) && !in_.at_open("type")) {
    const std::size_t start = in_.position();
    if (pass == Pass::references) {
      const auto made = inline_types_.find(start);
      WCOMP_CHECK(made != inline_types_.end());
      skip_to(start);
      return ValTypeRef(made->second);
    }
    if (in_.at_open("func") || in_.at_open("resource") || in_.at_open("component") || in_.at_open("instance")) return in_.unexpected("a type of values");
    WCOMP_TRY(const std::uint32_t i, define_type({}));
    inline_types_.insert_or_assign(start, TypeIdx(i));
    return ValTypeRef(TypeIdx(i));
  }
  if (in_.at(TokenKind::atom)) {
    if (const std::optional<types::Prim> p = find_prim(in_.text())) {
      in_.advance();
      return ValTypeRef(*p);
    }
  }
  if (!in_.at(TokenKind::open) && !core::text::IdSpace::at_index(in_)) return in_.unexpected("a type of values");
  WCOMP_TRY(const TypeIdx i, type_index(pass));
  return ValTypeRef(i);
}

Result<std::optional<ValTypeRef>> Parser::optional_val_type(Pass pass) {
  if (!at_val_type()) return std::optional<ValTypeRef>();
  WCOMP_TRY(const ValTypeRef t, val_type(pass));
  return std::optional(t);
}

Result<std::vector<std::string>> Parser::labels() {
  std::vector<std::string> out;
  while (!in_.at(TokenKind::close)) {
    WCOMP_TRY(std::string label, in_.name());
    out.push_back(std::move(label));
  }
  return out;
}

Result<DefValType> Parser::def_val_type(Pass pass) {
  if (in_.at(TokenKind::atom)) {
    const std::optional<types::Prim> p = find_prim(in_.text());
    if (!p) return in_.unexpected("a type");
    in_.advance();
    return DefValType(*p);
  }
  std::string_view word;
  for (const std::string_view w : value_types) {
    if (in_.take_open(w)) word = w;
    if (!word.empty()) break;
  }
  if (word.empty()) {
    if (in_.at(TokenKind::open)) in_.advance();
    return in_.unexpected("a type");
  }
  DefValType out;
  if (word == "record") {
    RecordRef r;
    while (in_.take_open("field")) {
      WCOMP_TRY(std::string name, in_.name());
      WCOMP_TRY(const ValTypeRef t, val_type(pass));
      WCOMP_TRY(in_.expect_close());
      r.fields.push_back({std::move(name), t});
    }
    out = std::move(r);
  } else if (word == "variant") {
    VariantRef v;
    core::text::IdSpace cases("variant case");  // identifiers are of an older form: nothing refers to them
    while (in_.take_open("case")) {
      if (in_.at(TokenKind::id)) WCOMP_TRY(cases.add(in_));
      WCOMP_TRY(std::string name, in_.name());
      WCOMP_TRY(const std::optional<ValTypeRef> t, optional_val_type(pass));
      WCOMP_TRY(in_.expect_close());
      v.cases.push_back({std::move(name), t});
    }
    out = std::move(v);
  } else if (word == "list") {
    WCOMP_TRY(const ValTypeRef t, val_type(pass));
    if (in_.at(TokenKind::close)) {
      out = ListRef{t};
    } else {
      WCOMP_TRY(const std::uint64_t length, in_.nat(0xffff'ffff));
      out = FixedListRef{t, static_cast<std::uint32_t>(length)};
    }
  } else if (word == "tuple") {
    TupleRef tuple;
    while (!in_.at(TokenKind::close)) {
      WCOMP_TRY(const ValTypeRef t, val_type(pass));
      tuple.types.push_back(t);
    }
    out = std::move(tuple);
  } else if (word == "flags") {
    WCOMP_TRY(std::vector<std::string> names, labels());
    out = FlagsRef{std::move(names)};
  } else if (word == "enum") {
    WCOMP_TRY(std::vector<std::string> names, labels());
    out = EnumRef{std::move(names)};
  } else if (word == "option") {
    WCOMP_TRY(const ValTypeRef t, val_type(pass));
    out = OptionRef{t};
  } else if (word == "result") {
    ResultRef r;
    WCOMP_TRY(r.ok, optional_val_type(pass));
    if (in_.take_open("error")) {
      WCOMP_TRY(r.err, val_type(pass));
      WCOMP_TRY(in_.expect_close());
    }
    out = r;
  } else if (word == "map") {
    WCOMP_TRY(const ValTypeRef key, val_type(pass));
    WCOMP_TRY(const ValTypeRef value, val_type(pass));
    out = MapRef{key, value};
  } else if (word == "own") {
    WCOMP_TRY(const TypeIdx resource, type_index(pass));
    out = OwnRef{resource};
  } else if (word == "borrow") {
    WCOMP_TRY(const TypeIdx resource, type_index(pass));
    out = BorrowRef{resource};
  } else {
    WCOMP_TRY(const std::optional<ValTypeRef> t, optional_val_type(pass));
    if (word == "stream")
      out = StreamRef{t};
    else
      out = FutureRef{t};
  }
  WCOMP_TRY(in_.expect_close());
  return out;
}

/// `(type x)` alone, not the beginning of a declaration `(type $t u8)`.
bool Parser::at_type_use() const {
  Cursor look = in_;
  if (!look.take_open("type") || !core::text::IdSpace::at_index(look)) return false;
  look.advance();
  return look.at(TokenKind::close) || look.at(TokenKind::string);
}

Result<std::uint32_t> Parser::type_use(Sort sort) {
  if (at_type_use()) {
    in_.take_open("type");
    return reference(sort == Sort::core_module ? Sort::core_type : Sort::type);
  }
  switch (sort) {
    case Sort::core_module: {
      WCOMP_TRY(std::shared_ptr<const CoreModuleType> type, module_type({}));
      return define(Sort::core_type, {}, CoreDefType(std::move(type)));
    }
    case Sort::component: {
      WCOMP_TRY(std::unique_ptr<Scope> inner, within(Scope::Kind::component_type, {}, &Parser::type_decl));
      return define(Sort::type, {}, DefType(std::make_shared<const ComponentTypeRef>(ComponentTypeRef{std::move(inner->decls)})));
    }
    case Sort::instance: {
      WCOMP_TRY(std::unique_ptr<Scope> inner, within(Scope::Kind::instance_type, {}, &Parser::type_decl));
      return define(Sort::type, {}, DefType(std::make_shared<const InstanceTypeRef>(InstanceTypeRef{std::move(inner->decls)})));
    }
    default: {
      const std::size_t start = in_.position();
      WCOMP_TRY(func_type(Pass::inline_types));
      in_.move_to(start);
      WCOMP_TRY(FuncTypeRef type, func_type(Pass::references));
      return define(Sort::type, {}, DefType(std::move(type)));
    }
  }
}

/// `valuebound`
Result<ValueBound> Parser::value_bound() {
  if (in_.take_open("eq")) {
    WCOMP_TRY(const std::uint32_t i, index_or_reference(Sort::value, "value"));
    WCOMP_TRY(in_.expect_close());
    return ValueBound(ValueIdx(i));
  }
  WCOMP_TRY(const ValTypeRef type, whole_val_type());
  return ValueBound(type);
}

/// A type of values, after what it has inside.
Result<ValTypeRef> Parser::whole_val_type() {
  const std::size_t start = in_.position();
  WCOMP_TRY(val_type(Pass::inline_types));
  in_.move_to(start);
  return val_type(Pass::references);
}

Result<Parser::NamedExtern> Parser::extern_type() {
  const std::size_t start = in_.position();
  const std::optional<Sort> sort = take_open_sort();
  if (!sort || (is_core(*sort) && *sort != Sort::core_module)) {
    in_.move_to(start);
    return in_.unexpected("`(func ..)`, `(type ..)`, `(instance ..)`, `(component ..)` or `(core module ..)`");
  }
  NamedExtern out;
  out.desc.sort = *sort;
  out.id = take_id();
  if (*sort == Sort::value) {
    WCOMP_TRY(out.desc.value_bound, value_bound());
  } else if (*sort == Sort::type) {
    if (in_.take_open("eq")) {
      WCOMP_TRY(const TypeIdx i, type_index(Pass::references));
      out.desc.bound.eq = i;
    } else {
      if (!in_.take_open("sub")) return in_.unexpected("`(eq ..)` or `(sub resource)`");
      if (!in_.take_atom("resource")) return in_.unexpected("`resource`");
    }
    WCOMP_TRY(in_.expect_close());
  } else {
    WCOMP_TRY(out.desc.type_index, type_use(*sort));
  }
  WCOMP_TRY(in_.expect_close());
  return out;
}

/// `componentdecl`, `instancedecl`
Result<void> Parser::type_decl() {
  if (in_.at_open("core")) {
    in_.take_open("core");
    if (in_.take_atom("type")) return core_type_field();
    return in_.unexpected("`type`");
  }
  if (in_.take_open("type")) return type_field();
  if (in_.take_open("alias")) return alias_field();
  if (in_.take_open("export")) return export_decl();
  if (scope().kind == Scope::Kind::component_type && in_.take_open("import")) return import_decl();
  if (in_.at(TokenKind::open)) in_.advance();
  return in_.unexpected(scope().kind == Scope::Kind::component_type ? "a type, an alias, an import or an export" : "a type, an alias or an export");
}

Result<void> Parser::import_decl() {
  WCOMP_TRY(NameWithAttributes name, extern_name());
  WCOMP_TRY(const NamedExtern item, extern_type());
  WCOMP_TRY(define(item.desc.sort, item.id, ImportDecl{.name = std::move(name.name), .desc = item.desc, .attributes = std::move(name.attributes)}));
  return in_.expect_close();
}

Result<void> Parser::export_decl() {
  WCOMP_TRY(NameWithAttributes name, extern_name());
  WCOMP_TRY(const NamedExtern item, extern_type());
  WCOMP_TRY(define(item.desc.sort, item.id, ExportDecl{.name = std::move(name.name), .desc = item.desc, .attributes = std::move(name.attributes)}));
  return in_.expect_close();
}

}  // namespace wcomp::component::text
