// validate*.cpp, matcher.cpp and type_table.cpp.
#include "component/make.h"

using namespace wcomp;
using namespace wcomp::component;
using namespace wcomp::component::test;
using core::ValType;
using types::Prim;

namespace {

types::ResourceId resource_at(const ValidComponent& c, std::uint32_t type) {
  const auto* r = c.types().get<types::ResourceType>(std::get<TypeEntity>(c.scope().types.at(type)).type);
  REQUIRE(r != nullptr);
  return r->id;
}

types::ResourceId own_of(const ValidComponent& c, types::ValType t) {
  const auto* own = c.types().get<types::OwnType>(t);
  REQUIRE(own != nullptr);
  return c.types().resource(own->resource);
}

/// A component that defines a resource and exports it as `r`, with a function `make: func() -> own<r>`.
Make maker() {
  Make m;
  const auto f = m.core_func({{}, {ValType::i32}});
  const auto r = m.export_("r", {Sort::type, m.resource()});
  m.export_("make", {Sort::func, m.lift(f, m.func_type({}, ref(m.own(r))))});
  return m;
}

}  // namespace

TEST_CASE("an empty component is valid") { CHECK(code(Make().valid()) == ""); }

TEST_CASE("value types need what the grammar says") {
  const auto one = [](DefValType t) {
    Make m;
    m.type(std::move(t));
    return code(m.valid());
  };
  CHECK(one(RecordRef{{{"a", Prim::u8}}}) == "");
  CHECK(one(RecordRef{}) == "invalid");
  CHECK(one(VariantRef{}) == "invalid");
  CHECK(one(TupleRef{}) == "invalid");
  CHECK(one(EnumRef{}) == "invalid");
  CHECK(one(FlagsRef{}) == "invalid");
  CHECK(one(FlagsRef{std::vector<std::string>(33, "a")}) == "invalid");
  CHECK(one(FixedListRef{Prim::u8, 1}) == "feature-disabled");
  CHECK(one(RecordRef{{{"aB", Prim::u8}}}) == "bad-name");
  CHECK(one(EnumRef{{"a-b", "A-B"}}) == "duplicate-name");
  CHECK(one(ListRef{TypeIdx(std::size_t{3})}) == "index-out-of-range");
  CHECK(one(MapRef{Prim::f32, Prim::u8}) == "invalid");
  CHECK(one(StreamRef{Prim::char_}) == "invalid");
}

TEST_CASE("types nested too deep or too large are refused") {
  Make deep;
  std::uint32_t t = deep.type(DefValType(ListRef{Prim::u8}));
  for (int i = 0; i < 120; ++i) t = deep.type(DefValType(ListRef{ref(t)}));
  CHECK(code(deep.valid()) == "limit-exceeded");
  Make wide;
  t = wide.type(DefValType(OptionRef{Prim::u8}));
  for (int i = 0; i < 40; ++i) t = wide.type(DefValType(ResultRef{ref(t), ref(t)}));
  CHECK(code(wide.valid()) == "limit-exceeded");
  Make instances;
  t = instances.instance_type({});
  for (int i = 0; i < 40; ++i) {
    t = instances.instance_type({Alias(AliasOuter{Sort::type, 1, t}), ExportDecl{"a", of_instance(0)}, ExportDecl{"b", of_instance(0)}});
  }
  CHECK(code(instances.valid()) == "limit-exceeded");
}

TEST_CASE("a type index that is no value type is refused where one is needed") {
  Make func_as_value;
  func_as_value.type(DefValType(ListRef{ref(func_as_value.func_type({}))}));
  CHECK(code(func_as_value.valid()) == "type-mismatch");
  Make resource_as_value;
  resource_as_value.type(DefValType(ListRef{ref(resource_as_value.resource())}));
  CHECK(code(resource_as_value.valid()) == "type-mismatch");
  Make own_of_record;
  own_of_record.own(own_of_record.record({{"a", Prim::u8}}));
  CHECK(code(own_of_record.valid()) == "type-mismatch");
}

TEST_CASE("a borrow cannot be in a result") {
  Make m;
  const auto r = m.import("r", sub_resource());
  m.func_type({}, ref(m.type(DefValType(ListRef{ref(m.borrow(r))}))));
  CHECK(message(m.valid()) == "a function's result cannot contain a `borrow`");
}

