// Core modules by the public API: imports, exports, calls, memories, numbers as texts.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "wcomp/module.h"

using namespace wcomp;

namespace {

const Engine& engine() {
  static const Engine e;
  return e;
}
Result<Module> parse(std::string_view text, std::string name = "test.wat") {
  return Module::from_bytes(engine(), {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, std::move(name));
}
Module load(std::string_view text) {
  auto m = parse(text);
  if (!m) FAIL(m.error().to_string());
  return *std::move(m);
}
ModuleInstance instantiate(const ModuleLinker& linker, std::string_view text) {
  auto i = linker.instantiate(load(text));
  if (!i) FAIL(i.error().to_string());
  return *std::move(i);
}
ModuleInstance instantiate(std::string_view text) { return instantiate(ModuleLinker(engine()), text); }

std::string call_text(const ModuleInstance& i, std::string_view name, std::vector<std::string> args) {
  auto r = invoke_texts(i, name, args);
  if (!r) return r.error().first().code == std::string_view("bad-usage") || r.error().first().code == std::string_view("missing-export") ? r.error().first().message : "?";
  if (!*r) return "trap: " + std::string(to_string(r->error().code()));
  std::string out;
  for (const std::string& t : **r) out += (out.empty() ? "" : " ") + t;
  return out;
}

constexpr std::string_view adder = R"((module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)))";

}  // namespace

TEST_CASE("a module is loaded from text, called by its C++ signature and with values") {
  ModuleInstance i = instantiate(adder);
  auto func = i.func("add");
  REQUIRE(func);
  CHECK(to_string(func->type()) == "func (param i32 i32) (result i32)");
  auto add = func->typed<std::int32_t(std::int32_t, std::int32_t)>();
  REQUIRE(add);
  CHECK(*add->call(2, -3) == -1);
  const CoreValue args[] = {std::int32_t{40}, std::int32_t{2}};
  CHECK(*func->call(args) == std::vector<CoreValue>{std::int32_t{42}});
  auto as_unsigned = func->typed<std::uint32_t(std::uint32_t, std::uint32_t)>();
  REQUIRE(as_unsigned);
  CHECK(*as_unsigned->call(0xffffffff, 0) == 0xffffffff);
}

TEST_CASE("binding another signature names both types, calling with other values is a trap that says so") {
  ModuleInstance i = instantiate(adder);
  auto func = i.func("add");
  auto bound = func->typed<double(std::int32_t)>();
  REQUIRE(!bound);
  CHECK(bound.error().first().code == "export-mismatch");
  CHECK(bound.error().first().notes == std::vector<std::string>{"in the module: func (param i32 i32) (result i32)", "in the host: func (param i32) (result f64)"});
  const CoreValue args[] = {std::int32_t{1}, 2.0};
  const auto called = func->call(args);
  REQUIRE(!called);
  CHECK(called.error().message() == "`add` is a func (param i32 i32) (result i32), the arguments are (i32 f64)");
}

TEST_CASE("imports and exports are told with their types") {
  const Module m = load(R"((module (import "env" "log" (func (param i64))) (import "env" "m" (memory 1 2)) (import "env" "g" (global (mut f32)))
    (table (export "t") 3 funcref) (func (export "f") (result f64) f64.const 0)))");
  const auto imports = m.imports();
  REQUIRE(imports.size() == 3);
  CHECK(imports[0].module == "env");
  CHECK(imports[0].name == "log");
  CHECK(imports[0].type == "func (param i64)");
  CHECK(imports[1].type == "memory 1 2");
  CHECK(imports[2].type == "global (mut f32)");
  const auto exports = m.exports();
  REQUIRE(exports.size() == 2);
  CHECK(exports[0].type == "table 3 funcref");
  CHECK(exports[1].name == "f");
  CHECK(exports[1].type == "func (result f64)");
}

