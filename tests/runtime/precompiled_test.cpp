// Programs compiled ahead of time: what comes back is what was compiled, and what is not whole or not for this program is refused.
#include <cstring>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "cache/cache.h"
#include "engine/backend.h"
#include "runtime/components.h"
#include "runtime/precompiled/image.h"
#include "runtime/precompiled/precompiled.h"
#include "wcomp/module.h"
#include "wcomp/value.h"

using namespace wcomp;
using namespace wcomp::test;

namespace {

/// What there is to compile for: these tests mean the compiler, whatever WCOMP_BACKEND says.
Engine compiling() {
  auto made = Engine::create({.backend = BackendKind::jit});
  if (!made) FAIL(made.error().to_string());
  return *std::move(made);
}

template <class T>
T serve(Result<T> made) {
  if (!made) FAIL(made.error().to_string());
  return *std::move(made);
}

/// Two components with a string from one to the other, a resource, a host function, data and a table; `crash` traps in `$boom`.
constexpr std::string_view greeter = R"((component
  (import "host:log/log" (instance $log (export "log" (func (param "text" string) (result u32)))))
  (component $Inner
    (core module $M
      (memory (export "memory") 1)
      (global $next (mut i32) (i32.const 1024))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.get $next) (global.set $next (i32.add (global.get $next) (i32.and (i32.add (local.get 3) (i32.const 7)) (i32.const -8)))))
      (data (i32.const 64) "ciao ")
      (func (export "greet") (param i32 i32) (result i32)
        (memory.copy (i32.const 512) (i32.const 64) (i32.const 5))
        (memory.copy (i32.const 517) (local.get 0) (local.get 1))
        (i32.store (i32.const 16) (i32.const 512))
        (i32.store (i32.const 20) (i32.add (local.get 1) (i32.const 5)))
        (i32.const 16)))
    (core instance $m (instantiate $M))
    (func (export "greet") (param "name" string) (result string)
      (canon lift (core func $m "greet") (memory (core memory $m "memory")) (realloc (core func $m "realloc")))))
  (instance $inner (instantiate $Inner))
  (core module $Libc
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next) (global.set $next (i32.add (global.get $next) (i32.and (i32.add (local.get 3) (i32.const 7)) (i32.const -8))))))
  (core instance $libc (instantiate $Libc))
  (core func $greet (canon lower (func $inner "greet") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $log (canon lower (func $log "log") (memory (core memory $libc "memory"))))
  (core module $Main
    (import "libc" "memory" (memory 1))
    (import "greet" "greet" (func $greet (param i32 i32 i32)))
    (import "log" "log" (func $log (param i32 i32) (result i32)))
    (table 2 funcref)
    (elem (i32.const 1) $answer)
    (func $answer (result i32) (i32.const 42))
    (func $boom unreachable)
    (func (export "greet") (param i32 i32) (result i32) (call $greet (local.get 0) (local.get 1) (i32.const 32)) (i32.const 32))
    (func (export "log") (param i32 i32) (result i32) (call $log (local.get 0) (local.get 1)))
    (func (export "answer") (result i32) (call_indirect (result i32) (i32.const 1)))
    (func (export "crash") (call $boom)))
  (core instance $main (instantiate $Main
    (with "libc" (instance $libc)) (with "greet" (instance (export "greet" (func $greet)))) (with "log" (instance (export "log" (func $log))))))
  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $main "greet") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (func (export "log") (param "text" string) (result u32) (canon lift (core func $main "log") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (func (export "answer") (result u32) (canon lift (core func $main "answer")))
  (func (export "crash") (canon lift (core func $main "crash")))))";

struct Said {
  std::string greeting, log, crash;
  std::uint32_t answer = 0, length = 0;
  friend bool operator==(const Said&, const Said&) = default;
};

Said say(const Engine& engine, const Component& component, const Limits& limits = {}) {
  Said out;
  Linker linker(engine);
  linker.set_limits(limits);
  define(linker, "host:log/log", "log", [&](std::string_view text) {
    out.log = text;
    return static_cast<std::uint32_t>(text.size());
  });
  auto instance = serve(linker.instantiate(component));
  const auto call = [](auto result) {
    if (!result) FAIL(result.error().to_string());
    return *std::move(result);
  };
  out.greeting = call(typed<std::string(std::string_view)>(instance, "", "greet").call("mondo"));
  out.length = call(typed<std::uint32_t(std::string_view)>(instance, "", "log").call("seen"));
  out.answer = call(typed<std::uint32_t()>(instance, "", "answer").call());
  const auto crash = typed<void()>(instance, "", "crash").call();
  REQUIRE_FALSE(crash.has_value());
  out.crash = crash.error().to_string();
  return out;
}