TEST_CASE("names of imports and exports are unique up to case") {
  Make m;
  const auto f = m.func_type({});
  m.import("foo-bar", of_func(f));
  m.import("FOO-bar", of_func(f));
  CHECK(message(m.valid()) == "the name `FOO-bar` conflicts with `foo-bar`");
  CHECK(place(m.valid()) == "component > import[1]");
  Make n;
  n.import("fooBar", of_func(n.func_type({})));
  CHECK(code(n.valid()) == "bad-name");
}

TEST_CASE("members of resources are checked against their resource") {
  const auto member = [](const char* name, auto params, auto result) {
    Make m;
    const auto r = m.import("r", sub_resource());
    m.import(name, of_func(m.func_type(params(m, r), result(m, r))));
    return code(m.valid());
  };
  const auto no_params = [](Make&, std::uint32_t) { return std::vector<FieldRef>{}; };
  const auto no_result = [](Make&, std::uint32_t) { return std::optional<ValTypeRef>(); };
  const auto self = [](Make& m, std::uint32_t r) { return std::vector<FieldRef>{{"self", ref(m.borrow(r))}}; };
  const auto own_self = [](Make& m, std::uint32_t r) { return std::vector<FieldRef>{{"self", ref(m.own(r))}}; };
  const auto own = [](Make& m, std::uint32_t r) { return std::optional(ref(m.own(r))); };
  const auto fallible = [](Make& m, std::uint32_t r) { return std::optional(ref(m.type(DefValType(ResultRef{ref(m.own(r)), Prim::string})))); };
  CHECK(member("[constructor]r", no_params, own) == "");
  CHECK(member("[constructor]r", no_params, fallible) == "");
  CHECK(member("[constructor]r", no_params, no_result) == "type-mismatch");
  CHECK(member("[method]r.a", self, no_result) == "");
  CHECK(member("[method]r.a", no_params, no_result) == "type-mismatch");
  CHECK(member("[method]r.a", own_self, no_result) == "type-mismatch");
  CHECK(member("[static]r.a", no_params, no_result) == "");
  CHECK(member("[static]s.a", no_params, no_result) == "invalid");
}

TEST_CASE("lifted core functions need the signature of their type") {
  Make good;
  good.lift(good.core_func({{ValType::i32, ValType::f64}, {ValType::i64}}), good.func_type({{"a", Prim::char_}, {"b", Prim::f64}}, Prim::u64));
  CHECK(code(good.valid()) == "");
  Make bad;
  bad.lift(bad.core_func({{ValType::i32}, {}}), bad.func_type({{"a", Prim::u64}}));
  CHECK(code(bad.valid()) == "type-mismatch");
  CHECK(place(bad.valid()) == "component > canon[0]");
}

TEST_CASE("canonical options are asked for where they are needed") {
  Make m;
  const auto f = m.import("f", of_func(m.func_type({{"s", Prim::string}})));
  m.lower(f);
  CHECK(message(m.valid()) == "the canonical option `memory` is missing: values of func(s: string) are passed in memory");
  Make with_memory;
  const auto g = with_memory.import("f", of_func(with_memory.func_type({{"s", Prim::string}})));
  with_memory.lower(g, {.memory = MemIdx(with_memory.memory())});
  CHECK(code(with_memory.valid()) == "");
  Make no_realloc;
  const auto h = no_realloc.import("f", of_func(no_realloc.func_type({}, Prim::string)));
  no_realloc.lower(h, {.memory = MemIdx(no_realloc.memory())});
  CHECK(message(no_realloc.valid()) == "the canonical option `realloc` is missing: the result has strings or lists");
  Make wrong_realloc;
  const auto i = wrong_realloc.import("f", of_func(wrong_realloc.func_type({}, Prim::string)));
  const auto r = wrong_realloc.core_func({{ValType::i32}, {}});
  wrong_realloc.lower(i, {.memory = MemIdx(wrong_realloc.memory()), .realloc = CoreFuncIdx(r)});
  CHECK(code(wrong_realloc.valid()) == "type-mismatch");
  Make post_return;
  const auto j = post_return.import("f", of_func(post_return.func_type({})));
  post_return.lower(j, {.post_return = CoreFuncIdx(post_return.core_func({}))});
  CHECK(code(post_return.valid()) == "invalid");
  Make async;
  const auto k = async.import("f", of_func(async.type(FuncTypeRef{{}, std::nullopt, true})));
  async.lower(k);
  CHECK(code(async.valid()) == "");
}

