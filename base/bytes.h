// Reading and writing the building blocks of wasm binaries.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wcomp {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

/// A cursor over bytes that it does not own. Never reads past the end; every getter is a Result that says where.
/// `base_offset` is where the span starts in the file, `path` says what is being read (`component > section 8`), for messages.
class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes, std::uint64_t base_offset = 0, std::string path = {})
      : begin_(bytes.data()), pos_(bytes.data()), end_(bytes.data() + bytes.size()), base_(base_offset), path_(std::move(path)) {}

  [[nodiscard]] bool at_end() const { return pos_ == end_; }
  [[nodiscard]] std::size_t remaining() const { return static_cast<std::size_t>(end_ - pos_); }
  /// Offset in the file of the next byte.
  [[nodiscard]] std::uint64_t offset() const { return base_ + static_cast<std::uint64_t>(pos_ - begin_); }
  [[nodiscard]] const std::uint8_t* position() const { return pos_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  void set_path(std::string path) { path_ = std::move(path); }
  [[nodiscard]] BinaryPos where() const { return {.file = {}, .path = path_, .offset = offset()}; }

  [[nodiscard]] Result<std::uint8_t> u8();
  /// The next byte without taking it.
  [[nodiscard]] Result<std::uint8_t> peek() const;
  /// LEB128; refuses forms that are longer than the type allows or have bits set that do not fit.
  [[nodiscard]] Result<std::uint32_t> leb_u32();
  [[nodiscard]] Result<std::uint64_t> leb_u64();
  [[nodiscard]] Result<std::int32_t> leb_s32();
  [[nodiscard]] Result<std::int64_t> leb_s33();
  [[nodiscard]] Result<std::int64_t> leb_s64();
  [[nodiscard]] Result<std::uint32_t> fixed_u32();
  [[nodiscard]] Result<std::uint64_t> fixed_u64();
  /// `n` bytes, as a view into the input.
  [[nodiscard]] Result<ByteSpan> bytes(std::size_t n);
  /// A length-prefixed name; a view into the input, checked to be UTF-8.
  [[nodiscard]] Result<std::string_view> name();
  /// A vector's count; refused when the rest of the input could not hold that many elements of at least `min_bytes` each.
  [[nodiscard]] Result<std::uint32_t> count(std::size_t min_bytes = 1);
  /// A reader over the next `n` bytes, which this one skips.
  [[nodiscard]] Result<ByteReader> sub(std::size_t n, std::string path);

  /// `malformed` at the current place.
  [[nodiscard]] Err<Failure> malformed(std::string message) const;

 private:
  const std::uint8_t* begin_;
  const std::uint8_t* pos_;
  const std::uint8_t* end_;
  std::uint64_t base_;
  std::string path_;
};

/// Appends to a byte vector that it owns.
class ByteWriter {
 public:
  void u8(std::uint8_t b) { out_.push_back(b); }
  void leb_u32(std::uint32_t v) { leb_u64(v); }
  void leb_u64(std::uint64_t v);
  void leb_s32(std::int32_t v) { leb_s64(v); }
  void leb_s64(std::int64_t v);
  void fixed_u32(std::uint32_t v);
  void fixed_u64(std::uint64_t v);
  void bytes(ByteSpan b) { out_.insert(out_.end(), b.begin(), b.end()); }
  void name(std::string_view s);
  /// `bytes` with its length in front.
  void sized(ByteSpan b);
  [[nodiscard]] std::size_t size() const { return out_.size(); }
  [[nodiscard]] ByteSpan view() const { return out_; }
  [[nodiscard]] Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

inline ByteSpan as_bytes(std::string_view s) { return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()}; }
inline std::string_view as_text(ByteSpan b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }

}  // namespace wcomp
