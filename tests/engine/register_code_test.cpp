// The canonical form of what the spec calls try blocks: which handlers there are, over which operations, in which order.
#include "engine/register_code.h"

#include <algorithm>

#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

/// Of the function with the highest index.
RegisterCode code_of(const char* text) {
  core::ValidModule module = valid(text);
  auto code = make_register_code(*module, core::FuncIdx(module->func_types.size() - 1));
  REQUIRE(code);
  return *std::move(code);
}
/// Whether the handler is asked for what the nth call throws.
bool covers(const RegisterCode& code, const CatchHandler& h, std::uint32_t nth_call) {
  std::uint32_t at = 0;
  for (; at < code.ops.size(); ++at) {
    if (code.ops[at].op == Opcode::call && nth_call-- == 0) break;
  }
  REQUIRE(at < code.ops.size());
  return h.begin <= at && at < h.end;
}

}  // namespace

TEST_CASE("handlers of inner blocks come first, those of one block in its order, each over its own calls") {
  const RegisterCode code = code_of(R"(
    (import "" "f" (func $f))
    (tag $a (param i32)) (tag $b)
    (func (param i32) (result i32)
      (block $outer (result i32)
        (block $inner
          (call $f)
          (try_table (catch $a $outer)
            (try_table (catch $b $inner) (catch_all $inner) (call $f))
            (call $f))
          (call $f))
        (i32.const 1))))");
  REQUIRE(code.handlers.size() == 3);
  CHECK(code.handlers[0].tag == 1);
  CHECK(code.handlers[1].tag == any_tag);
  CHECK(code.handlers[2].tag == 0);
  const bool expected[4][3] = {{false, false, false}, {true, true, true}, {false, false, true}, {false, false, false}};
  for (std::uint32_t call = 0; call < 4; ++call) {
    for (std::size_t h = 0; h < 3; ++h) CHECK(covers(code, code.handlers[h], call) == expected[call][h]);
  }
  for (const CatchHandler& h : code.handlers) CHECK(code.ops[h.target].is_target);
  CHECK(code.handlers[2].dst != no_slot);
  CHECK(code.handlers[2].dst < code.frame);
  CHECK(code.handlers[2].ref == no_slot);
}

TEST_CASE("a try block without a throw or a call in it costs no operation") {
  const char* plain = "(func (param i32) (result i32) (block (result i32) (i32.add (local.get 0) (i32.const 1))))";
  const char* tried = "(tag $t) (func (param i32) (result i32) (block $h (try_table (catch_all $h) (return (i32.add (local.get 0) (i32.const 1))))) (i32.const 0))";
  auto count = [](const RegisterCode& c, Opcode op) { return std::ranges::count(c.ops, op, &RegOp::op); };
  CHECK(count(code_of(plain), Opcode::br) == 0);
  CHECK(count(code_of(tried), Opcode::br) == 0);
  CHECK(count(code_of(tried), Opcode::try_table) == 0);
}

TEST_CASE("a delegate names the handler to go on with, and the reference is kept only where it is thrown again") {
  const RegisterCode code = code_of(R"(
    (import "" "f" (func $f))
    (tag $a)
    (func
      (try $outer
        (do
          (try $middle
            (do (try (do (call $f)) (delegate $outer)))
            (catch_all)))
        (catch $a)
        (catch_all (rethrow 0)))))");
  REQUIRE(code.handlers.size() == 4);
  CHECK(code.handlers[0].is_delegate);
  CHECK_FALSE(code.handlers[1].is_delegate);
  CHECK(code.handlers[0].target == 2);
  CHECK(code.handlers[2].tag == 0);
  CHECK(code.handlers[2].ref == no_slot);
  CHECK(code.handlers[3].tag == any_tag);
  CHECK(code.handlers[3].ref != no_slot);
  for (const CatchHandler& h : code.handlers) CHECK(covers(code, h, 0));
}

TEST_CASE("a delegate to the function leaves no handler to ask") {
  const RegisterCode code = code_of(R"(
    (import "" "f" (func $f))
    (func (try (do (try (do (call $f)) (delegate 1))) (catch_all))))");
  REQUIRE(code.handlers.size() == 2);
  CHECK(code.handlers[0].is_delegate);
  CHECK(code.handlers[0].target == 2);
}
