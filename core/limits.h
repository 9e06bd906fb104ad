// What this implementation takes at most, beyond what the size of the input bounds already. Exceeding one is `limit-exceeded`, not `invalid`.
// https://webassembly.github.io/spec/core/appendix/implementation.html
#pragma once

#include <cstdint>

namespace wcomp::core::limits {

inline constexpr std::uint32_t types = 1'000'000;
inline constexpr std::uint32_t funcs = 1'000'000;  ///< imports included
inline constexpr std::uint32_t imports = 1'000'000;
inline constexpr std::uint32_t exports = 1'000'000;
inline constexpr std::uint32_t globals = 1'000'000;
inline constexpr std::uint32_t tables = 100'000;
inline constexpr std::uint32_t mems = 10'000;
inline constexpr std::uint32_t tags = 1'000'000;
inline constexpr std::uint32_t segments = 100'000;
inline constexpr std::uint32_t params = 1'000;   ///< of a function type
inline constexpr std::uint32_t results = 1'000;  ///< of a function type
inline constexpr std::uint32_t locals = 50'000;  ///< of a function, parameters not counted
inline constexpr std::uint32_t operands = 1'000'000;  ///< values on a function's stack at any point
inline constexpr std::uint32_t body_bytes = 7'654'321;
inline constexpr std::uint64_t mem_pages_32 = 65'536;
inline constexpr std::uint64_t mem_pages_64 = std::uint64_t{1} << 48;

}  // namespace wcomp::core::limits
