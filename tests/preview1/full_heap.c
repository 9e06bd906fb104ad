// Takes every page that malloc can get, then writes, reads arguments and checks that nobody else wrote to the memory.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
struct block {
  struct block* next;
  unsigned char bytes[4000];
};
int main(int argc, char** argv) {
  struct block* list = 0;
  size_t count = 0;
  for (;;) {
    struct block* b = malloc(sizeof *b);
    if (b == 0) break;
    memset(b->bytes, (int)(count & 255), sizeof b->bytes);
    b->next = list;
    list = b;
    ++count;
  }
  char text[100];
  int size = snprintf(text, sizeof text, "%s\n", count > 1500 ? "many blocks" : "few blocks");
  if (write(1, text, (size_t)size) != size) return 2;
  printf("%d arguments, last %s\n", argc, argv[argc - 1]);
  fflush(stdout);
  size_t n = count;
  for (struct block* b = list; b != 0; b = b->next) {
    --n;
    for (size_t j = 0; j < sizeof b->bytes; ++j) {
      if (b->bytes[j] != (n & 255)) {
        write(1, "damaged\n", 8);
        return 1;
      }
    }
  }
  write(1, "intact\n", 7);
  return 0;
}
