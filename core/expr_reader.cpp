#include "core/expr_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "base/diagnostic.h"
#include "core/limits.h"

namespace wcomp::core {
namespace {

/// Bytes from here on, but 0xff, announce a number.
constexpr std::uint8_t first_prefix = 0xfb;
constexpr std::uint8_t gc_prefix = 0xfb, atomics_prefix = 0xfe;

constexpr const char* ends_early = "unexpected end: an expression ends inside an instruction";
constexpr const char* too_long = "integer representation too long";
constexpr const char* too_large = "integer too large";

/// Bit of a memory argument's alignment field that announces a memory index.
constexpr std::uint32_t has_mem_index = 0x40;

}  // namespace

bool ExprReader::read() {
  instr_.offset = offset();
  trouble_ = ends_early;
  if (pos_ == end_) return false;
  const std::uint8_t code = *pos_++;
  if (code >= first_prefix && code != 0xff) {
    std::uint32_t number = 0;
    if (!read_u32(number)) return false;
    const std::optional<std::uint16_t> prefixed = opcode_behind(code, number);
    instr_.row = prefixed ? find_opcode(*prefixed) : nullptr;
    if (instr_.row == nullptr) return illegal(code, number);
  } else {
    instr_.row = find_opcode(code);
    if (instr_.row == nullptr) [[unlikely]]
      return illegal(0, code);
  }
  instr_.opcode = instr_.row->opcode;
  return read_immediates();
}

bool ExprReader::illegal(std::uint8_t prefix, std::uint32_t number) {
  trouble_ = {};
  illegal_prefix_ = prefix;
  illegal_number_ = number;
  return false;
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
    case Immediate::type:
    case Immediate::tag:
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
    case Immediate::heap_type:
      return read_heap_type(instr_.heap_type);
    case Immediate::try_table:
      return read_block_type() && read_catches();
    case Immediate::lane:
      return read_lane(instr_.lane);
    case Immediate::lanes16:
      for (std::uint8_t& lane : instr_.lanes) {
        if (!read_lane(lane)) return false;
      }
      return true;
    case Immediate::mem_arg_lane:
      return read_mem_arg() && read_lane(instr_.lane);
    case Immediate::v128_const:
      if (static_cast<std::size_t>(end_ - pos_) < instr_.lanes.size()) return false;
      std::copy_n(pos_, instr_.lanes.size(), instr_.lanes.begin());
      pos_ += instr_.lanes.size();
      return true;
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

bool ExprReader::read_lane(std::uint8_t& out) {
  if (pos_ == end_) return false;
  out = *pos_++;
  return true;
}

bool ExprReader::read_heap_type(HeapType& out) {
  if (pos_ == end_) {
    trouble_ = ends_early;
    return false;
  }
  const std::uint8_t* start = pos_;
  if (*pos_ < 0x80 && (*pos_ & 0x40) != 0) {  // one byte, negative as a signed number: an abstract type
    const std::optional<ValType> type = val_type_of(*pos_);
    if (!type || !is_ref(*type)) {
      trouble_ = "malformed heap type";
      return false;
    }
    ++pos_;
    out = heap_type_of(*type);
    return true;
  }
  std::int64_t index = 0;
  if (!read_signed<33>(index)) return false;
  if (index < 0 || index >= limits::types) {
    pos_ = start;
    trouble_ = index < 0 ? "malformed heap type" : "unknown type: a heap type's index is beyond what is supported";
    return false;
  }
  out = heap_type_of(TypeIdx(static_cast<std::uint32_t>(index)));
  return true;
}

bool ExprReader::read_val_type(ValType& out) {
  if (pos_ == end_) {
    trouble_ = ends_early;
    return false;
  }
  if (*pos_ == ref_null_byte || *pos_ == ref_byte) {
    const bool nullable = *pos_++ == ref_null_byte;
    HeapType heap{};
    if (!read_heap_type(heap)) return false;
    out = ref_to(heap, nullable);
    return true;
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

bool ExprReader::read_catches() {
  std::uint32_t count = 0;
  const std::uint8_t* start = pos_;
  if (!read_u32(count)) return false;
  if (count > static_cast<std::size_t>(end_ - pos_) / 2) {  // two bytes each at least
    pos_ = start;
    trouble_ = "unexpected end: more catch clauses announced than bytes are left";
    return false;
  }
  instr_.catches.resize(count);
  for (Catch& c : instr_.catches) {
    if (pos_ == end_) return false;
    if (*pos_ > 3) {
      trouble_ = "malformed catch clause";
      return false;
    }
    c.kind = static_cast<Catch::Kind>(*pos_++);
    if (c.has_tag() && !read_u32(c.tag.value)) return false;
    if (!read_u32(c.label)) return false;
  }
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

Failure ExprReader::failure() const {
  if (!trouble_.empty()) {
    const DiagCode code = trouble_.starts_with("unexpected end") ? diag::unexpected_end : diag::malformed;
    return Failure(error(code, std::string(trouble_), where()));
  }
  const BinaryPos at{{}, std::string(path_), instr_.offset};
  const std::string code = illegal_prefix_ != 0 ? fmt::format("0x{:02x} {}", illegal_prefix_, illegal_number_) : fmt::format("0x{:02x}", illegal_number_);
  if (illegal_prefix_ == gc_prefix || illegal_prefix_ == atomics_prefix) {
    return Failure(error(diag::unsupported,
                         fmt::format("illegal opcode {}: {} are not supported", code,
                                     illegal_prefix_ == gc_prefix ? "instructions of garbage collection" : "atomic instructions"),
                         at));
  }
  return Failure(error(diag::malformed, fmt::format("illegal opcode {}", code), at));
}

std::optional<ValType> val_type_of(std::uint8_t byte) {
  switch (static_cast<ValType>(byte)) {
    case ValType::i32:
    case ValType::i64:
    case ValType::f32:
    case ValType::f64:
    case ValType::v128:
    case ValType::funcref:
    case ValType::externref:
    case ValType::exnref:
    case ValType::nullfuncref:
    case ValType::nullexternref:
    case ValType::nullexnref:
      return static_cast<ValType>(byte);
  }
  return std::nullopt;
}

}  // namespace wcomp::core