TEST_CASE("resource.new and resource.rep are for the component's own resources") {
  Make own;
  const auto r = own.resource();
  own.canon(CanonResourceNew{TypeIdx(r)});
  own.canon(CanonResourceRep{TypeIdx(r)});
  own.canon(CanonResourceDrop{TypeIdx(r)});
  CHECK(code(own.valid()) == "");
  Make imported;
  imported.canon(CanonResourceDrop{TypeIdx(imported.import("r", sub_resource()))});
  CHECK(code(imported.valid()) == "");
  imported.canon(CanonResourceNew{TypeIdx(std::size_t{0})});
  CHECK(code(imported.valid()) == "invalid");
  Make dtor;
  const auto f = dtor.core_func({{ValType::i64}, {}});
  dtor.type(ResourceTypeRef{.rep = ValType::i32, .dtor = CoreFuncIdx(f)});
  CHECK(code(dtor.valid()) == "type-mismatch");
}

TEST_CASE("core instances need every import of their module, with its type") {
  core::ModuleBuilder needs;
  needs.import_func("env", "f", {{ValType::i32}, {}});
  Make missing;
  missing.core_instantiate(missing.module(needs));
  CHECK(code(missing.valid()) == "missing-import");
  const auto with = [&](core::FuncType t) {
    Make m;
    const auto f = m.core_func(t);
    (void)f;
    m.core_instantiate(m.module(needs), {{"env", CoreInstanceIdx(std::size_t{0})}});
    return code(m.valid());
  };
  CHECK(with({{ValType::i32}, {}}) == "");
  CHECK(with({{ValType::i64}, {}}) == "import-mismatch");
}

TEST_CASE("a broken core module is refused with its place in the component") {
  Make m;
  core::ModuleBuilder broken;
  broken.func({{}, {ValType::i32}});
  m.module(broken);
  const auto v = m.valid();
  REQUIRE(!v);
  CHECK(place(v).starts_with("component > core module#0"));
}

TEST_CASE("each instantiation has resources of its own") {
  Make m;
  const auto c = m.component(maker());
  const auto a = m.instantiate(c), b = m.instantiate(c);
  const auto ra = m.alias(Sort::type, a, "r"), rb = m.alias(Sort::type, b, "r"), ra2 = m.alias(Sort::type, a, "r");
  const auto fa = m.alias(Sort::func, a, "make");
  const auto v = m.valid();
  REQUIRE_MESSAGE(v, message(v));
  CHECK(resource_at(*v, ra) != resource_at(*v, rb));
  CHECK(resource_at(*v, ra) == resource_at(*v, ra2));
  CHECK(own_of(*v, *v->scope().funcs.at(fa).result) == resource_at(*v, ra));
  const Scope& nested = *v->scope().component_scopes.at(0);
  REQUIRE(nested.type.defined_resources.size() == 1);
  CHECK(nested.type.defined_resources[0] != resource_at(*v, ra));
}

TEST_CASE("a supplied resource takes the place of the import everywhere") {
  Make child;
  const auto r = child.import("r", sub_resource());
  const auto own = child.own(r);
  const auto f = child.import("f", of_func(child.func_type({}, ref(own))));
  child.export_("g", {Sort::func, f});

  const auto link = [&](bool is_same) {
    Make m;
    const auto maker_index = m.component(maker()), user = m.component(child);
    const auto a = m.instantiate(maker_index), b = m.instantiate(maker_index);
    const auto ra = m.alias(Sort::type, a, "r"), f_of = m.alias(Sort::func, is_same ? a : b, "make");
    const auto i = m.instantiate(user, {{"r", {Sort::type, ra}}, {"f", {Sort::func, f_of}}});
    m.alias(Sort::func, i, "g");
    return m.valid();
  };
  const auto good = link(true);
  REQUIRE_MESSAGE(good, message(good));
  CHECK(own_of(*good, *good->scope().funcs.at(1).result) == resource_at(*good, 0));
  const auto bad = link(false);
  CHECK(code(bad) == "import-mismatch");
  CHECK(place(bad) == "component > instance[2]");
}

