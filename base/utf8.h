// UTF-8 in bulk: checking many bytes at once, with the processor's vectors where it has them.
//
// Blocks of ASCII pass by one test. In other blocks every byte is looked at together with the three before it: a few tables, indexed by half
// bytes, say which faults a pair of neighbours may have, and what a byte needs two or three places behind a lead is counted
// separately (J. Keiser, D. Lemire: "Validating UTF-8 in less than one instruction per byte"). The tables are made from a list of faults,
// utf8.cpp. Processors without AVX2 go byte by byte outside of ASCII. Who needs the characters decodes them one by one: decode_utf8.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wcomp {

/// Whether the bytes are well-formed UTF-8 (Unicode, table 3-7).
[[nodiscard]] bool is_utf8(const std::uint8_t* bytes, std::size_t size);

/// A Unicode scalar value and its bytes in UTF-8; 0 bytes: there is none.
struct ScalarValue {
  std::uint32_t value = 0;
  std::uint32_t length = 0;
};

/// The scalar value that begins at `p`, of which `left` bytes are there, at least one. Nothing for forms that are too long, surrogates and what
/// lies beyond Unicode.
[[nodiscard]] constexpr ScalarValue decode_utf8(const std::uint8_t* p, std::size_t left) {
  const std::uint32_t lead = p[0];
  if (lead < 0x80) return {lead, 1};
  const std::uint32_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || left < length) return {};
  std::uint32_t value = lead & (0x7f >> length);
  for (std::uint32_t i = 1; i < length; ++i) {
    if ((p[i] & 0xc0) != 0x80) return {};
    value = value << 6 | (p[i] & 0x3f);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return {};
  return {value, length};
}

/// Copies bytes while it checks them, so that each is read once. False if they are not UTF-8; `to` holds anything then. The ranges do not
/// overlap.
[[nodiscard]] bool copy_utf8(const std::uint8_t* from, std::size_t size, std::uint8_t* to);

namespace utf8 {
/// The way without vectors, for tests.
[[nodiscard]] bool copy_plain(const std::uint8_t* from, std::size_t size, std::uint8_t* to);
}  // namespace utf8

}  // namespace wcomp
