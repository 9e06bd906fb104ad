#include "engine/jit/assembler.h"

#include <cstring>
#include <initializer_list>

#include "engine/jit/context.h"

namespace wcomp::engine::jit {
namespace {

/// An offset as one byte, which is signed.
consteval std::uint8_t disp8(std::size_t offset) {
  if (offset > 127) throw "the field is too far from the start of its struct";
  return static_cast<std::uint8_t>(offset);
}

class Assembler64 final : public Assembler {
 public:
  using Assembler::Assembler;

  void begin_function() override {}
  void add_frame(std::int32_t bytes) override { put({0x48, 0x81, 0xc7}, bytes); }
  std::uint32_t call() override { return put({0xe8}, 0) - 4; }
  std::uint32_t jump() override { return put({0xe9}, 0) - 4; }
  std::uint32_t tail_call() override { return jump(); }
  void ret() override { put({0xc3}); }
  std::uint32_t call_helper() override {
    const std::uint32_t field = put({0x48, 0x8d, 0x0d}, 0) - 4;  // lea rcx, [rip + ..]
    put({0xff, 0x52, disp8(offsetof(Context, helper))});         // call [rdx + helper]
    return field;
  }
  void save_context(std::uint32_t header) override { put({0x48, 0x89, 0x97}, static_cast<std::int32_t>(header * 8)); }
  void call_foreign() override {
    load_callee();
    put({0x41, 0xff, 0x93}, offsetof(FuncInst, entry));  // call [r11 + entry]
  }
  std::uint32_t check_forward() override {
    put({0x48, 0x8d, 0x04, 0x7c});                                       // lea rax, [rsp + rdi * 2]
    put({0x48, 0x8b, 0x4a, disp8(offsetof(Context, state))});            // mov rcx, [rdx + state]
    put({0x48, 0x3b, 0x41, disp8(offsetof(RunState, forward_limit))});   // cmp rax, [rcx + forward_limit]
    return put({0x0f, 0x82}, 0) - 4;                                     // jb ..
  }
  void call_forward() override {
    put({0x52});                                                 // push rdx
    load_callee();
    put({0x41, 0xff, 0x93}, offsetof(FuncInst, entry));          // call [r11 + entry]
    put({0x5a});                                                 // pop rdx
    load_memory();
  }
  void restore_context(std::uint32_t header) override {
    put({0x48, 0x8b, 0x97}, static_cast<std::int32_t>(header * 8));  // mov rdx, [rdi + header]
    load_memory();
  }
  void jump_foreign() override {
    put({0x49, 0x8b, 0x83}, link_offset);                      // mov rax, [r11 + link]
    put({0x48, 0x39, 0xd0});                                    // cmp rax, rdx
    put({0x74, 0x0f});                                          // je L
    put({0x48, 0x8b, 0x4a, disp8(offsetof(Context, restore))});        // mov rcx, [rdx + restore]
    put({0x48, 0x39, 0x0c, 0x24});                              // cmp [rsp], rcx
    put({0x74, 0x02});                                          // je M
    put({0x52, 0x51});                                          // push rdx; push rcx
    put({0x48, 0x89, 0xc2});                                    // M: mov rdx, rax
    load_memory();                                              // L:
    put({0x41, 0xff, 0xa3}, offsetof(FuncInst, entry));         // jmp [r11 + entry]
  }
  std::uint32_t jump_table(int index, std::uint32_t entries) override {
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
  void zero(std::uint32_t first, std::uint32_t count) override {
    put({0x31, 0xc0});                                                       // xor eax, eax
    put({0x49, 0x89, 0xfa});                                                 // mov r10, rdi
    put({0x48, 0x81, 0xc7}, static_cast<std::int32_t>(first * 8));           // add rdi, first
    put({0xb9}, static_cast<std::int32_t>(count));                           // mov ecx, count
    put({0xf3, 0x48, 0xab});                                                 // rep stosq
    put({0x4c, 0x89, 0xd7});                                                 // mov rdi, r10
  }
  void align(std::uint32_t to) override {
    while (out_.size() % to != 0) out_.push_back(0xcc);
  }
  void link(std::uint32_t field, std::uint32_t target, std::int32_t addend) override {
    const std::int32_t distance = static_cast<std::int32_t>(target - field) + addend;
    std::memcpy(out_.data() + field, &distance, sizeof distance);
  }

 private:
  static constexpr std::int32_t link_offset = offsetof(FuncInst, stub) + offsetof(FuncLink, context);

  void put(std::initializer_list<std::uint8_t> bytes) { out_.insert(out_.end(), bytes); }
  std::uint32_t put(std::initializer_list<std::uint8_t> bytes, std::int32_t number) {
    put(bytes);
    const auto* p = reinterpret_cast<const std::uint8_t*>(&number);
    out_.insert(out_.end(), p, p + sizeof number);
    return here();
  }
  void load_memory() { put({0x48, 0x8b, 0x72, disp8(offsetof(Context, mem0))}); }  // mov rsi, [rdx + mem0]
  void load_callee() {
    put({0x49, 0x8b, 0x93}, link_offset);  // mov rdx, [r11 + link]
    load_memory();
  }
};

}  // namespace

std::unique_ptr<Assembler> make_x86_64_assembler(std::vector<std::uint8_t>& out) { return std::make_unique<Assembler64>(out); }

}  // namespace wcomp::engine::jit
