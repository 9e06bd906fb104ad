// World `caller`; with BENCH_JOINED, `joined` or a native program.
#include <stdlib.h>
#include <string.h>

#include "api.h"

#ifndef BENCH_JOINED
#include "realloc.h"
#define API "bench:calls/api"
typedef int32_t Cell;
BENCH_IMPORT(API, "nothing") void api_nothing(void);
BENCH_IMPORT(API, "add") uint32_t api_add(uint32_t a, uint32_t b);
BENCH_IMPORT(API, "echo") void echo_into(char* data, size_t size, struct Span* out);
BENCH_IMPORT(API, "take") uint32_t api_take(uint8_t* data, size_t size);
BENCH_IMPORT(API, "weigh") double api_weigh(struct Point* points, size_t count);
BENCH_IMPORT(API, "points") void points_into(uint32_t count, struct Span* out);
BENCH_IMPORT(API, "[constructor]cell") Cell api_cell(uint32_t start);
BENCH_IMPORT(API, "[method]cell.bump") uint32_t api_bump(Cell cell, uint32_t by);
BENCH_IMPORT(API, "[resource-drop]cell") void drop_cell(Cell cell);
static void drop_text(struct Span* text) {
  if (text->size != 0) free(text->data);
}
static void drop_points(struct Span* list) {
  struct Point* points = list->data;
  for (size_t i = 0; i < list->size; ++i) free(points[i].label.data);
  if (list->size != 0) free(points);
}
#else
static void echo_into(char* data, size_t size, struct Span* out) { *out = *api_echo(data, size); }
static void points_into(uint32_t count, struct Span* out) { *out = *api_points(count); }
static void drop_cell(Cell cell) { api_cell_end(cell); }
static void drop_text(struct Span* text) { (void)text; }
static void drop_points(struct Span* list) { api_points_done(list); }
#endif

#define LOOP(name) BENCH_EXPORT("bench:calls/loops#" name)

LOOP("nothing") uint64_t loop_nothing(uint32_t n) {
  for (uint32_t i = 0; i < n; ++i) api_nothing();
  return n;
}
LOOP("add") uint64_t loop_add(uint32_t n) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < n; ++i) sum = api_add(sum, i);
  return sum;
}
static uint64_t echo(uint32_t n, char* text, uint32_t size) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; ++i) {
    struct Span out;
    echo_into(text, size, &out);
    sum += out.size;
    drop_text(&out);
  }
  free(text);
  return sum;
}
LOOP("echo") uint64_t loop_echo(uint32_t n, uint32_t size) {
  char* text = malloc(size + 1);
  memset(text, 'a', size);
  return echo(n, text, size);
}
LOOP("echo-wide") uint64_t loop_echo_wide(uint32_t n, uint32_t size) {
  char* text = malloc(size + 1);
  for (uint32_t i = 0; i < size; ++i) text[i] = i % 2 == 0 ? (char)0xc3 : (char)0xa9;
  return echo(n, text, size);
}
LOOP("take") uint64_t loop_take(uint32_t n, uint32_t size) {
  uint8_t* bytes = malloc(size + 1);
  memset(bytes, 3, size);
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; ++i) sum += api_take(bytes, size);
  free(bytes);
  return sum;
}
LOOP("weigh") uint64_t loop_weigh(uint32_t n, uint32_t count) {
  static char label[8] = "point  a";
  struct Point* points = malloc((count + 1) * sizeof *points);
  for (uint32_t i = 0; i < count; ++i) points[i] = (struct Point){i, i * 0.25, {label, sizeof label}};
  double sum = 0;
  for (uint32_t i = 0; i < n; ++i) sum += api_weigh(points, count);
  free(points);
  return (uint64_t)sum;
}
LOOP("points") uint64_t loop_points(uint32_t n, uint32_t count) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; ++i) {
    struct Span list;
    points_into(count, &list);
    sum += list.size;
    drop_points(&list);
  }
  return sum;
}
LOOP("bump") uint64_t loop_bump(uint32_t n) {
  Cell cell = api_cell(1);
  uint32_t last = 0;
  for (uint32_t i = 0; i < n; ++i) last = api_bump(cell, i);
  drop_cell(cell);
  return last;
}
LOOP("cell") uint64_t loop_cell(uint32_t n) {
  for (uint32_t i = 0; i < n; ++i) drop_cell(api_cell(i));
  return n;
}
