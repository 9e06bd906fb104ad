// What depends on the machine that code is for: how constants, offsets and distances of every size get into instructions. The interpreter says
// what is right; code for a machine that this is not is looked at only.
#include <cstring>

#include "base/diagnostic.h"
#include "engine/backend.h"
#include "engine/jit/jit.h"
#include "tests/engine/jit/outcome.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

void agree(const core::ValidModule& module, const std::string& name, std::initializer_list<Slots> calls) {
  for (const Slots& args : calls) CHECK(outcome(BackendKind::jit, module, name, args) == outcome(BackendKind::interp, module, name, args));
}
bool has_compiler() {
  if (why_no_compiler().empty()) return true;
  MESSAGE("no compiler here: " << why_no_compiler());
  return false;
}
std::uint32_t word_at(const std::vector<std::uint8_t>& code, std::size_t at) {
  std::uint32_t w = 0;
  REQUIRE(at + 4 <= code.size());
  std::memcpy(&w, code.data() + at, sizeof w);
  return w;
}

TEST_CASE("targets are found by their names, and by no others") {
  for (const jit::TargetRow& row : jit::targets) CHECK(jit::find_target(row.name) == row.target);
  CHECK(!jit::find_target("aarch64"));
  CHECK(!jit::find_target(""));
  CHECK(!jit::find_target("x86_64-linux-gnu"));
}

TEST_CASE("code for aarch64 is made on any machine, the same every time") {
  const auto module = valid("(module (func (export \"f\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))");
  const auto code = jit::compile(module, {.target = jit::Target::aarch64_linux});
  if (!jit::has_stencils(jit::Target::aarch64_linux)) {
    REQUIRE(!code);
    CHECK(code.error().first().message.find("aarch64-linux") != std::string::npos);
    MESSAGE("no stencils for aarch64 here");
    return;
  }
  REQUIRE(code);
  const jit::CodeFunc& f = code->funcs.front();
  CHECK(f.entry % 4 == 0);
  constexpr std::uint32_t push_return_address = 0xf81f8f9e, pop_return_address = 0xf840879e, ret = 0xd65f03c0;
  CHECK(word_at(code->code, f.entry) == push_return_address);
  bool returns = false;
  for (std::size_t at = f.entry; at + 8 <= f.end; at += 4) returns = returns || (word_at(code->code, at) == pop_return_address && word_at(code->code, at + 4) == ret);
  CHECK(returns);
  const auto again = jit::compile(module, {.target = jit::Target::aarch64_linux});
  REQUIRE(again);
  CHECK(again->code == code->code);
}

TEST_CASE("constants of all sizes are what they are") {
  if (!has_compiler()) return;
  std::string text = "(module ";
  std::vector<std::uint64_t> numbers{0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffff0000, 0xffffffff, 0x100000000, 0xffffffff80000000, 0xffffffff7fffffff,
                                     0xffffffffffff0000, 0xffff0000ffff0000, 0x123456789abcdef0, 0x8000000000000000, 0xffffffffffffffff};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto n = std::to_string(static_cast<std::int64_t>(numbers[i])), low = std::to_string(static_cast<std::int32_t>(numbers[i]));
    text += "(func (export \"a" + std::to_string(i) + "\") (param i64 i32) (result i64 i64 i64 i32 i32 i32 i64 i32)" +
            "(i64.add (local.get 0) (i64.const " + n + ")) (i64.and (local.get 0) (i64.const " + n + ")) (i64.const " + n + ")" +
            "(i32.sub (local.get 1) (i32.const " + low + ")) (i32.xor (local.get 1) (i32.const " + low + ")) (i32.const " + low + ")" +
            "(i64.mul (local.get 0) (i64.const " + n + ")) (if (result i32) (i64.lt_s (local.get 0) (i64.const " + n + ")) (then (i32.const 1)) (else (i32.const 2))))";
  }
  const auto module = valid(text + ")");
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    CAPTURE(i);
    agree(module, "a" + std::to_string(i), {{0, 0}, {0x123456789abcdef0, 0x9abcdef0}, {~std::uint64_t{0}, 0xffffffff}});
  }
}

