// Types at random, the same ones in every run.
#pragma once

#include <random>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "canonical-abi/type_builder.h"

namespace wcomp::cabi {

/// Makes types at random and writes them as the specification's definitions do.
class RandomType {
 public:
  explicit RandomType(TypeBuilder& b) : b_(b), resource_(b.resource()) {}

  std::pair<types::ValType, std::string> type(int depth) {
    static constexpr std::pair<types::Prim, const char*> prims[] = {
        {types::Prim::bool_, "Bool"}, {types::Prim::s8, "S8"},   {types::Prim::u8, "U8"},   {types::Prim::s16, "S16"}, {types::Prim::u16, "U16"}, {types::Prim::s32, "S32"},     {types::Prim::u32, "U32"},
        {types::Prim::s64, "S64"},    {types::Prim::u64, "U64"}, {types::Prim::f32, "F32"}, {types::Prim::f64, "F64"}, {types::Prim::char_, "Char"}, {types::Prim::string, "String"}};
    const unsigned pick = below(depth == 0 ? 16 : 28);
    if (pick < 13) return {prims[pick].first, std::string(prims[pick].second) + "Type()"};
    switch (pick) {
      case 13: {
        const unsigned n = 1 + below(32);
        return {b_.flags(n), fmt::format("FlagsType(['n%d' % i for i in range({})])", n)};
      }
      case 14: {
        const unsigned n = 1 + below(3) * 150;
        return {b_.enum_(n), fmt::format("EnumType(['n%d' % i for i in range({})])", n)};
      }
      case 15: return {b_.own(resource_), "OwnType(None)"};
      case 16: {
        const auto [t, text] = type(depth - 1);
        return {b_.list(t), fmt::format("ListType({})", text)};
      }
      case 17: {
        const auto [t, text] = type(depth - 1);
        const unsigned n = 1 + below(5);
        return {b_.list(t, n), fmt::format("ListType({}, {})", text, n)};
      }
      case 18:
      case 19: {
        const auto [t, text] = type(depth - 1);
        return {b_.option(t), fmt::format("OptionType({})", text)};
      }
      case 20:
      case 21: {
        const auto [ok, ok_text] = optional(depth);
        const auto [err, err_text] = optional(depth);
        return {b_.result(ok, err), fmt::format("ResultType({}, {})", ok_text, err_text)};
      }
      case 22:
      case 23:
      case 24: {
        std::vector<std::optional<types::ValType>> payloads;
        std::string text;
        for (unsigned n = 1 + below(4); n > 0; --n) {
          const auto [t, t_text] = optional(depth);
          payloads.push_back(t);
          text += fmt::format("CaseType('c{}', {}),", payloads.size() - 1, t_text);
        }
        return {b_.variant(payloads), fmt::format("VariantType([{}])", text)};
      }
      default: {
        std::vector<types::ValType> parts;
        std::string text;
        for (unsigned n = 1 + below(4); n > 0; --n) {
          const auto [t, t_text] = type(depth - 1);
          parts.push_back(t);
          text += t_text + ",";
        }
        return {b_.tuple(parts), fmt::format("TupleType([{}])", text)};
      }
    }
  }

  unsigned below(unsigned n) { return static_cast<unsigned>(engine_() % n); }

 private:
  std::pair<std::optional<types::ValType>, std::string> optional(int depth) {
    if (below(3) == 0) return {std::nullopt, "None"};
    return type(depth - 1);
  }
  TypeBuilder& b_;
  types::TypeId resource_;
  std::mt19937 engine_{12345};
};

}  // namespace wcomp::cabi
