#include "wcomp/wit.h"

#include <doctest/doctest.h>

using namespace wcomp;

namespace {

constexpr const char* text = R"(/// What the package is for.
package t:shop@1.2.0;

interface types {
  /// A place.
  @since(version = 1.0.0)
  record point {
    /// To the right.
    x: u32,
    y: list<u8>,
  }
  variant shape { dot, %list(list<point>) }
  flags f { a, b }
  enum e { one }
  type place = point;
  type pair = tuple<u8, option<place>>;
}
interface goods {
  use types.{point};
  resource bucket {
    constructor(at: point);
    /// Gives one back.
    @since(version = 1.1.0)
    @deprecated(version = 1.2.0)
    get: func(key: string) -> result<string>;
    make: static func() -> bucket;
  }
  @unstable(feature = later)
  soon: func();
  each: async func(b: borrow<bucket>, m: map<string, u64>) -> stream<u8>;
}
world app {
  import goods;
  import log: func(text: string);
  export inner: interface { run: func(); }
}
)";

/// As docs/embedding.md shows it.
std::string functions_of(const wcomp::Wit& wit) {
  std::string out;
  for (const wcomp::WitInterface& i : wit.roots().front().interfaces()) {
    for (const wcomp::WitFunction& f : i.functions()) {
      out += i.name() + "." + f.name() + ": " + f.to_string();
      if (!f.gate().since.empty()) out += " since " + f.gate().since;
      if (const auto place = f.place()) out += " at line " + std::to_string(place->line);
      out += '\n';
    }
  }
  return out;
}

Wit shop(const WitOptions& options = {}) {
  auto wit = Wit::from_text("shop.wit", text, options);
  REQUIRE_MESSAGE(wit.has_value(), wit.error().to_string());
  return *std::move(wit);
}

WitInterface interface_of(const Wit& wit, std::string_view id) {
  const auto found = wit.find_interface(id);
  REQUIRE(found.has_value());
  return *found;
}

}  // namespace

TEST_CASE("a package is walked from its name to its interfaces and worlds") {
  const Wit wit = shop();
  REQUIRE(wit.packages().size() == 1);
  CHECK(wit.packages() == wit.roots());
  const WitPackage p = wit.roots().front();
  CHECK(p.id() == "t:shop@1.2.0");
  CHECK(p.ns() == "t");
  CHECK(p.name() == "shop");
  CHECK(p.version() == "1.2.0");
  CHECK(p.docs() == "What the package is for.");
  REQUIRE(p.interfaces().size() == 2);
  CHECK(p.interfaces()[0].id() == "t:shop/types@1.2.0");
  CHECK(p.interfaces()[1].package() == p);
  REQUIRE(p.worlds().size() == 1);
  CHECK(p.worlds()[0].id() == "t:shop/app@1.2.0");
}

TEST_CASE("types have kinds, names, docs, gates, places and parts") {
  const auto types = interface_of(shop(), "t:shop/types@1.2.0").types();
  REQUIRE(types.size() == 6);
  const WitType& point = types[0];
  CHECK(point.kind() == WitKind::record);
  CHECK(point.name() == "point");
  CHECK(point.docs() == "A place.");
  CHECK(point.gate() == WitGate{"1.0.0", "", ""});
  REQUIRE(point.place().has_value());
  CHECK(point.place()->file == "shop.wit");
  CHECK(point.place()->line == 7);
  REQUIRE(point.parts().size() == 2);
  CHECK(point.parts()[0].name == "x");
  CHECK(point.parts()[0].docs == "To the right.");
  CHECK(point.parts()[0].type->kind() == WitKind::u32);
  const WitType bytes = *point.parts()[1].type;
  CHECK(bytes.kind() == WitKind::list);
  CHECK(bytes.name().empty());
  CHECK_FALSE(bytes.place().has_value());
  CHECK(bytes.to_string() == "list<u8>");

  REQUIRE(types[1].parts().size() == 2);
  CHECK_FALSE(types[1].parts()[0].type.has_value());
  CHECK(types[1].parts()[1].name == "list");
  CHECK(types[1].parts()[1].type->to_string() == "list<point>");
  CHECK(types[2].kind() == WitKind::flags);
  CHECK(types[3].kind() == WitKind::enum_);
  CHECK(types[4].kind() == WitKind::alias);
  CHECK(types[4].without_aliases() == point);
  CHECK_FALSE(types[4].is_use());
  CHECK(types[5].without_aliases().kind() == WitKind::tuple);
}