TEST_CASE("a diamond keeps one resource one") {
  // Two components import an interface with a resource and hand it on; a third takes both and needs them to be the same.
  const auto iface = [](Make& m) { return m.instance_type({ExportDecl{"r", sub_resource()}}); };
  Make pass;
  pass.export_("i", {Sort::instance, pass.import("a:b/i", of_instance(iface(pass)))});
  Make both;
  const auto first = both.import("one", of_instance(iface(both)));
  const auto r = both.alias(Sort::type, first, "r");
  both.import("two", of_instance(both.instance_type({Alias(AliasOuter{Sort::type, 1, r}), ExportDecl{"r", eq_type(0)}})));

  const auto build = [&](bool is_diamond) {
    Make m;
    const auto made = m.component(maker()), hand = m.component(pass), join = m.component(both);
    const auto a = m.instantiate(made), b = is_diamond ? a : m.instantiate(made);
    const auto left = m.alias(Sort::instance, m.instantiate(hand, {{"a:b/i", {Sort::instance, a}}}), "i");
    const auto right = m.alias(Sort::instance, m.instantiate(hand, {{"a:b/i", {Sort::instance, b}}}), "i");
    m.instantiate(join, {{"one", {Sort::instance, left}}, {"two", {Sort::instance, right}}});
    return code(m.valid());
  };
  CHECK(build(true) == "");
  CHECK(build(false) == "import-mismatch");
}

TEST_CASE("an instantiation needs every argument once and with its type") {
  Make child;
  child.import("f", of_func(child.func_type({{"a", Prim::u8}})));
  const auto link = [&](std::vector<std::string> names, Prim p) {
    Make m;
    const auto f = m.import("f", of_func(m.func_type({{"a", p}})));
    std::vector<std::pair<std::string, SortIdx>> args;
    for (const auto& n : names) args.emplace_back(n, SortIdx{Sort::func, f});
    m.instantiate(m.component(child), args);
    return m.valid();
  };
  CHECK(code(link({"f"}, Prim::u8)) == "");
  CHECK(code(link({"f", "more"}, Prim::u8)) == "");
  CHECK(code(link({}, Prim::u8)) == "missing-import");
  CHECK(code(link({"f", "f"}, Prim::u8)) == "duplicate-name");
  const auto mismatch = link({"f"}, Prim::s64);
  CHECK(code(mismatch) == "import-mismatch");
  CHECK(message(mismatch).find("expected u8, found s64") != std::string::npos);
}

TEST_CASE("an instance may export more than is asked for, not less") {
  const auto link = [](bool has_both) {
    Make child;
    child.import("i", of_instance(child.instance_type({FuncTypeRef{}, ExportDecl{"f", of_func(0)}})));
    Make m;
    const auto f = m.import("f", of_func(m.func_type({})));
    const auto bag = has_both ? m.bag({{"g", {Sort::func, f}}, {"f", {Sort::func, f}}}) : m.bag({{"g", {Sort::func, f}}});
    m.instantiate(m.component(child), {{"i", {Sort::instance, bag}}});
    return m.valid();
  };
  CHECK(code(link(true)) == "");
  CHECK(message(link(false)).ends_with("export `f` is missing"));
}

TEST_CASE("component types are matched with imports the other way round") {
  const auto link = [](std::uint32_t wanted_imports, std::uint32_t given_imports) {
    const auto decls = [](std::uint32_t n) {
      std::vector<TypeDeclItem> out{FuncTypeRef{}};
      for (std::uint32_t i = 0; i < n; ++i) out.emplace_back(ImportDecl{std::string(1, static_cast<char>('a' + i)), of_func(0)});
      return out;
    };
    Make child;
    child.import("c", of_component(child.component_type(decls(wanted_imports))));
    Make m;
    const auto given = m.import("c", of_component(m.component_type(decls(given_imports))));
    m.instantiate(m.component(child), {{"c", {Sort::component, given}}});
    return code(m.valid());
  };
  CHECK(link(2, 1) == "");
  CHECK(link(1, 2) == "import-mismatch");
}

