// Allocates before and after the first call of each kind; arguments, environment, standard error, exit code.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int holds(const unsigned char* p, size_t n, unsigned char v) {
  for (size_t i = 0; i < n; ++i) {
    if (p[i] != v) return 0;
  }
  return 1;
}
int main(int argc, char** argv) {
  unsigned char* before = malloc(1000000);
  memset(before, 7, 1000000);
  for (int i = 0; i < argc; ++i) printf("%d=%s\n", i, i == 0 ? "program" : argv[i]);
  unsigned char* after = malloc(3000000);
  memset(after, 9, 3000000);
  const char* v = getenv("GREETING");
  printf("GREETING=%s\n", v ? v : "none");
  fprintf(stderr, "to standard error\n");
  unsigned char* later = malloc(100000);
  memset(later, 11, 100000);
  int ok = holds(before, 1000000, 7) && holds(after, 3000000, 9) && holds(later, 100000, 11);
  puts(ok ? "intact" : "damaged");
  exit(1);
}
