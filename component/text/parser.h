// The productions of the text format. One class, because all of them work on the same stack of scopes; its parts are in
// parser.cpp (scopes, references), parse_fields.cpp, parse_types.cpp, parse_core_types.cpp, parse_instances.cpp, parse_canon.cpp and
// parse_values.cpp.
#pragma once

#include <map>
#include <memory>

#include "component/text/parse.h"
#include "component/text/scope.h"
#include "core/text/context.h"
#include "core/text/cursor.h"

namespace wcomp::component::text {

using core::text::Cursor;
using core::text::TokenKind;
using core::text::TokenList;

class Parser {
 public:
  Parser(const TokenList& list, Cursor& in, const ParseOptions& options) : list_(list), in_(in), options_(options) {}

  /// Fields up to the `)` of a component.
  [[nodiscard]] Result<Component> component(const Id& id);

 private:
  /// A definition with types written in place is walked twice.
  enum class Pass : std::uint8_t {
    inline_types,  ///< defines those; what comes back otherwise means nothing
    references,    ///< resolves everything
  };
  struct NamedExtern {
    Id id;
    ExternDesc desc;
  };

  // Scopes and references.
  [[nodiscard]] Scope& scope() { return *scopes_.back(); }
  [[nodiscard]] Result<std::unique_ptr<Scope>> within(Scope::Kind kind, const Id& id, Result<void> (Parser::*item)());
  [[nodiscard]] Id take_id();
  /// Refuses an identifier that the space has.
  [[nodiscard]] Result<void> check_new(Sort sort, const Id& id);
  template <class T>
  [[nodiscard]] Result<std::uint32_t> define(Sort sort, const Id& id, T item);
  template <class T>
  void push(T item);
  /// A number, or an identifier; one of a scope around this one makes an alias.
  [[nodiscard]] Result<std::uint32_t> index(Sort sort);
  /// `idx name*`: what follows a sort in a reference. Names make aliases.
  [[nodiscard]] Result<std::uint32_t> projection(Sort sort);
  /// The same up to and with the `)`.
  [[nodiscard]] Result<std::uint32_t> reference(Sort sort);
  /// `idx`, or a reference in parentheses with the words for the sort: `(core func idx name*)`.
  [[nodiscard]] Result<std::uint32_t> index_or_reference(Sort sort, std::string_view words);
  /// `(sort idx name*)`
  [[nodiscard]] Result<SortIdx> sort_reference();
  /// The words of a sort after `(`: `func`, `core module`. None when there are others.
  [[nodiscard]] std::optional<Sort> take_open_sort();
  [[nodiscard]] std::optional<Sort> take_core_sort();
  /// Refuses what no feature turns on here.
  [[nodiscard]] Err<Failure> not_supported(std::string_view what) const;
  void skip_to(std::size_t open) { in_.move_to(list_.tokens[open].match + 1); }

  // Fields of a component.
  [[nodiscard]] Result<void> field();
  [[nodiscard]] Result<void> definition();
  [[nodiscard]] Result<void> component_field();
  [[nodiscard]] Result<void> core_field();
  [[nodiscard]] Result<void> core_module_field();
  [[nodiscard]] Result<void> func_field();
  [[nodiscard]] Result<void> core_func_field();
  [[nodiscard]] Result<void> type_field();
  [[nodiscard]] Result<void> import_field();
  [[nodiscard]] Result<void> export_field();
  [[nodiscard]] Result<void> annotation_field();
  [[nodiscard]] Result<std::string> producers();
  [[nodiscard]] Result<void> start_field();
  [[nodiscard]] Result<void> value_field();
  [[nodiscard]] Result<Component> component(const Id& id, std::string own_name);
  [[nodiscard]] std::string own_name(const Id& id) const;
  void write_names(Component& out, std::string own_name);

  // Names of imports and exports.
  [[nodiscard]] bool at_name(const Cursor& in) const;
  [[nodiscard]] bool at_inline(std::string_view keyword) const;
  [[nodiscard]] Result<NameWithAttributes> extern_name();
  [[nodiscard]] Result<std::vector<NameWithAttributes>> inline_exports();
  /// `(import "name")` inside of a definition.
  [[nodiscard]] Result<std::optional<NameWithAttributes>> inline_import();
  void export_later(std::vector<NameWithAttributes> names, Sort sort, std::uint32_t index);
  /// The rest of a definition with an inline import: its type.
  [[nodiscard]] Result<std::uint32_t> define_import(NameWithAttributes name, Sort sort, const Id& id);

  // Aliases.
  [[nodiscard]] Result<void> alias_field();
  [[nodiscard]] Result<Alias> alias_target(Sort sort);
  [[nodiscard]] Result<bool> inverted_alias(Sort sort, const Id& id, std::uint32_t& out);
  [[nodiscard]] Result<std::uint32_t> outer_count();

