// What no stencil says: calls, returns, jumps through tables. One for each processor; the registers are those of context.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/jit/forms.h"
#include "engine/jit/target.h"

namespace wcomp::engine::jit {

/// The processor's numbers of the registers of values, low three bits. x86-64: those of integers all have the fourth bit.
inline constexpr std::uint8_t int_codes[int_registers] = {4, 5, 6, 7, 0, 1, 3};

/// Appends to a list of bytes. A function that leaves open where it goes returns the place of the field, which `link` closes.
class Assembler {
 public:
  explicit Assembler(std::vector<std::uint8_t>& out) : out_(out) {}
  virtual ~Assembler() = default;
  Assembler(const Assembler&) = delete;
  Assembler& operator=(const Assembler&) = delete;

  [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(out_.size()); }

  /// The return address goes to the code's stack, if a call does not put it there.
  virtual void begin_function() = 0;
  /// The frame register moves by so many bytes.
  virtual void add_frame(std::int32_t bytes) = 0;
  virtual std::uint32_t call() = 0;
  virtual std::uint32_t jump() = 0;
  /// To a function that returns to who called this one.
  virtual std::uint32_t tail_call() = 0;
  virtual void ret() = 0;
  /// A helper, with a Record that the open field names.
  virtual std::uint32_t call_helper() = 0;
  /// The context goes to the frame's header.
  virtual void save_context(std::uint32_t header) = 0;
  /// The function that the last register names, whose frame the frame register is already.
  virtual void call_foreign() = 0;
  /// Goes on if the stack of return addresses has room for a call that hands on the frame; the open field is where else it goes.
  virtual std::uint32_t check_forward() = 0;
  /// The function that the last register names, in the frame of this one; the context, and memory 0, are as before when it is back.
  virtual void call_forward() = 0;
  /// Back in a frame: its context, and memory 0.
  virtual void restore_context(std::uint32_t header) = 0;
  /// Goes on in the function that the last register names. If it is another instance's, who called this one gets its context back on the way.
  virtual void jump_foreign() = 0;
  /// Goes where the table says: distances from its beginning; beyond it the last one. The value is in a register. Returns the field that names the table.
  virtual std::uint32_t jump_table(int index, std::uint32_t entries) = 0;
  /// Zeroes slots.
  virtual void zero(std::uint32_t first, std::uint32_t count) = 0;
  virtual void align(std::uint32_t to) = 0;
  /// Closes a field: what it names is at `target`. x86-64: the addend counts from the field to the instruction's end.
  virtual void link(std::uint32_t field, std::uint32_t target, std::int32_t addend = -4) = 0;
  /// Whether some field was too far away from what it names; asking forgets it.
  [[nodiscard]] bool take_out_of_reach() { return std::exchange(is_out_of_reach_, false); }

 protected:
  std::vector<std::uint8_t>& out_;
  bool is_out_of_reach_ = false;
};

[[nodiscard]] std::unique_ptr<Assembler> make_x86_64_assembler(std::vector<std::uint8_t>& out);
[[nodiscard]] std::unique_ptr<Assembler> make_aarch64_assembler(std::vector<std::uint8_t>& out);
[[nodiscard]] inline std::unique_ptr<Assembler> make_assembler(Target target, std::vector<std::uint8_t>& out) {
  return target == Target::aarch64_linux ? make_aarch64_assembler(out) : make_x86_64_assembler(out);
}

}  // namespace wcomp::engine::jit
