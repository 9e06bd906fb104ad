#include "runner/payload.h"

#include <cstdlib>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/diagnostic.h"
#include "runner/target.h"
#include "runtime/precompiled/precompiled.h"

using namespace wcomp;
using namespace wcomp::runner;

namespace {

const Manifest manifest{.name = "app.wasm", .grants = {"dir=/tmp", "env=A=1"}, .is_sealed = true, .is_metered = true};

Bytes whole(const Manifest& m, std::size_t runner_size = 5000, std::size_t image_size = 100, std::uint64_t page = precompiled::code_alignment) {
  Bytes out(runner_size, 0x7f);
  const Parts parts = write_payload(runner_size, image_size, m, page);
  out.insert(out.end(), parts.padding.begin(), parts.padding.end());
  out.insert(out.end(), image_size, 0x33);
  out.insert(out.end(), parts.end.begin(), parts.end.end());
  return out;
}

/// A file without a name.
Result<Payload> read(const Bytes& bytes) {
  char name[] = "/tmp/wcomp-payload-XXXXXX";
  const int fd = ::mkstemp(name);
  REQUIRE(fd >= 0);
  ::unlink(name);
  REQUIRE(::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  auto out = read_payload(fd);
  ::close(fd);
  return out;
}

}  // namespace

TEST_CASE("a payload is read as it was written, its image at a page of its own") {
  const Bytes bytes = whole(manifest);
  const auto payload = read(bytes);
  REQUIRE(payload);
  CHECK(payload->image_offset == 8192);
  CHECK(payload->image_offset % precompiled::code_alignment == 0);
  CHECK(payload->image_size == 100);
  CHECK(bytes[payload->image_offset] == 0x33);
  CHECK(bytes[payload->image_offset - 1] == 0);
  CHECK(payload->manifest.name == "app.wasm");
  CHECK(payload->manifest.grants == manifest.grants);
  CHECK(payload->manifest.is_sealed);
  CHECK(payload->manifest.is_metered);
  CHECK_FALSE(payload->manifest.is_deterministic);
}

TEST_CASE("where pages may be larger the image is at a page of that size") {
  for (const Target& t : targets) {
    if (t.format == Format::none) continue;
    CHECK(t.page % precompiled::code_alignment == 0);
    const auto payload = read(whole(manifest, 5000, 100, t.page));
    REQUIRE(payload);
    CHECK(payload->image_offset == (t.page == 4096 ? 8192 : t.page));
  }
}

TEST_CASE("the same payload is the same bytes") { CHECK(whole(manifest) == whole(manifest)); }

TEST_CASE("a file without a payload says so, however short it is") {
  for (const std::size_t size : {0, 1, 55, 56, 10000}) {
    const auto none = read(Bytes(size, 'w'));
    REQUIRE(!none);
    CHECK(none.error().first().code == diag::malformed.code);
    CHECK(none.error().first().message == "there is no program in this executable: nothing that `wcomp exe` wrote is at its end");
  }
}

TEST_CASE("every byte of manifest and trailer that changes is noticed") {
  const Bytes bytes = whole(manifest);
  const std::size_t begin = 8192 + 100;
  for (std::size_t at = begin; at < bytes.size(); ++at) {
    for (const int bit : {0, 7}) {
      Bytes changed = bytes;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ 1 << bit);
      CHECK_FALSE(read(changed).has_value());
    }
  }
}

TEST_CASE("a file that lost its end, or some of its middle, is refused") {
  const Bytes bytes = whole(manifest);
  for (const std::size_t size : {bytes.size() - 1, bytes.size() - trailer_size, std::size_t{8192}, std::size_t{5000}}) {
    CHECK_FALSE(read(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))).has_value());
  }
  // With the trailer still there, what it speaks of is not.
  const Bytes end(bytes.end() - static_cast<std::ptrdiff_t>(trailer_size), bytes.end());
  CHECK_FALSE(read(end).has_value());
}

TEST_CASE("a payload of another version is told from a damaged one") {
  Bytes bytes = whole(manifest);
  bytes[bytes.size() - trailer_size + 8] = 9;
  const auto other = read(bytes);
  REQUIRE(!other);
  CHECK(other.error().first().code == diag::unsupported.code);
}

TEST_CASE("nothing but a runner has the words of one") {
  CHECK_FALSE(is_runner(as_bytes(runner_mark_begin)));
  CHECK(is_runner(as_bytes("x" + std::string(runner_mark_begin) + std::string(runner_mark_end))));
}
