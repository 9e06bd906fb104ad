// Code of C bindings that handles values: frees them, takes them apart for registers and puts them together again.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "bindgen/c_types.h"

namespace wcomp::bindgen {

[[nodiscard]] std::string_view c_core_type(core::ValType type);

/// The body of a function while it is written.
struct CBlock {
  std::string text;
  NameScope locals;
  int depth = 1;
  void line(std::string_view code);
  /// `{` ends the line that opens a block, which is indented until `close`.
  void open(std::string_view code);
  void close(std::string_view code = "}");
};

/// What can be done with every part of a value.
enum class Walk : std::uint8_t {
  free,          ///< frees memory and drops own handles
  forget,        ///< own handles become 0: another has them now
  drop_borrows,  ///< a function's borrows end with it
};

class CAbi {
 public:
  CAbi(CTypes& types, CNames& names) : types_(types), names_(names) {}

  /// Core values of what `e` names.
  void lower(const CType& type, const std::string& e, CBlock& block, std::vector<std::string>& out);
  struct CoreValue {
    std::string text;
    core::ValType type;
  };
  /// Statements that make `target` of core values; `next` moves behind those used.
  void lift(const CType& type, const std::string& target, const std::vector<CoreValue>& from, std::size_t& next, CBlock& block);

  [[nodiscard]] static bool needs(Walk walk, const CType& type);
  /// A statement for the value that `e` names; nothing if there is nothing to do.
  void apply(Walk walk, const CType& type, const std::string& e, CBlock& block);
  /// The definition of `type.free`.
  void define_free(const CType& type);

  /// Functions that the code above calls, each after those it calls itself.
  std::string functions;
  /// What the code of a header needs of them: declarations, and small ones whole.
  std::string inline_functions;

 private:
  void define(Walk walk, const CType& type, const std::string& name, bool is_static);
  const std::string& function(Walk walk, const CType& type);
  void lower_variant(const CType& type, const std::string& e, CBlock& block, std::vector<std::string>& out);
  void lift_variant(const CType& type, const std::string& target, const std::vector<CoreValue>& from, std::size_t& next, CBlock& block);
  /// `f(i)` writes what is done in the case with that number; cases that `is_wanted` says no to have nothing to do.
  template <class Wanted, class F>
  void for_each_case(const CType& type, const std::string& tag, CBlock& block, Wanted is_wanted, F f);
  std::string converted(const std::string& text, core::ValType from, core::ValType to);
  const std::string& bits_function(std::string_view name, std::string_view result, std::string_view param);

  CTypes& types_;
  CNames& names_;
  std::map<std::pair<Walk, const CType*>, std::string> walks_;
  std::map<std::string, std::string, std::less<>> bits_;
};

/// `e.name`, or `x->name` for `(*x)`.
[[nodiscard]] std::string member_of(const std::string& e, std::string_view name);

}  // namespace wcomp::bindgen
