#include "cache/hash.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace wcomp::cache {

namespace {

constexpr std::array<std::uint64_t, 8> initial = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                                  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
constexpr std::uint8_t sigma[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                        {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                        {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                        {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                        {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};
constexpr int rounds = 12;

std::uint64_t read_u64(const std::uint8_t* p) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t out = 0;
  std::memcpy(&out, p, sizeof(out));
  return out;
}

}  // namespace

Hasher::Hasher() : state_(initial) {
  constexpr std::uint64_t parameters = 0x0101'0000 | sizeof(Key::bytes);  // no key, one node of a tree
  state_[0] ^= parameters;
}

void Hasher::compress(const std::uint8_t* at, bool is_last) {
  std::uint64_t m[16], v[16];
  for (int i = 0; i < 16; ++i) m[i] = read_u64(at + 8 * i);
  for (int i = 0; i < 8; ++i) {
    v[i] = state_[static_cast<std::size_t>(i)];
    v[i + 8] = initial[static_cast<std::size_t>(i)];
  }
  v[12] ^= count_;
  if (is_last) v[14] = ~v[14];
  const auto mix = [&](int a, int b, int c, int d, std::uint64_t x, std::uint64_t y) {
    v[a] += v[b] + x;
    v[d] = std::rotr(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = std::rotr(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = std::rotr(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = std::rotr(v[b] ^ v[c], 63);
  };
  for (int r = 0; r < rounds; ++r) {
    const std::uint8_t* s = sigma[r % 10];
    mix(0, 4, 8, 12, m[s[0]], m[s[1]]);
    mix(1, 5, 9, 13, m[s[2]], m[s[3]]);
    mix(2, 6, 10, 14, m[s[4]], m[s[5]]);
    mix(3, 7, 11, 15, m[s[6]], m[s[7]]);
    mix(0, 5, 10, 15, m[s[8]], m[s[9]]);
    mix(1, 6, 11, 12, m[s[10]], m[s[11]]);
    mix(2, 7, 8, 13, m[s[12]], m[s[13]]);
    mix(3, 4, 9, 14, m[s[14]], m[s[15]]);
  }
  for (std::size_t i = 0; i < 8; ++i) state_[i] ^= v[i] ^ v[i + 8];
}

void Hasher::update(ByteSpan bytes) {
  while (!bytes.empty()) {
    // A full block waits until it is known whether it is the last one.
    if (buffered_ == block) {
      count_ += block;
      compress(buffer_.data(), false);
      buffered_ = 0;
    }
    while (buffered_ == 0 && bytes.size() > block) {
      count_ += block;
      compress(bytes.data(), false);
      bytes = bytes.subspan(block);
    }
    const std::size_t n = std::min(block - buffered_, bytes.size());
    std::memcpy(buffer_.data() + buffered_, bytes.data(), n);
    buffered_ += n;
    bytes = bytes.subspan(n);
  }
}

Hasher& Hasher::add(std::uint64_t number) {
  std::uint8_t bytes[sizeof(number)];
  std::memcpy(bytes, &number, sizeof(number));
  update(bytes);
  return *this;
}

Hasher& Hasher::add(ByteSpan piece) {
  add(std::uint64_t{piece.size()});
  update(piece);
  return *this;
}

Key Hasher::finish() {
  count_ += buffered_;
  std::fill(buffer_.begin() + static_cast<std::ptrdiff_t>(buffered_), buffer_.end(), std::uint8_t{0});
  compress(buffer_.data(), true);
  Key out;
  std::memcpy(out.bytes.data(), state_.data(), out.bytes.size());
  return out;
}

Key hash(ByteSpan bytes) {
  Hasher h;
  h.update(bytes);
  return h.finish();
}

std::uint64_t checksum(ByteSpan bytes) {
  // Each step is a bijection of the lane for a given word, and of the word for a given lane: a change of one word always shows.
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15, seed = 0x632be59bd9b4e019;
  std::uint64_t lanes[4] = {seed, seed + 1, seed + 2, seed + 3};
  const auto step = [](std::uint64_t lane, std::uint64_t word) { return std::rotl((lane ^ word) * odd, 29); };
  const std::uint8_t* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 32; left -= 32, p += 32) {
    for (int i = 0; i < 4; ++i) lanes[i] = step(lanes[i], read_u64(p + 8 * i));
  }
  std::uint64_t out = bytes.size();
  for (const std::uint64_t lane : lanes) out = step(out, lane);
  for (; left >= 8; left -= 8, p += 8) out = step(out, read_u64(p));
  for (; left > 0; --left, ++p) out = step(out, *p);
  out ^= out >> 32;
  out *= odd;
  return out ^ (out >> 29);
}

std::string Key::hex() const {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const std::uint8_t b : bytes) {
    out += digits[b >> 4];
    out += digits[b & 15];
  }
  return out;
}

}  // namespace wcomp::cache
