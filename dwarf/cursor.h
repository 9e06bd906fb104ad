// A cursor over a section that forgives: what cannot be read is 0, and `ok` is false from then on.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace wcomp::dwarf {

/// What is left of DebugInfo's steps.
class Work {
 public:
  explicit Work(std::uint64_t steps) : left_(steps) {}
  [[nodiscard]] bool take(std::uint64_t n = 1) {
    if (left_ < n) left_ = 0;
    else left_ -= n;
    return left_ != 0;
  }

 private:
  std::uint64_t left_;
};

class Cursor {
 public:
  Cursor() = default;
  explicit Cursor(ByteSpan bytes, std::uint64_t at = 0) : bytes_(bytes), at_(at), ok_(at <= bytes.size()) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return !ok_ || at_ == bytes_.size(); }
  [[nodiscard]] std::uint64_t at() const { return at_; }
  [[nodiscard]] std::uint64_t remaining() const { return ok_ ? bytes_.size() - at_ : 0; }

  /// Little-endian, of up to 8 bytes.
  std::uint64_t fixed(unsigned size) {
    if (size > 8 || remaining() < size) return fail();
    std::uint64_t out = 0;
    for (unsigned i = 0; i < size; ++i) out |= std::uint64_t{bytes_[at_ + i]} << (8 * i);
    at_ += size;
    return out;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(fixed(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
  /// Bits beyond the 64th are dropped.
  std::uint64_t uleb() {
    std::uint64_t out = 0;
    for (unsigned shift = 0; remaining() != 0; shift += 7) {
      const std::uint8_t b = bytes_[at_++];
      if (shift < 64) out |= std::uint64_t{b & 0x7fU} << shift;
      if ((b & 0x80) == 0) return out;
    }
    return fail();
  }
  std::int64_t sleb() {
    std::uint64_t out = 0;
    for (unsigned shift = 0; remaining() != 0; shift += 7) {
      const std::uint8_t b = bytes_[at_++];
      if (shift < 64) out |= std::uint64_t{b & 0x7fU} << shift;
      if ((b & 0x80) != 0) continue;
      if ((b & 0x40) != 0 && shift + 7 < 64) out |= ~std::uint64_t{0} << (shift + 7);
      return static_cast<std::int64_t>(out);
    }
    return static_cast<std::int64_t>(fail());
  }
  /// Text up to a zero byte, which is skipped.
  std::string_view text() {
    if (!ok_) return {};
    const std::string_view rest = as_text(bytes_.subspan(at_));
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) return fail(), std::string_view();
    at_ += end + 1;
    return rest.substr(0, end);
  }
  void skip(std::uint64_t n) {
    if (n > remaining()) fail();
    else at_ += n;
  }
  /// The next bytes as a cursor that counts positions as this one does and ends with them; this one skips them.
  Cursor sub(std::uint64_t n) {
    if (n > remaining()) return fail(), Cursor();
    Cursor out(bytes_.first(at_ + n), at_);
    at_ += n;
    return out;
  }
  /// A length at the front of a unit or a list: `is_64` becomes true where it has 8 bytes.
  std::uint64_t initial_length(bool& is_64) {
    const std::uint32_t first = u32();
    is_64 = first == 0xffff'ffff;
    if (is_64) return fixed(8);
    return first >= 0xffff'fff0 ? fail() : first;
  }

 private:
  std::uint64_t fail() {
    ok_ = false;
    return 0;
  }
  ByteSpan bytes_;
  std::uint64_t at_ = 0;
  bool ok_ = true;
};

}  // namespace wcomp::dwarf
