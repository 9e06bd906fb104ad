// World `callee`; with BENCH_JOINED plain functions for the caller in the same program.
#include <stdlib.h>
#include <string.h>

#include "api.h"
#ifndef BENCH_JOINED
#include "realloc.h"
#endif

#define API "bench:calls/api#"
// Keeps a call from being optimized away where caller and callee meet in one module.
#define OPAQUE __asm__ volatile("" ::: "memory")

static void give_back(void* owned) {
#ifndef BENCH_JOINED
  free(owned);
#else
  (void)owned;
#endif
}

static struct Span result;

BENCH_EXPORT(API "nothing") void api_nothing(void) { OPAQUE; }

BENCH_EXPORT(API "add") uint32_t api_add(uint32_t a, uint32_t b) {
  OPAQUE;
  return a + b;
}

BENCH_EXPORT(API "echo") struct Span* api_echo(char* data, size_t size) {
  result = (struct Span){data, size};
  return &result;
}
BENCH_EXPORT("cabi_post_" API "echo") void api_echo_done(struct Span* text) {
  if (text->size != 0) give_back(text->data);
}

BENCH_EXPORT(API "take") uint32_t api_take(uint8_t* data, size_t size) {
  if (size == 0) return 0;
  uint32_t seen = data[0] + data[size - 1];
  give_back(data);
  return seen;
}

BENCH_EXPORT(API "weigh") double api_weigh(struct Point* points, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; ++i) {
    sum += points[i].weight + points[i].id + (double)points[i].label.size;
    give_back(points[i].label.data);
  }
  if (count != 0) give_back(points);
  return sum;
}

BENCH_EXPORT(API "points") struct Span* api_points(uint32_t count) {
  struct Point* points = malloc(count * sizeof *points);
  for (uint32_t i = 0; i < count; ++i) {
    char* label = malloc(8);
    memcpy(label, "point ..", 8);
    label[6] = (char)('a' + i % 26);
    points[i] = (struct Point){i, i * 0.25, {label, 8}};
  }
  result = (struct Span){points, count};
  return &result;
}
BENCH_EXPORT("cabi_post_" API "points") void api_points_done(struct Span* list) {
  struct Point* points = list->data;
  for (size_t i = 0; i < list->size; ++i) free(points[i].label.data);
  if (list->size != 0) free(points);
}

// The representation of a cell is a pointer to its number.
#ifndef BENCH_JOINED
BENCH_IMPORT("[export]bench:calls/api", "[resource-new]cell") int32_t new_handle(uint32_t* cell);
BENCH_EXPORT(API "[constructor]cell") int32_t api_cell(uint32_t start) {
  uint32_t* cell = malloc(sizeof *cell);
  *cell = start;
  return new_handle(cell);
}
#else
uint32_t* api_cell(uint32_t start) {
  uint32_t* cell = malloc(sizeof *cell);
  *cell = start;
  return cell;
}
#endif
BENCH_EXPORT(API "[dtor]cell") void api_cell_end(uint32_t* cell) { free(cell); }
BENCH_EXPORT(API "[method]cell.bump") uint32_t api_bump(uint32_t* cell, uint32_t by) { return *cell += by; }