constexpr std::string_view sums = R"((module $sums
  (memory (export "memory") 1)
  (data (i32.const 8) "\05\00\00\00")
  (global $start (mut i32) (i32.const 0))
  (func $init (global.set $start (i32.load (i32.const 8))))
  (start $init)
  (func (export "sum") (param i32) (result i32) (local $s i32)
    (local.set $s (global.get $start))
    (loop $more
      (local.set $s (i32.add (local.get $s) (local.get 0)))
      (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get $s))))";

std::int32_t sum(const Engine& engine, const Module& module, std::int32_t n) {
  ModuleLinker linker(engine);
  auto instance = serve(linker.instantiate(module));
  const auto func = serve(serve(instance.func("sum")).typed<std::int32_t(std::int32_t)>());
  const auto result = func.call(n);
  if (!result) FAIL(result.error().to_string());
  return *result;
}

bool can_compile() { return engine::why_no_compiler().empty(); }

/// The image with another text in a field of its header.
std::vector<std::uint8_t> with_text(std::vector<std::uint8_t> image, std::size_t at, std::string_view text) {
  std::memcpy(image.data() + at, text.data(), text.size());
  return image;
}

/// A folder for one test.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("wcomp-precompiled-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directory(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("a component that was compiled ahead of time does what the component does, trap and backtrace included" * doctest::skip(!can_compile())) {
  const Engine engine = compiling();
  const Component component = load_text(engine, greeter);
  const Said expected = say(engine, component);
  CHECK(expected.greeting == "ciao mondo");
  CHECK(expected.log == "seen");
  CHECK(expected.answer == 42);
  CHECK(expected.crash.find("boom") != std::string::npos);
  for (const bool has_bodies : {true, false}) {
    const auto image = serve(component.serialize({.has_bodies = has_bodies}));
    const Component again = serve(Component::deserialize(engine, image, "test.wat"));
    CHECK(again.imports() == component.imports());
    CHECK(again.exports() == component.exports());
    CHECK(say(engine, again) == expected);
    CHECK(say(engine, again) == expected);  // a second instance
  }
}

TEST_CASE("a component's image is the same each time, and smaller without bodies" * doctest::skip(!can_compile())) {
  const Engine engine = compiling();
  const Component component = load_text(engine, greeter);
  const auto image = serve(component.serialize());
  CHECK(image == serve(load_text(Engine(), greeter).serialize()));
  CHECK(serve(component.serialize({.has_bodies = false})).size() <= image.size());
  CHECK(image == serve(serve(Component::deserialize(engine, image)).serialize()));
}

TEST_CASE("a module that was compiled ahead of time does what the module does" * doctest::skip(!can_compile())) {
  const Engine engine = compiling();
  const Module module = load_module(engine, sums);
  CHECK(sum(engine, module, 10) == 60);
  for (const bool has_bodies : {true, false}) {
    const Module again = serve(Module::deserialize(engine, serve(module.serialize({.has_bodies = has_bodies})), "module.wat"));
    CHECK(sum(engine, again, 10) == 60);
    REQUIRE(again.exports().size() == 2);
    CHECK(again.exports()[1].type == module.exports()[1].type);
  }
}

TEST_CASE("bytes that lie anywhere are loaded, and a file is mapped" * doctest::skip(!can_compile())) {
  const Engine engine = compiling();
  const Folder folder;
  const auto image = serve(load_module(engine, sums).serialize({.has_bodies = false}));
  for (std::size_t shift : {1, 7, 8}) {
    std::vector<std::uint8_t> shifted(shift);
    shifted.insert(shifted.end(), image.begin(), image.end());
    CHECK(sum(engine, serve(Module::deserialize(engine, std::span(shifted).subspan(shift))), 4) == 15);
  }
  const std::filesystem::path file = folder.path / "sums.cwasm";
  REQUIRE(write_file(file, ByteSpan(image)));
  CHECK(sum(engine, serve(Module::deserialize_file(engine, file)), 4) == 15);
  // In the middle of another file, as executables have it.
  std::vector<std::uint8_t> executable(precompiled::code_alignment, 'x');
  executable.insert(executable.end(), image.begin(), image.end());
  executable.insert(executable.end(), 100, 'x');
  REQUIRE(write_file(folder.path / "app", ByteSpan(executable)));
  auto mapped = serve(precompiled::map_file(folder.path / "app", precompiled::code_alignment, image.size()));
  auto program = serve(precompiled::load(engine, std::move(mapped), "app"));
  REQUIRE(std::holds_alternative<Module>(program));
  CHECK(sum(engine, std::get<Module>(program), 4) == 15);
  CHECK(precompiled::map_file(folder.path / "nothing").error().first().code == diag::file_error.code);
  CHECK(precompiled::map_file(folder.path).error().first().code == diag::file_error.code);
  CHECK_FALSE(precompiled::map_file(folder.path / "app", 1));
}

