// Stencils put into code, and what is patched when the function is complete.
#include <cstring>

#include "engine/jit/function_compiler.h"

namespace wcomp::engine::jit {
namespace {

constexpr TrapCode trap_codes[] = {
    TrapCode::integer_divide_by_zero, TrapCode::integer_overflow, TrapCode::invalid_conversion_to_integer, TrapCode::out_of_bounds_memory_access,
    TrapCode::undefined_element, TrapCode::uninitialized_element, TrapCode::indirect_call_type_mismatch, TrapCode::null_function_reference,
    TrapCode::interrupted, TrapCode::out_of_fuel,
};
constexpr std::uint32_t data_alignment = 16;

}  // namespace

FunctionCompiler::Holes FunctionCompiler::regs(int d, int a, int b, int c) {
  Holes h;
  auto set = [&](int hole, int r) {
    if (r != -1) h.reg[hole] = code_of(r);
  };
  set(0, d), set(1, a), set(2, b), set(3, c);
  return h;
}

bool FunctionCompiler::takes(const Stencil& s, u64 constant) {
  for (const Patch& p : patches_of(s)) {
    if (p.hole != Hole::constant) continue;
    if (p.kind == PatchKind::unsigned32 && constant > 0xffff'ffff) return false;
    if (p.kind == PatchKind::signed32 && static_cast<std::int64_t>(constant) != static_cast<std::int32_t>(constant)) return false;
  }
  return true;
}

void FunctionCompiler::emit(const Stencil* s, const Holes& h) {
  WCOMP_CHECK(s != nullptr);
  const u32 begin = as_.here();
  const auto bytes = bytes_of(*s);
  out_.code.insert(out_.code.end(), bytes.begin(), bytes.end());
  u8* code = out_.code.data() + begin;
  for (const Field f : fields_of(*s)) code[f.at] = static_cast<u8>(code[f.at] | h.reg[f.hole] << f.shift);
  const u32 end = as_.here();
  for (const Patch& p : patches_of(*s)) {
    const u32 at = begin + p.at;
    u64 value = 0;
    switch (p.hole) {
      case Hole::next: value = end - at; break;
      case Hole::target: jumps_.push_back({at, h.target}); continue;
      case Hole::limit: cold_.push_back({at, 0, add_record({.op = static_cast<std::uint16_t>(HelperOp::limit), .imm = h.constant}), end}); continue;
      case Hole::constant: value = h.constant; break;
      case Hole::constant2: value = h.constant2; break;
      case Hole::slot0: value = u64{h.slots[0]} * 8; break;
      case Hole::slot1: value = u64{h.slots[1]} * 8; break;
      case Hole::slot2: value = u64{h.slots[2]} * 8; break;
      case Hole::slot3: value = u64{h.slots[3]} * 8; break;
      case Hole::vector0: data_fixups_.push_back({at, h.vectors[0], p.addend}); continue;
      case Hole::vector1: data_fixups_.push_back({at, h.vectors[1], p.addend}); continue;
      case Hole::literal: value = u64{p.literal} * 16 - at; break;
      default: {
        const auto n = static_cast<std::size_t>(p.hole) - static_cast<std::size_t>(Hole::trap_integer_divide_by_zero);
        if (trap_records_[n] == no_slot) {
          trap_records_[n] = add_record({.op = static_cast<std::uint16_t>(HelperOp::trap), .imm = static_cast<u64>(trap_codes[n])});
        }
        cold_.push_back({at, offset_, trap_records_[n], no_slot});
        continue;
      }
    }
    value += static_cast<u64>(std::int64_t{p.addend});
    std::memcpy(out_.code.data() + at, &value, p.kind == PatchKind::abs64 ? 8 : 4);
  }
}

FunctionCompiler::u32 FunctionCompiler::add_data(const void* bytes, u32 size, u32 alignment) {
  while (data_bytes_.size() % alignment != 0) data_bytes_.push_back(0);
  data_.push_back({static_cast<u32>(data_bytes_.size())});
  const auto* p = static_cast<const u8*>(bytes);
  data_bytes_.insert(data_bytes_.end(), p, p + size);
  return static_cast<u32>(data_.size() - 1);
}

FunctionCompiler::u32 FunctionCompiler::add_record(const Record& r) { return add_data(&r, sizeof r, data_alignment); }

void FunctionCompiler::mark_place(u32 offset) {
  const u32 begin = as_.here() - func_begin_;
  if (!places_.empty() && !places_.back().is_call && places_.back().offset == offset) return;
  places_.push_back({.begin = begin, .offset = offset});
}

void FunctionCompiler::call_helper(const Record& r) {
  data_fixups_.push_back({as_.call_helper(), add_record(r), -4});
}

void FunctionCompiler::finish_code() {
  for (const ColdFixup& c : cold_) {
    as_.link(c.field, as_.here());
    mark_place(c.offset);
    data_fixups_.push_back({as_.call_helper(), c.record, -4});
    if (c.back != no_slot) as_.link(as_.jump(), c.back);
  }
  for (const JumpFixup& j : jumps_) as_.link(j.field, positions_[j.target]);
  place_handlers();
  as_.align(data_alignment);
  const u32 data_begin = as_.here();
  for (const Table& t : tables_) {
    const u32 table = data_begin + data_[t.data].at;
    for (u32 i = 0; i < t.count; ++i) {
      const auto distance = static_cast<std::int32_t>(positions_[in_->table[t.first + i]] - table);
      std::memcpy(data_bytes_.data() + data_[t.data].at + 4 * i, &distance, sizeof distance);
    }
  }
  out_.code.insert(out_.code.end(), data_bytes_.begin(), data_bytes_.end());
  for (const DataFixup& f : data_fixups_) {
    as_.set32(f.field, static_cast<std::int32_t>(data_begin + data_[f.data].at - f.field) + f.addend);
  }
  as_.align(data_alignment);
}

}  // namespace wcomp::engine::jit
