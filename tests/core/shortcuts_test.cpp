// Shortcuts have to do what the rules do: bodies of random instructions, most of them wrong somewhere, judged with and without.
#include "core/shortcuts.h"

#include <doctest/doctest.h>

#include <random>

#include "core/instr_rules.h"
#include "core/limits.h"
#include "core/text/parse.h"
#include "core/validate_func.h"

namespace wcomp::core {
namespace {

constexpr std::string_view no_end = "unexpected end: the body's last `end` is missing";

std::string describe(const Diagnostic& d) { return std::to_string(std::get<BinaryPos>(d.location).offset) + d.message; }

/// What the rules say about a body, without shortcuts: nothing, or where and why it is refused.
std::string by_rules(const ValidationContext& c, const Func& f) {
  InstrRules rules(c);
  rules.start(c.module.types[f.type.value], f);
  ExprReader in(f.body);
  while (rules.stack().depth() != 0) {
    if (in.at_end()) return std::to_string(in.offset()) + std::string(no_end);
    if (!in.read()) return describe(in.failure().first());
    if (!rules.apply(*in)) return std::to_string(in->offset) + rules.refusal(*in).message;
  }
  return {};
}

std::string with_shortcuts(const ValidationContext& c) {
  const Result<void> done = FuncValidator(c).check(FuncIdx(c.module.imported_funcs));
  return done ? std::string() : describe(done.error().first());
}

/// A module for bodies to be put in: its first function has three parameters and locals of all kinds.
Module frame(const std::string& memories = "(memory 1)", const std::string& table = "(table 1 funcref)") {
  Result<Bytes> bytes = text::parse("test.wat",
                                    "(module (type $t (func)) (type $u (func (param i32 i64) (result f32))) " + memories + table + "(global (mut i32) "
                                    "(i32.const 0)) (global f64 (f64.const 0)) (func $f (param i32 i64 f32) (result i32) (local i32 i32 f64 (ref $t) v128 "
                                    "funcref) (unreachable)) (func $g (type $u) (unreachable)))");
  REQUIRE(bytes.has_value());
  Result<Module> m = decode(std::move(*bytes));
  REQUIRE(m.has_value());
  return std::move(*m);
}

/// Often one that shortcuts take, now and then any byte.
Bytes random_instr(std::mt19937& random) {
  const auto below = [&](unsigned n) { return static_cast<std::uint8_t>(random() % n); };
  const auto one_of = [&](std::initializer_list<int> bytes) { return static_cast<std::uint8_t>(bytes.begin()[below(static_cast<unsigned>(bytes.size()))]); };
  ByteWriter out;
  switch (below(23)) {
    case 0: out.u8(0x41); out.leb_s32(static_cast<std::int32_t>(random())); break;
    case 1: out.u8(0x42); out.leb_s64(static_cast<std::int64_t>(random()) << below(32)); break;
    case 2: case 3: out.u8(0x20); out.u8(below(10)); break;
    case 4: out.u8(one_of({0x21, 0x22})); out.u8(below(10)); break;
    case 5: out.u8(one_of({0x23, 0x24})); out.u8(below(3)); break;
    case 6: case 7: case 8: out.u8(static_cast<std::uint8_t>(0x45 + below(0x80))); break;
    case 9: out.u8(static_cast<std::uint8_t>(0x28 + below(23))); out.u8(below(4)); out.leb_u32(static_cast<std::uint32_t>(random() >> below(32))); break;
    case 10: case 11: out.u8(one_of({0x02, 0x03, 0x04, 0x04})); out.u8(one_of({0x40, 0x40, 0x7f, 0x7e, 0x7b, 0x70, 0x00, 0x01})); break;
    case 12: out.u8(0x05); break;
    case 13: case 14: out.u8(0x0b); break;
    case 15: out.u8(one_of({0x0c, 0x0d, 0x0d})); out.u8(below(4)); break;
    case 16: out.u8(one_of({0x0f, 0x00})); break;
    case 17: out.u8(0x10); out.u8(below(3)); break;
    case 18: out.u8(0x11); out.u8(below(3)); out.u8(below(2)); break;
    case 19: out.u8(0x0e); out.u8(1); out.u8(below(3)); out.u8(below(3)); break;
    case 20: out.u8(0x06); out.u8(one_of({0x40, 0x7f, 0x00})); break;
    case 21: out.u8(one_of({0x19, 0x18})); break;
    default: out.u8(one_of({0x1a, 0x1b, below(255)})); break;
  }
  return out.take();
}

/// Bodies in the frame grow by instructions that the rules let pass, and end with one that they may refuse. Gives the longest one's bytes.
std::size_t compare(Module m, const Features& features, std::uint32_t seed, int bodies) {
  std::mt19937 random(seed);
  std::size_t longest = 0;
  for (int i = 0; i < bodies; ++i) {
    Bytes good;
    bool goes_on = true;
    for (int n = 0; n < 60 && goes_on; ++n) {
      const Bytes instr = random_instr(random);
      Bytes body = good;
      body.insert(body.end(), instr.begin(), instr.end());
      m.funcs[0].body = {body, 0};
      ValidationContext c(m, features);
      c.declared_funcs.assign(m.func_types.size(), true);
      const std::string expected = by_rules(c, m.funcs[0]);
      const std::string found = with_shortcuts(c);
      if (expected != found) FAIL_CHECK("rules: " << expected << "\nshortcuts: " << found);
      if (expected.ends_with(no_end)) good = body;
      goes_on = !expected.empty();
      longest = std::max(longest, body.size());
    }
  }
  return longest;
}

TEST_CASE("shortcuts and rules judge every body alike") {
  CHECK(compare(frame(), {}, 5, 250) > 60);
  Module without_vectors = frame();
  without_vectors.funcs[0].locals.resize(3);  // without the vector and what follows
  Features features;
  features.simd = features.sign_extension = false;
  CHECK(compare(without_vectors, features, 6, 250) > 60);
}

TEST_CASE("shortcuts and rules judge alike with memories and tables of all kinds, or none") {
  std::uint32_t seed = 10;
  for (const char* memories : {"", "(memory i64 1)", "(memory 1) (memory i64 1)", "(memory i64 1) (memory 1)"}) {
    CAPTURE(memories);
    CHECK(compare(frame(memories), {}, ++seed, 80) > 40);
  }
  for (const char* table : {"", "(table 1 externref)", "(table 1 (ref null $t))", "(table i64 1 funcref)", "(table 1 externref) (table 1 funcref)"}) {
    CAPTURE(table);
    CHECK(compare(frame("(memory 1)", table), {}, ++seed, 80) > 40);
  }
}

TEST_CASE("shortcuts and rules judge alike whatever features there are") {
  std::uint32_t seed = 30;
  for (const Feature off : {Feature::floats, Feature::multi_value, Feature::reference_types, Feature::bulk_memory, Feature::multi_memory}) {
    CAPTURE(static_cast<int>(off));
    Features features;
    features.set(off, false);
    Module m = frame();
    m.funcs[0].locals.resize(1);  // of a type that all features leave
    CHECK(compare(std::move(m), features, ++seed, 80) > 40);
  }
  Features legacy;
  legacy.legacy_exceptions = true;
  CHECK(compare(frame(), legacy, ++seed, 200) > 40);
}

TEST_CASE("operands that shortcuts put count towards the limit") {
  Module m = frame();
  for (const std::uint32_t count : {limits::operands, limits::operands + 1}) {
    Bytes body;
    for (std::uint32_t i = 0; i < count; ++i) body.insert(body.end(), {0x20, 0x00});
    body.push_back(0x00);
    body.push_back(0x0b);
    m.funcs[0].body = {body, 0};
    const Features features;
    const ValidationContext c(m, features);
    CHECK(by_rules(c, m.funcs[0]) == with_shortcuts(c));
    CHECK(with_shortcuts(c).empty() == (count == limits::operands));
  }
}

TEST_CASE("the first function with a mistake is named, however many threads look") {
  std::string wat = "(module (memory 1)";
  std::string filler;
  for (int i = 0; i < 400; ++i) filler += "(i32.store (i32.const 1234567) (i32.const 7654321))";
  for (int i = 0; i < 200; ++i) wat += "(func " + filler + (i == 37 || i == 39 || i == 150 ? "(drop)" : "") + ")";
  const Result<Bytes> parsed = text::parse("test.wat", wat + ")");
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->size() > 512 * 1024);
  for (const unsigned threads : {1u, 2u, 5u}) {
    Result<Module> m = decode(*parsed);
    REQUIRE(m.has_value());
    const Result<ValidModule> valid = validate(std::move(*m), {}, threads);
    REQUIRE_FALSE(valid.has_value());
    CHECK(valid.error().to_string().find("func[37]") != std::string::npos);
  }
}

}  // namespace
}  // namespace wcomp::core
