// compose(): which export meets which import; encode(): the composition as a component.
#include "compose/compose.h"

#include <algorithm>
#include <map>

#include "component/componentize.h"
#include "component/guest.h"

using namespace wcomp;
using namespace wcomp::compose;
using namespace wcomp::component::test;

namespace {

Input input(std::string name, const Bytes& module) {
  auto made = component::componentize(module);
  REQUIRE_MESSAGE(made, (made ? "" : made.error().to_string()));
  auto decoded = component::decode(std::move(*made));
  REQUIRE(decoded);
  auto valid = component::validate(*decoded);
  REQUIRE_MESSAGE(valid, (valid ? "" : valid.error().to_string()));
  return {std::move(name), std::move(*valid)};
}

const std::string calc = R"(
package docs:adder@0.1.0 { interface add { add: func(x: u32, y: u32) -> u32; } world adder { export add; } world user { import add; export run: func(); } }
package docs:sub@0.1.0 { interface sub { sub: func(x: u32, y: u32) -> u32; } world subber { export sub; } }
package docs:calc@0.1.0 { interface both { both: func(x: u32); } world calc { import docs:adder/add@0.1.0; import docs:sub/sub@0.1.0; export both; } world app { import both; export go: func(); } }
)";
std::string package(std::string text) { return "package t:t;\n" + text; }

Input adder(std::string name = "adder.wasm") { return input(std::move(name), Guest().export_("docs:adder/add@0.1.0#add", sig(2, true)).with_wit(package(calc), "docs:adder/adder")); }
Input subber() { return input("sub.wasm", Guest().export_("docs:sub/sub@0.1.0#sub", sig(2, true)).with_wit(package(calc), "docs:sub/subber")); }
Input calculator() {
  return input("calc.wasm", Guest().import("docs:adder/add@0.1.0", "add", sig(2, true)).import("docs:sub/sub@0.1.0", "sub", sig(2, true))
                                .export_("docs:calc/both@0.1.0#both", sig(1, false)).with_wit(package(calc), "docs:calc/calc"));
}
Input app() { return input("app.wasm", Guest().import("docs:calc/both@0.1.0", "both", sig(1, false)).export_("go", nothing).with_wit(package(calc), "docs:calc/app")); }

template <class... I>
std::vector<Input> list(I... inputs) {
  std::vector<Input> out;
  (out.push_back(std::move(inputs)), ...);
  return out;
}

Composition good(std::vector<Input> inputs, const Options& options = {}) {
  auto c = compose::compose(std::move(inputs), options);
  REQUIRE_MESSAGE(c, (c ? "" : c.error().to_string()));
  return std::move(*c);
}
std::string bad(std::vector<Input> inputs, std::string_view code, const Options& options = {}) {
  const auto c = compose::compose(std::move(inputs), options);
  REQUIRE(!c);
  CHECK(c.error().first().code == code);
  return c.error().to_string();
}

component::ValidComponent encoded(const Composition& c) {
  auto bytes = compose::encode(c);
  REQUIRE_MESSAGE(bytes, (bytes ? "" : bytes.error().to_string()));
  auto again = compose::encode(c);
  REQUIRE(again);
  CHECK(*bytes == *again);
  auto decoded = component::decode(std::move(*bytes));
  REQUIRE(decoded);
  auto valid = component::validate(*decoded);
  REQUIRE_MESSAGE(valid, (valid ? "" : valid.error().to_string()));
  return std::move(*valid);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
std::vector<std::string> names(const std::vector<component::NamedEntity>& items) {
  std::vector<std::string> out;
  for (const auto& e : items) out.push_back(e.name);
  return out;
}

}  // namespace

