// Host functions that take Values, and resources of the host in Values.
#include "wcomp/host_value.h"

#include "runtime/components.h"

using namespace wcomp;
using namespace wcomp::test;

namespace {

/// A component that imports `host:api/f@1.0.0` with `f` of this type and exports it again as `call`, its core code handing everything through.
/// `flat` are the core parameters, `result` what the lowered function takes for a result in memory or gives.
std::string forwarding(std::string_view type, std::string_view flat, bool has_pointer, std::string_view flat_result) {
  const std::string core_params = flat.empty() ? "" : "(param " + std::string(flat) + ")";
  std::string get, lowered_params(flat);
  const auto count = flat.empty() ? 0 : std::count(flat.begin(), flat.end(), ' ') + 1;
  for (std::ptrdiff_t i = 0; i < count; ++i) get += "(local.get " + std::to_string(i) + ")";
  if (has_pointer) {
    lowered_params += " i32";
    get += "(i32.const 64)";
  }
  const std::string lowered = (lowered_params.empty() ? "" : "(param " + lowered_params + ")") + (has_pointer || flat_result.empty() ? "" : "(result " + std::string(flat_result) + ")");
  const std::string lifted = core_params + (has_pointer ? "(result i32)" : flat_result.empty() ? "" : "(result " + std::string(flat_result) + ")");
  return R"((component
    (import "host:api/f@1.0.0" (instance $host (export "f" (func )" + std::string(type) + R"())))
    (core module $libc (memory (export "memory") 2) (global $next (mut i32) (i32.const 1024))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
        (global.set $next (i32.add (local.get $at) (local.get 3))) (local.get $at)))
    (core instance $libc (instantiate $libc))
    (core func $f (canon lower (func $host "f") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core module $m (import "" "f" (func $f )" + lowered + R"())
      (func (export "call") )" + lifted + " (call $f " + get + ")" + (has_pointer ? "(i32.const 64)" : "") + R"())
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
    (func (export "call") )" + std::string(type) + R"( (canon lift (core func $i "call") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))))";
}

struct Called {
  std::string args;
  ValueResult result = Err(Trap(TrapCode::host_error, "not called"));
};

/// Calls `call` of such a component with WAVE arguments; the host gives what `answer` says in WAVE.
Called call(const std::string& text, std::string_view args, std::string_view answer) {
  Engine engine;
  const Component component = load_text(engine, text);
  Linker linker(engine);
  Called out;
  linker.define_values("host:api/f@1.0.1", "f", [&](const ValueFuncType& type, std::span<Value> values) -> ValueResult {
    for (std::size_t i = 0; i < values.size(); ++i) {
      CHECK(type.params[i].type.holds(values[i]));
      out.args += (i == 0 ? "" : ", ") + type.params[i].name + ": " + to_string(type.params[i].type, values[i]);
    }
    if (!type.result) return {};
    auto value = Value::parse(*type.result, answer);
    REQUIRE(value.has_value());
    return *value;
  });
  Instance instance = instantiate(linker, component);
  const Func func = *instance.func("", "call");
  const auto given = func.parse_args(args);
  if (!given) FAIL(given.error().to_string());
  out.result = func.call(*given);
  if (out.result) CHECK((*out.result ? to_string(*func.result(), **out.result) : "") == answer);
  return out;
}

}  // namespace

