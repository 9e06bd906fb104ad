// What docs/embedding.md shows, compiled and run. The page's blocks stand here line by line.
#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "wcomp/abi.h"
#include "wcomp/host_value.h"
#include "wcomp/module.h"
#include "wcomp/wasi.h"

namespace {

using wcomp::Component;
using wcomp::Engine;
using wcomp::Instance;
using wcomp::Linker;

std::vector<std::string> shown;
void show(std::string text) { shown.push_back(std::move(text)); }
void show(std::string_view name, const std::string& type) { shown.push_back(std::string(name) + ": " + type); }
void draw(std::span<const float> samples) { shown.push_back(std::to_string(samples.size()) + " samples"); }

/// Exports an adder, a greeter by record, `title` and `samples` in its memory.
constexpr std::string_view guest = R"((component
  (core module $m
    (memory (export "memory") 1)
    (data (i32.const 64) "hello, Ada")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "greet") (param i32 i32 i32) (result i32)
      (i32.store (i32.const 16) (i32.const 64)) (i32.store (i32.const 20) (i32.const 10)) (i32.const 16))
    (func (export "title") (result i32)
      (i32.store (i32.const 16) (i32.const 64)) (i32.store (i32.const 20) (i32.const 5)) (i32.const 16)))
  (core instance $i (instantiate $m))
  (type $options' (record (field "loud" bool)))
  (func $add (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
  (instance $adder (export "add" (func $add)))
  (export "component:adder/add@0.1.0" (instance $adder))
  (component $greeter
    (type $options' (record (field "loud" bool)))
    (import "options" (type $o (eq $options')))
    (import "greet" (func $greet (param "name" string) (param "options" $o) (result string)))
    (export $options "options" (type $o))
    (export "greet" (func $greet) (func (param "name" string) (param "options" $options) (result string))))
  (func $greet (param "name" string) (param "options" $options') (result string)
    (canon lift (core func $i "greet") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
  (instance $g (instantiate $greeter (with "options" (type $options')) (with "greet" (func $greet))))
  (export "docs:greet/greeter@0.1.0" (instance $g))
  (func $title (result string) (canon lift (core func $i "title") (memory (core memory $i "memory"))))
  (func $samples (result (list f32)) (canon lift (core func $i "title") (memory (core memory $i "memory"))))
  (instance $page (export "title" (func $title)) (export "samples" (func $samples)))
  (export "docs:page/view@1.0.0" (instance $page))))";

/// Opens a connection with its parameter, pings it as often, and drops it.
constexpr std::string_view client = R"((component
  (import "app:db/api@1.2.0" (instance $db
    (export "connection" (type $connection (sub resource)))
    (export "open" (func (param "name" string) (result (own $connection))))
    (export "[method]connection.ping" (func (param "self" (borrow $connection)) (result u32)))))
  (alias export $db "connection" (type $connection))
  (core module $libc (memory (export "memory") 1) (data (i32.const 8) "main"))
  (core instance $libc (instantiate $libc))
  (core func $open (canon lower (func $db "open") (memory (core memory $libc "memory"))))
  (core func $ping (canon lower (func $db "[method]connection.ping")))
  (core func $drop (canon resource.drop $connection))
  (core module $m
    (import "" "open" (func $open (param i32 i32) (result i32)))
    (import "" "ping" (func $ping (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "run") (result i32) (local $c i32) (local $n i32)
      (local.set $c (call $open (i32.const 8) (i32.const 4)))
      (drop (call $ping (local.get $c)))
      (local.set $n (call $ping (local.get $c)))
      (call $drop (local.get $c))
      (local.get $n)))
  (core instance $i (instantiate $m (with "" (instance (export "open" (func $open)) (export "ping" (func $ping)) (export "drop" (func $drop))))))
  (func (export "run") (result u32) (canon lift (core func $i "run")))))";

Component load(const Engine& engine, std::string_view text) {
  auto c = Component::from_bytes(engine, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "guest.wat");
  if (!c) FAIL(c.error().to_string());
  return *std::move(c);
}

class Connection {
 public:
  static constexpr const char* resource_name = "connection";
  explicit Connection(std::string name) : name_(std::move(name)) {}
  ~Connection() { show(name_ + " closed"); }
  std::uint32_t ping() { return ++pings_; }

 private:
  std::string name_;
  std::uint32_t pings_ = 0;
};

}  // namespace

TEST_CASE("the embedding guide: calls by C++ types and by value") {
  shown.clear();
  const Engine engine;
  const Component component = load(engine, guest);
  auto made = Linker(engine).instantiate(component);
  REQUIRE(made.has_value());
  Instance* instance = &*made;

  auto add = instance->func("component:adder/add@0.1.0", "add")->typed<std::uint32_t(std::uint32_t, std::uint32_t)>();
  wcomp::Result<std::uint32_t, wcomp::Trap> sum = add->call(1, 2);
  CHECK(*sum == 3);

  auto title = instance->func("docs:page/view@1.0.0", "title")->typed<std::string_view()>();
  wcomp::Result<std::size_t, wcomp::Trap> length = title->view([](std::string_view text) { return text.size(); });
  auto samples = instance->func("docs:page/view@1.0.0", "samples")->typed<std::span<const float>()>();
  auto drawn = samples->view([](std::span<const float> values) { draw(values); });
  CHECK(*length == 5);
  CHECK(drawn.has_value());

  auto greet = instance->func("docs:greet/greeter@0.1.0", "greet");
  for (const wcomp::Param& p : greet->params()) show(p.name, p.type.to_string());
  auto args = greet->parse_args(R"(("Ada", {loud: true}))");  // Result<std::vector<Value>>
  wcomp::Result<std::optional<wcomp::Value>, wcomp::Trap> answer = greet->call(*args);
  show(wcomp::to_string(*greet->result(), **answer));
  CHECK(shown == std::vector<std::string>{"5 samples", "name: string", "options: record { loud: bool }", "\"hello, Ada\""});
}

TEST_CASE("the embedding guide: resources of the host, as objects and as values") {
  shown.clear();
  const Engine engine;
  const Component component = load(engine, client);
  {
    Linker linker(engine);
    linker.define_resource("app:db/api@1.2.0", "connection", wcomp::resource_key<Connection>);
    wcomp::define(linker, "app:db/api@1.2.0", "open", [](std::string_view name) { return std::make_unique<Connection>(std::string(name)); });
    wcomp::define(linker, "app:db/api@1.2.0", "[method]connection.ping", [](Connection& c) { return c.ping(); });
    auto instance = linker.instantiate(component);
    REQUIRE(instance.has_value());
    CHECK(*instance->func("", "run")->typed<std::uint32_t()>()->call() == 2);
  }
  {
    Linker linker(engine);
    linker.define_resource("app:db/api@1.2.0", "connection", wcomp::resource_key<Connection>);
    linker.define_values("app:db/api@1.2.0", "open", [](const wcomp::ValueFuncType& type, std::span<wcomp::Value> args) -> wcomp::ValueResult {
      show("open " + wcomp::to_string(type.params[0].type, args[0]));
      return wcomp::own_value(std::make_unique<Connection>(std::get<std::string>(args[0].data)));
    });
    linker.define_values("app:db/api@1.2.0", "[method]connection.ping", [](const wcomp::ValueFuncType&, std::span<wcomp::Value> args) -> wcomp::ValueResult {
      return wcomp::Value::u(wcomp::object_of<Connection>(args[0])->ping());
    });
    auto instance = linker.instantiate(component);
    REQUIRE(instance.has_value());
    CHECK(*instance->func("", "run")->typed<std::uint32_t()>()->call() == 2);
  }
  CHECK(shown == std::vector<std::string>{"main closed", "open \"main\"", "main closed"});
}

TEST_CASE("the embedding guide: grants and limits") {
  const Engine engine;
  Linker linker(engine);
  std::string text;
  const auto log = [](const wcomp::wasi::Denial&) {};
  const std::filesystem::path data = std::filesystem::temp_directory_path();

  auto context = wcomp::wasi::Context{}
                     .args({"tool", "--fast"})
                     .env("LANG", "C")
                     .stdout_to(&text)
                     .dir(data, "/data", wcomp::wasi::DirAccess::read_only)
                     .on_denied([&](const wcomp::wasi::Denial& d) { log(d); });
  auto added = wcomp::wasi::add_to(linker, std::move(context));
  CHECK(added.has_value());

  struct Quota {
    std::uint64_t left = 1 << 20;
    bool take(std::uint64_t bytes) {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    }
  } quota;
  wcomp::Limits limits;
  limits.limiter = [&quota](const wcomp::Growth& g) {
    return quota.take(g.desired - g.current) ? wcomp::GrowthDecision::allow : wcomp::GrowthDecision::deny;  // or trap
  };
  linker.set_limits(limits);
  CHECK(linker.instantiate(load(engine, guest)).has_value());
  CHECK(quota.left == (1 << 20) - 65536);
}

TEST_CASE("the embedding guide: threads") {
  const Engine engine;
  const wcomp::Result<Component> component = load(engine, guest);
  std::vector<std::uint32_t> sums(4);
  {
    std::vector<std::jthread> workers;
    for (std::uint32_t i = 0; i < 4; ++i) {
      workers.emplace_back([&, i] {
        wcomp::Linker linker(engine);  // with its own context: what `stdout_to` appends to, say, has no lock
        auto added = wcomp::wasi::add_to(linker, wcomp::wasi::Context{});
        auto instance = linker.instantiate(*component);
        auto add = instance->func("component:adder/add", "add")->typed<std::uint32_t(std::uint32_t, std::uint32_t)>();
        sums[i] = *add->call(i, i);  // the host functions of `linker` run on this thread
      });
    }
  }
  CHECK(sums == std::vector<std::uint32_t>{0, 2, 4, 6});
}
