// A guest that gives back what it gets, changed just enough to show that it arrived.
#include "checked_alloc.h"
#include "echo_impl.h"

namespace exports::sample::echo::collections {

std::tuple<std::map<std::string, std::uint32_t>, std::map<std::string, Entry>> count(std::span<const std::string> words, const std::map<std::string, Entry>& entries) {
  std::map<std::string, std::uint32_t> counts;
  for (const std::string& word : words) ++counts[word];
  std::map<std::string, Entry> out = entries;
  for (auto& [key, entry] : out) ++entry.count;
  return {counts, out};
}
wcomp::Result<std::map<char32_t, std::uint8_t>, Wide> invert(const std::map<std::uint8_t, char32_t>& numbers, Wide w) {
  if (numbers.empty()) return wcomp::Err(w);
  std::map<char32_t, std::uint8_t> out;
  for (const auto& [number, letter] : numbers) out[letter] = number;
  return out;
}
std::vector<std::string> append(std::span<const std::string> list, std::string_view text, const std::optional<std::vector<std::optional<std::string>>>& deep) {
  std::vector<std::string> out(list.begin(), list.end());
  if (deep) {
    for (const auto& more : *deep) out.push_back(more.value_or(std::string(text)));
  }
  return out;
}
std::uint32_t blocks() { return live_blocks(); }

}  // namespace exports::sample::echo::collections

namespace exports::sample::echo::shapes {

std::tuple<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t> ints(
    std::int8_t a, std::uint8_t b, std::int16_t c, std::uint16_t d, std::int32_t e, std::uint32_t f, std::int64_t g, std::uint64_t h) {
  return {a, b, c, d, e, f, g, h};
}
std::string text(std::string_view s, char32_t c, bool b) {
  std::string out(s);
  if (c == U'\u00e9') out += "E";
  if (b) out += "!";
  return out;
}
std::vector<std::uint8_t> bytes(std::span<const std::uint8_t> b) { return {b.rbegin(), b.rend()}; }
std::vector<bool> bools(const std::vector<bool>& b) {
  std::vector<bool> out;
  for (const bool x : b) out.push_back(!x);
  return out;
}
std::vector<Point> points(std::span<const Point> p) {
  std::vector<Point> out;
  for (const Point& q : p) out.push_back({.x = q.y, .y = q.x});
  return out;
}
std::vector<Deep> pass_deep(const Deep& d, std::span<const Deep> l) {
  std::vector<Deep> out(l.begin(), l.end());
  out.push_back(d);
  return out;
}
std::tuple<Filter, Rights, Colour> pass_filter(const Filter& f, Rights r, Colour c) { return {f, ~r, c}; }
std::tuple<std::optional<std::string>, std::optional<std::uint32_t>, std::optional<std::optional<Point>>> maybe(
    std::optional<std::string_view> a, std::optional<std::uint32_t> b, const std::optional<std::optional<Point>>& c) {
  return {a ? std::optional(std::string(*a)) : std::nullopt, b, c};
}
wcomp::Result<std::vector<std::string>, std::string> results(const wcomp::Result<std::uint32_t, std::string>& a,
                                                            const wcomp::Result<void, Colour>& b, const wcomp::Result<Point, void>& c,
                                                            const wcomp::Result<void, void>& d) {
  if (!a) return wcomp::Err(a.error());
  return std::vector<std::string>{std::to_string(*a), b ? "ok" : b.error() == Colour::int_ ? "int" : "other", c ? std::to_string(c->x) : "none",
                                  d ? "yes" : "no"};
}
std::tuple<std::string, std::uint8_t> spill(std::string_view a, std::string_view b, std::string_view c, std::string_view d, std::string_view e,
                                            std::string_view f, std::string_view g, std::string_view h, std::string_view i) {
  std::string all;
  for (const std::string_view s : {a, b, c, d, e, f, g, h, i}) all += s;
  return {all, static_cast<std::uint8_t>(all.size())};
}

}  // namespace exports::sample::echo::shapes

namespace exports::sample::echo::store {

namespace {
std::uint32_t alive = 0;
}

Bucket::Bucket(std::string_view name) : name_(name) { ++alive; }
Bucket::~Bucket() { --alive; }
std::optional<std::vector<std::uint8_t>> Bucket::get(std::string_view key) {
  const auto it = entries_.find(key);
  if (it == entries_.end()) return std::nullopt;
  return it->second;
}
void Bucket::set(std::string_view key, std::span<const std::uint8_t> value) { entries_[std::string(key)] = {value.begin(), value.end()}; }
std::uint32_t Bucket::merge(wcomp::Own<Bucket> other) {
  for (const auto& [key, value] : other->entries_) entries_[key] = value;
  return size();
}
bool Bucket::same(Bucket& other) { return this == &other; }
std::uint32_t Bucket::live() { return alive; }
wcomp::Result<wcomp::Own<Bucket>, std::string> Bucket::maybe(bool ok) {
  if (!ok) return wcomp::Err(std::string("refused"));
  return wcomp::Own<Bucket>::make("maybe");
}
std::vector<std::uint32_t> poll(std::span<const wcomp::Borrow<Bucket>> bs) {
  std::vector<std::uint32_t> out;
  for (const auto& b : bs) out.push_back(b->size());
  return out;
}
Handles pack(wcomp::Own<Bucket> a, wcomp::Own<Bucket> b) {
  Handles h{std::move(a), {}};
  h.rest.push_back(std::move(b));
  h.rest.push_back(wcomp::Own<Bucket>::make("new"));
  return h;
}

}  // namespace exports::sample::echo::store
