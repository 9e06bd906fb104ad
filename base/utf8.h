// UTF-8 in bulk: checking many bytes at once, with the processor's vectors where it has them.
//
// Blocks of ASCII pass by one test. In other blocks every byte is looked at together with the three before it: a few tables, indexed by half
// bytes, say which faults a pair of neighbours may have, and what a byte needs two or three places behind a lead is counted
// separately (J. Keiser, D. Lemire: "Validating UTF-8 in less than one instruction per byte"). The tables are made from a list of faults,
// utf8.cpp. Processors without AVX2 go byte by byte outside of ASCII.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wcomp {

/// Whether the bytes are well-formed UTF-8 (Unicode, table 3-7).
[[nodiscard]] bool is_utf8(const std::uint8_t* bytes, std::size_t size);

/// Copies bytes while it checks them, so that each is read once. False if they are not UTF-8; `to` holds anything then. The ranges do not
/// overlap.
[[nodiscard]] bool copy_utf8(const std::uint8_t* from, std::size_t size, std::uint8_t* to);

namespace utf8 {
/// The way without vectors, for tests.
[[nodiscard]] bool copy_plain(const std::uint8_t* from, std::size_t size, std::uint8_t* to);
}  // namespace utf8

}  // namespace wcomp
