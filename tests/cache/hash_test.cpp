#include "cache/hash.h"

#include <random>
#include <set>

#include <doctest/doctest.h>

using namespace wcomp;
using namespace wcomp::cache;

TEST_CASE("BLAKE2b-256 of well-known inputs") {
  CHECK(hash({}).hex() == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  CHECK(hash(as_bytes("abc")).hex() == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  CHECK(hash(Bytes(128, 'a')).hex() == "ae2aa48507885c4c950fb809b2076f959cde9f8ea6da260d9a3587df33dac450");
  CHECK(hash(Bytes(1000, 'a')).hex() == "e00b0ddbf1e2cdaf5c898e1a5e8826ea3a2c339bcf2a478da2e5fca9ff126672");
}

TEST_CASE("pieces do not run into one another") {
  CHECK(Hasher().add("ab").add("c").finish() != Hasher().add("a").add("bc").finish());
  CHECK(Hasher().add("").finish() != Hasher().finish());
  CHECK(Hasher().add(std::uint64_t{1}).finish() != Hasher().add(std::uint64_t{2}).finish());
  CHECK(Hasher().add("ab").add("c").finish() == Hasher().add("ab").add("c").finish());
}

TEST_CASE("the checksum sees each change of a byte, exchanged parts and missing ends") {
  std::mt19937_64 random(7);
  for (const std::size_t size : {0UL, 1UL, 7UL, 8UL, 31UL, 32UL, 33UL, 100UL, 257UL}) {
    Bytes bytes(size);
    for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(random());
    const std::uint64_t sum = checksum(bytes);
    for (std::size_t i = 0; i < size; ++i) {
      for (const std::uint8_t change : {std::uint8_t{0x01}, std::uint8_t{0x80}, std::uint8_t{0xff}}) {
        bytes[i] ^= change;
        CHECK(checksum(bytes) != sum);
        bytes[i] ^= change;
      }
    }
    if (size == 0) continue;
    CHECK(checksum(ByteSpan(bytes).first(size - 1)) != sum);
    bytes.push_back(0);
    CHECK(checksum(bytes) != sum);
  }
  std::set<std::uint64_t> of_zeros;
  for (std::size_t n = 0; n < 100; ++n) of_zeros.insert(checksum(Bytes(n, 0)));
  CHECK(of_zeros.size() == 100);
  Bytes words(64, 0);
  words[0] = 1;
  const std::uint64_t first = checksum(words);
  std::swap(words[0], words[8]);
  CHECK(checksum(words) != first);
}
