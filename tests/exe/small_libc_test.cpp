// What the runner has instead of the C library's (runner/program/small_*.cpp), linked as the runner is. There is no stdio in such a program, and so no
// test framework: it names the lines that fail and returns 1.
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace {

int failures = 0;

void expect(bool holds, int line) {
  if (holds) return;
  ++failures;
  char text[32] = "failed in line ";
  char* end = std::to_chars(text + 15, text + 31, line).ptr;
  *end++ = '\n';
  [[maybe_unused]] const auto written = ::write(2, text, static_cast<std::size_t>(end - text));
}
#define EXPECT(claim) expect(claim, __LINE__)

void characters_are_of_the_c_locale() {
  for (int c = 0; c < 256; ++c) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_digit = c >= '0' && c <= '9';
    EXPECT((std::isupper(c) != 0) == is_upper);
    EXPECT((std::islower(c) != 0) == is_lower);
    EXPECT((std::isalpha(c) != 0) == (is_upper || is_lower));
    EXPECT((std::isdigit(c) != 0) == is_digit);
    EXPECT((std::isalnum(c) != 0) == (is_upper || is_lower || is_digit));
    EXPECT((std::isxdigit(c) != 0) == (is_digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
    EXPECT((std::isspace(c) != 0) == (c == ' ' || (c >= 9 && c <= 13)));
    EXPECT((std::isblank(c) != 0) == (c == ' ' || c == 9));
    EXPECT((std::isprint(c) != 0) == (c >= 32 && c < 127));
    EXPECT((std::isgraph(c) != 0) == (c > 32 && c < 127));
    EXPECT((std::iscntrl(c) != 0) == (c < 32 || c == 127));
    EXPECT((std::ispunct(c) != 0) == (c > 32 && c < 127 && !(is_upper || is_lower || is_digit)));
    EXPECT(std::toupper(c) == (is_lower ? c - 32 : c));
    EXPECT(std::tolower(c) == (is_upper ? c + 32 : c));
  }
  EXPECT(std::isalpha(-1) == 0);
  EXPECT(std::strtol("  -123xyz", nullptr, 10) == -123);
  EXPECT(std::strtoul("0x1fG", nullptr, 16) == 31);
}

void strings_are_compared_searched_and_copied() {
  const char* const hello = "hello";
  EXPECT(std::strcmp(hello, "help") < 0);
  EXPECT(std::strcmp("help", hello) > 0);
  EXPECT(std::strcmp(hello, "hello") == 0);
  EXPECT(std::strcmp(hello, "hell") > 0);
  EXPECT(std::strcmp("\xff", hello) > 0);
  EXPECT(std::strncmp(hello, "help", 3) == 0);
  EXPECT(std::strncmp(hello, "help", 4) < 0);
  EXPECT(std::strncmp(hello, "hello", 99) == 0);
  EXPECT(std::strncmp(hello, "x", 0) == 0);
  EXPECT(std::strchr(hello, 'l') == hello + 2);
  EXPECT(std::strchr(hello, '\0') == hello + 5);
  EXPECT(std::strchr(hello, 'z') == nullptr);
  EXPECT(std::strrchr(hello, 'l') == hello + 3);
  EXPECT(std::strrchr(hello, '\0') == hello + 5);
  EXPECT(std::strrchr(hello, 'z') == nullptr);
  EXPECT(std::strstr(hello, "lo") == hello + 3);
  EXPECT(std::strstr(hello, "") == hello);
  EXPECT(std::strstr(hello, "lot") == nullptr);
  EXPECT(::rawmemchr(hello, 'o') == hello + 4);
  EXPECT(::strnlen(hello, 3) == 3);
  EXPECT(::strnlen(hello, 30) == 5);
  char out[16];
  EXPECT(::stpcpy(out, hello) == out + 5);
  EXPECT(std::strcpy(out, "help") == out);
  EXPECT(std::strcmp(out, "help") == 0);
}

void variables_leave_the_environment() {
  char a[] = "A=1";
  char ab[] = "AB=2";
  char b[] = "B=3";
  char* variables[] = {a, ab, b, nullptr};
  environ = variables;
  EXPECT(::unsetenv("A") == 0);
  EXPECT(std::getenv("A") == nullptr);
  EXPECT(std::getenv("AB") == ab + 3);
  EXPECT(std::getenv("B") == b + 2);
}

}  // namespace

int main() {
  characters_are_of_the_c_locale();
  strings_are_compared_searched_and_copied();
  variables_leave_the_environment();
  return failures == 0 ? 0 : 1;
}
