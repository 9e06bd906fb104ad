#include "canonical-abi/value.h"

#include <bit>
#include <cstring>

#include "canonical-abi/strings.h"

namespace wcomp::cabi {
namespace {

template <class T>
using Lifted = Result<T, TrapCode>;

std::uint64_t mask(std::uint64_t v, std::uint32_t bytes) { return bytes >= 8 ? v : v & ((std::uint64_t{1} << (8 * bytes)) - 1); }

std::int64_t sign_extend(std::uint64_t v, std::uint32_t bytes) {
  const unsigned shift = 64 - 8 * bytes;
  return static_cast<std::int64_t>(v << shift) >> shift;
}

/// A scalar of `bytes` bytes in the low end of `bits`, which may have more bits set.
Lifted<Value> scalar_of_bits(const Shape& shape, std::uint64_t bits) {
  bits = mask(bits, shape.kind == ShapeKind::bool_ ? 4 : shape.size);
  switch (shape.kind) {
    case ShapeKind::bool_: return Value{bits != 0};
    case ShapeKind::s8:
    case ShapeKind::s16:
    case ShapeKind::s32:
    case ShapeKind::s64: return Value{sign_extend(bits, shape.size)};
    case ShapeKind::u8:
    case ShapeKind::u16:
    case ShapeKind::u32:
    case ShapeKind::u64: return Value{bits};
    case ShapeKind::f32: return Value{std::bit_cast<float>(static_cast<std::uint32_t>(bits))};
    case ShapeKind::f64: return Value{std::bit_cast<double>(bits)};
    case ShapeKind::char_:
      if (bits >= 0x110000 || (bits >= 0xd800 && bits < 0xe000)) return Err(TrapCode::invalid_char);
      return Value{static_cast<char32_t>(bits)};
    case ShapeKind::flags:
      return Value{FlagsValue{static_cast<std::uint32_t>(bits & ((std::uint64_t{1} << shape.flag_count) - 1))}};
    default: break;
  }
  WCOMP_CHECK(false);
}

std::uint64_t bits_of_scalar(const Shape& shape, const Value& value) {
  switch (shape.kind) {
    case ShapeKind::bool_: return std::get<bool>(value.data) ? 1 : 0;
    case ShapeKind::s8:
    case ShapeKind::s16:
    case ShapeKind::s32:
    case ShapeKind::s64: return static_cast<std::uint64_t>(std::get<std::int64_t>(value.data));
    case ShapeKind::u8:
    case ShapeKind::u16:
    case ShapeKind::u32:
    case ShapeKind::u64: return std::get<std::uint64_t>(value.data);
    case ShapeKind::f32: return std::bit_cast<std::uint32_t>(std::get<float>(value.data));
    case ShapeKind::f64: return std::bit_cast<std::uint64_t>(std::get<double>(value.data));
    case ShapeKind::char_: return std::get<char32_t>(value.data);
    case ShapeKind::flags: return std::get<FlagsValue>(value.data).bits;
    default: break;
  }
  WCOMP_CHECK(false);
}

bool is_scalar(ShapeKind k) { return k <= ShapeKind::char_ || k == ShapeKind::flags; }

/// One lift or lower. Recursion is bounded by the depth of shapes.
class Walk {
 public:
  explicit Walk(LiftLowerContext& cx) : cx_(cx) {}

