// The fields of a module in the text format. https://webassembly.github.io/spec/core/text/modules.html
#pragma once

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
  [[nodiscard]] Result<void> define(IdSpace& space, ExternKind kind);
  [[nodiscard]] Result<void> type_field();

  // Second pass.
  [[nodiscard]] Result<void> field();
  [[nodiscard]] Result<void> import_field();
  [[nodiscard]] Result<ExternType> extern_type(ExternKind kind);
  [[nodiscard]] Result<void> func_field();
  [[nodiscard]] Result<void> table_field();
  [[nodiscard]] Result<void> memory_field();
  [[nodiscard]] Result<void> global_field();
  [[nodiscard]] Result<void> export_field();
  [[nodiscard]] Result<void> start_field();
  [[nodiscard]] Result<void> elem_field();
  [[nodiscard]] Result<void> data_field();
  [[nodiscard]] Result<void> custom_field();
  [[nodiscard]] Result<void> producers_field();

  [[nodiscard]] Result<void> inline_exports(ExternKind kind, std::uint32_t index);
  /// `(import "m" "n")` inside a definition.
  [[nodiscard]] Result<bool> inline_import(Import& out);
  [[nodiscard]] Result<Limits> limits();
  [[nodiscard]] Result<TableType> table_type();
  [[nodiscard]] Result<Expr> offset();
  [[nodiscard]] Result<void> elem_list(Elem& e, bool may_be_indices);
  [[nodiscard]] Result<void> elem_items(Elem& e);
  [[nodiscard]] Result<Expr> const_body();
  void skip_to(std::size_t open);
  void write_names(std::string module_name);

  const TokenList& list_;
  Cursor& in_;
  Context c_;
  bool has_definition_ = false;  ///< of something that could be imported: imports have to come first
  // Second pass: the next index of each space.
  std::uint32_t next_func_ = 0, next_table_ = 0, next_mem_ = 0, next_global_ = 0;
  std::vector<CustomSection> producers_, last_customs_;  ///< come after those that have a place, in this order
  std::vector<std::pair<std::uint32_t, NameMap>> local_names_;
  std::vector<std::pair<std::uint32_t, NameMap>> label_names_;
};

}  // namespace wcomp::core::text
