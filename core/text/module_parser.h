// The fields of a module in the text format. https://webassembly.github.io/spec/core/text/modules.html
#pragma once

#include <array>

#include "core/branch_hints.h"
#include "core/text/code_parser.h"
#include "core/text/context.h"

namespace wcomp::core::text {

class ModuleParser {
 public:
  ModuleParser(const TokenList& list, Cursor& in) : list_(list), in_(in) {}

  /// Fields up to the `)` or the end of the text.
  [[nodiscard]] Result<Bytes> fields(std::string module_name);

 private:
  // First pass: what has an index, in order.
  [[nodiscard]] Result<void> collect();
  [[nodiscard]] Result<void> collect_field();
  [[nodiscard]] Result<void> collect_import();
  [[nodiscard]] Result<void> collect_type();
  [[nodiscard]] Result<void> collect_rec();
  [[nodiscard]] Result<void> define(ExternKind kind);
  /// The types, when all of them have their identifiers.
  [[nodiscard]] Result<void> type_fields();

  // Second pass.
  [[nodiscard]] Result<void> field();
  [[nodiscard]] Result<void> import_field();
  [[nodiscard]] Result<void> import_group(Import first);
  [[nodiscard]] Result<ExternType> import_type(ExternKind kind);
  [[nodiscard]] Result<void> func_field();
  [[nodiscard]] Result<void> table_field();
  [[nodiscard]] Result<void> memory_field();
  [[nodiscard]] Result<void> global_field();
  [[nodiscard]] Result<void> tag_field();
  [[nodiscard]] Result<void> export_field();
  [[nodiscard]] Result<void> start_field();
  [[nodiscard]] Result<void> elem_field();
  [[nodiscard]] Result<void> data_field();
  [[nodiscard]] Result<void> custom_field();
  [[nodiscard]] Result<void> producers_field();
  [[nodiscard]] Result<void> dylink_field();

  /// What stands in front of a definition's type: its identifier, exports, and perhaps `(import "m" "n")`, which makes it an import.
  [[nodiscard]] Result<bool> is_inline_import(ExternKind kind);
  [[nodiscard]] IdSpace& space(ExternKind kind);
  [[nodiscard]] std::uint32_t& next(ExternKind kind) { return next_[static_cast<std::size_t>(kind)]; }
  /// `(func`, `(table` ..: taken, if it is there.
  [[nodiscard]] Result<ExternKind> take_kind();
  [[nodiscard]] Expr zero(bool is_64);
  [[nodiscard]] Result<Expr> offset();
  [[nodiscard]] Result<void> elem_list(Elem& e, bool may_be_indices);
  [[nodiscard]] Result<void> elem_items(Elem& e);
  void refer_to_funcs(Elem& e);
  [[nodiscard]] Result<Expr> data_bytes();
  [[nodiscard]] Result<Expr> const_body();
  [[nodiscard]] Result<void> check_annotations();
  void write_hints();
  void write_names(std::string module_name);

  const TokenList& list_;
  Cursor& in_;
  Context c_;
  bool has_definition_ = false;  ///< of something that could be imported: imports have to come first
  std::vector<std::size_t> types_;  ///< the tokens behind `(type $id?`
  std::array<std::uint32_t, 5> next_{};  ///< second pass: the next index of each space
  std::uint32_t import_groups_ = 0;
  std::vector<CustomSection> last_customs_;          ///< those at the end of the module
  std::optional<std::size_t> name_section_at_;       ///< how many of them come before the name section, if the text says so
  std::vector<std::pair<std::uint32_t, NameMap>> local_names_;
  std::vector<std::pair<std::uint32_t, NameMap>> label_names_;
  std::vector<std::pair<std::uint32_t, NameMap>> type_param_names_;
  std::vector<FuncBranchHints> hints_;
};

}  // namespace wcomp::core::text
