#include "canonical-abi/strings.h"

#include <cstring>

#include "base/text.h"
#include "canonical-abi/shape.h"

namespace wcomp::cabi {
namespace {

using Span = std::span<const std::uint8_t>;

/// The three forms that a string's units really have: latin1+utf16 is one or the other, by its tag.
enum class Units : std::uint8_t { utf8, utf16, latin1 };

Units units_of(StringEncoding encoding, std::uint32_t length) {
  switch (encoding) {
    case StringEncoding::utf8: return Units::utf8;
    case StringEncoding::utf16: return Units::utf16;
    case StringEncoding::latin1_utf16: return (length & utf16_tag) != 0 ? Units::utf16 : Units::latin1;
  }
  WCOMP_CHECK(false);
}

std::uint32_t unit_count(StringEncoding encoding, std::uint32_t length) {
  return encoding == StringEncoding::latin1_utf16 ? length & ~utf16_tag : length;
}

std::uint32_t utf16_unit(Span bytes, std::size_t i) {
  return static_cast<std::uint32_t>(bytes[i]) | static_cast<std::uint32_t>(bytes[i + 1]) << 8;
}

/// Calls `each` with every scalar value; false at the first bytes that are not of the encoding, or when `each` gives false.
template <class Each>
bool decode_utf8(Span bytes, const Each& each) {
  for (std::size_t i = 0; i < bytes.size();) {
    const std::uint32_t lead = bytes[i++];
    if (lead < 0x80) {
      if (!each(lead)) return false;
      continue;
    }
    const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || bytes.size() - i < more) return false;
    std::uint32_t c = lead & (0x3f >> more);
    for (std::size_t k = 0; k < more; ++k, ++i) {
      if ((bytes[i] & 0xc0) != 0x80) return false;
      c = c << 6 | (bytes[i] & 0x3f);
    }
    constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return false;
    if (!each(c)) return false;
  }
  return true;
}

template <class Each>
bool decode_utf16(Span bytes, const Each& each) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t c = utf16_unit(bytes, i);
    if (c >= 0xdc00 && c < 0xe000) return false;
    if (c >= 0xd800 && c < 0xdc00) {
      i += 2;
      if (i + 1 >= bytes.size()) return false;
      const std::uint32_t low = utf16_unit(bytes, i);
      if (low < 0xdc00 || low >= 0xe000) return false;
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    if (!each(c)) return false;
  }
  return true;
}

template <class Each>
bool decode(Units units, Span bytes, const Each& each) {
  switch (units) {
    case Units::utf8: return decode_utf8(bytes, each);
    case Units::utf16: return decode_utf16(bytes, each);
    case Units::latin1:
      for (const std::uint8_t b : bytes) {
        if (!each(std::uint32_t{b})) return false;
      }
      return true;
  }
  WCOMP_CHECK(false);
}

/// Writes scalar values one after the other; false when the room is used up.
class Encoder {
 public:
  Encoder(Units units, std::span<std::uint8_t> out) : units_(units), out_(out) {}

  bool put(std::uint32_t c) {
    switch (units_) {
      case Units::latin1: return c < 0x100 && byte(c);
      case Units::utf16:
        if (c < 0x10000) return unit(c);
        c -= 0x10000;
        return unit(0xd800 + (c >> 10)) && unit(0xdc00 + (c & 0x3ff));
      case Units::utf8:
        if (c < 0x80) return byte(c);
        if (c < 0x800) return byte(0xc0 | c >> 6) && tail(c, 0);
        if (c < 0x10000) return byte(0xe0 | c >> 12) && tail(c, 6) && tail(c, 0);
        return byte(0xf0 | c >> 18) && tail(c, 12) && tail(c, 6) && tail(c, 0);
    }
    WCOMP_CHECK(false);
  }
  [[nodiscard]] bool is_full() const { return used_ == out_.size(); }

