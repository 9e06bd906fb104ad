// A guest that uses a store thoroughly, many times over, and says whether anything was left behind.
#include "checked_alloc.h"
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

/// Empty, or what was wrong.
std::string use_collections() {
  namespace collections = sample::echo::collections;
  const std::string longer = "a text that small strings do not hold";
  const std::vector<std::string> words = {"a", longer, "a", ""};
  const auto [counts, entries] = collections::count(words, {{longer, {1, {longer, ""}}}, {"", {0, {}}}});
  if (counts != std::map<std::string, std::uint32_t>{{"", 1}, {"a", 2}, {longer, 1}}) return "the counts are wrong";
  if (entries != std::map<std::string, collections::Entry>{{"", {1, {}}}, {longer, {2, {longer, ""}}}}) return "the entries are wrong";
  const auto inverted = collections::invert({{1, U'x'}, {255, U'\U0001F600'}}, collections::Wide::a16);
  if (!inverted || *inverted != std::map<char32_t, std::uint8_t>{{U'x', 1}, {U'\U0001F600', 255}}) return "invert is wrong";
  const auto refused = collections::invert({}, collections::Wide::a0 | collections::Wide::a9);
  if (refused || refused.error() != (collections::Wide::a0 | collections::Wide::a9)) return "invert did not refuse";
  if (collections::append(words, longer, std::vector<std::optional<std::string>>{std::nullopt, longer}) !=
      std::vector<std::string>{"a", longer, "a", "", longer, longer}) {
    return "append is wrong";
  }
  return "";
}

}  // namespace

std::string exports::sample::echo::user::run() {
  const std::vector<std::uint8_t> big(5000, 7);
  std::size_t pages = 0;
  std::uint32_t own_blocks = 0;
  std::uint32_t other_blocks = 0;
  for (int i = 0; i < 400; ++i) {
    if (std::string wrong = use_once(big, i % 2 == 0); !wrong.empty()) return wrong;
    if (std::string wrong = use_collections(); !wrong.empty()) return wrong;
    if (i == 50) {
      pages = __builtin_wasm_memory_size(0);
      own_blocks = live_blocks();
      other_blocks = ::sample::echo::collections::blocks();
    }
  }
  if (live_blocks() != own_blocks) return std::to_string(live_blocks() - own_blocks) + " blocks of the user's are left";
  if (::sample::echo::collections::blocks() != other_blocks) return "blocks of the other side are left";
  return std::to_string(Bucket::live()) + " buckets left, " + std::to_string(__builtin_wasm_memory_size(0) - pages) + " pages more";
}
