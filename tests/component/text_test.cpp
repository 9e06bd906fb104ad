// component/text: parse and print together. What the expected texts say about order is what the reference tool makes of the same input.
#include "component/text/parse.h"

#include <doctest/doctest.h>

#include "component/name_section.h"
#include "component/text_helpers.h"

namespace wcomp::component {
namespace {

using namespace test;

TEST_CASE("types written in place are defined in front, innermost first, and not shared") {
  CHECK(fields(R"((import "f" (func (param "a" (list (list u8))) (result (list u8)))))") ==
        R"((type (;0;) (list u8)) (type (;1;) (list 0)) (type (;2;) (list u8)) (type (;3;) (func (param "a" 1) (result 2))) (import "f" (func (;0;) (type 3))))");
}

TEST_CASE("types written in place come before aliases for outer types that the same definition uses") {
  CHECK(fields(R"((type $t u8) (component (type (record (field "a" $t) (field "b" (list string))))))") ==
        R"((type $t (;0;) u8) (component (;0;) (type (;0;) (list string)) (alias outer 1 $t (type (;1;))) (type (;2;) (record (field "a" 1) (field "b" 0))) ))");
}

TEST_CASE("every use of an outer identifier makes an alias of its own") {
  CHECK(fields(R"((type $t u8) (component (import "a" (func (param "x" $t) (result $t)))))") ==
        R"((type $t (;0;) u8) (component (;0;) (alias outer 1 $t (type (;0;))) (alias outer 1 $t (type (;1;))) (type (;2;) (func (param "x" 0) (result 1))) (import "a" (func (;0;) (type 2))) ))");
}

TEST_CASE("names of exports in references are aliases, in the order of use, after instances written in place") {
  CHECK(fields(R"((import "i" (instance $i (export "n" (instance (export "f" (func))))))
                  (component $c (import "a" (func)) (import "b" (instance (export "f" (func)))))
                  (instance $x (export "out") (instantiate $c (with "a" (func $i "n" "f")) (with "b" (instance (export "f" (func $i "n" "f")))))))")
            .ends_with(R"((alias export $i "n" (instance (;1;))) (alias export 1 "f" (func (;0;))) (instance (;2;) (export "f" (func 0)) ) )"
                       R"((alias export $i "n" (instance (;3;))) (alias export 3 "f" (func (;1;))) (instance $x (;4;) (instantiate $c (with "a" (func 1)) (with "b" (instance 2)) )) )"
                       R"((export (;5;) "out" (instance $x)))"));
}

TEST_CASE("functions are lifted and lowered, with options in the order in which they are written") {
  const std::string text = R"((component
    (core module $m
      (memory (export "mem") 1)
      (func (export "f") (param i32 i32))
      (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $i (instantiate $m))
    (func $f (export "f") (param "s" string)
      (canon lift (core func $i "f") (realloc (core func $i "r")) string-encoding=utf8 (memory (core memory $i "mem"))))
    (canon lift (core func $i "f") (memory (core memory $i "mem")) (realloc (core func $i "r")) (func $g (param "s" string)))
    (core func $low (canon lower (func $f) (memory (core memory $i "mem"))))
    (canon lower (func $g) (memory (core memory $i "mem")) (core func)))
  )";
  check_valid(text);
  const std::string printed = round_trip(text);
  CHECK(has(printed, R"((func $f (;0;) (type 0) (canon lift (core func 0) (realloc 1) string-encoding=utf8 (memory 0))))"));
  CHECK(has(printed, "(core func $low (;4;) (canon lower (func $f) (memory 2)))"));
}

TEST_CASE("older texts can be read when that is asked for") {
  const std::string text = R"((component
    (core module $m (memory (export "mem") 1) (func (export "d") (param i32)))
    (core instance $i (instantiate $m))
    (alias core export $i "d" (core func $d))
    (import "f" (func $f))
    (type (resource (rep i32) (dtor (func $d))))
    (core func (canon lower (func $f) (memory $i "mem") (realloc (func $i "d"))))))";
  CHECK_FALSE(text::parse("t", text).has_value());
  const Result<Bytes> bytes = text::parse("t", text, {.has_lenient_indices = true});
  REQUIRE_MESSAGE(bytes.has_value(), bytes.error().to_string());
  CHECK(decode(*bytes).has_value());
}