  Lifted<Value> load(std::uint64_t ptr, const Shape& shape) {
    WCOMP_TRY(count_value());
    if (is_scalar(shape.kind)) return scalar_of_bits(shape, read(ptr, shape.size));
    switch (shape.kind) {
      case ShapeKind::string: return string(read(ptr, shape.align), read(ptr + shape.align, shape.align), shape);
      case ShapeKind::list: return list(read(ptr, shape.align), read(ptr + shape.align, shape.align), *shape.element);
      case ShapeKind::fixed_list: return elements(ptr, shape.length, *shape.element);
      case ShapeKind::record: {
        std::vector<Value> parts;
        for (const Part& p : shape.parts) {
          WCOMP_TRY(Value v, load(ptr + p.offset, *p.shape));
          parts.push_back(std::move(v));
        }
        return Value{std::move(parts)};
      }
      case ShapeKind::variant: {
        const auto index = static_cast<std::uint32_t>(read(ptr, shape.discriminant_size));
        if (index >= shape.cases.size()) return Err(TrapCode::invalid_discriminant);
        CaseValue c{.index = index, .payload = {}};
        if (const Shape* payload = shape.cases[index].payload.get()) {
          WCOMP_TRY(Value v, load(ptr + shape.payload_offset, *payload));
          c.payload.push_back(std::move(v));
        }
        return Value{std::move(c)};
      }
      case ShapeKind::own:
      case ShapeKind::borrow:
      case ShapeKind::error_context: return handle(shape, low(read(ptr, 4)));
      default: break;
    }
    WCOMP_CHECK(false);
  }

  Lifted<Value> lift(Slots slots, const Shape& shape) {
    WCOMP_TRY(count_value());
    if (is_scalar(shape.kind)) return scalar_of_bits(shape, slots[0]);
    switch (shape.kind) {
      case ShapeKind::string: return string(mask(slots[0], shape.align), mask(slots[1], shape.align), shape);
      case ShapeKind::list: return list(mask(slots[0], shape.align), mask(slots[1], shape.align), *shape.element);
      case ShapeKind::fixed_list: {
        std::vector<Value> items;
        for (std::uint32_t i = 0; i < shape.length; ++i) {
          const std::size_t n = shape.element->flat.size();
          WCOMP_TRY(Value v, lift(slots.subspan(i * n, n), *shape.element));
          items.push_back(std::move(v));
        }
        return Value{std::move(items)};
      }
      case ShapeKind::record: {
        std::vector<Value> parts;
        for (const Part& p : shape.parts) {
          WCOMP_TRY(Value v, lift(slots.subspan(p.flat_index, p.shape->flat.size()), *p.shape));
          parts.push_back(std::move(v));
        }
        return Value{std::move(parts)};
      }
      case ShapeKind::variant: {
        const std::uint32_t index = low(slots[0]);
        if (index >= shape.cases.size()) return Err(TrapCode::invalid_discriminant);
        CaseValue c{.index = index, .payload = {}};
        if (const Shape* payload = shape.cases[index].payload.get()) {
          // Slots hold the bits of a joined type, of which the low ones are those of the value: reinterpret and wrap need nothing here.
          WCOMP_TRY(Value v, lift(slots.subspan(1, payload->flat.size()), *payload));
          c.payload.push_back(std::move(v));
        }
        return Value{std::move(c)};
      }
      case ShapeKind::own:
      case ShapeKind::borrow:
      case ShapeKind::error_context: return handle(shape, low(slots[0]));
      default: break;
    }
    WCOMP_CHECK(false);
  }

  Result<void, TrapCode> store(const Value& value, const Shape& shape, std::uint64_t ptr) {
    if (is_scalar(shape.kind)) return write(ptr, shape.size, bits_of_scalar(shape, value)), Ok{};
    switch (shape.kind) {
      case ShapeKind::string:
      case ShapeKind::list: {
        WCOMP_TRY(const Range range, shape.kind == ShapeKind::string ? lower_string(value, shape) : lower_list(value, *shape.element));
        write(ptr, shape.align, range.ptr);
        write(ptr + shape.align, shape.align, range.length);
        return {};
      }
      case ShapeKind::fixed_list: return store_elements(std::get<std::vector<Value>>(value.data), *shape.element, ptr);
      case ShapeKind::record: {
        const auto& values = std::get<std::vector<Value>>(value.data);
        for (std::size_t i = 0; i < values.size(); ++i) WCOMP_TRY(store(values[i], *shape.parts[i].shape, ptr + shape.parts[i].offset));
        return {};
      }
      case ShapeKind::variant: {
        const CaseValue& c = std::get<CaseValue>(value.data);
        write(ptr, shape.discriminant_size, c.index);
        if (c.payload.empty()) return {};
        return store(c.payload[0], *shape.cases[c.index].payload, ptr + shape.payload_offset);
      }
      case ShapeKind::own:
      case ShapeKind::borrow:
      case ShapeKind::error_context: {
        WCOMP_TRY(const std::uint32_t handle, cx_.lower_handle(shape, std::get<HandleValue>(value.data)));
        write(ptr, 4, handle);
        return {};
      }
      default: break;
    }
    WCOMP_CHECK(false);
  }