TEST_CASE("exports meet imports whatever the order of the inputs, and the root's exports remain") {
  std::vector<std::size_t> order{0, 1, 2, 3};
  const Input all[] = {app(), calculator(), adder(), subber()};
  do {
    std::vector<Input> inputs;
    for (const std::size_t i : order) inputs.push_back(all[i]);
    const Composition c = good(std::move(inputs));
    CHECK(c.inputs[c.root.value].name == "app.wasm");
    CHECK(c.plugs.size() == 3);
    CHECK(c.passed_on.empty());
    CHECK(c.notes.empty());
    CHECK(c.inputs[c.order.back().value].name == "app.wasm");
    const auto valid = encoded(c);
    CHECK(valid.scope().type.imports.empty());
    CHECK(names(valid.scope().type.exports) == std::vector<std::string>{"go"});
  } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("an import that nothing provides becomes the composition's, with a warning that names it") {
  const Composition c = good(list(calculator(), adder()));
  REQUIRE(c.notes.size() == 1);
  CHECK(has(render(c.notes.front()), "docs:sub/sub@0.1.0"));
  CHECK(names(encoded(c).scope().type.imports) == std::vector<std::string>{"docs:sub/sub@0.1.0"});
}

TEST_CASE("an export of the right name and another type is refused with both types") {
  const std::string wit = "package docs:adder@0.1.0; interface add { add: func(x: u64, y: u32) -> u32; } world w { export add; }";
  const Input other = input("other.wasm", Guest().export_("docs:adder/add@0.1.0#add", {.params = {core::ValType::i64, core::ValType::i32}, .results = {core::ValType::i32}}).with_wit(wit));
  const std::string text = bad(list(calculator(), other, subber()), "import-mismatch");
  CHECK(has(text, "calc.wasm"));
  CHECK(has(text, "other.wasm"));
  CHECK(has(text, "func(x: u32, y: u32) -> u32"));
  CHECK(has(text, "func(x: u64, y: u32) -> u32"));
}

TEST_CASE("an export of a compatible version meets an import, one of another track does not and is named") {
  const auto provider = [](std::string version) {
    const std::string wit = "package docs:adder@" + version + "; interface add { add: func(x: u32, y: u32) -> u32; } world w { export add; }";
    return input("p.wasm", Guest().export_("docs:adder/add@" + version + "#add", sig(2, true)).with_wit(wit));
  };
  const auto user = [] { return input("user.wasm", Guest().import("docs:adder/add@0.1.0", "add", sig(2, true)).export_("run", nothing).with_wit(package(calc), "docs:adder/user")); };
  const Composition c = good(list(user(), provider("0.1.3")));
  REQUIRE(c.plugs.size() == 1);
  CHECK(c.plugs.front().export_name == "docs:adder/add@0.1.3");
  encoded(c);
  const Composition other = good(list(user(), provider("0.2.0")), {.root = "user.wasm"});
  CHECK(other.plugs.empty());
  REQUIRE_FALSE(other.notes.empty());
  CHECK(has(render(other.notes.front()), "docs:adder/add@0.2.0"));
}

TEST_CASE("two inputs that export the same are ambiguous") {
  const std::string text = bad(list(calculator(), adder("one.wasm"), adder("two.wasm"), subber()), "ambiguous");
  CHECK(has(text, "one.wasm"));
  CHECK(has(text, "two.wasm"));
}

TEST_CASE("several possible roots are ambiguous, and one can be chosen") {
  bad(list(adder(), subber()), "ambiguous");
  CHECK(names(encoded(good(list(adder(), subber()), {.root = "sub.wasm"})).scope().type.exports) == std::vector<std::string>{"docs:sub/sub@0.1.0"});
  bad(list(adder()), "bad-usage", {.root = "none.wasm"});
  bad({}, "bad-usage");
}

TEST_CASE("components that need each other are refused with their path") {
  const std::string wit = "package a:b; interface x { f: func(); } interface y { g: func(); } world one { import x; export y; } world two { import y; export x; }";
  const Input one = input("one.wasm", Guest().import("a:b/x", "f", nothing).export_("a:b/y#g", nothing).with_wit(wit, "one"));
  const Input two = input("two.wasm", Guest().import("a:b/y", "g", nothing).export_("a:b/x#f", nothing).with_wit(wit, "two"));
  const std::string text = bad(list(one, two), "cycle");
  CHECK(has(text, "one.wasm"));
  CHECK(has(text, "two.wasm"));
}

TEST_CASE("an interface that several inputs import is imported once, with what any of them uses") {
  const std::string wit = "package wasi:x@0.2.0; interface host { resource r { a: func(); b: func() -> string; } make: func() -> r; record p { n: u32 } put: func(p: p); }\n"
                          "interface dep { d: func(); } world app { import host; import dep; export go: func(); } world lib { import host; export dep; }";
  const std::string host = "wasi:x/host@0.2.0";
  const Input user = input("app.wasm", Guest().import(host, "make", sig(0, true)).import(host, "[method]r.a", sig(1, false)).import("wasi:x/dep@0.2.0", "d", nothing)
                                           .export_("go", nothing).with_wit(wit, "app"));
  const Input lib = input("lib.wasm", Guest().import(host, "[method]r.b", sig(2, false)).import(host, "put", sig(1, false)).memory().export_("wasi:x/dep@0.2.0#d", nothing).with_wit(wit, "lib"));
  const auto valid = encoded(good(list(user, lib)));
  REQUIRE(valid.scope().type.imports.size() == 1);
  const auto& instance = std::get<std::shared_ptr<const component::InstanceType>>(valid.scope().type.imports.front().type);
  auto exports = names(instance->exports);
  std::ranges::sort(exports);
  CHECK(exports == std::vector<std::string>{"[method]r.a", "[method]r.b", "make", "p", "put", "r"});
}

TEST_CASE("a resource of one input reaches another through a third") {
  const std::string wit = R"(package a:b;
interface store { resource item { name: func() -> string; } make: func() -> item; }
interface shop { use store.{item}; sell: func(i: item) -> item; }
world maker { export store; } world seller { import store; export shop; } world buyer { import store; import shop; export go: func(); })";
  const Input maker = input("maker.wasm", Guest().import("[export]a:b/store", "[resource-new]item", sig(1, true)).memory().export_("a:b/store#make", sig(0, true))
                                              .export_("a:b/store#[method]item.name", sig(1, true)).export_("a:b/store#[dtor]item", sig(1, false)).with_wit(wit, "maker"));
  const Input seller = input("seller.wasm", Guest().import("a:b/store", "make", sig(0, true)).export_("a:b/shop#sell", sig(1, true)).with_wit(wit, "seller"));
  const Input buyer = input("buyer.wasm", Guest().import("a:b/store", "[resource-drop]item", sig(1, false)).import("a:b/store", "make", sig(0, true)).import("a:b/shop", "sell", sig(1, true))
                                              .export_("go", nothing).with_wit(wit, "buyer"));
  const Composition c = good(list(buyer, seller, maker));
  CHECK(c.plugs.size() == 3);
  encoded(c);
}

