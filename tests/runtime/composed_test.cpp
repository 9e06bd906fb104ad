// Several component instances in one: adapters, and resources that move between instances and the host.
#include "runtime/components.h"
#include "wcomp/value.h"

using namespace wcomp;
using namespace wcomp::test;

namespace {

/// Puts components inside one: each named export of `inner` becomes the import `name` of `outer`, whose export is exported.
Builder compose(Builder& inner, const std::string& exported, Builder& outer, const std::string& name, const std::string& result) {
  Builder b;
  const auto in = b.instantiate(b.component(share(inner)), {});
  const auto func = b.alias(Sort::func, in, exported);
  const auto out = b.instantiate(b.component(share(outer)), {{name, {.sort = Sort::func, .index = func}}});
  b.export_(result, {.sort = Sort::func, .index = b.alias(Sort::func, out, result)});
  return b;
}

struct Blob {
  static constexpr const char* resource_name = "blob";
  int* destroyed;
  ~Blob() { ++*destroyed; }
};

/// A component that imports resource `blob` from `host:blobs/api`, with `make: func() -> own<blob>`, `look: func(b: borrow<blob>)`. Exports
/// `hold` (makes one and keeps it), `use` (makes one, lends it, drops it), `wrong` (drops a handle that does not exist), and
/// `borrow: func(b: borrow<blob>, keep: bool)`, which drops its borrow unless told to keep it.
Builder blob_user() {
  Builder b;
  component::InstanceTypeRef api;
  api.decls.emplace_back(component::ExportDecl{.name = "blob", .desc = {.sort = Sort::type}});
  api.decls.emplace_back(component::DefType(component::DefValType(component::OwnRef{component::TypeIdx(0)})));
  api.decls.emplace_back(component::DefType(FuncTypeRef{.params = {}, .result = component::TypeIdx(1)}));
  api.decls.emplace_back(component::ExportDecl{.name = "make", .desc = {.sort = Sort::func, .type_index = 2}});
  api.decls.emplace_back(component::DefType(component::DefValType(component::BorrowRef{component::TypeIdx(0)})));
  api.decls.emplace_back(component::DefType(FuncTypeRef{.params = {{"b", component::TypeIdx(3)}}, .result = {}}));
  api.decls.emplace_back(component::ExportDecl{.name = "look", .desc = {.sort = Sort::func, .type_index = 4}});
  const auto type = b.type(std::make_shared<const component::InstanceTypeRef>(std::move(api)));
  const component::InstanceIdx inst(b.import("host:blobs/api", {.sort = Sort::instance, .type_index = type.value}));
  const component::TypeIdx blob(b.alias(Sort::type, inst, "blob"));
  const auto make = b.lower({.func = component::FuncIdx(b.alias(Sort::func, inst, "make"))});
  const auto look = b.lower({.func = component::FuncIdx(b.alias(Sort::func, inst, "look"))});
  const auto drop = b.resource_drop(blob);
  core::ModuleBuilder m;
  const core::FuncIdx core_make = m.import_func("", "make", {.params = {}, .results = {i32}});
  const core::FuncIdx core_look = m.import_func("", "look", {.params = {i32}, .results = {}});
  const core::FuncIdx core_drop = m.import_func("", "drop", {.params = {i32}, .results = {}});
  const core::FuncIdx hold = m.func({.params = {}, .results = {i32}});
  m.code(hold).call(core_make);
  m.export_func("hold", hold);
  const core::FuncIdx use = m.func({});
  core::CodeBuilder& c = m.code(use);
  const core::LocalIdx h = c.local(i32);
  c.call(core_make).local_tee(h).call(core_look).local_get(h).call(core_drop);
  m.export_func("use", use);
  const core::FuncIdx wrong = m.func({});
  m.code(wrong).i32_const(99).call(core_drop);
  m.export_func("wrong", wrong);
  const core::FuncIdx borrow = m.func({.params = {i32, i32}, .results = {}});
  m.code(borrow).local_get(core::LocalIdx(1)).op(Opcode::i32_eqz).if_().local_get(core::LocalIdx(0)).call(core_drop).end();
  m.export_func("borrow", borrow);
  const auto core_inst = b.instantiate(b.core_module(m.build()), {{"", b.core_instance({{"make", make}, {"look", look}, {"drop", drop}})}});
  lift_export(b, core_inst, "hold", "hold", {.params = {}, .result = Prim::u32});
  lift_export(b, core_inst, "use", "use", {});
  lift_export(b, core_inst, "wrong", "wrong", {});
  const auto borrowed = b.type(component::DefValType(component::BorrowRef{blob}));
  lift_export(b, core_inst, "borrow", "borrow", {.params = {{"b", borrowed}, {"keep", Prim::bool_}}, .result = {}});
  return b;
}

struct Thing : GuestResource {
  static constexpr const char* resource_name = "thing";
  Thing() = default;
  Thing(GuestRep rep, const BindingTable*) : GuestResource(rep) {}
};

/// Defines resource `thing` with a destructor that counts; exports interface `t:things/api` with the resource, `make: func(rep: u32) ->
/// own<thing>`, `peek: func(t: borrow<thing>) -> u32` (its rep), `dropped: func() -> u32` (the sum of the dropped reps).
Builder things() {
  core::ModuleBuilder dtor_module;
  const core::GlobalIdx sum = dtor_module.global({.type = i32, .is_mutable = true}, 0);
  const core::FuncIdx dtor = dtor_module.func({.params = {i32}, .results = {}});
  dtor_module.code(dtor).global_get(sum).local_get(core::LocalIdx(0)).op(Opcode::i32_add).global_set(sum);
  dtor_module.export_func("dtor", dtor);
  const core::FuncIdx dropped = dtor_module.func({.params = {}, .results = {i32}});
  dtor_module.code(dropped).global_get(sum);
  dtor_module.export_func("dropped", dropped);
  Builder b;
  const auto dtors = b.instantiate(b.core_module(dtor_module.build()), {});
  const auto thing = b.type(component::ResourceTypeRef{.dtor = b.alias_core_func(dtors, "dtor")});
  const auto res_new = b.resource_new(thing);
  core::ModuleBuilder m;
  const core::FuncIdx core_new = m.import_func("", "new", {.params = {i32}, .results = {i32}});
  const core::FuncIdx make = m.func({.params = {i32}, .results = {i32}});
  m.code(make).local_get(core::LocalIdx(0)).call(core_new);
  m.export_func("make", make);
  const core::FuncIdx peek = m.func({.params = {i32}, .results = {i32}});
  m.code(peek).local_get(core::LocalIdx(0));  // a borrow that comes home is the rep
  m.export_func("peek", peek);
  const auto inst = b.instantiate(b.core_module(m.build()), {{"", b.core_instance({{"new", res_new}})}});
  const component::TypeIdx exported(b.export_("thing", {.sort = Sort::type, .index = thing.value}));
  const auto own = b.type(component::DefValType(component::OwnRef{exported}));
  const auto borrow = b.type(component::DefValType(component::BorrowRef{exported}));
  lift_export(b, inst, "make", "make", {.params = {{"rep", Prim::u32}}, .result = own});
  lift_export(b, inst, "peek", "peek", {.params = {{"t", borrow}}, .result = Prim::u32});
  lift_export(b, dtors, "dropped", "dropped", {.params = {}, .result = Prim::u32});
  return b;
}

enum class Misuse { none, keep_own, lend_unknown };

/// Uses an instance of `things`: imports `make` and `peek` (with their type) and exports `run: func(n: u32) -> u32`: makes a thing, lends
/// it to `peek`, drops it, gives what peek gave.
Builder thing_user(Misuse misuse) {
  Builder b;
  const component::TypeIdx thing(b.import("thing", {.sort = Sort::type}));
  const auto own = b.type(component::DefValType(component::OwnRef{thing}));
  const auto borrow = b.type(component::DefValType(component::BorrowRef{thing}));
  const auto make = b.lower({.func = import_func(b, "make", {.params = {{"rep", Prim::u32}}, .result = own})});
  const auto peek = b.lower({.func = import_func(b, "peek", {.params = {{"t", borrow}}, .result = Prim::u32})});
  const auto drop = b.resource_drop(thing);
  core::ModuleBuilder m;
  const core::FuncIdx core_make = m.import_func("", "make", {.params = {i32}, .results = {i32}});
  const core::FuncIdx core_peek = m.import_func("", "peek", {.params = {i32}, .results = {i32}});
  const core::FuncIdx core_drop = m.import_func("", "drop", {.params = {i32}, .results = {}});
  const core::FuncIdx run = m.func({.params = {i32}, .results = {i32}});
  core::CodeBuilder& c = m.code(run);
  const core::LocalIdx h = c.local(i32);
  c.local_get(core::LocalIdx(0)).call(core_make).local_set(h);
  if (misuse == Misuse::lend_unknown) c.i32_const(1000).call(core_peek).op(Opcode::drop);
  c.local_get(h).call(core_peek);
  if (misuse == Misuse::none) c.local_get(h).call(core_drop);
  m.export_func("run", run);
  const auto inst = b.instantiate(b.core_module(m.build()), {{"", b.core_instance({{"make", make}, {"peek", peek}, {"drop", drop}})}});
  lift_export(b, inst, "run", "run", {.params = {{"n", Prim::u32}}, .result = Prim::u32});
  return b;
}

/// `things` and its user in one component; exports `run` and `dropped`.
Builder things_and_user(Misuse misuse = Misuse::none) {
  Builder b;
  Builder inner = things();
  Builder outer = thing_user(misuse);
  const auto t = b.instantiate(b.component(share(inner)), {});
  std::vector<std::pair<std::string, component::SortIdx>> args;
  args.emplace_back("thing", component::SortIdx{.sort = Sort::type, .index = b.alias(Sort::type, t, "thing")});
  for (const char* name : {"make", "peek"})
    args.emplace_back(name, component::SortIdx{.sort = Sort::func, .index = b.alias(Sort::func, t, name)});
  const auto user = b.instantiate(b.component(share(outer)), args);
  b.export_("run", {.sort = Sort::func, .index = b.alias(Sort::func, user, "run")});
  b.export_("dropped", {.sort = Sort::func, .index = b.alias(Sort::func, t, "dropped")});
  return b;
}

}  // namespace

