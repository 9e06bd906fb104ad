// Room for a string in the receiver's memory. The specification writes in one pass: it guesses a size, and calls realloc again where the
// guess was wrong. We have measured, so that nothing is written twice; the receiver's realloc sees the same calls with the same sizes.
// CanonicalABI.md `store_string_into_range` and the functions under it.
//
// One alignment differs: a latin1+utf16 string that turns out to be latin1 is shrunk with alignment 2, not 1, since that is what its pointer
// has to have when it is lifted again.
#include "canonical-abi/fuse_body.h"

namespace wcomp::cabi::fusing {
namespace {

using core::Opcode;
using core::ValType;

bool is_latin1_or_utf16(StringEncoding e) { return e == StringEncoding::latin1_utf16; }

}  // namespace

void Body::allocate_string(core::LocalIdx src_length, core::LocalIdx dst_length, core::LocalIdx src_bytes64, core::LocalIdx ptr) {
  const StringEncoding from = module_.side(from_).encoding;
  const StringEncoding to_encoding = module_.side(to()).encoding;
  const std::uint32_t align = to_encoding == StringEncoding::utf8 ? 1 : 2;
  Temp bytes(*this, ValType::i64), units(*this, ValType::i64), is_wide(*this, ValType::i32);

  // What there is to write in the end, and how many units are read.
  push_string_bytes(to_encoding, dst_length);
  code().local_set(bytes);
  if (is_latin1_or_utf16(from)) {
    code().local_get(src_length).i32_const(31).op(Opcode::i32_shr_u).local_set(is_wide);
    code().local_get(src_bytes64).local_get(is_wide).op(Opcode::i64_extend_i32_u).op(Opcode::i64_shr_u).local_set(units);
  } else {
    code().local_get(src_length).op(Opcode::i64_extend_i32_u).local_set(units);
  }

  Temp worst(*this, ValType::i64);
  // The last call, when less than the worst case is needed.
  const auto shrink = [&](core::LocalIdx have) {
    code().local_get(bytes).local_get(have).op(Opcode::i64_lt_u).if_();
    reallocate(ptr, have, align, bytes);
    code().end();
  };
  switch (to_encoding) {
    case StringEncoding::utf8:
      // store_string_to_utf8: a byte for each unit, which does for ASCII.
      allocate(ptr, align, units);
      code().local_get(bytes).local_get(units).op(Opcode::i64_ne).if_();
      code().local_get(units);
      if (is_latin1_or_utf16(from)) code().local_get(is_wide).i32_const(2).op(Opcode::i32_add).op(Opcode::i64_extend_i32_u);
      else code().i64_const(3);
      code().op(Opcode::i64_mul).local_set(worst);
      reallocate(ptr, units, align, worst);
      shrink(worst);
      code().end();
      return;
    case StringEncoding::utf16:
      // store_utf8_to_utf16; what comes as latin1 or UTF-16 takes exactly that much.
      code().local_get(units).i64_const(1).op(Opcode::i64_shl).local_set(worst);
      allocate(ptr, align, worst);
      if (from == StringEncoding::utf8) shrink(worst);
      return;
    case StringEncoding::latin1_utf16:
      if (is_latin1_or_utf16(from)) {
        // store_string_copy of latin1, store_probably_utf16_to_latin1_or_utf16: as much as it had; too much for UTF-16 that was not needed.
        allocate(ptr, align, src_bytes64);
        code().local_get(is_wide).local_get(dst_length).i32_const(0).op(Opcode::i32_ge_s).op(Opcode::i32_and).if_();
        reallocate(ptr, src_bytes64, align, bytes);
        code().end();
        return;
      }
      // store_string_to_latin1_or_utf16: a byte for each unit, which does for latin1.
      allocate(ptr, align, units);
      code().local_get(dst_length).i32_const(0).op(Opcode::i32_lt_s).if_();
      code().local_get(units).i64_const(1).op(Opcode::i64_shl).local_set(worst);
      reallocate(ptr, units, align, worst);
      shrink(worst);
      code().else_();
      shrink(units);
      code().end();
      return;
  }
}

}  // namespace wcomp::cabi::fusing