TEST_CASE("host functions take numbers and give numbers, several, none or a trap") {
  ModuleLinker linker(engine());
  std::vector<std::int32_t> logged;
  define(linker, "env", "log", [&](std::int32_t n) { logged.push_back(n); });
  define(linker, "env", "mix", [](std::uint32_t a, std::int64_t b, float c, double d) -> double { return a + static_cast<double>(b) + c + d; });
  define(linker, "env", "pair", [](std::int64_t a) -> std::tuple<std::int64_t, float> { return {-a, 0.5F}; });
  define(linker, "env", "leave", []() -> Result<std::int32_t, Trap> { return Err(Trap::exit(9)); });
  define(linker, "env", "fail", []() -> Result<void, Trap> { return Err(Trap(TrapCode::host_error, "no")); });
  define(linker, "env", "throw", []() { throw std::runtime_error("thrown"); });
  ModuleInstance i = instantiate(linker, R"((module
    (import "env" "log" (func $log (param i32))) (import "env" "mix" (func $mix (param i32 i64 f32 f64) (result f64)))
    (import "env" "pair" (func $pair (param i64) (result i64 f32))) (import "env" "leave" (func $leave (result i32)))
    (import "env" "fail" (func $fail)) (import "env" "throw" (func $throw))
    (func (export "log") (call $log (i32.const -7))) (func (export "mix") (result f64) (call $mix (i32.const -1) (i64.const 2) (f32.const 0.25) (f64.const 4)))
    (func (export "pair") (result i64 f32) (call $pair (i64.const 5))) (func (export "leave") (result i32) (call $leave))
    (func (export "fail") (call $fail)) (func (export "throw") (call $throw))))");
  CHECK(call_text(i, "log", {}).empty());
  CHECK(logged == std::vector<std::int32_t>{-7});
  CHECK(call_text(i, "mix", {}) == "4294967301.25");
  CHECK(call_text(i, "pair", {}) == "-5 0.5");
  CHECK(*i.func("pair")->typed<std::tuple<std::int64_t, float>()>()->call() == std::tuple<std::int64_t, float>{-5, 0.5F});
  const auto left = i.func("leave")->call({});
  REQUIRE(!left);
  CHECK(left.error().exit_code() == 9);
  CHECK(i.func("fail")->call({}).error().message() == "no");
  CHECK(i.func("throw")->call({}).error().message() == "env.throw: thrown");
}

TEST_CASE("a host function sees its caller's memory and may call back") {
  ModuleLinker linker(engine());
  std::string heard;
  define(linker, "env", "say", [&](CoreCaller& caller, std::uint32_t ptr, std::uint32_t length) -> Result<std::int32_t, Trap> {
    const auto memory = caller.memory();
    if (length > memory.size() || ptr > memory.size() - length) return Err(Trap(TrapCode::pointer_out_of_bounds));
    heard.assign(reinterpret_cast<const char*>(memory.data()) + ptr, length);
    auto twice = caller.func("twice");
    return *twice->typed<std::int32_t(std::int32_t)>()->call(static_cast<std::int32_t>(length));
  });
  ModuleInstance i = instantiate(linker, R"((module (import "env" "say" (func $say (param i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 8) "hello")
    (func (export "twice") (param i32) (result i32) local.get 0 i32.const 2 i32.mul)
    (func (export "run") (param i32 i32) (result i32) local.get 0 local.get 1 call $say)))");
  CHECK(call_text(i, "run", {"8", "5"}) == "10");
  CHECK(heard == "hello");
  CHECK(call_text(i, "run", {"-1", "5"}) == "trap: pointer or length out of bounds of memory");
  const auto memory = i.memory();
  REQUIRE(memory);
  CHECK(memory->size() == 65536);
  CHECK((*memory)[8] == 'h');
  CHECK(!i.memory("other"));
}

TEST_CASE("a start function may call the host, which finds the memory already") {
  ModuleLinker linker(engine());
  std::size_t seen = 0;
  define(linker, "env", "look", [&](CoreCaller& caller) { seen = caller.memory().size(); });
  instantiate(linker, R"((module (import "env" "look" (func $look)) (memory (export "memory") 2) (start $look)))");
  CHECK(seen == 2 * 65536);
}

