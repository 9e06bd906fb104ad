// wit_encode.cpp, wit_decode.cpp and wit_sections.cpp.
#include "component/wit_codec.h"

#include <algorithm>

#include "component/make.h"

using namespace wcomp;
using namespace wcomp::component;
using namespace wcomp::component::test;

namespace {

constexpr const char* source = R"(
package test:pkg@1.2.3;
interface types {
  record point { x: u32, y: u32 }
  resource blob { constructor(n: u32); read: func() -> list<u8>; make: static func() -> blob; }
  type points = list<point>;
  f: func(p: point, b: borrow<blob>) -> result<string, u32>;
}
interface other {
  use types.{point as p2, blob};
  enum color { red, green }
  g: func(x: p2, l: list<tuple<p2, blob>>, c: color) -> option<blob>;
}
world w {
  use types.{point};
  import other;
  import inl: interface { k: func() -> string; }
  import h: func(p: point);
  resource rr { m: func(); }
  export other;
  export run: func(c: list<point>) -> rr;
}
world second { import types; import extra: func(); }
)";

wit::Loaded load() {
  auto loaded = wit::load_text("test.wit", source);
  REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().to_string()));
  return std::move(*loaded);
}

Bytes payload_of(const wit::Graph& graph, std::string_view world, StringEncoding encoding = StringEncoding::utf8) {
  const auto id = wit::select_world(graph, world);
  REQUIRE(id);
  auto bytes = encode_component_type(graph, *id, encoding);
  REQUIRE_MESSAGE(bytes, (bytes ? "" : bytes.error().to_string()));
  return std::move(*bytes);
}

core::Module module_with(const std::vector<Bytes>& payloads) {
  core::ModuleBuilder m;
  int n = 0;
  for (const Bytes& p : payloads) m.custom("component-type:" + std::to_string(n++), p);
  auto decoded = core::decode(m.build());
  REQUIRE(decoded);
  return std::move(*decoded);
}

template <class Items>
std::vector<std::string> names(const Items& items) {
  std::vector<std::string> out;
  for (const auto& i : items) out.push_back(i.name);
  return out;
}

}  // namespace

TEST_CASE("a world's payload is a valid component with an encoding section") {
  const wit::Loaded loaded = load();
  const auto component = decode(payload_of(loaded.graph, "w"));
  REQUIRE(component);
  CHECK(std::get<CustomSection>((*component)->definitions[0].item).name == "wit-component-encoding");
  const auto valid = validate(*component);
  CHECK_MESSAGE(valid, message(valid));
}

TEST_CASE("a world that was written reads back the same") {
  const wit::Loaded loaded = load();
  for (const char* world : {"w", "second"}) {
    const Bytes payload = payload_of(loaded.graph, world, StringEncoding::utf16);
    const auto decoded = decode_component_type(payload);
    REQUIRE_MESSAGE(decoded, message(decoded));
    CHECK(decoded->encoding == StringEncoding::utf16);
    CHECK(decoded->graph.worlds[decoded->world].name == world);
    CHECK(decoded->graph.packages[decoded->graph.roots.at(0)].name.to_string() == "test:pkg@1.2.3");
    const auto again = encode_component_type(decoded->graph, decoded->world, decoded->encoding);
    REQUIRE(again);
    CHECK(*again == payload);
  }
}

TEST_CASE("uses and members of resources are found again") {
  const wit::Loaded loaded = load();
  const auto decoded = decode_component_type(payload_of(loaded.graph, "w"));
  REQUIRE(decoded);
  const wit::Graph& g = decoded->graph;
  const wit::World& w = g.worlds[decoded->world];
  CHECK(names(w.imports)[0] == "test:pkg/types@1.2.3");
  CHECK(names(w.exports) == std::vector<std::string>{"run", "test:pkg/other@1.2.3"});
  const wit::Interface& other = g.interfaces[std::get<wit::InterfaceId>(w.exports[1].item)];
  REQUIRE(other.types.size() == 3);
  const wit::TypeDecl& p2 = g.type_decls[other.types[0]];
  CHECK(p2.name == "p2");
  CHECK(p2.is_use);
  CHECK(g.type_decls[*p2.alias_of].name == "point");
  const wit::Interface& types = g.interfaces[std::get<wit::InterfaceId>(w.imports[0].item)];
  const auto read = std::ranges::find(types.functions, "[method]blob.read", &wit::Function::abi_name);
  REQUIRE(read != types.functions.end());
  CHECK(read->name == "read");
  CHECK(read->kind == wit::FuncKind::method);
  CHECK(g.type_decls[*read->resource].name == "blob");
}