TEST_CASE("a truncated program is refused, wherever it ends" * doctest::skip(!can_compile())) {
  const Engine engine = compiling();
  const auto image = serve(load_text(engine, greeter).serialize());
  for (std::size_t size = 0; size < image.size(); size += 64) {
    const auto loaded = Component::deserialize(engine, std::span(image).first(size));
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().first().code == diag::malformed.code);
    if (size >= 8) CHECK(loaded.error().first().message.find("truncated") != std::string::npos);
  }
  auto longer = image;
  longer.push_back(0);
  CHECK_FALSE(Component::deserialize(engine, longer));
}

TEST_CASE("a program with any bit changed is refused" * doctest::skip(!can_compile())) {
  const Engine engine = compiling();
  auto image = serve(load_module(engine, sums).serialize());
  for (std::size_t i = 0; i < image.size(); i += i < 512 ? 1 : 61) {
    image[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    CHECK_FALSE(Module::deserialize(engine, image));
    image[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
  }
  CHECK(Module::deserialize(engine, image));
}

TEST_CASE("a program of another version, machine or processor is refused with what was found and what was expected" * doctest::skip(!can_compile())) {
  using precompiled::Header;
  const Engine engine = compiling();
  const auto image = serve(load_module(engine, sums).serialize());
  const auto refusal = [&](const std::vector<std::uint8_t>& other) {
    const auto loaded = Module::deserialize(engine, other);
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().first().code == diag::unsupported.code);
    CHECK_FALSE(loaded.error().first().notes.empty());
    return loaded.error().first().message;
  };
  const std::string version = refusal(with_text(image, offsetof(Header, version), "9.9"));
  CHECK(version.find("9.9") != std::string::npos);
  CHECK(version.find(precompiled::code_id()) != std::string::npos);
  CHECK(refusal(with_text(image, offsetof(Header, target), "z80-cpm")).find("z80-cpm") != std::string::npos);
  CHECK(refusal(with_text(image, offsetof(Header, features), "AVX-")).find("AVX-") != std::string::npos);
  const auto described = serve(precompiled::describe(with_text(image, offsetof(Header, target), "z80-cpm")));
  CHECK_FALSE(described.problem.empty());
  CHECK_FALSE(described.is_component);
  CHECK(serve(precompiled::describe(image)).problem.empty());
}

TEST_CASE("what is no compiled program, or one of the other kind, is refused" * doctest::skip(!can_compile())) {
  const Engine engine = compiling();
  CHECK_FALSE(Component::deserialize(engine, {}));
  CHECK_FALSE(Component::deserialize(engine, bytes("\0asm\1\0\0\0")));
  const auto module = serve(load_module(engine, sums).serialize());
  CHECK(Component::deserialize(engine, module, "sums").error().to_string().find("core module") != std::string::npos);
  const auto component = serve(load_text(engine, greeter).serialize());
  CHECK(Module::deserialize(engine, component, "greeter").error().to_string().find("component") != std::string::npos);
}

TEST_CASE("loading what was taken for WebAssembly does not run machine code" * doctest::skip(!can_compile())) {
  const Engine engine = compiling();
  const auto component = serve(load_text(engine, greeter).serialize());
  const auto module = serve(load_module(engine, sums).serialize());
  CHECK(Component::from_bytes(engine, component).error().to_string().find("deserialize") != std::string::npos);
  CHECK(Module::from_bytes(engine, module).error().to_string().find("deserialize") != std::string::npos);
}

TEST_CASE("code that does not count fuel is compiled again where fuel is limited, or refused without bodies" * doctest::skip(!can_compile())) {
  const Engine engine = compiling();
  const Component component = load_text(engine, greeter);
  const Limits limits{.fuel = 1'000'000};
  const Said expected = say(engine, component);
  CHECK(say(engine, serve(Component::deserialize(engine, serve(component.serialize()), "test.wat")), limits) == expected);
  const Component metered = serve(Component::deserialize(engine, serve(component.serialize({.is_metered = true})), "test.wat"));
  CHECK(say(engine, metered, limits) == expected);
  CHECK(say(engine, metered) == expected);
}

TEST_CASE("the interpreter runs a program that has its bodies, and refuses one that has none" * doctest::skip(!can_compile())) {
  const Engine compiler = serve(Engine::create({.backend = BackendKind::jit}));
  const Engine interpreter = serve(Engine::create({.backend = BackendKind::interp}));
  const Component component = load_text(compiler, greeter);
  const Said expected = say(compiler, component);
  CHECK(say(interpreter, serve(Component::deserialize(interpreter, serve(component.serialize()), "test.wat"))) == expected);
  const auto refused = Component::deserialize(interpreter, serve(component.serialize({.has_bodies = false})));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().first().code == diag::unsupported.code);
}

