#include "base/semver.h"

#include <doctest/doctest.h>

using wcomp::SemVer;

TEST_CASE("versions are read by the rules of semver.org") {
  for (const char* text : {"0.2.0", "1.0.0-rc.1", "1.2.3-alpha.7+build.01", "0.0.0-0"}) CHECK(SemVer::parse(text).value().to_string() == text);
  for (const char* text : {"", "1", "1.2", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3+", "1.2.3 ", "v1.2.3", "99999999999999999999.0.0", "1.2.3-a..b"}) CHECK_FALSE(SemVer::parse(text).has_value());
}

TEST_CASE("precedence puts a pre-release before its release") {
  const char* sorted[] = {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0"};
  for (std::size_t i = 1; i < std::size(sorted); ++i) CHECK(*SemVer::parse(sorted[i - 1]) < *SemVer::parse(sorted[i]));
}

TEST_CASE("compatible versions are those of one track") {
  const auto compatible = [](const char* a, const char* b) { return SemVer::parse(a)->is_compatible_with(*SemVer::parse(b)); };
  CHECK(compatible("0.2.0", "0.2.6"));
  CHECK_FALSE(compatible("0.2.0", "0.3.0"));
  CHECK(compatible("1.2.0", "1.9.3"));
  CHECK_FALSE(compatible("0.0.1", "0.0.2"));
  CHECK_FALSE(compatible("0.2.0-rc", "0.2.0"));
}
