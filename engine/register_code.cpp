#include "engine/register_code.h"

#include <algorithm>

#include "engine/register_builder.h"

namespace wcomp::engine {

Result<RegisterCode, Trap> make_register_code(const core::Module& module, core::FuncIdx f) {
  RegisterBuilder builder(module);
  if (auto made = builder.build(f); !made) return Err(std::move(made).error());
  return std::move(builder.code());
}

void RegisterBuilder::reset(core::FuncIdx f) {
  func_ = &module_.funcs[f.value - module_.imported_funcs];
  code_.ops.clear(), code_.handlers.clear(), code_.table.clear(), code_.vectors.clear();
  stack_.clear(), local_slots_.clear(), controls_.clear(), fixups_.clear(), handler_regions_.clear(), returns_.clear();
  regions_ = no_region;
  flushed_ = max_height_ = last_label_ = offset_ = dead_depth_ = 0;
  is_dead_ = false;
  max_ops_ = std::min<std::size_t>(8 * func_->body.code.size() + 65'536, 12'000'000);
  const core::FuncType& type = module_.func_type(f);
  code_.params = slot_count(type.params);
  code_.results = slot_count(type.results);
  code_.locals = code_.header = code_.frame = 0;
  code_.cost = 0;
  has_one_result_ = type.results.size() == 1;
  const std::uint64_t locals = count_local_slots(module_, f);
  is_too_large_ = std::max<std::uint64_t>(locals, code_.results) + header_slots > max_frame_slots;
  if (is_too_large_) return;
  code_.locals = static_cast<std::uint32_t>(locals);
  code_.header = std::max(code_.locals, code_.results);
  first_of_local_.assign(code_.locals, no_slot);
  find_wide_locals(type);
}

Result<void, Trap> RegisterBuilder::build(core::FuncIdx f) {
  reset(f);
  if (!is_too_large_) read_body();
  if (is_too_large_) return Err(frame_too_large());
  for (RegOp& op : code_.ops) {
    if (is_jump(op.op)) code_.ops[op.imm].is_target = true;
  }
  for (std::uint32_t target : code_.table) code_.ops[target].is_target = true;
  if (!code_.handlers.empty()) finish_handlers();
  code_.frame = code_.header + header_slots + max_height_;
  return Ok{};
}

void RegisterBuilder::find_wide_locals(const core::FuncType& type) {
  std::uint64_t count = type.params.size();
  for (const core::Locals& l : func_->locals) count += l.count;
  if (count == code_.locals) return;
  local_slots_.reserve(count + 1);
  std::uint32_t next = 0;
  auto add = [&](core::ValType t) {
    local_slots_.push_back(next);
    next += slot_count(t);
  };
  for (core::ValType t : type.params) add(t);
  for (const core::Locals& l : func_->locals) {
    for (std::uint32_t i = 0; i < l.count; ++i) add(l.type);
  }
  local_slots_.push_back(next);
}

void RegisterBuilder::read_body() {
  Control function;
  function.kind = Opcode::block;
  function.results = code_.results;
  controls_.push_back(std::move(function));
  core::ExprReader in(func_->body);
  while (!in.at_end() && !is_too_large_) {
    const core::Instr& instr = in.take();
    offset_ = static_cast<std::uint32_t>(instr.offset - func_->body.offset);
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
