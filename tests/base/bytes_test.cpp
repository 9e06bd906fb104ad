#include "base/bytes.h"

#include <doctest/doctest.h>

using namespace wcomp;

namespace {
ByteReader reader(const Bytes& b) { return ByteReader(b); }
}  // namespace

TEST_CASE("LEB128 numbers of every size come back as they were written") {
  for (const std::int64_t v : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63}, std::int64_t{64}, std::int64_t{-64}, std::int64_t{-65}, INT64_MAX, INT64_MIN, std::int64_t{INT32_MAX}}) {
    ByteWriter w;
    w.leb_s64(v);
    w.leb_u64(static_cast<std::uint64_t>(v));
    const Bytes b = w.take();
    ByteReader r(b);
    CHECK(r.leb_s64().value() == v);
    CHECK(r.leb_u64().value() == static_cast<std::uint64_t>(v));
    CHECK(r.at_end());
  }
}

TEST_CASE("an unsigned number may not be longer than its type") {
  CHECK(reader({0xff, 0xff, 0xff, 0xff, 0x0f}).leb_u32().value() == 0xffffffffu);
  CHECK(reader({0xff, 0xff, 0xff, 0xff, 0x1f}).leb_u32().error().first().message == "integer too large");
  CHECK(reader({0x80, 0x80, 0x80, 0x80, 0x80, 0x00}).leb_u32().error().first().message == "integer representation too long");
  CHECK(reader({0x80}).leb_u32().error().first().code == "unexpected-end");
}

TEST_CASE("a signed number's spare bits repeat its sign") {
  CHECK(reader({0xff, 0xff, 0xff, 0xff, 0x7f}).leb_s32().value() == -1);
  CHECK(reader({0xff, 0xff, 0xff, 0xff, 0x0f}).leb_s32().error().first().message == "integer too large");
  CHECK(reader({0x80, 0x80, 0x80, 0x80, 0x78}).leb_s32().value() == INT32_MIN);
  CHECK(reader({0x80, 0x80, 0x80, 0x80, 0x70}).leb_s33().value() == -(std::int64_t{1} << 32));
  CHECK(reader({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f}).leb_s64().value() == INT64_MIN);
  CHECK_FALSE(reader({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7e}).leb_s64());
}

TEST_CASE("a count that the input cannot hold is refused before anything is reserved") {
  CHECK(reader({0xff, 0xff, 0xff, 0xff, 0x0f}).count().error().first().code == "unexpected-end");
  CHECK(reader({2, 0, 0, 0, 0}).count(2).value() == 2);
  CHECK_FALSE(reader({3, 0, 0, 0, 0}).count(2));
}

TEST_CASE("a name has to be UTF-8") {
  CHECK(reader({2, 0xc3, 0xa9}).name().value() == "\xc3\xa9");
  CHECK(reader({2, 0xc3, 0x28}).name().error().first().code == "bad-utf8");
  CHECK(reader({5, 'a'}).name().error().first().code == "unexpected-end");
}

TEST_CASE("a reader over a part keeps the offsets of the whole") {
  const Bytes b{1, 2, 3, 4};
  ByteReader r(b, 100);
  CHECK(r.u8().value() == 1);
  auto part = r.sub(2, "part");
  REQUIRE(part);
  CHECK(part->offset() == 101);
  CHECK(r.offset() == 103);
  CHECK(part->u8().value() == 2);
  CHECK(part->u8().value() == 3);
  const auto end = part->u8();
  REQUIRE_FALSE(end);
  CHECK(std::get<BinaryPos>(end.error().first().location).offset == 103);
  CHECK(std::get<BinaryPos>(end.error().first().location).path == "part");
}
