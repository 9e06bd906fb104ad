// shared_libraries: small libraries as text, linked; what they mean is what the merged module does when it runs.
#include "component/shared_libraries/link.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "component/wit_codec.h"
#include "core/expr_reader.h"
#include "core/text/parse.h"
#include "wit/wit.h"

using namespace wcomp;
using namespace wcomp::component;

namespace {

SharedLibrary library(std::string name, const std::string& fields, bool is_dl_openable = false) {
  auto bytes = core::text::parse(name, "(module " + fields + ")");
  REQUIRE_MESSAGE(bytes, (bytes ? "" : bytes.error().to_string()));
  return {std::move(name), std::make_shared<const Bytes>(*std::move(bytes)), is_dl_openable};
}

Result<SharedLinkResult> try_link(const std::vector<SharedLibrary>& libraries, const SharedLinkOptions& options = {}) { return link_shared_libraries(libraries, options); }

core::Module linked(const std::vector<SharedLibrary>& libraries, const SharedLinkOptions& options = {}) {
  auto result = try_link(libraries, options);
  REQUIRE_MESSAGE(result, (result ? "" : result.error().to_string()));
  const auto again = try_link(libraries, options);
  REQUIRE(again);
  CHECK(again->module == result->module);
  auto module = core::decode(std::move(result->module));
  REQUIRE_MESSAGE(module, (module ? "" : module.error().to_string()));
  auto valid = core::validate(*module);
  REQUIRE_MESSAGE(valid, (valid ? "" : valid.error().to_string()));
  return *std::move(module);
}

std::string refused(const std::vector<SharedLibrary>& libraries, std::string_view code, const SharedLinkOptions& options = {}) {
  const auto result = try_link(libraries, options);
  REQUIRE(!result);
  CHECK(result.error().first().code == code);
  return result.error().to_string();
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::vector<std::string> imports(const core::Module& m) {
  std::vector<std::string> out;
  for (const core::Import& i : m.imports) out.push_back(i.module + " " + i.name);
  return out;
}
/// Names of what a function calls, in order.
std::vector<std::string> calls(const core::Module& m, std::uint32_t func) {
  std::vector<std::string> out;
  core::ExprReader in(m.funcs.at(func - m.imported_funcs).body);
  while (!in.at_end()) {
    const core::Instr& i = in.take();
    const std::string* name = i.opcode == core::Opcode::call ? core::find_name(m.names.funcs, i.index) : nullptr;
    if (name != nullptr) out.push_back(*name);
  }
  return out;
}
std::vector<std::string> calls_of_export(const core::Module& m, std::string_view name) {
  const core::Export* e = m.find_export(name);
  REQUIRE(e != nullptr);
  return calls(m, e->index);
}
/// The constants in a function, in order.
std::vector<std::int32_t> constants(const core::Module& m, std::string_view name) {
  const core::Export* e = m.find_export(name);
  REQUIRE(e != nullptr);
  std::vector<std::int32_t> out;
  core::ExprReader in(m.funcs.at(e->index - m.imported_funcs).body);
  while (!in.at_end()) {
    const core::Instr& i = in.take();
    if (i.opcode == core::Opcode::i32_const) out.push_back(static_cast<std::int32_t>(i.bits));
  }
  return out;
}

constexpr std::int32_t stack = 1024 * 1024;

}  // namespace

TEST_CASE("a function of another library is called directly, the first library's of those that have it, and data has its final address") {
  const core::Module m = linked({
      library("app", R"((@dylink.0 (mem-info (memory 5 0)))
        (import "env" "f" (func $f (result i32))) (import "GOT.mem" "x" (global $x (mut i32))) (import "env" "__memory_base" (global $base i32))
        (func (export "a:b/i#run") (result i32) global.get $base global.get $x call $f drop drop))"),
      library("one", R"((@dylink.0 (mem-info (memory 8 3))) (func $one (export "f") (result i32) i32.const 1) (global (export "x") i32 (i32.const 4)))"),
      library("two", R"((@dylink.0 (mem-info (memory 8 3))) (func $two (export "f") (result i32) i32.const 2) (global (export "x") i32 (i32.const 0)))"),
  });
  CHECK(m.imports.empty());
  CHECK(calls_of_export(m, "a:b/i#run") == std::vector<std::string>{"one"});
  CHECK(constants(m, "a:b/i#run") == std::vector<std::int32_t>{stack, stack + 8 + 4});  // five bytes, then the next multiple of 8
}

TEST_CASE("a symbol with the name but another type is not the one that is meant, and the message says which type it has") {
  const auto importer = library("app", R"((@dylink.0) (import "env" "f" (func (param i32))) (func (export "a:b/i#run")))");
  const std::string text = refused({importer, library("one", R"((@dylink.0) (func (export "f") (param i64)))")}, "missing-import");
  CHECK(has(text, "`app` needs function `f` [i32] -> []"));
  CHECK(has(text, "library `one` has as [i64] -> []"));
  linked({importer, library("one", R"((@dylink.0) (func (export "f") (param i64)))"), library("two", R"((@dylink.0) (func (export "f") (param i32)))")});
}

TEST_CASE("everything that is missing is listed at once") {
  const std::string text = refused({library("app", R"((@dylink.0) (import "env" "f" (func)) (import "GOT.mem" "d" (global (mut i32))) (import "GOT.func" "g" (global (mut i32)))
    (import "env" "t" (tag)) (import "env" "v" (global (mut i64))))"),
                                    library("b", R"((@dylink.0) (import "env" "h" (func (result i64))))")},
                                   "missing-import");
  for (const std::string_view part : {"6 symbols are missing", "`app` needs function `f` [] -> []", "variable `d`", "function `g`", "tag `t`", "global `v`", "`b` needs function `h` [] -> [i64]"}) CHECK_MESSAGE(has(text, part), text);
}

TEST_CASE("stubs stand for missing functions where that is asked for, never for variables") {
  const auto app = library("app", R"((@dylink.0) (import "env" "f" (func $f)) (import "GOT.func" "f" (global $a (mut i32))) (import "env" "__indirect_function_table" (table 0 funcref))
    (func (export "a:b/i#run") (result i32) call $f global.get $a))");
  const core::Module m = linked({app}, {.stub_missing_functions = true});
  CHECK(calls_of_export(m, "a:b/i#run") == std::vector<std::string>{"missing:f"});
  CHECK(constants(m, "a:b/i#run") == std::vector<std::int32_t>{1});
  CHECK(has(refused({app}, "missing-import"), "--stub-missing-functions"));
  CHECK_FALSE(has(refused({library("app", R"((@dylink.0) (import "GOT.mem" "d" (global (mut i32))))")}, "missing-import", {.stub_missing_functions = true}), "--stub"));
}

TEST_CASE("weak symbols may be missing: their address is 0 and their functions trap") {
  const core::Module m = linked({library("app", R"((@dylink.0 (import-info "env" "f" binding-weak undefined) (import-info "env" "d" binding-weak undefined))
    (import "env" "f" (func $f)) (import "GOT.func" "f" (global $a (mut i32))) (import "GOT.mem" "d" (global $d (mut i32)))
    (func (export "a:b/i#run") (result i32 i32) call $f global.get $a global.get $d))")});
  CHECK(constants(m, "a:b/i#run") == std::vector<std::int32_t>{0, 0});
  CHECK(calls_of_export(m, "a:b/i#run") == std::vector<std::string>{"missing:f"});
}

TEST_CASE("weak symbols that some library has are found") {
  const core::Module m = linked({library("app", R"((@dylink.0 (import-info "env" "f" binding-weak undefined)) (import "env" "f" (func $f)) (import "GOT.func" "f" (global $a (mut i32)))
    (func (export "a:b/i#run") (result i32) call $f global.get $a))"),
                                 library("lib", R"((@dylink.0) (func $found (export "f")))")});
  CHECK(calls_of_export(m, "a:b/i#run") == std::vector<std::string>{"found"});
  CHECK(constants(m, "a:b/i#run") == std::vector<std::int32_t>{1});
}

TEST_CASE("a function has one address: the slot of its library's own table, if that has one") {
  const auto user = [](std::string name, std::string interface) {
    return library(std::move(name), R"((@dylink.0) (import "GOT.func" "f" (global $f (mut i32))) (import "GOT.func" "g" (global $g (mut i32))) (import "env" "__indirect_function_table" (table 0 funcref))
      (func (export ")" + interface + R"(#run") (result i32 i32) global.get $f global.get $g))");
  };
  const core::Module m = linked({user("a", "a:b/i"), user("b", "a:b/j"), library("lib", R"((@dylink.0 (mem-info (table 2 0))) (import "env" "__indirect_function_table" (table 2 funcref)) (import "env" "__table_base" (global $base i32))
    (func $f (export "f")) (func $g (export "g")) (elem (global.get $base) func $g))")});
  // Slot 0 is null, 1 and 2 are the library's.
  CHECK(constants(m, "a:b/i#run") == std::vector<std::int32_t>{3, 1});
  CHECK(constants(m, "a:b/j#run") == std::vector<std::int32_t>{3, 1});
  REQUIRE(m.tables.size() == 1);
  CHECK(m.tables[0].type.limits.min == 4);
}

TEST_CASE("start functions, relocations of all, then constructors of all, each library after those that it needs") {
  const auto lib = [](const std::string& name, const std::string& needed, const std::string& initializer) {
    return library(name, "(@dylink.0 (needed" + needed + ")) (func $start_" + name + ") (start $start_" + name + ") (func $relocs_" + name + " (export \"__wasm_apply_data_relocs\")) (func $ctors_" + name + " (export \"" +
                             initializer + "\")) (func (export \"a:b/" + name + "#run\"))");
  };
  const core::Module m = linked({lib("app", " \"mid\"", "__wasm_call_ctors"), lib("base", "", "_initialize"), lib("mid", " \"base\" \"loop\"", "__wasm_call_ctors"), lib("loop", " \"mid\"", "__wasm_call_ctors")});
  REQUIRE(m.start.has_value());
  CHECK(calls(m, m.start->value) == std::vector<std::string>{"start_base", "start_mid", "start_loop", "start_app", "relocs_base", "relocs_mid", "relocs_loop", "relocs_app"});
  CHECK(calls_of_export(m, "_initialize") == std::vector<std::string>{"ctors_base", "ctors_mid", "ctors_loop", "ctors_app"});
}

TEST_CASE("a program's start runs the constructors first") {
  const core::Module m = linked({library("app", R"((@dylink.0) (func $main (export "_start")) (func $ctors (export "__wasm_call_ctors")))")});
  CHECK(calls_of_export(m, "_start") == std::vector<std::string>{"ctors", "main"});
  CHECK(m.find_export("_initialize") == nullptr);
}

TEST_CASE("libraries that nothing reaches are left out, with what they import") {
  const auto result = try_link({library("app", R"((@dylink.0 (needed "dep")) (func (export "a:b/i#run")))"), library("dep", R"((@dylink.0))"),
                                library("unused", R"((@dylink.0 (needed "dep")) (import "x:y/z" "f" (func)) (func (export "g")))")});
  REQUIRE(result);
  CHECK(result->unused == std::vector<std::string>{"unused"});
  const auto m = core::decode(result->module);
  REQUIRE(m);
  CHECK(m->imports.empty());
}

TEST_CASE("functions of WIT stay imports, equal ones once") {
  const std::string body = R"((@dylink.0) (import "x:y/z" "f" (func $f (param i32))) (import "x:y/z" "g" (func)) (func (export ")";
  const core::Module m = linked({library("a", body + "a:b/i#run\") i32.const 1 call $f)"), library("b", body + "a:b/j#run\") i32.const 1 call $f)")});
  CHECK(imports(m) == std::vector<std::string>{"x:y/z f", "x:y/z g"});
}

TEST_CASE("the same function of WIT in two libraries is an error, the same function of C is not") {
  const std::string run = R"((@dylink.0) (func (export "a:b/i#run")) (func (export "c_function")))";
  CHECK(has(refused({library("one", run), library("two", run)}, "duplicate-name"), "libraries `one` and `two` both export `a:b/i#run`"));
  const std::string realloc = R"((func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))";
  const core::Module m = linked({library("one", "(@dylink.0) (func (export \"a:b/i#run\"))" + realloc), library("two", "(@dylink.0) (func (export \"a:b/j#run\"))" + realloc)});
  CHECK(m.find_export("cabi_realloc") != nullptr);
}

TEST_CASE("only what a component may need is exported") {
  const core::Module m = linked({library("app", R"((@dylink.0) (func (export "helper")) (func (export "a:b/i#run")) (func (export "cabi_post_a:b/i#run")) (func (export "[async-lift]f") (result i32) unreachable) (global (export "data") i32 (i32.const 0)))")});
  std::vector<std::string> names;
  for (const core::Export& e : m.exports) names.push_back(e.name);
  CHECK(names == std::vector<std::string>{"a:b/i#run", "cabi_post_a:b/i#run", "[async-lift]f", "memory"});
}

TEST_CASE("what the linker defines: stack, heap, bases, the memory's size") {
  const core::Module m = linked({library("app", R"((@dylink.0 (mem-info (memory 100 0) (table 5 2)))
    (import "env" "memory" (memory 1)) (import "env" "__indirect_function_table" (table 0 funcref))
    (import "env" "__stack_pointer" (global $sp (mut i32))) (import "env" "__init_stack_pointer" (global $isp i32)) (import "env" "__memory_base" (global $mb i32)) (import "env" "__table_base" (global $tb i32))
    (import "GOT.mem" "__heap_base" (global $hb (mut i32))) (import "GOT.mem" "__heap_end" (global $he (mut i32))) (import "GOT.mem" "__stack_high" (global $sh (mut i32))) (import "GOT.mem" "__stack_low" (global $sl (mut i32)))
    (data (global.get $mb) "abc")
    (func (export "a:b/i#run") (result i32 i32 i32 i32 i32 i32 i32) global.get $sp drop global.get $isp global.get $mb global.get $tb global.get $hb global.get $he global.get $sh global.get $sl))")},
                                {.stack_size = 65530});
  CHECK(constants(m, "a:b/i#run") == std::vector<std::int32_t>{65536, 65536, 4, 65536 + 112, 2 * 65536, 65536, 0});
  REQUIRE(m.globals.size() == 1);
  CHECK(m.globals[0].type.is_mutable);
  CHECK(m.mems[0].limits.min == 2);
  CHECK(m.tables[0].type.limits.min == 9);
  REQUIRE(m.datas.size() == 1);
}

TEST_CASE("an address that code changes is a variable of that library") {
  const core::Module m = linked({library("app", R"((@dylink.0) (import "GOT.mem" "x" (global $x (mut i32))) (global (export "x") i32 (i32.const 3)) (func (export "a:b/i#run") i32.const 5 global.set $x))")});
  REQUIRE(m.globals.size() >= 1);
  CHECK(m.globals[0].type.is_mutable);
}

TEST_CASE("code is renumbered in every kind of immediate, and stays valid") {
  const auto lib = [](const std::string& name) {
    return library(name, R"((@dylink.0 (mem-info (memory 16 4) (table 4 0)))
      (type $pair (func (param i32) (result i32 i32))) (type $unary (func (param i32) (result i32))) (type $self (func (param (ref null $self))))
      (import "env" "memory" (memory 1)) (import "env" "__indirect_function_table" (table $t 1 funcref)) (import "env" "__table_base" (global $tb i32)) (import "env" "__memory_base" (global $mb i32))
      (memory $own 1) (table $mine 2 (ref null $unary)) (tag $e (param i32)) (global $g (mut (ref null $unary)) (ref.null $unary)) (global $n i64 (i64.const 5))
      (elem $el func $f) (elem (table $mine) (i32.const 0) (ref null $unary) (ref.func $f)) (elem (offset (i32.add (global.get $tb) (i32.const 1))) func $f) (elem declare func $p)
      (data $d "xyz") (data (offset (i32.add (global.get $mb) (i32.const 4))) "abc") (data (memory $own) (i32.const 0) "q")
      (func $p (type $pair) local.get 0 local.get 0)
      (func $f (type $unary) (local $r (ref null $unary))
        local.get 0 (block (type $pair) call $p) i32.add drop
        (block (result (ref null $unary)) (global.get $g)) local.set $r
        (if (i32.const 0) (then (drop (call_ref $unary (i32.const 1) (ref.func $f)))))
        (drop (select (result (ref null $unary)) (ref.null $unary) (global.get $g) (i32.const 1)))
        (drop (block $h (result i32) (try_table (catch $e $h) (throw $e (i32.const 1))) (i32.const 0)))
        (global.set $g (ref.func $f)) (table.set $mine (i32.const 0) (ref.func $f)) (drop (table.get $mine (i32.const 0))) (drop (table.size $t))
        (memory.init $own $d (i32.const 0) (i32.const 0) (i32.const 3)) (memory.copy 0 $own (i32.const 0) (i32.const 0) (i32.const 1)) (memory.fill $own (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop $d)
        (table.init $t $el (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop $el) (table.copy $t $t (i32.const 0) (i32.const 0) (i32.const 1))
        (v128.store8_lane $own offset=3 3 (i32.const 1) (v128.const i32x4 0 0 0 0)) (i32.store8 $own offset=300 (i32.const 1) (i32.const 2)) (drop (memory.grow $own (i32.const 0)))
        (drop (i64.load (i32.const 8)))
        (return_call_indirect $t (type $unary) (i32.const 1) (i32.const 2)))
      (func (export ")" + name + R"(:x/y#run") (param i32) (result i32) (br_table 0 0 (local.get 0) (local.get 0))))");
  };
  const core::Module m = linked({lib("a"), lib("b"), lib("c")});
  CHECK(m.mems.size() == 4);
  CHECK(m.tables.size() == 4);
  CHECK(m.tags.size() == 3);
  CHECK(m.types.size() == 4);  // equal types of all three once
  CHECK(m.data_count == 9);
  CHECK(m.elems.size() == 12);
  // Names that clash have the library's in front.
  CHECK(std::ranges::count_if(m.names.funcs, [](const auto& n) { return n.second == "f" || n.second == "b:f" || n.second == "c:f"; }) == 3);
}

TEST_CASE("tags and globals that are no addresses are shared") {
  const core::Module m = linked({library("app", R"((@dylink.0) (import "env" "t" (tag $t (param i32))) (import "env" "v" (global $v (mut i64))) (func (export "a:b/i#run") (global.set $v (i64.const 2)) (throw $t (i32.const 1))))"),
                                 library("lib", R"((@dylink.0) (tag (export "t") (param i32)) (global (export "v") (mut i64) (i64.const 1)))")});
  CHECK(m.tags.size() == 1);
  CHECK(m.globals.size() == 1);
}

TEST_CASE("functions that libraries pass on to each other and nobody defines are missing") {
  const auto lib = [](const std::string& name, const std::string& from, const std::string& to) { return library(name, "(@dylink.0) (import \"env\" \"" + from + "\" (func $f)) (export \"" + to + "\" (func $f)) (func (export \"a:b/" + name + "#run\") call $f)"); };
  CHECK(has(refused({lib("a", "x", "y"), lib("b", "y", "x")}, "missing-import"), "2 symbols"));
  const core::Module m = linked({lib("a", "x", "y"), lib("b", "y", "z"), library("c", R"((@dylink.0) (func $real (export "x")))")});
  CHECK(calls_of_export(m, "a:b/b#run") == std::vector<std::string>{"real"});
}

TEST_CASE("libraries that are needed have to be there, and their names differ") {
  const std::string text = refused({library("a", R"((@dylink.0 (needed "b" "c")))"), library("d", R"((@dylink.0 (needed "c" "a")))")}, "missing-import");
  CHECK(has(text, "3 libraries are missing"));
  CHECK(has(text, "`a` needs library `b`"));
  CHECK(has(text, "`d` needs library `c`"));
  CHECK(has(refused({library("a", "(@dylink.0)"), library("a", "(@dylink.0)")}, "duplicate-name"), "`a`"));
}

TEST_CASE("what is no shared library, or one that cannot be linked, is refused with what to do") {
  CHECK(has(refused({library("a", "(func)")}, "invalid"), "-shared"));
  CHECK(has(refused({library("a", "(@dylink.0) (memory (export \"memory\") 1)")}, "invalid"), "a memory `memory` of its own"));
  CHECK(has(refused({library("a", "(@dylink.0) (import \"env\" \"memory\" (memory i64 1))")}, "unsupported"), "64-bit"));
  CHECK(has(refused({library("a", "(@dylink.0) (func (export \"_initialize\")) (func (export \"__wasm_call_ctors\"))")}, "invalid"), "both `__wasm_call_ctors` and `_initialize`"));
  CHECK(has(refused({library("a", "(@dylink.0) (func (export \"__wasm_call_ctors\") (param i32))")}, "export-mismatch"), "[i32] -> []"));
  CHECK(has(refused({library("a", "(@dylink.0) (import \"env\" \"__memory_base\" (global (mut i32)))")}, "import-mismatch"), "`__memory_base`"));
  CHECK(has(refused({library("a", "(@dylink.0) (import \"GOT.mem\" \"x\" (global (mut i64)))")}, "import-mismatch"), "`GOT.mem` `x`"));
  CHECK(has(refused({library("a", "(@dylink.0) (import \"x\" \"y\" (global i32))")}, "unsupported"), "`x` `y`"));
  CHECK(has(refused({library("a", "(@dylink.0) (import \"x\" \"y\" (memory 1))")}, "unsupported"), "the memory `x` `y`"));
  CHECK(has(refused({library("a", "(@custom \"dylink.0\" (before first) \"\\01\\02\\00\")")}, "unexpected-end"), "dylink.0"));
  CHECK(has(refused({library("a", "(@dylink.0) (@custom \"dylink.0\" \"\")")}, "invalid"), "two sections"));
}

TEST_CASE("sizes that no memory or table has room for are refused") {
  CHECK(has(refused({library("a", "(@dylink.0 (mem-info (memory 4294967295 0)))")}, "limit-exceeded"), "library `a`"));
  CHECK(has(refused({library("a", "(@dylink.0 (mem-info (memory 2147483648 31)))"), library("b", "(@dylink.0 (mem-info (memory 1 31)))")}, "limit-exceeded"), "library `a`"));
  CHECK(has(refused({library("a", "(@dylink.0 (mem-info (memory 0 32)))")}, "limit-exceeded"), "2^32"));
  CHECK(has(refused({library("a", "(@dylink.0 (mem-info (table 4294967295 0)))")}, "limit-exceeded"), "table"));
  CHECK(has(refused({library("a", "(@dylink.0 (mem-info (table 1 31)))")}, "limit-exceeded"), "table"));
  CHECK(has(refused({library("a", "(@dylink.0) (import \"env\" \"memory\" (memory 1 2))")}, "limit-exceeded"), "allows 2"));
  CHECK(has(refused({library("a", "(@dylink.0)")}, "limit-exceeded", {.stack_size = 0xffff'fff5}), "the stack"));
}

TEST_CASE("thread-local bases are kept for each library that has such variables") {
  const auto lib = [](const std::string& name, bool has_info) {
    return library(name, R"((@dylink.0 (mem-info (memory 16 2)))
      (import "env" "__wasm_get_tls_base" (func $get (result i32))) (import "env" "__wasm_set_tls_base" (func $set (param i32))) (import "env" "__wasm_get_stack_pointer" (func $sp (result i32)))
      (import "GOT.mem" "__wasm_program_tls_info" (global $info (mut i32)))
      (func (export "a:b/)" + name + R"(#run") (result i32) call $get call $set call $sp drop global.get $info))" + (has_info ? "(global (export \"__wasm_library_tls_info\") i32 (i32.const 8))" : ""));
  };
  const core::Module m = linked({lib("a", true), lib("none", false), lib("b", true)});
  CHECK(imports(m) == std::vector<std::string>{"env __wasm_get_stack_pointer"});
  // count, the infos of both, where the bases are
  const std::int32_t bases = stack + 48, infos = bases + 8, info = infos + 8;
  CHECK(constants(m, "a:b/a#run") == std::vector<std::int32_t>{info});
  REQUIRE(m.datas.size() == 2);
  ByteReader list(m.datas[0].bytes), program(m.datas[1].bytes);
  CHECK(*list.fixed_u32() == static_cast<std::uint32_t>(stack + 8));
  CHECK(*list.fixed_u32() == static_cast<std::uint32_t>(stack + 32 + 8));
  CHECK(*program.fixed_u32() == 2);
  CHECK(*program.fixed_u32() == static_cast<std::uint32_t>(infos));
  CHECK(*program.fixed_u32() == static_cast<std::uint32_t>(bases));
}

TEST_CASE("dlopen finds the libraries that may be opened, by sorted names, and their functions have slots") {
  const core::Module m = linked({library("app", R"((@dylink.0 (mem-info (memory 4 2))) (import "GOT.mem" "__wasm_libdl_libraries" (global $l (mut i32))) (func (export "a:b/i#run") (result i32) global.get $l))"),
                                 library("z.so", R"((@dylink.0) (func $f (export "f")))", true), library("a.so", R"((@dylink.0 (mem-info (memory 8 2))) (func $f (export "g")) (export "b" (func $f)) (global (export "d") i32 (i32.const 4)))", true)});
  const std::int32_t root = constants(m, "a:b/i#run").at(0);
  Bytes memory(static_cast<std::size_t>(root) + 64);
  for (const core::Data& d : m.datas) {
    core::ExprReader in(d.offset);
    std::ranges::copy(d.bytes, memory.begin() + static_cast<std::ptrdiff_t>(in.take().bits));
  }
  const auto word = [&](std::uint32_t at) { return *ByteReader(ByteSpan(memory).subspan(at, 4)).fixed_u32(); };
  const auto text = [&](std::uint32_t at) { return std::string(as_text(ByteSpan(memory).subspan(word(at + 4), word(at)))); };
  const auto at = static_cast<std::uint32_t>(root);
  REQUIRE(word(at) == 2);
  const std::uint32_t first = word(at + 4), second = first + 16;
  CHECK(text(first) == "a.so");
  CHECK(text(second) == "z.so");
  REQUIRE(word(first + 8) == 3);
  const std::uint32_t symbols = word(first + 12);
  CHECK(text(symbols) == "b");
  CHECK(text(symbols + 12) == "d");
  CHECK(text(symbols + 24) == "g");
  CHECK(word(symbols + 8) == word(symbols + 24 + 8));  // the same function
  CHECK(word(symbols + 12 + 8) == static_cast<std::uint32_t>(stack + 4 + 4));
  CHECK(m.tables.at(0).type.limits.min == 3);
}

TEST_CASE("the worlds of all libraries that are used come along") {
  const auto with_wit = [](SharedLibrary lib, const std::string& wit) {
    auto loaded = wit::load_text("t.wit", wit);
    REQUIRE(loaded);
    const auto world = wit::select_world(loaded->graph, {});
    REQUIRE(world);
    const auto payload = encode_component_type(loaded->graph, *world);
    REQUIRE(payload);
    lib.bytes = std::make_shared<const Bytes>(embed_component_type(*lib.bytes, "w", *payload));
    return lib;
  };
  const core::Module m = linked({with_wit(library("a", R"((@dylink.0) (func (export "plain")) (func (export "other")))"), "package a:b; world w { export plain: func(); }"),
                                 with_wit(library("b", R"((@dylink.0) (func (export "c:d/i#run")))"), "package c:d; interface i { run: func(); } world w { export i; }"),
                                 with_wit(library("unused", R"((@dylink.0))"), "package e:f; world w { import x: func(); }")});
  CHECK(std::ranges::count_if(m.customs, [](const core::CustomSection& c) { return c.name.starts_with("component-type"); }) == 2);
  CHECK(m.find_export("plain") != nullptr);
  CHECK(m.find_export("other") == nullptr);
}

TEST_CASE("whatever the bytes of a library are, linking gives a valid module or an error") {
  const std::vector<SharedLibrary> seeds = {
      library("a", R"((@dylink.0 (mem-info (memory 16 2) (table 2 1)) (needed "b") (export-info "x" tls absolute) (import-info "env" "w" binding-weak undefined))
        (import "env" "memory" (memory 1)) (import "env" "__indirect_function_table" (table $t 1 funcref)) (import "env" "__memory_base" (global $mb i32)) (import "env" "__table_base" (global $tb i32))
        (import "env" "__stack_pointer" (global $sp (mut i32))) (import "env" "f" (func $f (param i32) (result i32))) (import "env" "w" (func $w)) (import "GOT.mem" "d" (global $d (mut i32)))
        (import "GOT.func" "f" (global $fa (mut i32))) (import "GOT.mem" "__wasm_libdl_libraries" (global $dl (mut i32))) (import "env" "__wasm_get_tls_base" (func $tls (result i32)))
        (import "env" "t" (tag $tt (param i32))) (import "env" "v" (global $v (mut i64))) (import "a:b/c" "q" (func $q))
        (global $x (export "x") i32 (i32.const 4)) (global (export "__wasm_library_tls_info") i32 (i32.const 8))
        (func (export "a:b/c#run") (param i32) (result i32) (global.set $d (i32.const 1)) (call $w) (call $q) (drop (call $tls)) (call $f (local.get 0)))
        (func $c (export "__wasm_call_ctors")) (func (export "__wasm_apply_data_relocs")) (start $c) (elem (global.get $tb) func $c $f) (data (global.get $mb) "abc"))"),
      library("b", R"((@dylink.0 (mem-info (memory 8 3)) (needed "a")) (import "env" "__memory_base" (global $mb i32)) (import "GOT.func" "f" (global $fa (mut i32)))
        (import "env" "g" (func $g (param i32) (result i32))) (export "f" (func $g)) (tag (export "t") (param i32)) (global (export "v") (mut i64) (i64.const 1)) (global (export "d") i32 (i32.const 4)))"),
      library("c", R"((@dylink.0 (mem-info (memory 8 3))) (func (export "g") (param i32) (result i32) local.get 0) (func (export "_start")))", true),
  };
  std::minstd_rand random(7);
  int links = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<SharedLibrary> libraries = seeds;
    SharedLibrary& one = libraries[random() % libraries.size()];
    Bytes bytes = *one.bytes;
    constexpr std::size_t header = 8;
    for (auto changes = 1 + random() % 3; changes > 0; --changes) bytes[header + random() % (bytes.size() - header)] ^= static_cast<std::uint8_t>(1u << random() % 8);
    one.bytes = std::make_shared<const Bytes>(std::move(bytes));
    auto result = try_link(libraries, {.stub_missing_functions = random() % 2 == 0, .use_built_in_libdl = random() % 2 == 0});
    if (!result) continue;
    ++links;
    auto module = core::decode(std::move(result->module));
    REQUIRE_MESSAGE(module, (module ? "" : module.error().to_string()));
    const auto valid = core::validate(*std::move(module));
    REQUIRE_MESSAGE(valid, (valid ? "" : valid.error().to_string()));
  }
  CHECK(links > 0);
}
