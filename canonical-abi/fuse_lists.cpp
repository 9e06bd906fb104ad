// Strings and lists: ranges of the sender's memory that get a new place in the receiver's.
#include "canonical-abi/fuse_body.h"

namespace wcomp::cabi::fusing {
namespace {

using core::Opcode;
using core::ValType;

std::uint32_t string_alignment(StringEncoding e) { return e == StringEncoding::utf8 ? 1 : 2; }

}  // namespace

// load_string_from_range, store_string_into_range.
void Body::string(const Place& src, const Place& dst) {
  const StringEncoding from = module_.side(from_).encoding;
  const StringEncoding to_encoding = module_.side(to()).encoding;
  const bool has_tag = from == StringEncoding::latin1_utf16, gets_tag = to_encoding == StringEncoding::latin1_utf16;
  Temp src_ptr(*this, module_.ptr(from_)), src_length(*this, ValType::i32), bytes(*this, ValType::i64);
  push_word(0, src);
  code().local_set(src_ptr);
  push_word(1, src);
  narrow_length(has_tag, TrapCode::string_too_long);
  code().local_set(src_length);
  push_string_bytes(from, src_length);
  code().local_tee(bytes).i64_const(max_string_byte_length).op(Opcode::i64_gt_u);
  trap_if(TrapCode::string_too_long);
  check_range(from_, src_ptr, string_alignment(from), bytes, TrapCode::unaligned_pointer, TrapCode::pointer_out_of_bounds);

  Temp dst_ptr(*this, module_.ptr(to()));
  const auto side_number = static_cast<std::int32_t>(from_);
  if (is_copied(from, to_encoding)) {
    // The encoding is checked when there is room: whatever the receiver's realloc does, a string that is not valid ends the call.
    allocate(dst_ptr, string_alignment(to_encoding), bytes);
    code().i32_const(side_number);
    push_for_intrinsic(from_, src_ptr);
    code().local_get(src_length);
    push_for_intrinsic(to(), dst_ptr);
    call_intrinsic(Intrinsic::string_copy);
    store_ptr(dst, dst_ptr);
    store_length(dst, src_length, gets_tag);
    return;
  }
  Temp dst_length(*this, ValType::i32);
  code().i32_const(side_number);
  push_for_intrinsic(from_, src_ptr);
  code().local_get(src_length);
  call_intrinsic(Intrinsic::string_measure);
  code().local_set(dst_length);
  allocate_string(src_length, dst_length, bytes, dst_ptr);
  code().i32_const(side_number);
  push_for_intrinsic(from_, src_ptr);
  code().local_get(src_length);
  push_for_intrinsic(to(), dst_ptr);
  code().local_get(dst_length);
  call_intrinsic(Intrinsic::string_transcode);
  store_ptr(dst, dst_ptr);
  store_length(dst, dst_length, gets_tag);
}

// A length of 64 bits that does not fit 31 is more than any limit, whatever a unit takes. CanonicalABI.md `utf16_tag`.
void Body::narrow_length(bool has_tag, TrapCode too_long) {
  if (module_.ptr(from_) == ValType::i32) return;
  Temp wide(*this, ValType::i64);
  code().local_tee(wide);
  if (has_tag) code().i64_const(static_cast<std::int64_t>(~utf16_tag_64)).op(Opcode::i64_and);
  code().i64_const(utf16_tag - 1).op(Opcode::i64_gt_u);
  trap_if(too_long);
  code().local_get(wide).op(Opcode::i32_wrap_i64);
  if (!has_tag) return;
  code().local_get(wide).i64_const(32).op(Opcode::i64_shr_u).op(Opcode::i32_wrap_i64).op(Opcode::i32_or);
}

void Body::push_string_bytes(StringEncoding encoding, core::LocalIdx length) {
  switch (encoding) {
    case StringEncoding::utf8: code().local_get(length).op(Opcode::i64_extend_i32_u); return;
    case StringEncoding::utf16: code().local_get(length).op(Opcode::i64_extend_i32_u).i64_const(1).op(Opcode::i64_shl); return;
    case StringEncoding::latin1_utf16:
      // (length & ~tag) << (length >> 31)
      code().local_get(length).i32_const(static_cast<std::int32_t>(~utf16_tag)).op(Opcode::i32_and).op(Opcode::i64_extend_i32_u);
      code().local_get(length).i32_const(31).op(Opcode::i32_shr_u).op(Opcode::i64_extend_i32_u).op(Opcode::i64_shl);
      return;
  }
}

// load_list_from_range, store_list_into_range.
void Body::list(const ShapePair& shapes, const Place& src, const Place& dst) {
  const ShapePair element = shapes.element();
  Temp src_ptr(*this, module_.ptr(from_)), length(*this, ValType::i32), bytes(*this, ValType::i64), dst_ptr(*this, module_.ptr(to()));
  push_word(0, src);
  code().local_set(src_ptr);
  push_word(1, src);
  narrow_length(false, TrapCode::list_too_long);
  code().local_tee(length).op(Opcode::i64_extend_i32_u).i64_const(element.src->size).op(Opcode::i64_mul);
  code().local_tee(bytes).i64_const(max_list_byte_length).op(Opcode::i64_gt_u);
  trap_if(TrapCode::list_too_long);
  check_range(from_, src_ptr, element.src->align, bytes, TrapCode::unaligned_pointer, TrapCode::pointer_out_of_bounds);
  if (element.dst->size != element.src->size) code().local_get(length).op(Opcode::i64_extend_i32_u).i64_const(element.dst->size).op(Opcode::i64_mul).local_set(bytes);
  allocate(dst_ptr, element.dst->align, bytes);
  store_ptr(dst, dst_ptr);
  store_length(dst, length, false);
  if (element->is_any_bits) copy_bytes(dst_ptr, src_ptr, bytes);
  else elements(element, src_ptr, dst_ptr, length);
}

void Body::elements(const ShapePair& element, core::LocalIdx src, core::LocalIdx dst, core::LocalIdx count) {
  if (element->size == 0) return;
  const auto advance = [&](Side side, core::LocalIdx ptr, std::uint32_t bytes) {
    code().local_get(ptr);
    add_to_address(side, bytes);
    code().local_set(ptr);
  };
  code().block().loop();
  code().local_get(count).op(Opcode::i32_eqz).br_if(1);
  translate(element, InMemory{src}, InMemory{dst});
  advance(from_, src, element.src->size);
  advance(to(), dst, element.dst->size);
  code().local_get(count).i32_const(1).op(Opcode::i32_sub).local_set(count);
  code().br(0).end().end();
}

void Body::copy_bytes(core::LocalIdx dst, core::LocalIdx src, core::LocalIdx bytes64) {
  code().local_get(dst).local_get(src).local_get(bytes64);
  // The size is of the narrower type of the two.
  if (module_.ptr(from_) == ValType::i32 || module_.ptr(to()) == ValType::i32) code().op(Opcode::i32_wrap_i64);
  code().memory_copy(module_.memory(to()), module_.memory(from_));
}

// LiftLowerContext.allocate
void Body::allocate(core::LocalIdx ptr, std::uint32_t align, core::LocalIdx bytes64) {
  push_constant(to(), 0);
  push_constant(to(), 0);
  call_realloc(ptr, align, bytes64);
}

void Body::reallocate(core::LocalIdx ptr, core::LocalIdx old_bytes64, std::uint32_t align, core::LocalIdx bytes64) {
  code().local_get(ptr).local_get(old_bytes64);
  wrap_to_address(to());
  call_realloc(ptr, align, bytes64);
}

void Body::call_realloc(core::LocalIdx ptr, std::uint32_t align, core::LocalIdx bytes64) {
  set_may_leave(to(), false);
  push_constant(to(), align);
  code().local_get(bytes64);
  wrap_to_address(to());
  code().call(module_.realloc(to())).local_set(ptr);
  set_may_leave(to(), true);
  check_range(to(), ptr, align, bytes64, TrapCode::realloc_failed, TrapCode::realloc_failed);
}

void Body::check_range(Side side, core::LocalIdx ptr, std::uint32_t align, core::LocalIdx bytes64, TrapCode unaligned, TrapCode out_of_bounds) {
  const bool is_64 = module_.ptr(side) == ValType::i64;
  if (align > 1) {
    code().local_get(ptr);
    if (is_64) code().op(Opcode::i32_wrap_i64);
    code().i32_const(static_cast<std::int32_t>(align - 1)).op(Opcode::i32_and);
    trap_if(unaligned);
  }
  if (is_64) {
    // Without a sum, which could overflow: sizes are far below what a memory can have.
    Temp end(*this, ValType::i64);
    code().op(Opcode::memory_size, module_.memory(side).value).i64_const(16).op(Opcode::i64_shl).local_tee(end).local_get(bytes64).op(Opcode::i64_lt_u);
    code().local_get(ptr).local_get(end).local_get(bytes64).op(Opcode::i64_sub).op(Opcode::i64_gt_u).op(Opcode::i32_or);
    trap_if(out_of_bounds);
    return;
  }
  code().local_get(ptr).op(Opcode::i64_extend_i32_u).local_get(bytes64).op(Opcode::i64_add);
  code().op(Opcode::memory_size, module_.memory(side).value).op(Opcode::i64_extend_i32_u).i64_const(16).op(Opcode::i64_shl);
  code().op(Opcode::i64_gt_u);
  trap_if(out_of_bounds);
}

void Body::check_range(Side side, core::LocalIdx ptr, const Shape& shape) {
  Temp bytes(*this, ValType::i64);
  code().i64_const(shape.size).local_set(bytes);
  check_range(side, ptr, shape.align, bytes, TrapCode::unaligned_pointer, TrapCode::pointer_out_of_bounds);
}

}  // namespace wcomp::cabi::fusing
