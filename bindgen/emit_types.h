// C++ definitions of a scope's WIT types, and their descriptions for wcomp/abi_types.h. The same for guests and hosts, but for resources.
//
//   record    aggregate with a defaulted ==          enum    enum class
//   variant   `struct V { struct CaseA { T value; }; struct CaseB {}; std::variant<CaseA, CaseB> value; }` with is, get_if, match
//   flags     class derived from wcomp::Flags with a constant for each flag
//   an alias or `use`                                using declaration
#pragma once

#include <functional>
#include <string>

#include "bindgen/cpp_model.h"

namespace wcomp::bindgen {

/// Definitions, in the scope's namespace. `resources` gives the text of the resources' classes, which goes before the types that hold handles.
[[nodiscard]] std::string emit_types(const Model& model, const Scope& scope, const std::function<std::string()>& resources);

/// Specialisations of wcomp::abi::Type, to stand outside of all namespaces.
[[nodiscard]] std::string emit_abi(const Model& model, const Scope& scope);

/// `  /// ...` above a declaration.
[[nodiscard]] std::string docs_of(const wit::Function& func, std::string_view indent);

/// `std::uint32_t x, std::string_view name` for the parameters of a function, `self` left out if it is a method.
[[nodiscard]] std::string params_text(const Model& model, const Scope& scope, const FuncModel& func);
/// `x, std::move(y)` to pass them on.
[[nodiscard]] std::string args_text(const Model& model, const FuncModel& func);

/// Text inside a namespace: opening and closing lines around it; nothing for an empty body.
[[nodiscard]] std::string in_namespace(const std::string& name, const std::string& body);

/// Declarations may name deprecated things without a warning.
[[nodiscard]] std::string with_diagnostics(const Model& model, const std::string& text);
/// The text of a header between include guards: copies of one header in several folders are one.
[[nodiscard]] std::string guarded(const std::string& file_name, const std::string& text);

/// What begins every file that is of one world.
[[nodiscard]] std::string file_header(const Model& model);

}  // namespace wcomp::bindgen
