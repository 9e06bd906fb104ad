// What code computes: control flow, calls, references, bulk operations, and the shapes that translation treats specially.
#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

core::LocalIdx L(std::uint32_t i) { return core::LocalIdx(i); }

/// The result of a function of i32s whose body `body` writes.
template <class Body>
std::uint64_t run(std::uint32_t params, std::initializer_list<std::uint64_t> args, Body body) {
  Store store;
  auto inst = make(store, one_func({std::vector<ValType>(params, i32), {i32}}, body));
  return value(store, func(store, inst, "f"), args);
}

}  // namespace

TEST_CASE("a local that is set later keeps its old value on the operand stack") {
  // old = x; x = 7; old * 100 + x
  CHECK(run(1, {3}, [](CodeBuilder& c) {
          c.local_get(L(0)).i32_const(7).local_set(L(0)).i32_const(100).op(Opcode::i32_mul).local_get(L(0)).op(Opcode::i32_add);
        }) == 307);
  // The same local twice, tee in between.
  CHECK(run(1, {3}, [](CodeBuilder& c) {
          c.local_get(L(0)).local_get(L(0)).i32_const(5).local_tee(L(0)).op(Opcode::i32_mul).op(Opcode::i32_add).local_get(L(0)).op(Opcode::i32_add);
        }) == 3 + 15 + 5);
  // Set inside a block, read from below it.
  CHECK(run(1, {3}, [](CodeBuilder& c) {
          c.local_get(L(0)).block().i32_const(9).local_set(L(0)).end().local_get(L(0)).op(Opcode::i32_sub);
        }) == static_cast<std::uint32_t>(-6));
}

TEST_CASE("constants fold into either side of an operation") {
  CHECK(run(1, {3}, [](CodeBuilder& c) { c.i32_const(10).local_get(L(0)).op(Opcode::i32_sub); }) == 7);
  CHECK(run(1, {3}, [](CodeBuilder& c) { c.local_get(L(0)).i32_const(10).op(Opcode::i32_sub); }) == static_cast<std::uint32_t>(-7));
  CHECK(run(1, {3}, [](CodeBuilder& c) { c.i32_const(10).local_get(L(0)).op(Opcode::i32_add); }) == 13);
  CHECK(run(0, {}, [](CodeBuilder& c) { c.i32_const(10).i32_const(4).op(Opcode::i32_sub); }) == 6);
  CHECK(run(1, {3}, [](CodeBuilder& c) { c.i32_const(2).local_get(L(0)).op(Opcode::i32_lt_s); }) == 1);
  CHECK(run(0, {}, [](CodeBuilder& c) { c.i64_const(std::int64_t{1} << 40).i64_const(-1).op(Opcode::i64_gt_s); }) == 1);
}

