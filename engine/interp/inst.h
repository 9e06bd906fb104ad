// The interpreter's own form of code, and how it is dispatched.
//
// An instruction is 16 bytes: the address of its handler, two 16-bit slots and 32 bits more; some are followed by units of 16 bytes that hold
// addresses. A handler does its work and calls the next one as a tail call; all have one signature, whose arguments stay in registers
// (`preserve_none` leaves them all to us). So there is no dispatch loop and no native stack is used, however deep the guest's calls are.
//
// Two of the arguments are accumulators: `acc` holds the last integer or reference that an instruction produced, `facc` the last float (an
// f32 in its low bits). An instruction that takes what one just before it made reads it there, without waiting for memory; if nobody else
// can read it, it never goes to memory. Which instruction may do so the translator decides; nothing is in them where branches meet.
//
// Code is made for one instance of a module: globals, tables, memories and callees are addresses in it.
//
// Frame header: the instruction to return to, the caller's frame (null: the call came from the host).
// Rules for handlers: read every operand before writing the result; leave rare paths to functions that are not inlined; whoever has no
// use for the accumulators hands them on.
#pragma once

#include <bit>
#include <cstdint>

#include "core/opcode.h"
#include "engine/backend.h"

// The attributes of a handler. Aligned as the processor fetches: each is jumped to. Without the sanitizers: their bookkeeping does not know
// functions that never return.
#define WCOMP_HANDLER __attribute__((preserve_none, aligned(32), no_sanitize("address", "undefined", "function")))

namespace wcomp::engine::interp {

struct Inst;
using HandlerFn = __attribute__((preserve_none)) void(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state, std::uint64_t acc,
                                                      double facc);
using Handler = HandlerFn*;

struct Inst {
  union {
    Handler handler = nullptr;
    const void* pointer;
    std::uint64_t word;
  };
  union {
    struct {
      std::uint16_t a, b;
      std::uint32_t c;
    };
    std::uint64_t word2 = 0;
    const void* pointer2;
  };
};
static_assert(sizeof(Inst) == 16);

/// Where an operand comes from.
enum class From : std::uint8_t { slot, acc, constant };

/// dst in a unless `is_kept_out`: then the result is in the accumulator only. The operands' slots are b (first) and c (second), a constant is
/// c, and the slot beside a first constant b.
struct NumericForm {
  From first = From::slot, second = From::slot;  ///< unary: second is slot
  bool is_kept_out = false;
};
/// The first operand's slot is a, the second's b or its constant c. The distance to jump if the result is not zero (`on_zero`: is zero) is c,
/// with a constant b.
struct BranchForm {
  From first = From::slot, second = From::slot;
  bool on_zero = false;
};
/// The end of a counting loop: a += c, an i32; the comparison of a with b (or with a constant, the high half of a unit that follows); the
/// distance to jump if it holds is in the low half of the unit.
struct StepForm {
  bool has_constant = false;
};

enum class Address : std::uint8_t {
  slot,     ///< slot b (stores: a), offset c. Memory 0, guarded, as all but the last
  acc,      ///< the accumulator, offset c
  constant, ///< c, the offset added in
  add,      ///< slot b (stores: a) + c, wrapped to 32 bits; no offset
  acc_add,  ///< the accumulator + c likewise
  two,      ///< loads: slot b + slot in the low half of c, wrapped to 32 bits; the offset is the high half
  acc_two,  ///< loads: the accumulator + slot b likewise
  scaled,   ///< loads: slot b + (slot in the low half of c << bits 16 to 20), wrapped to 32 bits; the offset is bits 21 and up
  acc_scaled,  ///< loads: slot b + (the accumulator << ..) likewise
  any,      ///< as slot; a unit follows with the MemInst. Compares with the memory's size
  any64,    ///< an address of 64 bits in slot b (stores: a); the unit has the offset, too
};
/// dst in a unless `is_kept_out`.
struct LoadForm {
  Address address = Address::slot;
  bool is_kept_out = false;
};
/// slot b, or the accumulator, and as the second operand what lies in memory 0 at slot (low half of c) + offset (high half); dst in a unless
/// `is_kept_out`.
struct NumericLoadForm {
  bool first_is_acc = false;
  bool is_kept_out = false;
};
/// dst (a) = slot b + (x << bits 16 to 20 of c); x is the slot in the low half of c or the accumulator.
struct AddShiftedForm {
  bool is_acc = false;
  bool is_kept_out = false;
};
/// The value is slot b, the accumulator, or a signed constant in b.
struct StoreForm {
  Address address = Address::slot;
  From value = From::slot;
};

/// The handler of a row in a form; null where the form makes no sense for it.
[[nodiscard]] Handler numeric_handler(core::Opcode op, NumericForm form);
[[nodiscard]] Handler branch_handler(core::Opcode op, BranchForm form);
[[nodiscard]] Handler step_handler(core::Opcode op, StepForm form);
[[nodiscard]] Handler load_handler(core::Opcode op, LoadForm form);
[[nodiscard]] Handler store_handler(core::Opcode op, StoreForm form);
/// For a numeric row of two operands and a load.
[[nodiscard]] Handler numeric_load_handler(core::Opcode op, core::Opcode load, NumericLoadForm form);
[[nodiscard]] Handler add_shifted_handler(AddShiftedForm form);

/// The accumulators as a value of type T: floats live in `facc`, an f32 in its low half.
template <class T>
[[gnu::always_inline]] inline T from_acc(std::uint64_t acc, double facc) {
  if constexpr (std::is_same_v<T, double>) return facc;
  else if constexpr (std::is_same_v<T, float>) return std::bit_cast<float>(static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(facc)));
  else return static_cast<T>(acc);
}
template <class T>
[[gnu::always_inline]] inline void to_acc(T value, std::uint64_t& acc, double& facc) {
  if constexpr (std::is_same_v<T, double>) facc = value;
  else if constexpr (std::is_same_v<T, float>) facc = std::bit_cast<double>(std::uint64_t{std::bit_cast<std::uint32_t>(value)});
  else acc = static_cast<std::uint64_t>(value);
}

