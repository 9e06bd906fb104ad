// What a feature turns on: canons.def row by row, async lifts and lowers, values, names, core types. validate_canon.cpp, validate_built_ins.cpp,
// validate_values.cpp, validate_core_types.cpp, names.cpp.
#include <map>

#include <fmt/format.h>

#include "component/make.h"
#include "component/text/parse.h"

using namespace wcomp;
using namespace wcomp::component;
using namespace wcomp::component::test;
using core::ValType;

namespace {

Features with(std::string_view list) {
  Features f;
  REQUIRE(apply_features(list, f));
  return f;
}

Result<ValidComponent> check(std::string_view text, const Features& features = Features::all()) {
  const auto bytes = text::parse("t.wat", std::string(text));
  REQUIRE_MESSAGE(bytes, (bytes ? "" : bytes.error().to_string()));
  WCOMP_TRY(const std::shared_ptr<const Component> c, decode(*bytes));
  CHECK(encode(*c) == *bytes);
  return validate(c, features);
}
std::string verdict(std::string_view text, const Features& features = Features::all()) { return code(check(text, features)); }
/// `feature-disabled` and its name.
bool needs(std::string_view feature, const Result<ValidComponent>& r) { return code(r) == "feature-disabled" && message(r).find(fmt::format("`{}`", feature)) != std::string::npos; }

/// The core function of a row, in letters: i32, i64. What no row of this table is for fails the test.
const std::map<std::string_view, std::string_view> signatures = {
    {"task.cancel", ">"}, {"subtask.cancel", "i>i"}, {"task.return", "i>"}, {"context.get", ">i"}, {"context.set", "i>"}, {"thread.yield", ">i"},
    {"subtask.drop", "i>"}, {"stream.new", ">l"}, {"stream.read", "iii>i"}, {"stream.write", "iii>i"}, {"stream.cancel-read", "i>i"},
    {"stream.cancel-write", "i>i"}, {"stream.drop-readable", "i>"}, {"stream.drop-writable", "i>"}, {"future.new", ">l"}, {"future.read", "ii>i"},
    {"future.write", "ii>i"}, {"future.cancel-read", "i>i"}, {"future.cancel-write", "i>i"}, {"future.drop-readable", "i>"},
    {"future.drop-writable", "i>"}, {"error-context.new", "ii>i"}, {"error-context.debug-message", "ii>"}, {"error-context.drop", "i>"},
    {"waitable-set.new", ">i"}, {"waitable-set.wait", "ii>i"}, {"waitable-set.poll", "ii>i"}, {"waitable-set.drop", "i>"}, {"waitable.join", "ii>"},
    {"backpressure.inc", ">"}, {"backpressure.dec", ">"}, {"thread.index", ">i"}, {"thread.new-indirect", "ii>i"}, {"thread.resume-later", "i>"},
    {"thread.suspend", ">i"}, {"thread.suspend-then-resume", "i>i"}, {"thread.yield-then-resume", "i>i"}, {"thread.suspend-then-promote", "i>i"},
    {"thread.yield-then-promote", "i>i"}, {"thread.spawn-ref", ""}, {"thread.spawn-indirect", ""}, {"thread.available-parallelism", ""},
};

core::FuncType in_full(std::string_view letters) {
  core::FuncType out;
  std::vector<ValType>* list = &out.params;
  for (const char c : letters) {
    if (c == '>') list = &out.results;
    else list->push_back(c == 'l' ? ValType::i64 : ValType::i32);
  }
  return out;
}

/// A component with the built-in and all that its immediates refer to.
Result<ValidComponent> with_built_in(const BuiltInRow& row, const Features& features, const std::function<void(CanonBuiltIn&)>& change = {}) {
  Make m;
  const std::uint32_t stream = m.type(DefValType(StreamRef{types::Prim::u8})), future = m.type(DefValType(FutureRef{types::Prim::u8}));
  const std::uint32_t realloc = m.core_func({{ValType::i32, ValType::i32, ValType::i32, ValType::i32}, {ValType::i32}});
  CanonBuiltIn b{.built_in = row.built_in};
  b.type = TypeIdx(row.text.starts_with("future.") ? future : stream);
  if (row.immediates.find('r') != std::string_view::npos) b.result = types::Prim::u32;
  if (row.options.find_first_of("MW") != std::string_view::npos) b.opts.memory = MemIdx(m.memory());
  if (row.options.find('R') != std::string_view::npos) b.opts.realloc = CoreFuncIdx(realloc);
  b.opts.is_async = row.options.find('A') != std::string_view::npos;
  if (row.immediates.find('f') != std::string_view::npos) b.core_type = CoreTypeIdx(m.core_type(core::FuncType{{ValType::i32}, {}}));
  if (row.immediates.find('b') != std::string_view::npos) {
    core::ModuleBuilder table;
    table.export_table("t", table.table({.element = ValType::funcref, .limits = {.min = 1}}));
    b.table = CoreTableIdx(m.core_alias(Sort::core_table, m.core_instantiate(m.module(table)), "t"));
  }
  if (change) change(b);
  m.canon(b);
  return validate(m.done(), features);
}

const BuiltInRow& row(std::string_view text) {
  const BuiltInRow* found = find_built_in(text);
  REQUIRE(found != nullptr);
  return *found;
}
std::string changed(std::string_view text, const std::function<void(CanonBuiltIn&)>& change, const Features& features = Features::all()) {
  return code(with_built_in(row(text), features, change));
}

constexpr BuiltIn all_built_ins[] = {
#define WCOMP_CANON(name, opcode, text, immediates, signature, options, feature) BuiltIn::name,
#include "component/canons.def"
#undef WCOMP_CANON
};

}  // namespace

