// Calls between a host and one component.
#include <chrono>
#include <thread>

#include "runtime/components.h"

using namespace wcomp;
using namespace wcomp::test;

namespace {

/// Exports `add`, `spin` (never ends), `fall` (unreachable).
Builder arithmetic() {
  core::ModuleBuilder m;
  const core::FuncIdx add = m.func({.params = {i32, i32}, .results = {i32}});
  m.code(add).local_get(core::LocalIdx(0)).local_get(core::LocalIdx(1)).op(Opcode::i32_add);
  m.export_func("add", add);
  const core::FuncIdx fall = m.func({});
  m.code(fall).op(Opcode::unreachable);
  m.export_func("fall", fall);
  const core::FuncIdx spin = m.func({});
  m.code(spin).loop().br(0).end();
  m.export_func("spin", spin);
  const core::FuncIdx recurse = m.func({});
  m.code(recurse).call(recurse);
  m.export_func("recurse", recurse);
  Builder b;
  const auto inst = b.instantiate(b.core_module(m.build()), {});
  lift_export(b, inst, "add", "add", {.params = {{"a", Prim::u32}, {"b", Prim::u32}}, .result = Prim::u32});
  for (const char* name : {"fall", "spin", "recurse"}) lift_export(b, inst, name, name, {});
  return b;
}

/// Imports `host:api/calls@1.2.0` `f` and exports `run: func(n: u32) -> u32`, which calls it.
Builder caller(const std::string& interface = "host:api/calls@1.2.0") {
  Builder b;
  const FuncTypeRef type{.params = {{"n", Prim::u32}}, .result = Prim::u32};
  const auto lowered = b.lower({.func = import_interface_func(b, interface, "f", type)});
  core::ModuleBuilder m;
  const core::FuncIdx callee = m.import_func("", "f", {.params = {i32}, .results = {i32}});
  const core::FuncIdx run = m.func({.params = {i32}, .results = {i32}});
  m.code(run).local_get(core::LocalIdx(0)).call(callee);
  m.export_func("run", run);
  const auto inst = b.instantiate(b.core_module(m.build()), {{"", b.core_instance({{"f", lowered}})}});
  lift_export(b, inst, "run", "run", type);
  return b;
}

}  // namespace

TEST_CASE("a host calls an exported function by its C++ signature") {
  Engine engine;
  Builder b = arithmetic();
  Instance instance = instantiate(Linker(engine), load(engine, b));
  auto add = typed<std::uint32_t(std::uint32_t, std::uint32_t)>(instance, "", "add");
  CHECK(*add.call(2, 3) == 5);
  CHECK(*add.call(0xffffffff, 2) == 1);
}

TEST_CASE("a component tells its imports and exports") {
  Engine engine;
  Builder b = caller();
  const Component c = load(engine, b);
  CHECK(c.imports() == std::vector<std::string>{"host:api/calls@1.2.0"});
  CHECK(c.exports() == std::vector<std::string>{"run"});
}

TEST_CASE("binding another signature names both types") {
  Engine engine;
  Builder b = arithmetic();
  Instance instance = instantiate(Linker(engine), load(engine, b));
  auto bound = instance.func("", "add")->typed<std::uint32_t(std::uint32_t, std::string_view)>();
  REQUIRE(!bound);
  const Diagnostic& d = bound.error().first();
  CHECK(d.code == "export-mismatch");
  CHECK(d.message == "`add` has another type in the component than in the host: parameter `b`: the component has `u32`, the host `string`");
  REQUIRE(d.notes.size() == 2);
  CHECK(d.notes[0] == "in the component: func(a: u32, b: u32) -> u32");
  CHECK(d.notes[1] == "in the host: func(u32, string) -> u32");
}

TEST_CASE("a missing export lists those that are there") {
  Engine engine;
  Builder b = arithmetic();
  Instance instance = instantiate(Linker(engine), load(engine, b));
  auto func = instance.func("", "sub");
  REQUIRE(!func);
  CHECK(func.error().first().code == "missing-export");
  CHECK(func.error().first().notes[0] == "it exports `add`, `fall`, `spin`, `recurse`");
  CHECK(instance.has_export("add"));
  CHECK(!instance.has_export("sub"));
}

TEST_CASE("a trap poisons the instance") {
  Engine engine;
  Builder b = arithmetic();
  Instance instance = instantiate(Linker(engine), load(engine, b));
  auto add = typed<std::uint32_t(std::uint32_t, std::uint32_t)>(instance, "", "add");
  auto fallen = typed<void()>(instance, "", "fall").call();
  REQUIRE(!fallen);
  CHECK(fallen.error().code() == TrapCode::unreachable);
  auto sum = add.call(1, 2);
  REQUIRE(!sum);
  CHECK(sum.error().code() == TrapCode::instance_poisoned);
}

