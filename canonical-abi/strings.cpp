#include "canonical-abi/strings.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/utf8.h"
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

/// Strings are looked at in runs of this many units, by loops that compilers turn into vectors.
constexpr std::size_t run = 32;

/// Whether the `run` units at `p` are ASCII.
bool is_ascii_run(const std::uint8_t* p) {
  std::uint8_t all = 0;
  for (std::size_t i = 0; i < run; ++i) all |= p[i];
  return all < 0x80;
}
bool is_ascii_run_utf16(const std::uint8_t* p) {
  std::uint16_t all = 0;
  for (std::size_t i = 0; i < run; ++i) {
    std::uint16_t u = 0;
    std::memcpy(&u, p + 2 * i, sizeof u);  // little-endian, as memories are: so is every machine that this runs on
    all |= u;
  }
  return all < 0x80;
}

/// Whether the `run` units at `p` stand for themselves: no surrogates.
bool is_plain_run_utf16(const std::uint8_t* p) {
  std::uint16_t surrogates = 0;
  for (std::size_t i = 0; i < run; ++i) {
    std::uint16_t u = 0;
    std::memcpy(&u, p + 2 * i, sizeof u);
    surrogates |= static_cast<std::uint16_t>((u & 0xf800) == 0xd800);
  }
  return surrogates == 0;
}

/// Calls `each` with every scalar value; false at the first bytes that are not of the encoding, or when `each` gives false. `ascii` is
/// offered the first of `run` bytes of ASCII; it says whether it takes them all.
template <class Each, class Ascii>
bool decode_utf8(Span bytes, const Each& each, const Ascii& ascii) {
  for (std::size_t i = 0; i < bytes.size();) {
    if (bytes[i] < 0x80 && bytes.size() - i >= run && is_ascii_run(&bytes[i]) && ascii(&bytes[i])) {
      i += run;
      continue;
    }
    const ScalarValue c = wcomp::decode_utf8(&bytes[i], bytes.size() - i);
    if (c.length == 0 || !each(c.value)) return false;
    i += c.length;
  }
  return true;
}

template <class Each, class Ascii>
bool decode_utf16(Span bytes, const Each& each, const Ascii& ascii) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    while (bytes.size() - i >= 2 * run && is_ascii_run_utf16(&bytes[i]) && ascii(&bytes[i])) i += 2 * run;
    if (i + 1 >= bytes.size()) break;
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

template <class Each, class Ascii>
bool decode_latin1(Span bytes, const Each& each, const Ascii& ascii) {
  for (std::size_t i = 0; i < bytes.size();) {
    if (bytes[i] < 0x80 && bytes.size() - i >= run && is_ascii_run(&bytes[i]) && ascii(&bytes[i])) {
      i += run;
    } else if (!each(std::uint32_t{bytes[i++]})) {
      return false;
    }
  }
  return true;
}

/// Lengths of a string in code units, and all its scalar values' bits.
struct Measure {
  std::uint64_t utf8 = 0, utf16 = 0;
  std::uint32_t bits = 0;

  void add(std::uint32_t c) {
    utf8 += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    utf16 += c < 0x10000 ? 1 : 2;
    bits |= c;
  }
};

Measure measure_latin1(Span bytes) {
  std::uint64_t wide = 0;
  for (const std::uint8_t b : bytes) wide += b >> 7;
  return {.utf8 = bytes.size() + wide, .utf16 = bytes.size(), .bits = 0xff};
}

/// Of bytes that are UTF-8.
Measure measure_utf8(Span bytes) {
  std::uint64_t units = 0;
  std::uint8_t greatest = 0;
  for (const std::uint8_t b : bytes) {
    units += static_cast<std::uint64_t>(static_cast<std::int8_t>(b) >= -0x40) + static_cast<std::uint64_t>(b >= 0xf0);
    greatest = b > greatest ? b : greatest;
  }
  // c3 leads the last of latin1.
  return {.utf8 = bytes.size(), .utf16 = units, .bits = greatest > 0xc3 ? std::uint32_t{0x100} : 0};
}

