// The stencils, as stencils/extract.py wrote them down, and how one is put into code.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/opcode.h"
#include "engine/jit/forms.h"

namespace wcomp::engine::jit {

enum class Hole : std::uint8_t {
  next, target, limit,
  // In the order of trap_codes.
  trap_integer_divide_by_zero, trap_integer_overflow, trap_invalid_conversion_to_integer, trap_out_of_bounds_memory_access, trap_undefined_element,
  trap_uninitialized_element, trap_indirect_call_type_mismatch, trap_null_function_reference, trap_interrupted, trap_out_of_fuel,
  constant, constant2, slot0, slot1, slot2, slot3, vector0, vector1, literal,
};
/// What is patched: a number of 64 bits; a distance from the patched place; the low 32 bits of a number that is taken as unsigned, or signed.
enum class PatchKind : std::uint8_t { abs64, relative32, unsigned32, signed32 };

/// Where a register's number, or a count of a shift, goes.
struct Field {
  std::uint8_t at;
  std::uint8_t hole;  ///< D, A, B, C; 4: the count
  std::uint8_t shift;
};
struct Patch {
  std::uint8_t at;
  PatchKind kind;
  Hole hole;
  std::uint8_t literal;  ///< index into `stencil_literals`
  std::int32_t addend;
};
struct Stencil {
  std::uint16_t op;
  std::uint8_t form;
  std::uint8_t size;
  std::uint8_t fields, patches;
  std::uint32_t first_byte;
  std::uint16_t first_field, first_patch;
};

[[nodiscard]] std::span<const std::uint8_t> bytes_of(const Stencil& s);
[[nodiscard]] std::span<const Field> fields_of(const Stencil& s);
[[nodiscard]] std::span<const Patch> patches_of(const Stencil& s);
/// Constants that stencils have in memory.
[[nodiscard]] std::span<const std::array<std::uint8_t, 16>> literals();

/// Null if the operation has no such form.
[[nodiscard]] const Stencil* find_stencil(std::uint16_t op, Form form);
[[nodiscard]] inline const Stencil* find_stencil(core::Opcode op, Form form) { return find_stencil(static_cast<std::uint16_t>(op), form); }
[[nodiscard]] inline const Stencil* find_stencil(Pseudo op, Form form) { return find_stencil(static_cast<std::uint16_t>(op), form); }

}  // namespace wcomp::engine::jit
