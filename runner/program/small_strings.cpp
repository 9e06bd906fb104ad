// Functions of strings that a runner calls now and then, on short ones. The C library has each of them five to eight times, one for each generation of
// processors, which would be 50 KB in every executable; these are loops. What moves, fills, finds and compares bytes by the megabyte, and `strlen`,
// are the library's. See runner/program/small_libc.cpp.
//
// Nothing is included that declares them, in C++'s own ways.
#include <cstddef>

#if defined(__GLIBC__)

namespace {

/// `stpcpy` under a name that compilers do not know: they make calls of one function of the library of those of another.
char* copy(char* out, const char* text) {
  while ((*out = *text++) != '\0') ++out;
  return out;
}

}  // namespace

extern "C" {

std::size_t strlen(const char* text) noexcept;

int strcmp(const char* a, const char* b) noexcept {
  for (; *a != '\0' && *a == *b; ++a) ++b;
  return static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b);
}
int strncmp(const char* a, const char* b, std::size_t n) noexcept {
  for (; n != 0 && *a != '\0' && *a == *b; ++a, --n) ++b;
  return n == 0 ? 0 : static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b);
}
char* strchr(const char* text, int c) noexcept {
  for (; *text != static_cast<char>(c); ++text) {
    if (*text == '\0') return nullptr;
  }
  return const_cast<char*>(text);
}
char* strrchr(const char* text, int c) noexcept {
  const char* found = nullptr;
  do {
    if (*text == static_cast<char>(c)) found = text;
  } while (*text++ != '\0');
  return const_cast<char*>(found);
}
char* strstr(const char* text, const char* part) noexcept {
  const std::size_t size = strlen(part);
  for (;; ++text) {
    if (strncmp(text, part, size) == 0) return const_cast<char*>(text);
    if (*text == '\0') return nullptr;
  }
}
char* stpcpy(char* out, const char* text) noexcept { return copy(out, text); }
char* __stpcpy(char* out, const char* text) noexcept { return copy(out, text); }
char* strcpy(char* out, const char* text) noexcept {
  copy(out, text);
  return out;
}
std::size_t strnlen(const char* text, std::size_t n) noexcept {
  std::size_t size = 0;
  while (size != n && text[size] != '\0') ++size;
  return size;
}
std::size_t __strnlen(const char* text, std::size_t n) noexcept { return strnlen(text, n); }
void* rawmemchr(const void* data, int c) noexcept {
  const auto* at = static_cast<const unsigned char*>(data);
  while (*at != static_cast<unsigned char>(c)) ++at;
  return const_cast<unsigned char*>(at);
}
void* __rawmemchr(const void* data, int c) noexcept { return rawmemchr(data, c); }
}

#endif
