// What caller.c of the shared benchmarks does, written on generated bindings.
#include "caller_exports.h"

namespace exports::bench::calls::run {

namespace api = ::bench::calls::api;

std::uint64_t loop_empty(std::uint32_t n) {
  for (std::uint32_t i = 0; i < n; ++i) api::empty();
  return n;
}
std::uint64_t loop_add(std::uint32_t n) {
  std::uint32_t a = 0;
  for (std::uint32_t i = 0; i < n; ++i) a = api::add(a, i);
  return a;
}
std::uint64_t loop_echo(std::uint32_t n, std::uint32_t len, std::uint32_t kind) {
  std::string text(len, 'a');
  for (std::uint32_t i = 0; i < len; ++i) text[i] = kind != 0 ? static_cast<char>((i & 1) != 0 ? 0xa9 : 0xc3) : static_cast<char>('a' + i % 26);
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < n; ++i) total += api::echo(text).size();
  return total;
}
std::uint64_t loop_sink(std::uint32_t n, std::uint32_t len) {
  const std::vector<std::uint8_t> bytes(len, 7);
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < n; ++i) total += api::sink(bytes);
  return total;
}
std::uint64_t loop_sum(std::uint32_t n, std::uint32_t len) {
  const std::vector<std::uint8_t> bytes(len, 7);
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < n; ++i) total += api::sum(bytes);
  return total;
}
std::uint64_t loop_recs(std::uint32_t n, std::uint32_t count) {
  std::vector<api::Rec> recs(count);
  for (std::uint32_t i = 0; i < count; ++i) recs[i] = {i, i * 0.5, "record-00000"};
  double total = 0;
  for (std::uint32_t i = 0; i < n; ++i) total += api::recs(recs);
  return static_cast<std::uint64_t>(total);
}
std::uint64_t loop_mkrecs(std::uint32_t n, std::uint32_t count) {
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto recs = api::mkrecs(count);
    total += recs.size();
    for (const api::Rec& r : recs) total += r.id;
  }
  return total;
}
std::uint64_t loop_method(std::uint32_t n) {
  const api::Counter counter(0);
  std::uint32_t a = 0;
  for (std::uint32_t i = 0; i < n; ++i) a = counter.inc(i);
  return a;
}
std::uint64_t loop_ctor(std::uint32_t n) {
  for (std::uint32_t i = 0; i < n; ++i) api::Counter counter(i);
  return n;
}

}  // namespace exports::bench::calls::run
