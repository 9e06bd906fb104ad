// The bytes of instructions while they are written: what ByteWriter has, and an end that can be taken back.
#pragma once

#include "base/bytes.h"
#include "core/opcode.h"
#include "core/type_bytes.h"

namespace wcomp::core::text {

class CodeBytes {
 public:
  void u8(std::uint8_t b) { out_.push_back(b); }
  void leb_u32(std::uint32_t v) { leb_u64(v); }
  void leb_u64(std::uint64_t v) {
    for (; v > 0x7f; v >>= 7) u8(static_cast<std::uint8_t>(v | 0x80));
    u8(static_cast<std::uint8_t>(v));
  }
  void leb_s64(std::int64_t v) {
    for (; v < -0x40 || v > 0x3f; v >>= 7) u8(static_cast<std::uint8_t>(v | 0x80));
    u8(static_cast<std::uint8_t>(v & 0x7f));
  }
  /// The low `size` bytes, the lowest first.
  void fixed(std::uint64_t v, unsigned size) {
    for (unsigned i = 0; i < size; ++i) u8(static_cast<std::uint8_t>(v >> (8 * i)));
  }
  void bytes(ByteSpan b) { out_.insert(out_.end(), b.begin(), b.end()); }
  void opcode(Opcode o) {
    if (const std::uint8_t prefix = prefix_of(o)) {
      u8(prefix);
      leb_u32(number_of(o));
    } else {
      u8(static_cast<std::uint8_t>(o));
    }
  }
  void val_type(ValType t) {
    ByteWriter w;
    write_val_type(w, t);
    bytes(w.view());
  }
  void heap_type(HeapType t) {
    ByteWriter w;
    write_heap_type(w, t);
    bytes(w.view());
  }
  [[nodiscard]] std::size_t size() const { return out_.size(); }
  /// Moves the bytes from `begin` on to the end of another.
  void move_end(std::size_t begin, CodeBytes& to) {
    to.out_.insert(to.out_.end(), out_.begin() + static_cast<std::ptrdiff_t>(begin), out_.end());
    out_.resize(begin);
  }
  [[nodiscard]] Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

}  // namespace wcomp::core::text
