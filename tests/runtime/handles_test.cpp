// What happens to handles, against what the specification's executable definitions let happen: handles.jsonl, which handle_vectors.py makes and
// describes. A, B and C are the same three instances as there.
#include <fstream>

#include <nlohmann/json.hpp>

#include "runtime/components.h"
#include "test_paths.h"

using namespace wcomp;
using namespace wcomp::test;

namespace {

constexpr std::string_view instances = R"((component
  (import "word" (func $word (result u32)))
  (import "report" (func $report (param "n" u32)))

  (component $A
    (import "report" (func $report (param "n" u32)))
    (core module $libc (memory (export "memory") 1) (global $next (mut i32) (i32.const 1024))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
        (global.set $next (i32.add (local.get $at) (local.get 3))) (local.get $at)))
    (core instance $libc (instantiate $libc))
    (core func $report' (canon lower (func $report)))
    (core module $end (import "" "report" (func $report (param i32)))
      (func (export "end") (param i32) (call $report (i32.or (local.get 0) (i32.const 0x80000000)))))
    (core instance $end (instantiate $end (with "" (instance (export "report" (func $report'))))))
    (type $R (resource (rep i32) (dtor (core func $end "end"))))
    (core func $new (canon resource.new $R)) (core func $rep (canon resource.rep $R)) (core func $drop (canon resource.drop $R))
    (core module $m
      (import "" "memory" (memory 1))
      (import "" "new" (func $new (param i32) (result i32))) (import "" "rep" (func $rep (param i32) (result i32))) (import "" "drop" (func $drop (param i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "take") (param i32) (result i32) (call $rep (local.get 0)) (call $drop (local.get 0)))
      (func (export "look") (param i32) (result i32) (local.get 0))
      (func (export "keep") (param $ptr i32) (param $length i32)
        (loop $next (if (local.get $length) (then
          (call $drop (i32.load (local.get $ptr)))
          (local.set $ptr (i32.add (local.get $ptr) (i32.const 4))) (local.set $length (i32.sub (local.get $length) (i32.const 1))) (br $next)))))
      (func (export "mixed") (param $has_a i32) (param $a i32) (param $case i32) (param $b i32) (param $n i32) (result i32)
        (if (local.get $has_a) (then (local.set $n (i32.add (local.get $n) (local.get $a)))))
        (if (i32.eq (local.get $case) (i32.const 1)) (then (local.set $n (i32.add (local.get $n) (call $rep (local.get $b)))) (call $drop (local.get $b))))
        (if (i32.eq (local.get $case) (i32.const 2)) (then (local.set $n (i32.add (local.get $n) (local.get $b)))))
        (local.get $n))
      (func (export "swap") (param i32 i32) (result i32) (call $drop (local.get 0)) (local.get 1)))
    (core instance $i (instantiate $m (with "" (instance
      (export "memory" (memory $libc "memory")) (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
    (export $R' "r" (type $R))
    (type $which (variant (case "none") (case "own" (own $R')) (case "borrow" (borrow $R'))))
    (export $which' "which" (type $which))
    (type $mixed (record (field "a" (option (borrow $R'))) (field "b" $which') (field "n" u32)))
    (export $mixed' "mixed-args" (type $mixed))
    (func (export "make") (param "rep" u32) (result (own $R')) (canon lift (core func $i "make")))
    (func (export "take") (param "o" (own $R')) (result u32) (canon lift (core func $i "take")))
    (func (export "look") (param "b" (borrow $R')) (result u32) (canon lift (core func $i "look")))
    (func (export "keep") (param "l" (list (own $R'))) (canon lift (core func $i "keep") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (func (export "mixed") (param "m" $mixed') (result u32) (canon lift (core func $i "mixed")))
    (func (export "swap") (param "a" (own $R')) (param "b" (own $R')) (result (own $R')) (canon lift (core func $i "swap"))))
  (instance $a (instantiate $A (with "report" (func $report))))
  (alias export $a "r" (type $R))
  (alias export $a "mixed-args" (type $mixed))
  (alias export $a "which" (type $which))

  (component $C
    (import "r" (type $R (sub resource)))
    (type $which (variant (case "none") (case "own" (own $R)) (case "borrow" (borrow $R))))
    (import "which" (type $which' (eq $which)))
    (type $mixed (record (field "a" (option (borrow $R))) (field "b" $which') (field "n" u32)))
    (import "mixed-args" (type $mixed' (eq $mixed)))
    (import "take" (func $take (param "o" (own $R)) (result u32)))
    (import "look" (func $look (param "b" (borrow $R)) (result u32)))
    (import "mixed" (func $mixed-func (param "m" $mixed') (result u32)))
    (core func $take' (canon lower (func $take))) (core func $look' (canon lower (func $look))) (core func $mixed'' (canon lower (func $mixed-func)))
    (core func $drop (canon resource.drop $R))
    (core module $m
      (import "" "take" (func $take (param i32) (result i32))) (import "" "look" (func $look (param i32) (result i32)))
      (import "" "mixed" (func $mixed (param i32 i32 i32 i32 i32) (result i32))) (import "" "drop" (func $drop (param i32)))
      (func (export "pass") (param $h i32) (param $mode i32) (result i32) (local $out i32)
        (local.set $out (local.get $mode))
        (if (i32.eq (local.get $mode) (i32.const 2)) (then (local.set $out (call $look (local.get $h)))))
        (if (i32.eq (local.get $mode) (i32.const 3)) (then (local.set $out (call $take (local.get $h)))))
        (if (i32.eq (local.get $mode) (i32.const 5)) (then (local.set $out (i32.add (call $look (local.get $h)) (call $look (local.get $h))))))
        (if (i32.eq (local.get $mode) (i32.const 6)) (then (local.set $out (call $mixed (i32.const 1) (local.get $h) (i32.const 2) (local.get $h) (i32.const 1)))))
        (if (i32.eq (local.get $mode) (i32.const 4)) (then (call $drop (local.get $h))))
        (if (i32.ne (local.get $mode) (i32.const 1)) (then (call $drop (local.get $h))))
        (local.get $out)))
    (core instance $i (instantiate $m (with "" (instance (export "take" (func $take')) (export "look" (func $look')) (export "mixed" (func $mixed'')) (export "drop" (func $drop))))))
    (func (export "pass") (param "b" (borrow $R)) (param "mode" u32) (result u32) (canon lift (core func $i "pass"))))
  (instance $c (instantiate $C (with "r" (type $R)) (with "which" (type $which)) (with "mixed-args" (type $mixed)) (with "take" (func $a "take")) (with "look" (func $a "look")) (with "mixed" (func $a "mixed"))))

  (component $B
    (import "r" (type $R (sub resource)))
    (type $which (variant (case "none") (case "own" (own $R)) (case "borrow" (borrow $R))))
    (import "which" (type $which' (eq $which)))
    (type $mixed (record (field "a" (option (borrow $R))) (field "b" $which') (field "n" u32)))
    (import "mixed-args" (type $mixed' (eq $mixed)))
    (import "make" (func $make (param "rep" u32) (result (own $R))))
    (import "take" (func $take (param "o" (own $R)) (result u32)))
    (import "look" (func $look (param "b" (borrow $R)) (result u32)))
    (import "keep" (func $keep (param "l" (list (own $R)))))
    (import "mixed" (func $mixed-func (param "m" $mixed') (result u32)))
    (import "swap" (func $swap (param "a" (own $R)) (param "b" (own $R)) (result (own $R))))
    (import "pass" (func $pass (param "b" (borrow $R)) (param "mode" u32) (result u32)))
    (import "word" (func $word (result u32)))
    (import "report" (func $report (param "n" u32)))
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core func $make' (canon lower (func $make))) (core func $take' (canon lower (func $take))) (core func $look' (canon lower (func $look)))
    (core func $keep' (canon lower (func $keep) (memory (core memory $libc "memory")))) (core func $mixed'' (canon lower (func $mixed-func)))
    (core func $swap' (canon lower (func $swap))) (core func $pass' (canon lower (func $pass)))
    (core func $word' (canon lower (func $word))) (core func $report' (canon lower (func $report))) (core func $drop (canon resource.drop $R))
    (core module $m
      (import "" "memory" (memory 1))
      (import "" "make" (func $make (param i32) (result i32))) (import "" "drop" (func $drop (param i32))) (import "" "take" (func $take (param i32) (result i32)))
      (import "" "look" (func $look (param i32) (result i32))) (import "" "keep" (func $keep (param i32 i32))) (import "" "mixed" (func $mixed (param i32 i32 i32 i32 i32) (result i32)))
      (import "" "swap" (func $swap (param i32 i32) (result i32))) (import "" "pass" (func $pass (param i32 i32) (result i32)))
      (import "" "word" (func $word (result i32))) (import "" "report" (func $report (param i32)))
      (func (export "run") (loop $next
        (block $8 (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
          (br_table $0 $1 $2 $3 $4 $5 $6 $7 $8 (call $word)))
          (return))
          (call $report (call $make (call $word))) (br $next))
          (call $drop (call $word)) (br $next))
          (call $report (call $take (call $word))) (br $next))
          (call $report (call $look (call $word))) (br $next))
          (i32.store (i32.const 256) (call $word)) (i32.store (i32.const 260) (call $word)) (i32.store (i32.const 264) (call $word))
          (call $keep (i32.const 256) (i32.const 3)) (br $next))
          (call $report (call $mixed (call $word) (call $word) (call $word) (call $word) (call $word))) (br $next))
          (call $report (call $swap (call $word) (call $word))) (br $next))
        (call $report (call $pass (call $word) (call $word))) (br $next))))
    (core instance $i (instantiate $m (with "" (instance
      (export "memory" (memory $libc "memory")) (export "make" (func $make')) (export "drop" (func $drop)) (export "take" (func $take')) (export "look" (func $look'))
      (export "keep" (func $keep')) (export "mixed" (func $mixed'')) (export "swap" (func $swap')) (export "pass" (func $pass')) (export "word" (func $word')) (export "report" (func $report'))))))
    (func (export "run") (canon lift (core func $i "run"))))
  (instance $b (instantiate $B (with "r" (type $R)) (with "which" (type $which)) (with "mixed-args" (type $mixed)) (with "make" (func $a "make")) (with "take" (func $a "take"))
    (with "look" (func $a "look")) (with "keep" (func $a "keep")) (with "mixed" (func $a "mixed")) (with "swap" (func $a "swap")) (with "pass" (func $c "pass"))
    (with "word" (func $word)) (with "report" (func $report))))
  (export "b" (instance $b))))";

}  // namespace

TEST_CASE("handles are made, lent, given away and end as the specification's executable definitions say") {
  const Engine engine;
  auto component = Component::from_bytes(engine, bytes(instances), "handles.wat");
  if (!component) FAIL(component.error().to_string());
  std::ifstream file(std::string(WCOMP_SOURCE_DIR) + "/tests/runtime/handles.jsonl");
  REQUIRE(file.good());
  int count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    CAPTURE(line);
    const nlohmann::json vector = nlohmann::json::parse(line);
    const auto program = vector["p"].get<std::vector<std::uint32_t>>();
    std::vector<std::uint32_t> reported;
    std::size_t at = 0;
    Linker linker(engine);
    define(linker, "", "word", [&] { return program.at(at++); });
    define(linker, "", "report", [&](std::uint32_t n) { reported.push_back(n); });
    Instance instance = instantiate(linker, *component);
    const auto done = typed<void()>(instance, "b", "run").call();
    CHECK(done.has_value() != vector["t"].get<bool>());
    CHECK(reported == vector["r"].get<std::vector<std::uint32_t>>());
  }
  CHECK(count >= 400);
}
