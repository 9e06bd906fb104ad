#include "engine/address_pool.h"

#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/engine.h"
#include "engine/wasm_stack.h"
#include "tests/engine/fixture.h"

namespace wcomp::engine {

namespace {
constexpr std::uint64_t reserved = 1 << 20, page = 65536;
}

TEST_CASE("a memory that comes back is taken again and reads as zero") {
  AddressPool pool;
  const AddressPool::Range first = pool.take_memory(reserved, 2 * page);
  REQUIRE(first.data != nullptr);
  std::memset(first.data, 0xa5, 2 * page);
  pool.give_memory(first);
  const AddressPool::Range second = pool.take_memory(reserved, 2 * page);
  CHECK(second.data == first.data);
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < second.accessible; ++i) sum += second.data[i];
  CHECK(sum == 0);
  pool.give_memory(second);
}

TEST_CASE("a memory of another size is made to fit, one of another reservation is not taken") {
  AddressPool pool;
  const AddressPool::Range first = pool.take_memory(reserved, page);
  REQUIRE(first.data != nullptr);
  first.data[0] = 1;
  pool.give_memory(first);
  const AddressPool::Range other = pool.take_memory(2 * reserved, page);
  CHECK(other.data != first.data);
  const AddressPool::Range grown = pool.take_memory(reserved, 3 * page);
  CHECK(grown.data == first.data);
  CHECK(grown.accessible == 3 * page);
  grown.data[3 * page - 1] = 7;
  CHECK(grown.data[0] == 0);
  pool.give_memory(grown);
  const AddressPool::Range shrunk = pool.take_memory(reserved, page);
  CHECK(shrunk.data == first.data);
  CHECK(shrunk.accessible == page);
  pool.give_memory(shrunk);
  pool.give_memory(other);
}

TEST_CASE("of several that are kept the one that fits already is taken") {
  AddressPool pool;
  const AddressPool::Range small = pool.take_memory(reserved, page), large = pool.take_memory(reserved, 4 * page);
  pool.give_memory(small);
  pool.give_memory(large);
  const AddressPool::Range again = pool.take_memory(reserved, page);
  CHECK(again.data == small.data);
  pool.give_memory(again);
}

TEST_CASE("no more than a bounded number is kept") {
  AddressPool pool;
  std::vector<AddressPool::Range> ranges;
  for (std::size_t i = 0; i < AddressPool::max_kept + 8; ++i) ranges.push_back(pool.take_memory(reserved, page));
  for (const AddressPool::Range& r : ranges) pool.give_memory(r);
  CHECK(pool.kept_memories() == AddressPool::max_kept);
}

namespace {

core::ValidModule module_with_memory(int pages) {
  return testing::valid("(module (memory " + std::to_string(pages) + R"( 10)
    (func (export "load") (param i32) (result i32) local.get 0 i32.load)
    (func (export "fill")
      (drop (memory.grow (i32.const 1)))
      (i32.store (i32.const 65536) (i32.const -1))
      (i32.store (i32.const 0) (i32.const -1)))))");
}

struct Running {
  Store store;
  ModuleInstAddr inst;
  Running(const StoreOptions& options, const core::ValidModule& module) : store({}, options) {
    auto made = store.instantiate(module, {});
    REQUIRE(made);
    REQUIRE(*made);
    inst = **made;
  }
  Result<std::uint64_t, Trap> load(std::uint32_t at) {
    std::uint64_t slots[1] = {at};
    auto ran = store.invoke(std::get<FuncAddr>(*store.find_export(inst, "load")), slots);
    if (!ran) return Err(std::move(ran).error());
    return slots[0];
  }
  Result<void, Trap> fill() { return store.invoke(std::get<FuncAddr>(*store.find_export(inst, "fill")), {}); }
};

}  // namespace

