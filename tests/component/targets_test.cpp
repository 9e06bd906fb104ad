#include "component/targets.h"

#include <fmt/format.h>

#include "component/make.h"
#include "component/text/parse.h"
#include "wit/wit.h"

using namespace wcomp;
using namespace wcomp::component;
using namespace wcomp::component::test;

namespace {

std::vector<std::string> mismatches(const char* wat, const char* world, const TargetOptions& options = {}) {
  const auto loaded = wit::load_text("test.wit", world);
  REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().to_string()));
  auto bytes = text::parse("test.wat", wat);
  REQUIRE_MESSAGE(bytes, (bytes ? "" : bytes.error().to_string()));
  const auto decoded = decode(std::move(*bytes));
  REQUIRE_MESSAGE(decoded, message(decoded));
  const auto valid = validate(*decoded);
  REQUIRE_MESSAGE(valid, message(valid));
  const auto id = wit::select_world(loaded->graph, "w");
  REQUIRE(id);
  const auto found = target_mismatches(*valid, loaded->graph, *id, options);
  REQUIRE_MESSAGE(found, message(found));
  std::vector<std::string> out;
  for (const Diagnostic& d : *found) out.push_back(fmt::format("{}: {}", d.code, d.message));
  return out;
}

constexpr const char* importer = R"((component
  (import "a:b/i@0.2.1" (instance
    (export "r" (type $r (sub resource)))
    (export "[method]r.get" (func (param "self" (borrow $r)) (result u32)))
    (export "f" (func (param "x" u8))) (export "new" (func))))
  (import "g" (func))))";

}  // namespace

TEST_CASE("a component that imports less and of a compatible version fits a world") {
  CHECK(mismatches(importer, "package a:b@0.2.7; interface i { resource r { get: func() -> u32; more: func(); } f: func(x: u8); new: func(); }"
                             "world w { import i; import g: func(); import unused: func(); }").empty());
}

TEST_CASE("everything that does not fit is said, in interfaces too") {
  CHECK(mismatches(importer, "package a:b@0.2.0; interface i { resource r { get: func() -> u64; } f: func(x: u16); }"
                             "interface e { h: func(); } world w { import i; export e; export k: func(); }") ==
        std::vector<std::string>{
            "import-mismatch: import `a:b/i@0.2.1`, `[method]r.get`: result: expected u32, found u64",
            "import-mismatch: import `a:b/i@0.2.1`, `f`: parameter `x`: expected u8, found u16",
            "import-mismatch: import `a:b/i@0.2.1`, `new`: func expected by the component, and the world does not have it",
            "missing-import: the component imports `g`, which the world `w` does not import",
            "missing-export: the world `w` exports `k`, which the component does not export",
            "missing-export: the world `w` exports `a:b/e@0.2.0`, which the component does not export",
        });
}

TEST_CASE("versions that are not compatible, or not the same where that is asked for, do not fit") {
  constexpr const char* one = R"((component (import "a:b/i@1.0.0" (instance))))";
  CHECK(mismatches(one, "package a:b@1.3.0; interface i {} world w { import i; }").empty());
  CHECK(mismatches(one, "package a:b@1.3.0; interface i {} world w { import i; }", {.same_versions = true}).size() == 1);
  CHECK(mismatches(one, "package a:b@2.0.0; interface i {} world w { import i; }").size() == 1);
}

TEST_CASE("an exported function has to take the resource that the world means") {
  constexpr const char* component = R"((component
    (import "a:b/i" (instance $i (export "r" (type (sub resource)))))
    (import "a:b/j" (instance $j (export "r" (type (sub resource)))))
    (alias export $i "r" (type $r)) (alias export $j "r" (type $s))
    (import "f" (func $f (param "x" (own $r))))
    (export "f" (func $f))))";
  constexpr const char* both = "package a:b; interface i { resource r; } interface j { resource r; }";
  CHECK(mismatches(component, fmt::format("{} world w {{ use {}.{{r}}; import i; import j; import f: func(x: r); export f: func(x: r); }}", both, "i").c_str()).empty());
  const auto found = mismatches(component, fmt::format("{} world w {{ use {}.{{r}}; import i; import j; import f: func(x: r); export f: func(x: r); }}", both, "j").c_str());
  CHECK(found.size() == 2);
}
