// The limit: caller and callee as native code in objects of their own, so that each call is a real one.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "measure.h"

extern "C" {
#define BENCH_JOINED
#include "../guests/calls/api.h"
std::uint64_t loop_nothing(std::uint32_t n);
std::uint64_t loop_add(std::uint32_t n);
std::uint64_t loop_echo(std::uint32_t n, std::uint32_t size);
std::uint64_t loop_echo_wide(std::uint32_t n, std::uint32_t size);
std::uint64_t loop_take(std::uint32_t n, std::uint32_t size);
std::uint64_t loop_weigh(std::uint32_t n, std::uint32_t count);
std::uint64_t loop_points(std::uint32_t n, std::uint32_t count);
std::uint64_t loop_bump(std::uint32_t n);
std::uint64_t loop_cell(std::uint32_t n);
}

namespace bench {
namespace {

struct NativeLoops {
  std::uint64_t run(Loop l, std::uint32_t n, std::uint32_t size) {
    switch (l) {
      case Loop::nothing: return loop_nothing(n);
      case Loop::add: return loop_add(n);
      case Loop::echo: return loop_echo(n, size);
      case Loop::echo_wide: return loop_echo_wide(n, size);
      case Loop::take: return loop_take(n, size);
      case Loop::weigh: return loop_weigh(n, size);
      case Loop::points: return loop_points(n, size);
      case Loop::bump: return loop_bump(n);
      case Loop::cell: return loop_cell(n);
    }
    return 0;
  }
};

/// What must cross a boundary without shared memory, natively: arguments and results are copied, into room that is there already where they are
/// one piece, else into room from the allocator, which is given back.
struct CopyingLoops {
  NativeLoops native;
  std::vector<char> there = std::vector<char>(bytes), back = std::vector<char>(bytes);

  std::uint64_t run(Loop l, std::uint32_t n, std::uint32_t size) {
    std::uint64_t sum = 0;
    switch (l) {
      case Loop::echo:
      case Loop::echo_wide: {
        const std::vector<char> text(size, 'a');
        for (std::uint32_t i = 0; i < n; ++i) {
          std::memcpy(there.data(), text.data(), size);
          const Span* out = api_echo(there.data(), size);
          std::memcpy(back.data(), out->data, out->size);
          benchmark::DoNotOptimize(back.data());
          benchmark::ClobberMemory();
          sum += out->size;
        }
        return sum;
      }
      case Loop::take: {
        const std::vector<char> list(size, 3);
        for (std::uint32_t i = 0; i < n; ++i) {
          std::memcpy(there.data(), list.data(), size);
          sum += api_take(reinterpret_cast<std::uint8_t*>(there.data()), size);
        }
        return sum;
      }
      case Loop::weigh: {
        static char label[] = "point  a";
        const std::vector<Point> list(size, Point{1, 0.25, {label, 8}});
        for (std::uint32_t i = 0; i < n; ++i) {
          Point* copied = copy(list.data(), size);
          sum += static_cast<std::uint64_t>(api_weigh(copied, size));
          end(copied, size);
        }
        return sum;
      }
      case Loop::points:
        for (std::uint32_t i = 0; i < n; ++i) {
          Span* made = api_points(size);
          Point* copied = copy(static_cast<const Point*>(made->data), made->size);
          api_points_done(made);
          sum += copied[0].id;
          end(copied, size);
        }
        return sum;
      default: return native.run(l, n, size);
    }
  }

 private:
  static Point* copy(const Point* from, std::size_t count) {
    auto* to = static_cast<Point*>(std::malloc(count * sizeof(Point)));
    for (std::size_t i = 0; i < count; ++i) {
      to[i] = from[i];
      to[i].label.data = std::malloc(from[i].label.size);
      std::memcpy(to[i].label.data, from[i].label.data, from[i].label.size);
    }
    return to;
  }
  static void end(Point* list, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) std::free(list[i].label.data);
    std::free(list);
  }
};

/// What a host would do without a sandbox: hand over what it has, copy what it is given.
void add_calls(const std::string& group) {
  add(group, "no arguments", "native", [] { api_nothing(); });
  add(group, "two u32", "native", [i = 0u]() mutable { benchmark::DoNotOptimize(api_add(i++, 2)); });
  for (const std::uint32_t size : {short_text, long_text}) {
    add(group, size == short_text ? "string of 16" : "string of 4 KiB", "native", [text = std::string(size, 'a')]() mutable {
      const Span* out = api_echo(text.data(), text.size());
      benchmark::DoNotOptimize(std::string(static_cast<char*>(out->data), out->size));
    });
  }
  add(group, "list<u8> of 1 MiB", "native",
      [list = std::vector<std::uint8_t>(bytes, 3)]() mutable { benchmark::DoNotOptimize(api_take(list.data(), list.size())); });
  add(group, "list of 100 records", "native", [] {
    static char label[] = "point  a";
    static std::vector<Point> list(points, Point{1, 0.25, {label, 8}});
    benchmark::DoNotOptimize(api_weigh(list.data(), list.size()));
  });
  add(group, "gives 100 records", "native", [] {
    Span* list = api_points(points);
    benchmark::DoNotOptimize(list->data);
    api_points_done(list);
  });
  static std::uint32_t* cell = api_cell(1);
  add(group, "method", "native", [] { benchmark::DoNotOptimize(api_bump(cell, 2)); });
  add(group, "resource made, dropped", "native", [] { api_cell_end(api_cell(1)); });
}

}  // namespace

void add_native() {
  static NativeLoops loops;
  add_calls("host to component");
  add("host to core", "one i32", "native", [] { benchmark::DoNotOptimize(loop_nothing(0)); });
  for (const char* group : {"component to host", "component to component", "core to core"}) add_loops(group, "native", loops);
  static CopyingLoops copying;
  add_loops("component to component", "copying", copying);
}

}  // namespace bench