TEST_CASE("endless recursion and endless loops end in a trap") {
  Engine engine;
  Builder b = arithmetic();
  const Component c = load(engine, b);
  Linker linker(engine);
  Limits limits;
  limits.fuel = 10'000'000;
  linker.set_limits(limits);
  Instance instance = instantiate(linker, c);
  CHECK(typed<void()>(instance, "", "recurse").call().error().code() == TrapCode::call_stack_exhausted);
  Instance another = instantiate(linker, c);
  CHECK(typed<void()>(another, "", "spin").call().error().code() == TrapCode::out_of_fuel);
}

TEST_CASE("fuel is used up by calls and can be set anew before each") {
  Engine engine;
  Builder b = arithmetic();
  const Component c = load(engine, b);
  Linker linker(engine);
  Limits limits;
  limits.fuel = 1'000;
  linker.set_limits(limits);
  Instance instance = instantiate(linker, c);
  auto add = typed<std::uint32_t(std::uint32_t, std::uint32_t)>(instance, "", "add");
  CHECK(add.call(1, 2).value() == 3);
  CHECK(instance.fuel().value() < 1'000);
  CHECK(instance.set_fuel(500));
  CHECK(instance.fuel() == 500);
  CHECK(instance.set_fuel(0));
  CHECK(add.call(1, 2).error().code() == TrapCode::out_of_fuel);

  Instance unlimited = instantiate(Linker(engine), c);
  CHECK_FALSE(unlimited.fuel());
  CHECK_FALSE(unlimited.set_fuel(0));
  CHECK(typed<std::uint32_t(std::uint32_t, std::uint32_t)>(unlimited, "", "add").call(1, 2).value() == 3);
}

TEST_CASE("another thread stops a guest that does not end") {
  Engine engine;
  Builder b = arithmetic();
  Instance instance = instantiate(Linker(engine), load(engine, b));
  auto spin = typed<void()>(instance, "", "spin");
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    instance.interrupt();
  });
  auto result = spin.call();
  stopper.join();
  REQUIRE(!result);
  CHECK(result.error().code() == TrapCode::interrupted);
}

TEST_CASE("a memory larger than the limit is refused") {
  core::ModuleBuilder m;
  m.mem({.limits = {.min = 100}});
  Builder b;
  b.instantiate(b.core_module(m.build()), {});
  Engine engine;
  Linker linker(engine);
  Limits limits;
  limits.max_memory_bytes = 64 * 65536;
  linker.set_limits(limits);
  auto made = linker.instantiate(load(engine, b));
  REQUIRE(!made);
  CHECK(made.error().first().code == "trap");
}

TEST_CASE("strings go into a guest and back in every encoding") {
  for (const auto encoding : {component::StringEncoding::utf8, component::StringEncoding::utf16, component::StringEncoding::latin1_utf16}) {
    Engine engine;
    Builder b = echo_component(encoding);
    Instance instance = instantiate(Linker(engine), load(engine, b));
    auto echo = typed<std::string(std::string_view)>(instance, "", "echo");
    for (const char* text : {"", "plain", "gr\xc3\xbc\xc3\x9f", "\xe6\xbc\xa2 \xf0\x9f\x98\x80"}) {
      auto result = echo.call(text);
      if (!result) FAIL(result.error().to_string());
      CHECK(*result == text);
    };
  }
}

