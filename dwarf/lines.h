// Line programs: which line an address has, and what the numbers of files stand for. Section 6.2 of the standard.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dwarf/unit.h"

namespace wcomp::dwarf {

struct Row {
  std::uint64_t address = 0, file = 1;
  std::uint32_t line = 1, column = 0;
};

class LineProgram {
 public:
  /// The program at `offset` of .debug_line; nothing if its header cannot be read.
  static std::optional<LineProgram> read(const Sections& s, const Unit& unit, std::uint64_t offset, Work& work);
  [[nodiscard]] std::optional<Row> find(std::uint64_t address, Work& work) const;
  /// Path of a file by its number; empty if there is none.
  [[nodiscard]] std::string file(std::uint64_t number, Work& work) const;

 private:
  /// A list of files or folders of version 5: what its entries consist of, and where they are.
  struct List {
    Cursor formats, entries;
    unsigned format_count = 0;
    std::uint64_t count = 0;
  };
  struct Item {
    Value path;
    std::uint64_t folder = 0;
  };
  explicit LineProgram(const Sections& s, const Unit& unit) : sections_(&s), unit_(&unit) {}
  bool read_header(std::uint64_t offset, Work& work);
  bool read_list(Cursor& in, List& list, Work& work) const;
  [[nodiscard]] Item read_item(const List& list, Cursor& in, Work& work) const;
  [[nodiscard]] std::optional<Item> item(const List& list, std::uint64_t index, Work& work) const;
  [[nodiscard]] std::optional<Item> old_item(Cursor in, std::uint64_t index, bool is_file, Work& work) const;
  [[nodiscard]] std::string_view text(const Item& item) const;
  [[nodiscard]] std::string folder(std::uint64_t number, Work& work) const;

  const Sections* sections_;
  const Unit* unit_;
  Encoding encoding_;
  std::uint8_t min_length_ = 1, line_range_ = 1, opcode_base_ = 1;
  std::int8_t line_base_ = 0;
  Cursor operand_counts_, program_;
  List folders_, files_;           // version 5
  Cursor old_folders_, old_files_;  // before
};

}  // namespace wcomp::dwarf
