#include "engine/memory_image.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/address_pool.h"
#include "engine/engine.h"
#include "engine/instance.h"
#include "engine/prepared.h"
#include "tests/engine/fixture.h"

namespace wcomp::engine {

namespace {

using Method = WrittenPages::Method;
constexpr std::size_t large = 96 * 1024;

std::string data(char c, std::size_t size = large) { return "\"" + std::string(size, c) + "\""; }

std::shared_ptr<const PreparedModules> prepared(const std::string& text) {
  auto out = std::make_shared<PreparedModules>();
  auto module = prepare(testing::valid(text), out->types);
  REQUIRE(module);
  out->modules.push_back(*std::move(module));
  return out;
}

/// Its functions `load`, `store`, `grow`.
std::string accessors() {
  return R"(
    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1))))";
}

/// Two pages and more of the letter a from 5000 on, in a memory of 4 pages.
std::string plain() { return "(module (memory (export \"memory\") 4)" + accessors() + "(data (i32.const 5000) " + data('a') + "))"; }

struct Running {
  Store store;
  ModuleInstAddr inst;
  Running(const StoreOptions& options, const std::shared_ptr<const PreparedModules>& modules, const StoreLimits& limits = {}) : store(limits, options, modules) {
    auto made = store.instantiate(modules->modules[0], {});
    REQUIRE(made);
    REQUIRE(*made);
    inst = **made;
  }
  std::uint64_t call(std::string_view name, std::uint64_t a = 0, std::uint64_t b = 0) {
    std::uint64_t slots[2] = {a, b};
    auto ran = store.invoke(std::get<FuncAddr>(*store.find_export(inst, name)), slots);
    return ran ? slots[0] : ~std::uint64_t{0};
  }
};

/// What should be there, byte by byte.
bool is_plain(Running& r) {
  for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{4999}, std::uint64_t{5000 + large}, std::uint64_t{4 * 65536 - 1}}) {
    if (r.call("load", at) != 0) return false;
  }
  for (std::uint64_t at = 5000; at < 5000 + large; at += 997) {
    if (r.call("load", at) != 'a') return false;
  }
  return r.call("load", 4 * 65536) == ~std::uint64_t{0};
}

StoreOptions pooled(std::optional<Method> method = Method::scan) { return {.pool = std::make_shared<AddressPool>(method)}; }

