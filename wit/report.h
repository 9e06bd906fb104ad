// Where the WIT phases put what they find wrong: errors and warnings pile up here, so that one run shows all of them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "base/source.h"

namespace wcomp::wit {

class Report {
 public:
  explicit Report(const SourceMap& sources) : sources_(sources) {}

  /// The returned reference is valid until the next call.
  Diagnostic& error(DiagCode code, Span at, std::string message) {
    if (is_full()) return overflow_;
    return errors_.emplace_back(wcomp::error(code, std::move(message), sources_.locate(at)));
  }
  Diagnostic& error(DiagCode code, std::string message) {
    if (is_full()) return overflow_;
    return errors_.emplace_back(wcomp::error(code, std::move(message)));
  }
  /// Nobody reads more than this; further errors are dropped, and finding suggestions for them is a waste.
  [[nodiscard]] bool is_full() const { return errors_.size() >= 100; }
  Diagnostic& warning(DiagCode code, Span at, std::string message) {
    if (warnings_.size() >= 100) return overflow_;
    return warnings_.emplace_back(wcomp::warning(code, std::move(message), sources_.locate(at)));
  }
  [[nodiscard]] Label label(Span at, std::string message) const { return {.location = sources_.locate(at), .message = std::move(message)}; }

  [[nodiscard]] const SourceMap& sources() const { return sources_; }
  [[nodiscard]] bool has_errors() const { return !errors_.empty(); }
  [[nodiscard]] std::size_t error_count() const { return errors_.size(); }
  /// Sorted by file, as the files came up, and by place in the file.
  [[nodiscard]] std::vector<Diagnostic> take_errors();
  [[nodiscard]] std::vector<Diagnostic> take_warnings();
  void add_all(const Failure& failure) { errors_.insert(errors_.end(), failure.diagnostics().begin(), failure.diagnostics().end()); }

 private:
  const SourceMap& sources_;
  std::vector<Diagnostic> errors_;
  std::vector<Diagnostic> warnings_;
  Diagnostic overflow_{};
};

}  // namespace wcomp::wit
