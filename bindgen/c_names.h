// The C names of everything in a world: docs/guest-c.md, "Names". All of them are of one scope, C's only one.
//
//   interface                 ns_package_interface            as an import; exports_ns_package_interface as an export
//   world; inline interface   world; world_interface          the same with exports_ in front
//   function f                <prefix>_f
//   functions of a resource   <prefix>_constructor_r, <prefix>_method_r_f, <prefix>_static_r_f
//   type t                    <prefix>_t_t; resource r: <prefix>_own_r_t, <prefix>_borrow_r_t
//   case c of type t          <PREFIX>_T_C
//
// A name depends on the item it is of and on nothing beside it, so that what is added to WIT renames nothing. What the generator makes out of
// a type's name (`.._free`) could be the name of a function as well; functions with such names always have a `_` at the end. Names of WIT are
// taken before those that are made up, so where two are equal after all it is the latter that gives way.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "bindgen/cpp_model.h"

namespace wcomp::bindgen {

class CNames {
 public:
  explicit CNames(const Model& model);

  /// What the names of a scope's items begin with, without the last `_`.
  [[nodiscard]] const std::string& prefix(const Scope& scope) const { return prefixes_.at(&scope); }
  /// `sample_kv_types_location` of `sample_kv_types_location_t`.
  [[nodiscard]] std::string stem(wit::TypeDeclId decl, const Scope& scope) const;
  [[nodiscard]] const std::string& type(wit::TypeDeclId decl, const Scope& scope) const { return types_.at({&scope, decl}).type; }
  /// Of a resource: the types of its handles. `type` is then what stands for the object itself.
  [[nodiscard]] const std::string& own(wit::TypeDeclId decl, const Scope& scope) const { return types_.at({&scope, decl}).own; }
  [[nodiscard]] const std::string& borrow(wit::TypeDeclId decl, const Scope& scope) const { return types_.at({&scope, decl}).borrow; }
  [[nodiscard]] const std::string& function(const Scope& scope, const wit::Function& func) const { return functions_.at({&scope, &func}); }

  /// The world as a prefix of what is made up for it: `user` of `user_string_t`.
  [[nodiscard]] const std::string& world() const { return world_; }
  /// A name that nothing else has: this one, if it is free.
  [[nodiscard]] std::string take(const std::string& name);
  /// The same in capitals, as macros have it.
  [[nodiscard]] std::string take_macro(const std::string& name);

 private:
  struct TypeNames {
    std::string type, own, borrow;
  };
  void name_prefixes(const Model& model);
  void name_types(const Model& model, const Scope& scope);
  void name_functions(const Scope& scope);
  void name_function(const Scope& scope, const wit::Function& func, const std::string& local);

  const wit::Graph& graph_;
  NameScope names_;
  std::string world_;
  std::map<const Scope*, std::string> prefixes_;
  std::map<std::pair<const Scope*, wit::TypeDeclId>, TypeNames> types_;
  std::map<std::pair<const Scope*, const wit::Function*>, std::string> functions_;
};

/// The name in capitals, as of a macro.
[[nodiscard]] std::string macro_name(std::string_view name);

}  // namespace wcomp::bindgen