TEST_CASE("every canonical built-in gives a core function of its signature, and is refused without its feature") {
  Features nothing;
  REQUIRE(apply_features("-cm-threading,-cm-error-context", nothing));
  for (const BuiltIn b : all_built_ins) {
    const BuiltInRow& r = row_of(b);
    CAPTURE(r.text);
    const auto known = signatures.find(r.text);
    REQUIRE_MESSAGE(known != signatures.end(), "a new row of canons.def: say here what its core function is");
    if (r.enabled_by == nullptr) {
      CHECK(code(with_built_in(r, Features::all())) == "unsupported");  // no feature turns it on, so none is named
      CHECK(r.feature.empty());
      continue;
    }
    const auto valid = with_built_in(r, Features::all());
    REQUIRE_MESSAGE(valid, (valid ? "" : valid.error().to_string()));
    CHECK(valid->scope().core_funcs.back() == in_full(known->second));
    if (r.feature != feature_async) CHECK(needs(r.feature, with_built_in(r, nothing)));
    Features without_async = Features::all();
    without_async.async = false;
    if (r.feature == feature_async) CHECK(code(with_built_in(r, without_async)) == "feature-disabled");
  }
}

TEST_CASE("built-ins take the options that they need and no others") {
  const auto no_memory = [](CanonBuiltIn& b) { b.opts.memory.reset(); };
  const auto sync = [](CanonBuiltIn& b) { b.opts.is_async = false; };
  const auto async = [](CanonBuiltIn& b) { b.opts.is_async = true; };
  const auto async_flag = [](CanonBuiltIn& b) { b.is_async = true; };
  Features few = Features::all();
  few.more_async_builtins = false;
  CHECK(changed("stream.read", no_memory) == "invalid");
  CHECK(changed("stream.read", sync) == "");
  CHECK(needs("cm-more-async-builtins", with_built_in(row("stream.read"), few, sync)));
  CHECK(needs("cm-more-async-builtins", with_built_in(row("stream.cancel-read"), few, async_flag)));
  CHECK(changed("subtask.cancel", async_flag) == "");
  CHECK(changed("task.return", async) == "invalid");
  CHECK(changed("error-context.new", async) == "invalid");
  CHECK(changed("error-context.new", no_memory) == "invalid");
  CHECK(changed("error-context.debug-message", [](CanonBuiltIn& b) { b.opts.realloc.reset(); }) == "invalid");
  CHECK(changed("task.return", [](CanonBuiltIn& b) { b.opts.post_return = CoreFuncIdx(0); }) == "invalid");
  CHECK(changed("task.return", [](CanonBuiltIn& b) { b.result = types::Prim::string; }) == "invalid");
  CHECK(changed("waitable-set.wait", [](CanonBuiltIn& b) { b.opts.memory = MemIdx(7); }) == "index-out-of-range");
}

