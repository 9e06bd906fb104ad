// Text that means harm: it is refused or read, in time that grows with its size.
#include <doctest/doctest.h>

#include <bit>
#include <chrono>

#include "core/print.h"
#include "core/text/numbers.h"
#include "core/text/parse.h"

namespace wcomp::core {
namespace {

std::string repeat(std::string_view part, std::size_t n) {
  std::string out;
  out.reserve(part.size() * n);
  while (n-- > 0) out += part;
  return out;
}
/// Parsed within a time that linear work does not need, not even in a build with sanitizers.
Result<Bytes> parse_soon(std::string source) {
  const auto start = std::chrono::steady_clock::now();
  Result<Bytes> bytes = text::parse("hostile.wat", std::move(source));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  return bytes;
}

TEST_CASE("what is never closed is refused, however often it was opened") {
  constexpr std::size_t n = 20'000;
  for (const std::string_view part : {"(", "(;", "(@a ", "(@name ", "(module ", "(func (block ", "\"", "(; ;; \n", "(@a (; ", "$\"", "(@\"a"}) {
    CAPTURE(part);
    CHECK_FALSE(parse_soon(repeat(part, n)).has_value());
    CHECK_FALSE(parse_soon("(module " + repeat(part, n)).has_value());
  }
  CHECK_FALSE(parse_soon(repeat(")", n)).has_value());
  CHECK_FALSE(parse_soon("(module " + repeat("(@a) (@name \"x\")", n) + ")").has_value());
}

TEST_CASE("bytes that are no text are refused") {
  for (const std::string bytes : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    CHECK_FALSE(parse_soon("(module ;; " + bytes + "\n)").has_value());
    CHECK_FALSE(parse_soon("(module (func $\"" + bytes + "\"))").has_value());
  }
  CHECK_FALSE(parse_soon(std::string("(module \0)", 10)).has_value());
  CHECK_FALSE(parse_soon("(module \x01)").has_value());
  CHECK_FALSE(parse_soon("(module (func $\xe2\x80\xae))").has_value());  // a bidirectional override is no character of identifiers
}

TEST_CASE("messages show what is hostile without letting it act, and cut what is long") {
  const Result<Bytes> bidi = parse_soon("(module (func $\"\xe2\x80\xae\" call $\"\xe2\x80\xae\" call $\"\xe2\x80\xad\"))");
  REQUIRE_FALSE(bidi.has_value());
  CHECK(bidi.error().to_string().find("\xe2\x80\xad") == std::string::npos);
  const Result<Bytes> long_word = parse_soon("(module " + std::string(1'000'000, 'a') + ")");
  REQUIRE_FALSE(long_word.has_value());
  CHECK(long_word.error().to_string().size() < 5'000);
}

TEST_CASE("many of anything are read in linear time") {
  constexpr std::size_t n = 8'000;
  std::string ids;
  for (std::size_t i = 0; i < n; ++i) ids += "(func $f" + std::to_string(i) + " (@name \"same\") call $f" + std::to_string(n - 1 - i) + ")";
  const Result<Bytes> bytes = parse_soon("(module " + ids + ")");
  REQUIRE(bytes.has_value());
  const Result<Module> module = decode(*bytes);
  REQUIRE(module.has_value());
  CHECK(print(*module).has_value());
  CHECK(parse_soon("(module (func i32.const 0 drop " + repeat("i32.const 0 (@metadata.code.branch_hint \"\\01\") if end ", n) + "))").has_value());
  CHECK(parse_soon("(module (type $t (func (param" + repeat(" i32", 1000) + "))) " + repeat("(func (type $t))", n) + ")").has_value());
  CHECK(parse_soon("(module (func " + repeat("(block $a (param i32) (result i32)", n) + repeat(")", n) + "))").has_value());
  CHECK(parse_soon("(module (func br_table" + repeat(" 0", n) + "))").has_value());
  CHECK(parse_soon("(module (func (local " + repeat("i32 i64 ", n) + ")))").has_value());
  CHECK(parse_soon("(module (memory (data " + repeat("\"\\00\\u{10ffff}\" ", n) + ")))").has_value());
  CHECK(parse_soon("(module (@wcomp.data-count) " + repeat("(@wcomp.data-count)", n) + ")").has_value());
}

TEST_CASE("a text for more locals than anybody reads is refused") {
  const Result<Bytes> bytes = parse_soon("(module (func (local" + repeat(" i32", 50'000) + ")))");
  REQUIRE(bytes.has_value());
  Result<Module> module = decode(*bytes);
  REQUIRE(module.has_value());
  constexpr std::size_t too_many = 401;
  module->funcs.resize(too_many, Func(module->funcs[0]));
  module->func_types.resize(too_many, TypeIdx(0u));
  CHECK_FALSE(print(*module).has_value());
}

TEST_CASE("numbers of any length are read, and out of range only if they are") {
  using text::parse_float;
  const std::string zeros(20'000, '0');
  CHECK(parse_float("1" + zeros + "e-20000", false) == std::bit_cast<std::uint64_t>(1.0));
  CHECK(parse_float("0." + zeros + "1e20001", false) == std::bit_cast<std::uint64_t>(1.0));
  CHECK(parse_float("1" + zeros, false) == std::nullopt);
  CHECK(parse_float("0." + zeros + "1", false) == 0u);
  CHECK(parse_float("0.0001e400", false) == std::nullopt);
  CHECK(parse_float("0.0001e313", false) == std::nullopt);
  CHECK(parse_float("1000e-400", false) == 0u);
  CHECK(parse_float("1" + std::string(500, '0') + "e-100", false) == std::nullopt);
  CHECK(parse_float("1e99999999999999999999", true) == std::nullopt);
  CHECK(parse_float("-1e-99999999999999999999", true) == 0x8000'0000u);
  CHECK(parse_float("0e99999999999999999999", true) == 0u);
  CHECK(parse_float("0x0p99999999999999999999", true) == 0u);
  CHECK(parse_float("0x1p-99999999999999999999", true) == 0u);
  CHECK(parse_float("0x1p+1024", false) == std::nullopt);
  CHECK(parse_float("0x0.0001p1040", false) == std::nullopt);
  CHECK(parse_float("3e-324", false) == 1u);
  CHECK(parse_float("2e-324", false) == 0u);
  CHECK(parse_float("0x1.8p-1075", false) == 1u);
  CHECK(parse_float("0x1p-1075", false) == 0u);
  CHECK(text::parse_nat("0" + zeros + "7", 7) == 7u);
  CHECK(text::parse_nat("18446744073709551616", ~std::uint64_t{0}) == std::nullopt);
  CHECK(text::parse_nat("18446744073709551615", ~std::uint64_t{0}) == ~std::uint64_t{0});
}

}  // namespace
}  // namespace wcomp::core
