// Which line of which source an instruction comes from.
//
// Compilers leave DWARF in custom sections of a core module (.debug_info and its siblings). A backtrace wants little of it: for an address the
// file, line and column, and the functions that were inlined there. So this is no library for DWARF but a search through it: units are listed
// when the first address is asked for; then only the unit, the line program and the functions that have the address are read. Versions 2 to 5,
// both sizes of offsets; no split DWARF, no type units, no expressions: no values of variables.
//
// An address is an offset from where the contents of the code section begin.
// https://yurydelendik.github.io/webassembly-dwarf/ and https://dwarfstd.org/doc/DWARF5.pdf
//
// The sections may hold anything. Whatever cannot be read gives nothing, as with the name section; nothing is copied before its size is known
// to be there, nothing recurses, and all the reading that one object does is counted and ends after `max_work` steps.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace wcomp::dwarf {

/// Contents of the custom sections; those that are missing stay empty. They outlive whoever reads them.
struct Sections {
  ByteSpan info, abbrev, line, str, line_str, str_offsets, addr, ranges, rnglists;
  /// By the section's name, `.debug_line`; null for those that nobody here reads.
  [[nodiscard]] ByteSpan* find(std::string_view name);
};

/// Where an instruction comes from, or where a call was inlined.
struct Place {
  std::string function;  ///< name for the linker, else the plain one; may be empty
  std::string file;      ///< with its folder, as far as it is known
  std::uint32_t line = 0, column = 0;  ///< 0: not known
};

/// Steps (attributes, operations of line programs, entries of lists) that one DebugInfo takes in all.
inline constexpr std::uint64_t max_work = 100'000'000;
inline constexpr std::size_t max_units = 200'000;
inline constexpr std::size_t max_inlined = 64;

class DebugInfo {
 public:
  explicit DebugInfo(const Sections& sections);
  ~DebugInfo();
  DebugInfo(DebugInfo&&) noexcept;
  DebugInfo& operator=(DebugInfo&&) = delete;
  /// The innermost inlined function first, the one that is really there last. Empty if nothing is known.
  [[nodiscard]] std::vector<Place> find(std::uint64_t address);

 private:
  std::unique_ptr<class Search> search_;
};

}  // namespace wcomp::dwarf
