#include "core/limits.h"
#include "core/module.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "base/text.h"
#include "core/builder.h"

namespace wcomp::core {
namespace {

const FuncType binary{{ValType::i32, ValType::i32}, {ValType::i32}};
const FuncType nothing{};
const FuncType gives_i32{{}, {ValType::i32}};

/// The code and text of the first diagnostic of a module that must be refused by decode or validate.
std::string refusal(Bytes bytes, const Features& features = {}) {
  Result<Module> module = decode(std::move(bytes));
  if (!module) return module.error().to_string();
  Result<ValidModule> valid = validate(std::move(*module), features);
  REQUIRE_FALSE(valid.has_value());
  return valid.error().to_string();
}

/// The refusal of a module with one function (and a memory, a table, a mutable and an immutable global) of that body.
template <class F>
std::string body_refusal(const FuncType& type, F&& write, const Features& features = {}) {
  ModuleBuilder b;
  b.mem({{.min = 1}});
  b.table({ValType::funcref, {.min = 1}});
  b.global({ValType::i32, true}, 7);
  b.global({ValType::i64, false}, 7);
  write(b.code(b.func(type)));
  return refusal(b.build(), features);
}

bool has(const std::string& text, std::string_view part) {
  if (text.find(part) != text.npos) return true;
  MESSAGE(text);
  return false;
}

ModuleBuilder sample() {
  ModuleBuilder b;
  const FuncIdx log = b.import_func("env", "log", {{ValType::i32}, {}});
  const MemIdx imported = b.import_mem("env", "memory", {{.min = 1, .max = 2}});
  const MemIdx own = b.mem({{.min = 3}});
  const TableIdx table = b.table({ValType::funcref, {.min = 2, .max = 2}});
  const GlobalIdx counter = b.global({ValType::i64, true}, 0xffff'ffff'ffff'fff0u);
  b.global({ValType::externref, false}, 0);
  b.global({ValType::f64, false}, 0x3ff0'0000'0000'0000u);
  const FuncIdx add = b.func(binary);
  CodeBuilder& code = b.code(add);
  const FuncIdx run = b.func(nothing);
  const LocalIdx temp = code.local(ValType::i32);
  code.local(ValType::i32);
  code.local(ValType::f32);
  code.local_get(LocalIdx(0u)).local_get(LocalIdx(1u)).op(Opcode::i32_add).local_tee(temp);
  b.code(run).block().i32_const(1).br_if(0).i32_const(4).mem(Opcode::i32_load, 2, 300, own).call(log).end();
  b.code(run).i32_const(0).i32_const(0).i32_const(4).memory_copy(own, imported);
  b.code(run).i32_const(1).call_indirect(b.type(nothing), table);
  b.code(run).global_get(counter).global_set(counter);
  b.elem(table, 0, {add, run});
  b.data(own, 8, {1, 2, 3});
  b.data(imported, 0, {});
  b.export_func("add", add);
  b.export_mem("memory", own);
  b.name(add, "add");
  b.custom("extra", {9, 9});
  return b;
}

TEST_CASE("a built module comes back from its bytes") {
  const ValidModule m = sample().build_valid();
  CHECK(m->imports.size() == 2);
  CHECK(m->imported_funcs == 1);
  CHECK(m->imported_mems == 1);
  CHECK(m->func_type(FuncIdx(1u)) == binary);
  CHECK(m->mem_types.size() == 2);
  REQUIRE(m->find_export("memory") != nullptr);
  CHECK(m->find_export("memory")->index == 1);
  CHECK(m->find_export("none") == nullptr);
  REQUIRE(find_name(m->names.funcs, 1) != nullptr);
  CHECK(*find_name(m->names.funcs, 1) == "add");
  CHECK(find_name(m->names.funcs, 0) == nullptr);
  REQUIRE(m->funcs[0].locals.size() == 2);
  CHECK(m->funcs[0].locals[0].count == 2);
  CHECK(m->customs.size() == 2);
  CHECK(m->customs[0].name == "extra");
  CHECK(m->datas[0].bytes.size() == 3);
}

TEST_CASE("encoding a decoded canonical module gives the same bytes") {
  const Bytes bytes = sample().build();
  Result<Module> m = decode(bytes);
  REQUIRE(m.has_value());
  CHECK(encode(*m) == bytes);
}

TEST_CASE("a builder gives equal function types the same index") {
  ModuleBuilder b;
  CHECK(b.type(binary) == b.type(binary));
  CHECK(b.type(binary) != b.type(nothing));
}

TEST_CASE("code references stay valid while functions are added") {
  ModuleBuilder b;
  CodeBuilder& first = b.code(b.func(gives_i32));
  for (int i = 0; i < 1000; ++i) b.code(b.func(nothing)).op(Opcode::nop);
  first.i32_const(42);
  CHECK(b.build_valid()->funcs.size() == 1001);
}

TEST_CASE("every truncation of a module is refused without a crash") {
  const Bytes bytes = sample().build();
  std::size_t accepted = 0;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    Result<Module> m = decode(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)));
    if (m && validate(std::move(*m))) ++accepted;
  }
  // Cuts between trailing sections leave complete modules: after the header and where no code is promised any more.
  CHECK(accepted <= 12);
}

TEST_CASE("every single-byte change of a module is refused or accepted without a crash") {
  const Bytes bytes = sample().build();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int flip : {0x01, 0x40, 0x80, 0xff}) {
      Bytes changed = bytes;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      Result<Module> m = decode(std::move(changed));
      if (m) (void)validate(std::move(*m)).has_value();
    }
  }
}

