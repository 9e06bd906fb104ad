// Reading and printing components in tests.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "component/text/parse.h"
#include "component/text/print.h"
#include "component/validate.h"

namespace wcomp::component::test {

inline bool has(const std::string& text, std::string_view part) {
  if (text.find(part) != text.npos) return true;
  MESSAGE(text);
  return false;
}

inline std::shared_ptr<const Component> load(const std::string& source) {
  CAPTURE(source);
  Result<Bytes> bytes = text::parse("test.wat", source);
  REQUIRE_MESSAGE(bytes.has_value(), bytes.error().to_string());
  auto decoded = decode(*std::move(bytes));
  REQUIRE_MESSAGE(decoded.has_value(), decoded.error().to_string());
  return *decoded;
}

/// Printed, parsed, printed: the same bytes, the same text. Gives the text.
inline std::string round_trip(const std::string& source) {
  CAPTURE(source);
  const std::shared_ptr<const Component> first = load(source);
  std::string printed = text::print(*first);
  CAPTURE(printed);
  const std::shared_ptr<const Component> second = load(printed);
  CHECK(encode(*first) == encode(*second));
  CHECK(text::print(*second) == printed);
  std::string in_pieces;
  text::print(*second, {}, [&](std::string_view piece) { in_pieces += piece; });
  CHECK(in_pieces == printed);
  return printed;
}

/// The same with everything between the outer parentheses in one line, for short expectations.
inline std::string fields(const std::string& source) {
  const std::string printed = round_trip("(component " + source + ")");
  std::string out;
  for (const char c : printed.substr(std::string_view("(component").size(), printed.size() - 13)) {
    if (c != '\n' && (c != ' ' || (!out.empty() && out.back() != ' '))) out += c;
    if (c == '\n' && !out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

inline std::string refusal(const std::string& source) {
  const Result<Bytes> bytes = text::parse("test.wat", source);
  REQUIRE_FALSE(bytes.has_value());
  return bytes.error().to_string();
}

inline void check_valid(const std::string& source, const Features& features = {}) {
  const auto valid = validate(load(source), features);
  REQUIRE_MESSAGE(valid.has_value(), valid.error().to_string());
}

}  // namespace wcomp::component::test
