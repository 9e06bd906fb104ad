#include "base/utf8.h"

#include <array>
#include <cstring>

#include "base/processor.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define WCOMP_HAS_AVX2_CODE 1
#endif

namespace wcomp {
namespace {

constexpr std::uint64_t high_bits = 0x8080808080808080;

std::uint64_t word_at(const std::uint8_t* p) {
  std::uint64_t w = 0;
  std::memcpy(&w, p, sizeof w);
  return w;
}

/// A destination that drops what it is given.
struct Nowhere {
  void bytes(std::size_t, const std::uint8_t*, std::size_t) const {}
};
struct Copy {
  std::uint8_t* to;
  void bytes(std::size_t at, const std::uint8_t* from, std::size_t size) const { std::memcpy(to + at, from, size); }
};

template <class Sink>
bool plain(const std::uint8_t* from, std::size_t size, const Sink& sink) {
  std::size_t i = 0;
  while (i < size) {
    for (; size - i >= 16; i += 16) {
      if (((word_at(from + i) | word_at(from + i + 8)) & high_bits) != 0) break;
      sink.bytes(i, from + i, 16);
    }
    if (i == size) break;
    const std::size_t length = decode_utf8(from + i, size - i).length;
    if (length == 0) return false;
    sink.bytes(i, from + i, length);
    i += length;
  }
  return true;
}

/// What is shorter than a vector.
template <class Sink>
bool few(const std::uint8_t* from, std::size_t size, const Sink& sink) {
  if (size < 8) return plain(from, size, sink);
  const std::size_t last = size - 8;  // two words that overlap, four if two do not reach
  std::uint64_t all = word_at(from) | word_at(from + last);
  if (size > 16) all |= word_at(from + 8) | word_at(from + last - 8);
  if ((all & high_bits) != 0) return plain(from, size, sink);
  sink.bytes(0, from, 8);
  if (size > 16) {
    sink.bytes(8, from + 8, 8);
    sink.bytes(last - 8, from + last - 8, 8);
  }
  sink.bytes(last, from + last, 8);
  return true;
}

#ifdef WCOMP_HAS_AVX2_CODE

#define WCOMP_AVX2 __attribute__((target("avx2")))
#define WCOMP_AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline

/// A fault that two neighbours have: sets of half bytes, bit n for the half byte n.
struct Fault {
  std::uint16_t first_high, first_low, second_high;
};
constexpr std::uint16_t any = 0xffff, ascii = 0x00ff, continuation = 0x0f00, lead = 0xf000;
constexpr std::uint16_t set(int from, int to) {
  std::uint16_t s = 0;
  for (int i = from; i <= to; ++i) s = static_cast<std::uint16_t>(s | 1 << i);
  return s;
}
/// One bit of a byte each. The last must be in the highest bit: it is none where a third or fourth byte belongs, and a fault where not.
constexpr Fault faults[8] = {
    {lead, any, ascii | lead},                                 // a lead and then no continuation
    {ascii, any, continuation},                                // a continuation that nothing leads
    {set(0xc, 0xc), set(0, 1), continuation},                  // two bytes for what one holds
    {set(0xe, 0xe), set(0, 0), set(8, 9)},                     // three bytes for what two hold
    {set(0xe, 0xe), set(0xd, 0xd), set(0xa, 0xb)},             // surrogates
    {set(0xf, 0xf), set(4, 0xf), set(9, 0xb)},                 // beyond Unicode
    {set(0xf, 0xf), set(0, 0) | set(5, 0xf), set(8, 8)},       // four bytes for what three hold (f0); beyond Unicode (f5 and on)
    {continuation, any, continuation},                         // a continuation after a continuation
};
constexpr std::array<std::uint8_t, 16> table(std::uint16_t Fault::* half) {
  std::array<std::uint8_t, 16> out{};
  for (unsigned n = 0; n < 16; ++n) {
    for (unsigned f = 0; f < 8; ++f) {
      if ((faults[f].*half >> n & 1) != 0) out[n] = static_cast<std::uint8_t>(out[n] | 1u << f);
    }
  }
  return out;
}
constexpr auto first_high = table(&Fault::first_high), first_low = table(&Fault::first_low), second_high = table(&Fault::second_high);

WCOMP_AVX2_INLINE __m256i load_table(const std::array<std::uint8_t, 16>& t) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(t.data())));
}
WCOMP_AVX2_INLINE __m256i load(const std::uint8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
WCOMP_AVX2_INLINE void store(const Copy& sink, std::size_t at, __m256i v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(sink.to + at), v); }
WCOMP_AVX2_INLINE void store(const Nowhere&, std::size_t, __m256i) {}

