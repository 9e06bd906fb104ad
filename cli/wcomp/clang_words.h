// The words that a user gives a compiler: which are inputs, which of these are sources, and how the words of one source and of the link look.
//
// Nothing is known of clang's options but those that take the next word as their value (clang_values.def), those that end the work before
// the link, and a few that belong to one step only; everything else goes through as it stands, in its order.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wcomp::cli {

/// Whether the value of an option of clang is the next word.
[[nodiscard]] bool clang_takes_next(std::string_view word);

struct ClangWord {
  enum class Kind { option, value, source, object };
  std::string text;
  Kind kind = Kind::option;
  std::string language;  ///< of a source that stands behind `-x LANGUAGE`, or what its name ends in says; empty: clang finds it out
};

struct ClangWords {
  std::vector<ClangWord> words;
  bool ends_before_link = false;     ///< -c, -S, -E, -fsyntax-only and the like
  bool has_debug_info = false;       ///< the last -g.. is not -g0
  std::optional<std::string> model;  ///< -mexec-model=

  /// Splits words; `@file` stands for the words in the file. Errors: files that cannot be read.
  [[nodiscard]] static Result<ClangWords> split(const std::vector<std::string>& words);

  [[nodiscard]] std::vector<std::string> inputs() const;
  [[nodiscard]] std::size_t source_count() const;
  /// Whether an option is there whose text begins so.
  [[nodiscard]] bool has(std::string_view prefix) const;

  /// The options, and of the inputs only the source at `position` of words. `as_c`: C, whatever compiler reads it.
  [[nodiscard]] std::vector<std::string> for_source(std::size_t position, bool as_c) const;
  /// The options alone, for a source of our own.
  [[nodiscard]] std::vector<std::string> options() const;
  /// Options and inputs, an object for each source.
  [[nodiscard]] std::vector<std::string> for_link(const std::vector<std::string>& objects) const;
};

}  // namespace wcomp::cli