TEST_CASE("modules are linked by name, each instance with its own copies; each caller has its own memory") {
  ModuleLinker linker(engine());
  std::vector<std::size_t> sizes;
  define(linker, "env", "size", [&](CoreCaller& caller) { sizes.push_back(caller.memory().size()); });
  linker.define_module("library", load(R"((module (import "env" "size" (func $size)) (memory (export "memory") 3) (global $n (mut i32) (i32.const 0))
    (func (export "count") (result i32) call $size (global.set $n (i32.add (global.get $n) (i32.const 1))) global.get $n)))"));
  constexpr std::string_view user = R"((module (import "library" "count" (func $count (result i32))) (import "env" "size" (func $size)) (memory (export "memory") 1)
    (func (export "count") (result i32) call $size call $count)))";
  ModuleInstance a = instantiate(linker, user), b = instantiate(linker, user);
  CHECK(call_text(a, "count", {}) == "1");
  CHECK(call_text(a, "count", {}) == "2");
  CHECK(call_text(b, "count", {}) == "1");
  CHECK(sizes[0] == 65536);
  CHECK(sizes[1] == 3 * 65536);
}

TEST_CASE("what nothing provides is listed, with what comes near") {
  ModuleLinker linker(engine());
  define(linker, "env", "print", [](std::int32_t) {});
  const auto made = linker.instantiate(load(R"((module (import "env" "printf" (func (param i32))) (import "wasi" "x" (func)) (import "env" "print" (memory 1))))"));
  REQUIRE(!made);
  const auto& all = made.error().diagnostics();
  REQUIRE(all.size() == 3);
  CHECK(all[0].code == "missing-import");
  CHECK(all[0].message == "nothing provides the import `env` `printf`");
  CHECK(all[0].notes == std::vector<std::string>{"its type is func (param i32)", "`env` has `print`: did you mean that?"});
  CHECK(all[1].notes[1] == "the linker has the modules `env`");
  CHECK(std::get<BinaryPos>(all[0].location).file == "test.wat");
}

TEST_CASE("an import of another type than the host's names both") {
  ModuleLinker linker(engine());
  define(linker, "env", "print", [](std::int32_t) {});
  const auto made = linker.instantiate(load(R"((module (import "env" "print" (func (param i64)))))"));
  REQUIRE(!made);
  CHECK(made.error().first().code == "import-mismatch");
  CHECK(made.error().first().message.find("i64") != std::string::npos);
  CHECK(made.error().first().message.find("i32") != std::string::npos);
}

TEST_CASE("what is no module is refused: components, nonsense, broken text, a file that is not there") {
  const std::uint8_t component[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0};
  const auto c = Module::from_bytes(engine(), component, "c.wasm");
  REQUIRE(!c);
  CHECK(c.error().first().message == "this is a component, a core module was expected");
  CHECK(std::get<BinaryPos>(c.error().first().location).file == "c.wasm");
  for (const std::string_view bad : {"", "hello", "(module (func (result i32)))", "(modul)"}) CHECK(!parse(bad));
  const std::uint8_t cut[] = {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 9};
  CHECK(!Module::from_bytes(engine(), cut));
  const auto none = Module::load(engine(), "/nowhere.wasm");
  REQUIRE(!none);
  CHECK(none.error().first().code == "file-error");
}

TEST_CASE("a missing export names those that are there") {
  ModuleInstance i = instantiate(R"((module (memory (export "memory") 1) (func (export "run"))))");
  CHECK(!i.fuel());
  CHECK(!i.set_fuel(5));
  const auto func = i.func("memory");
  REQUIRE(!func);
  CHECK(func.error().first().message == "the module exports no function `memory`");
  CHECK(func.error().first().notes == std::vector<std::string>{"`memory` is a memory 1", "it exports `run`"});
  CHECK(i.has_func("run"));
  CHECK(!i.has_func("memory"));
}

TEST_CASE("globals are read and, if they are mutable, set") {
  ModuleInstance i = instantiate(R"((module (global (export "a") (mut i64) (i64.const -5)) (global (export "b") f32 (f32.const 1.5)) (global (export "r") funcref (ref.null func))))");
  CHECK(i.global("a") == CoreValue(std::int64_t{-5}));
  CHECK(i.set_global("a", std::int64_t{7}));
  CHECK(i.global("a") == CoreValue(std::int64_t{7}));
  CHECK(!i.set_global("a", std::int32_t{7}));
  CHECK(i.global("b") == CoreValue(1.5F));
  CHECK(!i.set_global("b", 2.0F));
  CHECK(!i.global("r"));
  CHECK(!i.global("none"));
}

