// Files and folders below /d.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void) {
  FILE* f = fopen("/d/a.txt", "w");
  if (f == 0) return perror("a.txt"), 1;
  for (int i = 0; i < 20000; ++i) fprintf(f, "line %d\n", i);
  fclose(f);
  f = fopen("/d/a.txt", "a");
  fputs("end\n", f);
  fclose(f);
  f = fopen("/d/a.txt", "r");
  char b[100];
  int n = 0;
  while (fgets(b, sizeof b, f)) ++n;
  printf("%d lines, last %s", n, b);
  fseek(f, -4, SEEK_END);
  printf("%s", fgets(b, sizeof b, f));
  printf("at %ld\n", ftell(f));
  fclose(f);
  struct stat s;
  if (stat("/d/a.txt", &s) == 0) printf("%lld bytes, folder: %d\n", (long long)s.st_size, S_ISDIR(s.st_mode) != 0);
  if (mkdir("/d/sub", 0755)) perror("mkdir");
  for (int i = 0; i < 100; ++i) {
    snprintf(b, sizeof b, "/d/sub/a-file-with-a-long-name-%d", i);
    int fd = open(b, O_CREAT | O_WRONLY, 0644);
    if (fd < 0) return perror(b), 1;
    close(fd);
  }
  DIR* d = opendir("/d/sub");
  int entries = 0;
  while (readdir(d)) ++entries;
  closedir(d);
  printf("%d entries\n", entries);
  for (int i = 0; i < 100; ++i) {
    snprintf(b, sizeof b, "/d/sub/a-file-with-a-long-name-%d", i);
    if (unlink(b)) perror("unlink");
  }
  if (rename("/d/a.txt", "/d/b.txt")) perror("rename");
  if (rmdir("/d/sub")) perror("rmdir");
  if (symlink("b.txt", "/d/link")) perror("symlink");
  n = (int)readlink("/d/link", b, sizeof b);
  printf("link to %.*s\n", n, b);
  unlink("/d/link");
  printf("none: %s\n", fopen("/d/none", "r") ? "there" : strerror(errno));
  printf("outside: %s\n", fopen("/etc/passwd", "r") ? "there" : "refused");
  unlink("/d/b.txt");
  return 0;
}
