#include "core/instr_text.h"

#include <bit>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace wcomp::core {
namespace {

void append_number(std::string& out, std::integral auto value) {
  std::array<char, 24> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out.append(buffer.data(), end);
}

template <class Float, class Bits>
void append_float(std::string& out, std::uint64_t all_bits) {
  constexpr int mantissa = std::numeric_limits<Float>::digits - 1;
  constexpr Bits payload_mask = (Bits{1} << mantissa) - 1;
  constexpr Bits canonical = Bits{1} << (mantissa - 1);
  const auto bits = static_cast<Bits>(all_bits);
  const auto value = std::bit_cast<Float>(bits);
  if (std::isfinite(value)) {
    fmt::format_to(std::back_inserter(out), "{}", value);
    return;
  }
  if (std::signbit(value)) out += '-';
  const Bits payload = bits & payload_mask;
  if (payload == 0) {
    out += "inf";
  } else if (payload == canonical) {
    out += "nan";
  } else {
    fmt::format_to(std::back_inserter(out), "nan:0x{:x}", payload);
  }
}

void append_reference(std::string& out, const Ids& ids, std::uint32_t index) {
  out += ' ';
  if (ids.empty()) {
    append_number(out, index);
  } else {
    out += reference(ids, index);
  }
}

void append_label(std::string& out, std::uint32_t label, std::span<const OpenLabel> labels) {
  out += ' ';
  const OpenLabel* target = label < labels.size() ? &labels[labels.size() - 1 - label] : nullptr;
  if (target != nullptr && !target->id.empty() && target->id.size() <= max_repeated_id) {
    out += target->id;
    return;
  }
  append_number(out, label);
  if (target == nullptr) return;
  out += " (;@";
  append_number(out, labels.size() - 1 - label);
  out += ";)";
}

void append_mem_arg(std::string& out, const CodeText& text, const Instr& i) {
  const MemArg& a = i.mem_arg;
  const bool has_align = (std::uint64_t{1} << a.align_log2) != i.row->access_bytes;
  if (a.mem.value != 0) append_reference(out, text.ids.mems, a.mem.value);
  if (a.offset != 0) {
    out += " offset=";
    append_number(out, a.offset);
  }
  if (has_align) {
    out += " align=";
    append_number(out, std::uint64_t{1} << a.align_log2);
  }
}

void append_vector(std::string& out, const std::array<std::uint8_t, 16>& bytes) {
  out += " i32x4";
  for (std::size_t lane = 0; lane < 16; lane += 4) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8 | bytes[lane + i];
    fmt::format_to(std::back_inserter(out), " 0x{:08x}", value);
  }
}

/// Two indices of one kind, or nothing where both are 0.
void append_pair(std::string& out, const Ids& ids, const Instr& i) {
  if (i.index == 0 && i.index2 == 0) return;
  append_reference(out, ids, i.index);
  append_reference(out, ids, i.index2);
}

/// The text has the place first, and leaves out place 0.
void append_segment(std::string& out, const Ids& segments, const Ids& places, const Instr& i) {
  if (i.index2 != 0) append_reference(out, places, i.index2);
  append_reference(out, segments, i.index);
}

}  // namespace

void append_block_type(std::string& out, const CodeText& text, const BlockType& b) {
  if (b.kind == BlockType::Kind::empty) return;
  if (b.kind == BlockType::Kind::value) {
    out += " (result ";
    out += type_text(text.ids.types, b.value);
    out += ')';
    return;
  }
  out += " (type";
  append_reference(out, text.ids.types, b.type.value);
  out += ')';
  if (b.type.value >= text.module.types.size()) return;
  constexpr std::size_t max_repeated_types = 16;
  const FuncType& type = text.module.types[b.type.value];
  if (type.params.size() + type.results.size() <= max_repeated_types) out += print_signature(text.ids.types, type);
}

void append_catches(std::string& out, const CodeText& text, std::span<const Catch> catches, std::span<const OpenLabel> labels) {
  constexpr std::array<std::string_view, 4> words{"catch", "catch_ref", "catch_all", "catch_all_ref"};
  for (const Catch& c : catches) {
    out += " (";
    out += words[static_cast<std::size_t>(c.kind)];
    if (c.has_tag()) append_reference(out, text.ids.tags, c.tag.value);
    append_label(out, c.label, labels);
    out += ')';
  }
}

void append_instr(std::string& out, const CodeText& text, const Instr& i, std::span<const OpenLabel> labels) {
  const ModuleIds& ids = text.ids;
  out += i.row->text;
  switch (i.row->immediate) {
    case Immediate::none:
    case Immediate::block_type:
    case Immediate::try_table:
      return;
    case Immediate::label:
      return append_label(out, i.index, labels);
    case Immediate::label_table:
      for (const std::uint32_t l : i.labels) append_label(out, l, labels);
      return;
    case Immediate::func:
    case Immediate::func_ref:
      return append_reference(out, ids.funcs, i.index);
    case Immediate::type_table:
      if (i.index2 != 0) append_reference(out, ids.tables, i.index2);
      out += " (type";
      append_reference(out, ids.types, i.index);
      out += ')';
      return;
    case Immediate::type:
      return append_reference(out, ids.types, i.index);
    case Immediate::tag:
      return append_reference(out, ids.tags, i.index);
    case Immediate::local:
      return append_reference(out, text.locals, i.index);
    case Immediate::global:
      return append_reference(out, ids.globals, i.index);
    case Immediate::table:
      return append_reference(out, ids.tables, i.index);
    case Immediate::table_table:
      return append_pair(out, ids.tables, i);
    case Immediate::heap_type:
      out += ' ';
      out += type_text(ids.types, i.heap_type);
      return;
    case Immediate::select_types:
      out += " (result";
      for (const ValType t : i.types) {
        out += ' ';
        out += type_text(ids.types, t);
      }
      out += ')';
      return;
    case Immediate::mem_arg:
      return append_mem_arg(out, text, i);
    case Immediate::mem_arg_lane:
      append_mem_arg(out, text, i);
      [[fallthrough]];
    case Immediate::lane:
      out += ' ';
      return append_number(out, static_cast<unsigned>(i.lane));
    case Immediate::lanes16:
      for (const std::uint8_t lane : i.lanes) {
        out += ' ';
        append_number(out, static_cast<unsigned>(lane));
      }
      return;
    case Immediate::v128_const:
      return append_vector(out, i.lanes);
    case Immediate::mem:
      if (i.index != 0) append_reference(out, ids.mems, i.index);
      return;
    case Immediate::mem_mem:
      return append_pair(out, ids.mems, i);
    case Immediate::data_mem:
      return append_segment(out, ids.datas, ids.mems, i);
    case Immediate::elem_table:
      return append_segment(out, ids.elems, ids.tables, i);
    case Immediate::data:
      return append_reference(out, ids.datas, i.index);
    case Immediate::elem:
      return append_reference(out, ids.elems, i.index);
    case Immediate::i32_const:
      out += ' ';
      return append_number(out, static_cast<std::int32_t>(static_cast<std::uint32_t>(i.bits)));
    case Immediate::i64_const:
      out += ' ';
      return append_number(out, static_cast<std::int64_t>(i.bits));
    case Immediate::f32_const:
      out += ' ';
      return append_float<float, std::uint32_t>(out, i.bits);
    case Immediate::f64_const:
      out += ' ';
      return append_float<double, std::uint64_t>(out, i.bits);
  }
}

}  // namespace wcomp::core
