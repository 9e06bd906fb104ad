// What stencils there are: the forms of an operation, and operations that are none of wasm's. Seen by stencils, build step and compiler.
//
// A form says where operands and result are. Holes are what a form leaves open: registers of values (D the result, A, B, C the operands in
// the order of RegOp), and what symbols stand for (see stencils.cpp). Where the result shares a register with an operand the code is another.
#pragma once

#include <cstdint>

namespace wcomp::engine::jit {

/// Registers that hold values between stencils, numbered from 0, for integers and references and for floats (and vectors).
inline constexpr int int_registers = 7;
inline constexpr int float_registers = 8;

enum class Form : std::uint8_t {
  apart,        ///< D, A, B, C all differ; unary rows have no B, ..
  into_a,       ///< D is A
  into_b,       ///< D is B
  constant,     ///< B is a constant: 32 bits, sign-extended for i64
  constant_into_a,
  if_true,      ///< branches to the target if A op B, or op A
  if_false,
  if_true_constant,
  if_false_constant,
  guarded,      ///< loads and stores of memory 0, guarded: A is the address (all of its 64 bits), B what is stored; the offset a constant
  guarded_into_a,
  guarded_constant,  ///< stores: B is a constant
  checked,      ///< of a memory whose size is compared: context offset and 64-bit offset
  checked_into_a,
  slots,        ///< everything in slots
  lane,         ///< lane + n: rows with a lane n; a result that is a float or a vector is A
  lane_guarded = lane + 16,  ///< A is the address, B the vector that is stored, or changed
  lane_checked = lane_guarded + 16,
  count = lane_checked + 16,
};

/// Operations besides those of opcodes.def.
enum class Pseudo : std::uint16_t {
  move = 0xf000,   ///< D = A; form apart
  move32,          ///< D = the low half of A, also where D is A: apart, into_a
  move_float,
  to_float,        ///< bits of a float: D = A
  from_float,
  from_float32,    ///< the upper half is zero
  load_slot,       ///< D = slot 0
  load_slot32,
  load_slot_float,
  store_slot,      ///< slot 0 = A
  store_slot_float,
  store_slot_float32,
  load_slot_wide,  ///< vectors
  store_slot_wide,
  store_slot_constant,  ///< slot 0 = a constant, sign-extended
  constant32,      ///< D = 32 bits
  constant_signed, ///< D = 32 bits, sign-extended
  constant64,
  zero_float,
  copy_slot,       ///< slot 0 = slot 1
  constant_wide,   ///< D = a vector constant
  global_get,      ///< D = [context offset]
  global_get_float,
  global_set,      ///< A
  global_set_float,
  global_get_wide,
  global_set_wide,
  select_float,    ///< D = C ? A : B; A and B floats or vectors
  add_shifted1,    ///< D = A + (B << n), i32
  add_shifted2,
  add_shifted3,
  enter,           ///< a frame of so many bytes fits
  loop,            ///< looks for an interrupt
  use_fuel,
  resolve_indirect,    ///< the last register = the FuncInst of a table's element; slot 0: index
  resolve_indirect64,
  resolve_ref,         ///< likewise of the reference in slot 0
  resolve_func,        ///< likewise of a function of the instance
  ref_func,        ///< D
  memory_size,     ///< D = pages of the memory at a context offset
  canonical_f32,   ///< D is A
  canonical_f64,
  canonical_f32x4,
  canonical_f64x2,
  end,
};

}  // namespace wcomp::engine::jit
