// Instructions of the text format, flat and folded, to their bytes. Groups in parentheses are a stack of ours, not the machine's: any depth
// of nesting is read. https://webassembly.github.io/spec/core/text/instructions.html
#pragma once

#include <list>

#include "core/branch_hints.h"
#include "core/text/code_bytes.h"
#include "core/text/context.h"

namespace wcomp::core::text {

class CodeParser {
 public:
  enum class Place : std::uint8_t { body, constant };
  CodeParser(Context& context, Cursor& in, const IdSpace& locals, Place place);

  /// Instructions up to the `)` that closes what they stand in; the last `end` included in the bytes.
  [[nodiscard]] Result<Expr> body();
  /// One folded instruction as a constant expression: `(i32.const 1)`.
  [[nodiscard]] Result<Expr> folded_expr();
  /// Names of blocks, numbered as they open.
  [[nodiscard]] const NameMap& label_names() const { return label_names_; }
  /// By offset in the body's instructions.
  [[nodiscard]] const std::vector<BranchHint>& hints() const { return hints_; }

 private:
  enum class LabelKind : std::uint8_t { block, if_, else_, try_, catch_, catch_all, folded };
  struct Label {
    std::string_view id;     ///< as in the text; empty without one
    std::int64_t shadowed;   ///< the label of that name that this one hides; -1: none
    LabelKind kind;
  };
  struct Binding {
    std::string_view id;
    const std::string* name = nullptr;  ///< of an annotation
  };
  enum class GroupKind : std::uint8_t { plain, block, if_, if_branch, try_, try_branch };
  /// An open parenthesis.
  struct Group {
    GroupKind kind;
    std::size_t labels = 0;   ///< that were open when it was
    std::size_t pending = 0;  ///< where its bytes begin that come after those of what it contains
    Binding binding;          ///< if_
    const Annotation* hint = nullptr;
    std::uint8_t parts = 0;  ///< if_, try_: the branches so far
    bool is_done = false;    ///< try_: nothing may follow
  };

  [[nodiscard]] Result<void> run(bool is_one_group);
  [[nodiscard]] Result<void> open();
  [[nodiscard]] Result<void> open_instr();
  [[nodiscard]] Result<void> open_if_branch(Group& group);
  [[nodiscard]] Result<void> open_try_branch(Group& group);
  [[nodiscard]] Result<void> close();
  [[nodiscard]] Result<void> flat();
  [[nodiscard]] Result<void> flat_catch(Opcode opcode, std::size_t start);
  [[nodiscard]] Result<void> delegate();

  [[nodiscard]] Result<void> block_head(Opcode opcode);
  [[nodiscard]] Result<void> plain(const OpcodeRow& row);
  [[nodiscard]] Result<void> index(const IdSpace& space);
  [[nodiscard]] Result<void> index_or_0(const IdSpace& space);
  [[nodiscard]] Result<void> select();
  [[nodiscard]] Result<void> type_table();
  [[nodiscard]] Result<void> two_indices(const IdSpace& space);
  [[nodiscard]] Result<void> segment_and_place(const IdSpace& segments, const IdSpace& places);
  [[nodiscard]] Result<void> mem_arg(const OpcodeRow& row);
  [[nodiscard]] Result<void> lane();
  [[nodiscard]] Result<void> number(Immediate kind);
  [[nodiscard]] Result<void> vector();
  [[nodiscard]] Result<void> block_type();
  [[nodiscard]] Result<void> catches();
  [[nodiscard]] Result<void> label();
  [[nodiscard]] Result<std::uint32_t> label_index();
  [[nodiscard]] Result<const OpcodeRow*> row();

  /// The identifier here without `$`.
  [[nodiscard]] std::string_view take_id();
  [[nodiscard]] Binding take_binding();
  void push_label(Binding binding, LabelKind kind);
  void pop_label();
  [[nodiscard]] Result<void> check_label(std::string_view opened);
  [[nodiscard]] const Annotation* take_hint();
  [[nodiscard]] Result<void> check_hint(const Annotation* hint, const OpcodeRow& row) const;
  void note_hint(const Annotation* hint);

  Context& c_;
  Cursor& in_;
  const IdSpace& locals_;
  CodeBytes out_;
  CodeBytes pending_;  ///< instructions of open groups: they follow their operands
  std::vector<Group> groups_;
  std::vector<Label> labels_;
  std::unordered_map<std::string_view, std::int64_t> innermost_;  ///< by identifier: the label that it means
  std::list<std::string> quoted_;                               ///< identifiers that do not stand in the text as they are
  NameMap label_names_;
  std::uint32_t label_count_ = 0;
  std::vector<BranchHint> hints_;
  std::size_t next_hint_;
};

/// Numbers of the type `i8`, `i16`, `i32`, `i64`, `f32`, `f64` or `v128`, as their bytes.
[[nodiscard]] Result<Bytes> number_values(Cursor& in, std::string_view type);

}  // namespace wcomp::core::text