/// Faults so far, and the block before the next one.
struct Checker {
  __m256i high1, low1, high2;
  __m256i fault, before;

  WCOMP_AVX2_INLINE Checker()
      : high1(load_table(first_high)), low1(load_table(first_low)), high2(load_table(second_high)), fault(_mm256_setzero_si256()), before(fault) {}

  /// The bytes `n` places before each byte of `block`.
  template <int n>
  WCOMP_AVX2_INLINE __m256i behind(__m256i block) const {
    return _mm256_alignr_epi8(block, _mm256_permute2x128_si256(before, block, 0x21), 16 - n);
  }
  WCOMP_AVX2_INLINE void block(__m256i b) {
    const __m256i half = _mm256_set1_epi8(0x0f);
    const __m256i one = behind<1>(b);
    const __m256i pair = _mm256_and_si256(
        _mm256_and_si256(_mm256_shuffle_epi8(high1, _mm256_and_si256(_mm256_srli_epi16(one, 4), half)), _mm256_shuffle_epi8(low1, _mm256_and_si256(one, half))),
        _mm256_shuffle_epi8(high2, _mm256_and_si256(_mm256_srli_epi16(b, 4), half)));
    // The highest bit where a lead of three (e0 and on) is two places before, or one of four (f0 and on) three.
    const __m256i third = _mm256_subs_epu8(behind<2>(b), _mm256_set1_epi8(0x60));
    const __m256i fourth = _mm256_subs_epu8(behind<3>(b), _mm256_set1_epi8(0x70));
    const __m256i needed = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
    fault = _mm256_or_si256(fault, _mm256_xor_si256(pair, needed));
    before = b;
  }
  /// A block without anything but ASCII: what came before must be complete.
  WCOMP_AVX2_INLINE void ascii_block(__m256i b) {
    const __m256i most = _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                          static_cast<char>(0xef), static_cast<char>(0xdf), static_cast<char>(0xbf));
    fault = _mm256_or_si256(fault, _mm256_subs_epu8(before, most));
    before = b;
  }
  [[nodiscard]] WCOMP_AVX2_INLINE bool has_fault() const { return _mm256_testz_si256(fault, fault) == 0; }
};

/// At least 32 bytes.
template <class Sink>
WCOMP_AVX2 bool with_avx2(const std::uint8_t* from, std::size_t size, const Sink& sink) {
  Checker check;
  std::size_t i = 0;
  bool is_in_ascii = true;  // the block before was
  for (; size - i >= 128; i += 128) {
    const __m256i a = load(from + i), b = load(from + i + 32), c = load(from + i + 64), d = load(from + i + 96);
    store(sink, i, a);
    store(sink, i + 32, b);
    store(sink, i + 64, c);
    store(sink, i + 96, d);
    if (_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d))) == 0) {
      if (is_in_ascii) continue;
      check.ascii_block(d);
      is_in_ascii = true;
    } else {
      if (is_in_ascii) check.before = _mm256_setzero_si256();
      check.block(a);
      check.block(b);
      check.block(c);
      check.block(d);
      is_in_ascii = false;
    }
    if (check.has_fault()) return false;
  }
  if (is_in_ascii) check.before = _mm256_setzero_si256();
  for (; size - i >= 32; i += 32) {
    const __m256i b = load(from + i);
    store(sink, i, b);
    check.block(b);
  }
  // The rest with zeros behind it, before which everything has to be complete.
  alignas(32) std::uint8_t rest[32] = {};
  std::memcpy(rest, from + i, size - i);
  sink.bytes(i, from + i, size - i);
  check.block(load(rest));
  return !check.has_fault();
}

const bool uses_avx2 = has_avx2();

#endif

template <class Sink>
bool check(const std::uint8_t* from, std::size_t size, const Sink& sink) {
  if (size < 32) return few(from, size, sink);
#ifdef WCOMP_HAS_AVX2_CODE
  if (uses_avx2) return with_avx2(from, size, sink);
#endif
  return plain(from, size, sink);
}

}  // namespace

bool is_utf8(const std::uint8_t* bytes, std::size_t size) { return check(bytes, size, Nowhere{}); }
bool copy_utf8(const std::uint8_t* from, std::size_t size, std::uint8_t* to) { return check(from, size, Copy{to}); }
bool utf8::copy_plain(const std::uint8_t* from, std::size_t size, std::uint8_t* to) { return plain(from, size, Copy{to}); }

}  // namespace wcomp