  Result<void, TrapCode> lower(const Value& value, const Shape& shape, std::vector<std::uint64_t>& slots) {
    if (is_scalar(shape.kind)) {
      // Signed values are extended to the core type's width, no further.
      slots.push_back(mask(bits_of_scalar(shape, value), shape.size == 8 ? 8 : 4));
      return {};
    }
    switch (shape.kind) {
      case ShapeKind::string:
      case ShapeKind::list: {
        WCOMP_TRY(const Range range, shape.kind == ShapeKind::string ? lower_string(value, shape) : lower_list(value, *shape.element));
        slots.push_back(range.ptr);
        slots.push_back(range.length);
        return {};
      }
      case ShapeKind::fixed_list:
        for (const Value& v : std::get<std::vector<Value>>(value.data)) WCOMP_TRY(lower(v, *shape.element, slots));
        return {};
      case ShapeKind::record: {
        const auto& values = std::get<std::vector<Value>>(value.data);
        for (std::size_t i = 0; i < values.size(); ++i) WCOMP_TRY(lower(values[i], *shape.parts[i].shape, slots));
        return {};
      }
      case ShapeKind::variant: {
        const CaseValue& c = std::get<CaseValue>(value.data);
        const std::size_t end = slots.size() + shape.flat.size();
        slots.push_back(c.index);
        if (!c.payload.empty()) WCOMP_TRY(lower(c.payload[0], *shape.cases[c.index].payload, slots));
        slots.resize(end, 0);
        return {};
      }
      case ShapeKind::own:
      case ShapeKind::borrow:
      case ShapeKind::error_context: {
        WCOMP_TRY(const std::uint32_t handle, cx_.lower_handle(shape, std::get<HandleValue>(value.data)));
        slots.push_back(handle);
        return {};
      }
      default: break;
    }
    WCOMP_CHECK(false);
  }

  /// The range of a value at `ptr`, as canon lift and lower check a pointer from the guest.
  Result<void, TrapCode> check(std::uint64_t ptr, std::uint64_t size, std::uint32_t align) const {
    if (ptr % align != 0) return Err(TrapCode::unaligned_pointer);
    if (!is_within(ptr, size)) return Err(TrapCode::pointer_out_of_bounds);
    return {};
  }

 private:
  struct Range {
    std::uint64_t ptr = 0, length = 0;  ///< as memory has them
  };
  static bool is_64(const Shape& string_or_list) { return string_or_list.align == 8; }

  static std::uint32_t low(std::uint64_t slot) { return static_cast<std::uint32_t>(slot); }
  [[nodiscard]] std::span<std::uint8_t> memory() const { return cx_.memory ? cx_.memory() : std::span<std::uint8_t>(); }
  [[nodiscard]] bool is_within(std::uint64_t ptr, std::uint64_t size) const {
    const std::size_t end = memory().size();
    return size <= end && ptr <= end - size;
  }

  // Addresses have been checked as part of the whole value's range; these check again rather than trust it.
  [[nodiscard]] std::uint64_t read(std::uint64_t ptr, std::uint32_t size) const {
    const auto m = memory();
    WCOMP_CHECK(size <= m.size() && ptr <= m.size() - size);
    std::uint64_t v = 0;
    std::memcpy(&v, m.data() + ptr, size);
    return v;
  }
  void write(std::uint64_t ptr, std::uint32_t size, std::uint64_t v) const {
    const auto m = memory();
    WCOMP_CHECK(size <= m.size() && ptr <= m.size() - size);
    std::memcpy(m.data() + ptr, &v, size);
  }

