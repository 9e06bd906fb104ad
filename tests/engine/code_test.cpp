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

TEST_CASE("a branch over thousands of copied tails finds its target") {
  std::string jumps;
  for (int i = 0; i < 7'000; ++i) jumps += "(block $s (br_if $s (local.get 0)) (br $out))\n";
  Store store;
  const auto inst = make(store, "(module (memory 1) (func (export \"run\") (param i32) (result i32) (block $out (if (i32.eq (local.get 0) (i32.const 5)) (then " + jumps +
                                    ")) (return (i32.const 1))) (i32.load (i32.add (local.get 0) (i32.const 8)))))");
  CHECK(value(store, func(store, inst, "run"), {5}) == 1);
  CHECK(value(store, func(store, inst, "run"), {4}) == 1);
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

TEST_CASE("constants of all ones are constants") {
  CHECK(run(1, {3}, [](CodeBuilder& c) { c.local_get(L(0)).i32_const(-1).op(Opcode::i32_add); }) == 2);
  CHECK(run(1, {3}, [](CodeBuilder& c) { c.i32_const(-1).local_get(L(0)).op(Opcode::i32_sub); }) == static_cast<std::uint32_t>(-4));
  CHECK(run(1, {3}, [](CodeBuilder& c) { c.local_get(L(0)).i32_const(-1).op(Opcode::i32_xor).i32_const(-1).op(Opcode::i32_xor); }) == 3);
  CHECK(run(1, {0xffff'ffff}, [](CodeBuilder& c) {
          c.block().local_get(L(0)).i32_const(-1).op(Opcode::i32_eq).br_if(0).i32_const(0).op(Opcode::return_).end().i32_const(1);
        }) == 1);
}

TEST_CASE("a value that one instruction hands to the next is still there where a branch goes the other way") {
  // (x + 1) is the block's result if y, else it is multiplied by 10 and given on.
  const auto body = [](CodeBuilder& c) {
    c.block(i32).local_get(L(0)).i32_const(1).op(Opcode::i32_add).local_get(L(1)).br_if(0).i32_const(10).op(Opcode::i32_mul).end();
  };
  CHECK(run(2, {4, 1}, body) == 5);
  CHECK(run(2, {4, 0}, body) == 50);
  // The same out of the function.
  const auto out = [](CodeBuilder& c) {
    c.local_get(L(0)).i32_const(1).op(Opcode::i32_add).local_get(L(1)).br_if(0).i32_const(10).op(Opcode::i32_mul);
  };
  CHECK(run(2, {4, 1}, out) == 5);
  CHECK(run(2, {4, 0}, out) == 50);
  // A value below the condition, which is computed last.
  const auto deep = [](CodeBuilder& c) {
    c.block(i32).local_get(L(0)).i32_const(1).op(Opcode::i32_add).local_get(L(1)).i32_const(7).op(Opcode::i32_and).br_if(0);
    c.i32_const(10).op(Opcode::i32_mul).end();
  };
  CHECK(run(2, {4, 8}, deep) == 50);
  CHECK(run(2, {4, 9}, deep) == 5);
}

TEST_CASE("a value is taken from where the instruction before left it, by each kind of taker") {
  // Both operands, and either one.
  CHECK(run(2, {3, 4}, [](CodeBuilder& c) {
          c.local_get(L(0)).local_get(L(1)).op(Opcode::i32_mul).local_tee(L(0)).local_get(L(0)).op(Opcode::i32_sub).local_get(L(0)).op(Opcode::i32_add);
        }) == 12);
  CHECK(run(2, {3, 4}, [](CodeBuilder& c) {
          c.local_get(L(1)).local_get(L(0)).local_get(L(1)).op(Opcode::i32_mul).op(Opcode::i32_sub);
        }) == static_cast<std::uint32_t>(4 - 12));
  // Through a select's condition and as one of its values.
  const auto chosen = [](CodeBuilder& c) {
    c.local_get(L(0)).i32_const(2).op(Opcode::i32_mul).i32_const(100).local_get(L(1)).op(Opcode::i32_eqz).op(Opcode::select);
  };
  CHECK(run(2, {4, 0}, chosen) == 8);
  CHECK(run(2, {4, 1}, chosen) == 100);
  // A table of branches on a sum.
  const auto table = [](CodeBuilder& c) {
    c.block().block().block().local_get(L(0)).local_get(L(1)).op(Opcode::i32_add).br_table({0, 1}, 2).end();
    c.i32_const(10).op(Opcode::return_).end().i32_const(11).op(Opcode::return_).end().i32_const(12);
  };
  CHECK(run(2, {0, 0}, table) == 10);
  CHECK(run(2, {1, 0}, table) == 11);
  CHECK(run(2, {5, 5}, table) == 12);
}

TEST_CASE("floats and integers are handed on apart, also as the same bits") {
  Store store;
  ModuleBuilder b;
  b.mem({{1, 1}});
  const core::FuncIdx f = b.func({{f64, i32}, {f64}}), bits = b.func({{f64}, {ValType::i64}}), third = b.func({{f32, f32}, {f32}});
  const core::MemIdx m(0);
  // memory[8] = x * x; memory[y] as f64 / 2 + 0.5
  b.code(f).i32_const(8).local_get(L(0)).local_get(L(0)).op(Opcode::f64_mul).mem(Opcode::f64_store, 3, 0, m);
  b.code(f).local_get(L(1)).i32_const(4).op(Opcode::i32_add).mem(Opcode::f64_load, 3, 0, m).f64_const(2).op(Opcode::f64_div).f64_const(0.5).op(Opcode::f64_add);
  b.code(bits).local_get(L(0)).op(Opcode::f64_neg).op(Opcode::i64_reinterpret_f64).i64_const(1).op(Opcode::i64_add);
  b.code(third).local_get(L(0)).local_get(L(1)).op(Opcode::f32_add).local_get(L(0)).local_get(L(1)).op(Opcode::f32_sub).op(Opcode::f32_mul);
  b.export_func("f", f);
  b.export_func("bits", bits);
  b.export_func("third", third);
  const auto inst = make(store, b);
  CHECK(std::bit_cast<double>(value(store, func(store, inst, "f"), {std::bit_cast<std::uint64_t>(3.0), 4})) == 5.0);
  CHECK(value(store, func(store, inst, "bits"), {std::bit_cast<std::uint64_t>(1.5)}) == std::bit_cast<std::uint64_t>(-1.5) + 1);
  const auto f32_bits = [](float x) { return std::uint64_t{std::bit_cast<std::uint32_t>(x)}; };
  CHECK(value(store, func(store, inst, "third"), {f32_bits(5), f32_bits(3)}) == f32_bits(16));
}

TEST_CASE("an element's address, and an operation on what was loaded") {
  Store store;
  ModuleBuilder b;
  b.mem({{1, 1}});
  const core::MemIdx m(0);
  const core::FuncIdx element = b.func({{i32, i32}, {i32}}), sum = b.func({{i32, i32}, {i32}}), put = b.func({{i32, i32, i32}, {}});
  // [base + (i << 2) + 4], [base + ((i + 1) << 2)] - i, and the store [base + (i << 2)] = v
  b.code(element).local_get(L(0)).local_get(L(1)).i32_const(2).op(Opcode::i32_shl).op(Opcode::i32_add).mem(Opcode::i32_load, 2, 4, m);
  b.code(sum).local_get(L(0)).local_get(L(1)).i32_const(1).op(Opcode::i32_add).i32_const(2).op(Opcode::i32_shl).op(Opcode::i32_add);
  b.code(sum).mem(Opcode::i32_load, 2, 0, m).local_get(L(1)).op(Opcode::i32_sub).local_get(L(0)).mem(Opcode::i32_load, 2, 8, m).op(Opcode::i32_add);
  b.code(put).local_get(L(0)).local_get(L(1)).i32_const(34).op(Opcode::i32_shl).op(Opcode::i32_add).local_get(L(2)).mem(Opcode::i32_store, 2, 0, m);
  b.export_func("element", element);
  b.export_func("sum", sum);
  b.export_func("put", put);
  const auto inst = make(store, b);
  for (std::uint64_t i = 0; i < 8; ++i) CHECK(call(store, func(store, inst, "put"), {16, i, 100 + i}));
  CHECK(value(store, func(store, inst, "element"), {16, 2}) == 103);
  // A negative index wraps, as the sum does.
  CHECK(value(store, func(store, inst, "element"), {28, 0xffff'ffff}) == 103);
  CHECK(value(store, func(store, inst, "sum"), {16, 4}) == 105 - 4 + 102);
  CHECK(trap_code(store, func(store, inst, "element"), {65536, 0}) == TrapCode::out_of_bounds_memory_access);
  CHECK(trap_code(store, func(store, inst, "sum"), {65532, 0xffff'ffff}) == TrapCode::out_of_bounds_memory_access);
}