TEST_CASE("nothing of an ended store can be seen in the next one, nor what its memory had grown by be accessed") {
  const StoreOptions options{.pool = std::make_shared<AddressPool>()};
  const core::ValidModule module = module_with_memory(1);
  for (int round = 0; round < 3; ++round) {
    Running running(options, module);
    CHECK(*running.load(0) == 0);
    auto beyond = running.load(65536);
    REQUIRE_FALSE(beyond);
    CHECK(beyond.error().code() == TrapCode::out_of_bounds_memory_access);
    REQUIRE(running.fill());
    CHECK(*running.load(0) == 0xffff'ffff);
    CHECK(*running.load(65536) == 0xffff'ffff);
  }
  Running other(options, module_with_memory(0));
  CHECK_FALSE(other.load(0));
}

TEST_CASE("stores of one pool that live at the same time have memories and stacks of their own") {
  const StoreOptions options{.pool = std::make_shared<AddressPool>()};
  const core::ValidModule module = module_with_memory(1);
  Running a(options, module), b(options, module);
  REQUIRE(a.fill());
  CHECK(*a.load(0) == 0xffff'ffff);
  CHECK(*b.load(0) == 0);
}

TEST_CASE("a full pool gives up its oldest ranges for those that come back") {
  constexpr std::uint64_t page = 4096;
  AddressPool pool;
  for (std::size_t i = 0; i < AddressPool::max_kept; ++i) pool.give_memory(reserve_addresses(page, page));
  const AddressPool::Range wanted = reserve_addresses(4 * page, page);
  pool.give_memory(wanted);
  CHECK(pool.kept_memories() == AddressPool::max_kept);
  const AddressPool::Range taken = pool.take_memory(4 * page, page);
  CHECK(taken.data == wanted.data);
  release_addresses(taken);
}

namespace {

/// Recurses as deep as it is told, with a host function at the bottom, and gives the depth.
core::ValidModule module_that_recurses() {
  return testing::valid(R"((module
    (func $down (export "down") (param i32) (result i32)
      (if (result i32) (i32.eqz (local.get 0))
        (then (i32.const 0))
        (else (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))))))");
}

Result<std::uint64_t, TrapCode> down(Store& store, ModuleInstAddr inst, std::uint64_t depth) {
  std::uint64_t slots[1] = {depth};
  auto ran = store.invoke(std::get<FuncAddr>(*store.find_export(inst, "down")), slots);
  if (!ran) return Err(ran.error().code());
  return slots[0];
}

}  // namespace

TEST_CASE("stacks that were used near their start only come back as they are, others are emptied") {
  AddressPool pool;
  constexpr std::uint64_t size = 1 << 20, far = AddressPool::kept_stack_bytes + 4096;
  AddressPool::Range stack = pool.take_stack(size, size);
  stack.data[far] = 1;
  pool.give_stack(stack, true);
  stack = pool.take_stack(size, size);
  CHECK(stack.data[far] == 1);
  pool.give_stack(stack);
  stack = pool.take_stack(size, size);
  CHECK(stack.data[far] == 0);
  pool.give_stack(stack);
}

TEST_CASE("a store's stack reaches to its limit, however near the first frames stay, and is emptied when they did not") {
  const auto pool = std::make_shared<AddressPool>();
  const core::ValidModule module = module_that_recurses();
  const std::uint64_t stack_bytes = std::uint64_t{1} << 20;
  const auto far_byte = [&] {
    // What the next store would get.
    std::uint64_t usable = stack_bytes + WasmStack::slack_slots * 8;
    const AddressPool::Range r = pool->take_stack(usable + 65536, usable);
    std::uint8_t any = 0;
    for (std::uint64_t i = 2 * AddressPool::kept_stack_bytes; i < stack_bytes / 2; ++i) any |= r.data[i];
    pool->give_stack(r, true);
    return any;
  };
  for (const std::uint64_t depth : {std::uint64_t{10}, std::uint64_t{8000}}) {
    Store store({.stack_bytes = stack_bytes}, {.pool = pool});
    auto inst = store.instantiate(module, {});
    REQUIRE(inst);
    REQUIRE(*inst);
    CHECK(down(store, **inst, 10).value() == 10);
    CHECK(down(store, **inst, depth).value() == depth);
    if (depth > 10) {
      CHECK(down(store, **inst, 10'000'000).error() == TrapCode::call_stack_exhausted);
      CHECK(down(store, **inst, depth).value() == depth);
    }
    store.interrupt();
    CHECK(down(store, **inst, 10).error() == TrapCode::interrupted);
    CHECK(down(store, **inst, depth).value() == depth);
  }
  CHECK(far_byte() == 0);
  {
    Store store({.stack_bytes = stack_bytes}, {.pool = pool});
    auto inst = store.instantiate(module, {});
    REQUIRE(inst);
    REQUIRE(*inst);
    store.interrupt();  // before anything ran: the near limit is not what it was, the far one is not passed
    CHECK(down(store, **inst, 8000).error() == TrapCode::interrupted);
    CHECK(down(store, **inst, 8000).value() == 8000);
  }
  CHECK(far_byte() == 0);
}

}  // namespace wcomp::engine
