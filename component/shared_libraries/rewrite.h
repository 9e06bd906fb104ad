// The code of a library with the merged module's indices.
#pragma once

#include <deque>

#include "core/expr_reader.h"
#include "core/type_bytes.h"

namespace wcomp::component::shared {

/// What an index of a library's global becomes: a constant i32, or a global of the merged module.
struct GlobalTarget {
  bool is_const = false;
  std::uint32_t value = 0;  ///< the constant, or the index
};

/// By a library's indices.
struct IndexMaps {
  std::vector<std::uint32_t> types, funcs, tables, mems, tags;
  std::vector<GlobalTarget> globals;
  std::uint32_t first_elem = 0, first_data = 0;  ///< its segments follow each other

  [[nodiscard]] core::ValType type(core::ValType t) const {
    return core::is_concrete_ref(t) ? core::ref_to(heap_type(core::heap_type_of(t)), core::is_nullable(t)) : t;
  }
  [[nodiscard]] core::HeapType heap_type(core::HeapType t) const { return core::is_concrete(t) ? core::heap_type_of(core::TypeIdx(types[core::type_idx_of(t).value])) : t; }
};

class Rewriter {
 public:
  explicit Rewriter(const IndexMaps& maps) : maps_(maps) {}

  /// The code is of a ValidModule. What comes back points into this.
  [[nodiscard]] core::Expr rewrite(const core::Expr& expr);

 private:
  /// Code as it is written: runs of bytes that stay, and instructions in between.
  struct Output {
    ByteSpan code;      ///< the old code
    std::size_t kept;   ///< up to there it is written or replaced
    std::size_t begin;  ///< of the instruction
    ByteWriter bytes;
    void opcode(core::Opcode o) {
      bytes.bytes(code.subspan(kept, begin - kept));
      core::write_opcode(bytes, o);
    }
  };

  /// False: the instruction stays as it is.
  bool write(Output& target, const core::Instr& i) const;
  void block_type(ByteWriter& out, const core::BlockType& t) const;
  void mem_arg(ByteWriter& out, const core::MemArg& m) const;

  const IndexMaps& maps_;
  std::deque<Bytes> code_;
};

}  // namespace wcomp::component::shared
