// Copies a file with buffers of 64 KiB: copy FROM TO. The same program natively is what its speed is compared with.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static char buffer[64 * 1024];

int main(int argc, char** argv) {
  if (argc != 3) return fprintf(stderr, "usage: copy FROM TO\n"), 2;
  int from = open(argv[1], O_RDONLY);
  if (from < 0) return perror(argv[1]), 1;
  int to = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (to < 0) return perror(argv[2]), 1;
  for (;;) {
    ssize_t n = read(from, buffer, sizeof buffer);
    if (n < 0) return perror("read"), 1;
    if (n == 0) break;
    for (ssize_t done = 0; done < n;) {
      ssize_t w = write(to, buffer + done, (size_t)(n - done));
      if (w < 0) return perror("write"), 1;
      done += w;
    }
  }
  return close(to) != 0;
}
