#include "base/bytes.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"

namespace wcomp {

namespace {

/// Signed or unsigned LEB128 of `bits` bits; the last byte may not carry bits beyond them.
template <bool is_signed>
Result<std::uint64_t> leb(ByteReader& in, unsigned bits) {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint64_t offset = in.offset();
    const auto at = [&] { return BinaryPos{.file = {}, .path = in.path(), .offset = offset}; };  // made only for a message
    WCOMP_TRY(const std::uint8_t byte, in.u8());
    const unsigned left = bits - shift;
    if (left < 7) {
      const unsigned spare = 7 - left;  // bits of this byte's payload beyond the type
      const std::uint8_t high = static_cast<std::uint8_t>((byte & 0x7f) >> left);
      const bool is_negative = is_signed && (byte >> (left - 1) & 1) != 0;
      const std::uint8_t expected = is_negative ? static_cast<std::uint8_t>((1u << spare) - 1) : 0;
      if ((byte & 0x80) != 0) return fail(diag::malformed, "integer representation too long", at());
      if (high != expected) return fail(diag::malformed, "integer too large", at());
    }
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) {
      if (is_signed && shift + 7 < 64 && (byte & 0x40) != 0) value |= ~std::uint64_t{0} << (shift + 7);
      return value;
    }
    if (left == 7) return fail(diag::malformed, "integer representation too long", at());
  }
}

}  // namespace

Err<Failure> ByteReader::malformed(std::string message) const { return fail(diag::malformed, std::move(message), where()); }

Result<std::uint8_t> ByteReader::u8() {
  if (at_end()) return fail(diag::unexpected_end, "unexpected end: a byte is missing", where());
  return *pos_++;
}

Result<std::uint8_t> ByteReader::peek() const {
  if (at_end()) return fail(diag::unexpected_end, "unexpected end: a byte is missing", where());
  return *pos_;
}

Result<std::uint32_t> ByteReader::leb_u32() {
  if (pos_ != end_ && *pos_ < 0x80) return *pos_++;
  WCOMP_TRY(const std::uint64_t v, leb<false>(*this, 32));
  return static_cast<std::uint32_t>(v);
}
Result<std::uint64_t> ByteReader::leb_u64() { return leb<false>(*this, 64); }
Result<std::int32_t> ByteReader::leb_s32() {
  WCOMP_TRY(const std::uint64_t v, leb<true>(*this, 32));
  return static_cast<std::int32_t>(v);
}
Result<std::int64_t> ByteReader::leb_s33() {
  WCOMP_TRY(const std::uint64_t v, leb<true>(*this, 33));
  return static_cast<std::int64_t>(v);
}
Result<std::int64_t> ByteReader::leb_s64() {
  WCOMP_TRY(const std::uint64_t v, leb<true>(*this, 64));
  return static_cast<std::int64_t>(v);
}

Result<std::uint32_t> ByteReader::fixed_u32() {
  WCOMP_TRY(const ByteSpan b, bytes(4));
  std::uint32_t v;
  std::memcpy(&v, b.data(), 4);
  return v;
}
Result<std::uint64_t> ByteReader::fixed_u64() {
  WCOMP_TRY(const ByteSpan b, bytes(8));
  std::uint64_t v;
  std::memcpy(&v, b.data(), 8);
  return v;
}

Result<ByteSpan> ByteReader::bytes(std::size_t n) {
  if (n > remaining()) {
    return fail(diag::unexpected_end, fmt::format("unexpected end: {} bytes announced, {} left", n, remaining()), where());
  }
  const ByteSpan out(pos_, n);
  pos_ += n;
  return out;
}

Result<std::string_view> ByteReader::name() {
  WCOMP_TRY(const std::uint32_t n, leb_u32());
  const std::uint64_t start = offset();
  WCOMP_TRY(const ByteSpan b, bytes(n));
  const std::string_view text = as_text(b);
  if (!is_utf8(text)) return fail(diag::bad_utf8, "malformed UTF-8 encoding in a name", BinaryPos{.file = {}, .path = path_, .offset = start});
  return text;
}

Result<std::uint32_t> ByteReader::count(std::size_t min_bytes) {
  const std::uint64_t start = offset();
  WCOMP_TRY(const std::uint32_t n, leb_u32());
  if (n > remaining() / (min_bytes == 0 ? 1 : min_bytes)) {
    return fail(diag::unexpected_end, fmt::format("unexpected end: {} elements announced, {} bytes left", n, remaining()), BinaryPos{.file = {}, .path = path_, .offset = start});
  }
  return n;
}

Result<ByteReader> ByteReader::sub(std::size_t n, std::string path) {
  const std::uint64_t at = offset();
  WCOMP_TRY(const ByteSpan b, bytes(n));
  return ByteReader(b, at, std::move(path));
}

void ByteWriter::leb_u64(std::uint64_t v) {
  while (v >= 0x80) {
    out_.push_back(static_cast<std::uint8_t>(v | 0x80));
    v >>= 7;
  }
  out_.push_back(static_cast<std::uint8_t>(v));
}

void ByteWriter::leb_s64(std::int64_t v) {
  for (;;) {
    const auto byte = static_cast<std::uint8_t>(v & 0x7f);
    v >>= 7;
    if ((v == 0 && (byte & 0x40) == 0) || (v == -1 && (byte & 0x40) != 0)) {
      out_.push_back(byte);
      return;
    }
    out_.push_back(byte | 0x80);
  }
}

void ByteWriter::fixed_u32(std::uint32_t v) {
  for (int i = 0; i < 4; ++i) out_.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
}
void ByteWriter::fixed_u64(std::uint64_t v) {
  for (int i = 0; i < 8; ++i) out_.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
}
void ByteWriter::name(std::string_view s) { sized(as_bytes(s)); }
void ByteWriter::sized(ByteSpan b) {
  leb_u64(b.size());
  bytes(b);
}

}  // namespace wcomp
