// Numbers of core functions as people type and read them.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "canonical-abi/wave.h"
#include "core/text/numbers.h"
#include "wcomp/module.h"

namespace wcomp {

namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

/// What other programs write where the text format is stricter: `Infinity`, `NaN`, `.5`, `0X1F`.
std::string in_text_format(const std::string& text) {
  std::string out = lower(text);
  const std::size_t sign = out.starts_with('-') || out.starts_with('+') ? 1 : 0;
  if (out.substr(sign) == "infinity") out.resize(sign + 3);
  if (out.substr(sign).starts_with('.') && out.size() > sign + 1) out.insert(sign, "0");
  return out;
}

__extension__ typedef unsigned __int128 U128;

/// Decimal or hexadecimal, with `_` between digits as in the text format; nothing if it is no number or too large.
std::optional<V128> parse_vector(std::string_view digits) {
  const bool is_hex = digits.starts_with("0x");
  if (is_hex) digits.remove_prefix(2);
  if (digits.empty() || digits.front() == '_' || digits.back() == '_' || digits.find("__") != digits.npos) return std::nullopt;
  const unsigned base = is_hex ? 16 : 10;
  U128 value = 0;
  for (const char c : digits) {
    if (c == '_') continue;
    const unsigned digit = c >= '0' && c <= '9' ? static_cast<unsigned>(c - '0') : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10) : 16;
    if (digit >= base || value > (~U128{0} - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  V128 out;
  for (unsigned i = 0; i < 16; ++i) out.bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  return out;
}
std::string print_vector(const V128& vector) {
  U128 value = 0;
  for (unsigned i = 16; i-- > 0;) value = value << 8 | vector.bytes[i];
  std::string out;
  do {
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return out;
}

std::optional<CoreValue> parse_value(CoreType type, const std::string& text) {
  const std::string literal = in_text_format(text);
  switch (type) {
    case CoreType::i32:
      if (const auto bits = core::text::parse_int(literal, 32)) return core_abi::from_slot<std::int32_t>(*bits);
      break;
    case CoreType::i64:
      if (const auto bits = core::text::parse_int(literal, 64)) return core_abi::from_slot<std::int64_t>(*bits);
      break;
    case CoreType::f32:
      if (const auto bits = core::text::parse_float(literal, true)) return core_abi::from_slot<float>(*bits);
      break;
    case CoreType::f64:
      if (const auto bits = core::text::parse_float(literal, false)) return core_abi::from_slot<double>(*bits);
      break;
    case CoreType::v128:
      if (const auto vector = parse_vector(literal)) return *vector;
      break;
    case CoreType::funcref:
    case CoreType::externref:
    case CoreType::exnref: break;
  }
  return std::nullopt;
}

bool has_text(CoreType t) { return t == CoreType::i32 || t == CoreType::i64 || t == CoreType::f32 || t == CoreType::f64 || t == CoreType::v128; }

std::string_view what_fits(CoreType t) {
  switch (t) {
    case CoreType::i32: return "an integer from -2147483648 to 4294967295, decimal or hexadecimal (0x..)";
    case CoreType::i64: return "an integer from -9223372036854775808 to 18446744073709551615, decimal or hexadecimal (0x..)";
    case CoreType::f32:
    case CoreType::f64: return "a number (`1.5`, `-2e10`, `0x1p-3`), `inf` or `nan`";
    case CoreType::v128: return "an unsigned number of 128 bits, decimal or hexadecimal (0x..), lane 0 in its lowest bits";
    case CoreType::funcref:
    case CoreType::externref:
    case CoreType::exnref: break;
  }
  return "nothing";
}

Failure bad_call(const CoreFunc& func, std::string message) {
  Diagnostic d = error(diag::bad_usage, std::move(message));
  d.notes.push_back(fmt::format("`{}` is a {}", func.name(), to_string(func.type())));
  return Failure(std::move(d));
}

}  // namespace

std::string to_string(const CoreValue& value) {
  return std::visit(
      [](auto v) -> std::string {
        if constexpr (std::is_same_v<decltype(v), V128>) return print_vector(v);
        else if constexpr (std::is_floating_point_v<decltype(v)>) return std::isnan(v) ? "NaN" : cabi::to_wave(v);
        else return std::to_string(v);
      },
      value);
}

Result<std::vector<CoreValue>> parse_args(const CoreFunc& func, std::span<const std::string> texts) {
  const CoreFuncType& type = func.type();
  for (const auto* types : {&type.params, &type.results}) {
    for (const CoreType t : *types) {
      if (!has_text(t)) return Err(bad_call(func, fmt::format("`{}` cannot be called from here: values of type {} have no text", func.name(), to_string(t))));
    }
  }
  if (texts.size() != type.params.size()) {
    return Err(bad_call(func, fmt::format("`{}` takes {} argument{}, {} given", func.name(), type.params.size(), type.params.size() == 1 ? "" : "s",
                                          texts.size() == 1 ? "1 is" : fmt::format("{} are", texts.size()))));
  }
  std::vector<CoreValue> out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto value = parse_value(type.params[i], texts[i]);
    if (!value) {
      return Err(bad_call(func, fmt::format("argument {} of `{}` is {}, found `{}`: expected {}", i + 1, func.name(), to_string(type.params[i]), texts[i],
                                            what_fits(type.params[i]))));
    }
    out.push_back(*value);
  }
  return out;
}

Result<Result<std::vector<std::string>, Trap>> invoke_texts(const ModuleInstance& instance, std::string_view name, std::span<const std::string> texts) {
  using Inner = Result<std::vector<std::string>, Trap>;
  auto func = instance.func(name);
  if (!func) return Err(std::move(func).error());
  auto args = parse_args(*func, texts);
  if (!args) return Err(std::move(args).error());
  auto results = func->call(*args);
  if (!results) return Inner(Err(std::move(results).error()));
  std::vector<std::string> out;
  for (const CoreValue& v : *results) out.push_back(to_string(v));
  return Inner(std::move(out));
}

}  // namespace wcomp
