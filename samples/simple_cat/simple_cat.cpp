// Copies the files that are named on the command line to standard output.
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace {

bool print_file(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) {
    std::fprintf(stderr, "simple_cat: cannot open %s: %s\n", path, std::strerror(errno));
    return false;
  }
  char buffer[16384];
  bool is_fine = true;
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, file)) is_fine = std::fwrite(buffer, 1, n, stdout) == n && is_fine;
  if (std::ferror(file) != 0 || !is_fine) std::fprintf(stderr, "simple_cat: cannot copy %s: %s\n", path, std::strerror(errno));
  is_fine = std::ferror(file) == 0 && is_fine;
  std::fclose(file);
  return is_fine;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: simple_cat FILE..\n");
    return 1;
  }
  int status = 0;
  for (int i = 1; i < argc; ++i) {
    if (!print_file(argv[i])) status = 1;
  }
  return status;
}
