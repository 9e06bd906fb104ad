#include "canonical-abi/wave.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "base/diagnostic.h"
#include "canonical-abi/random_value.h"

namespace wcomp::cabi {
namespace {

using types::Prim;

struct Wave : TypeBuilder {
  ValType names(std::vector<std::string> list, bool is_flags) { return is_flags ? arena.add(types::FlagsType{std::move(list)}) : arena.add(types::EnumType{std::move(list)}); }
  Result<Value> parse(types::ValType t, std::string_view text) { return parse_wave(arena, *shape_of(arena, t), "wave", text); }
  /// What the text means, printed; or `CODE COLUMN: message`.
  std::string read(types::ValType t, std::string_view text) {
    const auto shape = shape_of(arena, t);
    const auto v = parse_wave(arena, *shape, "wave", text);
    return v ? to_wave(arena, *v, *shape) : mistake(v.error());
  }
  static std::string mistake(const Failure& f) {
    const Diagnostic& d = f.first();
    const TextPos* at = std::get_if<TextPos>(&d.location);
    return std::string(d.code) + " " + (at == nullptr ? "?" : std::to_string(at->line) + ":" + std::to_string(at->column) + "+" + std::to_string(at->length)) + ": " + d.message;
  }
  std::string call(const types::FuncType& type, std::string_view text) {
    const FuncShape shape = shape_of(arena, type);
    const auto written = find_wave_call(text);
    if (!written) return "no call";
    const auto args = parse_wave_args(arena, shape.params, "wave", text, written->args_begin);
    if (!args) return mistake(args.error());
    std::string out(written->function);
    for (std::size_t i = 0; i < args->size(); ++i) out += "|" + to_wave(arena, (*args)[i], *shape.params[i].shape);
    return out;
  }
};

TEST_CASE("numbers are read in the range of their type") {
  Wave w;
  CHECK(w.read(Prim::u8, " 255 ") == "255");
  CHECK(w.read(Prim::s8, "-128") == "-128");
  CHECK(w.read(Prim::s64, "-9223372036854775808") == "-9223372036854775808");
  CHECK(w.read(Prim::u64, "18446744073709551615") == "18446744073709551615");
  CHECK(w.read(Prim::u8, "256") == "type-mismatch 1:1+3: the number 256 is outside the range of `u8`, 0 to 255");
  CHECK(w.read(Prim::s16, "-32769") == "type-mismatch 1:1+6: the number -32769 is outside the range of `s16`, -32768 to 32767");
  CHECK(w.read(Prim::u32, "-1") == "type-mismatch 1:1+2: the number -1 is outside the range of `u32`, 0 to 4294967295");
  CHECK(w.read(Prim::u32, "1.0") == "type-mismatch 1:1+3: expected a value of type `u32`, found the number 1.0");
  CHECK(w.read(Prim::u32, "1e3") == "type-mismatch 1:1+3: expected a value of type `u32`, found the number 1e3");
  CHECK(w.read(Prim::u32, "007") == "syntax 1:1+3: expected a value of type `u32`, found a number with a zero in front");
  CHECK(w.read(Prim::u32, "0x10") == "syntax 1:2+3: expected the end, found `x10`");
  CHECK(w.read(Prim::u32, "-") == "syntax 1:1+1: expected a value of type `u32`, found a `-` without digits");
  CHECK(w.read(Prim::u32, "") == "syntax 1:1+1: expected a value of type `u32`, found the end of the text");
  CHECK(w.read(Prim::u32, "1 2") == "syntax 1:3+1: expected the end, found the number 2");
  CHECK(w.read(Prim::u32, "-inf") == "type-mismatch 1:1+4: expected a value of type `u32`, found the number -inf");
}

TEST_CASE("floats are read to the nearest value of their type") {
  Wave w;
  CHECK(w.read(Prim::f64, "0.1") == "0.1");
  CHECK(w.read(Prim::f64, "-0") == "-0");
  CHECK(w.read(Prim::f32, "16777217") == "16777216");
  CHECK(w.read(Prim::f64, "1e3") == "1000");
  CHECK(w.read(Prim::f64, "nan") == "nan");
  CHECK(w.read(Prim::f64, "inf") == "inf");
  CHECK(w.read(Prim::f64, "-inf") == "-inf");
  CHECK(w.read(Prim::f64, "1e999") == "inf");
  CHECK(w.read(Prim::f64, "-1e999") == "-inf");
  CHECK(w.read(Prim::f64, "1e-999") == "0");
  CHECK(w.read(Prim::f64, "-1e-99999999999999999999") == "-0");
  CHECK(w.read(Prim::f64, "1e99999999999999999999") == "inf");
  CHECK(w.read(Prim::f64, "10e9223372036854775807") == "inf");
  CHECK(w.read(Prim::f64, "0.01e-9223372036854775808") == "0");
  CHECK(w.read(Prim::f32, "0." + std::string(60, '0') + "1e10") == "0");
  CHECK(w.read(Prim::f32, "1" + std::string(60, '0') + "e-10") == "inf");
  CHECK(w.read(Prim::f64, "0e99999999999999999999") == "0");
  CHECK(w.read(Prim::f64, "%nan") == "type-mismatch 1:1+4: expected a value of type `f64`, found `%nan`");
  CHECK(w.read(Prim::f64, "-nan").starts_with("syntax"));
  CHECK(w.read(Prim::f64, ".5").starts_with("syntax"));
  CHECK(w.read(Prim::f64, "5.").starts_with("syntax"));
}

TEST_CASE("characters and strings know the escapes of WAVE and no others") {
  Wave w;
  CHECK(w.read(Prim::char_, R"('x')") == "'x'");
  CHECK(w.read(Prim::char_, R"('\u{1F30A}')") == "'🌊'");
  CHECK(w.read(Prim::char_, R"('\'')") == R"('\'')");
  CHECK(w.read(Prim::string, R"("a\tb\n\"\\\u{e9}")") == R"("a\tb\n\"\\é")");
  CHECK(w.read(Prim::char_, "''") == "syntax 1:1+2: expected a value of type `char`, found an empty character");
  CHECK(w.read(Prim::char_, "'ab'") == "syntax 1:1+4: expected a value of type `char`, found more than one character between single quotes");
  CHECK(w.read(Prim::char_, R"('\u{d800}')") == "syntax 1:2+8: expected a value of type `char`, found a `\\u{..}` that is no Unicode scalar value");
  CHECK(w.read(Prim::string, R"("ab\x41cd")") == "syntax 1:4+2: expected a value of type `string`, found an escape that WAVE does not have: it has \\\\ \\' \\\" \\t \\n \\r \\u{..}");
  CHECK(w.read(Prim::string, R"("\u{0000041}")").starts_with("syntax 1:2"));
  CHECK(w.read(Prim::string, R"("\u{}")").starts_with("syntax 1:2"));
  CHECK(w.read(Prim::string, "\"open") == "syntax 1:1+1: expected a value of type `string`, found a string without its closing quote");
  CHECK(w.read(Prim::string, "\"a\\") .starts_with("syntax"));
  CHECK(w.read(Prim::string, "\"a\nb\"").starts_with("syntax 1:1+1"));
  CHECK(w.read(Prim::string, "\"\xff\"") == "syntax 1:2+1: expected a value of type `string`, found bytes that are not UTF-8");
  CHECK(w.read(Prim::string, "\"\xf0\x9f\"").starts_with("syntax"));
  CHECK(w.read(Prim::string, "word") == "type-mismatch 1:1+4: expected a value of type `string`, found `word`");
  CHECK(w.read(Prim::string, "\x01").starts_with("syntax 1:1+1"));
}

TEST_CASE("what acts on a terminal is printed as an escape that reads back") {
  Wave w;
  const auto shape = shape_of(w.arena, Prim::string);
  const Value v{std::string("\x1b[2J\xe2\x80\xae\xc2\x9b\x7f\0\xef\xbb\xbf\r'", 15)};
  const std::string text = to_wave(w.arena, v, *shape);
  CHECK(text == R"("\u{1b}[2J\u{202e}\u{9b}\u{7f}\u{0}\u{feff}\r")");
  CHECK(parse_wave(w.arena, *shape, "wave", text).value() == v);
}

TEST_CASE("strings over several lines lose the indentation of their end") {
  Wave w;
  CHECK(w.read(Prim::string, "\"\"\"\n  a\n    b\n\n  \"\"\"") == R"("a\n  b\n")");
  CHECK(w.read(Prim::string, "\"\"\"\r\na\r\nb\r\n\"\"\"") == R"("a\nb")");
  CHECK(w.read(Prim::string, "\"\"\"\n\"\"\"") == R"("")");
  CHECK(w.read(Prim::string, "\"\"\"\nx \"\"\\\" y\n\"\"\"") == R"("x \"\"\" y")");
  CHECK(w.read(Prim::string, "\"\"\"\"\"\"") == "syntax 1:1+3: expected a value of type `string`, found a `\"\"\"` that no line break follows");
  CHECK(w.read(Prim::string, "\"\"\"\nx\"\"\"") == "syntax 2:2+3: expected a value of type `string`, found a closing `\"\"\"` with something before it on its line");
  CHECK(w.read(Prim::string, "\"\"\"\n a\n  \"\"\"") == "syntax 2:1+2: expected a value of type `string`, found a line that is indented less than the closing `\"\"\"`");
  CHECK(w.read(Prim::string, "\"\"\"\na").starts_with("syntax 1:1+3"));
  CHECK(w.read(Prim::string, "\"\"\"\na\\").starts_with("syntax 1:1+3"));
}

TEST_CASE("lists, tuples and records say which part is wrong") {
  Wave w;
  const auto point = w.record({{"x", Prim::u8}, {"label", w.option(Prim::string)}});
  CHECK(w.read(w.list(Prim::u8), "[ ]") == "[]");
  CHECK(w.read(w.list(Prim::u8), "[1,2,]") == "[1, 2]");
  CHECK(w.read(w.list(Prim::u8, 2), "[1, 2]") == "[1, 2]");
  CHECK(w.read(w.list(Prim::u8, 2), "[1]") == "type-mismatch 1:1+3: expected a value of type `list<u8, 2>`, found 1 element");
  CHECK(w.read(w.list(Prim::u8), "[1, x]") == "type-mismatch 1:5+1: expected a value of type `u8`, found `x`");
  CHECK(w.read(w.list(Prim::u8), "[,]").starts_with("type-mismatch 1:2"));
  CHECK(w.read(w.list(Prim::u8), "[1 2]") == "syntax 1:4+1: expected `,` or `]`, found the number 2");
  CHECK(w.read(w.list(Prim::u8), "[1") == "syntax 1:3+1: expected `,` or `]`, found the end of the text");
  CHECK(w.read(w.tuple({Prim::u8, Prim::bool_}), "(1, true,)") == "(1, true)");
  CHECK(w.read(w.tuple({Prim::u8}), "(1)") == "(1)");
  CHECK(w.read(w.tuple({Prim::u8, Prim::bool_}), "(1)") == "type-mismatch 1:1+3: expected a value of type `tuple<u8, bool>`, found 1 element");
  CHECK(w.read(w.tuple({Prim::u8, Prim::bool_}), "(1, true, 2)") == "syntax 1:11+1: expected `)` after the 2 elements of a `tuple<u8, bool>`, found the number 2");
  CHECK(w.read(point, "{ label: \"a\", %x: 1 }") == "{x: 1, label: some(\"a\")}");
  CHECK(w.read(point, "{x: 1,}") == "{x: 1}");
  CHECK(w.read(point, "{:}") == "type-mismatch 1:1+3: field `x` of type `u8` is missing");
  CHECK(w.read(point, "{}") == "syntax 1:2+1: expected a field; a record without fields is `{:}`, found `}`");
  CHECK(w.read(point, "{x: 1, x: 2}") == "duplicate-name 1:8+1: field `x` is there twice");
  CHECK(w.read(point, "{x: 1, lable: \"a\"}") == "unknown-item 1:8+5: there is no field `lable`: expected `x`, `label`");
  CHECK(w.read(point, "{x 1}") == "syntax 1:4+1: expected `:` and the value of field `x`, found the number 1");
  CHECK(w.read(point, "{x: 1") == "syntax 1:6+1: expected `,` or `}`, found the end of the text");
  CHECK(w.read(point, "{x: {x: 1}}") == "type-mismatch 1:5+1: expected a value of type `u8`, found `{`");
  CHECK(w.read(w.list(point), "[{x: 1}, {:}]") == "type-mismatch 1:10+3: field `x` of type `u8` is missing");
  CHECK(w.parse(point, "{x: 1, lable: 1}").error().first().notes == std::vector<std::string>{"did you mean `label`?"});
}

TEST_CASE("maps are entries between braces, and are read from lists of pairs, too") {
  Wave w;
  const auto m = w.map(Prim::string, w.option(Prim::u8));
  CHECK(w.read(m, "{}") == "{}");
  CHECK(w.read(m, "{:}") == "{}");
  CHECK(w.read(m, "[]") == "{}");
  CHECK(w.read(m, "{\"a\": 1, \"b\": none,}") == "{\"a\": some(1), \"b\": none}");
  CHECK(w.read(m, "[(\"a\", 1)]") == "{\"a\": some(1)}");
  CHECK(w.read(w.map(Prim::bool_, Prim::char_), "{true: 'x', false: 'y'}") == "{true: 'x', false: 'y'}");
  CHECK(w.read(w.map(Prim::s8, w.map(Prim::u8, Prim::u8)), "{-1: {1: 2}, -1: {}}") == "{-1: {1: 2}, -1: {}}");
  CHECK(w.read(m, "{a: 1}") == "type-mismatch 1:2+1: expected a value of type `string`, found `a`");
  CHECK(w.read(m, "{\"a\" 1}") == "syntax 1:6+1: expected `:` and the value of the entry, found the number 1");
  CHECK(w.read(m, "{\"a\": x}") == "type-mismatch 1:7+1: expected a value of type `u8`, found `x`");
  CHECK(w.read(m, "{\"a\": 1") == "syntax 1:8+1: expected `,` or `}`, found the end of the text");
  CHECK(w.read(m, "{,}") == "type-mismatch 1:2+1: expected a value of type `string`, found `,`");
  CHECK(w.read(m, "{\"a\": 1}, {") == "syntax 1:9+1: expected the end, found `,`");
}

TEST_CASE("cases named like words of WAVE need a `%`") {
  Wave w;
  const auto e = w.names({"true", "left", "none"}, false);
  CHECK(w.read(e, "left") == "left");
  CHECK(w.read(e, "%left") == "left");
  CHECK(w.read(e, "%true") == "%true");
  CHECK(w.read(e, "true") == "syntax 1:1+4: `true` is a word of WAVE: as the name of a case it is written `%true`");
  CHECK(w.read(e, "lfet") == "unknown-item 1:1+4: there is no case `lfet`: expected `true`, `left`, `none`");
  CHECK(w.read(e, "left(1)") == "type-mismatch 1:5+1: `left` has no payload");
  CHECK(w.read(w.option(e), "none") == "none");
  CHECK(w.read(w.option(e), "%none") == "some(%none)");
  CHECK(w.read(w.option(e), "some(%none)") == "some(%none)");
  const auto v = w.variant({Prim::u8, std::nullopt});
  CHECK(w.read(v, "c0(7)") == "c0(7)");
  CHECK(w.read(v, "c1") == "c1");
  CHECK(w.read(v, "c0") == "type-mismatch 1:3+1: `c0` needs a payload of type `u8` in parentheses, found the end of the text");
  CHECK(w.read(v, "c0()") == "type-mismatch 1:4+1: expected a value of type `u8`, found `)`");
  CHECK(w.read(v, "7") == "type-mismatch 1:1+1: expected a value of type `variant { c0(u8), c1 }`, found the number 7");
}

TEST_CASE("a bare payload stands for some and ok") {
  Wave w;
  const auto option = w.option(Prim::u8);
  CHECK(w.read(option, "7") == "some(7)");
  CHECK(w.read(option, "some(7)") == "some(7)");
  CHECK(w.read(option, "none") == "none");
  CHECK(w.read(option, "some") == "type-mismatch 1:5+1: `some` needs a payload of type `u8` in parentheses, found the end of the text");
  CHECK(w.read(w.option(option), "some(7)") == "some(some(7))");
}

TEST_CASE("a bare payload does not stand for two options") {
  Wave w;
  const auto twice = w.option(w.option(Prim::u8));
  CHECK(w.read(twice, "some(none)") == "some(none)");
  CHECK(w.read(twice, "some(some(7))") == "some(some(7))");
  CHECK(w.read(twice, "7") == "type-mismatch 1:1+1: expected a value of type `option<option<u8>>`, found the number 7");
}

TEST_CASE("results have payloads as their type says") {
  Wave w;
  const auto both = w.result(Prim::u8, Prim::string);
  CHECK(w.read(both, "ok(1)") == "ok(1)");
  CHECK(w.read(both, "1") == "ok(1)");
  CHECK(w.read(both, "err(\"e\")") == "err(\"e\")");
  CHECK(w.read(both, "err") == "type-mismatch 1:4+1: `err` needs a payload of type `string` in parentheses, found the end of the text");
  const auto none = w.result(std::nullopt, std::nullopt);
  CHECK(w.read(none, "ok") == "ok");
  CHECK(w.read(none, "err") == "err");
  CHECK(w.read(none, "ok(1)") == "type-mismatch 1:3+1: `ok` has no payload");
  CHECK(w.read(none, "1") == "type-mismatch 1:1+1: expected a value of type `result`, found the number 1");
  CHECK(w.read(w.result(std::nullopt, Prim::u8), "err(3)") == "err(3)");
}

TEST_CASE("flags are names between braces, each once") {
  Wave w;
  const auto f = w.names({"read", "write", "true"}, true);
  CHECK(w.read(f, "{}") == "{}");
  CHECK(w.read(f, "{write, read,}") == "{read, write}");
  CHECK(w.read(f, "{true}") == "{true}");
  CHECK(w.read(f, "{read, read}") == "duplicate-name 1:8+4: flag `read` is there twice");
  CHECK(w.read(f, "{exec}") == "unknown-item 1:2+4: there is no flag `exec`: expected `read`, `write`, `true`");
  CHECK(w.read(f, "{1}") == "syntax 1:2+1: expected a flag's name, found the number 1");
  CHECK(w.read(f, "[read]") == "type-mismatch 1:1+1: expected a value of type `flags { read, write, true }`, found `[`");
}

TEST_CASE("comments and white space may stand between words") {
  Wave w;
  CHECK(w.read(w.list(Prim::u8), "[1, // one\n 2 // two\n]\n") == "[1, 2]");
  CHECK(w.read(w.list(Prim::u8), "[1 // ]").starts_with("syntax 1:8"));
  CHECK(w.read(w.list(Prim::u8), "[1 / 2]").starts_with("syntax 1:4"));
}

TEST_CASE("a call has the arguments of its function") {
  Wave w;
  const auto f = w.func({Prim::u8, Prim::string});
  CHECK(w.call(f, " f (1, \"x\",) ") == "f|1|\"x\"");
  CHECK(w.call(w.func({}), "ns:pkg/iface.f@1.2.3()") == "ns:pkg/iface.f@1.2.3");
  CHECK(w.call(f, "f") == "no call");
  CHECK(w.call(f, "f(1)") == "type-mismatch 1:2+3: 1 argument, expected 2: `p1` is missing");
  CHECK(w.call(f, "f(1, \"x\", 2)") == "type-mismatch 1:11+1: more arguments than the 2 of the function");
  CHECK(w.call(w.func({}), "f(1)") == "type-mismatch 1:3+1: an argument for a function without parameters");
  CHECK(w.call(f, "f(1, \"x\") g") == "syntax 1:11+1: expected the end, found `g`");
  CHECK(w.call(f, "f(1, \"x\"") == "syntax 1:9+1: expected `,` or `)`, found the end of the text");
  CHECK(w.call(f, "f(1, 2)") == "type-mismatch 1:6+1: expected a value of type `string`, found the number 2");
  const FuncShape shape = shape_of(w.arena, f);
  CHECK(parse_wave_args(w.arena, shape.params, "wave", "(1, 2)", 0).error().first().notes == std::vector<std::string>{"parameter `p1` is `string`"});
}

TEST_CASE("options at the end of a call may be left out") {
  Wave w;
  const auto o = w.option(Prim::u8);
  CHECK(w.call(w.func({Prim::u8, o, o}), "f(1)") == "f|1|none|none");
  CHECK(w.call(w.func({Prim::u8, o, o}), "f(1, 2)") == "f|1|some(2)|none");
  CHECK(w.call(w.func({o}), "f()") == "f|none");
  CHECK(w.call(w.func({o, Prim::u8}), "f(1)") == "type-mismatch 1:2+3: 1 argument, expected 2: `p1` is missing");
}

TEST_CASE("types without a text form are refused") {
  Wave w;
  CHECK(w.read(w.own(w.resource()), "1") == "unsupported 1:1+1: a value of type `own<resource>` cannot be written as text");
}

TEST_CASE("text nested deeper than the type is refused where the type ends") {
  Wave w;
  CHECK(w.read(w.list(Prim::u8), std::string(1'000'000, '[')) == "type-mismatch 1:2+1: expected a value of type `u8`, found `[`");
}

TEST_CASE("a megabyte of hostile text is refused at once, wherever it goes wrong") {
  Wave w;
  const std::string brackets(1 << 20, '['), braces(1 << 20, '{'), digits(1 << 20, '9'), quotes(1 << 20, '"'), slashes(1 << 20, '/'), escapes = [] {
    std::string s = "\"";
    while (s.size() < 1 << 20) s += "\\u{41}";
    return s;
  }();
  const auto nested = w.list(w.list(w.list(Prim::string))), m = w.map(Prim::string, Prim::u8), flags = w.names({"a"}, true), o = w.option(w.option(Prim::u8));
  CHECK(w.read(nested, brackets) == "type-mismatch 1:4+1: expected a value of type `string`, found `[`");
  CHECK(w.read(m, braces) == "type-mismatch 1:2+1: expected a value of type `string`, found `{`");
  CHECK(w.read(flags, braces).starts_with("syntax 1:2"));
  CHECK(w.read(Prim::u64, digits).starts_with("type-mismatch 1:1+1048576: the number 9999999999"));
  CHECK(w.read(Prim::f32, digits) == "inf");
  CHECK(w.read(Prim::f64, "0." + std::string(1 << 20, '0') + "1") == "0");
  CHECK(w.read(Prim::f64, "1e" + digits) == "inf");
  CHECK(w.read(Prim::string, quotes).starts_with("syntax 1:1+3"));
  CHECK(w.read(Prim::string, escapes) == "syntax 1:1+1: expected a value of type `string`, found a string without its closing quote");
  CHECK(w.read(Prim::string, "\"" + std::string(1 << 20, '\xff')).starts_with("syntax 1:1+1"));
  CHECK(w.read(Prim::string, "\"\"\"\n" + std::string(1 << 20, '\n')).starts_with("syntax 1:1+3"));
  CHECK(w.read(Prim::string, slashes).starts_with("syntax 1:1048577"));
  CHECK(w.read(o, "some(" + brackets).starts_with("type-mismatch 1:6"));
  CHECK(w.read(w.list(Prim::u8), "[" + std::string(1 << 20, ',')).starts_with("type-mismatch 1:2+1"));
  CHECK(w.call(w.func({}), "f" + std::string(1 << 20, '(')).starts_with("type-mismatch 1:3+1"));
  CHECK(w.call(w.func({}), std::string(1 << 20, '(')).starts_with("type-mismatch 1:2+1"));
  std::string shared_name(1 << 20, 'a');
  CHECK(w.read(w.names({"b"}, false), shared_name).starts_with("unknown-item 1:1+1048576: there is no case `aaaa"));
}

TEST_CASE("random values read back from their text") {
  TypeBuilder b;
  RandomType types(b);
  RandomValue values(types);
  int read_back = 0;
  for (int i = 0; i < 600; ++i) {
    const auto s = shape_of(b.arena, types.type(3).first);
    if (s->has_handles) continue;
    const Value v = values.value(*s);
    const std::string text = to_wave(b.arena, v, *s);
    const auto back = parse_wave(b.arena, *s, "wave", text);
    INFO(text);
    REQUIRE(back.has_value());
    CHECK(*back == v);
    ++read_back;
  }
  CHECK(read_back > 100);
}

TEST_CASE("hostile texts never crash the parser") {
  TypeBuilder b;
  RandomType types(b);
  RandomValue values(types);
  std::uint32_t seed = 1;
  const auto random = [&](std::size_t n) { return (seed = seed * 1664525u + 1013904223u) / 7 % n; };
  for (int i = 0; i < 3000; ++i) {
    const auto s = shape_of(b.arena, types.type(3).first);
    if (s->has_handles) continue;
    std::string text = to_wave(b.arena, values.value(*s), *s);
    for (int n = 0; n < 3 && !text.empty(); ++n) {
      const std::size_t at = random(text.size());
      switch (random(4)) {
        case 0: text.erase(at, 1 + random(4)); break;
        case 1: text[at] = "()[]{},:\"'\\u%-\n/\0\xff" [random(18)]; break;
        case 2: text.insert(at, text.substr(random(text.size()), 5)); break;
        default: text.resize(at);
      }
    }
    const auto v = parse_wave(b.arena, *s, "wave", text);
    if (v) CHECK(fits(*v, *s));
    else CHECK(!v.error().to_string().empty());
  }
}

}  // namespace
}  // namespace wcomp::cabi
