#include "dwarf/unit.h"

#include <algorithm>

namespace wcomp::dwarf {

namespace {

/// An attribute in a declaration; `read` is false at the end of them.
struct Specification {
  At at{};
  Form form{};
  std::int64_t implicit = 0;
  bool read(Cursor& in) {
    at = static_cast<At>(in.uleb());
    form = static_cast<Form>(in.uleb());
    implicit = form == Form::implicit_const ? in.sleb() : 0;
    return in.ok() && (at != At{} || form != Form::none);
  }
};

/// Finds one declaration without listing all: the first entry's is nearly always the first one.
std::optional<std::uint64_t> find_declaration(ByteSpan section, std::uint64_t offset, std::uint64_t code, Work& work) {
  Cursor in(section, offset);
  while (in.ok() && work.take()) {
    const std::uint64_t found = in.uleb();
    if (!in.ok() || found == 0) break;
    if (found == code) return in.at();
    in.uleb();
    in.u8();
    for (Specification s; s.read(in) && work.take();) {}
  }
  return std::nullopt;
}

void set(Entry& e, At at, const Value& value) {
  switch (at) {
    case At::name: e.name = value; break;
    case At::linkage_name:
    case At::mips_linkage_name: e.linkage_name = value; break;
    case At::low_pc: e.low_pc = value; break;
    case At::high_pc: e.high_pc = value; break;
    case At::ranges: e.ranges = value; break;
    case At::stmt_list: e.stmt_list = value; break;
    case At::comp_dir: e.comp_dir = value; break;
    case At::abstract_origin:
    case At::specification: e.origin = value; break;
    case At::str_offsets_base: e.str_offsets_base = value; break;
    case At::addr_base: e.addr_base = value; break;
    case At::rnglists_base: e.rnglists_base = value; break;
    case At::call_file: e.call_file = value; break;
    case At::call_line: e.call_line = value; break;
    case At::call_column: e.call_column = value; break;
  }
}

/// Reads the header behind the unit's length; false for a unit without code.
bool read_header(Cursor& in, Unit& u) {
  u.encoding.version = in.u16();
  if (u.encoding.version < 2 || u.encoding.version > 5) return false;
  if (u.encoding.version == 5) {
    const auto type = static_cast<UnitType>(in.u8());
    u.encoding.address_size = in.u8();
    u.abbrev = in.fixed(u.encoding.offset_size());
    if (type == UnitType::skeleton) in.skip(8);
    else if (type != UnitType::compile && type != UnitType::partial) return false;
  } else {
    u.abbrev = in.fixed(u.encoding.offset_size());
    u.encoding.address_size = in.u8();
  }
  u.entries = in.at();
  return in.ok() && (u.encoding.address_size == 4 || u.encoding.address_size == 8);
}

/// What the unit's own entry says.
bool read_root(Cursor& in, const Sections& s, Unit& u, Work& work) {
  const std::uint64_t code = in.uleb();
  if (!in.ok() || code == 0) return false;
  const auto declaration = find_declaration(s.abbrev, u.abbrev, code, work);
  if (!declaration) return false;
  const Entry root = read_entry(in, s, *declaration, u.encoding, work);
  if (root.tag != Tag::compile_unit && root.tag != Tag::partial_unit && root.tag != Tag::skeleton_unit) return false;
  u.str_offsets_base = root.str_offsets_base.number;
  u.addr_base = root.addr_base.number;
  u.rnglists_base = root.rnglists_base.number;
  u.low_pc = root.low_pc;
  u.high_pc = root.high_pc;
  u.ranges = root.ranges;
  u.stmt_list = root.stmt_list;
  u.comp_dir = root.comp_dir;
  u.base = address_of(s, u, u.low_pc).value_or(0);
  return true;
}

}  // namespace

Abbreviations Abbreviations::read(ByteSpan section, std::uint64_t offset, Work& work) {
  Abbreviations out;
  Cursor in(section, offset);
  while (in.ok() && work.take()) {
    const std::uint64_t code = in.uleb();
    if (!in.ok() || code == 0) break;
    out.list_.push_back({code, in.at()});
    in.uleb();
    in.u8();
    for (Specification s; s.read(in) && work.take();) {}
  }
  std::sort(out.list_.begin(), out.list_.end(), [](const Declaration& a, const Declaration& b) { return a.code != b.code ? a.code < b.code : a.at < b.at; });
  return out;
}

std::optional<std::uint64_t> Abbreviations::find(std::uint64_t code) const {
  // Codes are 1, 2, 3, .. as a rule.
  if (code - 1 < list_.size() && list_[code - 1].code == code) return list_[code - 1].at;
  const auto it = std::lower_bound(list_.begin(), list_.end(), code, [](const Declaration& d, std::uint64_t c) { return d.code < c; });
  if (it == list_.end() || it->code != code) return std::nullopt;
  return it->at;
}

Value read_value(Cursor& in, Form form, const Encoding& encoding, std::int64_t implicit) {
  while (form == Form::indirect && in.ok()) form = static_cast<Form>(in.uleb());
  Value out{.form = form, .number = 0, .text = {}};
  switch (form) {
    case Form::addr: out.number = in.fixed(encoding.address_size); break;
    case Form::data1:
    case Form::ref1:
    case Form::flag:
    case Form::strx1:
    case Form::addrx1: out.number = in.fixed(1); break;
    case Form::data2:
    case Form::ref2:
    case Form::strx2:
    case Form::addrx2: out.number = in.fixed(2); break;
    case Form::strx3:
    case Form::addrx3: out.number = in.fixed(3); break;
    case Form::data4:
    case Form::ref4:
    case Form::ref_sup4:
    case Form::strx4:
    case Form::addrx4: out.number = in.fixed(4); break;
    case Form::data8:
    case Form::ref8:
    case Form::ref_sup8:
    case Form::ref_sig8: out.number = in.fixed(8); break;
    case Form::data16: in.skip(16); break;
    case Form::sdata: out.number = static_cast<std::uint64_t>(in.sleb()); break;
    case Form::udata:
    case Form::ref_udata:
    case Form::strx:
    case Form::addrx:
    case Form::loclistx:
    case Form::rnglistx: out.number = in.uleb(); break;
    case Form::string: out.text = in.text(); break;
    case Form::strp:
    case Form::line_strp:
    case Form::strp_sup:
    case Form::sec_offset: out.number = in.fixed(encoding.offset_size()); break;
    case Form::ref_addr: out.number = in.fixed(encoding.version <= 2 ? encoding.address_size : encoding.offset_size()); break;
    case Form::block1: in.skip(in.fixed(1)); break;
    case Form::block2: in.skip(in.fixed(2)); break;
    case Form::block4: in.skip(in.fixed(4)); break;
    case Form::block:
    case Form::exprloc: in.skip(in.uleb()); break;
    case Form::flag_present: out.number = 1; break;
    case Form::implicit_const: out.number = static_cast<std::uint64_t>(implicit); break;
    default: in.skip(~std::uint64_t{0}); break;
  }
  if (!in.ok()) out = {};
  return out;
}

Entry read_entry(Cursor& in, const Sections& s, std::uint64_t declaration, const Encoding& encoding, Work& work) {
  Cursor spec(s.abbrev, declaration);
  Entry out;
  out.tag = static_cast<Tag>(spec.uleb());
  out.has_children = spec.u8() != 0;
  for (Specification a; in.ok() && a.read(spec);) {
    const Value value = read_value(in, a.form, encoding, a.implicit);
    if (!work.take(work_for(value.text))) break;
    set(out, a.at, value);
  }
  return out;
}

std::vector<Unit> list_units(const Sections& s, Work& work) {
  std::vector<Unit> out;
  Cursor in(s.info);
  while (!in.at_end() && out.size() < max_units && work.take()) {
    Unit u;
    u.offset = in.at();
    const std::uint64_t length = in.initial_length(u.encoding.is_64);
    Cursor body = in.sub(length);
    if (!in.ok()) break;
    u.end = in.at();
    if (read_header(body, u) && read_root(body, s, u, work)) out.push_back(u);
  }
  return out;
}

std::string_view text_of(const Sections& s, const Unit& unit, const Value& value) {
  switch (value.form) {
    case Form::string: return value.text;
    case Form::strp: return Cursor(s.str, value.number).text();
    case Form::line_strp: return Cursor(s.line_str, value.number).text();
    case Form::strx:
    case Form::strx1:
    case Form::strx2:
    case Form::strx3:
    case Form::strx4: {
      if (value.number > s.str_offsets.size()) return {};
      Cursor in(s.str_offsets, unit.str_offsets_base);
      in.skip(value.number * unit.encoding.offset_size());
      const std::uint64_t offset = in.fixed(unit.encoding.offset_size());
      return in.ok() ? Cursor(s.str, offset).text() : std::string_view();
    }
    default: return {};
  }
}

std::optional<std::uint64_t> address_of(const Sections& s, const Unit& unit, const Value& value) {
  switch (value.form) {
    case Form::addr: return value.number;
    case Form::addrx:
    case Form::addrx1:
    case Form::addrx2:
    case Form::addrx3:
    case Form::addrx4: {
      if (value.number > s.addr.size()) return std::nullopt;
      Cursor in(s.addr, unit.addr_base);
      in.skip(value.number * unit.encoding.address_size);
      const std::uint64_t out = in.fixed(unit.encoding.address_size);
      return in.ok() ? std::optional(out) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

ByteSpan* Sections::find(std::string_view name) {
  if (name == ".debug_info") return &info;
  if (name == ".debug_abbrev") return &abbrev;
  if (name == ".debug_line") return &line;
  if (name == ".debug_str") return &str;
  if (name == ".debug_line_str") return &line_str;
  if (name == ".debug_str_offsets") return &str_offsets;
  if (name == ".debug_addr") return &addr;
  if (name == ".debug_ranges") return &ranges;
  if (name == ".debug_rnglists") return &rnglists;
  return nullptr;
}

}  // namespace wcomp::dwarf
