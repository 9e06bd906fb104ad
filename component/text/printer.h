// One class, because everything is printed against the same stack of scopes: print.cpp has definitions, print_types.cpp types.
#pragma once

#include <array>

#include <fmt/format.h>

#include "component/name_section.h"
#include "component/text/print.h"
#include "core/text_ids.h"

namespace wcomp::component::text {

class Printer {
 public:
  explicit Printer(const PrintOptions& options, const core::TextSink* sink = nullptr) : options_(options), sink_(sink) {}
  /// `head`: what stands after the word `component`; `name`: what `parse` takes from it as the component's own name.
  void component(const Component& component, std::string_view head, std::string_view name);
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  /// Identifiers and how far each index space has got.
  struct Scope {
    std::map<Sort, core::Ids> ids;
    std::map<Sort, std::uint32_t> counts;
    std::map<Sort, core::NameMap> names;
    std::string own_name;             ///< of the component
    bool is_section_implied = false;  ///< the name section is what `parse` makes of the identifiers
  };
  [[nodiscard]] Scope scope_of(const Component& c) const;

  void open_line();
  /// Text of a core module: its lines are indented further.
  void add_lines(std::string_view text);
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    open_line();
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }
  void close() {
    --depth_;
    line(")");
  }
  [[nodiscard]] Scope& scope() { return scopes_.back(); }
  /// Identifier and index of the item that is about to be defined, each with a space in front.
  [[nodiscard]] std::string define(Sort sort);
  [[nodiscard]] std::string next_name(Sort sort) const;
  [[nodiscard]] std::string ref(Sort sort, std::uint32_t index) const { return ref(scopes_.size() - 1, sort, index); }
  [[nodiscard]] std::string ref(std::size_t scope, Sort sort, std::uint32_t index) const;
  /// `(core func $f)`
  [[nodiscard]] std::string item(const SortIdx& s) const { return fmt::format("({} {})", to_string(s.sort), ref(s.sort, s.index)); }

  // Definitions.
  void definition(const Definition& d);
  void core_module(const CoreModuleDef& m);
  void core_instance(const CoreInstance& i);
  void instance(const Instance& i);
  void alias(const Alias& a);
  void canon(const Canon& c);
  void custom(const CustomSection& c);
  void start(const Start& s);
  [[nodiscard]] std::string built_in(const CanonBuiltIn& b) const;
  [[nodiscard]] std::string opts(const CanonOpts& o) const;
  [[nodiscard]] static std::string name(const std::string& name, const Attributes& attributes);
  /// `(func $f (;0;) (type 1))`: the sort is defined by it.
  [[nodiscard]] std::string extern_desc(const ExternDesc& d, bool is_definition);

  // Types.
  void def_type(const DefType& t);
  void core_def_type(const CoreDefType& t);
  /// `head`: `type $t (;0;)`
  void module_type(const CoreModuleType& t, std::string_view head);
  void type_decls(const std::vector<TypeDeclItem>& decls, std::string_view head, std::string_view word);
  [[nodiscard]] std::string def_val_type(const DefValType& t) const;
  [[nodiscard]] std::string val_type(const ValTypeRef& t) const;
  /// The same behind `(value`, where an identifier would be the value's.
  [[nodiscard]] std::string value_type(const ValTypeRef& t) const;
  [[nodiscard]] std::string optional_val_type(const std::optional<ValTypeRef>& t) const;
  [[nodiscard]] std::string func_type(const FuncTypeRef& t) const;
  [[nodiscard]] std::string core_extern_type(const core::ExternType& t) const;

  const PrintOptions& options_;
  const core::TextSink* sink_;  ///< null: everything stays in out_
  bool is_first_line_ = true;
  std::vector<Scope> scopes_;
  std::size_t depth_ = 0;
  std::string out_;
};

}  // namespace wcomp::component::text
