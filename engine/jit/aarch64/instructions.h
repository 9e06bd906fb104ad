// Instructions of aarch64 as words, as many as the compiler writes by itself.
#pragma once

#include <cstdint>

namespace wcomp::engine::jit::aarch64 {

using Word = std::uint32_t;
using Register = std::uint32_t;

// What registers hold, see context.h.
inline constexpr Register frame = 20, memory = 21, context = 22, stack = 28, link_register = 30, zero_register = 31;
/// Free everywhere; the first one also inside of a stencil.
inline constexpr Register scratch = 15, scratch2 = 16, scratch3 = 17;
/// The last register of values.
inline constexpr Register callee = 3;

constexpr Word move_wide(Register d, std::uint32_t bits, std::uint32_t part) { return 0xd2800000 | part << 21 | bits << 5 | d; }
constexpr Word move_not(Register d, std::uint32_t bits) { return 0x92800000 | bits << 5 | d; }
constexpr Word move_keep(Register d, std::uint32_t bits, std::uint32_t part) { return 0xf2800000 | part << 21 | bits << 5 | d; }
constexpr Word move(Register d, Register from) { return 0xaa0003e0 | from << 16 | d; }
constexpr Word add(Register d, Register a, Register b) { return 0x8b000000 | b << 16 | a << 5 | d; }
/// 12 bits, or 12 bits above those.
constexpr Word add(Register d, Register a, std::uint32_t bits, bool is_high) { return 0x91000000 | (is_high ? 1u << 22 : 0) | bits << 10 | a << 5 | d; }
constexpr Word subtract(Register d, Register a, std::uint32_t bits, bool is_high) { return add(d, a, bits, is_high) | 1u << 30; }
/// Words of 64 bits at a multiple of 8 below 32768.
constexpr Word load(Register d, Register base, std::uint32_t offset) { return 0xf9400000 | offset / 8 << 10 | base << 5 | d; }
constexpr Word store(Register from, Register base, std::uint32_t offset) { return 0xf9000000 | offset / 8 << 10 | base << 5 | from; }
/// Likewise, after moving the base down; before moving it up.
constexpr Word push(Register from, Register base) { return 0xf81f8c00 | base << 5 | from; }
constexpr Word pop(Register d, Register base) { return 0xf8408400 | base << 5 | d; }
constexpr Word branch = 0x14000000, branch_link = 0x94000000;
constexpr Word branch_to(Register r) { return 0xd61f0000 | r << 5; }
constexpr Word branch_link_to(Register r) { return 0xd63f0000 | r << 5; }
constexpr Word ret = 0xd65f03c0;
constexpr Word address(Register d) { return 0x10000000 | d; }
constexpr Word compare(Register a, Register b) { return 0xeb00001f | b << 16 | a << 5; }
constexpr Word compare_halves(Register a, Register b) { return 0x6b00001f | b << 16 | a << 5; }

/// What field an instruction has for a distance: how many bits, from which on; no bits if none.
struct DistanceField {
  std::uint32_t bits = 0, shift = 0;
};
constexpr DistanceField distance_field(Word w) {
  if ((w & 0x7c000000) == branch) return {26, 0};
  if ((w & 0xff000010) == 0x54000000 || (w & 0x7e000000) == 0x34000000) return {19, 5};  // b.cond; cbz, cbnz
  if ((w & 0x7e000000) == 0x36000000) return {14, 5};                                    // tbz, tbnz
  if ((w & 0x3b000000) == 0x18000000) return {19, 5};                                    // a load of a constant
  return {};
}
constexpr bool is_address(Word w) { return (w & 0x9f000000) == 0x10000000; }

}  // namespace wcomp::engine::jit::aarch64
