// A check for options that take a number: the option parser alone would let `-1` wrap around and a number too long for 64 bits saturate.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace wcomp::cli {

/// What is wrong with the number, empty if nothing is. For CLI::Validator.
inline std::string check_count(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  return ec == std::errc() && end == text.data() + text.size() ? std::string() : fmt::format("`{}` is not a number from 0 to 2^64 - 1", text);
}

}  // namespace wcomp::cli
