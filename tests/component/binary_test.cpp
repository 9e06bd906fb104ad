// encode.cpp, decode.cpp and decode_types.cpp together.
#include "component/make.h"

using namespace wcomp;
using namespace wcomp::component;
using namespace wcomp::component::test;
using types::Prim;

namespace {

Component with(decltype(Definition::item) item) {
  Component c;
  c.definitions.push_back({.item = std::move(item)});
  return c;
}

void check_round_trip(const Component& c) {
  const Bytes bytes = encode(c);
  const auto decoded = decode(bytes);
  REQUIRE_MESSAGE(decoded, message(decoded));
  CHECK((*decoded)->definitions.size() == c.definitions.size());
  CHECK(encode(**decoded) == bytes);
}

/// A component with something in every section.
Component big() {
  static const std::uint8_t custom[] = {1, 2, 3};
  Make nested;
  nested.import("f", of_func(nested.func_type({})));
  Make m;
  const auto point = m.record({{"x", Prim::u32}, {"y", Prim::f64}});
  const auto i = m.import("a:b/c@1.0.0", of_instance(m.instance_type({ExportDecl{.name = "r", .desc = sub_resource()}})), Attributes{});
  m.alias(Sort::type, i, "r");
  m.import("p", eq_type(point), {.implements = std::nullopt, .external_id = "P"});
  m.component(nested);
  const auto f = m.core_func({{core::ValType::i32}, {}});
  m.custom("x", custom);
  const auto t = m.func_type({{"v", Prim::bool_}});
  const auto lifted = m.lift(f, t, {.encoding = StringEncoding::utf16, .memory = MemIdx(m.memory())});
  m.lower(lifted);
  m.export_("f", {Sort::func, lifted}, of_func(t));
  return *m.done();
}

}  // namespace

TEST_CASE("every value type is written and read back") {
  const TypeIdx t(std::size_t{70});
  const std::vector<DefValType> all = {Prim::bool_, Prim::error_context, RecordRef{{{"a", Prim::u8}, {"b", t}}}, VariantRef{{{"a", std::nullopt}, {"b", t}}}, ListRef{t}, FixedListRef{Prim::u8, 300},
                                       MapRef{Prim::string, t}, TupleRef{{Prim::s8, t}}, FlagsRef{{"a", "b"}}, EnumRef{{"a"}}, OptionRef{t}, ResultRef{t, std::nullopt}, ResultRef{std::nullopt, Prim::string},
                                       OwnRef{t}, BorrowRef{t}, StreamRef{Prim::u8}, StreamRef{}, FutureRef{t}};
  for (const DefValType& v : all) check_round_trip(with(DefType(v)));
}

TEST_CASE("func, instance, component and resource types are written and read back") {
  check_round_trip(with(DefType(FuncTypeRef{{{"a", Prim::u8}}, ValTypeRef(Prim::char_), true})));
  check_round_trip(with(DefType(ResourceTypeRef{.rep = core::ValType::i32, .dtor = CoreFuncIdx(std::size_t{3})})));
  const core::FuncType f{{core::ValType::i32, core::ValType::v128}, {core::ValType::f64}};
  CoreModuleType module;
  module.decls.emplace_back(CoreDefType(f));
  module.decls.emplace_back(CoreModuleType::AliasOuterType{1, 2});
  module.decls.emplace_back(CoreModuleType::ImportItem{"m", "n", core::MemType{{.min = 1, .max = 2}}});
  module.decls.emplace_back(CoreModuleType::ExportItem{"g", core::GlobalType{core::ValType::i64, true}});
  check_round_trip(with(CoreDefType(std::make_shared<const CoreModuleType>(module))));
  check_round_trip(with(DefType(std::make_shared<const ComponentTypeRef>(
      ComponentTypeRef{{CoreDefType(f), DefType(FuncTypeRef{}), Alias(AliasOuter{Sort::type, 1, 0}), ImportDecl{"a", of_func(0)}, ExportDecl{"b", sub_resource()}}}))));
}

TEST_CASE("a component with every kind of section survives the round trip") { check_round_trip(big()); }

TEST_CASE("the attributes of names are kept") {
  const Bytes bytes = encode(with(Import{"a", of_instance(0), {.implements = "a:b/c", .external_id = "any text"}}));
  const auto decoded = decode(bytes);
  REQUIRE(decoded);
  const auto& import = std::get<Import>((*decoded)->definitions[0].item);
  CHECK(import.attributes.implements == "a:b/c");
  CHECK(import.attributes.external_id == "any text");
}

TEST_CASE("a component's name is written and read back") {
  Component c;
  c.name = "calc";
  const auto decoded = decode(encode(c));
  REQUIRE(decoded);
  CHECK((*decoded)->name == "calc");
  CHECK(encode(**decoded) == encode(c));
}

TEST_CASE("definitions of one kind share a section") {
  Make m;
  m.func_type({});
  m.func_type({});
  CHECK(encode(*m.done()).size() == 8 + 2 + 1 + 2 * 4);
}

