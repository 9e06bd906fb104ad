// Values of random types, through a component and through two of them with every pair of string encodings and of widths of memory: the same
// value comes back.
#include <fmt/format.h>

#include "base/match.h"
#include "canonical-abi/random_value.h"
#include "runtime/components.h"
#include "wcomp/value.h"

using namespace wcomp;
using namespace wcomp::test;

namespace {

using cabi::RandomType;
using cabi::RandomValue;
using cabi::TypeBuilder;

/// Definitions of a type in the text format. Those that need a name are exported as `t0`, `t1`..
class TypeText {
 public:
  /// `is_declared`: within an instance type.
  TypeText(const types::TypeArena& arena, bool is_declared) : arena_(arena), is_declared_(is_declared) {}

  std::string text;  ///< the definitions
  std::string of(types::ValType type) {
    type = arena_.resolve(type);
    if (const auto* p = std::get_if<types::Prim>(&type)) return std::string(types::to_string(*p));
    const auto maybe = [&](const std::optional<types::ValType>& t, std::string_view word) { return t ? fmt::format(" {}{}{}", word, of(*t), word.empty() ? "" : ")") : std::string(); };
    const auto names = [](const std::vector<std::string>& all) {
      std::string out;
      for (const std::string& n : all) out += fmt::format(" \"{}\"", n);
      return out;
    };
    return match(
        arena_[std::get<types::TypeId>(type)],
        [&](const types::RecordType& t) {
          std::string fields;
          for (const types::Field& f : t.fields) fields += fmt::format(" (field \"{}\" {})", f.name, of(f.type));
          return define(fmt::format("(record{})", fields), true);
        },
        [&](const types::VariantType& t) {
          std::string cases;
          for (const types::Case& c : t.cases) cases += fmt::format(" (case \"{}\"{})", c.name, maybe(c.type, ""));
          return define(fmt::format("(variant{})", cases), true);
        },
        [&](const types::ListType& t) { return define(fmt::format("(list {})", of(t.element)), false); },
        [&](const types::FixedListType& t) { return define(fmt::format("(list {} {})", of(t.element), t.length), false); },
        [&](const types::MapType& t) {
          const std::string key = of(t.key);
          return define(fmt::format("(map {} {})", key, of(t.value)), false);
        },
        [&](const types::TupleType& t) {
          std::string parts;
          for (const types::ValType p : t.types) parts += " " + of(p);
          return define(fmt::format("(tuple{})", parts), false);
        },
        [&](const types::FlagsType& t) { return define(fmt::format("(flags{})", names(t.names)), true); },
        [&](const types::EnumType& t) { return define(fmt::format("(enum{})", names(t.names)), true); },
        [&](const types::OptionType& t) { return define(fmt::format("(option {})", of(t.some)), false); },
        [&](const types::ResultType& t) {
          const std::string ok = maybe(t.ok, "");
          return define(fmt::format("(result{}{})", ok, maybe(t.err, "(error ")), false);
        },
        [](const auto&) -> std::string { WCOMP_CHECK(false); });
  }

 private:
  std::string define(const std::string& definition, bool needs_name) {
    const int n = count_++;
    text += fmt::format("(type $t{} {})\n", n, definition);
    if (!needs_name) return fmt::format("$t{}", n);
    text += is_declared_ ? fmt::format("(export \"t{0}\" (type $e{0} (eq $t{0})))\n", n) : fmt::format("(export $e{0} \"t{0}\" (type $t{0}))\n", n);
    return fmt::format("$e{}", n);
  }
  const types::TypeArena& arena_;
  const bool is_declared_;
  int count_ = 0;
};

constexpr std::string_view memory_module = R"((core module $Libc
  (memory (export "mem") 4) (global $next (mut i32) (i32.const 1024))
  (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local i32)
    (local.set 4 (i32.and (i32.add (global.get $next) (i32.sub (local.get 2) (i32.const 1))) (i32.sub (i32.const 0) (local.get 2))))
    (global.set $next (i32.add (local.get 4) (local.get 3)))
    (local.get 4)))
  (core instance $libc (instantiate $Libc))
)";

std::string lift(std::string_view type, std::string_view encoding) {
  return fmt::format("(func (export \"echo\") (param \"l\" (list {0})) (result (list {0})) (canon lift (core func $m \"echo\") (memory (core memory $libc \"mem\")) "
                     "(realloc (core func $libc \"realloc\")) string-encoding={1}))",
                     type, encoding);
}

/// What is written for a 32-bit memory, for one with addresses of 64 bits.
std::string for_width(std::string text, bool is_64) {
  if (!is_64) return text;
  for (const auto& [narrow, wide] : {std::pair("i32.const 20", "i64.const 24"), std::pair("i32", "i64"), std::pair("(memory 4)", "(memory i64 4)"), std::pair("\"mem\") 4", "\"mem\") i64 4")}) {
    for (std::size_t at = 0; (at = text.find(narrow, at)) != std::string::npos; at += std::string_view(wide).size()) text.replace(at, std::string_view(narrow).size(), wide);
  }
  return text;
}

/// One side of a call.
struct Of {
  std::string_view encoding;
  bool is_64 = false;
};

/// Exports `echo: func(l: list<T>) -> list<T>`, which gives its argument back.
std::string echo(const types::TypeArena& arena, types::ValType type, std::string_view name, Of of) {
  TypeText types(arena, false);
  const std::string t = types.of(type);
  return for_width(fmt::format("(component {} {} {} (core module $M (import \"\" \"mem\" (memory 4)) (func (export \"echo\") (param i32 i32) (result i32) "
                     "(i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))) "
                     "(core instance $m (instantiate $M (with \"\" (instance $libc)))) {})\n",
                     name, types.text, memory_module, lift(t, of.encoding)), of.is_64);
}