TEST_CASE("what is no core module is told so") {
  CHECK(has(refusal({}), "magic header not detected"));
  CHECK(has(refusal({1, 2, 3, 4, 5, 6, 7, 8}), "magic header not detected"));
  CHECK(has(refusal({0, 'a', 's', 'm', 2, 0, 0, 0}), "unknown binary version 2"));
  CHECK(has(refusal({0, 'a', 's', 'm', 0x0d, 0, 1, 0}), "this is a component"));
  CHECK(has(refusal({0, 'a', 's', 'm', 1, 0}), "unexpected end"));
}

TEST_CASE("sections are checked for order, size and agreement") {
  const auto with = [](std::initializer_list<int> rest) {
    Bytes out{0, 'a', 's', 'm', 1, 0, 0, 0};
    for (const int b : rest) out.push_back(static_cast<std::uint8_t>(b));
    return out;
  };
  CHECK(has(refusal(with({14, 0})), "malformed section id 14"));
  CHECK(has(refusal(with({5, 1, 0, 1, 1, 0})), "the type section is out of order"));
  CHECK(has(refusal(with({5, 1, 0, 5, 1, 0})), "a second memory section"));
  CHECK(has(refusal(with({5, 2, 0, 0})), "section size mismatch: 1 bytes left over"));
  CHECK(has(refusal(with({1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f})), "4294967295 elements announced"));
  CHECK(has(refusal(with({1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0})), "1 declared, 0 defined"));
  CHECK(has(refusal(with({12, 1, 1})), "1 announced, 0 defined"));
  CHECK(has(refusal(with({1, 4, 1, 0x60, 0, 0, 2, 5, 1, 0, 0, 0, 1})), "unknown type 1, 1 are defined"));
  CHECK(has(refusal(with({1, 4, 1, 0x60, 0, 0, 2, 6, 1, 0, 0, 0, 1, 0})), "section size mismatch"));  // the format comes before what it says
  CHECK(has(refusal(with({5, 3, 1, 8, 1})), "pages of their own size"));
  CHECK(has(refusal(with({5, 3, 1, 16, 1})), "malformed limits flags"));
  CHECK(has(refusal(with({5, 3, 1, 16, 1})), "module > memory section at 0x000b"));
  CHECK(has(refusal(with({0, 2, 1, 0xff})), "malformed UTF-8"));
}

TEST_CASE("a broken name section is not an error") {
  ModuleBuilder b;
  b.custom("name", {1, 200, 0xff});
  CHECK(b.build_valid()->names.funcs.empty());
}

