#include "engine/jit/assembler.h"

#include <cstring>
#include <initializer_list>

#include "engine/jit/aarch64/instructions.h"
#include "engine/jit/context.h"

namespace wcomp::engine::jit {
namespace {

using namespace aarch64;

constexpr std::uint32_t link_offset = offsetof(FuncInst, stub) + offsetof(FuncLink, context);

/// Jumps between functions and within them reach 128 MiB either way, what names data 1 MiB.
class AssemblerA64 final : public Assembler {
 public:
  using Assembler::Assembler;

  void begin_function() override { put({push(link_register, stack)}); }
  void add_frame(std::int32_t bytes) override {
    const bool is_down = bytes < 0;
    const auto n = static_cast<std::uint32_t>(is_down ? -bytes : bytes);
    for (const bool is_high : {true, false}) {
      const std::uint32_t bits = is_high ? n >> 12 : n & 0xfff;
      if (bits != 0) put({is_down ? subtract(frame, frame, bits, is_high) : add(frame, frame, bits, is_high)});
    }
  }
  std::uint32_t call() override { return open(branch_link); }
  std::uint32_t jump() override { return open(branch); }
  std::uint32_t tail_call() override {
    put({pop(link_register, stack)});
    return open(branch);
  }
  void ret() override { put({pop(link_register, stack), aarch64::ret}); }
  std::uint32_t call_helper() override {
    const std::uint32_t field = open(address(scratch2));
    put({load(scratch3, aarch64::context, offsetof(Context, helper)), branch_link_to(scratch3)});
    return field;
  }
  void save_context(std::uint32_t header) override { put({store(aarch64::context, place(header), offset_in(header))}); }
  void call_foreign() override {
    load_callee();
    put({branch_link_to(scratch2)});
  }
  std::uint32_t check_forward() override {
    put({add(scratch2, stack, frame) | 1u << 10,  // twice the frame
         load(scratch3, aarch64::context, offsetof(Context, state)), load(scratch3, scratch3, offsetof(RunState, forward_limit)), compare(scratch2, scratch3)});
    return open(0x54000003);  // b.lo
  }
  void call_forward() override {
    put({push(aarch64::context, stack)});
    load_callee();
    put({branch_link_to(scratch2), pop(aarch64::context, stack), load(memory, aarch64::context, offsetof(Context, mem0))});
  }
  void restore_context(std::uint32_t header) override {
    put({load(aarch64::context, place(header), offset_in(header)), load(memory, aarch64::context, offsetof(Context, mem0))});
  }
  void jump_foreign() override {
    put({pop(link_register, stack),
         load(scratch2, callee, link_offset),
         compare(scratch2, aarch64::context),
         branch_if_equal(8),
         load(scratch3, aarch64::context, offsetof(Context, restore)),
         compare(link_register, scratch3),
         branch_if_equal(4),
         push(link_register, stack),
         push(aarch64::context, stack),
         move(link_register, scratch3),
         move(aarch64::context, scratch2)});
    load_callee();
    put({branch_to(scratch2)});
  }
  std::uint32_t jump_table(int index, std::uint32_t entries) override {
    const Register i = int_codes[index];
    number(scratch2, entries - 1);
    put({compare_halves(i, scratch2), 0x1a903000 | scratch2 << 16 | i << 5 | scratch2});  // cmp; csel w16, index, w16, lo
    const std::uint32_t field = open(address(scratch3));
    put({0xb8b07a30, add(scratch2, scratch2, scratch3), branch_to(scratch2)});  // ldrsw x16, [x17, x16, lsl #2]
    return field;
  }
  void zero(std::uint32_t first, std::uint32_t count) override {
    add_number(scratch2, frame, first * 8);
    number(scratch3, count);
    put({0xf8008400 | scratch2 << 5 | zero_register,     // str xzr, [x16], 8
         0x71000400 | scratch3 << 5 | scratch3,          // subs w17, w17, 1
         0x54000001 | (static_cast<Word>(-2) & 0x7ffff) << 5});  // b.ne
  }
  void align(std::uint32_t to) override {
    while (out_.size() % to != 0) out_.push_back(0);  // no instruction
  }
  void link(std::uint32_t field, std::uint32_t target, std::int32_t /*addend*/) override {
    Word w = 0;
    std::memcpy(&w, out_.data() + field, sizeof w);
    const auto distance = static_cast<std::int64_t>(target) - static_cast<std::int64_t>(field);
    if (is_address(w)) {
      reach(distance, 21);
      w |= (static_cast<Word>(distance) & 3) << 29 | (static_cast<Word>(distance >> 2) & 0x7ffff) << 5;
    } else {
      const DistanceField f = distance_field(w);
      reach(distance, f.bits + 2);
      w |= (static_cast<Word>(distance >> 2) & ((1u << f.bits) - 1)) << f.shift;
    }
    std::memcpy(out_.data() + field, &w, sizeof w);
  }

 private:
  static Word branch_if_equal(std::uint32_t words) { return 0x54000000 | words << 5; }
  static std::uint32_t offset_in(std::uint32_t slot) { return slot * 8 & 0xfff; }

  void reach(std::int64_t distance, std::uint32_t bits) {
    const std::int64_t limit = std::int64_t{1} << (bits - 1);
    if (distance < -limit || distance >= limit) is_out_of_reach_ = true;
  }
  void put(std::initializer_list<Word> words) {
    for (const Word w : words) {
      const auto* p = reinterpret_cast<const std::uint8_t*>(&w);
      out_.insert(out_.end(), p, p + sizeof w);
    }
  }
  std::uint32_t open(Word w) {
    put({w});
    return here() - 4;
  }
  void number(Register d, std::uint32_t n) {
    put({move_wide(d, n & 0xffff, 0)});
    if (n >> 16 != 0) put({move_keep(d, n >> 16, 1)});
  }
  void add_number(Register d, Register a, std::uint32_t n) {
    if (n >> 12 != 0) {
      put({add(d, a, n >> 12, true)});
      a = d;
    }
    put({add(d, a, n & 0xfff, false)});
  }
  /// The base of a slot, for the offset that `offset_in` says.
  Register place(std::uint32_t slot) {
    const std::uint32_t high = slot * 8 >> 12;
    if (high == 0) return frame;
    put({add(scratch2, frame, high, true)});
    return scratch2;
  }
  void load_callee() {
    put({load(aarch64::context, callee, link_offset), load(memory, aarch64::context, offsetof(Context, mem0)), load(scratch2, callee, offsetof(FuncInst, entry))});
  }
};

}  // namespace

std::unique_ptr<Assembler> make_aarch64_assembler(std::vector<std::uint8_t>& out) { return std::make_unique<AssemblerA64>(out); }

}  // namespace wcomp::engine::jit