/// The same, over one that it imports as the instance `i`.
std::string forward(const types::TypeArena& arena, types::ValType type, Of of) {
  TypeText declared(arena, true), own(arena, false);
  const std::string d = declared.of(type);
  const std::string t = own.of(type);
  return for_width(fmt::format("(component $forward (import \"i\" (instance $i {0} (export \"echo\" (func (param \"l\" (list {1})) (result (list {1})))))) {2} {3} "
                     "(core func $echo (canon lower (func $i \"echo\") (memory (core memory $libc \"mem\")) (realloc (core func $libc \"realloc\")) string-encoding={4})) "
                     "(core module $M (import \"\" \"echo\" (func $f (param i32 i32 i32))) (func (export \"echo\") (param i32 i32) (result i32) "
                     "(call $f (local.get 0) (local.get 1) (i32.const 32)) (i32.const 32))) "
                     "(core instance $m (instantiate $M (with \"\" (instance (export \"echo\" (func $echo)))))) {5})\n",
                     declared.text, d, own.text, memory_module, of.encoding, lift(t, of.encoding)), of.is_64);
}

std::string composed(const types::TypeArena& arena, types::ValType type, Of inner, Of outer) {
  return fmt::format("(component {}{} (instance $a (instantiate $echo)) (instance $b (instantiate $forward (with \"i\" (instance $a)))) (export \"b\" (instance $b)))",
                     echo(arena, type, "$echo", inner), forward(arena, type, outer));
}

Engine engine_of_all() {
  auto engine = Engine::create({.wasm_features = "cm-map,cm-fixed-length-lists,cm64"});
  REQUIRE(engine.has_value());
  return *std::move(engine);
}

Instance run(const Engine& engine, const std::string& text) {
  auto component = Component::from_bytes(engine, bytes(text), "property.wat");
  if (!component) FAIL(component.error().to_string());
  return instantiate(Linker(engine), *component);
}

void comes_back(Instance& instance, std::string_view interface, const Value& list) {
  auto func = instance.func(interface, "echo");
  if (!func) FAIL(func.error().to_string());
  auto answer = func->call({list});
  if (!answer) FAIL(answer.error().to_string());
  REQUIRE(answer->has_value());
  CHECK(**answer == list);
}

constexpr std::string_view encodings[] = {"utf8", "utf16", "latin1+utf16"};

}  // namespace

TEST_CASE("a value of any type comes back from a component, and through two with any encodings") {
  const Engine engine = engine_of_all();
  TypeBuilder builder;
  RandomType random(builder);
  RandomValue values(random);
  int tried = 0;
  for (std::size_t i = 0; tried < 72; ++i) {
    types::ValType type = random.type(3).first;
    if (i % 5 == 0) type = builder.map(i % 2 == 0 ? types::Prim::string : types::Prim::u16, type);
    const auto shape = cabi::shape_of(builder.arena, type);
    if (shape->has_handles || shape->size > 2000) continue;
    CAPTURE(types::to_string(builder.arena, type));
    std::vector<Value> parts;
    for (int n = 0; n < 3; ++n) parts.push_back(values.value(*shape));
    const Value list = Value::list(std::move(parts));
    const Of inner{encodings[tried % 3], tried / 9 % 2 != 0}, outer{encodings[tried / 3 % 3], tried / 18 % 2 != 0};
    CAPTURE(inner.encoding);
    CAPTURE(outer.encoding);
    CAPTURE(inner.is_64);
    CAPTURE(outer.is_64);
    Instance one = run(engine, echo(builder.arena, type, "", inner));
    comes_back(one, "", list);
    Instance two = run(engine, composed(builder.arena, type, inner, outer));
    comes_back(two, "b", list);
    comes_back(two, "b", Value::list({}));
    ++tried;
  }
}

TEST_CASE("typed calls and calls by value see the same") {
  const Engine engine = engine_of_all();
  TypeBuilder b;
  using Plain = std::tuple<std::string, std::vector<std::optional<std::uint32_t>>, bool, char32_t, double>;
  const types::ValType plain = b.tuple({types::Prim::string, b.list(b.option(types::Prim::u32)), types::Prim::bool_, types::Prim::char_, types::Prim::f64});
  for (int i = 0; i < 12; ++i) {
    const Of inner{encodings[i % 3], i % 2 != 0};
    for (const Of outer : {Of{encodings[i / 3 % 3], i % 4 < 2}, Of{encodings[(i + 1) % 3], i % 4 >= 2}}) {
      Instance instance = run(engine, composed(b.arena, plain, inner, outer));
      const std::vector<Plain> list{{"plain", {1, std::nullopt, 0xffffffff}, true, U'\U0001f600', -0.5}, {"Zo\xc3\xab \xce\xa3 \xf0\x9f\x98\x80", {}, false, U'a', 1e300}};
      auto call = typed<std::vector<Plain>(std::vector<Plain>)>(instance, "b", "echo");
      auto back = call.call(list);
      if (!back) FAIL(back.error().to_string());
      CHECK(*back == list);
      auto func = instance.func("b", "echo");
      auto value = Value::parse(func->params()[0].type, "[(\"plain\", [some(1), none, some(4294967295)], true, '\\u{1f600}', -0.5), (\"Zo\xc3\xab \xce\xa3 \xf0\x9f\x98\x80\", [], false, 'a', 1e300)]");
      if (!value) FAIL(value.error().to_string());
      auto answer = func->call({*value});
      if (!answer) FAIL(answer.error().to_string());
      CHECK(**answer == *value);
    }
  }
}