TEST_CASE("exports cannot use resources and records that have no name outside") {
  Make hidden;
  const auto f = hidden.core_func({{}, {ValType::i32}});
  hidden.export_("f", {Sort::func, hidden.lift(f, hidden.func_type({}, ref(hidden.own(hidden.resource()))))});
  CHECK(code(hidden.valid()) == "invalid");
  Make record;
  const auto g = record.core_func({{ValType::i32}, {}});
  record.export_("f", {Sort::func, record.lift(g, record.func_type({{"p", ref(record.record({{"x", Prim::u32}}))}}))});
  CHECK(code(record.valid()) == "invalid");
  Make named;
  const auto h = named.core_func({{ValType::i32}, {}});
  const auto t = named.export_("point", {Sort::type, named.record({{"x", Prim::u32}})});
  named.export_("f", {Sort::func, named.lift(h, named.func_type({{"p", ref(t)}}))});
  CHECK(code(named.valid()) == "");
}

TEST_CASE("imports cannot use what is only exported") {
  Make m;
  const auto r = m.export_("r", {Sort::type, m.resource()});
  m.import("f", of_func(m.func_type({}, ref(m.own(r)))));
  CHECK(code(m.valid()) == "invalid");
}

TEST_CASE("an export may be declared with a wider type") {
  Make hidden;
  const auto a = hidden.export_("a", {Sort::type, hidden.resource()});
  const auto b = hidden.export_("b", {Sort::type, a}, sub_resource());
  const auto c = hidden.export_("c", {Sort::type, a}, eq_type(a));
  const auto v = hidden.valid();
  REQUIRE_MESSAGE(v, message(v));
  CHECK(resource_at(*v, a) != resource_at(*v, b));
  CHECK(resource_at(*v, a) == resource_at(*v, c));
  CHECK(v->scope().type.defined_resources.size() == 2);
  Make wrong;
  const auto f = wrong.import("f", of_func(wrong.func_type({})));
  wrong.export_("g", {Sort::func, f}, of_func(wrong.func_type({{"a", Prim::u8}})));
  CHECK(code(wrong.valid()) == "type-mismatch");
}

TEST_CASE("an outer alias cannot take a resource into a component") {
  Make nested;
  nested.outer(Sort::type, 1, 0);
  Make resource;
  resource.resource();
  resource.component(nested);
  CHECK(code(resource.valid()) == "invalid");
  CHECK(place(resource.valid()) == "component > component#0 > alias[0]");
  Make record;
  record.record({{"a", Prim::u8}});
  record.component(nested);
  CHECK(code(record.valid()) == "");
  Make too_far;
  too_far.outer(Sort::type, 2, 0);
  CHECK(code(too_far.valid()) == "index-out-of-range");
}

TEST_CASE("types cannot define resources") {
  Make m;
  m.instance_type({DefType(ResourceTypeRef{})});
  CHECK(code(m.valid()) == "invalid");
}

TEST_CASE("two arenas are compared with a substitution of resources") {
  const auto a = maker().valid(), b = maker().valid();
  REQUIRE(a);
  REQUIRE(b);
  const Entity expected = std::make_shared<const InstanceType>(InstanceType{.exports = a->scope().type.exports});
  const Entity found = std::make_shared<const InstanceType>(InstanceType{.exports = b->scope().type.exports});
  Substitution substitution;
  CHECK(mismatch(a->types(), expected, b->types(), found, substitution) == "");
  CHECK(substitution.size() == 1);
  const Entity less = std::make_shared<const InstanceType>();
  CHECK(mismatch(a->types(), expected, b->types(), less, substitution) == "export `r` is missing");
}

TEST_CASE("copying types over and over hits a limit, not the machine's memory") {
  Make m;
  std::vector<TypeDeclItem> decls{ExportDecl{"r", sub_resource()}, DefValType(OwnRef{TypeIdx(std::size_t{0})})};
  for (std::uint32_t i = 0; i < 2000; ++i) decls.emplace_back(ExportDecl{"t" + std::to_string(i), eq_type(1)});
  const auto t = m.instance_type(std::move(decls));
  for (int i = 0; i < 3000; ++i) m.import("i" + std::to_string(i), of_instance(t));
  CHECK(code(m.valid()) == "limit-exceeded");
}
