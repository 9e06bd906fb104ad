#include "runtime/relayout.h"

#include <algorithm>
#include <cstring>

#include "canonical-abi/strings.h"

namespace wcomp::runtime {

using cabi::Shape;
using cabi::ShapeKind;

Result<std::uint64_t, TrapCode> Scratch::allocate(std::uint64_t size, std::uint32_t align) {
  const std::uint64_t at = cabi::align_to(used_, align);
  if (size > UINT32_MAX || at + size > UINT32_MAX) return Err(TrapCode::limit_exceeded);
  if (at + size > capacity_) {
    capacity_ = std::max<std::uint64_t>({256, 2 * capacity_, at + size});
    auto place = std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(capacity_));
    if (used_ != 0) std::memcpy(place.get(), data(), static_cast<std::size_t>(used_));
    places_.push_back(std::move(place));
  }
  used_ = at + size;
  return at;
}

Result<void, TrapCode> Relayout::move_checked(std::uint64_t src, const Shape& from, std::uint64_t dst, const Shape& to) {
  const std::size_t end = from_.memory().size();
  if (src % from.align != 0) return Err(TrapCode::unaligned_pointer);
  if (from.size > end || src > end - from.size) return Err(TrapCode::pointer_out_of_bounds);
  return move(src, from, dst, to);
}

// Both ranges have been checked as part of the whole value's.
Result<void, TrapCode> Relayout::move(std::uint64_t src, const Shape& from, std::uint64_t dst, const Shape& to) {
  switch (from.kind) {
    case ShapeKind::string:
    case ShapeKind::list: {
      WCOMP_TRY(const Range range, move_range({read(src, from.align), read(src + from.align, from.align)}, from, to));
      write(dst, to.align, range.ptr);
      write(dst + to.align, to.align, range.length);
      return {};
    }
    case ShapeKind::record:
      for (std::size_t i = 0; i < from.parts.size(); ++i) {
        WCOMP_TRY(move(src + from.parts[i].offset, *from.parts[i].shape, dst + to.parts[i].offset, *to.parts[i].shape));
      }
      return {};
    case ShapeKind::fixed_list:
      if (from.is_any_bits) break;
      for (std::uint64_t i = 0; i < from.length; ++i) WCOMP_TRY(move(src + i * from.element->size, *from.element, dst + i * to.element->size, *to.element));
      return {};
    case ShapeKind::variant: {
      const std::uint64_t index = read(src, from.discriminant_size);
      if (index >= from.cases.size()) return Err(TrapCode::invalid_discriminant);
      write(dst, to.discriminant_size, index);
      const Shape* payload = from.cases[index].payload.get();
      if (payload == nullptr) return {};
      return move(src + from.payload_offset, *payload, dst + to.payload_offset, *to.cases[index].payload);
    }
    default: break;
  }
  copy(src, dst, from.size);
  return {};
}

// Slots hold the bits of a joined type, of which the low ones are those of the value.
Result<void, TrapCode> Relayout::move_flat(const std::uint64_t* in, const Shape& from, std::uint64_t* out, const Shape& to) {
  switch (from.kind) {
    case ShapeKind::string:
    case ShapeKind::list: {
      const auto word = [&](std::uint64_t slot) { return from.align == 8 ? slot : static_cast<std::uint32_t>(slot); };
      WCOMP_TRY(const Range range, move_range({word(in[0]), word(in[1])}, from, to));
      out[0] = range.ptr;
      out[1] = range.length;
      return {};
    }
    case ShapeKind::record:
      for (std::size_t i = 0; i < from.parts.size(); ++i) {
        WCOMP_TRY(move_flat(in + from.parts[i].flat_index, *from.parts[i].shape, out + to.parts[i].flat_index, *to.parts[i].shape));
      }
      return {};
    case ShapeKind::fixed_list: {
      const std::size_t flats = from.element->flat.size();
      for (std::size_t i = 0; i < from.length; ++i) WCOMP_TRY(move_flat(in + i * flats, *from.element, out + i * flats, *to.element));
      return {};
    }
    case ShapeKind::variant: {
      const auto index = static_cast<std::uint32_t>(in[0]);
      if (index >= from.cases.size()) return Err(TrapCode::invalid_discriminant);
      std::fill_n(out, to.flat.size(), 0);
      out[0] = index;
      const Shape* payload = from.cases[index].payload.get();
      if (payload == nullptr) return {};
      return move_flat(in + 1, *payload, out + 1, *to.cases[index].payload);
    }
    default: break;
  }
  out[0] = in[0];
  return {};
}

Result<Relayout::Range, TrapCode> Relayout::move_range(Range src, const Shape& from, const Shape& to) {
  if (from.kind == ShapeKind::string) {
    auto length = static_cast<std::uint32_t>(src.length);
    if (from.align == 8) {
      WCOMP_TRY(length, cabi::narrow_length(encoding_, src.length));
    }
    WCOMP_TRY(const auto bytes, cabi::find_string(encoding_, from_.memory(), src.ptr, length));
    WCOMP_TRY(charge(bytes.size()));
    WCOMP_TRY(const std::uint64_t dst, to_.allocate(bytes.size(), cabi::string_alignment(encoding_)));
    copy(src.ptr, dst, bytes.size());
    return Range{dst, to.align == 8 ? cabi::widen_length(encoding_, length) : length};
  }
  const Shape &element = *from.element, &target = *to.element;
  if (src.length > UINT32_MAX || src.length * element.size > cabi::max_list_byte_length) return Err(TrapCode::list_too_long);
  const std::uint64_t bytes = src.length * element.size;
  const std::size_t end = from_.memory().size();
  if (src.ptr % element.align != 0) return Err(TrapCode::unaligned_pointer);
  if (bytes > end || src.ptr > end - bytes) return Err(TrapCode::pointer_out_of_bounds);
  WCOMP_TRY(charge(src.length * target.size));
  WCOMP_TRY(const std::uint64_t dst, to_.allocate(src.length * target.size, target.align));
  if (element.is_any_bits) {
    copy(src.ptr, dst, bytes);
  } else {
    for (std::uint64_t i = 0; i < src.length; ++i) WCOMP_TRY(move(src.ptr + i * element.size, element, dst + i * target.size, target));
  }
  return Range{dst, src.length};
}

Result<void, TrapCode> Relayout::charge(std::uint64_t bytes) {
  if (bytes > bytes_left_) return Err(TrapCode::limit_exceeded);
  bytes_left_ -= bytes;
  return {};
}

// Memories never shrink, so ranges that were checked stay valid while a guest's realloc runs. They are checked again all the same.
std::uint64_t Relayout::read(std::uint64_t ptr, std::uint32_t size) const {
  const auto m = from_.memory();
  WCOMP_CHECK(size <= m.size() && ptr <= m.size() - size);
  std::uint64_t v = 0;
  std::memcpy(&v, m.data() + ptr, size);
  return v;
}
void Relayout::write(std::uint64_t ptr, std::uint32_t size, std::uint64_t v) const {
  const auto m = to_.memory();
  WCOMP_CHECK(size <= m.size() && ptr <= m.size() - size);
  std::memcpy(m.data() + ptr, &v, size);
}
void Relayout::copy(std::uint64_t src, std::uint64_t dst, std::uint64_t size) const {
  if (size == 0) return;
  const auto from = from_.memory(), to = to_.memory();
  WCOMP_CHECK(size <= from.size() && src <= from.size() - size && size <= to.size() && dst <= to.size() - size);
  std::memcpy(to.data() + dst, from.data() + src, static_cast<std::size_t>(size));
}

}  // namespace wcomp::runtime
