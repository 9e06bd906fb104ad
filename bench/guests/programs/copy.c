// copy FROM TO [BUFFER BYTES]: with read and write, as cp without the kernel's help would.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char** argv) {
  size_t size = argc > 3 ? strtoul(argv[3], NULL, 10) : 65536;
  char* buffer = malloc(size);
  if (argc < 3 || buffer == NULL) return 2;
  int from = open(argv[1], O_RDONLY), to = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (from < 0 || to < 0) {
    perror(from < 0 ? argv[1] : argv[2]);
    return 1;
  }
  for (ssize_t n; (n = read(from, buffer, size)) != 0;) {
    if (n < 0) return perror("read"), 1;
    for (ssize_t done = 0; done < n;) {
      ssize_t written = write(to, buffer + done, (size_t)(n - done));
      if (written < 0) return perror("write"), 1;
      done += written;
    }
  }
  return 0;
}