/// In a process of its own, for what cannot be undone. True if `body` was.
template <class Body>
bool in_child(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("every instance begins with the data of its module, whatever earlier ones wrote") {
  for (const std::optional<Method> method : {std::optional(Method::scan), std::optional(Method::read), std::optional<Method>()}) {
    const StoreOptions options = pooled(method);
    const auto modules = prepared(plain());
    for (int round = 0; round < 5; ++round) {
      Running r(options, modules);
      CHECK(is_plain(r));
      // Inside of the data, at its edges, in one of its pages beyond it, far from it, and in pages that are new.
      for (const std::uint64_t at : {5000, 70000, 4999, 4097, 5000 + static_cast<int>(large), 4 * 65536 - 1, 0}) r.call("store", at, 'z');
      CHECK(r.call("grow") == 4);
      r.call("store", 4 * 65536, 'z');
      CHECK(r.call("load", 70000) == 'z');
      // More pages than are written anew.
      if (round == 3) {
        for (std::uint64_t at = 0; at < 5 * 65536; at += 4096) r.call("store", at, 'y');
      }
    }
  }
}

TEST_CASE("the first instance copies its data, later ones have an image if there is much of it") {
  const StoreOptions options = pooled();
  const auto much = prepared(plain());
  const auto little = prepared("(module (memory 1)" + accessors() + "(data (i32.const 8) " + data('b', 3000) + "))");
  const auto has_image = [&](const std::shared_ptr<const PreparedModules>& modules) {
    Store store({}, options, modules);
    auto made = store.instantiate(modules->modules[0], {});
    REQUIRE(made);
    REQUIRE(*made);
    return modules->modules[0].images.empty() ? false : modules->modules[0].images[0]->get(modules->modules[0], 0, options.pool) != nullptr;
  };
  CHECK(much->modules[0].images.size() == 1);
  CHECK(much->modules[0].images[0]->get(much->modules[0], 0, options.pool) == nullptr);
  CHECK(has_image(much));
  CHECK_FALSE(has_image(little));
  Running r(options, little);
  CHECK(r.call("load", 8) == 'b');
  CHECK(r.call("load", 3008) == 0);
}

TEST_CASE("data that is spread out has no image") {
  std::string text = "(module (memory 1000)" + accessors();
  for (int i = 0; i < 40; ++i) text += "(data (i32.const " + std::to_string(i * 1'500'000) + ") " + data('c', 2000) + ")";
  const auto modules = prepared(text + ")");
  CHECK(modules->modules[0].images.empty());
  Running r(pooled(), modules);
  CHECK(r.call("load", 1'500'000) == 'c');
}

TEST_CASE("instances that live at the same time do not see each other's writes, and others of the pool not their image") {
  const StoreOptions options = pooled();
  const auto modules = prepared(plain());
  const auto empty = prepared("(module (memory 4)" + accessors() + ")");
  { Running first(options, modules); }
  for (int round = 0; round < 3; ++round) {
    Running a(options, modules), b(options, modules), c(options, empty);
    a.call("store", 6000, 'x');
    CHECK(b.call("load", 6000) == 'a');
    CHECK(c.call("load", 6000) == 0);
    c.call("store", 6000, 'x');
    CHECK(is_plain(b));
  }
  // A range with an image becomes one without, and back.
  for (int round = 0; round < 3; ++round) {
    Running c(options, empty);
    CHECK(c.call("load", 6000) == 0);
    CHECK(c.call("load", 4 * 65536 - 1) == 0);
  }
}

TEST_CASE("later segments write over earlier ones, and what stands between them is what it would be without an image") {
  const StoreOptions options = pooled();
  const auto modules = prepared("(module (memory 4)" + accessors() + R"(
    (func (export "init") (param i32) (memory.init 2 (i32.const 0) (i32.const 0) (local.get 0)))
    (func (export "init-active") (param i32) (memory.init 0 (i32.const 0) (i32.const 0) (local.get 0)))
    (global $at i32 (i32.const 1001))
    (data (i32.const 1000) )" + data('a') + ")(data (i32.const 2000) " + data('b', 100) + ")(data \"pas\")(data (i32.const 0) \"\")" +
                                "(data (global.get $at) \"g\")(data (i32.const 1001) \"hh\"))");
  for (int round = 0; round < 3; ++round) {
    Running r(options, modules);
    CHECK(r.call("load", 1000) == 'a');
    CHECK(r.call("load", 1001) == 'h');
    CHECK(r.call("load", 1002) == 'h');
    CHECK(r.call("load", 1003) == 'a');
    CHECK(r.call("load", 1999) == 'a');
    CHECK(r.call("load", 2000) == 'b');
    CHECK(r.call("load", 2100) == 'a');
    CHECK(r.call("init", 3) == 3);
    CHECK(r.call("load", 2) == 's');
    CHECK(r.call("init-active", 0) == 0);
    CHECK(r.call("init-active", 1) == ~std::uint64_t{0});
  }
}

namespace {

/// Instantiates with a table of one function, and gives what that function finds in memory after a trap.
std::vector<std::uint64_t> after_trap(const StoreOptions& options, const std::shared_ptr<const PreparedModules>& modules, TrapCode code, std::initializer_list<std::uint64_t> places) {
  Store store({}, options, modules);
  auto table = store.add_table({.element = core::ValType::funcref, .limits = {.min = 1, .max = {}}});
  REQUIRE(table);
  const Extern imports[] = {*table};
  auto made = store.instantiate(modules->modules[0], imports);
  REQUIRE(made);
  REQUIRE_FALSE(*made);
  CHECK(made->error().code() == code);
  const auto func = store.table_func(*table, 0);
  REQUIRE(func);
  std::vector<std::uint64_t> out;
  for (const std::uint64_t at : places) {
    std::uint64_t slots[1] = {at};
    REQUIRE(store.invoke(*func, slots));
    out.push_back(slots[0]);
  }
  return out;
}

std::string with_table(const std::string& segments) {
  return R"((module (import "t" "t" (table 1 funcref)) (memory 4)
    (func $load (param i32) (result i32) (i32.load8_u (local.get 0)))
    (elem (i32.const 0) $load))" + segments + ")";
}

}  // namespace

TEST_CASE("a segment that does not fit traps, and the earlier ones are written") {
  const StoreOptions options = pooled();
  const auto modules = prepared(with_table("(data (i32.const 100) " + data('a') + ")(data (i32.const 262143) \"xy\")(data (i32.const 0) \"later\")"));
  CHECK(modules->modules[0].images.size() == 1);
  for (int round = 0; round < 3; ++round) {
    CHECK(after_trap(options, modules, TrapCode::out_of_bounds_memory_access, {100, 262143, 0}) == std::vector<std::uint64_t>{'a', 0, 0});
  }
  const auto wraps = prepared(with_table("(data (i32.const 100) " + data('a') + ")(data (i32.const -1) \"xy\")"));
  for (int round = 0; round < 3; ++round) CHECK(after_trap(options, wraps, TrapCode::out_of_bounds_memory_access, {100, 0}) == std::vector<std::uint64_t>{'a', 0});
}

TEST_CASE("an element segment that does not fit traps before any data is written") {
  const StoreOptions options = pooled();
  const auto modules = prepared(with_table("(elem (i32.const 1) $load)(data (i32.const 100) " + data('a') + ")"));
  CHECK(modules->modules[0].images.size() == 1);
  for (int round = 0; round < 3; ++round) {
    CHECK(after_trap(options, modules, TrapCode::out_of_bounds_table_access, {100, 99, 50000}) == std::vector<std::uint64_t>{0, 0, 0});
  }
}

