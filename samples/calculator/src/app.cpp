// `app X Y OPERATION` on the command line: asks the calculator and prints the sum as a person would write it.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

#include "app.h"

namespace calc = component::calculator::calculate;

namespace {

struct Operation {
  const char* name;
  const char* sign;
  calc::Op op;
};

constexpr Operation operations[] = {
    {"add", "+", calc::Op::add},
    {"sub", "-", calc::Op::sub},
#ifdef WITH_MULTIPLIER
    {"mul", "*", calc::Op::mul},
#endif
};

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

int usage() {
  std::fprintf(stderr, "usage: app X Y OPERATION, with whole numbers X and Y and one of these operations:");
  for (const Operation& o : operations) std::fprintf(stderr, " %s", o.name);
  std::fprintf(stderr, "\n");
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return usage();
  const auto x = number(argv[1]);
  const auto y = number(argv[2]);
  if (!x || !y) return usage();
  for (const Operation& o : operations) {
    if (std::strcmp(o.name, argv[3]) != 0) continue;
    std::printf("%u %s %u = %u\n", *x, o.sign, *y, calc::calculate(o.op, *x, *y));
    return 0;
  }
  return usage();
}
