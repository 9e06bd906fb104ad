#include "base/utf8.h"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace wcomp {
namespace {

using Text = std::vector<std::uint8_t>;

/// Unicode, table 3-7, read literally.
bool is_well_formed(const Text& t) {
  const auto in = [&](std::size_t i, int low, int high) { return i < t.size() && t[i] >= low && t[i] <= high; };
  for (std::size_t i = 0; i < t.size();) {
    if (in(i, 0x00, 0x7f)) i += 1;
    else if (in(i, 0xc2, 0xdf) && in(i + 1, 0x80, 0xbf)) i += 2;
    else if (in(i, 0xe0, 0xe0) && in(i + 1, 0xa0, 0xbf) && in(i + 2, 0x80, 0xbf)) i += 3;
    else if (in(i, 0xe1, 0xec) && in(i + 1, 0x80, 0xbf) && in(i + 2, 0x80, 0xbf)) i += 3;
    else if (in(i, 0xed, 0xed) && in(i + 1, 0x80, 0x9f) && in(i + 2, 0x80, 0xbf)) i += 3;
    else if (in(i, 0xee, 0xef) && in(i + 1, 0x80, 0xbf) && in(i + 2, 0x80, 0xbf)) i += 3;
    else if (in(i, 0xf0, 0xf0) && in(i + 1, 0x90, 0xbf) && in(i + 2, 0x80, 0xbf) && in(i + 3, 0x80, 0xbf)) i += 4;
    else if (in(i, 0xf1, 0xf3) && in(i + 1, 0x80, 0xbf) && in(i + 2, 0x80, 0xbf) && in(i + 3, 0x80, 0xbf)) i += 4;
    else if (in(i, 0xf4, 0xf4) && in(i + 1, 0x80, 0x8f) && in(i + 2, 0x80, 0xbf) && in(i + 3, 0x80, 0xbf)) i += 4;
    else return false;
  }
  return true;
}

/// All ways agree; what is well-formed arrives as it was, and nothing is written behind it.
bool agree(const Text& text) {
  const bool expected = is_well_formed(text);
  Text fast(text.size() + 1, 0x55), plain(text.size() + 1, 0x55);
  // Neither begins where vectors would like to.
  const bool copied = copy_utf8(text.data(), text.size(), fast.data());
  const bool plainly = utf8::copy_plain(text.data(), text.size(), plain.data());
  if (is_utf8(text.data(), text.size()) != expected || copied != expected || plainly != expected) return false;
  if (fast.back() != 0x55 || plain.back() != 0x55) return false;
  fast.pop_back();
  plain.pop_back();
  return !expected || (fast == text && plain == text);
}

TEST_CASE("every sequence of up to three bytes, and of four with the leads that matter, is judged as Unicode says, wherever it lies in a block") {
  // At the start, across two vectors, across two groups of vectors.
  for (const std::size_t before : {0, 30, 127}) {
    bool all = true;
    Text text(before + 4 + 40, 'a');
    const auto try_all = [&](std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
      text[before] = a;
      text[before + 1] = b;
      text[before + 2] = c;
      text[before + 3] = d;
      all = all && agree(text);
    };
    static constexpr std::uint8_t edges[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xec,
                                             0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff};
    for (unsigned a = 0x80; a < 256; ++a) {
      for (unsigned b = 0; b < 256; ++b) try_all(static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b), 'a', 'a');
    }
    for (const std::uint8_t a : edges) {
      for (const std::uint8_t b : edges) {
        for (const std::uint8_t c : edges) {
          for (const std::uint8_t d : edges) try_all(a, b, c, d);
        }
      }
    }
    CHECK(all);
  }
}

TEST_CASE("texts of any length that end in the middle of a character are refused, those that end behind it are not") {
  for (std::size_t length = 0; length < 300; ++length) {
    for (const std::string_view last : {"", "z", "\u00e9", "\u20ac", "\U0001f600"}) {
      Text text(length, 'a');
      for (const char c : last) {
        CHECK(agree(text));
        text.push_back(static_cast<std::uint8_t>(c));
      }
      CHECK(agree(text));
    }
  }
}

TEST_CASE("random texts of characters of all lengths, with a byte wrong now and then, are judged alike by all ways") {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    Text text;
    const std::size_t size = random() % 600;
    const unsigned kinds = random() % 5;
    while (text.size() < size) {
      const std::string_view chars[] = {"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "\u00e9", "\u20ac", "\U0001f600", "\ud7ff\ue000\U0010ffff\u0080\u0800"};
      const std::string_view c = chars[random() % (kinds + 1)];
      text.insert(text.end(), c.begin(), c.end());
    }
    if (!text.empty() && random() % 2 == 0) text[random() % text.size()] = static_cast<std::uint8_t>(random());
    if (!text.empty() && random() % 4 == 0) text.resize(random() % text.size());
    CHECK(agree(text));
  }
}

}  // namespace
}  // namespace wcomp
