#include "core/expr_reader.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/diagnostic.h"

namespace wcomp::core {
namespace {

constexpr const char* ends_early = "unexpected end: an expression ends inside an instruction";
constexpr const char* too_long = "integer representation too long";
constexpr const char* too_large = "integer too large";

/// Bit of a memory argument's alignment field that announces a memory index.
constexpr std::uint32_t has_mem_index = 0x40;

}  // namespace

Result<void> ExprReader::next() {
  instr_.offset = offset();
  trouble_ = ends_early;
  if (pos_ == end_) return Err(explain());
  std::uint16_t code = *pos_++;
  if (code == 0xfc) {
    std::uint32_t sub = 0;
    if (!read_u32(sub)) return Err(explain());
    if (sub > 0xff)
      return fail(diag::malformed, fmt::format("illegal opcode 0xfc {}", sub), BinaryPos{{}, std::string(path_), instr_.offset});
    code = static_cast<std::uint16_t>(0xfc00u + sub);
  }
  instr_.row = find_opcode(code);
  if (instr_.row == nullptr) [[unlikely]] {
    const std::string text = code < 0x100 ? fmt::format("0x{:02x}", code) : fmt::format("0xfc {}", code - 0xfc00);
    return fail(diag::malformed, fmt::format("illegal opcode {}", text), BinaryPos{{}, std::string(path_), instr_.offset});
  }
  instr_.opcode = instr_.row->opcode;
  if (!read_immediates()) [[unlikely]]
    return Err(explain());
  return {};
}

const Instr& ExprReader::take() {
  WCOMP_CHECK(next().has_value());
  return instr_;
}

bool ExprReader::read_immediates() {
  std::int64_t value = 0;
  switch (instr_.row->immediate) {
    case Immediate::none:
      return true;
    case Immediate::block_type:
      return read_block_type();
    case Immediate::label_table:
      return read_labels();
    case Immediate::label:
    case Immediate::func:
    case Immediate::local:
    case Immediate::global:
    case Immediate::table:
    case Immediate::func_ref:
    case Immediate::mem:
    case Immediate::data:
    case Immediate::elem:
      return read_u32(instr_.index);
    case Immediate::type_table:
    case Immediate::table_table:
    case Immediate::mem_mem:
    case Immediate::data_mem:
    case Immediate::elem_table:
      return read_u32(instr_.index) && read_u32(instr_.index2);
    case Immediate::ref_type:
      if (!read_val_type(instr_.ref_type)) return false;
      if (is_ref(instr_.ref_type)) return true;
      --pos_;
      trouble_ = "malformed reference type";
      return false;
    case Immediate::select_types:
      return read_select_types();
    case Immediate::mem_arg:
      return read_mem_arg();
    case Immediate::i32_const:
      if (!read_signed<32>(value)) return false;
      instr_.bits = static_cast<std::uint32_t>(value);
      return true;
    case Immediate::i64_const:
      if (!read_signed<64>(value)) return false;
      instr_.bits = static_cast<std::uint64_t>(value);
      return true;
    case Immediate::f32_const:
      return read_fixed(instr_.bits, 4);
    case Immediate::f64_const:
      return read_fixed(instr_.bits, 8);
  }
  return false;
}

bool ExprReader::read_u64(std::uint64_t& out) {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (pos_ == end_) {
      trouble_ = ends_early;
      return false;
    }
    const std::uint8_t byte = *pos_;
    if (shift == 63 && byte > 1) {
      trouble_ = byte >= 0x80 ? too_long : too_large;
      return false;
    }
    ++pos_;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  out = value;
  return true;
}

bool ExprReader::read_u32(std::uint32_t& out) {
  if (pos_ != end_ && *pos_ < 0x80) [[likely]] {
    out = *pos_++;
    return true;
  }
  std::uint32_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (pos_ == end_) {
      trouble_ = ends_early;
      return false;
    }
    const std::uint8_t byte = *pos_;
    if (shift == 28 && byte > 0x0f) {
      trouble_ = byte >= 0x80 ? too_long : too_large;
      return false;
    }
    ++pos_;
    value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  out = value;
  return true;
}

template <unsigned bits>
bool ExprReader::read_signed(std::int64_t& out) {
  constexpr unsigned last_shift = (bits - 1) / 7 * 7;
  constexpr unsigned last_bits = bits - last_shift;  // payload bits of the last byte that count, sign included
  std::uint64_t value = 0;
  unsigned shift = 0;
  for (;; shift += 7) {
    if (pos_ == end_) {
      trouble_ = ends_early;
      return false;
    }
    const std::uint8_t byte = *pos_;
    if (shift == last_shift) {
      // Everything above the sign bit has to repeat it.
      const auto high = static_cast<std::uint8_t>((byte & 0x7f) >> (last_bits - 1));
      constexpr auto ones = static_cast<std::uint8_t>(0x7f >> (last_bits - 1));
      if (byte >= 0x80 || (high != 0 && high != ones)) {
        trouble_ = byte >= 0x80 ? too_long : too_large;
        return false;
      }
    }
    ++pos_;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      if ((byte & 0x40) != 0 && shift + 7 < 64) value |= ~std::uint64_t{0} << (shift + 7);
      break;
    }
  }
  out = static_cast<std::int64_t>(value);
  return true;
}

