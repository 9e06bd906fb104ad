// Writing what a subcommand made of bytes: as they are, or as text (`-t`).
#pragma once

#include <CLI/CLI.hpp>

#include "base/bytes.h"
#include "base/result.h"

namespace wcomp::cli {

/// `--output`, `--wat`.
struct WasmOutput {
  std::string path;
  bool is_text = false;

  void declare(CLI::App& app);
  /// Writes a core module or component; the exit status.
  [[nodiscard]] int write(Bytes bytes) const;
};

/// A core module or component as text.
[[nodiscard]] Result<std::string> wasm_text(std::shared_ptr<const Bytes> bytes);

}  // namespace wcomp::cli