TEST_CASE("a string goes through two components with their own memories and encodings") {
  using enum component::StringEncoding;
  for (const auto inner : {utf8, utf16, latin1_utf16}) {
    for (const auto outer : {utf8, utf16, latin1_utf16}) {
      Builder a = echo_component(inner);
      Builder f = forward_component("echo", outer);
      Builder b = compose(a, "echo", f, "echo", "forward");
      Engine engine;
      Instance instance = instantiate(Linker(engine), load(engine, b));
      auto forward = typed<std::string(std::string_view)>(instance, "", "forward");
      for (const char* text : {"", "plain", "gr\xc3\xbc\xc3\x9f", "\xe6\xbc\xa2 \xf0\x9f\x98\x80"}) CHECK(*forward.call(text) == text);
    }
  }
}

TEST_CASE("a function is followed through several levels of components") {
  Builder a = echo_component();
  Builder f = forward_component("echo");
  Builder one = compose(a, "echo", f, "echo", "forward");
  Builder g = forward_component("forward");
  Builder two = compose(one, "forward", g, "forward", "forward");
  Engine engine;
  Instance instance = instantiate(Linker(engine), load(engine, two));
  CHECK(*typed<std::string(std::string_view)>(instance, "", "forward").call("deep") == "deep");
}

TEST_CASE("a nested component's import reaches the host") {
  Builder b;
  const component::FuncIdx imported = import_func(b, "shout", string_to_string());
  Builder f = forward_component("shout");
  const auto in = b.instantiate(b.component(share(f)), {{"shout", {.sort = Sort::func, .index = imported.value}}});
  b.export_("forward", {.sort = Sort::func, .index = b.alias(Sort::func, in, "forward")});
  Engine engine;
  Linker linker(engine);
  define(linker, "", "shout", [](std::string_view s) { return std::string(s) + "!"; });
  Instance instance = instantiate(linker, load(engine, b));
  CHECK(*typed<std::string(std::string_view)>(instance, "", "forward").call("hey") == "hey!");
}

