// What follows an instruction's name. https://webassembly.github.io/spec/core/text/instructions.html
#include <array>
#include <bit>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "core/expr_reader.h"
#include "core/text/code_parser.h"
#include "core/text/numbers.h"

namespace wcomp::core::text {
namespace {

/// Shapes of vector constants.
struct ShapeRow {
  std::string_view text;
  unsigned lanes;
  bool is_float;
};
constexpr std::array<ShapeRow, 6> shapes{
    {{"i8x16", 16, false}, {"i16x8", 8, false}, {"i32x4", 4, false}, {"i64x2", 2, false}, {"f32x4", 4, true}, {"f64x2", 2, true}}};

/// Clauses of try_table, by Catch::Kind.
constexpr std::array<std::string_view, 4> catch_words{"catch", "catch_ref", "catch_all", "catch_all_ref"};

constexpr std::uint32_t mem_flag = 0x40;  ///< of an alignment: a memory's index follows

Result<void> vector_lanes(Cursor& in, CodeBytes& out) {
  const auto* shape = in.at(TokenKind::atom) ? std::ranges::find(shapes, in.text(), &ShapeRow::text) : shapes.end();
  if (shape == shapes.end()) return in.unexpected("a shape (`i8x16`, `i16x8`, `i32x4`, `i64x2`, `f32x4` or `f64x2`)");
  in.advance();
  const unsigned bytes = 16 / shape->lanes;
  for (unsigned i = 0; i < shape->lanes; ++i) {
    if (!in.at(TokenKind::atom)) return in.unexpected(fmt::format("a lane of {}, {} of {}", shape->text, i + 1, shape->lanes));
    const std::optional<std::uint64_t> bits = shape->is_float ? parse_float(in.text(), bytes == 4) : parse_int(in.text(), bytes * 8);
    if (!bits) return in.fail_here(fmt::format("`{}` is no lane of {}, or out of range", escape(in.text()), shape->text));
    in.advance();
    out.fixed(*bits, bytes);
  }
  return {};
}

}  // namespace

Result<Bytes> number_values(Cursor& in, std::string_view type) {
  CodeBytes out;
  const unsigned bits = type.ends_with("64") ? 64 : type.ends_with("32") ? 32 : type.ends_with("16") ? 16 : 8;
  while (in.at(TokenKind::atom)) {
    if (type == "v128") {
      WCOMP_TRY(vector_lanes(in, out));
      continue;
    }
    const std::optional<std::uint64_t> value = type.starts_with('f') ? parse_float(in.text(), bits == 32) : parse_int(in.text(), bits);
    if (!value) return in.fail_here(fmt::format("`{}` is no {} value, or out of range", escape(in.text()), type));
    in.advance();
    out.fixed(*value, bits / 8);
  }
  return out.take();
}

Result<void> CodeParser::plain(const OpcodeRow& row) {
  if (row.opcode == Opcode::select) return select();
  out_.opcode(row.opcode);
  switch (row.immediate) {
    case Immediate::none:
      return {};
    case Immediate::label:
      return label();
    case Immediate::label_table: {
      std::vector<std::uint32_t> all;
      do {
        WCOMP_TRY(const std::uint32_t l, label_index());
        all.push_back(l);
      } while (IdSpace::at_index(in_));
      out_.leb_u32(static_cast<std::uint32_t>(all.size() - 1));
      for (const std::uint32_t l : all) out_.leb_u32(l);
      return {};
    }
    case Immediate::func:
    case Immediate::func_ref:
      return index(c_.funcs);
    case Immediate::type:
      return index(c_.types);
    case Immediate::tag:
      return index(c_.tags);
    case Immediate::local:
      return index(locals_);
    case Immediate::global:
      return index(c_.globals);
    case Immediate::elem:
      return index(c_.elems);
    case Immediate::data:
      c_.needs_data_count = true;
      return index(c_.datas);
    case Immediate::table:
      return index_or_0(c_.tables);
    case Immediate::mem:
      return index_or_0(c_.mems);
    case Immediate::type_table:
      return type_table();
    case Immediate::table_table:
      return two_indices(c_.tables);
    case Immediate::mem_mem:
      return two_indices(c_.mems);
    case Immediate::data_mem:
      c_.needs_data_count = true;
      return segment_and_place(c_.datas, c_.mems);
    case Immediate::elem_table:
      return segment_and_place(c_.elems, c_.tables);
    case Immediate::heap_type: {
      WCOMP_TRY(const HeapType type, heap_type(in_, c_.find_type));
      out_.heap_type(type);
      return {};
    }
    case Immediate::mem_arg:
      return mem_arg(row);
    case Immediate::mem_arg_lane:
      WCOMP_TRY(mem_arg(row));
      return lane();
    case Immediate::lane:
      return lane();
    case Immediate::lanes16:
      for (int i = 0; i < 16; ++i) WCOMP_TRY(lane());
      return {};
    case Immediate::i32_const:
    case Immediate::i64_const:
    case Immediate::f32_const:
    case Immediate::f64_const:
      return number(row.immediate);
    case Immediate::v128_const:
      return vector();
    case Immediate::block_type:
    case Immediate::try_table:
    case Immediate::select_types:
      break;  // `flat`, `open_instr` and `select` read these
  }
  return in_.unexpected("another instruction");
}

Result<void> CodeParser::index(const IdSpace& space) {
  WCOMP_TRY(const std::uint32_t i, space.index(in_));
  out_.leb_u32(i);
  return {};
}

Result<void> CodeParser::index_or_0(const IdSpace& space) {
  if (IdSpace::at_index(in_)) return index(space);
  out_.leb_u32(0);
  return {};
}

Result<void> CodeParser::select() {
  if (!in_.at_open("result")) {
    out_.opcode(Opcode::select);
    return {};
  }
  WCOMP_TRY(const FuncType type, signature(in_, nullptr, c_.find_type));
  out_.opcode(Opcode::select_t);
  out_.leb_u32(static_cast<std::uint32_t>(type.results.size()));
  for (const ValType t : type.results) out_.val_type(t);
  return {};
}

Result<void> CodeParser::type_table() {
  std::uint32_t table = 0;
  if (IdSpace::at_index(in_)) {
    WCOMP_TRY(table, c_.tables.index(in_));
  }
  WCOMP_TRY(const TypeUse use, type_use(c_, in_, nullptr));
  WCOMP_TRY(const TypeIdx type, c_.resolve(use, in_));
  out_.leb_u32(type.value);
  out_.leb_u32(table);
  return {};
}

/// Both or none; none means 0 and 0.
Result<void> CodeParser::two_indices(const IdSpace& space) {
  if (!IdSpace::at_index(in_)) {
    out_.leb_u32(0);
    out_.leb_u32(0);
    return {};
  }
  WCOMP_TRY(index(space));
  return index(space);
}

/// `memory.init place? segment`; the binary has them the other way round.
Result<void> CodeParser::segment_and_place(const IdSpace& segments, const IdSpace& places) {
  Cursor ahead = in_;
  ahead.advance();
  std::uint32_t place = 0;
  if (IdSpace::at_index(in_) && IdSpace::at_index(ahead)) {
    WCOMP_TRY(place, places.index(in_));
  }
  WCOMP_TRY(index(segments));
  out_.leb_u32(place);
  return {};
}

Result<void> CodeParser::mem_arg(const OpcodeRow& row) {
  std::uint32_t mem = 0;
  std::uint64_t offset = 0;
  std::uint64_t align = row.access_bytes;
  const auto is_field = [](const Cursor& in) { return in.at(TokenKind::atom) && (in.text().starts_with("offset=") || in.text().starts_with("align=")); };
  if (IdSpace::at_index(in_)) {
    Cursor ahead = in_;
    ahead.advance();
    // One number alone is the lane.
    const bool is_mem = row.immediate == Immediate::mem_arg || in_.at(TokenKind::id) || IdSpace::at_index(ahead) || is_field(ahead);
    if (is_mem) {
      WCOMP_TRY(mem, c_.mems.index(in_));
    }
  }
  const auto field = [&](std::string_view keyword, std::uint64_t& value) -> Result<bool> {
    if (!in_.at(TokenKind::atom) || !in_.text().starts_with(keyword)) return false;
    const std::optional<std::uint64_t> number = parse_nat(in_.text().substr(keyword.size()), ~std::uint64_t{0});
    if (!number) return in_.fail_here(fmt::format("a number of at most 64 bits should follow `{}`", keyword));
    value = *number;
    in_.advance();
    return true;
  };
  WCOMP_TRY(field("offset=", offset));
  const std::size_t align_at = in_.position();
  WCOMP_TRY(const bool has_align, field("align=", align));
  if (has_align && !std::has_single_bit(align)) return fail(diag::syntax, "alignment must be a power of two", in_.where(align_at));
  const auto align_log2 = static_cast<std::uint32_t>(std::countr_zero(align));
  out_.leb_u32(mem == 0 ? align_log2 : align_log2 | mem_flag);
  if (mem != 0) out_.leb_u32(mem);
  out_.leb_u64(offset);
  return {};
}

Result<void> CodeParser::lane() {
  if (!IdSpace::at_index(in_) || in_.at(TokenKind::id)) return in_.unexpected("a lane's number");
  WCOMP_TRY(const std::uint64_t n, in_.nat(0xff));
  out_.u8(static_cast<std::uint8_t>(n));
  return {};
}

Result<void> CodeParser::number(Immediate kind) {
  if (!in_.at(TokenKind::atom)) return in_.unexpected("a number");
  const std::string_view text = in_.text();
  const bool is_int = kind == Immediate::i32_const || kind == Immediate::i64_const;
  const bool is_32 = kind == Immediate::i32_const || kind == Immediate::f32_const;
  const std::optional<std::uint64_t> bits = is_int ? parse_int(text, is_32 ? 32 : 64) : parse_float(text, is_32);
  if (!bits) {
    return in_.fail_here(fmt::format("`{}` is no {}{} constant, or out of range", escape(text), is_int ? 'i' : 'f', is_32 ? 32 : 64));
  }
  in_.advance();
  if (kind == Immediate::i32_const) {
    out_.leb_s64(static_cast<std::int32_t>(static_cast<std::uint32_t>(*bits)));
  } else if (kind == Immediate::i64_const) {
    out_.leb_s64(static_cast<std::int64_t>(*bits));
  } else {
    out_.fixed(*bits, is_32 ? 4 : 8);
  }
  return {};
}

/// `i32x4 1 2 3 4`
Result<void> CodeParser::vector() { return vector_lanes(in_, out_); }

// Blocks

/// Opcode, type and clauses; the label is the caller's, because it is not there yet for what stands here.
Result<void> CodeParser::block_head(Opcode opcode) {
  out_.opcode(opcode);
  WCOMP_TRY(block_type());
  return opcode == Opcode::try_table ? catches() : Result<void>();
}

Result<void> CodeParser::block_type() {
  if (!in_.at(TokenKind::open)) {
    out_.u8(0x40);
    return {};
  }
  WCOMP_TRY(const TypeUse use, type_use(c_, in_, nullptr));
  if (!use.index && use.type.params.empty() && use.type.results.size() <= 1) {
    if (use.type.results.empty()) {
      out_.u8(0x40);
    } else {
      out_.val_type(use.type.results[0]);
    }
    return {};
  }
  WCOMP_TRY(const TypeIdx index, c_.resolve(use, in_));
  out_.leb_s64(index.value);
  return {};
}

Result<void> CodeParser::catches() {
  CodeBytes clauses;
  std::uint32_t count = 0;
  const std::size_t begin = out_.size();
  for (;; ++count) {
    const auto* word = std::ranges::find(catch_words, in_.word());
    if (word == catch_words.end()) break;
    in_.take_open(*word);
    const auto kind = static_cast<Catch::Kind>(word - catch_words.begin());
    out_.u8(static_cast<std::uint8_t>(kind));
    if (Catch{.kind = kind, .tag = {}}.has_tag()) WCOMP_TRY(index(c_.tags));
    WCOMP_TRY(label());
    WCOMP_TRY(in_.expect_close());
  }
  out_.move_end(begin, clauses);
  out_.leb_u32(count);
  clauses.move_end(0, out_);
  return {};
}

}  // namespace wcomp::core::text
