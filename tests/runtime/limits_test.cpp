#include "wcomp/limits.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "base/bytes.h"
#include "wcomp/module.h"
#include "wcomp/wcomp.h"

namespace wcomp {
namespace {

constexpr std::string_view growing = R"((module (memory (export "memory") 1 8) (table 2 9 funcref)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "table") (param i32) (result i32) (table.grow (ref.null func) (local.get 0)))))";

Result<ModuleInstance> instantiate(std::string_view text, const Limits& limits, const Engine& engine = Engine()) {
  auto module = Module::from_bytes(engine, as_bytes(text));
  REQUIRE_MESSAGE(module.has_value(), module.error().to_string());
  ModuleLinker linker(engine);
  linker.set_limits(limits);
  return linker.instantiate(*module);
}

/// The result, or the trap's text.
std::string call(ModuleInstance& instance, std::string_view name, std::vector<std::string> args) {
  const auto done = invoke_texts(instance, name, args);
  REQUIRE(done.has_value());
  if (!*done) return std::string(to_string(done->error().code()));
  return (*done)->empty() ? std::string() : (*done)->front();
}

TEST_CASE("a limiter sees what a guest asks for and decides") {
  std::vector<Growth> seen;
  Limits limits;
  limits.limiter = [&](const Growth& g) {
    seen.push_back(g);
    return g.desired <= 3 * 65536 ? GrowthDecision::allow : GrowthDecision::deny;
  };
  auto instance = instantiate(growing, limits);
  REQUIRE(instance.has_value());
  REQUIRE(seen.size() == 2);
  CHECK((seen[0].kind == Growth::Kind::memory && seen[0].current == 0 && seen[0].desired == 65536 && seen[0].maximum == 8 * 65536));
  CHECK((seen[1].kind == Growth::Kind::table && seen[1].current == 0 && seen[1].desired == 2 && seen[1].maximum == 9));
  CHECK(call(*instance, "grow", {"2"}) == "1");
  CHECK((seen.back().current == 65536 && seen.back().desired == 3 * 65536));
  CHECK(call(*instance, "grow", {"1"}) == "-1");
  CHECK(call(*instance, "grow", {"0"}) == "3");
  CHECK(call(*instance, "table", {"5"}) == "2");
  CHECK((seen.back().kind == Growth::Kind::table && seen.back().current == 2 && seen.back().desired == 7));
  const std::size_t before = seen.size();
  CHECK(call(*instance, "grow", {"100"}) == "-1");  // the type's own maximum is not for the limiter
  CHECK(seen.size() == before);
}

TEST_CASE("a limiter may trap, and one that throws denies") {
  Limits limits;
  GrowthDecision answer = GrowthDecision::allow;
  bool throws = false;
  limits.limiter = [&](const Growth&) {
    if (throws) throw std::runtime_error("no");
    return answer;
  };
  auto instance = instantiate(growing, limits);
  REQUIRE(instance.has_value());
  answer = GrowthDecision::trap;
  CHECK(call(*instance, "grow", {"1"}) == "resource limit exceeded");
  CHECK(call(*instance, "table", {"1"}) == "resource limit exceeded");
  CHECK(call(*instance, "grow", {"0"}) == "1");
  answer = GrowthDecision::deny;
  CHECK(call(*instance, "grow", {"1"}) == "-1");
  throws = true;
  CHECK(call(*instance, "grow", {"1"}) == "-1");
  answer = GrowthDecision::deny;
  throws = false;
  CHECK_FALSE(instantiate(growing, limits).has_value());
}

TEST_CASE("all memories of an instance have a bound together") {
  Limits limits;
  limits.max_total_memory_bytes = 4 * 65536;
  auto instance = instantiate(R"((module (memory $a 1) (memory $b 2)
    (func (export "a") (param i32) (result i32) (memory.grow $a (local.get 0))) (func (export "b") (param i32) (result i32) (memory.grow $b (local.get 0)))))", limits);
  REQUIRE(instance.has_value());
  CHECK(call(*instance, "a", {"2"}) == "-1");
  CHECK(call(*instance, "a", {"1"}) == "1");
  CHECK(call(*instance, "b", {"1"}) == "-1");
  CHECK_FALSE(instantiate("(module (memory 3) (memory 2))", limits).has_value());
}

TEST_CASE("all tables of an instance have a bound together") {
  Limits limits;
  limits.max_total_table_elements = 4;
  auto instance = instantiate(R"((module (table $a 1 funcref) (table $b 1 externref)
    (func (export "a") (param i32) (result i32) (table.grow $a (ref.null func) (local.get 0)))
    (func (export "b") (param i32) (result i32) (table.grow $b (ref.null extern) (local.get 0)))))", limits);
  REQUIRE(instance.has_value());
  CHECK(call(*instance, "a", {"3"}) == "-1");
  CHECK(call(*instance, "a", {"1"}) == "1");
  CHECK(call(*instance, "b", {"2"}) == "-1");
  CHECK(call(*instance, "b", {"1"}) == "1");
  CHECK(call(*instance, "b", {"0"}) == "2");
  CHECK(instantiate("(module (table 1 funcref) (table 3 funcref))", limits).has_value());
  CHECK_FALSE(instantiate("(module (table 2 funcref) (table 3 funcref))", limits).has_value());
  // As many large tables as there may be tables would take 800 GB.
  CHECK_FALSE(instantiate("(module (table 9000000 funcref) (table 9000000 funcref) (table 9000000 funcref))", {}).has_value());
}

