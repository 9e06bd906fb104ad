static volatile unsigned far = 0xfffffff0;
__attribute__((noinline)) static int read_at(int depth) {
  if (depth > 0) return read_at(depth - 1) + 1;  // at: again
  return *(volatile int*)far;  // at: read
}
__attribute__((export_name("run"))) int run(void) {
  return read_at(2) + 1;  // at: run
}
