// Reads one line from standard input and prints it back.
#include <cstdio>
#include <string>

int main() {
  std::string line;
  int c = std::getchar();
  if (c == EOF) {
    std::fprintf(stderr, "simple_echo: there is nothing to read on standard input\n");
    return 1;
  }
  for (; c != EOF && c != '\n'; c = std::getchar()) line += static_cast<char>(c);
  std::printf("input: %s\n", line.c_str());
}
