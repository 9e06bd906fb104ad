// Instructions of the text format, flat and folded, to their bytes. https://webassembly.github.io/spec/core/text/instructions.html
#pragma once

#include "core/opcode.h"
#include "core/text/context.h"

namespace wcomp::core::text {

class CodeParser {
 public:
  CodeParser(Context& context, Cursor& in, const IdSpace& locals) : c_(context), in_(in), locals_(locals) {}

  /// Instructions up to the `)` that closes what they stand in; the last `end` included in the bytes.
  [[nodiscard]] Result<Expr> body();
  /// One folded instruction as a constant expression: `(i32.const 1)`.
  [[nodiscard]] Result<Expr> folded_expr();
  /// Identifiers of blocks, numbered as they open.
  [[nodiscard]] const NameMap& label_names() const { return label_names_; }

 private:
  enum class LabelKind : std::uint8_t { flat_block, flat_if, flat_else, folded };
  struct Label {
    std::optional<std::string> name;
    LabelKind kind;
  };
  [[nodiscard]] Result<void> sequence(ByteWriter& out);
  [[nodiscard]] Result<void> flat(ByteWriter& out);
  [[nodiscard]] Result<void> folded(ByteWriter& out);
  [[nodiscard]] Result<void> folded_block(ByteWriter& out, Opcode opcode);
  [[nodiscard]] Result<void> folded_if(ByteWriter& out);
  [[nodiscard]] Result<void> plain(ByteWriter& out, const OpcodeRow& row);
  [[nodiscard]] Result<void> select(ByteWriter& out);
  [[nodiscard]] Result<void> two_indices(ByteWriter& out, const IdSpace& first, const IdSpace& second);
  [[nodiscard]] Result<void> segment_and_place(ByteWriter& out, const IdSpace& segments, const IdSpace& places);
  [[nodiscard]] Result<void> mem_arg(ByteWriter& out, const OpcodeRow& row);
  [[nodiscard]] Result<void> constant(ByteWriter& out, Immediate kind);
  [[nodiscard]] Result<void> block_type(ByteWriter& out);
  [[nodiscard]] Result<std::uint32_t> label();
  [[nodiscard]] Result<const OpcodeRow*> row();
  void push_label(std::optional<std::string> name, LabelKind kind);
  [[nodiscard]] Result<void> check_label(const std::optional<std::string>& opened);

  Context& c_;
  Cursor& in_;
  const IdSpace& locals_;
  std::vector<Label> labels_;
  NameMap label_names_;
  std::uint32_t label_count_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace wcomp::core::text
