#include "base/standard_files.h"

#include <fcntl.h>

namespace wcomp {

void hold_standard_files() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest number that is free is this one.
    if (fd == 0 && ::open("/dev/null", O_RDONLY) >= 0) continue;
    (void)::open("/", O_PATH);
  }
}

}  // namespace wcomp