TEST_CASE("resources have destructors, handles and built-ins") {
  const std::string text = R"((component
    (core module $m (func (export "drop") (param i32)))
    (core instance $i (instantiate $m))
    (type $r (resource (rep i32) (dtor (core func $i "drop"))))
    (core func $new (canon resource.new $r))
    (canon resource.drop $r (core func $drop))
    (core func (canon resource.rep $r))
    (export $out "r" (type $r))
    (type (own $out)) (type (borrow $out)) (type (result (own $r) (error string)))))";
  check_valid(text);
  CHECK(has(round_trip(text), "(type $r (;0;) (resource (rep i32) (dtor 0)))"));
}

TEST_CASE("every type of values is written and read") {
  round_trip(R"((component
    (type bool) (type char) (type error-context) (type $l (list u8)) (type (list u8 4)) (type (tuple u8 (tuple string))) (type (flags "a" "b"))
    (type (enum "x")) (type (option $l)) (type (result)) (type (result u8)) (type (result (error $l))) (type (map string $l))
    (type (variant (case "a") (case "b" (list f64)))) (type (record (field "x" s8) (field "y" $l))) (type (stream u8)) (type (future))
    (type (func async (param "a" u32) (result f32)))))");
}

TEST_CASE("component, instance and module types have scopes of their own") {
  const std::string text = R"((component $top
    (type $t (list u8))
    (core type $cf (func (param i32)))
    (type $ct (component
      (import "i" (instance $i (export "r" (type $r (sub resource))) (export "f" (func (param "x" (own $r))))))
      (alias export $i "r" (type $r2))
      (export "r3" (type $r3 (eq $r2)))
      (export "g" (func (param "a" $t) (result (own $r3))))
      (core type (func))))
    (import "m" (core module $m
      (alias outer $top $cf (type $x))
      (type $y (func))
      (import "a" "b" (func (type $x)))
      (import "a" "m" (memory 1 2))
      (import "a" "t" (table 1 funcref))
      (export "g" (global (mut i64)))
      (export "y" (func))
      (export "z" (func (result i64)))))
    (import "c" (component (type $ct)))))";
  check_valid(text);
  const std::string printed = round_trip(text);
  CHECK(has(printed, "(alias outer 1 $cf (type (;0;)))"));
  CHECK(has(printed, "(export \"y\" (func (type 1)))"));  // the type that is written down
  CHECK(has(printed, "(type (;2;) (func (result i64)))"));
}

TEST_CASE("core module types have the types of core modules") {
  const std::string printed = round_trip(R"((component
    (core type $f (func (param v128 (ref null func) exnref) (result (ref extern))))
    (core type (module
      (type $t (func (param i32)))
      (import "a" "f" (func (type $t)))
      (import "a" "m" (memory i64 1 2))
      (import "a" "t" (table i64 1 externref))
      (export "g" (global (mut (ref null exn))))))))");
  CHECK(has(printed, "(memory i64 1 2)"));
  CHECK(has(printed, "(table i64 1 externref)"));
  CHECK(has(printed, "(param v128 funcref exnref) (result (ref extern))"));
  CHECK(has(round_trip(R"((component (core type (module (import "a" "e" (tag (param i64)))))))"), R"((import "a" "e" (tag (type 0))))"));
  CHECK(has(round_trip("(component (core type $t (func)) (core type (func (param (ref $t)) (result (ref null $t)))))"), "(func (param (ref 0)) (result (ref null 0)))"));
  // The long forms of one type alone.
  CHECK(fields("(core rec (type $t (func))) (core type (sub final (func (param i32))))") == "(core type $t (;0;) (func)) (core type (;1;) (func (param i32)))");
}

