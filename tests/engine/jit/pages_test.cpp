// Pages while guests run: none is writable and executable at once, wherever the code came from.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "cache/cache.h"
#include "engine/backend.h"
#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

struct Pages {
  std::uint64_t executable = 0;        ///< bytes
  std::vector<std::string> both;       ///< those that may be written, too
};
Pages pages() {
  Pages out;
  std::ifstream in("/proc/self/maps");
  for (std::string line; std::getline(in, line);) {
    const std::string rights = line.substr(line.find(' ') + 1, 4);
    std::uint64_t begin = 0, end = 0;
    if (rights[2] == 'x' && std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64, &begin, &end) == 2) out.executable += end - begin;
    if (rights[2] == 'x' && rights[1] == 'w') out.both.push_back(line);
  }
  return out;
}

/// What a guest sees to while it runs: looked at from a host function.
struct Looked {
  std::size_t times = 0;
  std::uint64_t executable = 0;
  std::vector<std::string> both;
};
std::optional<Trap> look(void* context, std::uint64_t*) {
  auto& l = *static_cast<Looked*>(context);
  const Pages p = pages();
  ++l.times;
  l.executable = p.executable;
  l.both.insert(l.both.end(), p.both.begin(), p.both.end());
  return std::nullopt;
}

std::string guest(int padding) {
  std::string text = "(module (import \"\" \"look\" (func $look)) (memory 1 10) (func (export \"run\") (call $look) (drop (memory.grow (i32.const 1))) (call $look))\n";
  for (int i = 0; i < padding; ++i) text += "(func (param i64) (result i64) local.get 0 i64.const " + std::to_string(i * 77'777) + " i64.mul i64.popcnt)\n";
  return text + ")";
}

}  // namespace

TEST_CASE("while compiled code runs, calls the host and grows its memory, no page is writable and executable") {
  if (!why_no_compiler().empty() || pages().executable == 0) return;
  Looked l;
  Store store({}, {.backend = BackendKind::jit});
  const FuncAddr host = store.add_host_func(core::FuncType{}, look, &l);
  const auto inst = make(store, guest(10), {host});
  REQUIRE(call(store, func(store, inst, "run")));
  CHECK(l.times == 2);
  CHECK(l.executable > 0);
  CHECK_MESSAGE(l.both.empty(), (l.both.empty() ? "" : l.both[0]));
}

TEST_CASE("code that is mapped from the cache is not writable either") {
  if (!why_no_compiler().empty() || pages().executable == 0) return;
  std::string name = (std::filesystem::temp_directory_path() / "wcomp-pages-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  const auto cache = std::make_shared<const cache::Cache>(name);
  for (int i = 0; i < 2; ++i) {
    Looked l;
    Store store({}, {.backend = BackendKind::jit, .code_cache = cache});
    const FuncAddr host = store.add_host_func(core::FuncType{}, look, &l);
    const auto inst = make(store, guest(4000), {host});
    REQUIRE(call(store, func(store, inst, "run")));
    CHECK(l.times == 2);
    CHECK_MESSAGE(l.both.empty(), (l.both.empty() ? "" : l.both[0]));
  }
  CHECK(cache->list().size() == 1);
  (void)cache->clear();
}
