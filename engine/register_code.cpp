#include "engine/register_code.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/register_builder.h"

namespace wcomp::engine {

std::uint32_t slot_count(std::span<const core::ValType> types) {
  std::uint32_t n = 0;
  for (core::ValType t : types) n += slot_count(t);
  return n;
}

std::uint64_t count_local_slots(const core::Module& module, core::FuncIdx f) {
  std::uint64_t n = slot_count(module.func_type(f).params);
  for (const core::Locals& l : module.funcs[f.value - module.imported_funcs].locals) n += std::uint64_t{l.count} * slot_count(l.type);
  return n;
}

Result<RegisterCode, Trap> make_register_code(const core::Module& module, core::FuncIdx f) { return RegisterBuilder(module, f).build(); }

RegisterBuilder::RegisterBuilder(const core::Module& module, core::FuncIdx f) : module_(module), func_(module.funcs[f.value - module.imported_funcs]) {
  const core::FuncType& type = module.func_type(f);
  code_.params = slot_count(type.params);
  code_.results = slot_count(type.results);
  has_one_result_ = type.results.size() == 1;
  std::uint64_t locals = count_local_slots(module, f);
  is_too_large_ = std::max<std::uint64_t>(locals, code_.results) + header_slots > max_frame_slots;
  if (is_too_large_) return;
  code_.locals = static_cast<std::uint32_t>(locals);
  code_.header = std::max(code_.locals, code_.results);
  first_of_local_.assign(code_.locals, no_slot);
  find_wide_locals(type);
}

Result<RegisterCode, Trap> RegisterBuilder::build() {
  if (!is_too_large_) read_body();
  if (is_too_large_) {
    return Err(Trap(TrapCode::limit_exceeded, fmt::format("a function needs more than {} values in its frame, or moves too many", max_frame_slots)));
  }
  for (RegOp& op : code_.ops) {
    if (is_jump(op.op)) code_.ops[op.imm].is_target = true;
  }
  for (std::uint32_t target : code_.table) code_.ops[target].is_target = true;
  finish_handlers();
  code_.frame = code_.header + header_slots + max_height_;
  return std::move(code_);
}

void RegisterBuilder::find_wide_locals(const core::FuncType& type) {
  std::uint64_t count = type.params.size();
  for (const core::Locals& l : func_.locals) count += l.count;
  if (count == code_.locals) return;
  local_slots_.reserve(count + 1);
  std::uint32_t next = 0;
  auto add = [&](core::ValType t) {
    local_slots_.push_back(next);
    next += slot_count(t);
  };
  for (core::ValType t : type.params) add(t);
  for (const core::Locals& l : func_.locals) {
    for (std::uint32_t i = 0; i < l.count; ++i) add(l.type);
  }
  local_slots_.push_back(next);
}

void RegisterBuilder::read_body() {
  Control function;
  function.kind = Opcode::block;
  function.results = code_.results;
  controls_.push_back(std::move(function));
  core::ExprReader in(func_.body);
  while (!in.at_end() && !is_too_large_) {
    const core::Instr& instr = in.take();
    offset_ = static_cast<std::uint32_t>(instr.offset - func_.body.offset);
    if (is_dead_ && skip_dead(instr.opcode)) continue;
    if (!controls_.empty()) ++controls_.back().cost;
    instruction(instr);
  }
  // Where branches to the function's own label end up; nothing falls through to it.
  if (!is_too_large_) {
    emit_catch_returns();
    emit(Opcode::unreachable);
  }
}

bool RegisterBuilder::skip_dead(Opcode op) {
  switch (op) {
    case Opcode::block:
    case Opcode::loop:
    case Opcode::if_:
    case Opcode::try_table:
    case Opcode::try_: ++dead_depth_; return true;
    case Opcode::end:
    case Opcode::delegate: return dead_depth_ != 0 && dead_depth_-- != 0;
    case Opcode::else_:
    case Opcode::catch_:
    case Opcode::catch_all: return dead_depth_ != 0;
    default: return true;
  }
}

}  // namespace wcomp::engine