TEST_CASE("a host function by value gets and gives numbers, strings, lists, and what travels in memory") {
  CHECK(call(forwarding(R"((param "a" u8) (param "b" f64) (param "c" char) (result bool))", "i32 f64 i32", false, "i32"), "(255, -0.5, 'x')", "true").args == "a: 255, b: -0.5, c: 'x'");
  CHECK(call(forwarding(R"((param "s" string) (result string))", "i32 i32", true, ""), R"(("grün"))", R"("blå")").args == R"(s: "grün")");
  CHECK(call(forwarding("", "", false, ""), "()", "").result.has_value());
  CHECK(call(forwarding(R"((param "l" (list (tuple s16 (option string)))) (result (result (list u64) (error string))))", "i32 i32", true, ""),
             R"(([(-1, some("a")), (2, none)]))", R"(ok([18446744073709551615, 0]))")
            .args == R"(l: [(-1, some("a")), (2, none)])");
  std::string params, args, printed;
  for (int i = 0; i < 17; ++i) {
    params += "(param \"p" + std::to_string(i) + "\" u16)";
    args += (i == 0 ? "(" : ", ") + std::to_string(1000 + i);
    printed += (i == 0 ? "p" : ", p") + std::to_string(i) + ": " + std::to_string(1000 + i);
  }
  CHECK(call(forwarding(params + "(result (tuple u8 u8))", "i32", true, ""), args + ")", "(1, 2)").args == printed);
}

TEST_CASE("a host function by value is met by versions as any other") {
  CHECK(call(forwarding(R"((param "a" u8) (result u8))", "i32", false, "i32"), "(1)", "2").result.has_value());
}

TEST_CASE("what a host function by value gives wrongly traps in the guest, with the type expected") {
  Engine engine;
  const Component component = load_text(engine, forwarding(R"((param "a" u8) (result u8))", "i32", false, "i32"));
  const auto error = [&](ValueFunc fn) {
    Linker linker(engine);
    linker.define_values("host:api/f@1.0.0", "f", std::move(fn));
    Instance instance = instantiate(linker, component);
    auto r = instance.func("", "call")->call({Value::u(1)});
    REQUIRE_FALSE(r.has_value());
    CHECK(instance.func("", "call")->call({Value::u(1)}).error().code() == TrapCode::instance_poisoned);
    return std::string(to_string(r.error().code())) + ": " + r.error().message();
  };
  CHECK(error([](const ValueFuncType&, std::span<Value>) -> ValueResult { return {}; }).find("what the host gave is no `u8`") != std::string::npos);
  CHECK(error([](const ValueFuncType&, std::span<Value>) -> ValueResult { return Value::u(256); }).find("what the host gave is no `u8`") != std::string::npos);
  CHECK(error([](const ValueFuncType&, std::span<Value>) -> ValueResult { return Err(Trap(TrapCode::host_error, "no more")); }).find("no more") != std::string::npos);
  CHECK(error([](const ValueFuncType&, std::span<Value>) -> ValueResult { throw std::runtime_error("thrown"); }).find("thrown") != std::string::npos);
}

TEST_CASE("what a guest gives a host function by value is checked before the function is called") {
  Engine engine;
  const std::string text = R"((component
    (import "host:api/f" (instance $host (export "f" (func (param "s" string) (param "c" char)))))
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core func $f (canon lower (func $host "f") (memory (core memory $libc "memory"))))
    (core module $m (import "" "f" (func $f (param i32 i32 i32)))
      (func (export "call") (param i32 i32 i32) (call $f (local.get 0) (local.get 1) (local.get 2))))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
    (func (export "call") (param "a" s32) (param "b" s32) (param "c" s32) (canon lift (core func $i "call")))))";
  const Component component = load_text(engine, text);
  int calls = 0;
  Linker linker(engine);
  linker.define_values("host:api/f", "f", [&](const ValueFuncType&, std::span<Value>) -> ValueResult { ++calls; return {}; });
  const auto code = [&](std::int64_t ptr, std::int64_t len, std::int64_t c) {
    Instance instance = instantiate(linker, component);
    auto r = instance.func("", "call")->call({Value::s(ptr), Value::s(len), Value::s(c)});
    return r ? std::string("called") : std::string(to_string(r.error().code()));
  };
  CHECK(code(0, 5, 'x') == "called");
  CHECK(code(65536, 1, 'x') == to_string(TrapCode::pointer_out_of_bounds));
  CHECK(code(-1, 2, 'x') == to_string(TrapCode::pointer_out_of_bounds));
  CHECK(code(0, 5, 0xd800) == to_string(TrapCode::invalid_char));
  CHECK(calls == 1);
}

