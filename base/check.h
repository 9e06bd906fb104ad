// WCOMP_CHECK: for our own bugs only. Bad input is a Failure, a misbehaving guest is a Trap.
#pragma once

namespace wcomp {
/// Prints the failed claim with its place and aborts. Never returns.
[[noreturn]] void check_failed(const char* claim, const char* file, int line);
}  // namespace wcomp

/// States an invariant of our own code; on in every build type.
#define WCOMP_CHECK(claim) \
  do {                     \
    if (!(claim)) [[unlikely]] ::wcomp::check_failed(#claim, __FILE__, __LINE__); \
  } while (false)
