#include "canonical-abi/strings.h"

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "canonical-abi/shape.h"

namespace wcomp::cabi {
namespace {

using enum StringEncoding;

Bytes utf16_bytes(std::u16string_view s) {
  Bytes out;
  for (const char16_t c : s) {
    out.push_back(static_cast<std::uint8_t>(c & 0xff));
    out.push_back(static_cast<std::uint8_t>(c >> 8));
  }
  return out;
}
Bytes bytes(std::string_view s) { return {s.begin(), s.end()}; }

/// The string in another encoding, with its length there.
std::pair<Bytes, std::uint32_t> move(StringEncoding from, const Bytes& in, std::uint32_t length, StringEncoding to) {
  const auto to_length = measure_string(from, in, length, to);
  REQUIRE(to_length.has_value());
  Bytes out(string_byte_length(to, *to_length));
  REQUIRE(transcode_string(from, in, length, to, *to_length, out).has_value());
  return {out, *to_length};
}

TEST_CASE("a string comes out the same whatever encodings it goes through") {
  const std::string text = "aé€\U0001F600z";
  const auto [wide, wide_length] = move(utf8, bytes(text), static_cast<std::uint32_t>(text.size()), utf16);
  CHECK(wide == utf16_bytes(u"aé€\U0001F600z"));
  CHECK(wide_length == 6);
  const auto [mixed, mixed_length] = move(utf16, wide, wide_length, latin1_utf16);
  CHECK(mixed == wide);
  CHECK(mixed_length == (utf16_tag | 6));
  CHECK(string_to_utf8(latin1_utf16, mixed, mixed_length).value() == text);
  CHECK(move(utf16, wide, wide_length, utf8).first == bytes(text));
}

TEST_CASE("what fits latin-1 is stored as latin-1") {
  const std::string text = "caf\xc3\xa9";
  const auto [narrow, length] = move(utf8, bytes(text), 5, latin1_utf16);
  CHECK(narrow == bytes("caf\xe9"));
  CHECK(length == 4);
  CHECK(move(latin1_utf16, narrow, length, utf16).first == utf16_bytes(u"café"));
  CHECK(move(latin1_utf16, utf16_bytes(u"café"), utf16_tag | 4, latin1_utf16).second == 4);
  CHECK(string_to_utf8(latin1_utf16, narrow, length).value() == text);
}

TEST_CASE("bytes that are not UTF-8 are refused in every direction") {
  for (const char* text : {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "a\xe2\x82", "\xff"}) {
    const Bytes in = bytes(text);
    for (const StringEncoding to : {utf8, utf16, latin1_utf16}) {
      const auto r = measure_string(utf8, in, static_cast<std::uint32_t>(in.size()), to);
      REQUIRE_FALSE(r.has_value());
      CHECK(r.error() == TrapCode::invalid_utf8);
    }
  }
}

TEST_CASE("lone surrogates are refused") {
  for (const std::u16string& text : {std::u16string(1, 0xd800), std::u16string(1, 0xdc00), std::u16string{0xdc00, 0xd800}, std::u16string{0xd800, u'a'}}) {
    const Bytes in = utf16_bytes(text);
    const auto r = measure_string(utf16, in, static_cast<std::uint32_t>(text.size()), utf8);
    REQUIRE_FALSE(r.has_value());
    CHECK(r.error() == TrapCode::invalid_utf16);
    CHECK_FALSE(measure_string(latin1_utf16, in, utf16_tag | static_cast<std::uint32_t>(text.size()), utf16).has_value());
  }
}

TEST_CASE("a string must lie in memory, be aligned and not be too long") {
  const Bytes memory(16);
  CHECK(find_string(utf8, memory, 16, 0).has_value());
  CHECK(find_string(utf8, memory, 3, 13)->size() == 13);
  CHECK(find_string(utf8, memory, 17, 0).error() == TrapCode::pointer_out_of_bounds);
  CHECK(find_string(utf8, memory, 0xffffffff, 1).error() == TrapCode::pointer_out_of_bounds);
  CHECK(find_string(utf16, memory, 1, 1).error() == TrapCode::unaligned_pointer);
  CHECK(find_string(utf16, memory, 8, 5).error() == TrapCode::pointer_out_of_bounds);
  CHECK(find_string(utf16, memory, 0, 1u << 27).error() == TrapCode::string_too_long);
  CHECK(find_string(utf8, memory, 0, 1u << 28).error() == TrapCode::string_too_long);
  CHECK(find_string(latin1_utf16, memory, 0, utf16_tag | 8)->size() == 16);
  CHECK(find_string(latin1_utf16, memory, 0, utf16_tag | 9).error() == TrapCode::pointer_out_of_bounds);
  CHECK(find_string(latin1_utf16, memory, 1, 1).error() == TrapCode::unaligned_pointer);
}

TEST_CASE("a string that changed between measuring and writing does not overflow") {
  Bytes out(2);
  CHECK(transcode_string(utf8, bytes("abc"), 3, utf16, 1, out).error() == TrapCode::pointer_out_of_bounds);
  CHECK(transcode_string(utf8, bytes(""), 0, utf16, 1, out).error() == TrapCode::pointer_out_of_bounds);
  CHECK(transcode_string(utf8, bytes("\xe2\x82\xac"), 3, latin1_utf16, 2, out).error() == TrapCode::pointer_out_of_bounds);
  CHECK(transcode_string(utf8, bytes("\xff"), 1, utf16, 1, out).error() == TrapCode::invalid_utf8);
}

}  // namespace
}  // namespace wcomp::cabi
