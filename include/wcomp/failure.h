// What the library says when an input is bad: a list of diagnostics, never empty.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "wcomp/result.h"

namespace wcomp {

enum class Severity : std::uint8_t { error, warning };

/// A place in a text. `line` and `column` count from 1; columns are bytes. `excerpt` is the line without its end, of a long one the part around the place.
struct TextPos {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 1;  ///< bytes to underline, at least 1, within the line
  std::string excerpt;
};

/// A place in a binary: `path` names nested components and the section (`component > component#1 > canon[3]`).
struct BinaryPos {
  std::string file;
  std::string path;
  std::uint64_t offset = 0;  ///< bytes from the start of the file
};

using Location = std::variant<std::monostate, TextPos, BinaryPos>;

/// A second place that a diagnostic points to, with what is there.
struct Label {
  Location location;
  std::string message;
};

/// One message. `code` is a stable kebab-case word (rows of base/diagnostics.def). Texts that come from input are stored as they are:
/// `render` escapes control characters, line breaks too. A note that begins with two spaces continues the one before it.
struct Diagnostic {
  std::string_view code;  ///< static storage
  Severity severity = Severity::error;
  Location location;
  std::string message;
  std::vector<Label> labels;
  std::vector<std::string> notes;
};

/// Diagnostics of an operation that failed; one word, never empty except after a move. Move-only.
class [[nodiscard]] Failure {
 public:
  explicit Failure(Diagnostic d) : list_(std::make_unique<std::vector<Diagnostic>>()) { list_->push_back(std::move(d)); }
  explicit Failure(std::vector<Diagnostic> ds) : list_(std::make_unique<std::vector<Diagnostic>>(std::move(ds))) {
    if (list_->empty()) __builtin_trap();
  }
  [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return *list_; }
  [[nodiscard]] std::vector<Diagnostic>& diagnostics() { return *list_; }
  [[nodiscard]] const Diagnostic& first() const { return list_->front(); }
  void add(Diagnostic d) { list_->push_back(std::move(d)); }
  /// A note for every diagnostic's reader, e.g. what was being done.
  Failure&& with_note(std::string note) && {
    list_->back().notes.push_back(std::move(note));
    return std::move(*this);
  }
  /// The diagnostics as a person reads them, one after the other, with excerpts and carets; ends with a newline.
  [[nodiscard]] std::string to_string() const;

 private:
  std::unique_ptr<std::vector<Diagnostic>> list_;
};

/// One diagnostic as a person reads it (see Failure::to_string).
[[nodiscard]] std::string render(const Diagnostic& d);

}  // namespace wcomp
