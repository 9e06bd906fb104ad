#include "component/componentize/intrinsics.h"

#include <charconv>
#include <vector>

namespace wcomp::component {

namespace {

std::vector<core::ValType> val_types(std::string_view letters) {
  std::vector<core::ValType> out;
  for (const char c : letters) out.push_back(c == 'l' ? core::ValType::i64 : core::ValType::i32);
  return out;
}

namespace encodings {
constexpr std::optional<StringEncoding> none, utf8 = StringEncoding::utf8, utf16 = StringEncoding::utf16, latin1_utf16 = StringEncoding::latin1_utf16;
}  // namespace encodings

}  // namespace

const std::vector<IntrinsicRow>& intrinsic_rows() {
  static const std::vector<IntrinsicRow> table{
#define WCOMP_INTRINSIC(row, text, shape, takes, gives, before, strings)                                          \
  {BuiltIn::row, text, IntrinsicForm::shape, core::FuncType{val_types(takes), val_types(gives)},                     \
   std::string_view(before).contains('a'), std::string_view(before).contains('c'), encodings::strings},
#include "component/componentize/intrinsics.def"
#undef WCOMP_INTRINSIC
  };
  return table;
}

namespace {

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

std::optional<Intrinsic> parse_intrinsic(std::string_view name) {
  Intrinsic out;
  out.is_async = take(name, async_lower_prefix);
  out.is_cancellable = take(name, "[cancellable]");
  if (!take(name, "[")) return std::nullopt;
  const std::size_t close = name.find(']');
  if (close == std::string_view::npos) return std::nullopt;
  const std::string_view inner = name.substr(0, close);
  out.func = name.substr(close + 1);
  for (const IntrinsicRow& row : intrinsic_rows()) {
    std::string_view rest = inner;
    if (!take(rest, row.name)) continue;
    if ((out.is_async && !row.may_be_async) || (out.is_cancellable && !row.may_be_cancellable)) continue;
    out.row = &row;
    const bool has_number = row.form == IntrinsicForm::slot || row.form == IntrinsicForm::payload;
    const bool has_func = row.form == IntrinsicForm::payload || row.form == IntrinsicForm::func;
    if (!has_func && !out.func.empty()) continue;
    if (!has_number) {
      if (rest.empty()) return out;
      continue;
    }
    if (!take(rest, "-")) continue;
    out.is_unit = row.form == IntrinsicForm::payload && rest == "unit";
    if (out.is_unit) return out;
    const auto n = number(rest);
    if (!n) continue;
    out.number = *n;
    return out;
  }
  return std::nullopt;
}

}  // namespace wcomp::component
