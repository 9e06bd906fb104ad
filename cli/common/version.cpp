#include "cli/common/version.h"

#include <fmt/format.h>

#include "wcomp_version.h"  // generated: WCOMP_VERSION, WCOMP_COMMIT

namespace wcomp::cli {

std::string version_text(std::string_view program) {
  return fmt::format("{} {} ({})\ntiers: interpreter\nspecifications: core WebAssembly 2.0 (no SIMD) with multi-memory, Component Model (WASI 0.2), WASI 0.2.8", program, WCOMP_VERSION, WCOMP_COMMIT);
}

}  // namespace wcomp::cli