TEST_CASE("every count of a shift") {
  if (!has_compiler()) return;
  for (const std::string type : {"i32", "i64"}) {
    std::string text = "(module ", sum;
    for (const std::string op : {"shl", "shr_s", "shr_u", "rotl", "rotr"}) {
      text += "(func (export \"" + op + "\") (param " + type + ") (result " + type + ") (local " + type + ")";
      for (int n = 0; n < 66; ++n) {
        // Mixed, so that no count goes unseen.
        text += "(local.set 1 (" + type + ".xor (" + type + ".mul (local.get 1) (" + type + ".const 31)) (" + type + "." + op + " (local.get 0) (" + type + ".const " +
                std::to_string(n) + "))))";
      }
      text += "(local.get 1))";
    }
    const auto module = valid(text + ")");
    for (const std::string op : {"shl", "shr_s", "shr_u", "rotl", "rotr"}) {
      CAPTURE(type + "." + op);
      agree(module, op, {{1}, {0x80000000}, {0x8000000000000001}, {0x9abcdef012345678}});
    }
  }
}

TEST_CASE("offsets of all sizes reach where they say, and trap beyond") {
  if (!has_compiler()) return;
  std::string text = "(module (memory 260)";
  const std::vector<std::string> offsets{"0", "1", "7", "8", "4095", "4096", "32760", "65535", "1048576", "16777215", "16777216", "17039359", "2147483647", "2147483648", "4294967295"};
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    text += "(func (export \"o" + std::to_string(i) + "\") (param i32 i64) (result i64 i32 i32)" +
            "(i64.store offset=" + offsets[i] + " (local.get 0) (local.get 1))" + "(i64.load offset=" + offsets[i] + " (local.get 0))" +
            "(i32.load8_s offset=" + offsets[i] + " (local.get 0))" + "(i32x4.extract_lane 1 (v128.load64_zero offset=" + offsets[i] + " (local.get 0))))";
  }
  const auto module = valid(text + ")");
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    CAPTURE(offsets[i]);
    agree(module, "o" + std::to_string(i), {{0, 0x8877665544332211}, {3, 0xff}, {0xffffffff, 1}});
  }
}

TEST_CASE("slots of a large frame") {
  if (!has_compiler()) return;
  std::string text = "(module (func (export \"f\") (param i64) (result i64) (local v128)";
  constexpr int count = 20000;
  for (int i = 0; i < count; ++i) text += "(local i64)";
  for (int i = 2; i < count; i += 399) {
    const auto n = std::to_string(i);
    text += "(local.set " + n + " (i64.add (local.get 0) (i64.const " + n + "))) (local.set 1 (i64x2.add (local.get 1) (i64x2.splat (local.get " + n + "))))";
  }
  text += "(local.set 0 (i64.const 0))";
  for (int i = 2; i < count; i += 133) text += "(local.set 0 (i64.add (i64.mul (local.get 0) (i64.const 31)) (local.get " + std::to_string(i) + ")))";
  agree(valid(text + "(i64.add (local.get 0) (i64x2.extract_lane 1 (local.get 1)))))"), "f", {{0}, {77}});
}

TEST_CASE("a function that is too large for its instructions to name its end") {
  if (!has_compiler()) return;
  std::string text = "(module (memory 1) (func (export \"f\") (param i32) (result i32) (local v128)";
  constexpr int count = 30000;
  for (int i = 0; i < count; ++i) {
    text += "(local.set 1 (i32x4.add (local.get 1) (v128.const i32x4 " + std::to_string(i) + " 1 2 3)))";
    if (i % 1000 == 0) text += "(block (block (block (br_table 0 1 2 (local.get 0))) (drop (memory.grow (i32.const 0))) (local.set 1 (i32x4.neg (local.get 1)))) (drop (i32.div_u (i32.const 7) (local.get 0))))";
  }
  agree(valid(text + "(i32x4.extract_lane 0 (local.get 1))))"), "f", {{1}, {2}, {3}, {0}});
}

}  // namespace
