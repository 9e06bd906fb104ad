// Any text is formatted so that formatting it again changes nothing, or refused.
#include "base/check.h"
#include "base/diagnostic.h"
#include "wit/format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  const auto once = wit::format("fuzz.wit", std::string(reinterpret_cast<const char*>(data), size));
  if (!once) {
    for (const Diagnostic& d : once.error().diagnostics()) WCOMP_CHECK(d.code != diag::invalid.code);  // more than white space would change
    return 0;
  }
  const auto twice = wit::format("fuzz.wit", *once);
  WCOMP_CHECK(twice.has_value() && *twice == *once);
  return 0;
}
