#include "runner/target.h"

#include <doctest/doctest.h>

#include "base/diagnostic.h"

using namespace wcomp;
using namespace wcomp::runner;

namespace {

constexpr std::string_view one[] = {"x86_64-linux"}, both[] = {"x86_64-linux", "aarch64-linux"};

std::string refusal(std::string_view name) {
  const auto found = find_target(name, one);
  REQUIRE(!found);
  CHECK(found.error().first().code == diag::unsupported.code);
  CHECK(found.error().first().notes == std::vector<std::string>{"this wcomp makes code for `x86_64-linux`"});
  return found.error().first().message;
}

Bytes elf(std::uint16_t machine) {
  Bytes out(64);
  const std::string_view magic = "\177ELF\2\1\1";
  std::copy(magic.begin(), magic.end(), out.begin());
  out[18] = static_cast<std::uint8_t>(machine);
  return out;
}

}  // namespace

TEST_CASE("machines that wcomp makes code for are targets, every other one is refused in a sentence") {
  const auto found = find_target("x86_64-linux", one);
  REQUIRE(found);
  CHECK(runner_file_name(**found) == "wcomp-runner-x86_64-linux");
  CHECK(find_target("aarch64-linux", both));
  CHECK(refusal("aarch64-linux") == "there are no executables for `aarch64-linux` from this wcomp: it was built without code for that machine");
  CHECK(refusal("x86_64-windows") == "there are no executables for `x86_64-windows`: the runner is not ported to Windows");
  CHECK(refusal("vax") == "`vax` is no target that wcomp knows");
  CHECK(refusal("") == "`` is no target that wcomp knows");
  CHECK_FALSE(find_target("x86_64-linux", {}));
}

TEST_CASE("a runner has to be an executable of its target") {
  const Target& target = **find_target("x86_64-linux", one);
  CHECK(check_executable(elf(62), target));
  CHECK_FALSE(check_executable(elf(183), target));
  CHECK_FALSE(check_executable(Bytes{}, target));
  CHECK_FALSE(check_executable(Bytes(63, 0x7f), target));
  Bytes of_32_bits = elf(62);
  of_32_bits[4] = 1;
  CHECK_FALSE(check_executable(of_32_bits, target));
}