TEST_CASE("memory, stack, tables and fuel have limits") {
  ModuleLinker linker(engine());
  Limits limits;
  limits.max_memory_bytes = 3 * 65536;
  limits.max_table_elements = 10;
  limits.stack_bytes = 256 * 1024;
  limits.fuel = 1'000'000;
  linker.set_limits(limits);
  ModuleInstance i = instantiate(linker, R"((module (memory (export "memory") 1) (table 1 funcref)
    (func (export "grow") (param i32) (result i32) local.get 0 memory.grow) (func (export "table") (param i32) (result i32) ref.null func local.get 0 table.grow)
    (func $down (export "down") call $down) (func (export "spin") (loop br 0))))");
  CHECK(call_text(i, "grow", {"2"}) == "1");
  CHECK(call_text(i, "grow", {"1"}) == "-1");
  CHECK(call_text(i, "table", {"100"}) == "-1");
  CHECK(call_text(i, "down", {}) == "trap: call stack exhausted");
  CHECK(call_text(i, "grow", {"0"}) == "3");  // a trap ends the call only
  CHECK(call_text(i, "spin", {}) == "trap: all fuel consumed");
  CHECK(i.set_fuel(1000));
  CHECK(i.fuel() == 1000);
  CHECK(call_text(i, "grow", {"0"}) == "3");
  CHECK(!linker.instantiate(load("(module (memory 4))")));
}

TEST_CASE("a host function whose type has references matches no import") {
  for (const CoreFuncType& type : {CoreFuncType{{}, {CoreType::funcref}}, CoreFuncType{{CoreType::externref}, {}}, CoreFuncType{{}, {CoreType::exnref}}}) {
    ModuleLinker linker(engine());
    bool was_called = false;
    linker.define_func("env", "make", type, [&](CoreCaller&, std::uint64_t* slots) -> std::optional<Trap> {
      was_called = true;
      slots[0] = 0x4141'4141;
      return {};
    });
    const std::string shape = to_string(type).substr(4);
    auto made = linker.instantiate(load("(module (import \"env\" \"make\" (func $make" + shape + ")) (start $run) (func $run))"));
    REQUIRE_FALSE(made);
    CHECK(made.error().first().code == std::string_view("import-mismatch"));
    CHECK(made.error().first().message.find("import `env` `make`: expected func") != std::string::npos);
    CHECK(made.error().first().notes.size() == 1);
    CHECK_FALSE(was_called);
    CHECK(linker.instantiate(load(adder)));  // who does not import it is not disturbed
  }
}

TEST_CASE("raw slots are checked for room and for references that the instance does not know") {
  ModuleInstance i = instantiate(R"((module
    (type $int (func (result i32)))
    (func $seven (export "seven") (result i32) (i32.const 7))
    (func (export "get") (result funcref) (ref.func $seven))
    (func (export "call") (param i64 (ref null $int)) (result i32) (call_ref $int (local.get 1)))
    (func (export "any") (param funcref) (result i32) (ref.is_null (local.get 0)))
    (func (export "outside") (param externref) (result externref) (local.get 0))
    (func (export "raise") (param exnref) (throw_ref (local.get 0)))
    (func (export "sure") (param (ref func)))
    (elem declare func $seven)))");
  const auto invoke = [&](std::string_view name, std::vector<std::uint64_t> slots) -> std::string {
    auto func = i.func(name);
    REQUIRE(func);
    auto done = func->invoke(slots);
    return done ? std::to_string(slots.empty() ? 0 : slots[0]) : std::string(to_string(done.error().code()));
  };
  const std::string refused(to_string(TrapCode::host_error));
  std::uint64_t slots[1] = {};
  REQUIRE(i.func("get")->invoke(slots));
  const std::uint64_t seven = slots[0];
  CHECK(invoke("call", {0, seven}) == "7");
  CHECK(invoke("call", {0, 0}) == std::string(to_string(TrapCode::null_function_reference)));
  CHECK(invoke("call", {0, seven + 1}) == refused);  // a function of another type
  CHECK(invoke("any", {seven + 1}) == "0");
  for (const std::uint64_t wild : {std::uint64_t{0x4141'4141}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    CHECK(invoke("call", {0, wild}) == refused);
    CHECK(invoke("any", {wild}) == refused);
    CHECK(invoke("raise", {wild}) == refused);
    CHECK(invoke("outside", {wild}) == std::to_string(wild));
  }
  CHECK(invoke("sure", {0}) == refused);
  CHECK(invoke("sure", {seven}) == std::to_string(seven));
  CHECK(invoke("call", {0}) == refused);
  CHECK(invoke("seven", {}) == refused);
  CHECK(invoke("seven", {0}) == "7");
}

TEST_CASE("interrupting from another thread ends a loop") {
  ModuleInstance i = instantiate(R"((module (func (export "spin") (loop br 0))))");
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    i.interrupt();
  });
  CHECK(call_text(i, "spin", {}) == "trap: interrupted");
  other.join();
}

