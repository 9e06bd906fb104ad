// Values: definitions, their bytes, start functions, and that each is used once. Binary.md "Value Definitions", "Start Definitions".
#include <cmath>

#include <fmt/format.h>

#include "base/match.h"
#include "base/utf8.h"
#include "component/validator.h"

namespace wcomp::component {

namespace {

using namespace wcomp::types;

/// Walks a type and the bytes of a value of it side by side. Types are not deep and parts are never empty, so this ends with the bytes.
class ValueReader {
 public:
  ValueReader(const TypeArena& arena, ByteReader in) : arena_(arena), in_(std::move(in)) {}

  Result<void> whole(ValType t) {
    WCOMP_TRY(value(t));
    if (!in_.at_end()) return in_.malformed(fmt::format("{} bytes are left over after the value", in_.remaining()));
    return Ok{};
  }

 private:
  Err<Failure> invalid(std::string message) { return fail(diag::invalid, std::move(message), in_.where()); }

  /// One of `count`: how a case or an optional part is chosen.
  Result<std::uint32_t> choice(std::size_t count) {
    const BinaryPos at = in_.where();
    WCOMP_TRY(const std::uint32_t chosen, in_.leb_u32());
    if (chosen >= count) return fail(diag::invalid, fmt::format("case {} does not exist, {} are defined", chosen, count), at);
    return chosen;
  }
  Result<bool> flag() {
    const BinaryPos at = in_.where();
    WCOMP_TRY(const std::uint8_t byte, in_.u8());
    if (byte > 1) return fail(diag::malformed, fmt::format("0x{:02x} is neither 0x00 nor 0x01", byte), at);
    return byte == 1;
  }
  Result<void> optional(const std::optional<ValType>& t) { return t ? value(*t) : Result<void>(Ok{}); }

  Result<void> integer(std::int64_t least, std::int64_t most) {
    const BinaryPos at = in_.where();
    WCOMP_TRY(const std::int64_t v, in_.leb_s64());
    if (v < least || v > most) return fail(diag::malformed, fmt::format("{} is not between {} and {}", v, least, most), at);
    return Ok{};
  }
  Result<void> natural(std::uint64_t most) {
    const BinaryPos at = in_.where();
    WCOMP_TRY(const std::uint64_t v, in_.leb_u64());
    if (v > most) return fail(diag::malformed, fmt::format("{} is larger than {}", v, most), at);
    return Ok{};
  }
  Result<void> character() {
    const BinaryPos at = in_.where();
    WCOMP_TRY(const std::uint8_t first, in_.peek());
    const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    WCOMP_TRY(const ByteSpan bytes, in_.bytes(size));
    if (decode_utf8(bytes.data(), size).length != size) return fail(diag::malformed, "a character is not encoded as UTF-8 has it", at);
    return Ok{};
  }

