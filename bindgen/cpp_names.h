// Names of C++ things for names of WIT, and texts that generated code carries.
//
// The rule: functions, fields, parameters, enumerators, flags and namespaces are snake_case, types PascalCase; what C++ (or a macro of the
// C library) has taken gets a `_` at the end, as does the later of two names that come out equal (`_2` for a third). WIT names cannot
// end in `-`, so an appended `_` never meets another name.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

namespace wcomp::bindgen {

/// `list-all` -> `list_all`, `class` -> `class_`.
[[nodiscard]] std::string value_name(std::string_view kebab);
/// `input-stream` -> `InputStream`.
[[nodiscard]] std::string type_name(std::string_view kebab);
/// A name of the outermost level (a namespace, whatever C has) must not be a function of the C library either: `time:zone` -> `time_`.
[[nodiscard]] std::string outer_namespace(std::string_view kebab);

/// Names that have to differ within one C++ scope.
class NameScope {
 public:
  NameScope() = default;
  NameScope(std::initializer_list<std::string_view> reserved) : taken_(reserved.begin(), reserved.end()) {}
  /// `name`, or what is made of it when it is taken.
  [[nodiscard]] std::string take(std::string name);
  /// The same for a name that must be free with each of these suffixes.
  [[nodiscard]] std::string take_all(std::string name, std::span<const std::string_view> suffixes);

 private:
  std::set<std::string, std::less<>> taken_;
};

/// `///` lines at an indentation, each ended by a newline; nothing for empty docs. Whatever the docs hold stays inside the comment.
[[nodiscard]] std::string doc_comment(std::string_view docs, std::string_view indent);
/// A C++ string literal.
[[nodiscard]] std::string literal(std::string_view text);

}  // namespace wcomp::bindgen
