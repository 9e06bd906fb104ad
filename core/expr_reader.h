// Walks the encoded instructions of an Expr. Validator, printer, engine and every analysis read bodies through it; only core/shortcuts.cpp
// decodes some common instructions a second time.
//
//   ExprReader in(func.body);
//   while (!in.at_end()) {
//     WCOMP_TRY(in.next());
//     switch (in->opcode) { case Opcode::local_get: use(in->index); ... }
//   }
//
// Checks the binary format (known opcode, well-formed integers and types), nothing about typing or nesting. For the bodies of a ValidModule
// `take` replaces `next`: there an error is our own bug.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/module.h"
#include "core/opcode.h"

namespace wcomp::core {

/// https://webassembly.github.io/spec/core/binary/instructions.html#binary-blocktype
struct BlockType {
  enum class Kind : std::uint8_t { empty, value, type };
  Kind kind = Kind::empty;
  ValType value = ValType::i32;  ///< kind `value`: the one result
  TypeIdx type;                  ///< kind `type`
};

/// https://webassembly.github.io/spec/core/binary/instructions.html#binary-memarg
struct MemArg {
  std::uint32_t align_log2 = 0;
  std::uint64_t offset = 0;
  MemIdx mem;
};

/// A clause of try_table. https://webassembly.github.io/spec/core/syntax/instructions.html#syntax-catch
struct Catch {
  enum class Kind : std::uint8_t { catch_, catch_ref, catch_all, catch_all_ref };
  Kind kind = Kind::catch_;
  TagIdx tag;               ///< catch_, catch_ref
  std::uint32_t label = 0;  ///< counted from outside of the try_table
  [[nodiscard]] bool has_tag() const { return kind == Kind::catch_ || kind == Kind::catch_ref; }
  [[nodiscard]] bool gives_ref() const { return kind == Kind::catch_ref || kind == Kind::catch_all_ref; }
};

/// One instruction. Which immediates are meaningful is said by `row->immediate`; the others keep values of earlier instructions.
struct Instr {
  Opcode opcode = Opcode::nop;
  const OpcodeRow* row = nullptr;
  std::uint64_t offset = 0;  ///< of the opcode, in the file
  /// label, func, type, tag, local, global, table, mem, data, elem: the index. call_indirect: the type. copies: the destination.
  std::uint32_t index = 0;
  /// The second index in binary order: call_indirect and table.init: the table; memory.init: the memory; copies: the source.
  std::uint32_t index2 = 0;
  MemArg mem_arg;
  std::uint64_t bits = 0;  ///< constants: i32 and f32 in the low half, upper half 0
  BlockType block_type;
  HeapType heap_type = HeapType::func;  ///< ref.null
  std::uint8_t lane = 0;
  std::array<std::uint8_t, 16> lanes{};  ///< v128.const: its bytes; i8x16.shuffle: the lanes
  std::vector<Catch> catches;            ///< try_table
  std::vector<std::uint32_t> labels;    ///< br_table: the cases, then the default
  std::vector<ValType> types;           ///< typed select
};

class ExprReader {
 public:
  /// `path` is for messages only and has to live as long as the reader.
  explicit ExprReader(const Expr& expr, std::string_view path = {})
      : begin_(expr.code.data()), pos_(begin_), end_(begin_ + expr.code.size()), base_(expr.offset), path_(path) {}

  [[nodiscard]] bool at_end() const { return pos_ == end_; }
  /// Reads one instruction; its immediates are valid until the next call. Error: where the bytes stop making sense.
  [[nodiscard]] Result<void> next() {
    if (read()) [[likely]] return {};
    return Err(failure());
  }
  /// The same without making a failure.
  [[nodiscard]] bool read();
  /// Why `read` gave false.
  [[nodiscard]] Failure failure() const;
  /// `next` for code that was validated.
  const Instr& take();
  [[nodiscard]] const Instr& operator*() const { return instr_; }
  [[nodiscard]] const Instr* operator->() const { return &instr_; }
  /// Bytes read so far.
  [[nodiscard]] std::size_t consumed() const { return static_cast<std::size_t>(pos_ - begin_); }
  /// The bytes that are left.
  [[nodiscard]] ByteSpan rest() const { return {pos_, end_}; }
  /// Goes on `n` bytes further, of those that are left.
  void skip(std::size_t n) { pos_ += n; }
  /// Offset in the file of the next byte.
  [[nodiscard]] std::uint64_t offset() const { return base_ + consumed(); }
  [[nodiscard]] BinaryPos where() const { return {.file = {}, .path = std::string(path_), .offset = offset()}; }

 private:
  // These return false at bytes that they do not accept, leave pos_ there and say in trouble_ what is wrong.
  bool read_u32(std::uint32_t& out);
  bool read_u64(std::uint64_t& out);
  template <unsigned bits>
  bool read_signed(std::int64_t& out);
  bool read_fixed(std::uint64_t& out, unsigned size);
  bool read_val_type(ValType& out);
  bool read_heap_type(HeapType& out);
  bool read_lane(std::uint8_t& out);
  bool read_catches();
  bool read_block_type();
  bool read_mem_arg();
  bool read_labels();
  bool read_select_types();
  bool read_immediates();
  bool illegal(std::uint8_t prefix, std::uint32_t number);

  const std::uint8_t* begin_;
  const std::uint8_t* pos_;
  const std::uint8_t* end_;
  std::uint64_t base_;
  std::string_view path_;
  Instr instr_;
  std::string_view trouble_;       ///< what `failure` says; empty: the opcode is none
  std::uint8_t illegal_prefix_ = 0;
  std::uint32_t illegal_number_ = 0;
};

/// The type that a byte of a value type's position means by itself, if it is one of ours. Not: 0x63 and 0x64, which a heap type follows.
[[nodiscard]] std::optional<ValType> val_type_of(std::uint8_t byte);
/// Bytes that announce a reference with a heap type of its own.
inline constexpr std::uint8_t ref_null_byte = 0x63, ref_byte = 0x64;

}  // namespace wcomp::core
