// Other programs, run with words that no shell ever sees; folders for what they make, which go away however the command ends.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace wcomp::cli {

struct Child {
  std::vector<std::string> words;   ///< the program's path first
  std::filesystem::path errors;     ///< where standard error goes; empty: to ours
  std::filesystem::path output;     ///< the same of standard output
};

/// Runs them all, several at once; an exit status each, 128 and its number for a signal. When this process is told to end, the children
/// are, too, and `stopped_by` has the signal's number.
struct ChildrenDone {
  std::vector<int> statuses;
  int stopped_by = 0;
};
[[nodiscard]] Result<ChildrenDone> run_children(const std::vector<Child>& children);

/// Words as a shell would be given them, for people.
[[nodiscard]] std::string shell_words(const std::vector<std::string>& words);

/// The path of a program that is a path itself or found on PATH; empty if there is none.
[[nodiscard]] std::string find_program(const std::string& name);

/// A new folder below TMPDIR, removed with all that is in it.
class TemporaryFolder {
 public:
  [[nodiscard]] static Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace wcomp::cli
