#include "tests/wit/helpers.h"

namespace wcomp::wit {
namespace {

TEST_CASE("types that no component can have are refused where they stand, with what to do") {
  std::string text = "interface i {\n  record r0 { a: u8, b: u8 }\n";
  for (int i = 1; i < 30; ++i) text += "  record r" + std::to_string(i) + " { a: r" + std::to_string(i - 1) + ", b: r" + std::to_string(i - 1) + " }\n";
  CHECK(errors_of(text + "}") == "limit-exceeded 21:10 type `r18`: a type has more than 1000000 parts, counting those of its parts\n");
  std::string nested = "interface i {\n  type t0 = u8;\n";
  for (int i = 1; i < 120; ++i) nested += "  type t" + std::to_string(i) + " = list<t" + std::to_string(i - 1) + ">;\n";
  CHECK(errors_of(nested + "}") == "limit-exceeded 103:8 type `t100`: types are nested more than 100 deep\n");
}

}  // namespace
}  // namespace wcomp::wit
