#include "core/builder.h"

#include <algorithm>
#include <array>
#include <bit>

#include <fmt/format.h>

#include "base/check.h"
#include "core/name_section.h"
#include "core/type_bytes.h"

namespace wcomp::core {
namespace {

Immediate immediate_of(Opcode o) {
  const OpcodeRow* row = find_opcode(static_cast<std::uint16_t>(o));
  WCOMP_CHECK(row != nullptr);
  return row->immediate;
}

void write_const(ByteWriter& out, ValType type, std::uint64_t bits) {
  switch (type) {
    case ValType::i32:
      write_opcode(out, Opcode::i32_const);
      out.leb_s32(static_cast<std::int32_t>(static_cast<std::uint32_t>(bits)));
      break;
    case ValType::i64:
      write_opcode(out, Opcode::i64_const);
      out.leb_s64(static_cast<std::int64_t>(bits));
      break;
    case ValType::f32:
      write_opcode(out, Opcode::f32_const);
      out.fixed_u32(static_cast<std::uint32_t>(bits));
      break;
    case ValType::f64:
      write_opcode(out, Opcode::f64_const);
      out.fixed_u64(bits);
      break;
    default:  // null, for a vector zero
      WCOMP_CHECK(bits == 0 && is_defaultable(type));
      if (type == ValType::v128) {
        write_opcode(out, Opcode::v128_const);
        out.bytes(std::array<std::uint8_t, 16>{});
      } else {
        write_opcode(out, Opcode::ref_null);
        write_heap_type(out, heap_type_of(type));
      }
      break;
  }
}

void write_const_expr(ByteWriter& out, ValType type, std::uint64_t bits) {
  write_const(out, type, bits);
  write_opcode(out, Opcode::end);
}

/// An expression that `owner` keeps alive.
Expr keep(std::vector<Bytes>& owner, ByteWriter out) {
  owner.push_back(out.take());
  return {owner.back(), 0};
}

}  // namespace

CodeBuilder& CodeBuilder::op(Opcode o) {
  WCOMP_CHECK(immediate_of(o) == Immediate::none);
  write_opcode(code_, o);
  return *this;
}

CodeBuilder& CodeBuilder::op(Opcode o, std::uint32_t immediate) {
  switch (immediate_of(o)) {
    case Immediate::label:
    case Immediate::func:
    case Immediate::func_ref:
    case Immediate::type:
    case Immediate::tag:
    case Immediate::local:
    case Immediate::global:
    case Immediate::table:
    case Immediate::mem:
    case Immediate::data:
    case Immediate::elem:
      write_opcode(code_, o);
      code_.leb_u32(immediate);
      break;
    case Immediate::i32_const:
      i32_const(static_cast<std::int32_t>(immediate));
      break;
    case Immediate::heap_type:
      write_opcode(code_, o);
      write_heap_type(code_, static_cast<HeapType>(immediate));
      break;
    default: {
      constexpr bool has_one_index = false;
      WCOMP_CHECK(has_one_index);
    }
  }
  return *this;
}

CodeBuilder& CodeBuilder::i32_const(std::int32_t v) {
  write_const(code_, ValType::i32, static_cast<std::uint32_t>(v));
  return *this;
}
CodeBuilder& CodeBuilder::i64_const(std::int64_t v) {
  write_const(code_, ValType::i64, static_cast<std::uint64_t>(v));
  return *this;
}
CodeBuilder& CodeBuilder::f32_const(float v) {
  write_const(code_, ValType::f32, std::bit_cast<std::uint32_t>(v));
  return *this;
}
CodeBuilder& CodeBuilder::f64_const(double v) {
  write_const(code_, ValType::f64, std::bit_cast<std::uint64_t>(v));
  return *this;
}

CodeBuilder& CodeBuilder::call_indirect(TypeIdx type, TableIdx table) {
  write_opcode(code_, Opcode::call_indirect);
  code_.leb_u32(type.value);
  code_.leb_u32(table.value);
  return *this;
}

CodeBuilder& CodeBuilder::mem(Opcode o, std::uint32_t align_log2, std::uint64_t offset, MemIdx m) {
  WCOMP_CHECK(immediate_of(o) == Immediate::mem_arg && align_log2 < 0x40);
  write_opcode(code_, o);
  if (m.value == 0) {
    code_.leb_u32(align_log2);
  } else {
    code_.leb_u32(align_log2 | 0x40u);
    code_.leb_u32(m.value);
  }
  code_.leb_u64(offset);
  return *this;
}

CodeBuilder& CodeBuilder::memory_copy(MemIdx dst, MemIdx src) {
  write_opcode(code_, Opcode::memory_copy);
  code_.leb_u32(dst.value);
  code_.leb_u32(src.value);
  return *this;
}

CodeBuilder& CodeBuilder::memory_fill(MemIdx m) {
  return op(Opcode::memory_fill, m.value);
}

namespace {
void write_block(ByteWriter& out, Opcode o, std::optional<ValType> result) {
  write_opcode(out, o);
  out.u8(result ? static_cast<std::uint8_t>(*result) : 0x40);
}
}  // namespace

CodeBuilder& CodeBuilder::block(std::optional<ValType> result) {
  write_block(code_, Opcode::block, result);
  return *this;
}
CodeBuilder& CodeBuilder::loop(std::optional<ValType> result) {
  write_block(code_, Opcode::loop, result);
  return *this;
}
CodeBuilder& CodeBuilder::if_(std::optional<ValType> result) {
  write_block(code_, Opcode::if_, result);
  return *this;
}
CodeBuilder& CodeBuilder::block_typed(Opcode block_loop_or_if, TypeIdx type) {
  WCOMP_CHECK(immediate_of(block_loop_or_if) == Immediate::block_type);
  write_opcode(code_, block_loop_or_if);
  code_.leb_s64(type.value);
  return *this;
}

CodeBuilder& CodeBuilder::br_table(const std::vector<std::uint32_t>& depths, std::uint32_t default_depth) {
  write_opcode(code_, Opcode::br_table);
  code_.leb_u32(static_cast<std::uint32_t>(depths.size()));
  for (const std::uint32_t d : depths) code_.leb_u32(d);
  code_.leb_u32(default_depth);
  return *this;
}

Bytes CodeBuilder::take() {
  end();
  return code_.take();
}

LocalIdx CodeBuilder::local(ValType t) {
  locals_.push_back(t);
  return LocalIdx(params_ + locals_.size() - 1);
}

TypeIdx ModuleBuilder::type(const FuncType& t) {
  const auto at = std::ranges::find(types_, t);
  if (at != types_.end()) return TypeIdx(static_cast<std::size_t>(at - types_.begin()));
  types_.push_back(t);
  return TypeIdx(types_.size() - 1);
}

FuncIdx ModuleBuilder::import_func(std::string module, std::string name, const FuncType& t) {
  WCOMP_CHECK(funcs_.empty());
  imports_.push_back({std::move(module), std::move(name), type(t)});
  return FuncIdx(imported_funcs_++);
}
TableIdx ModuleBuilder::import_table(std::string module, std::string name, TableType t) {
  WCOMP_CHECK(tables_.empty());
  imports_.push_back({std::move(module), std::move(name), t});
  return TableIdx(imported_tables_++);
}
MemIdx ModuleBuilder::import_mem(std::string module, std::string name, MemType t) {
  WCOMP_CHECK(mems_.empty());
  imports_.push_back({std::move(module), std::move(name), t});
  return MemIdx(imported_mems_++);
}
GlobalIdx ModuleBuilder::import_global(std::string module, std::string name, GlobalType t) {
  WCOMP_CHECK(globals_.empty());
  imports_.push_back({std::move(module), std::move(name), t});
  return GlobalIdx(imported_globals_++);
}

FuncIdx ModuleBuilder::func(const FuncType& t) {
  funcs_.push_back({type(t), CodeBuilder(static_cast<std::uint32_t>(t.params.size()))});
  return FuncIdx(imported_funcs_ + funcs_.size() - 1);
}
CodeBuilder& ModuleBuilder::code(FuncIdx f) {
  WCOMP_CHECK(f.value >= imported_funcs_ && f.value - imported_funcs_ < funcs_.size());
  return funcs_[f.value - imported_funcs_].code;
}

TableIdx ModuleBuilder::table(TableType t) {
  tables_.push_back(t);
  return TableIdx(imported_tables_ + tables_.size() - 1);
}
MemIdx ModuleBuilder::mem(MemType t) {
  mems_.push_back(t);
  return MemIdx(imported_mems_ + mems_.size() - 1);
}
GlobalIdx ModuleBuilder::global(GlobalType t, std::uint64_t bits) {
  globals_.emplace_back(t, bits);
  return GlobalIdx(imported_globals_ + globals_.size() - 1);
}

void ModuleBuilder::export_func(std::string name, FuncIdx f) {
  exports_.push_back({std::move(name), ExternKind::func, f.value});
}
void ModuleBuilder::export_table(std::string name, TableIdx t) {
  exports_.push_back({std::move(name), ExternKind::table, t.value});
}
void ModuleBuilder::export_mem(std::string name, MemIdx m) {
  exports_.push_back({std::move(name), ExternKind::mem, m.value});
}
void ModuleBuilder::export_global(std::string name, GlobalIdx g) {
  exports_.push_back({std::move(name), ExternKind::global, g.value});
}

void ModuleBuilder::elem(TableIdx t, std::uint32_t offset, std::vector<FuncIdx> funcs) {
  elems_.push_back({t, offset, std::move(funcs)});
}
void ModuleBuilder::data(MemIdx m, std::uint32_t offset, Bytes bytes) {
  datas_.push_back({m, offset, std::move(bytes)});
}
void ModuleBuilder::start(FuncIdx f) {
  start_ = f;
}
void ModuleBuilder::name(FuncIdx f, std::string name) {
  names_.emplace_back(f.value, std::move(name));
}
void ModuleBuilder::custom(std::string name, Bytes bytes) {
  customs_.emplace_back(std::move(name), std::move(bytes));
}

Bytes ModuleBuilder::build() const {
  Module m;
  std::vector<Bytes> owned;  // what the module's views point into; inner buffers stay where they are
  m.types = types_;
  m.imports = imports_;
  m.mems = mems_;
  m.exports = exports_;
  m.start = start_;
  for (const TableType& t : tables_) m.tables.push_back({.type = t, .init = {}});
  for (const auto& [type, bits] : globals_) {
    ByteWriter init;
    write_const_expr(init, type.type, bits);
    m.globals.push_back({type, keep(owned, std::move(init))});
  }
  const auto offset_expr = [&](std::uint32_t offset) {
    ByteWriter out;
    write_const_expr(out, ValType::i32, offset);
    return keep(owned, std::move(out));
  };
  for (const ElemSegment& e : elems_) {
    m.elems.push_back({.mode = SegmentMode::active, .table = e.table, .offset = offset_expr(e.offset), .items = e.funcs});
  }
  for (const DataSegment& d : datas_) {
    m.datas.push_back({.mode = SegmentMode::active, .mem = d.mem, .offset = offset_expr(d.offset), .bytes = d.bytes});
  }
  for (const Definition& d : funcs_) {
    Func f{.type = d.type, .locals = {}, .body = {}};
    for (const ValType t : d.code.locals_) {
      if (f.locals.empty() || f.locals.back().type != t) f.locals.push_back({0, t});
      ++f.locals.back().count;
    }
    ByteWriter body = d.code.code_;
    write_opcode(body, Opcode::end);
    f.body = keep(owned, std::move(body));
    m.funcs.push_back(std::move(f));
  }
  constexpr std::uint8_t data_section = 11;
  for (const auto& [name, bytes] : customs_) m.customs.push_back({name, bytes, data_section});
  if (!names_.empty()) {
    Names names;
    names.funcs = names_;
    std::ranges::sort(names.funcs);
    owned.push_back(encode_name_section(names));
    m.customs.push_back({"name", owned.back(), data_section});
  }
  return encode(m);
}

ValidModule ModuleBuilder::build_valid() const {
  Result<Module> module = decode(build());
  if (!module) check_failed(module.error().to_string().c_str(), __FILE__, __LINE__);
  Result<ValidModule> valid = validate(std::move(*module));
  if (!valid) check_failed(valid.error().to_string().c_str(), __FILE__, __LINE__);
  return std::move(*valid);
}

}  // namespace wcomp::core
