// Number literals of the text format. https://webassembly.github.io/spec/core/text/values.html
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wcomp::core::text {

/// A number without sign, decimal or hexadecimal.
[[nodiscard]] std::optional<std::uint64_t> parse_nat(std::string_view literal, std::uint64_t max);

/// Signed or unsigned, as its two's complement bits; `bits` is 32 or 64.
[[nodiscard]] std::optional<std::uint64_t> parse_int(std::string_view literal, unsigned bits);

/// Rounded to nearest, as bits. `is_float32` picks the width. Nothing if it is no number or its value is out of range.
[[nodiscard]] std::optional<std::uint64_t> parse_float(std::string_view literal, bool is_float32);

}  // namespace wcomp::core::text