TEST_CASE("host objects that guests own are destroyed when dropped or with the instance") {
  Engine engine;
  Builder b = blob_user();
  Linker linker(engine);
  int destroyed = 0;
  int looked = 0;
  linker.define_resource("host:blobs/api", "blob", resource_key<Blob>);
  define(linker, "host:blobs/api", "make", [&] { return std::unique_ptr<Blob>(new Blob{&destroyed}); });
  define(linker, "host:blobs/api", "look", [&](Blob&) { ++looked; });
  {
    Instance instance = instantiate(linker, load(engine, b));
    CHECK(typed<void()>(instance, "", "use").call().has_value());
    CHECK(looked == 1);
    CHECK(destroyed == 1);
    CHECK(typed<std::uint32_t()>(instance, "", "hold").call().value() == 1);
    CHECK(typed<std::uint32_t()>(instance, "", "hold").call().value() == 2);
    CHECK(destroyed == 1);
  }
  CHECK(destroyed == 3);
}

TEST_CASE("a borrow has to be dropped before the call ends") {
  Engine engine;
  Builder b = blob_user();
  Linker linker(engine);
  int destroyed = 0;
  linker.define_resource("host:blobs/api", "blob", resource_key<Blob>);
  define(linker, "host:blobs/api", "make", [&] { return std::unique_ptr<Blob>(new Blob{&destroyed}); });
  define(linker, "host:blobs/api", "look", [](Blob&) {});
  {
    Instance instance = instantiate(linker, load(engine, b));
    auto borrow = typed<void(Blob&, bool)>(instance, "", "borrow");
    Blob blob{&destroyed};
    CHECK(borrow.call(blob, false).has_value());
    auto kept = borrow.call(blob, true);
    REQUIRE(!kept);
    CHECK(kept.error().code() == TrapCode::borrow_not_dropped);
    CHECK(destroyed == 0);
  }
  CHECK(destroyed == 1);  // by its owner, the test
}