TEST_CASE("built-ins check what their immediates refer to") {
  CHECK(changed("stream.new", [](CanonBuiltIn& b) { b.type = TypeIdx(1); }) == "type-mismatch");
  CHECK(changed("future.new", [](CanonBuiltIn& b) { b.type = TypeIdx(0); }) == "type-mismatch");
  CHECK(changed("future.new", [](CanonBuiltIn& b) { b.type = TypeIdx(9); }) == "index-out-of-range");
  CHECK(changed("context.get", [](CanonBuiltIn& b) { b.context_index = 1; }) == "");
  CHECK(needs("cm-threading", with_built_in(row("context.get"), Features(), [](CanonBuiltIn& b) { b.context_index = 1; })));
  CHECK(changed("context.get", [](CanonBuiltIn& b) { b.context_index = 2; }) == "invalid");
  CHECK(changed("context.set", [](CanonBuiltIn& b) { b.context_type = ValType::f32; }) == "invalid");
  CHECK(changed("context.set", [](CanonBuiltIn& b) { b.context_type = ValType::i64; }) == "");
  CHECK(needs("cm64", with_built_in(row("context.set"), with("all,-cm64"), [](CanonBuiltIn& b) { b.context_type = ValType::i64; })));
  CHECK(changed("thread.new-indirect", [](CanonBuiltIn& b) { b.core_type = CoreTypeIdx(4); }) == "index-out-of-range");
  CHECK(verdict(R"((component (core func (canon context.get i32 0)) (core func (canon context.set i64 0))))") == "type-mismatch");
}

