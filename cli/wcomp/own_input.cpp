#include "cli/wcomp/own_input.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"

namespace wcomp::cli {

Result<void> check_own_input(const std::string& input, const std::string& output) {
  std::error_code error;
  if (input.empty() || input == "-" || output.empty() || output == "-" || !std::filesystem::equivalent(input, output, error) || error) return {};
  if (!std::filesystem::is_regular_file(output, error)) return {};
  return fail(diag::bad_usage, fmt::format("`{}` would take the place of what it is made of, `{}`: name another file with -o", escape(output), escape(input)));
}

}  // namespace wcomp::cli
