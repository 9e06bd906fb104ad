// Directories read in parts, descriptors renumbered, times, links, polling: what wasi-libc makes of them, the same in every host.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern int __wasilibc_fd_renumber(int, int);

static int by_name(const void* a, const void* b) { return strcmp(*(char* const*)a, *(char* const*)b); }

static void directories(void) {
  mkdir("/d/many", 0755);
  char name[64];
  for (int i = 0; i < 300; ++i) {
    snprintf(name, sizeof name, "/d/many/entry-%0*d", 1 + i % 40, i);
    close(open(name, O_CREAT | O_WRONLY, 0644));
  }
  DIR* d = opendir("/d/many");
  char* names[400];
  int n = 0;
  long middle = 0;
  for (struct dirent* e; (e = readdir(d)) != NULL;) {
    if (n == 150) middle = telldir(d);
    names[n++] = strdup(e->d_name);
  }
  // The same once more from the middle, although entries have gone.
  for (int i = 0; i < 100; ++i) {
    if (names[i][0] == '.') continue;
    snprintf(name, sizeof name, "/d/many/%s", names[i]);
    unlink(name);
  }
  seekdir(d, middle);
  int again = 0, same = 1;
  for (struct dirent* e; (e = readdir(d)) != NULL; ++again) same = same && 151 + again < n && strcmp(e->d_name, names[151 + again]) == 0;
  printf("%d entries, again from the middle %d, same %d\n", n, again, same);
  rewinddir(d);
  int left = 0;
  while (readdir(d) != NULL) ++left;
  closedir(d);
  qsort(names, n, sizeof names[0], by_name);
  printf("left %d, first %s %s\n", left, names[0], names[1]);
}

static void attributes(void) {
  int fd = open("/d/f", O_CREAT | O_RDWR, 0644);
  write(fd, "0123456789", 10);
  struct timespec times[2] = {{1000, 1}, {2000, 2}};
  futimens(fd, times);
  struct stat s;
  fstat(fd, &s);
  printf("size %lld links %d times %lld.%ld %lld.%ld type %o\n", (long long)s.st_size, (int)s.st_nlink, (long long)s.st_atim.tv_sec, s.st_atim.tv_nsec,
         (long long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec, s.st_mode & S_IFMT);
  link("/d/f", "/d/hard");
  symlink("f", "/d/soft");
  struct timespec omit[2] = {{0, UTIME_OMIT}, {3000, 3}};
  utimensat(AT_FDCWD, "/d/soft", omit, AT_SYMLINK_NOFOLLOW);
  lstat("/d/soft", &s);
  printf("link itself %lld size %lld\n", (long long)s.st_mtim.tv_sec, (long long)s.st_size);
  stat("/d/soft", &s);
  printf("what it leads to %lld links %d\n", (long long)s.st_mtim.tv_sec, (int)s.st_nlink);
  char target[8];
  memset(target, '-', sizeof target);
  printf("readlink %d %.2s\n", (int)readlink("/d/soft", target, sizeof target), target);
  char buf[16] = {0};
  printf("pread %d %s\n", (int)pread(fd, buf, 4, 3), buf);
  printf("pwrite %d at %lld\n", (int)pwrite(fd, "AB", 2, 20), (long long)lseek(fd, 0, SEEK_CUR));
  ftruncate(fd, 5);
  lseek(fd, 0, SEEK_SET);
  memset(buf, 0, sizeof buf);
  printf("read %d %s\n", (int)read(fd, buf, sizeof buf), buf);
  int other = open("/d/hard", O_RDONLY);
  printf("renumber %d\n", __wasilibc_fd_renumber(other, fd));
  printf("write to it %d %s\n", (int)write(fd, "x", 1), strerror(errno));
  printf("closed %d %s\n", close(other), strerror(errno));
  close(fd);
}

static void failures(void) {
  printf("%s\n", open("/d/none", O_RDONLY) < 0 ? strerror(errno) : "opened");
  printf("%s\n", open("/d/many", O_WRONLY) < 0 ? strerror(errno) : "opened");
  printf("%s\n", open("/d/f/x", O_RDONLY) < 0 ? strerror(errno) : "opened");
  printf("%s\n", open("/d/soft", O_RDONLY | O_NOFOLLOW) < 0 ? strerror(errno) : "opened");
  printf("%s\n", open("/d/f", O_CREAT | O_EXCL | O_RDWR, 0644) < 0 ? strerror(errno) : "opened");
  printf("%s\n", rmdir("/d/many") < 0 ? strerror(errno) : "removed");
  printf("%s\n", mkdir("/d/many", 0755) < 0 ? strerror(errno) : "made");
  printf("%s\n", rename("/d/many", "/d/f") < 0 ? strerror(errno) : "renamed");
  printf("%s\n", lseek(1, 0, SEEK_SET) < 0 ? strerror(errno) : "sought");
  printf("%s\n", lseek(0, 0, SEEK_CUR) < 0 ? strerror(errno) : "sought");
}

static void waiting(void) {
  struct pollfd fds[] = {{.fd = 0, .events = POLLIN}, {.fd = 1, .events = POLLOUT}};
  int n = poll(fds, 2, 1000);
  printf("poll %d %d %d\n", n > 0, (fds[0].revents & POLLIN) != 0, (fds[1].revents & POLLOUT) != 0);
  struct timespec before, after, nap = {0, 20000000};
  clock_gettime(CLOCK_MONOTONIC, &before);
  printf("sleep %d\n", nanosleep(&nap, NULL));
  clock_gettime(CLOCK_MONOTONIC, &after);
  printf("slept %d\n", (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec >= 20000000);
  char line[32] = {0};
  printf("stdin %s", fgets(line, sizeof line, stdin));
}

int main(void) {
  directories();
  attributes();
  failures();
  waiting();
  return 200;
}