  // Types.
  [[nodiscard]] Result<std::uint32_t> define_type(const Id& id);
  [[nodiscard]] Result<DefType> def_type(const Id& id);
  [[nodiscard]] Result<DefType> leaf_type(Pass pass);
  [[nodiscard]] Result<DefValType> def_val_type(Pass pass);
  [[nodiscard]] Result<ValTypeRef> val_type(Pass pass);
  [[nodiscard]] bool at_val_type() const;
  [[nodiscard]] Result<std::optional<ValTypeRef>> optional_val_type(Pass pass);
  [[nodiscard]] Result<TypeIdx> type_index(Pass pass);
  [[nodiscard]] Result<FuncTypeRef> func_type(Pass pass);
  [[nodiscard]] Result<ResourceTypeRef> resource_type(Pass pass);
  [[nodiscard]] Result<std::vector<std::string>> labels();
  /// `(type x)`, or a type of the sort up to the `)`, which is defined then.
  [[nodiscard]] Result<std::uint32_t> type_use(Sort sort);
  [[nodiscard]] bool at_type_use() const;
  [[nodiscard]] Result<NamedExtern> extern_type();
  [[nodiscard]] Result<ValueBound> value_bound();
  [[nodiscard]] Result<ValTypeRef> whole_val_type();
  [[nodiscard]] Result<void> type_decl();
  [[nodiscard]] Result<void> import_decl();
  [[nodiscard]] Result<void> export_decl();

  // Core types.
  [[nodiscard]] Result<void> core_type_field();
  [[nodiscard]] Result<void> core_rec_field();
  [[nodiscard]] Result<CoreDefType> core_def_type(const Id& id);
  [[nodiscard]] Result<core::FuncType> core_func_type(const Id& id);
  [[nodiscard]] Result<std::shared_ptr<const CoreModuleType>> module_type(const Id& id);
  [[nodiscard]] Result<void> module_decl();
  [[nodiscard]] Result<core::ExternType> core_extern_type();
  [[nodiscard]] Result<core::TypeIdx> core_type_use();
  [[nodiscard]] core::text::FindType find_core_type();

  // Instances.
  [[nodiscard]] Result<void> instance_field();
  [[nodiscard]] Result<void> core_instance_field();
  [[nodiscard]] Result<InlineExports> instance_exports();
  [[nodiscard]] Result<CoreInlineExports> core_instance_exports();
  [[nodiscard]] bool at_inline_instance() const;
  [[nodiscard]] Result<std::map<std::size_t, std::uint32_t>> inline_args(Result<std::uint32_t> (Parser::*instance)());
  [[nodiscard]] Result<std::uint32_t> inline_instance();
  [[nodiscard]] Result<std::uint32_t> inline_core_instance();

  // Canonical definitions.
  [[nodiscard]] Result<void> canon_field();
  [[nodiscard]] Result<CanonLift> canon_lift(TypeIdx type);
  /// Everything but `lift`, without the `(core func $id)` at the end.
  [[nodiscard]] Result<Canon> core_canon();
  [[nodiscard]] Result<CanonBuiltIn> built_in(const BuiltInRow& row);
  [[nodiscard]] Result<CanonOpts> canon_opts();
  [[nodiscard]] Result<void> index_opt(CanonOpts& out, CanonOpt opt);

  // Values of value definitions (parse_values.cpp).
  struct FoundType {
    const DefValType* type = nullptr;
    std::size_t scope = 0;  ///< in `scopes_`: where the indices in it mean something
  };
  [[nodiscard]] Result<FoundType> find_val_type(TypeIdx type, std::size_t scope) const;
  [[nodiscard]] Result<void> value(const ValTypeRef& type, std::size_t scope, ByteWriter& out);
  [[nodiscard]] Result<void> value_of(types::Prim type, ByteWriter& out);
  [[nodiscard]] Result<void> values_of(const DefValType& type, std::size_t scope, ByteWriter& out);
  /// What stands in a result, an option or a case: a value if the type has one.
  [[nodiscard]] Result<void> payload(const std::optional<ValTypeRef>& type, std::size_t scope, ByteWriter& out);
  [[nodiscard]] Result<std::uint32_t> label_index(const std::vector<std::string>& labels, std::string_view what);

  const TokenList& list_;
  Cursor& in_;
  const ParseOptions& options_;
  std::vector<Scope*> scopes_;
  std::size_t depth_ = 0;                       ///< of types in types, of values in values
  std::map<std::size_t, TypeIdx> inline_types_;  ///< by the token at which they are written
};

}  // namespace wcomp::component::text

#include "component/text/parser.inl"