TEST_CASE("dropping a handle that does not exist traps") {
  Engine engine;
  Builder b = blob_user();
  Linker linker(engine);
  int destroyed = 0;
  linker.define_resource("host:blobs/api", "blob", resource_key<Blob>);
  define(linker, "host:blobs/api", "make", [&] { return std::unique_ptr<Blob>(new Blob{&destroyed}); });
  define(linker, "host:blobs/api", "look", [](Blob&) {});
  Instance instance = instantiate(linker, load(engine, b));
  auto result = typed<void()>(instance, "", "wrong").call();
  REQUIRE(!result);
  CHECK(result.error().code() == TrapCode::unknown_handle);
}

TEST_CASE("a resource that the linker does not have is a missing import") {
  Engine engine;
  Builder b = blob_user();
  auto made = Linker(engine).instantiate(load(engine, b));
  REQUIRE(!made);
  CHECK(made.error().first().message == "nothing provides the imported resource `host:blobs/api` `blob`");
}

TEST_CASE("a guest's resource lives in the host's hands and its destructor runs when dropped") {
  Engine engine;
  Builder b = things();
  Instance instance = instantiate(Linker(engine), load(engine, b));
  auto make = typed<Thing(std::uint32_t)>(instance, "", "make");
  auto peek = typed<std::uint32_t(const Thing&)>(instance, "", "peek");
  auto dropped = typed<std::uint32_t()>(instance, "", "dropped");
  {
    Thing thing = std::move(*make.call(40));
    CHECK(*peek.call(thing) == 40);
    CHECK(*dropped.call() == 0);
    Thing other = std::move(*make.call(2));
    CHECK(other.drop().has_value());
    CHECK(*dropped.call() == 2);
  }
  CHECK(*dropped.call() == 42);
}

TEST_CASE("a resource of another instance is refused") {
  Engine engine;
  Builder b = things();
  const Component c = load(engine, b);
  Instance one = instantiate(Linker(engine), c);
  Instance two = instantiate(Linker(engine), c);
  Thing thing = std::move(*typed<Thing(std::uint32_t)>(one, "", "make").call(1));
  auto result = typed<std::uint32_t(const Thing&)>(two, "", "peek").call(thing);
  REQUIRE(!result);
  CHECK(result.error().code() == TrapCode::handle_wrong_type);
}

TEST_CASE("resources move between components, are lent, and end in the defining component's destructor") {
  Engine engine;
  Builder b = things_and_user();
  Instance instance = instantiate(Linker(engine), load(engine, b));
  auto run = typed<std::uint32_t(std::uint32_t)>(instance, "", "run");
  CHECK(*run.call(5) == 5);
  CHECK(*run.call(6) == 6);
  CHECK(*typed<std::uint32_t()>(instance, "", "dropped").call() == 11);
}

TEST_CASE("lending a handle that does not exist traps and names the function") {
  Engine engine;
  Builder b = things_and_user(Misuse::lend_unknown);
  Instance instance = instantiate(Linker(engine), load(engine, b));
  auto result = typed<std::uint32_t(std::uint32_t)>(instance, "", "run").call(1);
  REQUIRE(!result);
  CHECK(result.error().code() == TrapCode::unknown_handle);
  CHECK(result.error().message().find("`peek`") != std::string::npos);
}

TEST_CASE("calls by value carry resources that a guest defines") {
  Engine engine;
  Builder b = things();
  Instance instance = instantiate(Linker(engine), load(engine, b));
  const Func make = *instance.func("", "make"), peek = *instance.func("", "peek"), dropped = *instance.func("", "dropped");
  {
    auto made = make.call({Value::u(41)});
    REQUIRE(made.has_value());
    CHECK(make.result()->kind() == TypeKind::own);
    CHECK(*peek.call({**made}).value() == Value::u(41));
    CHECK(*peek.call({**made}).value() == Value::u(41));
    CHECK(*dropped.call({}).value() == Value::u(0));
  }
  CHECK(*dropped.call({}).value() == Value::u(41));
}

TEST_CASE("a resource of another instance, or none, is refused as a handle") {
  Engine engine;
  Builder b = things();
  const Component component = load(engine, b);
  Instance one = instantiate(Linker(engine), component), two = instantiate(Linker(engine), component);
  const auto made = one.func("", "make")->call({Value::u(1)});
  REQUIRE(made.has_value());
  CHECK(two.func("", "peek")->call({**made}).error().code() == TrapCode::handle_wrong_type);
  Instance three = instantiate(Linker(engine), component);
  CHECK(three.func("", "peek")->call({Value{HandleValue{}}}).error().code() == TrapCode::host_error);
  CHECK(three.func("", "peek")->parse_args("(1)").error().first().code == "unsupported");
}
