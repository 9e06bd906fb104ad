#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace wcomp {

void check_failed(const char* claim, const char* file, int line) {
  std::fprintf(stderr, "wcomp: internal error: `%s` does not hold (%s:%d); please report this\n", claim, file, line);
  std::abort();
}

}  // namespace wcomp