TEST_CASE("imports and exports can be written inside of definitions") {
  CHECK(fields(R"((func $f (export "a") (export "b") (import "f") (param "x" u8)) (core module $m (import "m")) (component (import "c") (export "f" (func))))") ==
        R"((type (;0;) (func (param "x" u8))) (import "f" (func $f (;0;) (type 0))) (core type (;0;) (module)) (import "m" (core module $m (;0;) (type 0))) )"
        R"((type (;1;) (component (type (;0;) (func)) (export "f" (func (;0;) (type 0))) )) (import "c" (component (;0;) (type 1))) (export (;1;) "a" (func $f)) (export (;2;) "b" (func $f)))");
  round_trip(R"((component (instance $i (import "i") (export "f" (func))) (type $t (export "t") (record (field "a" u8))) (core module (export "m") (func))))");
}

TEST_CASE("aliases can be written with the sort first") {
  CHECK(fields(R"((import "i" (instance $i (export "f" (func)) (export "t" (type (sub resource))))) (func $f (alias export $i "f")) (type $t (alias export $i "t")))")
            .ends_with(R"((alias export $i "f" (func $f (;0;))) (alias export $i "t" (type $t (;1;))))"));
  CHECK(fields(R"((core module $m (memory (export "m") 1)) (core instance $i (instantiate $m)) (core memory $x (alias core export $i "m")))")
            .ends_with(R"((alias core export $i "m" (core memory $x (;0;))))"));
  // The first definition of a nested component, not an alias of one.
  CHECK(fields("(type u8) (component (alias outer 1 0 (type $a)))") == "(type (;0;) u8) (component (;0;) (alias outer 1 0 (type $a (;0;))) )");
}

TEST_CASE("attributes and interface names") {
  const std::string text = R"((component
    (import "a" (implements "x:y/z@1.0.0") (external-id "A") (instance $i))
    (import (interface "x:y/z") (instance))
    (instance $j (export "q" (implements "x:y/z") (instance $i)))
    (export "b" (external-id "B\09") (instance $j))))";
  CHECK(has(round_trip(text), R"((import "a" (implements "x:y/z@1.0.0") (external-id "A") (instance $i (;0;) (type 0))))"));
}

TEST_CASE("components and modules can be given as bytes or quoted") {
  const std::shared_ptr<const Component> c =
      load(R"x((component (core module binary "\00asm" "\01\00\00\00") (component binary "\00asm\0d\00\01\00") (core module $q quote "(func)")))x");
  CHECK(c->definitions.size() == 4);  // with the name of $q
  const std::string printed = text::print(*c);
  CHECK(has(printed, "(core module (;0;)\n  )"));
  CHECK(has(printed, "(component (;0;))"));
  const Result<Bytes> quoted = text::parse("t", R"x((component quote "(type u8)" "(type u16)"))x");
  REQUIRE(quoted.has_value());
  CHECK(*quoted == encode(*load("(component (type u8) (type u16))")));
  CHECK(text::parse("t", R"((component binary "anything"))").value() == Bytes{'a', 'n', 'y', 't', 'h', 'i', 'n', 'g'});
  CHECK(has(refusal(R"((component (component binary "\00asm")))"), "in this binary"));
}

TEST_CASE("a core module that is not understood is printed as its bytes") {
  const std::string printed = round_trip(R"((component (core module $m binary "\00asm\01\00\00\00\01\03\01\5f\00")))");  // a struct type
  CHECK(has(printed, R"((core module $m (;0;) binary)"));
}

