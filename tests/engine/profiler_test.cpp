// The profiler: who called whom, and how much of the time is whose; whatever the guest does while it is looked at.
#include "engine/profiler.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <atomic>
#include <map>
#include <thread>

#include "engine/backend.h"
#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

std::vector<BackendKind> kinds() {
  std::vector<BackendKind> out{BackendKind::interp};
  if (why_no_compiler().empty()) out.push_back(BackendKind::jit);
  return out;
}

/// `heavy` takes about nine times as long as `light`, both are called by `run`, which is exported as an interface's function.
constexpr const char* work = R"((module $app
  (memory 1)
  (func $spin (param i32) (loop $l
    (i32.store (i32.const 0) (i32.mul (i32.load (i32.const 0)) (i32.const 31)))
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func $heavy (param i32) (call $spin (i32.mul (local.get 0) (i32.const 9))))
  (func $light (param i32) (call $spin (local.get 0)))
  (func $run (export "local:app/api#run") (param i32) (loop $l
    (call $heavy (i32.const 1000)) (call $light (i32.const 1000))
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
)";

/// How often `run` shall go round: for some milliseconds without a system call, for a signal may wait for one or for the clock's tick.
std::uint64_t rounds(BackendKind kind) { return kind == BackendKind::jit ? 2000 : 30; }

/// Runs `call` until the thread has used so much of the processor.
template <class Call>
void for_a_while(Call call, double seconds = 0.25) {
  const auto now = [] {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
  };
  for (const double end = now() + seconds; now() < end;) call();
}

std::unique_ptr<Profiler> started() {
  auto p = Profiler::start();
  if (!p) FAIL(p.error().first().message);
  return *std::move(p);
}

/// Part of the time in stacks that have a frame of this name.
double part_of(const profile::Profile& p, std::string_view name) {
  std::uint64_t sum = 0;
  for (const profile::Stack& s : p.stacks) {
    for (const std::uint32_t f : s.frames) {
      if (profile::label(p.frames[f]) != name) continue;
      sum += s.nanoseconds;
      break;
    }
  }
  return static_cast<double>(sum) / static_cast<double>(std::max<std::uint64_t>(1, p.nanoseconds));
}
std::string all_of(const profile::Profile& p) { return profile::folded_stacks(p); }

}  // namespace

TEST_CASE("the time of a function and of those that it calls is seen, with names and callers") {
  for (const BackendKind kind : kinds()) {
    CAPTURE(to_string(kind));
    Store store({}, {.backend = kind});
    const auto profiler = started();
    const auto inst = make(store, work);
    for_a_while([&] { CHECK(call(store, func(store, inst, "local:app/api#run"), {rounds(kind)})); }, 0.4);
    const profile::Profile p = profiler->stop();
    CAPTURE(all_of(p));
    CHECK(p.samples >= 10);
    CHECK(p.nanoseconds > 50'000'000);
    CHECK(p.nanoseconds + p.outside_nanoseconds < 1'000'000'000);
    CHECK(p.moments.size() == p.samples);
    CHECK(part_of(p, "app!run (local:app/api#run)") > 0.99);
    // The interpreter without optimization knows its place at accesses to memory only, and that is in `spin`.
    CHECK(part_of(p, "app!spin") > 0.8);
    CHECK(part_of(p, "app!heavy") > part_of(p, "app!light"));
    CHECK(part_of(p, "app!heavy") + part_of(p, "app!light") > 0.8);
  }
}

TEST_CASE("time in host functions belongs to their callers, under the import's name") {
  for (const BackendKind kind : kinds()) {
    CAPTURE(to_string(kind));
    Store store({}, {.backend = kind});
    const auto spin = [](void*, std::uint64_t*) -> std::optional<Trap> {
      for_a_while([] {}, 0.002);
      return std::nullopt;
    };
    const FuncAddr host = store.add_host_func(core::FuncType{}, spin, nullptr);
    const auto profiler = started();
    const auto inst = make(store, "(module $app (import \"wasi:clocks/x\" \"wait\" (func $w)) (func $inner (call $w)) (func (export \"run\") (call $inner)))", {host});
    for_a_while([&] { CHECK(call(store, func(store, inst, "run"))); });
    const profile::Profile p = profiler->stop();
    CAPTURE(all_of(p));
    CHECK(part_of(p, "[wasi:clocks/x#wait]") > 0.9);
    CHECK(part_of(p, "app!inner") > 0.9);
    CHECK(part_of(p, "app!run") > 0.9);
  }
}

TEST_CASE("a guest that calls a host that calls a guest is one stack") {
  for (const BackendKind kind : kinds()) {
    CAPTURE(to_string(kind));
    struct Inner {
      Store* store;
      FuncAddr run;
      std::uint64_t rounds;
    };
    Store inner_store({}, {.backend = kind}), store({}, {.backend = kind});
    const auto profiler = started();
    const auto inner_inst = make(inner_store, work);
    Inner inner{&inner_store, func(inner_store, inner_inst, "local:app/api#run"), rounds(kind)};
    const auto run = [](void* context, std::uint64_t*) -> std::optional<Trap> {
      const auto& i = *static_cast<Inner*>(context);
      (void)call(*i.store, i.run, {i.rounds});
      return std::nullopt;
    };
    const FuncAddr host = store.add_host_func(core::FuncType{}, run, &inner);
    const auto inst = make(store, "(module $outer (import \"a\" \"b\" (func $w)) (func (export \"go\") (call $w)))", {host});
    for_a_while([&] { CHECK(call(store, func(store, inst, "go"))); });
    const profile::Profile p = profiler->stop();
    CAPTURE(all_of(p));
    std::uint64_t whole = 0;
    for (const profile::Stack& s : p.stacks) {
      const std::string first = profile::label(p.frames[s.frames[0]]);
      if (first == "outer!go" && part_of({.frames = p.frames, .stacks = {s}, .nanoseconds = 1}, "app!spin") > 0) whole += s.nanoseconds;
    }
    CHECK(static_cast<double>(whole) > 0.8 * static_cast<double>(p.nanoseconds));
  }
}

TEST_CASE("recursion as deep as the stack goes, traps, exceptions and growth are met without harm") {
  for (const BackendKind kind : kinds()) {
    CAPTURE(to_string(kind));
    Store store({.stack_bytes = 1 << 20}, {.backend = kind});
    const auto profiler = *Profiler::start(std::chrono::microseconds(200));
    const auto inst = make(store, R"((module $m (memory 1 100) (tag $t (param i32))
      (func $deep (export "deep") (param i32) (result i32) (i32.add (i32.const 1) (call $deep (i32.add (local.get 0) (i32.const 1)))))
      (func $throw (param i32) (if (local.get 0) (then (call $throw (i32.sub (local.get 0) (i32.const 1)))) (else (throw $t (i32.const 7)))))
      (func (export "catch") (result i32) (block $h (result i32) (try_table (catch $t $h) (call $throw (i32.const 200))) (i32.const 0)))
      (func (export "fault") (drop (i32.load (i32.const -1))))
      (func (export "fill") (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)))
      (func $odd (param i32) (result i32) (if (result i32) (local.get 0) (then (return_call $even (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 0))))
      (func $even (export "even") (param i32) (result i32) (if (result i32) (local.get 0) (then (return_call $odd (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 1))))))");
    for_a_while([&] {
      CHECK(trap_code(store, func(store, inst, "deep"), {0}) == TrapCode::call_stack_exhausted);
      CHECK(value(store, func(store, inst, "catch")) == 7);
      CHECK(trap_code(store, func(store, inst, "fault")) == TrapCode::out_of_bounds_memory_access);
      CHECK(call(store, func(store, inst, "fill")));
      CHECK(value(store, func(store, inst, "even"), {10'000}) == 1);
    }, 0.5);
    const profile::Profile p = profiler->stop();
    CHECK(p.samples > 0);
    for (const profile::Stack& s : p.stacks) {
      for (const std::uint32_t f : s.frames) CHECK(f < p.frames.size());
    }
  }
}

TEST_CASE("stores come and go while a profiler looks") {
  for (const BackendKind kind : kinds()) {
    const auto profiler = *Profiler::start(std::chrono::microseconds(200));
    for_a_while([&] {
      Store store({}, {.backend = kind});
      const auto inst = make(store, work);
      CHECK(call(store, func(store, inst, "local:app/api#run"), {rounds(kind)}));
    });
    const profile::Profile p = profiler->stop();
    CHECK(p.samples > 0);
  }
}

TEST_CASE("one profiler at a time; it can be started again, and leaves the signal as it was") {
  struct sigaction before {}, after {};
  ::sigaction(SIGPROF, nullptr, &before);
  {
    const auto first = started();
    CHECK_FALSE(Profiler::start());
    CHECK(first->stop().samples == 0);
    CHECK(first->stop().samples == 0);
  }
  { const auto never_stopped = started(); }
  CHECK(started() != nullptr);
  ::sigaction(SIGPROF, nullptr, &after);
  const bool is_as_before = before.sa_handler == after.sa_handler;
  CHECK(is_as_before);
}

TEST_CASE("a thread that only waits is not disturbed") {
  const auto profiler = *Profiler::start(std::chrono::microseconds(500));
  const timespec moment{.tv_sec = 0, .tv_nsec = 50'000'000};
  CHECK(::nanosleep(&moment, nullptr) == 0);
  CHECK(profiler->stop().samples == 0);
}
