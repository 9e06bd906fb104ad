// What no stencil says: calls, returns, jumps through tables. x86-64; the registers are those of context.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "engine/jit/context.h"
#include "engine/jit/forms.h"

namespace wcomp::engine::jit {

/// The processor's numbers of the registers of values, low three bits; those of integers all have the fourth bit.
inline constexpr std::uint8_t int_codes[int_registers] = {4, 5, 6, 7, 0, 1, 3};

/// Appends to a list of bytes. Distances are from the end of the field to the target; a function that leaves one open returns the place of the field.
class Assembler {
 public:
  explicit Assembler(std::vector<std::uint8_t>& out) : out_(out) {}

  [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(out_.size()); }

  /// The frame register moves by so many bytes.
  void add_frame(std::int32_t bytes) { put({0x48, 0x81, 0xc7}, bytes); }
  std::uint32_t call() { return put({0xe8}, 0) - 4; }
  std::uint32_t jump() { return put({0xe9}, 0) - 4; }
  void ret() { put({0xc3}); }
  /// A helper, with a Record that the open field names.
  std::uint32_t call_helper() {
    const std::uint32_t field = put({0x48, 0x8d, 0x0d}, 0) - 4;  // lea rcx, [rip + ..]
    put({0xff, 0x52, offsetof(Context, helper)});                // call [rdx + helper]
    return field;
  }
  /// The context goes to the frame's header.
  void save_context(std::uint32_t header) { put({0x48, 0x89, 0x97}, static_cast<std::int32_t>(header * 8)); }
  /// The function that the last register names, whose frame the frame register is already.
  void call_foreign() {
    load_callee();
    put({0x41, 0xff, 0x93}, offsetof(FuncInst, entry));  // call [r11 + entry]
  }
  /// Back in a frame: its context, and memory 0.
  void restore_context(std::uint32_t header) {
    put({0x48, 0x8b, 0x97}, static_cast<std::int32_t>(header * 8));  // mov rdx, [rdi + header]
    load_memory();
  }
  /// Goes on in the function that the last register names. If it is another instance's, who called this one gets its context back on the way.
  void jump_foreign() {
    put({0x49, 0x8b, 0x83}, link_offset);                      // mov rax, [r11 + link]
    put({0x48, 0x39, 0xd0});                                    // cmp rax, rdx
    put({0x74, 0x0f});                                          // je L
    put({0x48, 0x8b, 0x4a, offsetof(Context, restore)});        // mov rcx, [rdx + restore]
    put({0x48, 0x39, 0x0c, 0x24});                              // cmp [rsp], rcx
    put({0x74, 0x02});                                          // je M
    put({0x52, 0x51});                                          // push rdx; push rcx
    put({0x48, 0x89, 0xc2});                                    // M: mov rdx, rax
    load_memory();                                              // L:
    put({0x41, 0xff, 0xa3}, offsetof(FuncInst, entry));         // jmp [r11 + entry]
  }
  /// Goes where the table says: distances from its beginning; beyond it the last one. The value is in a register. Returns the field that names the table.
  std::uint32_t jump_table(int index, std::uint32_t entries) {
    put({0x44, 0x89, static_cast<std::uint8_t>(0xc0 | int_codes[index] << 3)});  // mov eax, index
    put({0xb9}, static_cast<std::int32_t>(entries - 1));                        // mov ecx, entries - 1
    put({0x39, 0xc8});                                                          // cmp eax, ecx
    put({0x0f, 0x47, 0xc1});                                                    // cmova eax, ecx
    const std::uint32_t field = put({0x48, 0x8d, 0x0d}, 0) - 4;                 // lea rcx, [rip + table]
    put({0x48, 0x63, 0x04, 0x81});                                              // movsxd rax, [rcx + rax * 4]
    put({0x48, 0x01, 0xc8});                                                    // add rax, rcx
    put({0xff, 0xe0});                                                          // jmp rax
    return field;
  }
  /// Zeroes slots.
  void zero(std::uint32_t first, std::uint32_t count) {
    put({0x31, 0xc0});                                                       // xor eax, eax
    put({0x49, 0x89, 0xfa});                                                 // mov r10, rdi
    put({0x48, 0x81, 0xc7}, static_cast<std::int32_t>(first * 8));           // add rdi, first
    put({0xb9}, static_cast<std::int32_t>(count));                           // mov ecx, count
    put({0xf3, 0x48, 0xab});                                                 // rep stosq
    put({0x4c, 0x89, 0xd7});                                                 // mov rdi, r10
  }
  void align(std::uint32_t to) {
    while (out_.size() % to != 0) out_.push_back(0xcc);
  }
  void set32(std::uint32_t at, std::int32_t value) { std::memcpy(out_.data() + at, &value, sizeof value); }
  /// Closes a field: what it names is at `target`.
  void link(std::uint32_t field, std::uint32_t target) { set32(field, static_cast<std::int32_t>(target - (field + 4))); }

 private:
  static constexpr std::int32_t link_offset = offsetof(FuncInst, stub) + offsetof(FuncLink, context);

  void put(std::initializer_list<std::uint8_t> bytes) { out_.insert(out_.end(), bytes); }
  std::uint32_t put(std::initializer_list<std::uint8_t> bytes, std::int32_t number) {
    put(bytes);
    const auto* p = reinterpret_cast<const std::uint8_t*>(&number);
    out_.insert(out_.end(), p, p + sizeof number);
    return here();
  }
  void load_memory() { put({0x48, 0x8b, 0x72, offsetof(Context, mem0)}); }  // mov rsi, [rdx + mem0]
  void load_callee() {
    put({0x49, 0x8b, 0x93}, link_offset);  // mov rdx, [r11 + link]
    load_memory();
  }

  std::vector<std::uint8_t>& out_;
};

}  // namespace wcomp::engine::jit
