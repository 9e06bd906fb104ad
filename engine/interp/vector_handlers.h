// Handlers of vectors. A v128 is two slots, of which the first is named; it is never held in an accumulator. Units that follow an instruction
// are named in brackets.
#pragma once

#include "engine/interp/inst.h"

namespace wcomp::engine::interp {

// --- moves ---
HandlerFn move_wide;        ///< a = b
HandlerFn const_wide;       ///< a = [16 bytes]
HandlerFn select_wide;      ///< a = high half of c ? b : low half of c
HandlerFn global_get_wide;  ///< a = [cell]
HandlerFn global_set_wide;  ///< [cell] = a

/// Rows that core::eval computes: a = result; operands in b, the low and the high half of c; a lane is in the high half as well; the lanes of a
/// shuffle [16 bytes]. A result that is a number is in its accumulator too. Null for other rows.
[[nodiscard]] Handler vector_handler(core::Opcode op);

/// Which memory is accessed.
enum class VectorMemory : std::uint8_t {
  guarded,   ///< memory 0; the offset is c
  sum,       ///< memory 0, guarded; c is added to the address, which wraps at 32 bits
  narrow,    ///< [MemInst, offset]
  wide,      ///< likewise, with addresses of 64 bits
};
/// Loads: a = what is at slot b; stores: b to what is at slot a. Those of a lane have a unit before any other: [slot of the other lanes (loads) in
/// a, lane in b]. Null for other rows.
[[nodiscard]] Handler vector_access_handler(core::Opcode op, VectorMemory memory);

/// Of common rows with two operands: a = b op the vector in memory 0, guarded, at the slot in the low half of c + its high half; the sum wraps
/// at 32 bits if `wraps`. Null for other rows.
[[nodiscard]] Handler vector_load_handler(core::Opcode op, bool wraps);
/// A product and a sum, a = z + x * y: x is b, y the low half of c, z the high half. With `loads` y is in memory as above, and z is a.
struct MulAddForm {
  bool loads = false;
  bool wraps = false;
};
[[nodiscard]] Handler mul_add_handler(core::Opcode mul, core::Opcode add, MulAddForm form);
/// a += x * y, both in memory 0, guarded: x at slot b + the low half of c, y at the slot in [a] + the high half of c; [c] has a bit for each sum
/// that wraps, that of x the lowest. Null as above.
[[nodiscard]] Handler mul_add_loads_handler(core::Opcode mul, core::Opcode add);

}  // namespace wcomp::engine::interp