TEST_CASE("a result is viewed in the guest's memory before post-return runs") {
  const std::string text = R"((component
    (core module $m (memory (export "memory") 1)
      (data (i32.const 64) "in place")
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
      (func (export "view") (param i32) (result i32)
        (i32.store (i32.const 16) (i32.const 64)) (i32.store (i32.const 20) (local.get 0))
        (i32.store (i32.const 24) (i32.const 64)) (i32.store (i32.const 28) (i32.const 2)) (i32.const 16))
      (func (export "post") (param i32) (memory.fill (i32.const 64) (i32.const 45) (i32.const 8))))
    (core instance $i (instantiate $m))
    (func (export "text") (param "len" u32) (result string)
      (canon lift (core func $i "view") (memory (core memory $i "memory")) (post-return (core func $i "post"))))
    (func (export "both") (param "len" u32) (result (tuple (list u8) (list u32)))
      (canon lift (core func $i "view") (memory (core memory $i "memory")) (post-return (core func $i "post"))))
    (func (export "utf16") (param "len" u32) (result string)
      (canon lift (core func $i "view") string-encoding=utf16 (memory (core memory $i "memory")))))
)";
  const Engine engine;
  const auto component = Component::from_bytes(engine, bytes(text), "view.wat");
  if (!component) FAIL(component.error().to_string());
  Instance instance = instantiate(Linker(engine), *component);
  auto view = typed<std::string_view(std::uint32_t)>(instance, "", "text");
  std::string_view outlived;
  auto size = view.view(
      [&](std::string_view s) {
        CHECK(s == "in place");
        outlived = s;
        return s.size();
      },
      8);
  CHECK(size.value() == 8);
  CHECK(outlived == "--------");  // what it pointed to: the guest has it back
  int calls = 0;
  auto both = typed<std::tuple<std::span<const std::uint8_t>, std::span<const std::uint32_t>>(std::uint32_t)>(instance, "", "both");
  auto seen = both.view([&](auto lists) { calls += std::get<0>(lists).size() == 3 && std::get<1>(lists).size() == 2; }, 3);
  CHECK(seen.has_value());
  CHECK(calls == 1);
  CHECK(typed<std::string_view(std::uint32_t)>(instance, "", "utf16").view([](std::string_view s) { return s.size(); }, 2).value() == 6);  // transcoded: a copy
  // What cannot be read is not shown.
  auto trapped = view.view([&](std::string_view) { ++calls; }, 70'000);
  REQUIRE_FALSE(trapped.has_value());
  CHECK(trapped.error().code() == TrapCode::pointer_out_of_bounds);
  CHECK(calls == 1);
}

TEST_CASE("text of the host that is not UTF-8 is refused") {
  Engine engine;
  Builder b = echo_component();
  Instance instance = instantiate(Linker(engine), load(engine, b));
  auto result = typed<std::string(std::string_view)>(instance, "", "echo").call("a\xff");
  REQUIRE(!result);
  CHECK(result.error().code() == TrapCode::invalid_utf8);
}

TEST_CASE("a guest calls a host function") {
  Engine engine;
  Builder b = caller();
  Linker linker(engine);
  define(linker, "host:api/calls@1.2.0", "f", [](std::uint32_t n) { return n * 2; });
  Instance instance = instantiate(linker, load(engine, b));
  CHECK(*typed<std::uint32_t(std::uint32_t)>(instance, "", "run").call(21) == 42);
}

TEST_CASE("imports match compatible versions, the same version first") {
  Engine engine;
  Builder b = caller();
  const Component c = load(engine, b);
  Linker linker(engine);
  define(linker, "host:api/calls@1.9.0", "f", [](std::uint32_t) -> std::uint32_t { return 9; });
  define(linker, "host:api/calls@2.0.0", "f", [](std::uint32_t) -> std::uint32_t { return 20; });
  Instance instance = instantiate(linker, c);
  CHECK(*typed<std::uint32_t(std::uint32_t)>(instance, "", "run").call(0) == 9);
  define(linker, "host:api/calls@1.2.0", "f", [](std::uint32_t) -> std::uint32_t { return 2; });
  Instance exact = instantiate(linker, c);
  CHECK(*typed<std::uint32_t(std::uint32_t)>(exact, "", "run").call(0) == 2);
}

TEST_CASE("a refused interface is met by name and version, and stops the guest that calls it") {
  Engine engine;
  Builder b = caller();
  const Component c = load(engine, b);
  Linker linker(engine);
  linker.refuse("host:api/calls@2.0.0", "too new");
  CHECK(!linker.instantiate(c));
  linker.refuse("host:api/calls@1.0.0", "nobody is there");
  Instance instance = instantiate(linker, c);
  auto called = typed<std::uint32_t(std::uint32_t)>(instance, "", "run").call(1);
  REQUIRE(!called);
  CHECK(called.error().code() == TrapCode::host_error);
  CHECK(called.error().message().starts_with("nobody is there (in `host:api/calls@1.2.0#f`)"));
}

TEST_CASE("a definition takes precedence over a refusal, and what it lacks stays missing") {
  Engine engine;
  Builder b = caller();
  const Component c = load(engine, b);
  Linker linker(engine);
  linker.refuse("host:api/calls@1.2.0", "nobody is there");
  define(linker, "host:api/calls@1.9.0", "f", [](std::uint32_t) -> std::uint32_t { return 9; });
  Instance instance = instantiate(linker, c);
  CHECK(*typed<std::uint32_t(std::uint32_t)>(instance, "", "run").call(0) == 9);
  Linker other(engine);
  other.refuse("host:api/calls@1.2.0", "nobody is there");
  define(other, "host:api/calls@1.9.0", "g", [](std::uint32_t n) { return n; });
  auto made = other.instantiate(c);
  REQUIRE(!made);
  CHECK(made.error().first().code == "missing-import");
}

