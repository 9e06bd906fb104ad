// Stores, instances, imports, host functions, limits and traps.
#include "engine/engine.h"

#include <thread>

#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

std::optional<Trap> add_ten(void*, std::uint64_t* slots) {
  slots[0] += 10;
  return {};
}
std::optional<Trap> exit_seven(void*, std::uint64_t*) { return Trap::exit(7); }
std::optional<Trap> fail_host(void*, std::uint64_t*) { return Trap(TrapCode::host_error, "the disk is on fire"); }

/// A host function that calls a function of the store.
struct CallBack {
  Store* store = nullptr;
  std::optional<FuncAddr> target;
  static std::optional<Trap> run(void* context, std::uint64_t* slots) {
    auto* self = static_cast<CallBack*>(context);
    std::uint64_t args[1] = {slots[0]};
    if (auto r = self->store->invoke(*self->target, args); !r) return std::move(r).error();
    slots[0] = args[0];
    return {};
  }
};

/// `f` calls itself forever.
ModuleBuilder endless_recursion() {
  return one_func({{}, {}}, [](CodeBuilder& c) { c.call(core::FuncIdx(0)); });
}
ModuleBuilder endless_loop() {
  return one_func({{}, {}}, [](CodeBuilder& c) { c.loop().br(0).end(); });
}
/// `f(address)` loads a byte; `grow(pages)`, `size()`.
ModuleBuilder memory_module(std::uint64_t min, std::optional<std::uint64_t> max) {
  ModuleBuilder b;
  core::MemIdx m = b.mem({{min, max}});
  core::FuncIdx f = b.func({{i32}, {i32}});
  b.code(f).local_get(core::LocalIdx(0)).mem(Opcode::i32_load8_u, 0, 0, m);
  core::FuncIdx far = b.func({{i32}, {i64}});
  b.code(far).local_get(core::LocalIdx(0)).mem(Opcode::i64_load, 0, 0xffff'ffff, m);
  core::FuncIdx grow = b.func({{i32}, {i32}});
  b.code(grow).local_get(core::LocalIdx(0)).op(Opcode::memory_grow, 0);
  core::FuncIdx size = b.func({{}, {i32}});
  b.code(size).op(Opcode::memory_size, 0);
  b.export_func("f", f);
  b.export_func("far", far);
  b.export_func("grow", grow);
  b.export_func("size", size);
  b.export_mem("memory", m);
  return b;
}

}  // namespace

TEST_CASE("a function of a module is called with its arguments and gives its results") {
  Store store;
  auto inst = make(store, one_func({{i32, i32}, {i32}}, [](CodeBuilder& c) {
                     c.local_get(core::LocalIdx(0)).local_get(core::LocalIdx(1)).op(Opcode::i32_sub);
                   }));
  CHECK(value(store, func(store, inst, "f"), {50, 8}) == 42);
  CHECK_FALSE(store.find_export(inst, "g"));
}

TEST_CASE("several results come back in order") {
  Store store;
  auto inst = make(store, one_func({{i32}, {i32, i64, i32}}, [](CodeBuilder& c) {
                     c.i32_const(1).i64_const(-2).local_get(core::LocalIdx(0));
                   }));
  CHECK(*call(store, func(store, inst, "f"), {3}) == std::vector<std::uint64_t>{1, static_cast<std::uint64_t>(-2), 3});
}

TEST_CASE("a host function is called by a module and by the host alike") {
  Store store;
  FuncAddr host = store.add_host_func({{i32}, {i32}}, &add_ten, nullptr);
  ModuleBuilder b;
  core::FuncIdx imported = b.import_func("env", "add_ten", {{i32}, {i32}});
  core::FuncIdx f = b.func({{i32}, {i32}});
  b.code(f).local_get(core::LocalIdx(0)).call(imported).i32_const(2).op(Opcode::i32_mul);
  b.export_func("f", f);
  b.export_func("again", imported);
  auto inst = make(store, b, {host});
  CHECK(value(store, func(store, inst, "f"), {1}) == 22);
  CHECK(value(store, host, {1}) == 11);
  CHECK(func(store, inst, "again") == host);
}

