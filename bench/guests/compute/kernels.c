#include "kernels.h"

#include <stdlib.h>
#include <string.h>

#define KEEP __asm__ volatile("" ::: "memory")

static uint32_t next_random(uint32_t* state) { return *state = *state * 1664525u + 1013904223u; }

__attribute__((noinline)) static uint32_t ackermann(uint32_t m, uint32_t n) {
  KEEP;
  if (m == 0) return n + 1;
  return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}
__attribute__((noinline)) static uint32_t ways(uint32_t steps) {
  KEEP;
  return steps < 2 ? 1 : ways(steps - 1) + ways(steps - 2);
}
uint64_t kernel_calls(uint32_t n) { return ways(n) + ((uint64_t)ackermann(2, n) << 32); }

uint64_t kernel_sieve(uint32_t n) {
  uint8_t* is_composite = calloc(n + 1, 1);
  uint64_t sum = 0;
  for (uint32_t i = 2; i <= n; ++i) {
    if (is_composite[i]) continue;
    sum += i;
    for (uint64_t k = (uint64_t)i * i; k <= n; k += i) is_composite[k] = 1;
  }
  free(is_composite);
  return sum;
}

uint64_t kernel_floats(uint32_t n) {
  double* m = malloc(3ul * n * n * sizeof *m);
  double *a = m, *b = m + n * n, *out = m + 2 * n * n;
  for (uint32_t i = 0; i < n * n; ++i) {
    a[i] = (double)(i % 11) - 5;
    b[i] = (double)(i % 13) * 0.5;
  }
  for (uint32_t row = 0; row < n; ++row) {
    for (uint32_t column = 0; column < n; ++column) {
      double sum = 0;
      for (uint32_t k = 0; k < n; ++k) sum += a[row * n + k] * b[k * n + column];
      out[row * n + column] = sum;
    }
  }
  double trace = 0;
  for (uint32_t i = 0; i < n; ++i) trace += out[i * n + (i * 7) % n];
  free(m);
  uint64_t bits;
  memcpy(&bits, &trace, sizeof bits);
  return bits;
}

static uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }
uint64_t kernel_hash(uint32_t n) {
  uint64_t words[256], v[4] = {1, 2, 3, 4};
  for (uint32_t i = 0; i < 256; ++i) words[i] = i * 0x9e3779b97f4a7c15u;
  for (uint32_t round = 0; round < n; ++round) {
    for (uint32_t i = 0; i < 256; ++i) {
      v[3] ^= words[i];
      for (int k = 0; k < 2; ++k) {
        v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
        v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
        v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
        v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
      }
      v[0] ^= words[i];
    }
  }
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void quick_sort(uint32_t* values, int32_t first, int32_t last) {
  while (first < last) {
    const uint32_t pivot = values[first + (last - first) / 2];
    int32_t i = first, k = last;
    while (i <= k) {
      while (values[i] < pivot) ++i;
      while (values[k] > pivot) --k;
      if (i > k) break;
      const uint32_t t = values[i];
      values[i++] = values[k];
      values[k--] = t;
    }
    quick_sort(values, first, k);
    first = i;
  }
}
uint64_t kernel_sort(uint32_t n) {
  uint32_t *values = malloc(n * sizeof *values), state = 42;
  for (uint32_t i = 0; i < n; ++i) values[i] = next_random(&state) >> 8;
  quick_sort(values, 0, (int32_t)n - 1);
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; ++i) sum = sum * 31 + values[i];
  free(values);
  return sum;
}

enum { load_const, add, subtract, multiply, shift, mask, jump_if, jump_less, store, load, stop };
struct Step {
  uint8_t op, to, a, b;
  int32_t value;
};
uint64_t kernel_machine(uint32_t n) {
  static const struct Step program[] = {
      {load_const, 1, 0, 0, 0},  {load_const, 2, 0, 0, 12345}, {load_const, 3, 0, 0, 1}, {load_const, 4, 0, 0, 1103515245},
      {multiply, 2, 2, 4, 0},    {add, 2, 2, 1, 0},            {shift, 5, 2, 0, 9},      {mask, 6, 5, 0, 63},
      {store, 6, 5, 0, 0},       {load, 7, 6, 0, 0},           {add, 2, 2, 7, 0},        {mask, 8, 2, 0, 1},
      {jump_if, 8, 0, 0, 14},    {subtract, 2, 2, 3, 0},       {add, 1, 1, 3, 0},        {jump_less, 0, 1, 0, 4},
      {stop, 0, 0, 0, 0}};
  uint32_t r[9] = {n}, cells[64] = {0};
  for (const struct Step* s = program;; ++s) {
    switch (s->op) {
      case load_const: r[s->to] = (uint32_t)s->value; break;
      case add: r[s->to] = r[s->a] + r[s->b]; break;
      case subtract: r[s->to] = r[s->a] - r[s->b]; break;
      case multiply: r[s->to] = r[s->a] * r[s->b]; break;
      case shift: r[s->to] = r[s->a] >> (s->value & 31); break;
      case mask: r[s->to] = r[s->a] & (uint32_t)s->value; break;
      case jump_if: if (r[s->to] != 0) s = program + s->value - 1; break;
      case jump_less: if (r[s->a] < r[0]) s = program + s->value - 1; break;
      case store: cells[r[s->to] & 63] = r[s->a]; break;
      case load: r[s->to] = cells[r[s->a] & 63]; break;
      default: return r[2];
    }
  }
}

uint64_t kernel_text(uint32_t n) {
  static const char text[] =
      "A component is a box with typed holes: what it needs and what it offers are written down, and nothing else gets in or out. "
      "Boxes that fit are put together without knowing what language lies inside, and a box that does not fit says so before it runs. ";
  uint32_t counts[128] = {0};
  for (uint32_t round = 0; round < n; ++round) {
    const char* p = text;
    while (*p != 0) {
      while (*p == ' ' || *p == ',' || *p == '.' || *p == ':') ++p;
      uint32_t hash = 2166136261u;
      const char* start = p;
      for (; *p != 0 && *p != ' ' && *p != ',' && *p != '.' && *p != ':'; ++p) {
        char c = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
        hash = (hash ^ (uint8_t)c) * 16777619u;
      }
      if (p != start) counts[hash % 128] += (uint32_t)(p - start) + round;
    }
  }
  uint64_t sum = 0;
  for (uint32_t i = 0; i < 128; ++i) sum = sum * 7 + counts[i];
  return sum;
}

struct Node {
  struct Node *less, *more;
  uint32_t key;
};
static void free_tree(struct Node* node) {
  if (node == NULL) return;
  free_tree(node->less);
  free_tree(node->more);
  free(node);
}
uint64_t kernel_pointers(uint32_t n) {
  struct Node* root = NULL;
  uint32_t state = 7;
  uint64_t depth = 0;
  for (uint32_t i = 0; i < n; ++i) {
    uint32_t key = next_random(&state) >> 4;
    struct Node** at = &root;
    while (*at != NULL) {
      at = key < (*at)->key ? &(*at)->less : &(*at)->more;
      ++depth;
    }
    *at = calloc(1, sizeof **at);
    (*at)->key = key;
  }
  free_tree(root);
  return depth;
}

uint64_t kernel_bulk(uint32_t n) {
  enum { size = 1 << 18 };
  uint8_t *from = malloc(size), *to = malloc(size);
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; ++i) {
    memset(from, (int)i, size);
    memcpy(to, from, size);
    KEEP;
    sum += to[i % size];
  }
  free(from);
  free(to);
  return sum;
}
