// One instruction with its immediates as text.
#pragma once

#include "core/print_code.h"

namespace wcomp::core {

/// A block that is open where an instruction stands.
struct OpenLabel {
  std::string id;            ///< empty: the block has none
  std::size_t branch_arity;  ///< values that a branch takes along
  std::size_t results;       ///< values that the block leaves
  std::size_t first;         ///< the printer's own: nodes of the block begin here
};

/// Appends the instruction; of block instructions everything but the label. `labels`: the outermost first.
void append_instr(std::string& out, const CodeText& text, const Instr& instr, std::span<const OpenLabel> labels);

/// ` (type $t) (param i32)`
void append_block_type(std::string& out, const CodeText& text, const BlockType& type);

/// The clauses of a try_table; they count labels from outside of it.
void append_catches(std::string& out, const CodeText& text, std::span<const Catch> catches, std::span<const OpenLabel> labels);

}  // namespace wcomp::core
