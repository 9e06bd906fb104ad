#include "engine/code_memory.h"

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

using namespace wcomp;
using namespace wcomp::engine;

namespace {

/// Rights of the pages at an address, `r-xp`; empty if nothing is mapped there.
std::string rights_at(const void* address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    std::string rights;
    std::istringstream(line) >> std::hex >> begin >> dash >> end >> rights;
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    if (begin <= at && at < end) return rights;
  }
  return {};
}

#ifdef __x86_64__
/// No sanitizer's word precedes this code.
__attribute__((no_sanitize("undefined"))) int call(const std::uint8_t* code, int x) {
  return reinterpret_cast<int (*)(int)>(const_cast<std::uint8_t*>(code))(x);
}
#endif

}  // namespace

TEST_CASE("code is executable and not writable, and gone with its last owner") {
  Bytes bytes(10'000, 0x90);
  auto code = CodeMemory::copy(bytes);
  REQUIRE(code != nullptr);
  CHECK(Bytes(code->code().begin(), code->code().end()) == bytes);
  CHECK(rights_at(code->code().data()) == "r-xp");
  CHECK(rights_at(code->code().data() + 9'999) == "r-xp");
  const auto base = reinterpret_cast<std::uintptr_t>(code->code().data());
  CHECK(code->offset_of(base + 9'999) == 9'999);
  CHECK_FALSE(code->offset_of(base + 10'000));
  CHECK_FALSE(code->offset_of(base - 1));
  const void* at = code->code().data();
  code.reset();
  CHECK(rights_at(at) != "r-xp");
  CHECK(CodeMemory::copy({})->code().empty());
  CHECK(can_make_code());
}

TEST_CASE("adopted code keeps its owner alive") {
  auto owner = std::make_shared<Bytes>(100, std::uint8_t{1});
  const std::weak_ptr<Bytes> watched = owner;
  auto code = CodeMemory::adopt(ByteSpan(*owner).subspan(10, 20), owner);
  owner.reset();
  CHECK_FALSE(watched.expired());
  CHECK(code->code().size() == 20);
  code.reset();
  CHECK(watched.expired());
}

#ifdef __x86_64__
TEST_CASE("code runs") {
  const Bytes bytes = {0x8d, 0x47, 0x01, 0xc3};  // lea eax, [rdi + 1]; ret
  const auto code = CodeMemory::copy(bytes);
  REQUIRE(code != nullptr);
  CHECK(call(code->code().data(), 41) == 42);
}
#endif
