// sorted [NAME..]: its arguments in order, one a line, each with its length. A small program that uses some of C's library.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void* a, const void* b) { return strcmp(*(char* const*)a, *(char* const*)b); }

static void line(const char* name) {
  char digits[12];
  size_t n = sizeof digits;
  digits[--n] = 0;
  for (size_t length = strlen(name); n > 0; length /= 10) {
    digits[--n] = (char)('0' + length % 10);
    if (length < 10) break;
  }
  fputs(name, stdout);
  fputc(' ', stdout);
  puts(digits + n);
}

int main(int argc, char** argv) {
  char** names = malloc(sizeof(char*) * (size_t)argc);
  if (names == NULL) return 1;
  for (int i = 1; i < argc; ++i) names[i - 1] = strdup(argv[i]);
  qsort(names, (size_t)argc - 1, sizeof *names, compare);
  for (int i = 1; i < argc; ++i) line(names[i - 1]);
  free(names);
  return 0;
}