 private:
  bool byte(std::uint32_t b) {
    if (used_ == out_.size()) return false;
    out_[used_++] = static_cast<std::uint8_t>(b);
    return true;
  }
  bool unit(std::uint32_t u) { return byte(u & 0xff) && byte(u >> 8); }
  bool tail(std::uint32_t c, unsigned shift) { return byte(0x80 | (c >> shift & 0x3f)); }

  Units units_;
  std::span<std::uint8_t> out_;
  std::size_t used_ = 0;
};

TrapCode invalid(Units units) { return units == Units::utf8 ? TrapCode::invalid_utf8 : TrapCode::invalid_utf16; }

}  // namespace

std::uint64_t string_byte_length(StringEncoding encoding, std::uint32_t length) {
  const std::uint64_t count = unit_count(encoding, length);
  return units_of(encoding, length) == Units::utf16 ? 2 * count : count;
}

std::uint32_t string_alignment(StringEncoding encoding) { return encoding == StringEncoding::utf8 ? 1 : 2; }

Result<std::span<const std::uint8_t>, TrapCode> find_string(StringEncoding encoding, std::span<const std::uint8_t> memory, std::uint32_t ptr,
                                                           std::uint32_t length) {
  const std::uint64_t bytes = string_byte_length(encoding, length);
  if (bytes > max_string_byte_length) return Err(TrapCode::string_too_long);
  if (ptr % string_alignment(encoding) != 0) return Err(TrapCode::unaligned_pointer);
  if (ptr + bytes > memory.size()) return Err(TrapCode::pointer_out_of_bounds);
  return memory.subspan(ptr, static_cast<std::size_t>(bytes));
}

Result<std::uint32_t, TrapCode> measure_string(StringEncoding from, Span bytes, std::uint32_t length, StringEncoding to) {
  const Units units = units_of(from, length);
  if (units == Units::utf8 && to == StringEncoding::utf8) {
    if (!is_utf8({reinterpret_cast<const char*>(bytes.data()), bytes.size()})) return Err(TrapCode::invalid_utf8);
    return length;
  }
  std::uint64_t utf8 = 0, utf16 = 0;
  std::uint32_t greatest = 0;
  const bool is_valid = decode(units, bytes, [&](std::uint32_t c) {
    utf8 += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    utf16 += c < 0x10000 ? 1 : 2;
    greatest |= c;
    return true;
  });
  if (!is_valid) return Err(invalid(units));
  std::uint64_t result = to == StringEncoding::utf8 ? utf8 : utf16;
  if (result >= utf16_tag) return Err(TrapCode::string_too_long);
  if (to == StringEncoding::latin1_utf16 && greatest >= 0x100) result |= utf16_tag;
  return static_cast<std::uint32_t>(result);
}

Result<void, TrapCode> transcode_string(StringEncoding from, Span bytes, std::uint32_t length, StringEncoding to, std::uint32_t to_length,
                                        std::span<std::uint8_t> out) {
  const Units source = units_of(from, length);
  const Units target = units_of(to, to_length);
  if (out.size() != string_byte_length(to, to_length)) return Err(TrapCode::pointer_out_of_bounds);
  if (source == target) {
    if (out.size() != bytes.size()) return Err(TrapCode::pointer_out_of_bounds);
    if (!bytes.empty()) std::memmove(out.data(), bytes.data(), bytes.size());
    return {};
  }
  Encoder encoder(target, out);
  bool fits = true;
  const bool is_valid = decode(source, bytes, [&](std::uint32_t c) { return fits = encoder.put(c); });
  if (!fits) return Err(TrapCode::pointer_out_of_bounds);
  if (!is_valid) return Err(invalid(source));
  if (!encoder.is_full()) return Err(TrapCode::pointer_out_of_bounds);
  return {};
}

Result<std::string, TrapCode> string_to_utf8(StringEncoding from, Span bytes, std::uint32_t length) {
  auto size = measure_string(from, bytes, length, StringEncoding::utf8);
  if (!size) return Err(size.error());
  std::string out(*size, '\0');
  auto done = transcode_string(from, bytes, length, StringEncoding::utf8, *size, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  if (!done) return Err(done.error());
  return out;
}

}  // namespace wcomp::cabi
