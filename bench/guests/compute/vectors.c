// Kernels on vectors of 16 bytes, written with the compiler's vector types: SIMD in a guest, SSE natively.
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

typedef float f32x4 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef int16_t i16x8 __attribute__((vector_size(16)));
typedef uint8_t u8x16 __attribute__((vector_size(16)));

enum { length = 8192 };  // bytes of what is worked on: it stays in the processor's first cache

static uint64_t fold(u8x16 v) {
  uint64_t words[2];
  memcpy(words, &v, sizeof words);
  return words[0] * 31 + words[1];
}
static u8x16* make_bytes(void) {
  u8x16* v = aligned_alloc(16, length);
  uint8_t* bytes = (uint8_t*)v;
  for (uint32_t i = 0; i < length; ++i) bytes[i] = (uint8_t)(i * 167 + (i >> 5));
  return v;
}

uint64_t kernel_vector_sum(uint32_t n) {
  i32x4* v = (i32x4*)make_bytes();
  i32x4 even = {0}, odd = {0};
  for (uint32_t round = 0; round < n; ++round) {
    for (uint32_t i = 0; i < length / 16; i += 2) {
      even += v[i];
      odd ^= v[i + 1] + (v[i] >> 3);
    }
    v[round % (length / 16)] += 1;
  }
  free(v);
  return fold((u8x16)(even + odd));
}

uint64_t kernel_vector_matrix(uint32_t n) {
  enum { side = 32, lanes = side / 4 };
  f32x4* m = aligned_alloc(16, 3 * side * side * sizeof(float));
  f32x4 *a = m, *b = m + side * lanes, *out = m + 2 * side * lanes;
  for (int i = 0; i < side * lanes; ++i) {
    for (int l = 0; l < 4; ++l) {
      a[i][l] = (float)((i * 4 + l) % 7) - 3;
      b[i][l] = (float)((i * 4 + l) % 5) * 0.25f;
    }
  }
  for (uint32_t round = 0; round < n; ++round) {
    for (int row = 0; row < side; ++row) {
      for (int column = 0; column < lanes; ++column) {
        f32x4 sum = {0};
        for (int k = 0; k < side; ++k) sum += ((const float*)a)[row * side + k] * b[k * lanes + column];
        out[row * lanes + column] = sum;
      }
    }
    a[round % (side * lanes)] = out[(round * 7) % (side * lanes)] * 0.0078125f;
  }
  uint64_t sum = 0;
  for (int i = 0; i < side * lanes; ++i) sum += fold((u8x16)out[i]);
  free(m);
  return sum;
}

uint64_t kernel_vector_shuffle(uint32_t n) {
  u8x16* v = make_bytes();
  u8x16 sum = {0};
  for (uint32_t round = 0; round < n; ++round) {
    for (uint32_t i = 0; i + 1 < length / 16; i += 2) {
      const u8x16 x = v[i], y = v[i + 1];
      // Pixels: the first and third byte change places; then bytes of two rows by turns.
      const u8x16 turned = __builtin_shufflevector(x, x, 2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15);
      v[i] = __builtin_shufflevector(turned, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      v[i + 1] = __builtin_shufflevector(y, turned, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      sum = (sum + v[i + 1]) ^ (turned - sum);
    }
  }
  free(v);
  return fold(sum);
}

uint64_t kernel_vector_mix(uint32_t n) {
  i16x8* v = (i16x8*)make_bytes();
  const uint32_t half = length / 32;
  for (uint32_t round = 0; round < n; ++round) {
    for (uint32_t i = 0; i < half; ++i) {
      const i16x8 louder = __builtin_elementwise_add_sat(v[i], v[i + half]);
      const i16x8 softer = __builtin_elementwise_sub_sat(v[i + half], v[i] >> 2);
      v[i] = __builtin_elementwise_max(louder, softer);
      v[i + half] = softer;
    }
  }
  u8x16 sum = {0};
  for (uint32_t i = 0; i < 2 * half; ++i) sum = (sum + (u8x16)v[i]) ^ (u8x16)(v[i] + (int16_t)i);
  free(v);
  return fold(sum);
}

uint64_t kernel_vector_find(uint32_t n) {
  u8x16* v = make_bytes();
  u8x16 count = {0};
  for (uint32_t round = 0; round < n; ++round) {
    const u8x16 wanted = (u8x16){} + (uint8_t)round;
    for (uint32_t i = 0; i < length / 16; ++i) count -= (u8x16)(v[i] == wanted) | (u8x16)(v[i] > (uint8_t)250);
  }
  free(v);
  return fold(count);
}
