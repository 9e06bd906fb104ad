#include "component/shared_libraries/rewrite.h"

#include <algorithm>

#include "core/type_bytes.h"

namespace wcomp::component::shared {

using core::BlockType;
using core::Catch;
using core::Immediate;
using core::Instr;
using core::Opcode;

namespace {

/// A reference to a type of the module.
bool is_named(const BlockType& t) { return t.kind == BlockType::Kind::type || (t.kind == BlockType::Kind::value && core::is_concrete_ref(t.value)); }

constexpr std::uint8_t no_result_byte = 0x40;
constexpr std::uint32_t has_mem_index = 0x40;

}  // namespace

core::Expr Rewriter::rewrite(const core::Expr& expr) {
  Output out{.code = expr.code, .kept = 0, .begin = 0, .bytes = {}};
  core::ExprReader in(expr);
  while (!in.at_end()) {
    out.begin = in.consumed();
    if (write(out, in.take())) out.kept = in.consumed();
  }
  if (out.kept == 0) return expr;
  out.bytes.bytes(expr.code.subspan(out.kept));
  code_.push_back(out.bytes.take());
  return {code_.back(), 0};
}

bool Rewriter::write(Output& target, const Instr& i) const {
  ByteWriter& out = target.bytes;
  const auto one = [&](std::uint32_t to) {
    if (to == i.index) return false;
    target.opcode(i.opcode);
    out.leb_u32(to);
    return true;
  };
  const auto two = [&](std::uint32_t first, std::uint32_t second) {
    if (first == i.index && second == i.index2) return false;
    target.opcode(i.opcode);
    out.leb_u32(first);
    out.leb_u32(second);
    return true;
  };
  switch (i.row->immediate) {
    case Immediate::func:
    case Immediate::func_ref: return one(maps_.funcs[i.index]);
    case Immediate::type: return one(maps_.types[i.index]);
    case Immediate::type_table: return two(maps_.types[i.index], maps_.tables[i.index2]);
    case Immediate::tag: return one(maps_.tags[i.index]);
    case Immediate::table: return one(maps_.tables[i.index]);
    case Immediate::table_table: return two(maps_.tables[i.index], maps_.tables[i.index2]);
    case Immediate::elem: return one(maps_.first_elem + i.index);
    case Immediate::elem_table: return two(maps_.first_elem + i.index, maps_.tables[i.index2]);
    case Immediate::mem: return one(maps_.mems[i.index]);
    case Immediate::mem_mem: return two(maps_.mems[i.index], maps_.mems[i.index2]);
    case Immediate::data: return one(maps_.first_data + i.index);
    case Immediate::data_mem: return two(maps_.first_data + i.index, maps_.mems[i.index2]);
    case Immediate::global: {
      const GlobalTarget& to = maps_.globals[i.index];
      if (!to.is_const) return one(to.value);
      target.opcode(Opcode::i32_const);
      out.leb_s32(static_cast<std::int32_t>(to.value));
      return true;
    }
    case Immediate::heap_type:
      if (!core::is_concrete(i.heap_type)) return false;
      target.opcode(i.opcode);
      core::write_heap_type(out, maps_.heap_type(i.heap_type));
      return true;
    case Immediate::block_type:
      if (!is_named(i.block_type)) return false;
      target.opcode(i.opcode);
      block_type(out, i.block_type);
      return true;
    case Immediate::try_table:
      target.opcode(i.opcode);
      block_type(out, i.block_type);
      out.leb_u32(static_cast<std::uint32_t>(i.catches.size()));
      for (const Catch& c : i.catches) {
        out.u8(static_cast<std::uint8_t>(c.kind));
        if (c.has_tag()) out.leb_u32(maps_.tags[c.tag.value]);
        out.leb_u32(c.label);
      }
      return true;
    case Immediate::select_types:
      if (std::ranges::none_of(i.types, core::is_concrete_ref)) return false;
      target.opcode(i.opcode);
      out.leb_u32(static_cast<std::uint32_t>(i.types.size()));
      for (const core::ValType t : i.types) core::write_val_type(out, maps_.type(t));
      return true;
    case Immediate::mem_arg:
    case Immediate::mem_arg_lane:
      if (maps_.mems[i.mem_arg.mem.value] == i.mem_arg.mem.value) return false;
      target.opcode(i.opcode);
      mem_arg(out, i.mem_arg);
      if (i.row->immediate == Immediate::mem_arg_lane) out.u8(i.lane);
      return true;
    case Immediate::none:
    case Immediate::label:
    case Immediate::label_table:
    case Immediate::local:
    case Immediate::lane:
    case Immediate::lanes16:
    case Immediate::i32_const:
    case Immediate::i64_const:
    case Immediate::f32_const:
    case Immediate::f64_const:
    case Immediate::v128_const: return false;
  }
  return false;
}

void Rewriter::block_type(ByteWriter& out, const BlockType& t) const {
  switch (t.kind) {
    case BlockType::Kind::empty: return out.u8(no_result_byte);
    case BlockType::Kind::value: return core::write_val_type(out, maps_.type(t.value));
    case BlockType::Kind::type: return out.leb_s64(maps_.types[t.type.value]);
  }
}

void Rewriter::mem_arg(ByteWriter& out, const core::MemArg& m) const {
  const std::uint32_t mem = maps_.mems[m.mem.value];
  out.leb_u32(m.align_log2 | (mem != 0 ? has_mem_index : 0));
  if (mem != 0) out.leb_u32(mem);
  out.leb_u64(m.offset);
}

}  // namespace wcomp::component::shared
