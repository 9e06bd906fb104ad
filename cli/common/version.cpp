#include "cli/common/version.h"

#include <fmt/format.h>

#include "wcomp_version.h"  // generated: WCOMP_VERSION, WCOMP_COMMIT, WCOMP_DATE, WCOMP_WASI_VERSION

namespace wcomp::cli {

namespace {

constexpr const char* tiers = "compiler, interpreter";
constexpr const char* core = "3.0 without garbage collection";

#ifdef NDEBUG
constexpr const char* checks = "";
#else
constexpr const char* checks = ", with assertions";
#endif

}  // namespace

std::string version_number() { return WCOMP_VERSION; }
std::string short_version(std::string_view program) { return fmt::format("{} {}", program, WCOMP_VERSION); }

std::string_view release_date() { return WCOMP_DATE; }

std::string version_text(std::string_view program) {
  return fmt::format(
      "{} ({})\n"
      "built with: clang {}{}\n"
      "tiers: {}\n"
      "core WebAssembly: {}\n"
      "Component Model: all formats; runs what is synchronous\n"
      "WASI: {}, and preview 1",
      short_version(program), WCOMP_COMMIT, __clang_version__, checks, tiers, core, WCOMP_WASI_VERSION);
}

}  // namespace wcomp::cli