namespace {

struct Counter {
  static constexpr const char* resource_name = "counter";
  int* ended;
  std::uint32_t n = 0;
  Counter(int* e, std::uint32_t start) : ended(e), n(start) {}
  ~Counter() { ++*ended; }
};
struct Other {
  static constexpr const char* resource_name = "other";
};

/// Imports resource `counter` with make, add, take; exports `round` (makes one with its parameter, adds 5 twice, gives it back to `take`),
/// `leak` (makes one and keeps it), `stale` (uses one after it was given back), `give` and `lend`, which hand through an own and a borrow.
constexpr std::string_view counters = R"((component
  (import "host:count/api@0.2.0" (instance $host
    (export "counter" (type $counter (sub resource)))
    (export "[constructor]counter" (func (param "start" u32) (result (own $counter))))
    (export "[method]counter.add" (func (param "self" (borrow $counter)) (param "n" u32) (result u32)))
    (export "take" (func (param "c" (own $counter)) (result u32)))))
  (alias export $host "counter" (type $counter))
  (core func $make (canon lower (func $host "[constructor]counter")))
  (core func $add (canon lower (func $host "[method]counter.add")))
  (core func $take (canon lower (func $host "take")))
  (core func $drop (canon resource.drop $counter))
  (core module $m
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "add" (func $add (param i32 i32) (result i32)))
    (import "" "take" (func $take (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "round") (param i32) (result i32) (local $h i32)
      (local.set $h (call $make (local.get 0)))
      (drop (call $add (local.get $h) (i32.const 5)))
      (drop (call $add (local.get $h) (i32.const 5)))
      (call $take (local.get $h)))
    (func (export "leak") (drop (call $make (i32.const 1))))
    (func (export "stale") (result i32) (local $h i32)
      (local.set $h (call $make (i32.const 1)))
      (drop (call $take (local.get $h)))
      (call $add (local.get $h) (i32.const 1)))
    (func (export "give") (param i32) (result i32) (local.get 0))
    (func (export "lend") (param i32) (result i32) (local $n i32)
      (local.set $n (call $add (local.get 0) (i32.const 1)))
      (call $drop (local.get 0))
      (local.get $n)))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "add" (func $add)) (export "take" (func $take)) (export "drop" (func $drop))))))
  (func (export "round") (param "n" u32) (result u32) (canon lift (core func $i "round")))
  (func (export "leak") (canon lift (core func $i "leak")))
  (func (export "stale") (result u32) (canon lift (core func $i "stale")))
  (func (export "give") (param "c" (own $counter)) (result (own $counter)) (canon lift (core func $i "give")))
  (func (export "lend") (param "c" (borrow $counter)) (result u32) (canon lift (core func $i "lend"))))
)";

struct Counters {
  int ended = 0;
  Engine engine;
  Linker linker{engine};
  std::optional<Value> kept;  ///< the last `self`
  Counters() {
    const std::string api = "host:count/api@0.2.3";
    linker.define_resource(api, "counter", resource_key<Counter>);
    linker.define_values(api, "[constructor]counter", [this](const ValueFuncType& type, std::span<Value> args) -> ValueResult {
      CHECK(type.result->kind() == TypeKind::own);
      return own_value(std::make_unique<Counter>(&ended, static_cast<std::uint32_t>(std::get<std::uint64_t>(args[0].data))));
    });
    linker.define_values(api, "[method]counter.add", [this](const ValueFuncType&, std::span<Value> args) -> ValueResult {
      CHECK(object_of<Other>(args[0]) == nullptr);
      CHECK(take_object<Counter>(args[0]) == nullptr);  // only lent
      Counter* c = object_of<Counter>(args[0]);
      REQUIRE(c != nullptr);
      kept = args[0];
      c->n += static_cast<std::uint32_t>(std::get<std::uint64_t>(args[1].data));
      return Value::u(c->n);
    });
    linker.define_values(api, "take", [](const ValueFuncType&, std::span<Value> args) -> ValueResult {
      const std::unique_ptr<Counter> c = take_object<Counter>(args[0]);
      REQUIRE(c != nullptr);
      CHECK(object_of<Counter>(args[0]) == nullptr);
      return Value::u(c->n);
    });
  }
  Instance make() { return instantiate(linker, load_text(engine, counters)); }
};

}  // namespace