TEST_CASE("a missing import names the function and what the linker has") {
  Engine engine;
  Builder b = caller();
  const Component c = load(engine, b);
  Linker linker(engine);
  auto made = linker.instantiate(c);
  REQUIRE(!made);
  CHECK(made.error().first().code == "missing-import");
  CHECK(made.error().first().message == "nothing provides the imported function `host:api/calls@1.2.0` `f`");
  CHECK(made.error().first().notes[0] == "the linker has no interfaces");
  define(linker, "host:api/calls@2.0.0", "f", [](std::uint32_t n) { return n; });
  made = linker.instantiate(c);
  REQUIRE(!made);
  CHECK(made.error().first().notes[0] == "the linker has `host:api/calls@2.0.0`, which is not compatible with that version");
  define(linker, "host:api/calls@1.2.0", "g", [](std::uint32_t n) { return n; });
  made = linker.instantiate(c);
  REQUIRE(!made);
  CHECK(made.error().first().notes[0] == "the linker's `host:api/calls@1.2.0` has `g`");
}

TEST_CASE("a missing import names only what comes near, and how a component could provide it") {
  Engine engine;
  Builder b = caller();
  const Component c = load(engine, b);
  Linker linker(engine);
  const auto notes = [&] {
    auto made = linker.instantiate(c);
    REQUIRE(!made);
    return made.error().first().notes;
  };
  linker.define_instance("wasi:cli/environment@0.2.6");
  CHECK(notes()[0] == "the linker has no interface of `host:api`");
  CHECK(notes()[1] == "`wcomp compose` plugs a component that exports `host:api/calls@1.2.0` into this one; a host can define it in its `Linker`");
  linker.define_instance("host:api/other@1.2.0");
  CHECK(notes()[0] == "of `host:api` the linker has `host:api/other@1.2.0`");
  linker.define_instance("host:app/calls@1.2.0");
  CHECK(notes()[0] == "the linker has `host:app/calls@1.2.0`: was that meant?");
}

TEST_CASE("a host function of another type is refused with both types") {
  Engine engine;
  Builder b = caller();
  Linker linker(engine);
  define(linker, "host:api/calls@1.2.0", "f", [](std::string_view) -> std::uint32_t { return 0; });
  auto made = linker.instantiate(load(engine, b));
  REQUIRE(!made);
  const Diagnostic& d = made.error().first();
  CHECK(d.code == "import-mismatch");
  CHECK(d.message ==
        "`host:api/calls@1.2.0` `f` has another type in the component than in the host: parameter `n`: the component has `u32`, the host "
        "`string`");
  CHECK(d.notes[0] == "in the component: func(n: u32) -> u32");
  CHECK(d.notes[1] == "in the host: func(string) -> u32");
}

TEST_CASE("an exception out of a host function becomes a trap with its text") {
  Engine engine;
  Builder b = caller();
  const Component c = load(engine, b);
  Linker linker(engine);
  define(linker, "host:api/calls@1.2.0", "f", [](std::uint32_t n) -> std::uint32_t {
    if (n == 0) throw std::runtime_error("no such file");
    throw n;
  });
  Instance instance = instantiate(linker, c);
  auto result = typed<std::uint32_t(std::uint32_t)>(instance, "", "run").call(0);
  REQUIRE(!result);
  CHECK(result.error().code() == TrapCode::host_error);
  CHECK(result.error().message().find("no such file") != std::string::npos);
  CHECK(result.error().message().find("host:api/calls@1.2.0#f") != std::string::npos);
  Instance another = instantiate(linker, c);
  CHECK(typed<std::uint32_t(std::uint32_t)>(another, "", "run").call(1).error().code() == TrapCode::host_error);
}

TEST_CASE("a thrown exit goes through unchanged") {
  Engine engine;
  Builder b = caller();
  Linker linker(engine);
  define(linker, "host:api/calls@1.2.0", "f", [](std::uint32_t n) -> std::uint32_t { throw Trap::exit(static_cast<std::int32_t>(n)); });
  Instance instance = instantiate(linker, load(engine, b));
  auto result = typed<std::uint32_t(std::uint32_t)>(instance, "", "run").call(7);
  REQUIRE(!result);
  CHECK(result.error().is_exit());
  CHECK(result.error().exit_code() == 7);
}

