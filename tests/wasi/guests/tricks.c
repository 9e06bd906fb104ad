// Sandbox tricks by a real guest, through the functions of preview 1: descriptor 3 is `box`, 4 is the read-only `shelf`. The runner has put
// links into box: `out` to a directory outside, `abs` to an absolute path, `proc` to /proc/self/root, and a FIFO.
// Prints a line for each trick: its name, and `refused` or `REACHED`; then what must still work.
#include <stdio.h>
#include <string.h>
#include <wasi/api.h>

enum { BOX = 3, SHELF = 4 };
static const __wasi_lookupflags_t follow = __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW;
static __wasi_fd_t opened;

static __wasi_errno_t open_at(int dir, int lookup, const char* path, int oflags, __wasi_rights_t rights) {
  return __wasi_path_open(dir, (__wasi_lookupflags_t)lookup, path, (__wasi_oflags_t)oflags, rights, rights, 0, &opened);
}
static __wasi_errno_t reads(int dir, const char* path) {
  __wasi_errno_t e = open_at(dir, follow, path, 0, __WASI_RIGHTS_FD_READ);
  if (e == 0) (void)!__wasi_fd_close(opened);
  return e;
}
static __wasi_errno_t writes(int dir, const char* path) {
  __wasi_errno_t e = open_at(dir, follow, path, __WASI_OFLAGS_CREAT | __WASI_OFLAGS_TRUNC, __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_WRITE);
  if (e == 0) (void)!__wasi_fd_close(opened);
  return e;
}
static __wasi_errno_t looks(int dir, int lookup, const char* path) {
  __wasi_filestat_t s;
  return __wasi_path_filestat_get(dir, (__wasi_lookupflags_t)lookup, path, &s);
}
static int reached;
static void trick(const char* name, __wasi_errno_t e) {
  printf("%s: %s\n", name, e == 0 ? "REACHED" : "refused");
  reached += e == 0;
}
static void works(const char* name, __wasi_errno_t e) {
  if (e != 0) printf("%s: error %d\n", name, e);
}

int main(void) {
  trick("read above", reads(BOX, "../outside/secret.txt"));
  trick("read above a child", reads(BOX, "sub/../../outside/secret.txt"));
  trick("read an absolute path", reads(BOX, "/etc/passwd"));
  trick("read through a link", reads(BOX, "out/secret.txt"));
  trick("read through an absolute link", reads(BOX, "abs"));
  trick("read through /proc/self/root", reads(BOX, "proc/etc/passwd"));
  trick("write above", writes(BOX, "../outside/planted.txt"));
  trick("write through a link", writes(BOX, "out/planted.txt"));
  trick("look above", looks(BOX, 0, ".."));
  trick("look behind a link and a slash", looks(BOX, 0, "out/"));
  trick("make a directory above", __wasi_path_create_directory(BOX, "../outside/planted"));
  trick("make a directory behind a link", __wasi_path_create_directory(BOX, "out/planted"));
  trick("remove a file behind a link", __wasi_path_unlink_file(BOX, "out/secret.txt"));
  trick("remove a directory behind a link", __wasi_path_remove_directory(BOX, "out/empty"));
  trick("move out", __wasi_path_rename(BOX, "file.txt", BOX, "out/planted.txt"));
  trick("move in", __wasi_path_rename(BOX, "out/secret.txt", BOX, "mine.txt"));
  trick("hard link in", __wasi_path_link(BOX, 0, "../outside/secret.txt", BOX, "mine.txt"));
  trick("hard link out", __wasi_path_link(BOX, 0, "file.txt", BOX, "../outside/planted.txt"));
  trick("link to an absolute path", __wasi_path_symlink("/etc/passwd", BOX, "etc"));
  trick("own link out, followed", __wasi_path_symlink("../outside/secret.txt", BOX, "mine") ? 1 : reads(BOX, "mine"));
  uint8_t text[256];
  __wasi_size_t size;
  trick("text of an absolute link", __wasi_path_readlink(BOX, "abs", text, sizeof text, &size));
  trick("times above", __wasi_path_filestat_set_times(BOX, follow, "out/secret.txt", 0, 0, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_MTIM));
  trick("write what is read-only", writes(SHELF, "book.txt"));
  trick("remove what is read-only", __wasi_path_unlink_file(SHELF, "book.txt"));
  trick("make a directory where it is read-only", __wasi_path_create_directory(SHELF, "new"));
  trick("rename what is read-only", __wasi_path_rename(SHELF, "book.txt", SHELF, "novel.txt"));
  trick("move what is read-only away", __wasi_path_rename(SHELF, "book.txt", BOX, "book.txt"));
  trick("hard link what is read-only", __wasi_path_link(SHELF, 0, "book.txt", BOX, "book.txt"));
  trick("link where it is read-only", __wasi_path_symlink("book.txt", SHELF, "l"));
  trick("times of what is read-only", __wasi_path_filestat_set_times(SHELF, follow, "book.txt", 0, 0, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_MTIM));
  trick("write behind a handle of a read-only child",
        open_at(SHELF, 0, "sub", __WASI_OFLAGS_DIRECTORY, __WASI_RIGHTS_FD_READ) ? 1 : writes((int)opened, "page.txt"));
  trick("read above a handle of a child", open_at(BOX, 0, "sub", __WASI_OFLAGS_DIRECTORY, __WASI_RIGHTS_FD_READ) ? 1 : reads((int)opened, "../file.txt"));
  (void)!open_at(BOX, 0, "fifo", 0, __WASI_RIGHTS_FD_READ);  // comes back
  int held = 0;
  while (held < 5000 && open_at(BOX, 0, "file.txt", 0, __WASI_RIGHTS_FD_READ) == 0) ++held;
  printf("descriptors are %s\n", held < 5000 ? "bounded" : "UNBOUNDED");
  for (int fd = 5; fd < 5100; ++fd) (void)!__wasi_fd_close(fd);

  works("read", reads(BOX, "file.txt"));
  works("read below", reads(BOX, "sub/../sub/page.txt"));
  works("read the shelf", reads(SHELF, "sub/page.txt"));
  works("write", writes(BOX, "new.txt"));
  works("make a directory", __wasi_path_create_directory(BOX, "new"));
  works("link", __wasi_path_symlink("../file.txt", BOX, "new/l"));
  works("read through a link", reads(BOX, "new/l"));
  works("remove", __wasi_path_unlink_file(BOX, "new/l"));
  works("remove a directory", __wasi_path_remove_directory(BOX, "new"));
  printf("%d reached\n", reached);
  return reached != 0;
}
