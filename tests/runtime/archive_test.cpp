#include "runtime/precompiled/archive.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>

using namespace wcomp;
using namespace wcomp::precompiled;

namespace {

struct Numbers {
  std::vector<std::uint64_t> values;
};
void fields(auto& a, Numbers& n) { a(n.values); }

}  // namespace

TEST_CASE("numbers of every length are read as they were written, and none beyond the end") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 50; ++round) {
    Numbers written;
    for (int bits = 0; bits < 64; ++bits) {
      written.values.push_back(std::uint64_t{1} << bits);
      written.values.push_back((std::uint64_t{1} << bits) - 1);
      written.values.push_back(random() >> bits);
    }
    written.values.push_back(~std::uint64_t{0});
    std::shuffle(written.values.begin(), written.values.end(), random);
    Writer writer;
    writer(written);
    const Bytes bytes = writer.take();
    Reader reader(bytes, {});
    Numbers read;
    reader(read);
    CHECK(reader.is_good());
    CHECK(reader.at_end());
    CHECK(read.values == written.values);
    for (std::size_t size = 0; size < bytes.size(); size += 13) {
      // A copy of its own, so that a look behind its end shows.
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      Reader part(cut, {});
      part(read);
      CHECK_FALSE(part.is_good());
    }
  }
}

TEST_CASE("a number without an end is none") {
  for (const std::size_t size : {1, 7, 8, 9, 40}) {
    const Bytes endless(size, 0xff);
    Reader reader(endless, {});
    std::uint64_t number = 0;
    reader(number);
    CHECK_FALSE(reader.is_good());
  }
}
