// A guest that uses a store thoroughly, many times over, and says whether anything was left behind.
#include "user_exports.h"

namespace {

using sample::echo::store::Bucket;

/// Empty, or what was wrong.
std::string use_once(const std::vector<std::uint8_t>& big, bool is_even) {
  Bucket a("a");
  Bucket b("a bucket with a longer name than small strings hold");
  a.set("k", big);
  b.set("a longer key than small strings hold", big);
  const auto found = a.get("k");
  if (!found || *found != big) return "get gave something else";
  if (a.get("none")) return "get found what is not there";
  if (!a.same(a) || a.same(b)) return "same is wrong";
  const wcomp::Borrow<Bucket> all[] = {a, b, a};
  if (sample::echo::store::poll(all) != std::vector<std::uint32_t>{1, 1, 1}) return "poll is wrong";
  auto handles = sample::echo::store::pack(std::move(a), std::move(b));
  if (handles.rest.size() != 2) return "pack is wrong";
  if (handles.main.merge(std::move(handles.rest[0])) != 2) return "merge is wrong";
  const auto maybe = Bucket::maybe(is_even);
  if (maybe.has_value() != is_even) return "maybe is wrong";
  if (!is_even && maybe.error() != "refused") return "the error is wrong";
  if (Bucket::live() != (is_even ? 3U : 2U)) return "there are " + std::to_string(Bucket::live()) + " buckets";
  return "";
}

}  // namespace

std::string exports::sample::echo::user::run() {
  const std::vector<std::uint8_t> big(5000, 7);
  std::size_t pages = 0;
  for (int i = 0; i < 400; ++i) {
    if (std::string wrong = use_once(big, i % 2 == 0); !wrong.empty()) return wrong;
    if (i == 50) pages = __builtin_wasm_memory_size(0);
  }
  return std::to_string(Bucket::live()) + " buckets left, " + std::to_string(__builtin_wasm_memory_size(0) - pages) + " pages more";
}
