#include "wasi/files/error.h"

#include <array>
#include <cerrno>

namespace wcomp::wasi::files {

namespace {

/// In the order of wasi:filesystem's `error-code`.
enum class ErrorCode : std::uint8_t {
  access, would_block, already, bad_descriptor, busy, deadlock, quota, exist, file_too_large, illegal_byte_sequence, in_progress, interrupted,
  invalid, io, is_directory, loop, too_many_links, message_size, name_too_long, no_device, no_entry, no_lock, insufficient_memory,
  insufficient_space, not_directory, not_empty, not_recoverable, unsupported, no_tty, no_such_device, overflow, not_permitted, pipe, read_only,
  invalid_seek, text_file_busy, cross_device,
};

struct Row {
  int number;
  ErrorCode code;
  std::uint16_t preview1;
};

constexpr Row rows[] = {
#define ERROR(number, code, name, preview1) {number, ErrorCode::code, preview1},
#include "wasi/files/errors.def"
#undef ERROR
};

Row row_of(Errno e) {
  for (const Row& row : rows) {
    if (row.number == static_cast<int>(e)) return row;
  }
  return {EIO, ErrorCode::io, 29};
}

}  // namespace

Err<Errno> fail_with_errno() { return fail(errno); }
std::uint8_t error_code_of(Errno e) { return static_cast<std::uint8_t>(row_of(e).code); }
std::uint16_t preview1_errno_of(Errno e) { return row_of(e).preview1; }

}  // namespace wcomp::wasi::files
