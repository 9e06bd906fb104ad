#include "wasi/files/error.h"

#include <cerrno>

namespace wcomp::wasi::files {

Err<Errno> fail_with_errno() { return fail(errno); }

std::uint16_t preview1_errno_of(Errno e) {
  constexpr std::uint16_t io = 29;
  switch (static_cast<int>(e)) {
#define ERROR(number, code, name, preview1) \
  case number: return preview1;
#include "wasi/files/errors.def"
#undef ERROR
    default: return io;
  }
}

}  // namespace wcomp::wasi::files