TEST_CASE("too many locals are refused before they cost anything") {
  Bytes bytes{0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0};
  const Bytes code{10, 10, 1, 8, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0x0b};
  bytes.insert(bytes.end(), code.begin(), code.end());
  CHECK(has(refusal(bytes), "4294967295 locals, at most 50000 are supported"));
}

TEST_CASE("operands have to be there and of the right type") {
  CHECK(has(body_refusal(gives_i32, [](CodeBuilder& c) { c.op(Opcode::nop); }),
            "type mismatch in `end`: expected i32, found nothing on the stack"));
  CHECK(has(body_refusal(gives_i32, [](CodeBuilder& c) { c.i64_const(1).i32_const(2).op(Opcode::i32_add); }),
            "type mismatch in `i32.add`: expected i32, found i64"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.i32_const(1); }), "values remaining on stack"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.op(Opcode::drop); }), "an operand is missing"));
  CHECK(has(body_refusal(gives_i32, [](CodeBuilder& c) { c.i32_const(1).i32_const(1).if_(ValType::i32).op(Opcode::nop).end(); }),
            "expected i32, found nothing"));
  CHECK(has(body_refusal(gives_i32, [](CodeBuilder& c) { c.i32_const(1).if_(ValType::i32).i32_const(1).end(); }), "`if` without `else`"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.i32_const(1).i64_const(1).i32_const(0).op(Opcode::select).op(Opcode::drop); }),
            "type mismatch in `select`"));
}

TEST_CASE("operands below a block are out of reach") {
  CHECK(has(body_refusal(gives_i32, [](CodeBuilder& c) { c.i32_const(1).block().op(Opcode::drop).end().i32_const(2); }),
            "an operand is missing"));
}

TEST_CASE("unreachable code is typed with whatever it needs, and what it has is still checked") {
  ModuleBuilder b;
  b.code(b.func(gives_i32)).op(Opcode::unreachable).op(Opcode::i32_add);
  CHECK(b.build_valid()->funcs.size() == 1);
  CHECK(has(body_refusal(gives_i32, [](CodeBuilder& c) { c.op(Opcode::unreachable).i64_const(1).op(Opcode::i32_add); }),
            "expected i32, found i64"));
}

TEST_CASE("indices have to be defined") {
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.local_get(LocalIdx(0u)); }), "unknown local 0, 0 are defined"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.global_get(GlobalIdx(2u)); }), "unknown global 2, 2 are defined"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.call(FuncIdx(9u)); }), "unknown function 9, 1 are defined"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.br(1); }), "unknown label 1"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.i32_const(0).mem(Opcode::i32_load, 2, 0, MemIdx(1u)); }), "unknown memory 1"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.i32_const(0).call_indirect(TypeIdx(7u), TableIdx(0u)); }), "unknown type 7"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.i32_const(0).call_indirect(TypeIdx(0u), TableIdx(1u)); }), "unknown table 1"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.op(Opcode::data_drop, 0); }), "data count section required"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.op(Opcode::elem_drop, 0); }), "unknown elem segment 0"));
}

TEST_CASE("rules beyond types are kept") {
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.i64_const(0).global_set(GlobalIdx(1u)); }), "global is immutable"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.i32_const(0).mem(Opcode::i32_load8_u, 1, 0, MemIdx(0u)).op(Opcode::drop); }),
            "alignment must not be larger than natural"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.op(Opcode::ref_func, 0).op(Opcode::drop); }), "undeclared function reference"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.op(Opcode::else_); }), "`else` without `if`"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.end().op(Opcode::nop); }), "after the body's last `end`"));
  CHECK(has(body_refusal(nothing, [](CodeBuilder& c) { c.block(); }), "the body's last `end` is missing"));
}

TEST_CASE("a br_table's labels have to agree") {
  const auto table = [](CodeBuilder& c) {
    c.block(ValType::i32).block().i32_const(1).i32_const(0).br_table({0, 1}, 1).end().i32_const(1).end().op(Opcode::drop);
  };
  CHECK(has(body_refusal(nothing, table), "labels of a br_table take 0 and 1 values"));
}