TEST_CASE("a trap in a start function is a failure of instantiate") {
  const auto made = ModuleLinker(engine()).instantiate(load("(module (func $f unreachable) (start $f))"));
  REQUIRE(!made);
  CHECK(made.error().first().code == "trap");
}

TEST_CASE("numbers are read in every spelling and printed with the fewest digits") {
  ModuleInstance i = instantiate(R"((module (func (export "i") (param i32) (result i32) local.get 0) (func (export "l") (param i64) (result i64) local.get 0)
    (func (export "f") (param f32) (result f32) local.get 0) (func (export "d") (param f64) (result f64) local.get 0)
    (func (export "bits") (param f32) (result i32) local.get 0 i32.reinterpret_f32)))");
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"1", "1"}, {"-1", "-1"}, {"+7", "7"}, {"0xff", "255"}, {"-0x80000000", "-2147483648"}, {"4294967295", "-1"}, {"0XfFfFfFfF", "-1"}, {"2147483647", "2147483647"}, {"1_000", "1000"}})
    CHECK(call_text(i, "i", {text}) == expected);
  CHECK(call_text(i, "l", {"18446744073709551615"}) == "-1");
  CHECK(call_text(i, "l", {"-9223372036854775808"}) == "-9223372036854775808");
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"1", "1"}, {"0.1", "0.1"}, {"-0", "-0"}, {"1e21", "1000000000000000000000"}, {"1e-7", "0.0000001"}, {"inf", "inf"}, {"-Infinity", "-inf"}, {"nan", "NaN"}, {"NaN", "NaN"},
           {".5", "0.5"}, {"0x1p-3", "0.125"}, {"123456.789", "123456.789"}, {"5e-324", "0." + std::string(323, '0') + "5"}, {"100", "100"}})
    CHECK(call_text(i, "d", {text}) == expected);
  CHECK(call_text(i, "f", {"0.1"}) == "0.1");
  CHECK(call_text(i, "f", {"16777217"}) == "16777216");
  CHECK(call_text(i, "bits", {"nan:0x200001"}) == "2141192193");
  CHECK(call_text(i, "bits", {"nan"}) == "2143289344");
}

