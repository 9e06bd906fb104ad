// About 32 KB as a component: what printf drags in.
#include <stdio.h>

int main(int argc, char** argv) {
  printf("hello from %s with %d argument(s), %.1f\n", argc > 0 ? argv[0] : "nobody", argc, argc * 0.5);
  return 0;
}