TEST_CASE("several sections make one world") {
  const wit::Loaded loaded = load();
  const auto merged = world_of_module(module_with({payload_of(loaded.graph, "w"), payload_of(loaded.graph, "second"), payload_of(loaded.graph, "w")}));
  REQUIRE_MESSAGE(merged, message(merged));
  const auto imports = names(merged->graph.worlds[merged->world].imports);
  CHECK(std::ranges::count(imports, "test:pkg/types@1.2.3") == 1);
  CHECK(std::ranges::count(imports, "extra") == 1);
  CHECK(std::ranges::count(imports, "h") == 1);
}

TEST_CASE("sections that contradict each other are refused") {
  const auto one = wit::load_text("a.wit", "package t:p; world w { import f: func(); }");
  const auto two = wit::load_text("b.wit", "package t:p; world w { import f: func(a: u8); }");
  REQUIRE(one);
  REQUIRE(two);
  const auto types = world_of_module(module_with({payload_of(one->graph, "w"), payload_of(two->graph, "w")}));
  CHECK(code(types) == "type-mismatch");
  const auto encodings = world_of_module(module_with({payload_of(one->graph, "w"), payload_of(one->graph, "w", StringEncoding::utf16)}));
  CHECK(code(encodings) == "type-mismatch");
}

TEST_CASE("payloads that are not a world are refused") {
  CHECK(code(decode_component_type(Bytes{})) == "unexpected-end");
  CHECK(code(decode_component_type(core::ModuleBuilder().build())) == "malformed");
  CHECK(code(decode_component_type(encode(Component{}))) == "unsupported");
  const std::uint8_t old[] = {3, 0}, known[] = {4, 0}, odd[] = {4, 9};
  const auto with = [](ByteSpan bytes) {
    Make m;
    m.custom("wit-component-encoding", bytes);
    return code(decode_component_type(encode(*m.done())));
  };
  CHECK(with(old) == "unsupported");
  CHECK(with(odd) == "malformed");
  CHECK(with(known) == "unknown-item");
  CHECK(code(world_of_module(module_with({}))) == "unknown-item");
}

TEST_CASE("the section is put into objects and modules under the world's name") {
  const Bytes payload{1, 2, 3};
  const auto object = core::decode(component_type_object("w", payload));
  REQUIRE(object);
  REQUIRE(object->customs.size() == 2);
  CHECK(object->customs[0].name == "linking");
  CHECK(object->customs[1].name == "component-type:w");
  const auto module = core::decode(embed_component_type(core::ModuleBuilder().build(), "", payload));
  REQUIRE(module);
  CHECK(module->customs.at(0).name == "component-type");
  CHECK(Bytes(module->customs[0].bytes.begin(), module->customs[0].bytes.end()) == payload);
}

TEST_CASE("a component's own types are a world") {
  Make m;
  const auto i = m.import("a:b/c@0.1.0", of_instance(m.instance_type({ExportDecl{"r", sub_resource()}, DefValType(OwnRef{TypeIdx(std::size_t{0})}),
                                                                      FuncTypeRef{{}, ValTypeRef(TypeIdx(std::size_t{1}))}, ExportDecl{"make", of_func(2)}})));
  m.export_("f", {Sort::func, m.alias(Sort::func, i, "make")});
  const auto valid = m.valid();
  REQUIRE_MESSAGE(valid, message(valid));
  const auto world = world_of_component(*valid);
  REQUIRE_MESSAGE(world, message(world));
  CHECK(world->graph.packages[world->graph.roots.at(0)].name.to_string() == "root:component");
  const wit::World& w = world->graph.worlds[world->world];
  CHECK(names(w.imports) == std::vector<std::string>{"a:b/c@0.1.0"});
  CHECK(names(w.exports) == std::vector<std::string>{"f"});
}

TEST_CASE("what WIT cannot say is refused") {
  Make m;
  m.import("c", of_component(m.component_type({})));
  const auto valid = m.valid();
  REQUIRE(valid);
  CHECK(code(world_of_component(*valid)) == "unsupported");
}
