// Numbers of core functions as people type and read them.
#include <algorithm>
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
    case CoreType::funcref:
    case CoreType::externref: break;
  }
  return std::nullopt;
}

bool is_number(CoreType t) { return t == CoreType::i32 || t == CoreType::i64 || t == CoreType::f32 || t == CoreType::f64; }

std::string_view what_fits(CoreType t) {
  switch (t) {
    case CoreType::i32: return "an integer from -2147483648 to 4294967295, decimal or hexadecimal (0x..)";
    case CoreType::i64: return "an integer from -9223372036854775808 to 18446744073709551615, decimal or hexadecimal (0x..)";
    case CoreType::f32:
    case CoreType::f64: return "a number (`1.5`, `-2e10`, `0x1p-3`), `inf` or `nan`";
    case CoreType::v128:
    case CoreType::funcref:
    case CoreType::externref: break;
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
      [](auto v) {
        if constexpr (std::is_floating_point_v<decltype(v)>) return std::isnan(v) ? "NaN" : cabi::to_wave(v);
        else return std::to_string(v);
      },
      value);
}

Result<std::vector<CoreValue>> parse_args(const CoreFunc& func, std::span<const std::string> texts) {
  const CoreFuncType& type = func.type();
  for (const auto* types : {&type.params, &type.results}) {
    for (const CoreType t : *types) {
      if (!is_number(t)) return Err(bad_call(func, fmt::format("`{}` cannot be called from here: values of type {} have no text", func.name(), to_string(t))));
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
