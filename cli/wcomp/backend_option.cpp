#include "cli/wcomp/backend_option.h"

#include <fmt/format.h>

#include "engine/backend.h"

namespace wcomp::cli {

namespace {

std::string check_backend(const std::string& name) {
  const auto kind = parse_backend(name);
  if (!kind) return fmt::format("`{}` is no back end: interp, jit or auto was expected", name);
  if (*kind == BackendKind::jit && !engine::why_no_compiler().empty()) return fmt::format("`jit` cannot be used: {}; `interp` can", engine::why_no_compiler());
  return {};
}

}  // namespace

void add_backend_option(CLI::App& app, std::string& name) {
  app.add_option(backend_option, name, "What runs the code: interp, jit, or auto (the compiler where there is one)")->type_name("NAME")->check(CLI::Validator(check_backend, ""));
}

}  // namespace wcomp::cli
