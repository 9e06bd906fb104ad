// Calls and instances through the public API, with bindings made by `witc bindgen`.
#include <memory>
#include <vector>

#include "callee_host.h"
#include "caller_host.h"
#include "measure.h"
#include "wcomp/module.h"
#include "wcomp/wasi.h"

namespace bench {
namespace {

using bench_calls::Callee;
using bench_calls::Caller;

template <class T, class E>
T must(wcomp::Result<T, E> r) {
  if (!r) die(r.error().to_string());
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}

struct WcompLoops {
  Caller caller;
  std::uint64_t run(Loop l, std::uint32_t n, std::uint32_t size) {
    const auto& loops = caller.loops();
    switch (l) {
      case Loop::nothing: return must(loops.nothing(n));
      case Loop::add: return must(loops.add(n));
      case Loop::echo: return must(loops.echo(n, size));
      case Loop::echo_wide: return must(loops.echo_wide(n, size));
      case Loop::take: return must(loops.take(n, size));
      case Loop::weigh: return must(loops.weigh(n, size));
      case Loop::points: return must(loops.points(n, size));
      case Loop::bump: return must(loops.bump(n));
      case Loop::cell: return must(loops.cell(n));
    }
    return 0;
  }
};

/// The host's side of `bench:calls/api`.
class Api final : public bench_calls::api::Host {
 public:
  using Point = bench_calls::api::Point;
  class Number final : public bench_calls::api::Cell {
   public:
    explicit Number(std::uint32_t start) : value_(start) {}
    std::uint32_t bump(std::uint32_t by) override { return value_ += by; }

   private:
    std::uint32_t value_;
  };
  void nothing() override {}
  std::uint32_t add(std::uint32_t a, std::uint32_t b) override { return a + b; }
  std::string echo(std::string_view text) override { return std::string(text); }
  std::uint32_t take(std::span<const std::uint8_t> list) override { return list.empty() ? 0 : list.front() + list.back(); }
  double weigh(std::span<const Point> list) override {
    double sum = 0;
    for (const Point& p : list) sum += p.weight + p.id + static_cast<double>(p.label.size());
    return sum;
  }
  std::vector<Point> points(std::uint32_t count) override {
    std::vector<Point> out(count);
    for (std::uint32_t i = 0; i < count; ++i) out[i] = {i, i * 0.25, "point  a"};
    return out;
  }
  std::unique_ptr<bench_calls::api::Cell> new_cell(std::uint32_t start) override { return std::make_unique<Number>(start); }
};

/// Everything lives until the process ends.
struct World {
  wcomp::Engine engine;
  wcomp::Linker plain{engine}, with_api{engine}, with_wasi{engine};
  Api api;
  explicit World() {
    must(wcomp::wasi::add_to(plain, {}));
    must(wcomp::wasi::add_to(with_api, {}));
    bench_calls::api::add_to(with_api, api);
  }
  wcomp::Component load(const Guests& guests, std::string_view name) { return must(wcomp::Component::load(engine, guests.path(name))); }
};

void add_calls(const std::string& group, const bench_calls::callee::exports::api::Guest& guest) {
  add(group, "no arguments", "wcomp", [&guest] { must(guest.nothing()); });
  add(group, "two u32", "wcomp", [&guest, i = 0u]() mutable { benchmark::DoNotOptimize(must(guest.add(i++, 2))); });
  for (const std::uint32_t size : {short_text, long_text}) {
    add(group, size == short_text ? "string of 16" : "string of 4 KiB", "wcomp",
        [&guest, text = std::string(size, 'a')] { benchmark::DoNotOptimize(must(guest.echo(text))); });
  }
  add(group, "list<u8> of 1 MiB", "wcomp",
      [&guest, list = std::vector<std::uint8_t>(bytes, 3)] { benchmark::DoNotOptimize(must(guest.take(list))); });
  add(group, "list of 100 records", "wcomp",
      [&guest, list = std::vector<Api::Point>(points, {1, 0.25, "point  a"})] { benchmark::DoNotOptimize(must(guest.weigh(list))); });
  add(group, "gives 100 records", "wcomp", [&guest] { benchmark::DoNotOptimize(must(guest.points(points))); });
  static auto cell = must(guest.new_cell(1));
  add(group, "method", "wcomp", [] { benchmark::DoNotOptimize(must(cell.bump(2))); });
  add(group, "resource made, dropped", "wcomp", [&guest] { must(must(guest.new_cell(1)).drop()); });
}

wcomp::Component from_text(World& world, const std::string& text) {
  return must(wcomp::Component::from_bytes(world.engine, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
}

/// Instances whose guests need no compiler.
void add_small_instances(World& world) {
  const std::string body = R"((func (export "f") (param i32) (result i32)
      (i32.store (i32.const 8) (local.get 0))
      (if (i32.eqz (local.get 0)) (then (unreachable)))
      (i32.load8_u (local.get 0))))
    (core instance $i (instantiate $m))
    (func (export "f") (param "at" u32) (result u32) (canon lift (core func $i "f")))))";
  const wcomp::Component small = from_text(world, "(component (core module $m (memory 2) (data (i32.const 1024) \"data\")" + body);
  const auto use = [&world](const wcomp::Component& component, std::uint32_t at) {
    wcomp::Instance instance = must(world.plain.instantiate(component));
    const auto f = must(must(instance.func("", "f")).typed<std::uint32_t(std::uint32_t)>());
    if (f.call(at).has_value() != (at != 0)) die("a guest that should trap does not, or the other way round");
  };
  add("instance", "small, made, called, ended", "wcomp", [=] { use(small, 1024); });
  add("instance", "small, after one that trapped", "wcomp", [=] { use(small, 0); });
  const wcomp::Component large = from_text(world, "(component (core module $m (memory 80) (data (i32.const 1024) \"" + std::string(std::size_t{4} << 20, 'a') + "\")" + body);
  add("instance", "4 MiB of data, made, called, ended", "wcomp", [=] { use(large, 1 << 20); });
}