TEST_CASE("memories, tables and instances are counted") {
  Limits limits;
  limits.max_memories = 1;
  CHECK(instantiate("(module (memory 1))", limits).has_value());
  CHECK_FALSE(instantiate("(module (memory 1) (memory 1))", limits).has_value());
  limits = {};
  limits.max_tables = 1;
  CHECK_FALSE(instantiate("(module (table 1 funcref) (table 1 funcref))", limits).has_value());
  limits = {};
  limits.max_instances = 0;
  CHECK_FALSE(instantiate("(module)", limits).has_value());
}

TEST_CASE("growth that fails traps where that was asked for") {
  Limits limits;
  limits.traps_on_growth_failure = true;
  limits.max_table_elements = 4;
  auto instance = instantiate(growing, limits);
  REQUIRE(instance.has_value());
  CHECK(call(*instance, "grow", {"7"}) == "1");
  CHECK(call(*instance, "grow", {"1"}) == "resource limit exceeded");
  CHECK(call(*instance, "table", {"3"}) == "resource limit exceeded");
  CHECK(call(*instance, "table", {"2"}) == "2");
}

TEST_CASE("an engine's options choose features and canonical NaNs") {
  CHECK_FALSE(Engine::create({.wasm_features = "smid", .is_deterministic = false}).has_value());
  const auto without = Engine::create({.wasm_features = "-simd,-relaxed-simd", .is_deterministic = false});
  REQUIRE(without.has_value());
  CHECK_FALSE(Module::from_bytes(*without, as_bytes("(module (func (param v128)))")).has_value());
  CHECK_FALSE(Component::from_bytes(*without, as_bytes("(component (core module (func (param v128))))")).has_value());
  CHECK(Module::from_bytes(Engine(), as_bytes("(module (func (param v128)))")).has_value());
  const auto deterministic = Engine::create({.wasm_features = "", .is_deterministic = true});
  REQUIRE(deterministic.has_value());
  auto instance = instantiate(R"((module (func (export "nan") (param f32 f32) (result i32) (i32.reinterpret_f32 (f32.div (local.get 0) (local.get 1))))))", {}, *deterministic);
  REQUIRE(instance.has_value());
  CHECK(call(*instance, "nan", {"0", "0"}) == "2143289344");  // 0x7fc00000
}

}  // namespace
}  // namespace wcomp
