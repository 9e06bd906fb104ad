// Values at random for a shape, the same ones in every run. No NaN: it is not equal to itself.
#pragma once

#include "base/text.h"
#include "canonical-abi/random_type.h"
#include "canonical-abi/value.h"

namespace wcomp::cabi {

class RandomValue {
 public:
  explicit RandomValue(RandomType& random) : random_(random) {}

  Value value(const Shape& s) {
    switch (s.kind) {
      case ShapeKind::bool_: return {below(2) == 1};
      case ShapeKind::s8: return {static_cast<std::int64_t>(static_cast<std::int8_t>(below(256)))};
      case ShapeKind::s16: return {static_cast<std::int64_t>(static_cast<std::int16_t>(below(65536)))};
      case ShapeKind::s32: return {static_cast<std::int64_t>(static_cast<std::int32_t>(word()))};
      case ShapeKind::s64: return {static_cast<std::int64_t>(word() << 32 | word())};
      case ShapeKind::u8: return {std::uint64_t{below(256)}};
      case ShapeKind::u16: return {std::uint64_t{below(65536)}};
      case ShapeKind::u32: return {word()};
      case ShapeKind::u64: return {word() << 32 | word()};
      case ShapeKind::f32: return {static_cast<float>(below(100000)) / 7.0f - 1000.0f};
      case ShapeKind::f64: return {static_cast<double>(word()) / 7.0 - 1e6};
      case ShapeKind::char_: return {character()};
      case ShapeKind::string: {
        std::string text;
        for (unsigned n = below(8); n > 0; --n) append_utf8(text, character());
        return {text};
      }
      case ShapeKind::list: return {values(below(4), [&](std::size_t) -> const Shape& { return *s.element; })};
      case ShapeKind::fixed_list: return {values(s.length, [&](std::size_t) -> const Shape& { return *s.element; })};
      case ShapeKind::record: return {values(s.parts.size(), [&](std::size_t i) -> const Shape& { return *s.parts[i].shape; })};
      case ShapeKind::variant: {
        CaseValue c{.index = below(static_cast<unsigned>(s.cases.size())), .payload = {}};
        if (const Shape* payload = s.cases[c.index].payload.get()) c.payload.push_back(value(*payload));
        return {c};
      }
      case ShapeKind::flags: return {FlagsValue{static_cast<std::uint32_t>(word() & ((std::uint64_t{1} << s.flag_count) - 1))}};
      case ShapeKind::own:
      case ShapeKind::borrow: return {HandleValue{below(1000), {}}};
      default: break;
    }
    WCOMP_CHECK(false);
  }

 private:
  unsigned below(unsigned n) { return random_.below(n); }
  std::uint64_t word() { return std::uint64_t{below(65536)} << 16 | below(65536); }
  char32_t character() {
    static constexpr char32_t some[] = {U'a', U'Z', U'0', 0x7f, 0xe9, 0xff, 0x100, 0x20ac, 0xffff, 0x1f600, 0x10ffff};
    return some[below(below(3) == 0 ? std::size(some) : 6)];
  }
  template <class ShapeAt>
  std::vector<Value> values(std::size_t n, const ShapeAt& shape_at) {
    std::vector<Value> out;
    for (std::size_t i = 0; i < n; ++i) out.push_back(value(shape_at(i)));
    return out;
  }
  RandomType& random_;
};

}  // namespace wcomp::cabi