TEST_CASE("a host function cannot reenter the instance that calls it") {
  Engine engine;
  Builder b = caller();
  Linker linker(engine);
  Instance* self = nullptr;
  TrapCode code{};
  define(linker, "host:api/calls@1.2.0", "f", [&](std::uint32_t n) {
    auto again = typed<std::uint32_t(std::uint32_t)>(*self, "", "run").call(n);
    code = again ? TrapCode::unreachable : again.error().code();
    return n + 1;
  });
  Instance instance = instantiate(linker, load(engine, b));
  self = &instance;
  auto run = typed<std::uint32_t(std::uint32_t)>(instance, "", "run");
  CHECK(*run.call(1) == 2);
  CHECK(code == TrapCode::cannot_enter);
  CHECK(*run.call(2) == 3);
}

TEST_CASE("what an allocator returns is checked") {
  for (const std::int32_t bad : {65535, -8, 0x7ffffff0}) {
    core::ModuleBuilder m;
    const core::MemIdx mem = m.mem({.limits = {.min = 1}});
    m.export_mem("memory", mem);
    const core::FuncIdx realloc = m.func({.params = {i32, i32, i32, i32}, .results = {i32}});
    m.code(realloc).i32_const(bad);
    m.export_func("realloc", realloc);
    const core::FuncIdx take = m.func({.params = {i32, i32}, .results = {}});
    m.export_func("take", take);
    Builder b;
    const auto inst = b.instantiate(b.core_module(m.build()), {});
    lift_export(b, inst, "take", "take", {.params = {{"text", Prim::string}}, .result = {}}, memory_opts(b, inst));
    Engine engine;
    Instance instance = instantiate(Linker(engine), load(engine, b));
    auto result = typed<void(std::string_view)>(instance, "", "take").call("text");
    REQUIRE(!result);
    CHECK(result.error().code() == TrapCode::realloc_failed);
  }
}

TEST_CASE("post-return gets what the function returned and may not leave the instance") {
  for (const bool calls_out : {false, true}) {
    Builder b;
    const auto lowered = b.lower({.func = import_func(b, "note", {.params = {{"n", Prim::u32}}, .result = {}})});
    core::ModuleBuilder m;
    const core::FuncIdx note = m.import_func("", "note", {.params = {i32}, .results = {}});
    const core::GlobalIdx last = m.global({.type = i32, .is_mutable = true}, 0);
    const core::FuncIdx f = m.func({.params = {}, .results = {i32}});
    m.code(f).global_get(last);
    m.export_func("f", f);
    const core::FuncIdx post = m.func({.params = {i32}, .results = {}});
    m.code(post).local_get(core::LocalIdx(0)).i32_const(5).op(Opcode::i32_add).global_set(last);
    if (calls_out) m.code(post).i32_const(1).call(note);
    m.export_func("post", post);
    const auto inst = b.instantiate(b.core_module(m.build()), {{"", b.core_instance({{"note", lowered}})}});
    lift_export(b, inst, "f", "f", {.params = {}, .result = Prim::u32}, {.post_return = b.alias_core_func(inst, "post")});
    Engine engine;
    Linker linker(engine);
    define(linker, "", "note", [](std::uint32_t) {});
    Instance instance = instantiate(linker, load(engine, b));
    auto func = typed<std::uint32_t()>(instance, "", "f");
    auto first = func.call();
    CHECK(first.has_value() == !calls_out);
    if (calls_out)
      CHECK(first.error().code() == TrapCode::cannot_leave);
    else
      CHECK(*func.call() == 5);
  }
}

TEST_CASE("a core module is not taken for a component") {
  Engine engine;
  core::ModuleBuilder m;
  const Bytes bytes = m.build();
  auto loaded = Component::from_bytes(engine, bytes, "core.wasm");
  REQUIRE(!loaded);
  CHECK(loaded.error().first().message == "this is a core module, a component was expected");
  CHECK(std::get<BinaryPos>(loaded.error().first().location).file == "core.wasm");
  loaded = Component::from_bytes(engine, {}, "empty");
  REQUIRE(!loaded);
  CHECK(loaded.error().first().code == "malformed");
}

TEST_CASE("a start function that traps makes instantiation fail") {
  core::ModuleBuilder m;
  const core::FuncIdx f = m.func({});
  m.code(f).op(Opcode::unreachable);
  m.start(f);
  Builder b;
  b.instantiate(b.core_module(m.build()), {});
  Engine engine;
  auto made = Linker(engine).instantiate(load(engine, b));
  REQUIRE(!made);
  CHECK(made.error().first().code == "trap");
}