void add_instances(World& world, const Guests& guests) {
  for (const char* name : {"callee", "composed", "hello"}) {
    const std::string file = std::string(name) + ".wasm";
    add("instance", std::string(name) + ", from a loaded component", "wcomp",
        [&world, component = world.load(guests, file)] { benchmark::DoNotOptimize(must(world.plain.instantiate(component))); });
    add("instance", std::string(name) + ", from bytes", "wcomp", [&world, text = guests.read(file)] {
      const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
      const auto component = must(wcomp::Component::from_bytes(world.engine, {data, text.size()}));
      benchmark::DoNotOptimize(must(world.plain.instantiate(component)));
    })->MeasureProcessCPUTime();
  }
}

}  // namespace

void add_wcomp(const Guests& guests) {
  static World world;
  static const Callee callee = must(Callee::instantiate(world.plain, world.load(guests, "callee.wasm")));
  static WcompLoops to_host{must(Caller::instantiate(world.with_api, world.load(guests, "caller.wasm")))};
  static WcompLoops composed{must(Caller::instantiate(world.plain, world.load(guests, "composed.wasm")))};
  static WcompLoops joined{must(Caller::instantiate(world.plain, world.load(guests, "joined.wasm")))};
  add_calls("host to component", callee.api());
  add_loops("component to host", "wcomp", to_host);
  add_loops("component to component", "wcomp", composed);
  add_loops("core to core", "wcomp", joined);
  add_instances(world, guests);
  add_small_instances(world);

  static const wcomp::ModuleLinker linker(world.engine);
  static const auto core = must(linker.instantiate(must(wcomp::Module::load(world.engine, guests.path("joined.core.wasm")))));
  static auto loop = must(must(core.func("bench:calls/loops#nothing")).typed<std::int64_t(std::int32_t)>());
  add("host to core", "one i32", "wcomp", [] { benchmark::DoNotOptimize(must(loop.call(0))); });
}

}  // namespace bench