  Result<void> prim(Prim p) {
    switch (p) {
      case Prim::bool_: {
        WCOMP_TRY(flag());
        return Ok{};
      }
      case Prim::s8:
      case Prim::u8: {
        WCOMP_TRY(in_.u8());
        return Ok{};
      }
      case Prim::s16: return integer(INT16_MIN, INT16_MAX);
      case Prim::s32: return integer(INT32_MIN, INT32_MAX);
      case Prim::s64: return integer(INT64_MIN, INT64_MAX);
      case Prim::u16: return natural(UINT16_MAX);
      case Prim::u32: return natural(UINT32_MAX);
      case Prim::u64: return natural(UINT64_MAX);
      case Prim::f32: {
        WCOMP_TRY(const std::uint32_t bits, in_.fixed_u32());
        if ((bits & 0x7fff'ffff) > 0x7f80'0000 && bits != 0x7fc0'0000) return invalid("a NaN is not the canonical one");
        return Ok{};
      }
      case Prim::f64: {
        WCOMP_TRY(const std::uint64_t bits, in_.fixed_u64());
        if ((bits & 0x7fff'ffff'ffff'ffff) > 0x7ff0'0000'0000'0000 && bits != 0x7ff8'0000'0000'0000) return invalid("a NaN is not the canonical one");
        return Ok{};
      }
      case Prim::char_: return character();
      case Prim::string: {
        WCOMP_TRY(in_.name());
        return Ok{};
      }
      case Prim::error_context: break;
    }
    return no_values(p);
  }
  Err<Failure> no_values(ValType t) { return invalid(fmt::format("there are no value definitions of the type {}", types::to_string(arena_, t))); }

  Result<void> value(ValType t) {
    t = arena_.resolve(t);
    if (const Prim* p = std::get_if<Prim>(&t)) return prim(*p);
    using R = Result<void>;
    return match(
        *arena_.def(t),
        [&](const RecordType& r) -> R {
          for (const Field& f : r.fields) WCOMP_TRY(value(f.type));
          return Ok{};
        },
        [&](const VariantType& v) -> R {
          WCOMP_TRY(const std::uint32_t chosen, choice(v.cases.size()));
          return optional(v.cases[chosen].type);
        },
        [&](const ListType& l) -> R {
          WCOMP_TRY(const std::uint32_t count, in_.count(1));
          for (std::uint32_t i = 0; i < count; ++i) WCOMP_TRY(value(l.element));
          return Ok{};
        },
        [&](const TupleType& tuple) -> R {
          for (const ValType part : tuple.types) WCOMP_TRY(value(part));
          return Ok{};
        },
        [&](const FlagsType& f) -> R {
          WCOMP_TRY(in_.bytes((f.names.size() + 7) / 8));
          return Ok{};
        },
        [&](const EnumType& e) -> R {
          WCOMP_TRY(choice(e.names.size()));
          return Ok{};
        },
        [&](const OptionType& o) -> R {
          WCOMP_TRY(const bool is_some, flag());
          return is_some ? value(o.some) : R(Ok{});
        },
        [&](const ResultType& r) -> R {
          WCOMP_TRY(const bool is_error, flag());
          return optional(is_error ? r.err : r.ok);
        },
        [&](const auto&) -> R { return no_values(t); });
  }

  const TypeArena& arena_;
  ByteReader in_;
};

}  // namespace

void Validator::push_value(Space& s, const ValueEntity& v, bool is_used) {
  s.scope->values.push_back(v);
  s.used_values.push_back(is_used);
}

Result<ValueEntity> Validator::use_value(Space& s, std::uint32_t index) const {
  WCOMP_TRY(need(features_.values, feature_values, "a value"));
  WCOMP_TRY(const ValueEntity* v, at(s.scope->values, index, "value"));
  if (s.used_values[index]) return fail(diag::invalid, fmt::format("value {} is used more than once", index));
  s.used_values[index] = true;
  return *v;
}

Result<void> Validator::all_used(const Space& s) const {
  for (std::size_t i = 0; i < s.used_values.size(); ++i) {
    if (!s.used_values[i]) return fail(diag::invalid, fmt::format("value {} is not used by an export, an instantiation or a start function", i));
  }
  return Ok{};
}

Result<void> Validator::value(Space& s, const ValueDef& v) {
  WCOMP_TRY(need(features_.values, feature_values, "a value definition"));
  WCOMP_TRY(const ValType type, val_type(s, v.type));
  if (Result<void> read = ValueReader(table_.arena(), ByteReader(v.bytes)).whole(type); !read) {
    Failure failure = std::move(read).error();
    for (Diagnostic& d : failure.diagnostics()) d.location = {};  // it counts from the value's first byte: the definition's place stands instead
    return Err(std::move(failure));
  }
  push_value(s, {.type = type, .id = ValueId(values_++)});
  return Ok{};
}

Result<void> Validator::start(Space& s, const Start& start) {
  WCOMP_TRY(need(features_.values, feature_values, "a start function"));
  WCOMP_TRY(const FuncType* found, at(s.scope->funcs, start.func.value, "func"));
  const FuncType type = *found;
  if (start.args.size() != type.params.size()) {
    return fail(diag::type_mismatch, fmt::format("the start function has {} parameters, {} arguments are given", type.params.size(), start.args.size()));
  }
  WCOMP_TRY(table_.spend(table_.weight(type)));
  for (std::size_t i = 0; i < start.args.size(); ++i) {
    WCOMP_TRY(const ValueEntity arg, use_value(s, start.args[i].value));
    Matcher matcher(table_.arena(), table_.arena());
    if (const std::string why = matcher.check(TypeEntity{type.params[i].type}, TypeEntity{arg.type}); !why.empty()) {
      return fail(diag::type_mismatch, fmt::format("argument {} of the start function does not have the type of its parameter: {}", i, why));
    }
  }
  const std::uint32_t results = type.result ? 1 : 0;
  if (start.result_count != results) return fail(diag::type_mismatch, fmt::format("the start function has {} results, {} are declared", results, start.result_count));
  if (type.result) push_value(s, {.type = *type.result, .id = ValueId(values_++)});
  return Ok{};
}

}  // namespace wcomp::component