TEST_CASE("objects of the host are made, lent and taken back by value, and end once") {
  Counters host;
  {
    Instance instance = host.make();
    CHECK(*instance.func("", "round")->call({Value::u(7)}).value() == Value::u(17));
    CHECK(host.ended == 1);
    CHECK(object_of<Counter>(*host.kept) == nullptr);  // the call that lent it has ended
    CHECK(instance.func("", "leak")->call({}).has_value());
    CHECK(host.ended == 1);
  }
  CHECK(host.ended == 2);
}

TEST_CASE("a handle that was given back to the host traps when it is used again") {
  Counters host;
  Instance instance = host.make();
  CHECK(instance.func("", "stale")->call({}).error().code() == TrapCode::unknown_handle);
  CHECK(host.ended == 1);
}

TEST_CASE("objects of the host go through a guest as arguments and results by value") {
  Counters host;
  {
    Instance instance = host.make();
    const Func give = *instance.func("", "give"), lend = *instance.func("", "lend");
    Value mine = own_value(std::make_unique<Counter>(&host.ended, 3));
    CHECK(*lend.call({mine}).value() == Value::u(4));
    Counter on_stack(&host.ended, 10);
    CHECK(*lend.call({borrow_value(on_stack)}).value() == Value::u(11));
    auto back = give.call({mine});
    REQUIRE(back.has_value());
    CHECK(object_of<Counter>(mine) == nullptr);
    REQUIRE(object_of<Counter>(**back) != nullptr);
    CHECK(object_of<Counter>(**back)->n == 4);
    CHECK(host.ended == 0);
    back = std::optional<Value>();
    CHECK(host.ended == 1);
  }
  CHECK(host.ended == 2);  // the one on the stack
}

TEST_CASE("values that are no object of the resource's class are refused") {
  const auto error = [](const char* func, Value v) {
    Counters host;
    Instance instance = host.make();
    auto r = instance.func("", func)->call({std::move(v)});
    REQUIRE_FALSE(r.has_value());
    return r.error().message();
  };
  int ended = 0;
  Counter lent(&ended, 1);
  Other other;
  CHECK(error("give", borrow_value(lent)).starts_with("a `counter` that is only lent cannot be given away"));
  CHECK(error("lend", borrow_value(other)).starts_with("an object of `other` where a `counter` is expected"));
  CHECK(error("give", Value{HandleValue{}}).starts_with("this `counter` was given away before"));
  CHECK(error("lend", Value::u(1)) == "argument `c` is no `borrow<resource>`");
  CHECK(ended == 0);
}

TEST_CASE("values and typed functions share a resource's objects") {
  Counters host;
  define(host.linker, "host:count/api@0.2.3", "take", [](std::unique_ptr<Counter> c) { return c->n; });
  Instance instance = host.make();
  CHECK(*typed<std::uint32_t(std::uint32_t)>(instance, "", "round").call(1) == 11);
  auto given = typed<std::unique_ptr<Counter>(std::unique_ptr<Counter>)>(instance, "", "give").call(std::make_unique<Counter>(&host.ended, 9));
  REQUIRE(given.has_value());
  CHECK((*given)->n == 9);
}

TEST_CASE("a function by value needs the resources of its types to be in the linker") {
  Engine engine;
  Linker linker(engine);
  for (const char* name : {"[constructor]counter", "[method]counter.add", "take"}) {
    linker.define_values("host:count/api@0.2.0", name, [](const ValueFuncType&, std::span<Value>) -> ValueResult { return {}; });
  }
  auto made = linker.instantiate(load_text(engine, counters));
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().to_string().find("counter") != std::string::npos);
}