/// Nothing if they are not UTF-16.
std::optional<Measure> measure_utf16(Span bytes) {
  Measure m;
  const auto add = [&](std::uint32_t c) { return m.add(c), true; };
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (bytes.size() - at >= 2 * run && is_plain_run_utf16(&bytes[at])) {
      std::uint32_t more = 0;
      std::uint16_t bits = 0;
      for (std::size_t i = 0; i < run; ++i) {
        std::uint16_t u = 0;
        std::memcpy(&u, &bytes[at + 2 * i], sizeof u);
        more += static_cast<std::uint32_t>(u >= 0x80) + static_cast<std::uint32_t>(u >= 0x800);
        bits |= u;
      }
      m.utf8 += run + more;
      m.utf16 += run;
      m.bits |= bits;
      at += 2 * run;
      continue;
    }
    // One run, and one unit more if it ends between two surrogates.
    std::size_t end = std::min(bytes.size(), at + 2 * run);
    if (end < bytes.size() && (utf16_unit(bytes, end - 2) & 0xfc00) == 0xd800) end += 2;
    if (!decode_utf16(bytes.subspan(at, end - at), add, [](const std::uint8_t*) { return false; })) return std::nullopt;
    at = end;
  }
  return m;
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
  /// `run` units of ASCII; false if there is no room for them all. The target is not what they come from.
  bool put_ascii(const std::uint8_t* bytes) {
    const std::size_t size = units_ == Units::utf16 ? 2 * run : run;
    if (out_.size() - used_ < size) return false;
    std::uint8_t* to = out_.data() + used_;
    if (units_ != Units::utf16) {
      std::memcpy(to, bytes, run);
    } else {
      for (std::size_t i = 0; i < run; ++i) {
        const std::uint16_t u = bytes[i];
        std::memcpy(to + 2 * i, &u, sizeof u);
      }
    }
    used_ += size;
    return true;
  }
  bool put_ascii_utf16(const std::uint8_t* bytes) {
    if (out_.size() - used_ < run || units_ == Units::utf16) return false;
    std::uint8_t* to = out_.data() + used_;
    for (std::size_t i = 0; i < run; ++i) to[i] = bytes[2 * i];
    used_ += run;
    return true;
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

Result<std::uint32_t, TrapCode> narrow_length(StringEncoding encoding, std::uint64_t length) {
  const bool is_tagged = encoding == StringEncoding::latin1_utf16 && (length & utf16_tag_64) != 0;
  if (is_tagged) length ^= utf16_tag_64;
  if (length >= utf16_tag) return Err(TrapCode::string_too_long);
  return static_cast<std::uint32_t>(length) | (is_tagged ? utf16_tag : 0);
}

std::uint64_t widen_length(StringEncoding encoding, std::uint32_t length) {
  if (encoding != StringEncoding::latin1_utf16 || (length & utf16_tag) == 0) return length;
  return utf16_tag_64 | (length ^ utf16_tag);
}

Result<std::span<const std::uint8_t>, TrapCode> find_string(StringEncoding encoding, std::span<const std::uint8_t> memory, std::uint64_t ptr,
                                                           std::uint32_t length) {
  const std::uint64_t bytes = string_byte_length(encoding, length);
  if (bytes > max_string_byte_length) return Err(TrapCode::string_too_long);
  if (ptr % string_alignment(encoding) != 0) return Err(TrapCode::unaligned_pointer);
  if (bytes > memory.size() || ptr > memory.size() - bytes) return Err(TrapCode::pointer_out_of_bounds);
  return memory.subspan(static_cast<std::size_t>(ptr), static_cast<std::size_t>(bytes));
}

Result<std::uint32_t, TrapCode> measure_string(StringEncoding from, Span bytes, std::uint32_t length, StringEncoding to) {
  const Units units = units_of(from, length);
  std::optional<Measure> measure;
  switch (units) {
    case Units::latin1: measure = measure_latin1(bytes); break;
    case Units::utf8:
      if (!is_utf8(bytes.data(), bytes.size())) break;
      if (to == StringEncoding::utf8) return length;
      measure = measure_utf8(bytes);
      break;
    case Units::utf16: measure = measure_utf16(bytes); break;
  }
  if (!measure) return Err(invalid(units));
  std::uint64_t result = to == StringEncoding::utf8 ? measure->utf8 : measure->utf16;
  if (result >= utf16_tag) return Err(TrapCode::string_too_long);
  if (to == StringEncoding::latin1_utf16 && measure->bits >= 0x100) result |= utf16_tag;
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
  const auto put = [&](std::uint32_t c) { return fits = encoder.put(c); };
  const auto put_ascii = [&](const std::uint8_t* p) { return encoder.put_ascii(p); };
  bool is_valid = true;
  switch (source) {
    case Units::utf8: is_valid = decode_utf8(bytes, put, put_ascii); break;
    case Units::utf16: is_valid = decode_utf16(bytes, put, [&](const std::uint8_t* p) { return encoder.put_ascii_utf16(p); }); break;
    case Units::latin1: is_valid = decode_latin1(bytes, put, put_ascii); break;
  }
  if (!fits) return Err(TrapCode::pointer_out_of_bounds);
  if (!is_valid) return Err(invalid(source));
  if (!encoder.is_full()) return Err(TrapCode::pointer_out_of_bounds);
  return {};
}

Result<void, TrapCode> copy_string(StringEncoding encoding, Span bytes, std::uint8_t* out) {
  if (encoding == StringEncoding::utf8) {
    if (!copy_utf8(bytes.data(), bytes.size(), out)) return Err(TrapCode::invalid_utf8);
    return {};
  }
  WCOMP_CHECK(encoding == StringEncoding::utf16);
  std::size_t at = 0;
  for (; bytes.size() - at >= 2 * run && is_plain_run_utf16(&bytes[at]); at += 2 * run) std::memcpy(out + at, &bytes[at], 2 * run);
  const Span rest = bytes.subspan(at);
  if (!measure_utf16(rest)) return Err(TrapCode::invalid_utf16);
  if (!rest.empty()) std::memcpy(out + at, rest.data(), rest.size());
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