TEST_CASE("a binary that is cut anywhere is refused or is a shorter component") {
  const Bytes bytes = encode(big());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const auto decoded = decode(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)));
    if (decoded) CHECK(encode(**decoded).size() == n);
  }
}

TEST_CASE("no single wrong byte does harm") {
  const Bytes bytes = encode(big());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{0x7f}, std::uint8_t{0x80}, std::uint8_t{0xff}, static_cast<std::uint8_t>(bytes[n] ^ 1)}) {
      Bytes wrong = bytes;
      wrong[n] = value;
      if (const auto decoded = decode(std::move(wrong))) (void)validate(*decoded);
    }
  }
}

TEST_CASE("core modules and other files are told apart from components") {
  CHECK(detect(encode(Component{})) == BinaryKind::component);
  CHECK(detect(core::ModuleBuilder().build()) == BinaryKind::core_module);
  CHECK(detect(as_bytes("text, not wasm")) == BinaryKind::not_wasm);
  CHECK(message(decode(core::ModuleBuilder().build())) == "expected a component, found a core module");
  CHECK(code(decode(Bytes{})) == "unexpected-end");
}

TEST_CASE("gated parts are decoded, and refused by name where their feature is off") {
  Bytes bytes = encode(Component{});
  const auto section = [&](std::uint8_t id, Bytes body) {
    Bytes out = bytes;
    out.push_back(id);
    out.push_back(static_cast<std::uint8_t>(body.size()));
    out.insert(out.end(), body.begin(), body.end());
    return out;
  };
  const auto without = [&](std::string_view features, std::uint8_t id, Bytes body) {
    const auto c = decode(section(id, std::move(body)));
    REQUIRE(c);
    Features f = Features::all();
    REQUIRE(apply_features(features, f));
    return validate(*c, f);
  };
  const auto waitable = without("-cm-async", 8, {1, 0x1f});
  CHECK(code(waitable) == "feature-disabled");
  CHECK(message(waitable) == "`canon waitable-set.new` needs the feature `cm-async`");
  CHECK(place(waitable) == "component > canon[0]");
  CHECK(code(without("", 8, {1, 0x1f})) == "");
  CHECK(code(without("-cm-values", 9, {0, 0, 0})) == "feature-disabled");
  CHECK(code(without("-cm-values", 12, {1, 0x7f, 1, 1})) == "feature-disabled");
  CHECK(code(without("-cm-error-context", 7, {1, 0x64})) == "feature-disabled");
  CHECK(code(decode(section(3, {1, 0x5e}))) == "unsupported");
  const auto async_dtor = decode(section(7, {1, 0x3e, 0x7f, 0, 0}));
  CHECK(code(async_dtor) == "unsupported");  // no feature turns it on, so none is named
  CHECK(message(async_dtor).find("async destructor") != std::string::npos);
}

TEST_CASE("wrong bytes of a value are reported at the value's definition") {
  Bytes bytes = encode(Component{});
  const std::size_t begin = bytes.size();
  const Bytes section{12, 7, 2, 0x7f, 1, 1, 0x7f, 1, 2};
  bytes.insert(bytes.end(), section.begin(), section.end());
  const auto c = decode(bytes);
  REQUIRE(c);
  const auto valid = validate(*c, Features::all());
  REQUIRE(code(valid) == "malformed");
  CHECK(message(valid) == "0x02 is neither 0x00 nor 0x01");
  CHECK(place(valid) == "component > value[1]");
  CHECK(std::get<BinaryPos>(valid.error().first().location).offset == begin + 6);
}

TEST_CASE("malformed sections say where they are") {
  Bytes bytes = encode(Component{});
  const auto section = [&](std::uint8_t id, Bytes body) {
    Bytes out = bytes;
    out.push_back(id);
    out.push_back(static_cast<std::uint8_t>(body.size()));
    out.insert(out.end(), body.begin(), body.end());
    return out;
  };
  CHECK(code(decode(section(13, {}))) == "malformed");
  CHECK(message(decode(section(7, {1, 0x7f, 0x7f}))) == "1 bytes are left over after the last item of the section");
  CHECK(code(decode(section(7, {1, 0x01}))) == "malformed");
  CHECK(code(decode(section(7, {0xff, 0xff, 0xff, 0xff, 0x0f}))) == "unexpected-end");
  CHECK(code(decode(section(8, {1, 0x01, 0x00, 0x00, 2, 0x00, 0x01}))) == "invalid");
  CHECK(code(decode(section(6, {1, 0x05, 0x02, 0, 0}))) == "malformed");
  Bytes nested = section(4, {0x00, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 7, 1, 9});
  CHECK(place(decode(nested)).starts_with("component > component#0"));
}

TEST_CASE("nesting has a limit") {
  Component c;
  for (int i = 0; i < 150; ++i) c = with(std::make_shared<const Component>(c));
  CHECK(code(decode(encode(c))) == "limit-exceeded");
  DefType t{FuncTypeRef{}};
  for (int i = 0; i < 150; ++i) t = DefType(std::make_shared<const ComponentTypeRef>(ComponentTypeRef{{t}}));
  CHECK(code(decode(encode(with(t)))) == "limit-exceeded");
}