TEST_CASE("identifiers become the name section and come back") {
  const std::shared_ptr<const Component> c = load(R"((component $top
    (type $t u8) (component $"a b" (type $inner u8)) (instance $i) (core module $m (func $f)) (core instance $ci (instantiate $m)) (import "x" (func $x))))");
  CHECK(c->name == "top");
  const auto* section = std::get_if<CustomSection>(&c->definitions.back().item);
  REQUIRE(section != nullptr);
  const Names names = decode_names(section->bytes);
  CHECK(names.items.at(Sort::type) == core::NameMap{{0, "t"}});
  CHECK(names.items.at(Sort::component) == core::NameMap{{0, "a b"}});
  CHECK(names.items.at(Sort::func) == core::NameMap{{0, "x"}});
  CHECK(encode_names(names) == Bytes(section->bytes.begin(), section->bytes.end()));
  const std::string printed = text::print(*c);
  CHECK(has(printed, "(component $top\n"));
  CHECK(has(printed, "(component $\"a b\" (;0;)"));
  CHECK(encode(*load(printed)) == encode(*c));
  const std::string plain = text::print(*c, {.use_names = false});
  CHECK(has(plain, "(core instance (;0;) (instantiate 0))"));
  CHECK(has(plain, "(@custom \"component-name\" "));
}

TEST_CASE("a name can be given apart from the identifier") {
  CHECK(has(round_trip("(component (core module $m (func)))"), "(core module $m (;0;)\n"));
  CHECK(has(round_trip("(component (core module (@name \"a b\") (func)))"), "(core module $\"a b\" (;0;)\n"));
  CHECK(has(round_trip("(component (core module $m (@name \"x\") (func)))"), "(core module $x (;0;)\n"));
  CHECK(has(round_trip("(component (import \"f\" (func $f (@name \"x\") (param \"a\" u8))))"), "(func $x (;0;) (type 0))"));
  CHECK(has(round_trip("(component (type $a (@name \"x\") u8) (type $b (@name \"x\") (list $a)))"), "(type $x#1 (@name \"x\") (;1;) (list $x))"));
  CHECK(has(round_trip("(component $c (@name \"x\") (type $t (@name \"\") u8))"), "(component $x\n  (type (@name \"\") (;0;) u8)"));
}

TEST_CASE("nested modules and components may call themselves something else than their component does") {
  const std::string text = R"((component
    (core module $m (@wcomp.own-name "") (func)) (core module $n (@wcomp.own-name "own") (func $f)) (core module $o (@wcomp.own-name "\"\\"))
    (component $c (@wcomp.own-name "") (type u8)) (component $d (@wcomp.own-name "other") (type $t u8))))";
  const std::string printed = round_trip(text);
  for (const std::string_view part : {"(core module $m (;0;) (@wcomp.own-name \"\")", "(core module $n (;1;) (@wcomp.own-name \"own\")",
                                      "(component $c (;0;) (@wcomp.own-name \"\")", "(component $d (;1;) (@wcomp.own-name \"other\")"}) {
    CHECK(has(printed, part));
  }
  CHECK(has(refusal("(component (core module (func (@wcomp.own-name \"x\"))))"), "this annotation is one of components"));
}

TEST_CASE("the name section keeps its place, and its bytes where they are not those that identifiers make") {
  const std::string placed = "(component (type $a u8) (@wcomp.name-section) (type $b u16))";
  CHECK(has(round_trip(placed), "(@wcomp.name-section)\n  (type $b (;1;) u16)"));
  const std::shared_ptr<const Component> c = load(placed);
  REQUIRE(c->definitions.size() == 3);
  CHECK(std::holds_alternative<CustomSection>(c->definitions[1].item));
  // Names of what is not there, and a subsection that is not known.
  const std::string foreign = round_trip(R"((component (type $a u8) (@custom "component-name" "\01\05\03\01\00\01a\09\00")))");
  CHECK(has(foreign, "(type $a (;0;) u8)"));
  CHECK(has(foreign, "(@custom \"component-name\""));
}

