// Stencils put into code, and what is patched when the function is complete.
#include <cstring>
#include <iterator>

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

bool FunctionCompiler::takes(const Stencil& s, u64 constant) const {
  for (const Patch& p : table_.patches_of(s)) {
    if (p.hole != Hole::constant) continue;
    if (p.kind == PatchKind::unsigned32 && constant > 0xffff'ffff) return false;
    if ((p.kind == PatchKind::signed32 || p.kind == PatchKind::signed_move0) && static_cast<std::int64_t>(constant) != static_cast<std::int32_t>(constant)) return false;
  }
  return true;
}

void FunctionCompiler::emit(const Stencil* s, const Holes& h) {
  WCOMP_CHECK(s != nullptr);
  if (table_.target == Target::aarch64_linux) emit_aarch64(*s, h);
  else emit_x86_64(*s, h);
}

FunctionCompiler::u64 FunctionCompiler::value_of(Hole hole, const Holes& h) {
  switch (hole) {
    case Hole::constant: return h.constant;
    case Hole::constant2: return h.constant2;
    case Hole::slot0: return u64{h.slots[0]} * 8;
    case Hole::slot1: return u64{h.slots[1]} * 8;
    case Hole::slot2: return u64{h.slots[2]} * 8;
    case Hole::slot3: return u64{h.slots[3]} * 8;
    default: check_failed("a hole that holds a number", __FILE__, __LINE__);
  }
}

void FunctionCompiler::leave(Hole hole, u32 field, const Holes& h, u32 end) {
  if (hole == Hole::target) return jumps_.push_back({field, h.target});
  if (hole == Hole::limit) return cold_.push_back({field, 0, add_record({.op = static_cast<std::uint16_t>(HelperOp::limit), .imm = h.constant}), end});
  const auto n = static_cast<std::size_t>(hole) - static_cast<std::size_t>(Hole::trap_integer_divide_by_zero);
  WCOMP_CHECK(n < std::size(trap_codes));
  if (trap_records_[n] == no_slot) {
    trap_records_[n] = add_record({.op = static_cast<std::uint16_t>(HelperOp::trap), .imm = static_cast<u64>(trap_codes[n])});
  }
  cold_.push_back({field, offset_, trap_records_[n], no_slot});
}

FunctionCompiler::u32 FunctionCompiler::literal(u8 index) {
  u32& data = literals_[index];
  if (data == no_slot) data = add_data(table_.literals[index].data(), 16, data_alignment);
  return data;
}

FunctionCompiler::u32 FunctionCompiler::put_inline(u32 data) {
  const u32 over = as_.jump();
  as_.align(data_alignment);
  Data& d = data_[data];
  d.placed = as_.here();
  const auto bytes = data_bytes_.begin() + d.at;
  out_.code.insert(out_.code.end(), bytes, bytes + d.size);
  as_.link(over, as_.here());
  return d.placed;
}

FunctionCompiler::u32 FunctionCompiler::add_data(const void* bytes, u32 size, u32 alignment) {
  while (data_bytes_.size() % alignment != 0) data_bytes_.push_back(0);
  data_.push_back({static_cast<u32>(data_bytes_.size()), size});
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
  refer_helper(add_record(r));
}

void FunctionCompiler::finish_code() {
  for (const ColdFixup& c : cold_) {
    as_.link(c.field, as_.here());
    mark_place(c.offset);
    refer_helper(c.record);
    if (c.back != no_slot) as_.link(as_.jump(), c.back);
  }
  for (const JumpFixup& j : jumps_) as_.link(j.field, positions_[j.target]);
  place_handlers();
  as_.align(data_alignment);
  const u32 data_begin = as_.here();
  out_.code.insert(out_.code.end(), data_bytes_.begin(), data_bytes_.end());
  for (const Table& t : tables_) {
    const Data& d = data_[t.data];
    const u32 table = d.placed != no_slot ? d.placed : data_begin + d.at;
    for (u32 i = 0; i < t.count; ++i) {
      const auto distance = static_cast<std::int32_t>(positions_[in_->table[t.first + i]] - table);
      std::memcpy(out_.code.data() + table + 4 * i, &distance, sizeof distance);
    }
  }
  for (const DataFixup& f : data_fixups_) as_.link(f.field, data_begin + data_[f.data].at, f.addend);
  as_.align(data_alignment);
}

bool FunctionCompiler::link_calls() {
  for (const ModuleBuild::CallFixup& c : build_.calls) as_.link(c.field, out_.funcs[c.func - build_.module.imported_funcs].entry);
  return !as_.take_out_of_reach();
}

}  // namespace wcomp::engine::jit