/// What went wrong, until `run` makes a Trap of it.
struct Stop {
  bool is_set = false;
  TrapCode code{};
  std::uint64_t* fp = nullptr;
  const Inst* pc = nullptr;
  std::optional<Trap> trap;  ///< what a host function returned
  class Interpreter* interpreter = nullptr;
  /// The call of a host function that is under way.
  struct {
    const std::uint64_t* fp = nullptr;
    const Inst* pc = nullptr;
  } left;
  /// Where a thrown exception goes on.
  struct {
    std::uint64_t* fp = nullptr;
    const Inst* pc = nullptr;
    std::uint8_t* mem = nullptr;
  } landing;
};

/// Where the signal handler cannot read the frame and the instruction out of registers, they are put down before each access to a guarded memory.
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !__has_feature(address_sanitizer)
inline constexpr bool notes_place = false;
#else
inline constexpr bool notes_place = true;
#endif
[[gnu::always_inline]] inline void note_place(RunState* state, std::uint64_t* fp, const Inst* pc) {
  if constexpr (notes_place) {
    auto* s = static_cast<Stop*>(state->backend);
    s->fp = fp;
    s->pc = pc;
  }
}

/// Remembers why code stops; the handler that calls it returns right after.
[[gnu::noinline, gnu::cold]] void stop(RunState* state, std::uint64_t* fp, const Inst* pc, TrapCode code);

template <TrapCode C>
WCOMP_HANDLER void trap(std::uint64_t* fp, const Inst* pc, std::uint8_t*, RunState* state, std::uint64_t, double) {
  stop(state, fp, pc, C);
}

}  // namespace wcomp::engine::interp
