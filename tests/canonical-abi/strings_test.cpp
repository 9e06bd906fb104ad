#include "canonical-abi/strings.h"

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/text.h"
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

TEST_CASE("a string that is checked while it is copied arrives as it was, or is refused") {
  const std::string text = "caf\u00e9 \u20ac \U0001F600, and a tail that is longer than what is looked at in one step, twice over: caf\u00e9 \u20ac \U0001F600";
  Bytes out(text.size());
  REQUIRE(copy_string(utf8, bytes(text), out.data()).has_value());
  CHECK(out == bytes(text));
  const std::u16string wide = u"caf\u00e9 \u20ac, and more than what is looked at in one step, before \U0001F600 comes";
  const Bytes wide_bytes = utf16_bytes(wide);
  Bytes wide_out(wide_bytes.size());
  REQUIRE(copy_string(utf16, wide_bytes, wide_out.data()).has_value());
  CHECK(wide_out == wide_bytes);
  REQUIRE(copy_string(utf8, {}, nullptr).has_value());
  REQUIRE(copy_string(utf16, {}, nullptr).has_value());
  for (std::size_t at = 0; at < text.size(); ++at) {
    Bytes wrong = bytes(text);
    wrong[at] = 0xff;
    CHECK(copy_string(utf8, wrong, out.data()).error() == TrapCode::invalid_utf8);
  }
  for (std::size_t at = 0; at < 2 * wide.find(u'\xd83d'); at += 2) {
    Bytes wrong = wide_bytes;
    wrong[at + 1] = 0xdc;  // the second of two surrogates, without the first
    CHECK(copy_string(utf16, wrong, wide_out.data()).error() == TrapCode::invalid_utf16);
    wrong[at + 1] = 0xd8;
    CHECK(copy_string(utf16, wrong, wide_out.data()).error() == TrapCode::invalid_utf16);
  }
}

TEST_CASE("long strings are measured and written as short ones are, wherever their characters outside of ASCII lie") {
  // Characters of every length at every distance from the start of a run, each encoding into each.
  const std::u32string kinds[] = {U"\u00e9", U"\u20ac", U"\U0001F600", U"\u00e9\u00ff\u0080", U"\u20ac\U0001F600a\u07ff\uffff\U0010ffff"};
  for (const std::u32string& kind : kinds) {
    for (std::size_t before = 0; before < 70; ++before) {
      std::u16string units(before, u'a');
      std::string text(before, 'a');
      for (const char32_t c : kind) {
        if (c >= 0x10000) {
          units += static_cast<char16_t>(0xd800 + ((c - 0x10000) >> 10));
          units += static_cast<char16_t>(0xdc00 + (c & 0x3ff));
        } else {
          units += static_cast<char16_t>(c);
        }
        append_utf8(text, c);
      }
      units += std::u16string(40, u'z');
      text += std::string(40, 'z');
      const auto [wide, wide_length] = move(utf8, bytes(text), static_cast<std::uint32_t>(text.size()), utf16);
      CHECK(wide == utf16_bytes(units));
      CHECK(wide_length == units.size());
      CHECK(move(utf16, wide, wide_length, utf8).first == bytes(text));
      const auto [mixed, mixed_length] = move(utf8, bytes(text), static_cast<std::uint32_t>(text.size()), latin1_utf16);
      CHECK(((mixed_length & utf16_tag) == 0) == (kind == kinds[0] || kind == kinds[3]));
      CHECK(move(latin1_utf16, mixed, mixed_length, utf8).first == bytes(text));
      CHECK(move(latin1_utf16, mixed, mixed_length, utf16).first == wide);
      CHECK(move(utf16, wide, wide_length, latin1_utf16) == std::pair(mixed, mixed_length));
    }
  }
}

}  // namespace
}  // namespace wcomp::cabi