  Result<void, TrapCode> count_value() {
    if (cx_.values_left == 0) return Err(TrapCode::limit_exceeded);
    --cx_.values_left;
    return {};
  }

  Lifted<Value> string(std::uint64_t ptr, std::uint64_t stored_length, const Shape& shape) {
    auto length = static_cast<std::uint32_t>(stored_length);
    if (is_64(shape)) {
      WCOMP_TRY(length, narrow_length(cx_.encoding, stored_length));
    }
    WCOMP_TRY(const auto bytes, find_string(cx_.encoding, memory(), ptr, length));
    WCOMP_TRY(std::string text, string_to_utf8(cx_.encoding, bytes, length));
    return Value{std::move(text)};
  }

  Lifted<Value> list(std::uint64_t ptr, std::uint64_t length, const Shape& element) {
    if (length > UINT32_MAX || length * element.size > max_list_byte_length) return Err(TrapCode::list_too_long);
    WCOMP_TRY(check(ptr, length * element.size, element.align));
    return elements(ptr, static_cast<std::uint32_t>(length), element);
  }

  Lifted<Value> elements(std::uint64_t ptr, std::uint32_t length, const Shape& element) {
    if (length > cx_.values_left) return Err(TrapCode::limit_exceeded);
    std::vector<Value> items;
    items.reserve(length);
    for (std::uint32_t i = 0; i < length; ++i) {
      WCOMP_TRY(Value v, load(ptr + std::uint64_t{i} * element.size, element));
      items.push_back(std::move(v));
    }
    return Value{std::move(items)};
  }

  Lifted<Value> handle(const Shape& shape, std::uint32_t handle) {
    WCOMP_TRY(HandleValue value, cx_.lift_handle(shape, handle));
    return Value{std::move(value)};
  }

  Lifted<std::uint64_t> allocate(std::uint32_t align, std::uint64_t size) {
    WCOMP_TRY(const std::uint64_t ptr, cx_.allocate(align, size));
    if (ptr % align != 0 || !is_within(ptr, size)) return Err(TrapCode::realloc_failed);
    return ptr;
  }

  Lifted<Range> lower_string(const Value& value, const Shape& shape) {
    const std::string& text = std::get<std::string>(value.data);
    if (text.size() > max_string_byte_length) return Err(TrapCode::string_too_long);
    const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    const auto utf8_length = static_cast<std::uint32_t>(text.size());
    WCOMP_TRY(const std::uint32_t length, measure_string(StringEncoding::utf8, bytes, utf8_length, cx_.encoding));
    const std::uint64_t size = string_byte_length(cx_.encoding, length);
    WCOMP_TRY(const std::uint64_t ptr, allocate(string_alignment(cx_.encoding), size));
    WCOMP_TRY(transcode_string(StringEncoding::utf8, bytes, utf8_length, cx_.encoding, length, memory().subspan(static_cast<std::size_t>(ptr), static_cast<std::size_t>(size))));
    return Range{ptr, is_64(shape) ? widen_length(cx_.encoding, length) : length};
  }

  Lifted<Range> lower_list(const Value& value, const Shape& element) {
    const auto& items = std::get<std::vector<Value>>(value.data);
    const std::uint64_t size = std::uint64_t{items.size()} * element.size;
    if (size > max_list_byte_length) return Err(TrapCode::list_too_long);
    WCOMP_TRY(const std::uint64_t ptr, allocate(element.align, size));
    WCOMP_TRY(store_elements(items, element, ptr));
    return Range{ptr, items.size()};
  }

  Result<void, TrapCode> store_elements(const std::vector<Value>& items, const Shape& element, std::uint64_t ptr) {
    for (std::size_t i = 0; i < items.size(); ++i) WCOMP_TRY(store(items[i], element, ptr + i * element.size));
    return {};
  }