TEST_CASE("a stack that grows without bound is cut off") {
  ModuleBuilder b;
  const FuncType many{{}, std::vector<ValType>(1000, ValType::i32)};
  const FuncIdx f = b.import_func("", "", many);
  CodeBuilder& c = b.code(b.func(nothing));
  for (std::uint32_t n = 0; n <= limits::operands; n += 1000) c.call(f);
  c.op(Opcode::unreachable);
  CHECK(has(refusal(b.build()), "more than " + std::to_string(limits::operands) + " operands"));
}

TEST_CASE("module-level mistakes name the item") {
  SUBCASE("the same export twice") {
    ModuleBuilder b;
    const FuncIdx f = b.func(nothing);
    b.export_func("f", f);
    b.export_func("f", f);
    const std::string text = refusal(b.build());
    CHECK(has(text, "duplicate export name `f`"));
    CHECK(has(text, "module > export[1]"));
    CHECK(has(text, "first exported here"));
  }
  SUBCASE("a start function with a parameter") {
    ModuleBuilder b;
    b.start(b.import_func("", "", binary));
    CHECK(has(refusal(b.build()), "start function 0 has type [i32 i32] -> [i32]"));
  }
  SUBCASE("limits the wrong way round") {
    ModuleBuilder b;
    b.mem({{.min = 2, .max = 1}});
    CHECK(has(refusal(b.build()), "size minimum must not be greater than maximum: 2 and 1"));
  }
  SUBCASE("a memory beyond 4 GiB") {
    ModuleBuilder b;
    b.mem({{.min = 65537}});
    CHECK(has(refusal(b.build()), "at most 65536 pages"));
  }
  SUBCASE("data without a memory") {
    ModuleBuilder b;
    b.data(MemIdx(0u), 0, {1});
    CHECK(has(refusal(b.build()), "unknown memory 0"));
  }
  SUBCASE("elements of a function that is not there") {
    ModuleBuilder b;
    b.elem(b.table({ValType::funcref, {.min = 1}}), 0, {FuncIdx(3u)});
    CHECK(has(refusal(b.build()), "unknown function 3"));
  }
  SUBCASE("functions in a table of externref") {
    ModuleBuilder b;
    const TableIdx t = b.table({ValType::externref, {.min = 1}});
    b.elem(t, 0, {b.func(nothing)});
    CHECK(has(refusal(b.build()), "elements of (ref func) do not fit a table of externref"));
  }
}

TEST_CASE("features that are off are refused by name") {
  const auto sign = [](CodeBuilder& c) { c.i32_const(0).op(Opcode::i32_extend8_s).op(Opcode::drop); };
  const auto fill = [](CodeBuilder& c) { c.i32_const(0).i32_const(0).i32_const(0).memory_fill(MemIdx(0u)); };
  const auto trunc = [](CodeBuilder& c) { c.f32_const(0).op(Opcode::i32_trunc_sat_f32_s).op(Opcode::drop); };
  const auto null = [](CodeBuilder& c) { c.op(Opcode::ref_null, 0x70).op(Opcode::drop); };
  CHECK(has(body_refusal(nothing, sign, {.sign_extension = false}), "feature sign-extension"));
  CHECK(has(body_refusal(nothing, fill, {.bulk_memory = false}), "feature bulk-memory"));
  CHECK(has(body_refusal(nothing, trunc, {.saturating_float_to_int = false}), "feature saturating-float-to-int"));
  CHECK(has(body_refusal(nothing, null, {.reference_types = false}), "feature reference-types"));
  ModuleBuilder b;
  b.mem({});
  b.mem({});
  CHECK(has(refusal(b.build(), {.multi_memory = false}), "feature multi-memory"));
}

TEST_CASE("places count from the start of the file a module is embedded in") {
  auto storage = std::make_shared<const Bytes>(Bytes{0, 'a', 's', 'm', 1, 0, 0, 0, 14, 0});
  Result<Module> m = decode(storage, *storage, 0x100, "component > module[2]");
  REQUIRE_FALSE(m.has_value());
  CHECK(has(m.error().to_string(), "component > module[2] at 0x0108"));
}

}  // namespace
}  // namespace wcomp::core
