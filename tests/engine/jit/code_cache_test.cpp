#include "engine/jit/code_cache.h"

#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/text/parse.h"
#include "engine/backend.h"

using namespace wcomp;
using namespace wcomp::engine;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "wcomp-code-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() {
    std::error_code ec;
    fs::remove_all(path, ec);
  }
  fs::path path;
};

/// `run` adds `n` and the sum of 0 to 999; `stop` divides by zero.
core::ValidModule module_of(int n, int padding) {
  std::string text = fmt::format("(module (func (export \"run\") (result i32) (local i32 i32) loop local.get 0 local.get 1 i32.add local.set 0"
                                 " local.get 1 i32.const 1 i32.add local.tee 1 i32.const 1000 i32.lt_u br_if 0 end local.get 0 i32.const {} i32.add)"
                                 " (func $divide (param i32) (result i32) i32.const 1 local.get 0 i32.div_u)"
                                 " (func (export \"stop\") (result i32) i32.const 0 call $divide i32.const 1 i32.add)\n",
                                 n);
  for (int i = 0; i < padding; ++i) text += fmt::format("(func (param i64) (result i64) local.get 0 i64.const {} i64.mul i64.const {} i64.add i64.popcnt)\n", i * 77'777, i);
  auto bytes = core::text::parse("module.wat", text + ")");
  REQUIRE(bytes);
  auto decoded = core::decode(*std::move(bytes));
  REQUIRE(decoded);
  auto valid = core::validate(*std::move(decoded));
  REQUIRE(valid);
  return *std::move(valid);
}
constexpr int large = 1200, small = 10;

std::uint64_t run(const core::ValidModule& module, const std::shared_ptr<const cache::Cache>& cache, const StoreLimits& limits = {}) {
  Store store(limits, {.backend = BackendKind::jit, .code_cache = cache});
  auto made = store.instantiate(module, {});
  REQUIRE(made);
  REQUIRE(*made);
  std::uint64_t slots[1] = {};
  REQUIRE(store.invoke(std::get<FuncAddr>(*store.find_export(**made, "run")), slots));
  // Code from the cache has the same places.
  std::uint64_t none[1] = {};
  const auto stopped = store.invoke(std::get<FuncAddr>(*store.find_export(**made, "stop")), none);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code() == TrapCode::integer_divide_by_zero);
  REQUIRE(stopped.error().backtrace().size() == 2);
  CHECK(stopped.error().backtrace()[0].name() == "divide");
  CHECK(stopped.error().backtrace()[1].name() == "stop");
  return slots[0];
}

}  // namespace

TEST_CASE("code is kept, and run where another store finds it") {
  if (!why_no_compiler().empty()) return;
  const Folder f;
  const auto cache = std::make_shared<const cache::Cache>(f.path);
  CHECK(run(module_of(1, large), cache) == 499'501);
  REQUIRE(cache->list().size() == 1);
  const core::ValidModule again = module_of(1, large);
  const jit::CompileOptions options{.is_metered = false, .is_deterministic = false, .is_guarded = false};
  const auto found = jit::find_kept(*cache, *again, options);
  REQUIRE(found != nullptr);
  CHECK(found->view.funcs.size() == again->funcs.size() + 1);
  CHECK(run(again, cache) == 499'501);
  CHECK(cache->list().size() == 1);
  // The cache may go while its code runs.
  (void)cache->clear();
  CHECK(run(again, cache) == 499'501);
}

TEST_CASE("other modules and other options have code of their own, small modules none") {
  if (!why_no_compiler().empty()) return;
  const Folder f;
  const auto cache = std::make_shared<const cache::Cache>(f.path);
  CHECK(run(module_of(1, large), cache) == 499'501);
  CHECK(run(module_of(2, large), cache) == 499'502);
  CHECK(cache->list().size() == 2);
  CHECK(run(module_of(1, large), cache, {.fuel = 1'000'000}) == 499'501);
  CHECK(cache->list().size() == 3);
  CHECK(run(module_of(1, small), cache) == 499'501);
  CHECK(cache->list().size() == 3);
}

TEST_CASE("code that was damaged on disk is made again") {
  if (!why_no_compiler().empty()) return;
  const Folder f;
  const auto cache = std::make_shared<const cache::Cache>(f.path);
  CHECK(run(module_of(1, large), cache) == 499'501);
  const fs::path file = f.path / cache->list()[0].name;
  const auto size = fs::file_size(file);
  for (const std::uintmax_t cut : {std::uintmax_t{0}, size / 2, size - 1}) {
    fs::resize_file(file, cut);
    CHECK(run(module_of(1, large), cache) == 499'501);
    CHECK(fs::file_size(file) == size);
  }
}
