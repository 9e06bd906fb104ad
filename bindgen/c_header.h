// <world>.h: types in the order that C needs, functions of both directions, what frees them.
#pragma once

#include <set>

#include "bindgen/c_func.h"

namespace wcomp::bindgen {

/// What an exported resource brings along: two functions for its handles and one to write.
struct CExportedResource {
  std::string make, rep, destructor;
};
[[nodiscard]] CExportedResource exported_resource(CNames& names, const Scope& scope, const std::string& resource);

class CHeader {
 public:
  CHeader(const Model& model, CNames& names, CTypes& types) : model_(model), names_(names), types_(types) {}

  /// Finds all types and writes their definitions and the declarations of functions.
  void build();
  /// The header; `imports` is how those imported functions are called that are not core functions as they are.
  [[nodiscard]] std::string text(const std::string& imports);

  /// Types whose layout is not C's own, in the order of their definitions.
  [[nodiscard]] const std::vector<const CType*>& defined() const { return defined_; }
  [[nodiscard]] const std::map<std::pair<const Scope*, wit::TypeDeclId>, CExportedResource>& exported_resources() const { return exported_; }
  [[nodiscard]] bool has_strings() const { return string_ != nullptr; }
  [[nodiscard]] const CType& string() const { return *string_; }
  /// string_set, string_dup, string_dup_n
  [[nodiscard]] const std::vector<std::string>& string_functions() const { return string_functions_; }

 private:
  void scope(const Scope& scope);
  void declare(wit::TypeDeclId decl, const Scope& scope);
  void declare_resource(wit::TypeDeclId decl, const Scope& scope);
  void declare_alias(wit::TypeDeclId decl, const Scope& scope);
  void need(const CType& type);
  void define(const CType& type);
  void constants(const wit::TypeDecl& decl, const CType& type, const Scope& home);
  void strings(const CType& type);
  [[nodiscard]] std::string spelled(const CMember& member, const CType& of);
  [[nodiscard]] std::string spelled(types::ValType type, const Scope& from);
  void functions(const Scope& scope);
  void import_handle_functions(const ResourceModel& resource, const Scope& scope);
  void export_handle_functions(const ResourceModel& resource, const Scope& scope);
  void function(const FuncModel& func, const Scope& scope);
  void import_attribute(std::string_view module, std::string_view name);

  const Model& model_;
  CNames& names_;
  CTypes& types_;
  std::string out_;
  std::vector<const CType*> defined_;
  std::set<const CType*> is_defined_;
  std::set<std::pair<const Scope*, wit::TypeDeclId>> is_declared_;
  std::map<std::pair<const Scope*, wit::TypeDeclId>, CExportedResource> exported_;
  const CType* string_ = nullptr;
  std::vector<std::string> string_functions_;
  bool has_imports_ = false;
};

/// The module that a scope's core functions are imported from.
[[nodiscard]] std::string import_module(const Scope& scope);

}  // namespace wcomp::bindgen
