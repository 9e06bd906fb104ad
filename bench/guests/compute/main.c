// compute [KERNEL [MILLISECONDS]]: a line `kernel <tab> best nanoseconds <tab> checksum` for each; `all` is every kernel.
// A run of a kernel is short (a fraction of a millisecond natively) and repeated for that long: the best one was not disturbed by whatever
// else the machine does. The same file natively and as a guest; the checksums have to agree.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels.h"

static const struct {
  const char* name;
  uint64_t (*run)(uint32_t n);
  uint32_t n;
} kernels[] = {
#ifdef BENCH_VECTORS
    {"sum", kernel_vector_sum, 200},         {"matrix", kernel_vector_matrix, 20}, {"shuffle", kernel_vector_shuffle, 200},
    {"mix", kernel_vector_mix, 200},         {"find", kernel_vector_find, 200},
#else
    {"calls", kernel_calls, 20}, {"sieve", kernel_sieve, 20000},     {"floats", kernel_floats, 36},
    {"hash", kernel_hash, 25},   {"sort", kernel_sort, 2000},        {"machine", kernel_machine, 1500},
    {"text", kernel_text, 100},  {"pointers", kernel_pointers, 800}, {"bulk", kernel_bulk, 20},
#endif
};

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int main(int argc, char** argv) {
  const char* wanted = argc > 1 ? argv[1] : "all";
  const uint64_t budget = (uint64_t)(argc > 2 ? atoi(argv[2]) : 50) * 1000000u;
  for (size_t i = 0; i < sizeof kernels / sizeof *kernels; ++i) {
    if (strcmp(wanted, "all") != 0 && strcmp(wanted, kernels[i].name) != 0) continue;
    uint64_t best = UINT64_MAX, sum = 0, spent = 0;
    for (int r = 0; r < 3 || spent < budget; ++r) {
      const uint64_t start = now();
      sum = kernels[i].run(kernels[i].n);
      const uint64_t took = now() - start;
      if (took < best) best = took;
      spent += took;
    }
    printf("%s\t%llu\t%016llx\n", kernels[i].name, (unsigned long long)best, (unsigned long long)sum);
    fflush(stdout);
  }
  return 0;
}