TEST_CASE("what a binary says in a form that means the same is kept") {
  const std::string printed = round_trip(R"((component (import (@wcomp.name-form "\01") "a" (func)) (import (@wcomp.name-form "\02") "b" (func))
    (import "c" (external-id "e") (implements "a:b/c") (instance)) (type u8) (@wcomp.section) (type u16)))");
  CHECK(has(printed, R"((import (@wcomp.name-form "\01") "a" )"));
  CHECK(has(printed, R"((import (@wcomp.name-form "\02") "b" )"));
  CHECK(has(printed, R"("c" (external-id "e") (implements "a:b/c") )"));
  CHECK(has(printed, "(@wcomp.section)\n  (type (;4;) u16)"));
  CHECK(has(refusal(R"((component (import (@wcomp.name-form "\03") "a" (func))))"), "no such form of a name"));
}

TEST_CASE("names that are there twice, or are long, do not spoil the text") {
  Component c = *load("(component (type u8) (type u8) (type (tuple 0 1)))");
  const std::string long_name(300, 'x');
  const Bytes contents = encode_names({.component = {}, .items = {{Sort::type, {{0, "a"}, {1, "a"}, {2, long_name}, {77, "nothing"}}}}});
  c.definitions.push_back({.item = CustomSection{.name = "component-name", .bytes = contents, .storage = nullptr}});
  const std::string printed = text::print(c);
  CHECK(has(printed, "(type $a (;0;) u8)"));
  CHECK(has(printed, "(type $a#1 (@name \"a\") (;1;) u8)"));
  CHECK(has(printed, "(tuple $a $a#1)"));
  CHECK(load(printed)->definitions.size() == 4);
}

TEST_CASE("custom sections are annotations") {
  const std::string printed = round_trip(R"((component (@custom "x" "a\00b") (type u8) (@producers (processed-by "p" "1") (language "C" "17")) (@custom "producers" "broken")))");
  CHECK(has(printed, R"((@custom "x" "a\00b"))"));
  CHECK(has(printed, R"((@producers (language "C" "17") (processed-by "p" "1")))"));
  CHECK(has(printed, R"((@custom "producers" "broken"))"));
  CHECK(has(round_trip(R"((component (core module (@producers (language "C" "17")) (func))))"), "producers"));
}

TEST_CASE("a skeleton leaves out what modules hold") {
  const std::string printed = text::print(*load("(component (core module $m (func $secret)))"), {.is_skeleton = true});
  CHECK(has(printed, "(core module $m (;0;) ...)"));
  CHECK(printed.find("secret") == printed.npos);
}