TEST_CASE("a comparison and its branch agree with the comparison alone") {
  const Opcode tests[] = {Opcode::i32_eq, Opcode::i32_ne, Opcode::i32_lt_s, Opcode::i32_lt_u, Opcode::i32_gt_s,
                          Opcode::i32_gt_u, Opcode::i32_le_s, Opcode::i32_le_u, Opcode::i32_ge_s, Opcode::i32_ge_u};
  const std::uint64_t values[] = {0, 1, 5, 0x7fff'ffff, 0x8000'0000, 0xffff'ffff};
  for (Opcode test : tests) {
    for (int eqz = 0; eqz < 3; ++eqz) {
      auto negate = [&](CodeBuilder& c) { for (int i = 0; i < eqz; ++i) c.op(Opcode::i32_eqz); };
      Store store;
      ModuleBuilder b;
      FuncType type{{i32, i32}, {i32}};
      core::FuncIdx plain = b.func(type), taken = b.func(type), if_else = b.func(type), constant = b.func({{i32}, {i32}});
      negate(b.code(plain).local_get(L(0)).local_get(L(1)).op(test));
      b.code(taken).block();
      negate(b.code(taken).local_get(L(0)).local_get(L(1)).op(test));
      b.code(taken).br_if(0).i32_const(0).op(Opcode::return_).end().i32_const(1);
      negate(b.code(if_else).local_get(L(0)).local_get(L(1)).op(test));
      b.code(if_else).if_(i32).i32_const(1).else_().i32_const(0).end();
      negate(b.code(constant).local_get(L(0)).i32_const(5).op(test));
      b.code(constant).if_(i32).i32_const(1).else_().i32_const(0).end();
      b.export_func("plain", plain);
      b.export_func("taken", taken);
      b.export_func("if", if_else);
      b.export_func("constant", constant);
      auto inst = make(store, b);
      for (std::uint64_t x : values) {
        for (std::uint64_t y : values) {
          std::uint64_t want = value(store, func(store, inst, "plain"), {x, y});
          CHECK((value(store, func(store, inst, "taken"), {x, y}) != 0) == (want != 0));
          CHECK((value(store, func(store, inst, "if"), {x, y}) != 0) == (want != 0));
          if (y == 5) CHECK((value(store, func(store, inst, "constant"), {x}) != 0) == (want != 0));
        }
      }
    }
  }
}

TEST_CASE("a float comparison with a NaN is false in a branch as well, and so is its negation's opposite") {
  Store store;
  ModuleBuilder b = one_func({{f64}, {i32}}, [](CodeBuilder& c) {
    c.local_get(L(0)).f64_const(1).op(Opcode::f64_lt).op(Opcode::i32_eqz).if_(i32).i32_const(1).else_().i32_const(0).end();
  });
  auto inst = make(store, b);
  CHECK(value(store, func(store, inst, "f"), {0x7ff8ull << 48}) == 1);
  CHECK(value(store, func(store, inst, "f"), {0}) == 0);
}

TEST_CASE("counting loops of every kind end where they should") {
  // for (i = 0; i != n; i += 3) sum += i, with a local as the bound
  auto sum_to = [](CodeBuilder& c, auto condition) {
    core::LocalIdx i = c.local(i32), sum = c.local(i32);
    c.loop().local_get(sum).local_get(i).op(Opcode::i32_add).local_set(sum);
    condition(c, i);
    c.br_if(0).end().local_get(sum);
  };
  CHECK(run(1, {9}, [&](CodeBuilder& c) {
          sum_to(c, [](CodeBuilder& b, core::LocalIdx i) {
            b.local_get(i).i32_const(3).op(Opcode::i32_add).local_tee(i).local_get(L(0)).op(Opcode::i32_ne);
          });
        }) == 0 + 3 + 6);
  CHECK(run(1, {9}, [&](CodeBuilder& c) {
          sum_to(c, [](CodeBuilder& b, core::LocalIdx i) {
            b.local_get(L(0)).local_get(i).i32_const(3).op(Opcode::i32_add).local_tee(i).op(Opcode::i32_gt_u);
          });
        }) == 0 + 3 + 6);
  CHECK(run(0, {}, [&](CodeBuilder& c) {
          sum_to(c, [](CodeBuilder& b, core::LocalIdx i) {
            b.local_get(i).i32_const(3).op(Opcode::i32_add).local_tee(i).i32_const(9).op(Opcode::i32_lt_s);
          });
        }) == 0 + 3 + 6);
  // Down to zero, the counter itself as the condition.
  CHECK(run(1, {4}, [](CodeBuilder& c) {
          core::LocalIdx sum = c.local(i32);
          c.loop().local_get(sum).local_get(L(0)).op(Opcode::i32_add).local_set(sum);
          c.local_get(L(0)).i32_const(-1).op(Opcode::i32_add).local_tee(L(0)).br_if(0).end().local_get(sum);
        }) == 10);
}

TEST_CASE("addresses that are sums wrap, offsets do not") {
  Store store;
  ModuleBuilder b;
  core::MemIdx m = b.mem({{1, 1}});
  b.data(m, 8, {42});
  core::FuncIdx constant = b.func({{i32}, {i32}}), sum = b.func({{i32, i32}, {i32}}), offset = b.func({{i32}, {i32}});
  core::FuncIdx fixed = b.func({{}, {i32}}), write = b.func({{i32, i32}, {i32}});
  b.code(constant).local_get(L(0)).i32_const(16).op(Opcode::i32_add).mem(Opcode::i32_load8_u, 0, 0, m);
  b.code(sum).local_get(L(0)).local_get(L(1)).op(Opcode::i32_add).mem(Opcode::i32_load8_u, 0, 4, m);
  b.code(offset).local_get(L(0)).mem(Opcode::i32_load8_u, 0, 16, m);
  b.code(fixed).i32_const(4).mem(Opcode::i32_load8_u, 0, 4, m);
  b.code(write).local_get(L(0)).i32_const(-8).op(Opcode::i32_add).local_get(L(1)).mem(Opcode::i32_store16, 1, 0, m);
  b.code(write).local_get(L(0)).i32_const(-3).mem(Opcode::i32_store8, 0, 100, m).i32_const(100).i32_const(0x1234567).mem(Opcode::i32_store, 0, 0, m);
  b.code(write).local_get(L(0)).mem(Opcode::i32_load8_s, 0, 100, m).i32_const(92).mem(Opcode::i32_load, 0, 8, m).op(Opcode::i32_add);
  b.code(write).local_get(L(0)).i32_const(8).op(Opcode::i32_sub).mem(Opcode::i32_load16_u, 0, 0, m).op(Opcode::i32_add);
  b.export_func("constant", constant);
  b.export_func("sum", sum);
  b.export_func("offset", offset);
  b.export_func("fixed", fixed);
  b.export_func("write", write);
  auto inst = make(store, b);
  CHECK(value(store, func(store, inst, "constant"), {0xffff'fff8}) == 42);
  CHECK(value(store, func(store, inst, "sum"), {0xffff'fff0, 0x14}) == 42);
  CHECK(trap_code(store, func(store, inst, "offset"), {0xffff'fff8}) == TrapCode::out_of_bounds_memory_access);
  CHECK(trap_code(store, func(store, inst, "sum"), {0xffff'ffff, 0}) == TrapCode::out_of_bounds_memory_access);
  CHECK(value(store, func(store, inst, "fixed")) == 42);
  CHECK(value(store, func(store, inst, "write"), {50, 777}) == 0x1234567 - 3 + 777);
}

TEST_CASE("br_table takes the case or the default, with a value") {
  Store store;
  ModuleBuilder b = one_func({{i32}, {i32}}, [](CodeBuilder& c) {
    c.block(i32).block(i32).i32_const(10).local_get(L(0)).br_table({0, 1, 2}, 0).end().i32_const(1).op(Opcode::i32_add).end();
    c.i32_const(100).op(Opcode::i32_add);
  });
  auto inst = make(store, b);
  FuncAddr f = func(store, inst, "f");
  CHECK(value(store, f, {0}) == 111);
  CHECK(value(store, f, {1}) == 110);
  CHECK(value(store, f, {2}) == 10);
  CHECK(value(store, f, {3}) == 111);
  CHECK(value(store, f, {0xffff'ffff}) == 111);
}

TEST_CASE("blocks and loops with parameters get them and give their results") {
  Store store;
  ModuleBuilder b;
  core::TypeIdx pair = b.type({{i32, i32}, {i32, i32}});
  core::FuncIdx f = b.func({{i32, i32}, {i32, i32}});
  // Swaps while the first is greater; the branch out of the block carries two values.
  b.code(f).local_get(L(0)).local_get(L(1)).block_typed(Opcode::block, pair);
  b.code(f).local_set(L(1)).local_set(L(0)).local_get(L(1)).local_get(L(0));
  b.code(f).local_get(L(0)).local_get(L(1)).op(Opcode::i32_gt_s).br_if(0);
  b.code(f).op(Opcode::drop).op(Opcode::drop).local_get(L(0)).local_get(L(1)).end();
  b.export_func("f", f);
  auto inst = make(store, b);
  CHECK(*call(store, func(store, inst, "f"), {1, 2}) == std::vector<std::uint64_t>{1, 2});
  CHECK(*call(store, func(store, inst, "f"), {2, 1}) == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("code after an unconditional branch is left out, whatever it holds") {
  CHECK(run(1, {4}, [](CodeBuilder& c) {
          c.block(i32).local_get(L(0)).br(0).op(Opcode::i32_add).loop().i32_const(1).if_().else_().end().end().end();
        }) == 4);
  CHECK(run(1, {0}, [](CodeBuilder& c) {
          c.local_get(L(0)).if_(i32).op(Opcode::unreachable).else_().i32_const(6).end();
        }) == 6);
}

TEST_CASE("an indirect call checks index, null and type") {
  Store store;
  ModuleBuilder b;
  core::TableIdx t = b.table({ValType::funcref, {4, 4}});
  core::FuncIdx yes = b.func({{i32}, {i32}}), other = b.func({{}, {}}), f = b.func({{i32, i32}, {i32}});
  b.code(yes).local_get(L(0)).i32_const(1).op(Opcode::i32_add);
  b.code(f).local_get(L(0)).local_get(L(1)).call_indirect(b.type({{i32}, {i32}}), t);
  b.elem(t, 0, {yes, other});
  b.export_func("f", f);
  auto inst = make(store, b);
  FuncAddr a = func(store, inst, "f");
  CHECK(value(store, a, {41, 0}) == 42);
  CHECK(trap_code(store, a, {41, 1}) == TrapCode::indirect_call_type_mismatch);
  CHECK(trap_code(store, a, {41, 2}) == TrapCode::uninitialized_element);
  CHECK(trap_code(store, a, {41, 4}) == TrapCode::undefined_element);
}

TEST_CASE("division and truncation trap exactly where they must") {
  Store store;
  ModuleBuilder b;
  core::FuncIdx div = b.func({{i32, i32}, {i32}}), rem = b.func({{i32, i32}, {i32}}), trunc = b.func({{f64}, {i32}});
  b.code(div).local_get(L(0)).local_get(L(1)).op(Opcode::i32_div_s);
  b.code(rem).local_get(L(0)).local_get(L(1)).op(Opcode::i32_rem_s);
  b.code(trunc).local_get(L(0)).op(Opcode::i32_trunc_f64_s);
  b.export_func("div", div);
  b.export_func("rem", rem);
  b.export_func("trunc", trunc);
  auto inst = make(store, b);
  auto bits = [](double d) { return std::bit_cast<std::uint64_t>(d); };
  CHECK(trap_code(store, func(store, inst, "div"), {1, 0}) == TrapCode::integer_divide_by_zero);
  CHECK(trap_code(store, func(store, inst, "div"), {0x8000'0000, 0xffff'ffff}) == TrapCode::integer_overflow);
  CHECK(value(store, func(store, inst, "rem"), {0x8000'0000, 0xffff'ffff}) == 0);
  CHECK(trap_code(store, func(store, inst, "rem"), {1, 0}) == TrapCode::integer_divide_by_zero);
  CHECK(value(store, func(store, inst, "trunc"), {bits(-2147483648.9)}) == 0x8000'0000);
  CHECK(trap_code(store, func(store, inst, "trunc"), {bits(2147483648.0)}) == TrapCode::integer_overflow);
  CHECK(trap_code(store, func(store, inst, "trunc"), {0x7ff8ull << 48}) == TrapCode::invalid_conversion_to_integer);
}

TEST_CASE("a function whose frame would be too large is refused, not run") {
  Store store;
  auto r = store.instantiate(one_func({{}, {}}, [](CodeBuilder& c) { for (int i = 0; i < 49'990; ++i) (void)c.local(i32); }).build_valid(), {});
  REQUIRE(r);
  CHECK(r->has_value());
  auto deep = make(store, one_func({{}, {}}, [](CodeBuilder& c) {
                     for (int i = 0; i < 70'000; ++i) c.i32_const(1);
                     for (int i = 0; i < 70'000; ++i) c.op(Opcode::drop);
                   }));
  CHECK(trap_code(store, func(store, deep, "f")) == TrapCode::limit_exceeded);
}
