#include "core/text/code_parser.h"

#include <bit>
#include <unordered_map>

#include <fmt/format.h>

#include "base/text.h"
#include "core/text/numbers.h"
#include "core/type_bytes.h"

namespace wcomp::core::text {
namespace {

/// Parentheses inside each other in one function, at most: each costs a frame of ours.
constexpr std::size_t max_depth = 1000;

const OpcodeRow* find_row(std::string_view text) {
  static const std::unordered_map<std::string_view, const OpcodeRow*> rows = [] {
    std::unordered_map<std::string_view, const OpcodeRow*> map;
    for (const OpcodeRow& row : opcode_rows()) map.emplace(row.text, &row);  // `select` is there twice, the first counts
    return map;
  }();
  const auto at = rows.find(text);
  return at == rows.end() ? nullptr : at->second;
}

}  // namespace

Result<Expr> CodeParser::body() {
  ByteWriter out;
  WCOMP_TRY(sequence(out));
  write_opcode(out, Opcode::end);
  return c_.keep(std::move(out));
}

Result<Expr> CodeParser::folded_expr() {
  ByteWriter out;
  if (!in_.at(TokenKind::open)) return in_.unexpected("a constant expression");
  WCOMP_TRY(folded(out));
  write_opcode(out, Opcode::end);
  return c_.keep(std::move(out));
}

Result<void> CodeParser::sequence(ByteWriter& out) {
  const std::size_t labels = labels_.size();
  while (!in_.at(TokenKind::close)) {
    if (in_.at(TokenKind::open)) {
      WCOMP_TRY(folded(out));
    } else {
      WCOMP_TRY(flat(out));
    }
  }
  if (labels_.size() != labels) return in_.unexpected("`end`");
  return {};
}

Result<const OpcodeRow*> CodeParser::row() {
  if (!in_.at(TokenKind::atom)) return in_.unexpected("an instruction");
  const OpcodeRow* row = find_row(in_.text());
  if (row == nullptr) return in_.fail_here(fmt::format("unknown operator `{}`", escape(in_.text())));
  in_.advance();
  return row;
}

void CodeParser::push_label(std::optional<std::string> name, LabelKind kind) {
  if (name) label_names_.emplace_back(label_count_, *name);
  ++label_count_;
  labels_.push_back({std::move(name), kind});
}

/// The identifier after `else` or `end`, if there is one, repeats the block's.
Result<void> CodeParser::check_label(const std::optional<std::string>& opened) {
  const std::size_t start = in_.position();
  const std::optional<std::string> name = in_.take_id();
  if (!name || name == opened) return {};
  return fail(diag::syntax, fmt::format("mismatching label `${}`", *name), in_.where(start));
}

Result<void> CodeParser::flat(ByteWriter& out) {
  const std::size_t start = in_.position();
  WCOMP_TRY(const OpcodeRow* r, row());
  switch (r->opcode) {
    case Opcode::block:
    case Opcode::loop:
    case Opcode::if_: {
      std::optional<std::string> name = in_.take_id();
      write_opcode(out, r->opcode);
      WCOMP_TRY(block_type(out));
      push_label(std::move(name), r->opcode == Opcode::if_ ? LabelKind::flat_if : LabelKind::flat_block);
      return {};
    }
    case Opcode::else_:
      if (labels_.empty() || labels_.back().kind != LabelKind::flat_if)
        return fail(diag::syntax, "unexpected token: `else` without `if`", in_.where(start));
      labels_.back().kind = LabelKind::flat_else;
      write_opcode(out, Opcode::else_);
      return check_label(labels_.back().name);
    case Opcode::end: {
      if (labels_.empty() || labels_.back().kind == LabelKind::folded)
        return fail(diag::syntax, "unexpected token: `end` without a block", in_.where(start));
      const Label closed = std::move(labels_.back());
      labels_.pop_back();
      write_opcode(out, Opcode::end);
      return check_label(closed.name);
    }
    default:
      return plain(out, *r);
  }
}

Result<void> CodeParser::folded(ByteWriter& out) {
  if (++depth_ > max_depth) return fail(diag::limit_exceeded, fmt::format("instructions nested deeper than {}", max_depth), in_.where());
  in_.advance();  // `(`
  const std::size_t start = in_.position();
  WCOMP_TRY(const OpcodeRow* r, row());
  switch (r->opcode) {
    case Opcode::block:
    case Opcode::loop:
      WCOMP_TRY(folded_block(out, r->opcode));
      break;
    case Opcode::if_:
      WCOMP_TRY(folded_if(out));
      break;
    case Opcode::else_:
    case Opcode::end:
      return fail(diag::syntax, fmt::format("unexpected token `{}`", r->text), in_.where(start));
    default: {
      ByteWriter instr;
      WCOMP_TRY(plain(instr, *r));
      while (in_.at(TokenKind::open)) WCOMP_TRY(folded(out));
      out.bytes(instr.view());
    }
  }
  --depth_;
  return in_.expect_close();
}

Result<void> CodeParser::folded_block(ByteWriter& out, Opcode opcode) {
  std::optional<std::string> name = in_.take_id();
  write_opcode(out, opcode);
  WCOMP_TRY(block_type(out));
  push_label(std::move(name), LabelKind::folded);
  WCOMP_TRY(sequence(out));
  labels_.pop_back();
  write_opcode(out, Opcode::end);
  return {};
}

Result<void> CodeParser::folded_if(ByteWriter& out) {
  std::optional<std::string> name = in_.take_id();
  ByteWriter head;
  write_opcode(head, Opcode::if_);
  WCOMP_TRY(block_type(head));
  while (in_.at(TokenKind::open) && !in_.at_open("then")) WCOMP_TRY(folded(out));  // the condition, outside of the label
  out.bytes(head.view());
  push_label(std::move(name), LabelKind::folded);
  WCOMP_TRY(in_.expect_open("then"));
  WCOMP_TRY(sequence(out));
  WCOMP_TRY(in_.expect_close());
  if (in_.take_open("else")) {
    write_opcode(out, Opcode::else_);
    WCOMP_TRY(sequence(out));
    WCOMP_TRY(in_.expect_close());
  }
  labels_.pop_back();
  write_opcode(out, Opcode::end);
  return {};
}

Result<void> CodeParser::block_type(ByteWriter& out) {
  WCOMP_TRY(const TypeUse use, type_use(c_, in_, nullptr));
  if (!use.index && use.type.params.empty() && use.type.results.size() <= 1) {
    out.u8(use.type.results.empty() ? 0x40 : static_cast<std::uint8_t>(use.type.results[0]));
    return {};
  }
  WCOMP_TRY(const TypeIdx index, c_.resolve(use, in_));
  out.leb_s64(index.value);
  return {};
}

Result<std::uint32_t> CodeParser::label() {
  const std::size_t start = in_.position();
  if (const std::optional<std::string> name = in_.take_id()) {
    for (std::size_t i = labels_.size(); i-- > 0;) {
      if (labels_[i].name == name) return static_cast<std::uint32_t>(labels_.size() - 1 - i);
    }
    return fail(diag::unknown_item, fmt::format("unknown label `${}`", *name), in_.where(start));
  }
  WCOMP_TRY(const std::uint64_t n, in_.nat(0xffff'ffff));
  return static_cast<std::uint32_t>(n);
}

Result<void> CodeParser::plain(ByteWriter& out, const OpcodeRow& row) {
  if (row.opcode == Opcode::select) return select(out);
  write_opcode(out, row.opcode);
  const auto one = [&](const IdSpace& space) -> Result<void> {
    WCOMP_TRY(const std::uint32_t index, space.index(in_));
    out.leb_u32(index);
    return {};
  };
  const auto one_or_0 = [&](const IdSpace& space) -> Result<void> {
    if (IdSpace::at_index(in_)) return one(space);
    out.leb_u32(0);
    return {};
  };
  switch (row.immediate) {
    case Immediate::none:
      return {};
    case Immediate::label: {
      WCOMP_TRY(const std::uint32_t l, label());
      out.leb_u32(l);
      return {};
    }
    case Immediate::label_table: {
      std::vector<std::uint32_t> all;
      do {
        WCOMP_TRY(const std::uint32_t l, label());
        all.push_back(l);
      } while (IdSpace::at_index(in_));
      out.leb_u32(static_cast<std::uint32_t>(all.size() - 1));
      for (const std::uint32_t l : all) out.leb_u32(l);
      return {};
    }
    case Immediate::func:
    case Immediate::func_ref:
      return one(c_.funcs);
    case Immediate::local:
      return one(locals_);
    case Immediate::global:
      return one(c_.globals);
    case Immediate::elem:
      return one(c_.elems);
    case Immediate::data:
      c_.needs_data_count = true;
      return one(c_.datas);
    case Immediate::table:
      return one_or_0(c_.tables);
    case Immediate::mem:
      return one_or_0(c_.mems);
    case Immediate::type_table: {
      std::uint32_t table = 0;
      if (IdSpace::at_index(in_)) {
        WCOMP_TRY(table, c_.tables.index(in_));
      }
      WCOMP_TRY(const TypeUse use, type_use(c_, in_, nullptr));
      WCOMP_TRY(const TypeIdx type, c_.resolve(use, in_));
      out.leb_u32(type.value);
      out.leb_u32(table);
      return {};
    }
    case Immediate::table_table:
      return two_indices(out, c_.tables, c_.tables);
    case Immediate::mem_mem:
      return two_indices(out, c_.mems, c_.mems);
    case Immediate::data_mem:
      c_.needs_data_count = true;
      return segment_and_place(out, c_.datas, c_.mems);
    case Immediate::elem_table:
      return segment_and_place(out, c_.elems, c_.tables);
    case Immediate::heap_type: {
      WCOMP_TRY(const ValType type, heap_type(in_));
      write_heap_type(out, heap_type_of(type));
      return {};
    }
    case Immediate::mem_arg:
      return mem_arg(out, row);
    case Immediate::i32_const:
    case Immediate::i64_const:
    case Immediate::f32_const:
    case Immediate::f64_const:
      return constant(out, row.immediate);
    default:
      break;
  }
  return in_.unexpected("another instruction");
}

Result<void> CodeParser::select(ByteWriter& out) {
  if (!in_.at_open("result")) {
    write_opcode(out, Opcode::select);
    return {};
  }
  WCOMP_TRY(const FuncType type, signature(in_, nullptr));
  write_opcode(out, Opcode::select_t);
  out.leb_u32(static_cast<std::uint32_t>(type.results.size()));
  for (const ValType t : type.results) out.u8(static_cast<std::uint8_t>(t));
  return {};
}

/// Both or none; none means 0 and 0.
Result<void> CodeParser::two_indices(ByteWriter& out, const IdSpace& first, const IdSpace& second) {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  if (IdSpace::at_index(in_)) {
    WCOMP_TRY(a, first.index(in_));
    WCOMP_TRY(b, second.index(in_));
  }
  out.leb_u32(a);
  out.leb_u32(b);
  return {};
}

/// `memory.init place? segment`; the binary has them the other way round.
Result<void> CodeParser::segment_and_place(ByteWriter& out, const IdSpace& segments, const IdSpace& places) {
  Cursor ahead = in_;
  ahead.advance();
  std::uint32_t place = 0;
  if (IdSpace::at_index(ahead)) {
    WCOMP_TRY(place, places.index(in_));
  }
  WCOMP_TRY(const std::uint32_t segment, segments.index(in_));
  out.leb_u32(segment);
  out.leb_u32(place);
  return {};
}

Result<void> CodeParser::mem_arg(ByteWriter& out, const OpcodeRow& row) {
  std::uint32_t mem = 0;
  std::uint64_t offset = 0;
  std::uint64_t align = row.access_bytes;
  if (IdSpace::at_index(in_)) {
    WCOMP_TRY(mem, c_.mems.index(in_));
  }
  const auto field = [&](std::string_view keyword, std::uint64_t& value) -> Result<bool> {
    if (!in_.at(TokenKind::atom) || !in_.text().starts_with(keyword)) return false;
    const std::optional<std::uint64_t> number = parse_nat(in_.text().substr(keyword.size()), ~std::uint64_t{0});
    if (!number) return in_.fail_here(fmt::format("a number should follow `{}`", keyword));
    value = *number;
    in_.advance();
    return true;
  };
  WCOMP_TRY(field("offset=", offset));
  const std::size_t align_at = in_.position();
  WCOMP_TRY(const bool has_align, field("align=", align));
  if (has_align && (!std::has_single_bit(align) || align > 0x8000'0000)) {
    return fail(diag::syntax, "alignment must be a power of two", in_.where(align_at));
  }
  const auto align_log2 = static_cast<std::uint32_t>(std::countr_zero(align));
  if (mem == 0) {
    out.leb_u32(align_log2);
  } else {
    out.leb_u32(align_log2 | 0x40u);
    out.leb_u32(mem);
  }
  out.leb_u64(offset);
  return {};
}

Result<void> CodeParser::constant(ByteWriter& out, Immediate kind) {
  if (!in_.at(TokenKind::atom)) return in_.unexpected("a number");
  const std::string_view text = in_.text();
  const bool is_int = kind == Immediate::i32_const || kind == Immediate::i64_const;
  const bool is_32 = kind == Immediate::i32_const || kind == Immediate::f32_const;
  const std::optional<std::uint64_t> bits = is_int ? parse_int(text, is_32 ? 32 : 64) : parse_float(text, is_32);
  if (!bits) {
    return in_.fail_here(fmt::format("`{}` is no {}{} constant, or out of range", escape(text), is_int ? 'i' : 'f', is_32 ? 32 : 64));
  }
  in_.advance();
  switch (kind) {
    case Immediate::i32_const:
      out.leb_s32(static_cast<std::int32_t>(static_cast<std::uint32_t>(*bits)));
      break;
    case Immediate::i64_const:
      out.leb_s64(static_cast<std::int64_t>(*bits));
      break;
    case Immediate::f32_const:
      out.fixed_u32(static_cast<std::uint32_t>(*bits));
      break;
    default:
      out.fixed_u64(*bits);
  }
  return {};
}

}  // namespace wcomp::core::text
