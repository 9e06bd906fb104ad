// What every contender of bench_host is measured by: the same loops, written once.
//
// A measurement is named `group/case/contender`; the script takes the least of the repetitions and sets contenders of a case against each other.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

namespace bench {

/// Sizes that the cases use.
inline constexpr std::uint32_t short_text = 16, wide_text = 1024, long_text = 4096, bytes = 1 << 20, points = 100, many_points = 1000;

[[noreturn]] inline void die(std::string_view what) {
  std::fprintf(stderr, "bench_host: %.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(1);
}

/// `body()` is one unit of work; `batch` says how many it does at once.
template <class Body>
benchmark::internal::Benchmark* add(const std::string& group, const std::string& name, const std::string& contender, Body body, double batch = 1) {
  return benchmark::RegisterBenchmark((group + "/" + name + "/" + contender).c_str(), [body, batch](benchmark::State& state) mutable {
    for (auto _ : state) body();
    state.counters["batch"] = batch;
  });
}

/// A guest's loops (`bench:calls/loops`), or the same in native code: `Loops` has a function `run(Loop, n, size)` for all of them.
enum class Loop : std::uint8_t { nothing, add, echo, echo_wide, take, weigh, points, bump, cell };
inline constexpr const char* loop_names[] = {"nothing", "add", "echo", "echo-wide", "take", "weigh", "points", "bump", "cell"};
[[nodiscard]] constexpr bool has_size(Loop l) { return l >= Loop::echo && l <= Loop::points; }

template <class Loops>
void add_loops(const std::string& group, const std::string& contender, Loops& loops) {
  struct Case {
    const char* name;
    Loop loop;
    std::uint32_t n, size;
  };
  static constexpr Case cases[] = {
      {"no arguments", Loop::nothing, 1000, 0},          {"two u32", Loop::add, 1000, 0},
      {"string of 16", Loop::echo, 200, short_text},     {"string of 1 KiB, two-byte characters", Loop::echo_wide, 200, wide_text},
      {"string of 4 KiB", Loop::echo, 50, long_text},    {"string of 1 MiB", Loop::echo, 8, bytes},
      {"list<u8> of 1 MiB", Loop::take, 4, bytes},       {"list of 100 records", Loop::weigh, 10, points},
      {"list of 1000 records", Loop::weigh, 2, many_points},
      {"gives 100 records", Loop::points, 10, points},   {"gives 1000 records", Loop::points, 2, many_points},
      {"method", Loop::bump, 1000, 0},                   {"resource made, dropped", Loop::cell, 200, 0},
  };
  for (const Case& c : cases) {
    add(group, c.name, contender, [&loops, c] { benchmark::DoNotOptimize(loops.run(c.loop, c.n, c.size)); }, c.n);
  }
}

/// The files made by the script: `callee.wasm`, `caller.wasm`, `composed.wasm`, `joined.wasm`, ...
struct Guests {
  std::string folder;
  [[nodiscard]] std::string path(std::string_view name) const { return folder + "/" + std::string(name); }
  [[nodiscard]] std::string read(std::string_view name) const;
};

void add_native();
void add_wcomp(const Guests& guests);
void add_formats(const Guests& guests);
/// False, and a line on stderr, if the library cannot be used.
bool add_wasmtime(const std::string& library, const Guests& guests);

}  // namespace bench
