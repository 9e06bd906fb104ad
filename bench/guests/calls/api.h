// The functions of `bench:calls/api` as the Canonical ABI flattens them, so that the guests need no bindings and build natively as well.
// On wasm32 the layouts are those of the interface; a native build (BENCH_JOINED) has its own, which is all it needs.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __wasm__
#define BENCH_EXPORT(name) __attribute__((export_name(name), noinline))
#define BENCH_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#else
#define BENCH_EXPORT(name) __attribute__((noinline))
#endif

struct Span {
  void* data;
  size_t size;
};
struct Point {
  uint32_t id;
  double weight;
  struct Span label;
};

// With a boundary the callee owns what it is given and frees it; joined to its caller it borrows.
#ifdef BENCH_JOINED
typedef uint32_t* Cell;
void api_nothing(void);
uint32_t api_add(uint32_t a, uint32_t b);
struct Span* api_echo(char* data, size_t size);
uint32_t api_take(uint8_t* data, size_t size);
double api_weigh(struct Point* points, size_t count);
struct Span* api_points(uint32_t count);
void api_points_done(struct Span* list);
uint32_t* api_cell(uint32_t start);
uint32_t api_bump(uint32_t* cell, uint32_t by);
void api_cell_end(uint32_t* cell);
#endif
