#include "core/text/cursor.h"

#include <fmt/format.h>

#include "base/text.h"
#include "core/text/numbers.h"

namespace wcomp::core::text {

Result<void> Cursor::expect_open(std::string_view keyword) {
  if (take_open(keyword)) return {};
  return unexpected(fmt::format("`({}`", keyword));
}

std::optional<std::string> Cursor::take_id() {
  if (!at(TokenKind::id)) return std::nullopt;
  const std::string_view token = text().substr(1);
  ++pos_;
  return token.starts_with('"') ? string_value(token) : std::string(token);
}

Result<std::string> Cursor::string() {
  if (!at(TokenKind::string)) return unexpected("a string");
  std::string out = string_value(text());
  ++pos_;
  return out;
}

Result<std::string> Cursor::name() {
  const std::size_t start = pos_;
  WCOMP_TRY(std::string out, string());
  if (!is_utf8(out)) return fail(diag::bad_utf8, "malformed UTF-8 encoding in a name", where(start));
  return out;
}

Result<std::string> Cursor::strings() {
  std::string out;
  while (at(TokenKind::string)) {
    out += string_value(text());
    ++pos_;
  }
  return out;
}

Result<std::uint64_t> Cursor::nat(std::uint64_t max) {
  if (!at(TokenKind::atom)) return unexpected("a number");
  const std::optional<std::uint64_t> value = parse_nat(text(), max);
  if (!value) {
    if (parse_nat(text(), ~std::uint64_t{0})) return fail_here(fmt::format("number out of range: at most {}", max));
    return unexpected("a number");
  }
  ++pos_;
  return *value;
}

Err<Failure> Cursor::unexpected(std::string_view wanted) const {
  constexpr std::size_t max_shown = 80;
  const std::string_view next = word();
  const std::string token = fmt::format("{}{}", text(), next);
  switch (peek().kind) {
    case TokenKind::end: return fail_here(fmt::format("unexpected end of the text, {} is missing", wanted));
    case TokenKind::close: return fail_here(fmt::format("unexpected token `)`, {} is missing", wanted));
    default: return fail_here(fmt::format("unexpected token `{}{}` where {} should stand", escape(std::string_view(token).substr(0, max_shown)), token.size() > max_shown ? ".." : "", wanted));
  }
}

}  // namespace wcomp::core::text