TEST_CASE("functions are lifted and lowered with async as their types and the limits of flat values have it") {
  const auto lift = [](std::string_view core, std::string_view type, std::string_view opts) {
    return fmt::format(R"((component
      (core module $m (memory (export "mem") 1) (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable)
        (func (export "cb") (param i32 i32 i32) (result i32) unreachable) (func (export "f") {} unreachable))
      (core instance $i (instantiate $m))
      (func (export "f") {} (canon lift (core func $i "f") {}))))", core, type, opts);
  };
  constexpr std::string_view callback = R"(async (callback (core func $i "cb")))";
  CHECK(verdict(lift("(param i32) (result i32)", R"(async (param "a" u32) (result u64))", callback)) == "");
  CHECK(verdict(lift("(param i32) (result i64)", R"(async (param "a" u32) (result u64))", callback)) == "type-mismatch");
  CHECK(verdict(lift("(param i32) (result i64)", R"(async (param "a" u32) (result u64))", "")) == "");
  CHECK(verdict(lift("(param i32) (result i32)", R"((param "a" u32) (result u64))", callback)) == "invalid");
  CHECK(verdict(lift("(param i32)", R"(async (param "a" u32) (result u64))", "async")) == "");
  CHECK(needs("cm-async-stackful", check(lift("(param i32)", R"(async (param "a" u32) (result u64))", "async"), with("all,-cm-async-stackful"))));
  CHECK(needs("cm-async", check(lift("(param i32) (result i32)", R"(async (param "a" u32))", callback), with("all,-cm-async"))));
  CHECK(verdict(lift("(param i32)", R"((param "a" u32))", R"((callback (core func $i "cb")))")) == "invalid");
  CHECK(verdict(lift("(result i32)", "async", R"(async (callback (core func $i "r")))")) == "type-mismatch");
  CHECK(verdict(lift("(result i32)", "async", R"(async (callback (core func $i "cb")) (post-return (core func $i "f")))")) == "invalid");
  CHECK(verdict(lift("(result i32)", "async (result string)", callback)) == "invalid");
  CHECK(verdict(lift("(result i32)", "async (result string)", R"(async (callback (core func $i "cb")) (memory (core memory $i "mem")))")) == "");

  const auto lower = [](std::string_view type, std::string_view opts, std::string_view signature) {
    return fmt::format(R"((component (import "f" (func $f {}))
      (core module $m (memory (export "mem") 1)) (core instance $i (instantiate $m))
      (core func $l (canon lower (func $f) {}))
      (core module $user (import "" "l" (func {})))
      (core instance (instantiate $user (with "" (instance (export "l" (func $l))))))))", type, opts, signature);
  };
  constexpr std::string_view memory = R"(async (memory (core memory $i "mem")))";
  constexpr std::string_view four = R"(async (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u64))";
  constexpr std::string_view five = R"(async (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u64) (param "e" u8))";
  CHECK(verdict(lower(four, "async", "(param i32 i32 i32 i64) (result i32)")) == "");
  CHECK(verdict(lower(five, memory, "(param i32) (result i32)")) == "");
  CHECK(verdict(lower(five, "async", "(param i32) (result i32)")) == "invalid");
  CHECK(verdict(lower("async (result u32)", memory, "(param i32) (result i32)")) == "");
  CHECK(verdict(lower("async (result u32)", memory, "(result i32)")) == "import-mismatch");
  CHECK(verdict(lower("async (result u32)", "async", "(param i32) (result i32)")) == "invalid");
  CHECK(verdict(lower("(result u32)", memory, "(param i32) (result i32)")) == "invalid");
}

TEST_CASE("addresses are as wide as the memory of the options") {
  const auto lift = [](std::string_view core, std::string_view realloc) {
    return fmt::format(R"((component
      (core module $m (memory (export "mem") i64 1) (func (export "r") {} unreachable) (func (export "f") {} unreachable))
      (core instance $i (instantiate $m))
      (func (export "f") (param "a" string) (param "b" u32) (canon lift (core func $i "f") (memory (core memory $i "mem")) (realloc (core func $i "r"))))))", realloc, core);
  };
  constexpr std::string_view wide = "(param i64 i64 i64 i64) (result i64)", narrow = "(param i32 i32 i32 i32) (result i32)";
  CHECK(verdict(lift("(param i64 i64 i32)", wide)) == "");
  CHECK(verdict(lift("(param i32 i32 i32)", wide)) == "type-mismatch");
  CHECK(verdict(lift("(param i64 i64 i32)", narrow)) == "type-mismatch");
  CHECK(needs("cm64", check(lift("(param i64 i64 i32)", wide), Features())));
  CHECK(verdict(R"((component (type $r (resource (rep i64))) (core func (canon resource.new $r))))") == "");
  CHECK(needs("cm64", check(R"((component (type $r (resource (rep i64)))))", Features())));
}

TEST_CASE("types belong to their features") {
  for (const auto& [text, feature] : std::map<std::string_view, std::string_view>{
           {"(component (type (stream u8)))", "cm-async"}, {"(component (type (future)))", "cm-async"}, {"(component (type (func async)))", "cm-async"},
           {"(component (type (map string u8)))", "cm-map"}, {"(component (type (list u8 4)))", "cm-fixed-length-lists"},
           {"(component (type error-context))", "cm-error-context"}, {"(component (type (list error-context)))", "cm-error-context"},
           {R"((component (import "a" (value u8))))", "cm-values"}, {"(component (value u8 1))", "cm-values"},
           {R"((component (import "a" (implements "b:c/d") (instance))))", "cm-implements"}, {R"((component (import "a" (external-id "x") (func))))", "cm-implements"},
           {R"((component (import "a:b:c/d" (func))))", "cm-nested-names"}, {R"((component (import "a:b/c/d" (func))))", "cm-nested-names"},
           {R"((component (import "a:b/c@1" (func))))", "cm-canon-names"}, {R"((component (import "a:b/c@1" (versionsuffix ".0.0") (func))))", "cm-canon-names"}}) {
    CAPTURE(text);
    CHECK(verdict(text) != "feature-disabled");
    CHECK(needs(feature, check(text, with(fmt::format("all,-{}", feature)))));
  }
}

