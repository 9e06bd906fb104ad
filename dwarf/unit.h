// Units of .debug_info: their headers, the entries in them and the values of attributes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "dwarf/constants.h"
#include "dwarf/cursor.h"
#include "dwarf/dwarf.h"

namespace wcomp::dwarf {

/// Sizes that forms depend on.
struct Encoding {
  std::uint16_t version = 0;
  std::uint8_t address_size = 4;
  bool is_64 = false;
  [[nodiscard]] unsigned offset_size() const { return is_64 ? 8 : 4; }
};

/// An attribute as it is written: a number, an offset or an index by the form; `text` for DW_FORM_string.
struct Value {
  Form form = Form::none;
  std::uint64_t number = 0;
  std::string_view text;
  explicit operator bool() const { return form != Form::none; }
};

/// The attributes that matter, of one entry.
struct Entry {
  Tag tag = Tag::none;
  bool has_children = false;
  Value name, linkage_name, low_pc, high_pc, ranges, stmt_list, comp_dir, origin;
  Value str_offsets_base, addr_base, rnglists_base, call_file, call_line, call_column;
};

struct Unit {
  std::uint64_t offset = 0, end = 0;  ///< in .debug_info
  std::uint64_t entries = 0;          ///< where the first entry is
  std::uint64_t abbrev = 0;           ///< offset of its declarations
  Encoding encoding;
  std::uint64_t base = 0;             ///< lowest address, which lists of ranges are relative to
  std::uint64_t str_offsets_base = 0, addr_base = 0, rnglists_base = 0;
  Value low_pc, high_pc, ranges, stmt_list, comp_dir;
};

/// Where declarations of entries lie, by their code.
class Abbreviations {
 public:
  static Abbreviations read(ByteSpan section, std::uint64_t offset, Work& work);
  [[nodiscard]] std::optional<std::uint64_t> find(std::uint64_t code) const;

 private:
  struct Declaration {
    std::uint64_t code, at;
  };
  std::vector<Declaration> list_;  ///< sorted by code
};

/// Steps for the bytes of a text that was read on the way.
[[nodiscard]] constexpr std::uint64_t work_for(std::string_view text) { return 1 + text.size() / 16; }

/// Reads a value and moves on; `implicit` is that of DW_FORM_implicit_const. An unknown form ends the cursor.
[[nodiscard]] Value read_value(Cursor& in, Form form, const Encoding& encoding, std::int64_t implicit = 0);

/// Reads the attributes of an entry whose declaration (behind its code) is at `declaration`.
[[nodiscard]] Entry read_entry(Cursor& in, const Sections& s, std::uint64_t declaration, const Encoding& encoding, Work& work);

/// Every unit of .debug_info with code in it, as far as they can be read.
[[nodiscard]] std::vector<Unit> list_units(const Sections& s, Work& work);

[[nodiscard]] std::string_view text_of(const Sections& s, const Unit& unit, const Value& value);
[[nodiscard]] std::optional<std::uint64_t> address_of(const Sections& s, const Unit& unit, const Value& value);

/// Whether low_pc and high_pc, or ranges, have the address in them.
[[nodiscard]] bool contains(const Sections& s, const Unit& unit, const Value& low, const Value& high, const Value& ranges, std::uint64_t address, Work& work);

}  // namespace wcomp::dwarf