TEST_CASE("data of an imported memory is copied into it, and no later memory has it") {
  const StoreOptions options = pooled();
  const auto modules = prepared("(module (import \"m\" \"m\" (memory 4)) (memory 4) (data (i32.const 0) " + data('i') + ")(data (memory 1) (i32.const 0) " + data('d') + "))");
  CHECK(modules->modules[0].images.empty());
  for (int round = 0; round < 3; ++round) {
    Store store({}, options, modules);
    auto memory = store.add_memory({.limits = {.min = 4, .max = {}}});
    REQUIRE(memory);
    CHECK(store.memory(*memory).data[5] == 0);
    const Extern imports[] = {*memory};
    auto made = store.instantiate(modules->modules[0], imports);
    REQUIRE(made);
    REQUIRE(*made);
    CHECK(store.memory(*memory).data[large - 1] == 'i');
  }
}

TEST_CASE("memories that compare every access hold the same") {
  StoreOptions options = pooled();
  options.explicit_bounds = true;
  const auto modules = prepared(plain());
  for (int round = 0; round < 3; ++round) {
    Running r(options, modules);
    CHECK(is_plain(r));
    r.call("store", 6000, 'x');
    CHECK(r.call("grow") == 4);
    CHECK(r.call("load", 6001) == 'a');
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
TEST_CASE("where the system has no room for a reservation memories are checked, and hold the same") {
  const auto modules = prepared(plain());
  CHECK(in_child([&] {
    const rlimit limit{.rlim_cur = std::uint64_t{4} << 30, .rlim_max = std::uint64_t{4} << 30};
    if (setrlimit(RLIMIT_AS, &limit) != 0) return false;
    const StoreOptions options = pooled();
    for (int round = 0; round < 3; ++round) {
      Running r(options, modules);
      const MemAddr memory = std::get<MemAddr>(*r.store.find_export(r.inst, "memory"));
      if (!is_plain(r) || options.pool->kept_memories() != 0 || r.store.memory(memory).size != 4 * 65536) return false;
      r.call("store", 6000, 'x');
      if (r.call("grow") != 4 || r.call("load", 6001) != 'a') return false;
    }
    return options.pool->kept_memories() == 0;  // nothing was reserved
  }));
}
#endif

TEST_CASE("a process that was forked empties its memories") {
  const StoreOptions options = pooled();
  const auto modules = prepared(plain());
  const auto use = [&] {
    Running r(options, modules);
    const bool was_plain = is_plain(r);
    for (std::uint64_t at = 0; at < 4 * 65536; at += 8192) r.call("store", at, 'f');
    return was_plain;
  };
  for (int i = 0; i < 3; ++i) REQUIRE(use());
  CHECK(in_child([&] { return use() && use() && use(); }));
  CHECK(use());
}

TEST_CASE("a pool lets go of the image of a module that is gone") {
  const StoreOptions options = pooled();
  {
    const auto modules = prepared(plain());
    for (int i = 0; i < 2; ++i) {
      Running a(options, modules), b(options, modules);
    }
    CHECK(options.pool->kept_memories() == 2);  // both have it by now
  }
  CHECK(options.pool->kept_memories() == 0);
  const auto other = prepared("(module (memory 4)" + accessors() + ")");
  Running r(options, other);
  CHECK(r.call("load", 6000) == 0);
}

TEST_CASE("an image belongs to one pool") {
  const StoreOptions options = pooled(), others = pooled();
  const auto modules = prepared(plain());
  for (int round = 0; round < 3; ++round) {
    Running a(options, modules), b(others, modules), c({}, modules);
    CHECK(is_plain(a));
    CHECK(is_plain(b));
    CHECK(is_plain(c));
  }
}

TEST_CASE("pages that were written to are found, with what was there after them") {
  for (const Method method : {Method::scan, Method::read}) {
    const WrittenPages written(method);
    const AddressPool::Range range = reserve_addresses(1 << 20, 1 << 20);
    REQUIRE(range.data != nullptr);
    WrittenPages::Found found;
    REQUIRE(written.find(range.data, range.accessible, found));
    CHECK(found.count == 0);
    for (const int page : {3, 4, 9}) range.data[page * 4096 + 7] = 1;
    REQUIRE(written.find(range.data, range.accessible, found));
    REQUIRE(found.count == 2);
    CHECK(found.ranges[0].data() == range.data + 3 * 4096);
    CHECK(found.ranges[0].size() == 2 * 4096);
    CHECK(found.ranges[1].data() == range.data + 9 * 4096);
    CHECK(found.end == range.data + range.accessible);
    // Too many: those that are found come first.
    std::memset(range.data, 1, range.accessible);
    REQUIRE(written.find(range.data, range.accessible, found));
    CHECK(found.end == range.data + WrittenPages::max_pages * 4096);
    release_addresses(range);
  }
}

}  // namespace wcomp::engine