TEST_CASE("mistakes are shown where they are") {
  CHECK(has(refusal("(component\n  (export \"f\" (func $f)))"), "test.wat:2:21"));
  CHECK(has(refusal("(component (export \"f\" (func $f)))"), "unknown func `$f`"));
  CHECK(has(refusal("(component (type $f u8) (export \"f\" (func $f)))"), "this is a type"));
  const std::string twice = refusal("(component (type $t u8)\n (type $t u8))");
  CHECK(has(twice, "duplicate type identifier `$t`"));
  CHECK(has(twice, "first defined here"));
  CHECK(has(refusal("(component (import \"f\" (func $f)) (component (export \"g\" (func $f))))"), "is a func of a component around this one"));
  CHECK(has(refusal("(component (func (type 0) (canon lower (func 0))))"), "a function is made by `canon lift`"));
  CHECK(has(refusal("(component (bogus))"), "unexpected token `bogus` where a definition of a component should stand"));
  CHECK(has(refusal("(component (type (record (field $x u8))))"), "unexpected token `$x` where a string should stand"));
  CHECK(has(refusal("(component (type (list (func))))"), "a type of values"));
  CHECK(has(refusal("(component (type (instance (import \"a\" (func)))))"), "a type, an alias or an export"));
  CHECK(has(refusal("(component (alias export 0 \"x\" (core func)))"), "a core func is no export of an instance"));
  CHECK(has(refusal("(component (alias outer $no 0 (type)))"), "no component or type around this one is called `$no`"));
  CHECK(has(refusal("(component (alias outer 7 $no (type)))"), "there are only 0 components and types to leave"));
  CHECK(has(refusal("(component (core func (canon lower (func 0) (memory 0) (memory 0))))"), "canonical option `memory` is given twice"));
  CHECK(has(refusal("(component (core func (canon lower (func 0) (memory $i))))"), "unknown core memory `$i`"));
  CHECK(has(refusal("(component (core func (canon lower (func 0) (memory 0 \"mem\"))))"), "write `(core memory 0 \"mem\")`"));
  CHECK(has(refusal("(component (core func (canon lower (func 0) (realloc (func 0)))))"), "the word `core` is missing: write `(core func ..)`"));
  CHECK(has(refusal("(component (core module (func (i32.bogus))))"), "unknown operator `i32.bogus`"));
  CHECK(has(refusal("(component (core type (module (type (module)))))"), "a module type cannot contain another"));
  CHECK(has(refusal("(component (component) (instance (instantiate 0 (with \"a\" (instance (export \"f\" (func 0)) junk)))))"), "unexpected token `junk`"));
  CHECK(has(refusal("(component) (component)"), "the end of the text"));
  CHECK(has(refusal("(component (import \"\\ff\" (func)))"), "malformed UTF-8"));
}

TEST_CASE("what is not supported is refused by name") {
  CHECK(has(refusal("(component (core type (struct)))"), "`struct`"));
  CHECK(has(refusal("(component (core type (shared (func))))"), "`shared`"));
  CHECK(has(refusal("(component (core type (sub (func))))"), "core types with subtypes"));
  CHECK(has(refusal("(component (core rec))"), "recursive core types (here 0 in one group"));
  CHECK(has(refusal("(component (core rec (type (func)) (type (func))))"), "recursive core types (here 2 in one group"));
  CHECK(has(refusal("(component (core func (canon lower (func 0) gc)))"), "canonical option `gc`"));
  CHECK(has(refusal("(component (core func (canon lower (func 0) (core-type 0))))"), "canonical option `core-type`"));
  CHECK(has(refusal("(component (core func (canon resource.drop async 0)))"), "`resource.drop` with `async`"));
  CHECK(has(refusal("(component (core type (module (import \"a\" \"m\" (memory 1 (pagesize 1))))))"), "pagesize"));
  CHECK(has(refusal("(component (@dylink.0))"), "an annotation of core modules"));
}

TEST_CASE("nesting is bounded, whatever nests") {
  const auto nested = [](std::string_view open, std::string_view inner, std::size_t depth) {
    std::string out = "(component ";
    for (std::size_t i = 0; i < depth; ++i) out += open;
    out += inner;
    for (const char c : std::string(open)) {
      if (c == '(') out.append(depth, ')');
    }
    return out + ")";
  };
  CHECK(has(refusal(nested("(component ", "", 10'000)), "nested more than 100 deep"));
  CHECK(has(refusal(nested("(type (component ", "", 10'000)), "nested more than 100 deep"));
  CHECK(has(refusal("(component (type " + std::string(50'000, '(')), "unclosed"));
  std::string lists = "(component (type ";
  for (int i = 0; i < 10'000; ++i) lists += "(list ";
  lists += "u8" + std::string(10'002, ')');
  CHECK(has(refusal(lists), "nested more than 100 deep"));
  round_trip(nested("(component ", "", 90));
}

TEST_CASE("what is printed grows with what was read, not faster") {
  std::string source = "(component (type $" + std::string(5000, 'x') + " u8) (type (tuple";
  for (int i = 0; i < 5000; ++i) source += " 0";
  CHECK(text::print(*load(source + ")))")).size() < 100'000);
}

}  // namespace
}  // namespace wcomp::component