namespace {

const std::string places = R"(
package geo:base@0.1.0 {
  interface places { record point { x: u32, y: u32 } variant area { dot(point), line(u32) } enum side { left, right } at: func(p: point) -> side; }
  interface maps { use places.{area, side}; inside: func(a: area) -> side; }
  world full { import places; import maps; export go: func(); }
  world mapper { import maps; export go: func(); }
  world provider { export places; }
}
package geo:more@0.1.0 {
  interface both { run: func(); }
  world front { import geo:base/maps@0.1.0; import both; export go: func(); }
  world back { import geo:base/places@0.1.0; export both; }
}
)";
const core::FuncType at = sig(2, true), inside = sig(3, true);

}  // namespace

TEST_CASE("types that an import takes from another one keep their names") {
  const Composition c = good(list(input("full.wasm", Guest().import("geo:base/places@0.1.0", "at", at).import("geo:base/maps@0.1.0", "inside", inside)
                                                         .export_("go", nothing).with_wit(package(places), "geo:base/full"))));
  CHECK(names(encoded(c).scope().type.imports) == std::vector<std::string>{"geo:base/places@0.1.0", "geo:base/maps@0.1.0"});
}

TEST_CASE("inputs that use different functions of one interface share its types") {
  const Composition c = good(list(input("front.wasm", Guest().import("geo:base/maps@0.1.0", "inside", inside).import("geo:more/both@0.1.0", "run", nothing)
                                                          .export_("go", nothing).with_wit(package(places), "geo:more/front")),
                                  input("back.wasm", Guest().import("geo:base/places@0.1.0", "at", at).export_("geo:more/both@0.1.0#run", nothing)
                                                         .with_wit(package(places), "geo:more/back"))));
  const auto valid = encoded(c);
  REQUIRE(valid.scope().type.imports.size() == 2);
  const auto& merged = std::get<std::shared_ptr<const component::InstanceType>>(valid.scope().type.imports[0].type);
  CHECK(valid.scope().type.imports[0].name == "geo:base/places@0.1.0");
  CHECK(std::ranges::any_of(merged->exports, [](const auto& e) { return e.name == "at"; }));
  CHECK(std::ranges::any_of(merged->exports, [](const auto& e) { return e.name == "area"; }));
}