TEST_CASE("components that import or export components are not compiled ahead of time, and compiled ones are no parts of others" * doctest::skip(!can_compile())) {
  const Engine engine = compiling();
  const Component needs = load_text(engine, R"((component
    (import "counter" (component $C (export "next" (func (result u32)))))
    (instance $c (instantiate $C)) (export "next" (func $c "next"))))");
  const auto refused = needs.serialize();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().first().message.find("counter") != std::string::npos);
  const Component counter = load_text(engine, R"((component (core module $M (func (export "next") (result i32) (i32.const 7)))
    (core instance $m (instantiate $M)) (func (export "next") (result u32) (canon lift (core func $m "next")))))");
  const Component compiled = serve(Component::deserialize(engine, serve(counter.serialize())));
  Linker linker(engine);
  linker.define_component("", "counter", compiled);
  const auto made = linker.instantiate(needs);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().first().message.find("ahead of time") != std::string::npos);
  const Component exports = load_text(engine, R"((component (component $C) (export "inner" (component $C))))");
  CHECK(exports.serialize().error().first().message.find("inner") != std::string::npos);
}

TEST_CASE("an exported core module is exported by a compiled component, too" * doctest::skip(!can_compile())) {
  const Engine engine = compiling();
  const Component component = load_text(engine, R"((component (core module $M (func (export "f") (result i32) (i32.const 3))) (export "m" (core module $M))))");
  const Component again = serve(Component::deserialize(engine, serve(component.serialize())));
  const auto instance = serve(Linker(engine).instantiate(again));
  ModuleLinker linker(engine);
  auto inner = serve(linker.instantiate(serve(instance.module("", "m"))));
  CHECK(std::get<std::int32_t>(serve(inner.func("f")).call({}).value().front()) == 3);
}

TEST_CASE("a target that there is no compiler for is refused with those that there are" * doctest::skip(!can_compile())) {
  const Engine engine = compiling();
  const auto refused = load_module(engine, sums).serialize({.target = "z80-cpm"});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().first().code == diag::unsupported.code);
  CHECK(refused.error().to_string().find("z80-cpm") != std::string::npos);
}

TEST_CASE("a file that was run is found in the cache, and a damaged entry is made anew" * doctest::skip(!can_compile())) {
  const Folder folder;
  const std::filesystem::path file = folder.path / "greeter.wat", kept = folder.path / "cache";
  std::string text(greeter);
  text += std::string(5000, ' ');  // so that it is worth keeping
  REQUIRE(write_file(file, std::string_view(text)));
  const auto run = [&] {
    const Engine engine = serve(Engine::create({.backend = BackendKind::jit, .cache_dir = kept}));
    return say(engine, serve(Component::load(engine, file)));
  };
  const Said expected = run();
  const cache::Cache cache(kept);
  REQUIRE(cache.list().size() == 1);
  const std::filesystem::path entry = kept / cache.list().front().name;
  const auto written = std::filesystem::last_write_time(entry);
  CHECK(run() == expected);
  CHECK(std::filesystem::last_write_time(entry) == written);
  const Bytes whole = serve(read_file(entry));
  for (std::size_t i = 0; i < whole.size(); i += whole.size() / 13) {
    const bool is_padding = i >= 64 && i < 4096;  // between the entry's header and its contents: means nothing
    Bytes damaged = whole;
    damaged[i] ^= 0x10;
    REQUIRE(write_file(entry, ByteSpan(damaged)));
    CHECK(run() == expected);
    CHECK((serve(read_file(entry)) == whole || is_padding));
    REQUIRE(write_file(entry, ByteSpan(whole).first(i)));
    CHECK(run() == expected);
    CHECK(serve(read_file(entry)) == whole);
  }
  // Another content under the same name is another program.
  text.replace(text.find("i32.const 42"), 12, "i32.const 43");
  REQUIRE(write_file(file, std::string_view(text)));
  CHECK(run().answer == 43);
  CHECK(cache.list().size() == 2);
}