  LiftLowerContext& cx_;
};

}  // namespace

Result<Value, TrapCode> load(LiftLowerContext& cx, std::uint64_t ptr, const Shape& shape) {
  Walk walk(cx);
  WCOMP_TRY(walk.check(ptr, shape.size, shape.align));
  return walk.load(ptr, shape);
}

Result<void, TrapCode> store(LiftLowerContext& cx, const Value& value, const Shape& shape, std::uint64_t ptr) {
  WCOMP_CHECK(fits(value, shape));
  Walk walk(cx);
  WCOMP_TRY(walk.check(ptr, shape.size, shape.align));
  return walk.store(value, shape, ptr);
}

Result<Value, TrapCode> lift_flat(LiftLowerContext& cx, Slots slots, const Shape& shape) {
  WCOMP_CHECK(shape.flat.size() < max_flat && slots.size() == shape.flat.size());
  return Walk(cx).lift(slots, shape);
}

Result<void, TrapCode> lower_flat(LiftLowerContext& cx, const Value& value, const Shape& shape, std::vector<std::uint64_t>& slots) {
  WCOMP_CHECK(shape.flat.size() < max_flat && fits(value, shape));
  return Walk(cx).lower(value, shape, slots);
}

bool fits(const Value& value, const Shape& shape) {
  const auto holds_unsigned = [&](std::uint64_t max) {
    const std::uint64_t* v = std::get_if<std::uint64_t>(&value.data);
    return v != nullptr && *v <= max;
  };
  const auto holds_signed = [&](std::uint32_t bytes) {
    const std::int64_t* v = std::get_if<std::int64_t>(&value.data);
    return v != nullptr && sign_extend(static_cast<std::uint64_t>(*v), bytes) == *v;
  };
  const auto all_fit = [](const std::vector<Value>& values, const auto& shape_at) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!fits(values[i], shape_at(i))) return false;
    }
    return true;
  };
  switch (shape.kind) {
    case ShapeKind::bool_: return std::holds_alternative<bool>(value.data);
    case ShapeKind::s8:
    case ShapeKind::s16:
    case ShapeKind::s32:
    case ShapeKind::s64: return holds_signed(shape.size);
    case ShapeKind::u8:
    case ShapeKind::u16:
    case ShapeKind::u32:
    case ShapeKind::u64: return holds_unsigned(mask(~std::uint64_t{0}, shape.size));
    case ShapeKind::f32: return std::holds_alternative<float>(value.data);
    case ShapeKind::f64: return std::holds_alternative<double>(value.data);
    case ShapeKind::char_: {
      const char32_t* c = std::get_if<char32_t>(&value.data);
      return c != nullptr && *c < 0x110000 && (*c < 0xd800 || *c >= 0xe000);
    }
    case ShapeKind::string: return std::holds_alternative<std::string>(value.data);
    case ShapeKind::list:
    case ShapeKind::fixed_list: {
      const auto* items = std::get_if<std::vector<Value>>(&value.data);
      if (items == nullptr || (shape.kind == ShapeKind::fixed_list && items->size() != shape.length)) return false;
      return all_fit(*items, [&](std::size_t) -> const Shape& { return *shape.element; });
    }
    case ShapeKind::record: {
      const auto* parts = std::get_if<std::vector<Value>>(&value.data);
      if (parts == nullptr || parts->size() != shape.parts.size()) return false;
      return all_fit(*parts, [&](std::size_t i) -> const Shape& { return *shape.parts[i].shape; });
    }
    case ShapeKind::variant: {
      const CaseValue* c = std::get_if<CaseValue>(&value.data);
      if (c == nullptr || c->index >= shape.cases.size()) return false;
      const Shape* payload = shape.cases[c->index].payload.get();
      return payload == nullptr ? c->payload.empty() : c->payload.size() == 1 && fits(c->payload[0], *payload);
    }
    case ShapeKind::flags: {
      const FlagsValue* f = std::get_if<FlagsValue>(&value.data);
      return f != nullptr && (shape.flag_count == 32 || f->bits >> shape.flag_count == 0);
    }
    case ShapeKind::own:
    case ShapeKind::borrow:
    case ShapeKind::error_context: return std::holds_alternative<HandleValue>(value.data);
    case ShapeKind::stream:
    case ShapeKind::future: return false;
  }
  return false;
}

}  // namespace wcomp::cabi