TEST_CASE("functions have kinds, resources, parameters and results") {
  const WitInterface goods = interface_of(shop(), "t:shop/goods@1.2.0");
  REQUIRE(goods.types().size() == 2);
  CHECK(goods.types()[0].is_use());
  CHECK(goods.types()[0].without_aliases().interface()->name() == "types");
  const WitType bucket = goods.types()[1];
  CHECK(bucket.kind() == WitKind::resource);
  const auto functions = goods.functions();
  REQUIRE(functions.size() == 4);  // not the unstable one
  CHECK(functions[0].kind() == WitFunctionKind::constructor);
  const WitFunction& get = functions[1];
  CHECK(get.abi_name() == "[method]bucket.get");
  CHECK(get.resource() == bucket);
  CHECK(get.docs() == "Gives one back.");
  CHECK(get.gate() == WitGate{"1.1.0", "", "1.2.0"});
  REQUIRE(get.params().size() == 2);
  CHECK(get.params()[0].type.kind() == WitKind::borrow);
  CHECK(get.params()[0].type.parts()[0].type == bucket);
  REQUIRE(get.result()->parts().size() == 2);
  CHECK(get.result()->parts()[0].name == "ok");
  CHECK_FALSE(get.result()->parts()[1].type.has_value());
  CHECK(get.to_string() == "func(key: string) -> result<string>");
  CHECK(functions[2].kind() == WitFunctionKind::static_);
  CHECK(functions[3].is_async());
  CHECK_FALSE(functions[3].resource().has_value());
  CHECK(functions[3].params()[1].type.parts()[1].name == "value");
  CHECK(functions[3].place()->line == 30);
}

TEST_CASE("a few lines list all functions with their gates and places") {
  CHECK(functions_of(shop()) ==
        "goods.bucket: constructor(at: point) at line 21\n"
        "goods.get: func(key: string) -> result<string> since 1.1.0 at line 25\n"
        "goods.make: static func() -> bucket at line 26\n"
        "goods.each: async func(b: borrow<bucket>, m: map<string, u64>) -> stream<u8> at line 30\n");
}

TEST_CASE("a world has the imports that its interfaces imply") {
  const auto world = shop().find_world();
  REQUIRE(world.has_value());
  const auto imports = world->imports();
  REQUIRE(imports.size() == 3);
  CHECK(imports[0].name == "t:shop/types@1.2.0");
  CHECK(std::get<WitInterface>(imports[1].item).name() == "goods");
  CHECK(std::get<WitFunction>(imports[2].item).params()[0].type.kind() == WitKind::string);
  REQUIRE(world->exports().size() == 1);
  const auto inner = std::get<WitInterface>(world->exports()[0].item);
  CHECK(inner.name().empty());
  CHECK(inner.id().empty());
  CHECK(inner.functions().size() == 1);
}

TEST_CASE("handles keep the packages alive, and those of two loads differ") {
  const WitType a = shop().roots().front().interfaces().front().types().front();
  const WitType b = shop().roots().front().interfaces().front().types().front();
  CHECK(a.name() == "point");
  CHECK(a == a.without_aliases());
  CHECK_FALSE(a == b);
}

TEST_CASE("features and a target version decide what is there") {
  CHECK(interface_of(shop({.features = {"later"}}), "t:shop/goods@1.2.0").functions().size() == 5);
  CHECK(interface_of(shop({.all_features = true}), "t:shop/goods@1.2.0").functions().size() == 5);
  CHECK(interface_of(shop({.target_version = "1.0.0"}), "t:shop/goods@1.0.0").functions().size() == 3);
  const auto wrong = Wit::from_text("shop.wit", text, {.target_version = "one"});
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().first().code == "bad-usage");
}

TEST_CASE("printed WIT loads again and prints the same, and JSON comes in pieces too") {
  const Wit wit = shop();
  const auto again = Wit::from_text("again.wit", wit.to_wit());
  REQUIRE_MESSAGE(again.has_value(), again.error().to_string());
  CHECK(again->to_wit() == wit.to_wit());
  CHECK(again->roots().front().to_wit() == wit.to_wit());
  std::string pieces;
  CHECK(wit.write_json([&](std::string_view piece) { pieces += piece; return true; }));
  CHECK(pieces == wit.to_json());
  CHECK_FALSE(wit.write_json([](std::string_view) { return false; }));
}

TEST_CASE("mistakes come with their places, all at once, and unknown names with what there is") {
  const auto wrong = Wit::from_text("bad.wit", "package a:b;\ninterface i {\n  f: func() -> strin;\n  g: func(x: nope);\n}\n");
  REQUIRE_FALSE(wrong.has_value());
  REQUIRE(wrong.error().diagnostics().size() == 2);
  CHECK(std::get<TextPos>(wrong.error().diagnostics()[1].location).line == 4);
  CHECK_FALSE(Wit::load(std::filesystem::path("no-such-folder-of-wit")).has_value());
  CHECK_FALSE(Wit::load(std::span<const std::filesystem::path>()).has_value());
  CHECK_FALSE(shop().find_interface("t:shop/none").has_value());
  CHECK_FALSE(shop().find_interface("").has_value());
  const auto world = shop().find_world("ap");
  REQUIRE_FALSE(world.has_value());
  CHECK(world.error().to_string().find("`app`") != std::string::npos);
}
