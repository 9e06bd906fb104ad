// What the processor can do, as far as the choice between two ways of doing the same depends on it.
//
// The C library asks the processor once, before main, and keeps the answers. The compiler's `__builtin_cpu_supports` brings a second round of
// questions into every start, and in a virtual machine each question goes to the machine's host and back: a tenth of a small program's time.
#pragma once

#if defined(__x86_64__)
#if __has_include(<sys/platform/x86.h>)
#define _Bool bool  // the header is written in C
#include <sys/platform/x86.h>
#undef _Bool
#define WCOMP_HAS_FEATURE(c_library, compiler) x86_cpu_active(x86_cpu_##c_library)
#else
#define WCOMP_HAS_FEATURE(c_library, compiler) (__builtin_cpu_init(), __builtin_cpu_supports(compiler) != 0)
#endif

namespace wcomp {

[[nodiscard]] inline bool has_ssse3() { return WCOMP_HAS_FEATURE(SSSE3, "ssse3"); }
[[nodiscard]] inline bool has_sse4_2() { return WCOMP_HAS_FEATURE(SSE4_2, "sse4.2"); }
[[nodiscard]] inline bool has_popcnt() { return WCOMP_HAS_FEATURE(POPCNT, "popcnt"); }
[[nodiscard]] inline bool has_avx2() { return WCOMP_HAS_FEATURE(AVX2, "avx2"); }

}  // namespace wcomp

#undef WCOMP_HAS_FEATURE
#endif
