// The specification's executable definitions of the Canonical ABI, run on what we computed. Only where the specification is at hand.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "test_paths.h"

namespace wcomp::cabi {

/// Collects calls of the functions of oracle.py and runs them in one go.
class Oracle {
 public:
  explicit Oracle(const std::string& name) : file_(std::string(WCOMP_BINARY_DIR) + "/" + name + ".txt"), out_(file_) {}

  [[nodiscard]] static bool is_there() {
    if (std::filesystem::exists(definitions() / "definitions.py")) return true;
    MESSAGE("the specification is not next to the source tree: not compared");
    return false;
  }
  void ask(const std::string& call) { out_ << call << '\n'; }
  /// Whether the definitions agree with all; differences go to standard output.
  [[nodiscard]] bool agrees() {
    out_.close();
    const std::string command =
        fmt::format("python3 '{}/tests/canonical-abi/oracle.py' '{}' '{}'", WCOMP_SOURCE_DIR, definitions().string(), file_);
    return std::system(command.c_str()) == 0;
  }

 private:
  static std::filesystem::path definitions() { return std::filesystem::path(WCOMP_SOURCE_DIR) / "../shared/spec/component-model/canonical-abi"; }
  std::string file_;
  std::ofstream out_;
};

}  // namespace wcomp::cabi