TEST_CASE("a host function may call back into the module it was called from") {
  Store store;
  CallBack back{&store, {}};
  FuncAddr host = store.add_host_func({{i32}, {i32}}, &CallBack::run, &back);
  ModuleBuilder b;
  core::FuncIdx imported = b.import_func("env", "back", {{i32}, {i32}});
  core::FuncIdx fact = b.func({{i32}, {i32}});
  // fact(n) = n == 0 ? 1 : n * back(n - 1)
  b.code(fact).local_get(core::LocalIdx(0)).op(Opcode::i32_eqz).if_(i32).i32_const(1).else_();
  b.code(fact).local_get(core::LocalIdx(0)).local_get(core::LocalIdx(0)).i32_const(1).op(Opcode::i32_sub).call(imported).op(Opcode::i32_mul).end();
  b.export_func("fact", fact);
  auto inst = make(store, b, {host});
  back.target = func(store, inst, "fact");
  CHECK(value(store, *back.target, {10}) == 3628800);
}

TEST_CASE("endless recursion of a guest is a trap, and the store goes on working") {
  Store store({.stack_bytes = 1 << 20});
  auto inst = make(store, endless_recursion(), {}, "recursive");
  auto r = call(store, func(store, inst, "f"));
  REQUIRE_FALSE(r);
  CHECK(r.error().code() == TrapCode::call_stack_exhausted);
  CHECK(r.error().backtrace().size() > 10);
  auto other = make(store, one_func({{}, {i32}}, [](CodeBuilder& c) { c.i32_const(5); }));
  CHECK(value(store, func(store, other, "f")) == 5);
}

TEST_CASE("endless recursion through the host is a trap") {
  Store store;
  CallBack back{&store, {}};
  FuncAddr host = store.add_host_func({{i32}, {i32}}, &CallBack::run, &back);
  ModuleBuilder b;
  core::FuncIdx imported = b.import_func("env", "back", {{i32}, {i32}});
  core::FuncIdx f = b.func({{i32}, {i32}});
  b.code(f).local_get(core::LocalIdx(0)).call(imported);
  b.export_func("f", f);
  auto inst = make(store, b, {host});
  back.target = func(store, inst, "f");
  CHECK(trap_code(store, *back.target, {1}) == TrapCode::call_stack_exhausted);
}

TEST_CASE("a trap names the functions that were running, innermost first") {
  Store store;
  ModuleBuilder b;
  core::FuncIdx inner = b.func({{i32}, {i32}});
  b.code(inner).i32_const(1).local_get(core::LocalIdx(0)).op(Opcode::i32_div_s);
  b.name(inner, "divide");
  core::FuncIdx outer = b.func({{}, {i32}});
  b.code(outer).i32_const(0).call(inner);
  b.export_func("run", outer);
  auto inst = make(store, b, {}, "calc");
  auto r = call(store, func(store, inst, "run"));
  REQUIRE_FALSE(r);
  const auto& frames = r.error().backtrace();
  REQUIRE(frames.size() == 2);
  CHECK(r.error().code() == TrapCode::integer_divide_by_zero);
  CHECK(frames[0].func_name == "divide");
  CHECK(frames[0].module == "calc");
  CHECK(frames[1].func_name == "run");
  CHECK(frames[1].func_idx == 1);
  CHECK(frames[0].offset != 0);
}

