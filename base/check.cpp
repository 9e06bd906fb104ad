#include "base/check.h"

#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

namespace wcomp {

void check_failed(const char* claim, const char* file, int line) {
  // Without stdio, which would be a tenth of an executable of `wcomp exe`.
  char text[1024];
  const auto end = fmt::format_to_n(text, sizeof text, "wcomp: internal error: `{}` does not hold ({}:{}); please report this\n", claim, file, line);
  [[maybe_unused]] const auto written = ::write(2, text, static_cast<std::size_t>(end.out - text));
  std::abort();
}

}  // namespace wcomp