bool ExprReader::read_fixed(std::uint64_t& out, unsigned size) {
  if (static_cast<std::size_t>(end_ - pos_) < size) {
    trouble_ = ends_early;
    return false;
  }
  out = 0;
  std::memcpy(&out, pos_, size);
  pos_ += size;
  return true;
}

bool ExprReader::read_val_type(ValType& out) {
  if (pos_ == end_) {
    trouble_ = ends_early;
    return false;
  }
  const std::optional<ValType> type = val_type_of(*pos_);
  if (!type) {
    trouble_ = "malformed value type";
    return false;
  }
  out = *type;
  ++pos_;
  return true;
}

bool ExprReader::read_block_type() {
  BlockType& out = instr_.block_type;
  if (pos_ != end_ && *pos_ == 0x40) {
    ++pos_;
    out.kind = BlockType::Kind::empty;
    return true;
  }
  // One byte with the sign bit set is a value type; everything else a non-negative s33.
  if (pos_ != end_ && *pos_ < 0x80 && (*pos_ & 0x40) != 0) {
    out.kind = BlockType::Kind::value;
    return read_val_type(out.value);
  }
  const std::uint8_t* start = pos_;
  std::int64_t index = 0;
  if (!read_signed<33>(index)) return false;
  if (index < 0) {
    pos_ = start;
    trouble_ = "malformed block type";
    return false;
  }
  out.kind = BlockType::Kind::type;
  out.type = TypeIdx(static_cast<std::uint32_t>(index));
  return true;
}

bool ExprReader::read_mem_arg() {
  MemArg& out = instr_.mem_arg;
  const std::uint8_t* start = pos_;
  if (!read_u32(out.align_log2)) return false;
  out.mem = MemIdx(0u);
  if (out.align_log2 >= has_mem_index) {
    if (out.align_log2 >= 2 * has_mem_index) {
      pos_ = start;
      trouble_ = "malformed memop flags";
      return false;
    }
    out.align_log2 -= has_mem_index;
    if (!read_u32(out.mem.value)) return false;
  }
  return read_u64(out.offset);
}

bool ExprReader::read_labels() {
  std::uint32_t count = 0;
  const std::uint8_t* start = pos_;
  if (!read_u32(count)) return false;
  if (count >= static_cast<std::size_t>(end_ - pos_)) {  // a byte each at least, and one for the default
    pos_ = start;
    trouble_ = "unexpected end: more labels announced than bytes are left";
    return false;
  }
  instr_.labels.resize(std::size_t{count} + 1);
  for (std::uint32_t& label : instr_.labels) {
    if (!read_u32(label)) return false;
  }
  return true;
}

bool ExprReader::read_select_types() {
  std::uint32_t count = 0;
  const std::uint8_t* start = pos_;
  if (!read_u32(count)) return false;
  if (count > static_cast<std::size_t>(end_ - pos_)) {
    pos_ = start;
    trouble_ = "unexpected end: more types announced than bytes are left";
    return false;
  }
  instr_.types.resize(count);
  for (ValType& type : instr_.types) {
    if (!read_val_type(type)) return false;
  }
  return true;
}

Failure ExprReader::explain() const {
  const std::string_view text = trouble_;
  const DiagCode code = text.starts_with("unexpected end") ? diag::unexpected_end : diag::malformed;
  return Failure(error(code, std::string(text), where()));
}

std::optional<ValType> val_type_of(std::uint8_t byte) {
  switch (static_cast<ValType>(byte)) {
    case ValType::i32:
    case ValType::i64:
    case ValType::f32:
    case ValType::f64:
    case ValType::funcref:
    case ValType::externref:
      return static_cast<ValType>(byte);
    case ValType::v128:
      return std::nullopt;  // no instruction of ours makes one
  }
  return std::nullopt;
}

}  // namespace wcomp::core