TEST_CASE("lists of fixed length are neither empty nor larger than a value may be") {
  CHECK(verdict("(component (type (list u8 4)))") == "");
  CHECK(verdict("(component (type (list u8 0)))") == "invalid");
  CHECK(verdict("(component (type (list u64 33554431)))") == "");
  CHECK(verdict("(component (type (list u64 33554432)))") == "limit-exceeded");
}

TEST_CASE("a version and its suffix are a version together") {
  const auto with_suffix = [](std::string_view name, std::string_view suffix) { return verdict(fmt::format(R"((component (import "{}" (versionsuffix "{}") (func))))", name, suffix)); };
  CHECK(with_suffix("a:b/c@1", ".2.3") == "");
  CHECK(with_suffix("a:b/c@0.2", ".6-rc.1") == "");
  CHECK(with_suffix("a:b/c@0.0.1", "-alpha") == "");
  CHECK(with_suffix("a:b/c@1", ".2") == "invalid");
  CHECK(with_suffix("a:b/c@1.2.3", "") == "invalid");
  CHECK(with_suffix("a:b/c", ".2.3") == "invalid");
  CHECK(with_suffix("a", "1.2.3") == "invalid");
}

TEST_CASE("every value is used exactly once") {
  CHECK(verdict(R"((component (import "a" (value $v u8)) (export "b" (value $v))))") == "");
  CHECK(verdict(R"((component (import "a" (value $v u8))))") == "invalid");
  CHECK(verdict(R"((component (import "a" (value $v u8)) (export "b" (value $v)) (export "c" (value $v))))") == "invalid");
  CHECK(verdict(R"((component (value $v string "x") (export "b" (value $v))))") == "");
  CHECK(verdict(R"((component (import "i" (instance $i (export "v" (value u8)))) (export "b" (value $i "v"))))") == "");
  CHECK(verdict(R"((component (import "a" (value $v u8)) (component $c (import "x" (value $x u8)) (export "y" (value $x)))
                    (instance (instantiate $c (with "x" (value $v))))))") == "");
  CHECK(verdict(R"((component (import "a" (value $v u16)) (component $c (import "x" (value $x u8)) (export "y" (value $x)))
                    (instance (instantiate $c (with "x" (value $v))))))") == "import-mismatch");
  CHECK(verdict(R"((component (export "b" (value 0))))") == "index-out-of-range");
}

TEST_CASE("a start function takes and gives values of its types") {
  const auto start = [](std::string_view value, std::string_view call, std::string_view rest) {
    return verdict(fmt::format(R"((component (import "f" (func $f (param "x" u8) (result string))) (value $v {}) (start $f {}) {}))", value, call, rest));
  };
  CHECK(start("u8 1", "(value $v) (result (value $r))", R"((export "r" (value $r)))") == "");
  CHECK(start("u8 1", "(value $v) (result (value $r))", "") == "invalid");
  CHECK(start("u16 1", "(value $v) (result (value $r))", R"((export "r" (value $r)))") == "type-mismatch");
  CHECK(start("u8 1", "(result (value $r))", R"((export "r" (value $r)) (export "v" (value $v)))") == "type-mismatch");
  CHECK(start("u8 1", "(value $v)", "") == "type-mismatch");
}