TEST_CASE("types of an interface that is met inside are imported for one that is passed on") {
  const Composition c = good(list(input("full.wasm", Guest().import("geo:base/places@0.1.0", "at", at).import("geo:base/maps@0.1.0", "inside", inside)
                                                         .export_("go", nothing).with_wit(package(places), "geo:base/full")),
                                  input("provider.wasm", Guest().export_("geo:base/places@0.1.0#at", at).with_wit(package(places), "geo:base/provider"))));
  REQUIRE(c.plugs.size() == 1);
  const auto valid = encoded(c);
  REQUIRE(valid.scope().type.imports.size() == 2);
  const auto& types_only = std::get<std::shared_ptr<const component::InstanceType>>(valid.scope().type.imports[0].type);
  CHECK(valid.scope().type.imports[0].name == "geo:base/places@0.1.0");
  CHECK(std::ranges::none_of(types_only->exports, [](const auto& e) { return e.name == "at"; }));
}

TEST_CASE("functions of a resource with further names keep its first one") {
  const std::string wit = "package web:base@0.1.0; interface types { resource fields { constructor(); size: func() -> u32; } type headers = fields; type trailers = fields;"
                          " end: func(t: trailers) -> headers; } world user { import types; export go: func(); }";
  const Composition c = good(list(input("user.wasm", Guest().import("web:base/types@0.1.0", "[constructor]fields", {.params = {}, .results = {core::ValType::i32}})
                                                         .import("web:base/types@0.1.0", "[method]fields.size", sig(1, true))
                                                         .import("web:base/types@0.1.0", "end", sig(1, true)).export_("go", nothing).with_wit(wit))));
  const auto valid = encoded(c);
  // The constructor's result is the type that is exported as `fields`, not one of its later names.
  std::map<std::string, std::uint32_t> exported;
  std::vector<std::optional<std::uint32_t>> owned;  // by type index: what an own points to
  std::optional<std::uint32_t> made;
  for (const component::Definition& d : valid.component().definitions) {
    const auto* def = std::get_if<component::DefType>(&d.item);
    const auto* instance = def == nullptr ? nullptr : std::get_if<std::shared_ptr<const component::InstanceTypeRef>>(def);
    if (instance == nullptr) continue;
    for (const auto& decl : (*instance)->decls) {
      if (const auto* type = std::get_if<component::DefType>(&decl)) {
        const auto* value = std::get_if<component::DefValType>(type);
        const auto* own = value == nullptr ? nullptr : std::get_if<component::OwnRef>(value);
        owned.push_back(own == nullptr ? std::nullopt : std::optional(own->resource.value));
        const auto* func = std::get_if<component::FuncTypeRef>(type);
        if (func != nullptr && func->params.empty() && func->result && !made) made = owned.at(std::get<component::TypeIdx>(*func->result).value);
      } else if (const auto* e = std::get_if<component::ExportDecl>(&decl); e != nullptr && e->desc.sort == component::Sort::type) {
        exported[e->name] = static_cast<std::uint32_t>(owned.size());
        owned.push_back(std::nullopt);
      } else if (std::holds_alternative<component::Alias>(decl)) {
        owned.push_back(std::nullopt);
      }
    }
  }
  REQUIRE(made);
  CHECK(*made == exported.at("fields"));
}