TEST_CASE("an access beyond the memory traps with its place, whatever the index and offset") {
  for (bool is_explicit : {false, true}) {
    CAPTURE(is_explicit);
    Store store({}, {.explicit_bounds = is_explicit});
    auto inst = make(store, memory_module(1, 2), {}, "mem");
    FuncAddr f = func(store, inst, "f");
    CHECK(value(store, f, {65535}) == 0);
    for (std::uint64_t at : {65536ull, 0xffff'ffffull, 0x8000'0000ull}) {
      auto r = call(store, f, {at});
      REQUIRE_FALSE(r);
      CHECK(r.error().code() == TrapCode::out_of_bounds_memory_access);
      REQUIRE(r.error().backtrace().size() == 1);
      CHECK(r.error().backtrace()[0].func_name == "f");
    }
    CHECK(trap_code(store, func(store, inst, "far"), {0}) == TrapCode::out_of_bounds_memory_access);
    CHECK(trap_code(store, func(store, inst, "far"), {0xffff'ffff}) == TrapCode::out_of_bounds_memory_access);
    CHECK(value(store, func(store, inst, "grow"), {1}) == 1);
    CHECK(value(store, f, {65536}) == 0);
    CHECK(value(store, func(store, inst, "grow"), {1}) == 0xffff'ffff);
    CHECK(value(store, func(store, inst, "size")) == 2);
    CHECK(store.memory(std::get<MemAddr>(exported(store, inst, "memory"))).size == 131072);
  }
}

TEST_CASE("a memory out of bounds in a nested call ends only that call") {
  Store store;
  CallBack back{&store, {}};
  static bool was_trap;
  struct Catch {
    static std::optional<Trap> run(void* context, std::uint64_t* slots) {
      was_trap = CallBack::run(context, slots).has_value();
      slots[0] = 1;
      return {};
    }
  };
  FuncAddr host = store.add_host_func({{i32}, {i32}}, &Catch::run, &back);
  auto memory = make(store, memory_module(1, 1));
  back.target = func(store, memory, "f");
  ModuleBuilder b;
  core::FuncIdx imported = b.import_func("env", "try", {{i32}, {i32}});
  core::MemIdx m = b.mem({{1, 1}});
  core::FuncIdx f = b.func({{}, {i32}});
  b.code(f).i32_const(70000).call(imported).op(Opcode::drop).i32_const(70000).mem(Opcode::i32_load, 0, 0, m);
  b.export_func("f", f);
  auto inst = make(store, b, {host});
  CHECK(trap_code(store, func(store, inst, "f")) == TrapCode::out_of_bounds_memory_access);
  CHECK(was_trap);
}

TEST_CASE("a memory beyond the store's limit is not made, and growing stops at it") {
  Store store({.max_memory_bytes = 2 * 65536});
  auto inst = make(store, memory_module(1, std::nullopt));
  CHECK(value(store, func(store, inst, "grow"), {1}) == 1);
  CHECK(value(store, func(store, inst, "grow"), {1}) == 0xffff'ffff);
  auto r = store.instantiate(memory_module(3, std::nullopt).build_valid(), {});
  REQUIRE(r);
  REQUIRE_FALSE(*r);
  CHECK((*r).error().code() == TrapCode::limit_exceeded);
}

TEST_CASE("a table beyond the store's limit is not made") {
  Store store({.max_table_elements = 10});
  ModuleBuilder b;
  (void)b.table({ValType::funcref, {11}});
  auto r = store.instantiate(b.build_valid(), {});
  REQUIRE(r);
  REQUIRE_FALSE(*r);
  CHECK((*r).error().code() == TrapCode::limit_exceeded);
}

TEST_CASE("constant expressions compute in the width of their type") {
  Store store;
  auto inst = make(store, R"((module (memory 1)
    (global (export "a") i32 (i32.add (i32.const -1) (i32.const 3)))
    (global (export "b") i32 (i32.sub (i32.const 1) (i32.mul (i32.const 0x10000) (i32.const 0x10001))))
    (global $c (export "c") i64 (i64.mul (i64.const -3) (i64.sub (i64.const 5) (i64.const 7))))
    (global (export "d") i64 (i64.add (global.get $c) (i64.const 0xffffffff)))
    (data (offset (i32.add (i32.const 65530) (i32.const 5))) "x")))");
  const auto global = [&](std::string_view name) { return store.global(std::get<GlobalAddr>(exported(store, inst, name))); };
  CHECK(global("a") == 2);
  CHECK(global("b") == 0xffff'0001);
  CHECK(global("c") == 6);
  CHECK(global("d") == 0x1'0000'0005);
}

TEST_CASE("what could not be made is not counted") {
  Store store({.max_memory_bytes = 2 * 65536, .max_total_memory_bytes = 2 * 65536, .max_table_elements = 10, .max_instances = 1, .max_memories = 2, .max_tables = 1});
  const core::MemType large_memory{{3}};
  const core::TableType large_table{ValType::funcref, {11}};
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(store.add_memory(large_memory));
    CHECK_FALSE(store.add_table(large_table));
    // The first memory can be made, the second one cannot.
    auto made = store.instantiate(valid("(module (memory 2) (memory 1))"), {});
    REQUIRE(made);
    CHECK_FALSE(*made);
    const Extern wrong[] = {TagAddr(store.add_tag({}))};
    CHECK_FALSE(store.instantiate(valid(R"((module (import "a" "b" (func))))"), wrong));
  }
  auto inst = make(store, R"((module (memory 1) (memory (export "m") 1) (table 10 funcref) (func (export "f") (result i32) (memory.size 1))))");
  CHECK(value(store, func(store, inst, "f")) == 1);
  CHECK_FALSE(store.add_memory(core::MemType{{0}}));
  auto second = store.instantiate(valid("(module)"), {});
  REQUIRE(second);
  CHECK_FALSE(*second);
}

TEST_CASE("fuel ends loops and recursion") {
  Store store({.fuel = 10'000});
  CHECK(trap_code(store, func(store, make(store, endless_loop()), "f")) == TrapCode::out_of_fuel);
  CHECK(trap_code(store, func(store, make(store, endless_recursion()), "f")) == TrapCode::out_of_fuel);
}

TEST_CASE("fuel can be read and set; a store without the limit has none") {
  Store store({.fuel = 10'000});
  CHECK(store.fuel() == 10'000);
  CHECK(store.set_fuel(UINT64_MAX));
  CHECK(store.fuel().value() == INT64_MAX);
  CHECK(store.set_fuel(7));
  CHECK(store.fuel() == 7);
  Store unlimited;
  CHECK_FALSE(unlimited.fuel());
  CHECK_FALSE(unlimited.set_fuel(7));
}

TEST_CASE("an interrupt from another thread ends loops and recursion, and only once") {
  for (bool is_loop : {true, false}) {
    Store store({.stack_bytes = std::uint64_t{4} << 30});
    auto inst = make(store, is_loop ? endless_loop() : endless_recursion());
    store.interrupt();
    CHECK(trap_code(store, func(store, inst, "f")) == TrapCode::interrupted);
    auto other = make(store, one_func({{}, {i32}}, [](CodeBuilder& c) { c.i32_const(5); }));
    CHECK(value(store, func(store, other, "f")) == 5);
  }
  Store store;
  auto inst = make(store, endless_loop());
  std::thread stopper([&] { store.interrupt(); });
  CHECK(trap_code(store, func(store, inst, "f")) == TrapCode::interrupted);
  stopper.join();
}

TEST_CASE("a trap of a host function goes through the guest's frames") {
  Store store;
  FuncAddr host = store.add_host_func({{}, {}}, &fail_host, nullptr);
  ModuleBuilder b;
  core::FuncIdx imported = b.import_func("env", "fail", {{}, {}});
  core::FuncIdx f = b.func({{}, {}});
  b.code(f).call(imported).op(Opcode::unreachable);
  b.export_func("f", f);
  auto inst = make(store, b, {host});
  auto r = call(store, func(store, inst, "f"));
  REQUIRE_FALSE(r);
  CHECK(r.error().code() == TrapCode::host_error);
  CHECK(r.error().message() == "the disk is on fire");
  REQUIRE(r.error().backtrace().size() == 1);
  CHECK(r.error().backtrace()[0].func_name == "f");
}

TEST_CASE("exit unwinds like a trap and keeps its status") {
  Store store;
  FuncAddr host = store.add_host_func({{}, {}}, &exit_seven, nullptr);
  ModuleBuilder b;
  core::FuncIdx imported = b.import_func("env", "exit", {{}, {}});
  core::FuncIdx f = b.func({{}, {}});
  b.code(f).call(imported).op(Opcode::unreachable);
  b.export_func("f", f);
  auto r = call(store, func(store, make(store, b, {host}), "f"));
  REQUIRE_FALSE(r);
  CHECK(r.error().is_exit());
  CHECK(r.error().exit_code() == 7);
}

TEST_CASE("an import of another type is refused, naming both types") {
  Store store;
  FuncAddr host = store.add_host_func({{i32}, {i32}}, &add_ten, nullptr);
  ModuleBuilder b;
  (void)b.import_func("env", "add", {{i32, i32}, {i32}});
  auto r = store.instantiate(b.build_valid(), std::vector<Extern>{host});
  REQUIRE_FALSE(r);
  CHECK(r.error().first().code == "import-mismatch");
  CHECK(r.error().first().message.starts_with("import `env` `add`: expected func "));
  CHECK(r.error().first().message.find(", found func ") != std::string::npos);
  auto none = store.instantiate(b.build_valid(), {});
  REQUIRE_FALSE(none);
  CHECK(none.error().first().code == "missing-import");
  CHECK(none.error().first().message == "import `env` `add` is not provided");
}

TEST_CASE("imported memories, tables and globals have to match in size, element and mutability") {
  Store store;
  MemAddr mem = store.add_memory({{1, 2}}).value();
  TableAddr table = store.add_table({ValType::funcref, {1, 5}}).value();
  GlobalAddr global = store.add_global({i32, false}, 1).value();
  auto import_of = [&](auto add, Extern given) {
    ModuleBuilder b;
    add(b);
    auto r = store.instantiate(b.build_valid(), std::vector<Extern>{given});
    return r ? std::string("ok") : r.error().first().message;
  };
  CHECK(import_of([](ModuleBuilder& b) { (void)b.import_mem("m", "x", {{1, 2}}); }, mem) == "ok");
  CHECK(import_of([](ModuleBuilder& b) { (void)b.import_mem("m", "x", {{2}}); }, mem) ==
        "import `m` `x`: expected memory of 2 or more pages, found memory of 1 to 2 pages");
  CHECK(import_of([](ModuleBuilder& b) { (void)b.import_mem("m", "x", {{1, 1}}); }, mem) != "ok");
  CHECK(import_of([](ModuleBuilder& b) { (void)b.import_table("m", "x", {ValType::externref, {1}}); }, table) != "ok");
  CHECK(import_of([](ModuleBuilder& b) { (void)b.import_table("m", "x", {ValType::funcref, {1}}); }, table) == "ok");
  CHECK(import_of([](ModuleBuilder& b) { (void)b.import_global("m", "x", {i32, true}); }, global) ==
        "import `m` `x`: expected mutable global i32, found immutable global i32");
  CHECK(import_of([](ModuleBuilder& b) { (void)b.import_global("m", "x", {i32, false}); }, mem) ==
        "import `m` `x`: expected immutable global i32, found memory of 1 to 2 pages");
}

TEST_CASE("segments fill tables and memories, and one that does not fit is a trap") {
  Store store;
  ModuleBuilder b;
  core::MemIdx m = b.mem({{1, 1}});
  core::TableIdx t = b.table({ValType::funcref, {4, 4}});
  core::FuncIdx f = b.func({{}, {i32}});
  b.code(f).i32_const(0).mem(Opcode::i32_load, 0, 8, m);
  b.export_func("f", f);
  b.export_table("t", t);
  b.data(m, 8, {1, 2, 3, 4});
  b.elem(t, 1, {f});
  auto inst = make(store, b);
  CHECK(value(store, func(store, inst, "f")) == 0x04030201);
  auto table = std::get<TableAddr>(exported(store, inst, "t"));
  CHECK(store.table_func(table, 1) == func(store, inst, "f"));
  CHECK_FALSE(store.table_func(table, 0));
  CHECK_FALSE(store.table_func(table, 4));
  b.data(m, 65533, {1, 2, 3, 4});
  auto r = store.instantiate(b.build_valid(), {});
  REQUIRE(r);
  REQUIRE_FALSE(*r);
  CHECK((*r).error().code() == TrapCode::out_of_bounds_memory_access);
}

TEST_CASE("the start function runs at instantiation, and its trap is the instantiation's") {
  Store store;
  for (bool traps : {false, true}) {
    ModuleBuilder b;
    core::GlobalIdx g = b.global({i32, true}, 1);
    core::FuncIdx start = b.func({{}, {}});
    b.code(start).i32_const(2).global_set(g);
    if (traps) b.code(start).op(Opcode::unreachable);
    b.start(start);
    b.export_global("g", g);
    auto r = store.instantiate(b.build_valid(), {});
    REQUIRE(r);
    CHECK(r->has_value() == !traps);
    if (traps) CHECK((*r).error().code() == TrapCode::unreachable);
    if (!traps) CHECK(store.global(std::get<GlobalAddr>(exported(store, **r, "g"))) == 2);
  }
}

TEST_CASE("a global's cell is shared by host and guest") {
  Store store;
  GlobalAddr g = store.add_global({i32, true}, 5).value();
  ModuleBuilder b;
  core::GlobalIdx imported = b.import_global("env", "g", {i32, true});
  core::FuncIdx f = b.func({{}, {i32}});
  b.code(f).global_get(imported).i32_const(1).op(Opcode::i32_add).global_set(imported).global_get(imported);
  b.export_func("f", f);
  auto inst = make(store, b, {g});
  CHECK(value(store, func(store, inst, "f")) == 6);
  *store.global_cell(g) = 41;
  CHECK(value(store, func(store, inst, "f")) == 42);
  store.set_global(g, 1);
  CHECK(store.global(g) == 1);
}

TEST_CASE("a call into another instance uses that one's memory, and back its own") {
  Store store;
  auto module_with = [](std::uint8_t byte, bool calls) {
    ModuleBuilder b;
    std::optional<core::FuncIdx> other;
    if (calls) other = b.import_func("other", "f", {{i32}, {i32}});
    core::MemIdx m = b.mem({{1, 1}});
    b.data(m, 0, {byte});
    core::FuncIdx f = b.func({{i32}, {i32}});
    CodeBuilder& c = b.code(f);
    if (other) c.local_get(core::LocalIdx(0)).call(*other);
    c.local_get(core::LocalIdx(0)).mem(Opcode::i32_load8_u, 0, 0, m);
    if (other) c.op(Opcode::i32_add);
    b.export_func("f", f);
    return b;
  };
  auto a = make(store, module_with(1, false));
  auto b = make(store, module_with(20, true), {func(store, a, "f")});
  CHECK(value(store, func(store, b, "f"), {0}) == 21);
}

TEST_CASE("every memory of an instance is reached by its index") {
  for (bool is_explicit : {false, true}) {
    Store store({}, {.explicit_bounds = is_explicit});
    ModuleBuilder b;
    core::MemIdx m0 = b.mem({{1}}), m1 = b.mem({{2}});
    core::FuncIdx f = b.func({{i32}, {i32}});
    // Writes to memory 1, copies to memory 0, reads there.
    b.code(f).local_get(core::LocalIdx(0)).i32_const(1234).mem(Opcode::i32_store, 2, 0, m1);
    b.code(f).i32_const(100).local_get(core::LocalIdx(0)).i32_const(4).memory_copy(m0, m1);
    b.code(f).i32_const(100).mem(Opcode::i32_load, 2, 0, m0);
    b.export_func("f", f);
    auto inst = make(store, b);
    CHECK(value(store, func(store, inst, "f"), {70000}) == 1234);
    CHECK(trap_code(store, func(store, inst, "f"), {131070}) == TrapCode::out_of_bounds_memory_access);
  }
}