TEST_CASE("a value definition has the bytes of a value of its type") {
  const auto value = [](std::string_view type, std::string_view bytes) { return verdict(fmt::format(R"((component (type $t {}) (value $v $t (binary "{}")) (export "v" (value $v))))", type, bytes)); };
  CHECK(value("bool", "\\01") == "");
  CHECK(value("bool", "\\02") == "malformed");
  CHECK(value("u16", "\\ff\\ff\\03") == "");
  CHECK(value("u16", "\\80\\80\\04") == "malformed");
  CHECK(value("s16", "\\80\\80\\7e") == "");
  CHECK(value("s16", "\\ff\\ff\\7d") == "malformed");
  CHECK(value("f32", "\\00\\00\\c0\\7f") == "");
  CHECK(value("f32", "\\01\\00\\c0\\7f") == "invalid");
  CHECK(value("f64", "\\00\\00\\00\\00\\00\\00\\f0\\ff") == "");
  CHECK(value("char", "\\e2\\82\\ac") == "");
  CHECK(value("char", "\\80") != "");
  CHECK(value("char", "\\c0\\80") == "malformed");
  CHECK(value("string", "\\02hi") == "");
  CHECK(value("string", "\\03hi") != "");
  CHECK(value("string", "\\02hix") == "malformed");
  CHECK(value("(list u8)", "\\02ab") == "");
  CHECK(value("(list u8)", "\\ff\\ff\\ff\\ff\\0f") != "");
  CHECK(value(R"((variant (case "a") (case "b" u8)))", "\\01\\05") == "");
  CHECK(value(R"((variant (case "a") (case "b" u8)))", "\\02") == "invalid");
  CHECK(value(R"((flags "a" "b" "c" "d" "e" "f" "g" "h" "i"))", "\\01\\01") == "");
  CHECK(value(R"((flags "a" "b" "c" "d" "e" "f" "g" "h" "i"))", "\\01") != "");
  CHECK(value("(option u8)", "\\00") == "");
  CHECK(value("(result u8 (error bool))", "\\01\\01") == "");
  CHECK(value("(stream u8)", "\\00") == "invalid");
  CHECK(value("(map u8 u8)", "\\00") == "invalid");
}

TEST_CASE("core types name those before them and themselves") {
  CHECK(verdict(R"((component (core type $a (func)) (core type (func (param (ref $a)) (result (ref null 1))))))") == "");
  CHECK(verdict(R"((component (core type (module (type $a (func)) (import "a" "b" (func (type $a))) (import "a" "c" (global (ref $a))) (export "d" (table 1 (ref null $a)))))))") == "");
  CHECK(needs("function-references", check(R"((component (core type $a (func)) (core type (func (param (ref $a))))))", with("-function-references"))));
  CHECK(verdict(R"((component (core type (func (param (ref 1))))))") == "index-out-of-range");
}

TEST_CASE("tags are exported, aliased and passed on like other core items") {
  constexpr std::string_view good = R"((component
    (core module $a (tag (export "t") (param i32)))
    (core instance $i (instantiate $a))
    (alias core export $i "t" (core tag $t))
    (core module $b (import "x" "t" (tag (param i32))))
    (core instance (instantiate $b (with "x" (instance (export "t" (tag $t))))))))";
  CHECK(verdict(good) == "");
  std::string wrong(good);
  wrong.replace(wrong.rfind("i32"), 3, "i64");
  CHECK(verdict(wrong) == "import-mismatch");
  CHECK(verdict(R"((component (core type (module (import "a" "b" (tag (param i32)))))))") == "");
  CHECK(verdict(R"((component (core type (module (import "a" "b" (tag (result i32)))))))") == "type-mismatch");
  CHECK(needs("exceptions", check(R"((component (core type (module (import "a" "b" (tag (param i32)))))))", with("-exceptions"))));
}

TEST_CASE("attributes are written back in their order") {
  for (const std::string_view attributes : {R"((implements "a:b/c") (external-id "x"))", R"((external-id "x") (implements "a:b/c"))", R"((external-id ""))"}) {
    CHECK(verdict(fmt::format(R"((component (import "a" {} (instance))))", attributes)) == "");
  }
}
