// The stencils, as stencils/extract.py wrote them down, a table for each target, and how one is put into code.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/opcode.h"
#include "engine/jit/forms.h"
#include "engine/jit/op_facts.h"
#include "engine/jit/target.h"

namespace wcomp::engine::jit {

enum class Hole : std::uint8_t {
  next, target, limit,
  // In the order of trap_codes.
  trap_integer_divide_by_zero, trap_integer_overflow, trap_invalid_conversion_to_integer, trap_out_of_bounds_memory_access, trap_undefined_element,
  trap_uninitialized_element, trap_indirect_call_type_mismatch, trap_null_function_reference, trap_interrupted, trap_out_of_fuel,
  constant, constant2, slot0, slot1, slot2, slot3, vector0, vector1, literal,
  inside,  ///< a byte of the stencil
};
/// What is patched. x86-64: a number of 64 bits; a distance from the patched place; the low 32 bits of a number that is taken as unsigned, or signed.
/// aarch64: a distance in an instruction's 26, 19 or 14 bits, or of a constant or address; 16 bits of a number, counted from its low end (`signed_move0`:
/// of one of 32 bits, sign-extended); an addition's 12 bits; those of an access, in units of its size.
enum class PatchKind : std::uint8_t {
  abs64, relative32, unsigned32, signed32,
  branch26, branch19, branch14, literal19, address21, move0, move1, move2, move3, signed_move0, add12, access0, access1, access2, access3, access4,
};

/// Where a register's number, or a count of a shift, goes.
struct Field {
  std::uint8_t at;
  std::uint8_t hole;  ///< D, A, B, C; 4 to 6: the count, what is missing to the next power, all bits of the count turned
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

class StencilTable {
 public:
  Target target;
  std::span<const Stencil> stencils;
  std::span<const std::uint8_t> bytes;
  std::span<const Field> fields;
  std::span<const Patch> patches;
  /// Constants that stencils have in memory.
  std::span<const std::array<std::uint8_t, 16>> literals;

  [[nodiscard]] std::span<const std::uint8_t> bytes_of(const Stencil& s) const { return bytes.subspan(s.first_byte, s.size); }
  [[nodiscard]] std::span<const Field> fields_of(const Stencil& s) const { return fields.subspan(s.first_field, s.fields); }
  [[nodiscard]] std::span<const Patch> patches_of(const Stencil& s) const { return patches.subspan(s.first_patch, s.patches); }
  /// Null if the operation has no such form.
  [[nodiscard]] const Stencil* find(std::uint16_t op, Form form) const {
    const std::uint16_t n = index[place(op, static_cast<std::uint8_t>(form))];
    return n == 0 ? nullptr : stencils.data() + (n - 1);
  }
  static constexpr std::size_t place(std::uint16_t op, std::uint8_t form) { return dense(op) * static_cast<std::size_t>(Form::count) + form; }
  const std::uint16_t* index = nullptr;
};

/// Null if this program has no stencils of the target.
[[nodiscard]] const StencilTable* find_stencils(Target target);

}  // namespace wcomp::engine::jit