TEST_CASE("vectors go in and come out between numbers, by type, by text and through host functions") {
  V128 counting;
  for (unsigned i = 0; i < 16; ++i) counting.bytes[i] = static_cast<std::uint8_t>(i);
  ModuleLinker linker(engine());
  define(linker, "env", "turn", [](std::int32_t by, V128 v, double) {
    V128 out;
    for (unsigned i = 0; i < 16; ++i) out.bytes[i] = v.bytes[(i + static_cast<unsigned>(by)) % 16];
    return std::tuple<std::int64_t, V128>(by, out);
  });
  ModuleInstance i = instantiate(linker, R"((module
    (import "env" "turn" (func $turn (param i32 v128 f64) (result i64 v128)))
    (global (export "g") (mut v128) (v128.const i32x4 1 2 3 4))
    (func (export "id") (param v128) (result v128) local.get 0)
    (func (export "turn") (param i32 v128) (result i64 v128) local.get 0 local.get 1 f64.const 1 call $turn)
    (func (export "mixed") (param i32 v128 f64) (result f64 v128 i32) local.get 2 local.get 1 local.get 0)))");
  const auto mixed = i.func("mixed")->typed<std::tuple<double, V128, std::int32_t>(std::int32_t, V128, double)>();
  REQUIRE(mixed);
  CHECK(*mixed->call(7, counting, 1.5) == std::tuple<double, V128, std::int32_t>(1.5, counting, 7));
  const CoreValue args[] = {std::int32_t{1}, counting};
  const auto turned = i.func("turn")->call(args);
  REQUIRE(turned);
  V128 expected = counting;
  for (std::uint8_t& b : expected.bytes) b = (b + 1) % 16;
  CHECK(*turned == std::vector<CoreValue>{std::int64_t{1}, expected});
  REQUIRE(i.global("g"));
  CHECK(type_of(*i.global("g")) == CoreType::v128);
  CHECK(to_string(*i.global("g")) == "316912650112397582603894390785");
  CHECK(i.set_global("g", counting));
  CHECK(i.global("g") == CoreValue(counting));
  CHECK(!i.set_global("g", 1.0));
  CHECK(call_text(i, "id", {"0"}) == "0");
  CHECK(call_text(i, "id", {"0x1_0"}) == "16");
  CHECK(call_text(i, "id", {"340282366920938463463374607431768211455"}) == "340282366920938463463374607431768211455");
  for (const std::string bad : {"", "-1", "340282366920938463463374607431768211456", "0x", "1_", "i32x4", "1.5"}) {
    CHECK(call_text(i, "id", {bad}) == "argument 1 of `id` is v128, found `" + bad + "`: expected an unsigned number of 128 bits, decimal or hexadecimal (0x..), lane 0 in its lowest bits");
  }
}

TEST_CASE("a bad argument is named with its place, its type and what fits") {
  ModuleInstance i = instantiate(R"((module (func (export "f") (param i32 f64)) (func (export "r") (param externref))))");
  CHECK(call_text(i, "f", {"1"}) == "`f` takes 2 arguments, 1 is given");
  CHECK(call_text(i, "f", {}) == "`f` takes 2 arguments, 0 are given");
  CHECK(call_text(i, "f", {"4294967296", "1"}) == "argument 1 of `f` is i32, found `4294967296`: expected an integer from -2147483648 to 4294967295, decimal or hexadecimal (0x..)");
  CHECK(call_text(i, "f", {"1", "x"}) == "argument 2 of `f` is f64, found `x`: expected a number (`1.5`, `-2e10`, `0x1p-3`), `inf` or `nan`");
  for (const std::string bad : {"", " 1", "1 ", "1.5", "--1", "0x", "1e3", "ten"}) CHECK(call_text(i, "f", {bad, "1"}).starts_with("argument 1 of `f`"));
  for (const std::string bad : {"", ".", "1..2", "0x", "e5", "infinit", "1e400"}) CHECK(call_text(i, "f", {"1", bad}).starts_with("argument 2 of `f`"));
  CHECK(call_text(i, "r", {"0"}) == "`r` cannot be called from here: values of type externref have no text");
  CHECK(call_text(i, "g", {}) == "the module exports no function `g`");
  const std::vector<std::string> one{"1"};
  const auto failure = invoke_texts(i, "f", one);
  CHECK(failure.error().first().notes == std::vector<std::string>{"`f` is a func (param i32 f64)"});
}

TEST_CASE("each instantiation gets a state of its own, and a failure to make it is the instantiation's") {
  ModuleLinker linker(engine());
  static const char key = 0;
  linker.define_state(&key, []() -> Result<std::shared_ptr<void>> { return std::shared_ptr<void>(std::make_shared<int>(0)); });
  define(linker, "env", "next", [](CoreCaller& caller) -> std::int32_t { return ++*static_cast<int*>(caller.state(&key)); });
  constexpr std::string_view text = R"((module (import "env" "next" (func $n (result i32))) (export "next" (func $n))))";
  ModuleInstance a = instantiate(linker, text), b = instantiate(linker, text);
  CHECK(call_text(a, "next", {}) == "1");
  CHECK(call_text(a, "next", {}) == "2");
  CHECK(call_text(b, "next", {}) == "1");
  linker.define_state(&key, []() -> Result<std::shared_ptr<void>> { return Err(Failure(Diagnostic{.code = "file-error", .location = {}, .message = "no", .labels = {}, .notes = {}})); });
  CHECK(!linker.instantiate(load(text)));
}
