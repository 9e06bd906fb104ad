// Host bindings and guest bindings against each other, in both directions, and two guests composed.
//   bindgen-roundtrip echo.wasm user.wasm composed.wasm keeper.wasm fixed.wasm
#include <cstdio>
#include <cstdlib>
#include <map>

#include "echo_host.h"
#include "fixed_host.h"
#include "keeper_host.h"
#include "user_host.h"
#include "wcomp/wasi.h"

namespace {

int failures = 0;

void check(bool ok, const char* what) {
  if (ok) return;
  ++failures;
  std::printf("wrong: %s\n", what);
}
#define CHECK(condition) check((condition), #condition)

/// The value of a call, which has to succeed.
template <class T>
T value_of(wcomp::Result<T, wcomp::Trap> result) {
  if (!result) {
    std::printf("%s\n", result.error().to_string().c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
template <class T>
T value_of(wcomp::Result<T> result) {
  if (!result) {
    std::printf("%s", result.error().to_string().c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

namespace shapes = sample_echo::shapes;

void test_values(const sample_echo::Echo& echo) {
  const auto& guest = echo.shapes();
  CHECK((value_of(guest.ints(-5, 200, -30000, 65535, -2000000000, 4000000000, -9000000000000000000, 18000000000000000000U)) ==
         std::tuple<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t>(
             -5, 200, -30000, 65535, -2000000000, 4000000000, -9000000000000000000, 18000000000000000000U)));
  CHECK(value_of(guest.text("h\xc3\xa4llo", U'\u00e9', true)) == "h\xc3\xa4lloE!");
  CHECK(value_of(guest.text("", U'a', false)).empty());
  CHECK(!guest.text("\xff", U'a', false).has_value());
}
void test_lists(const sample_echo::Echo& echo) {
  const auto& guest = echo.shapes();
  const std::vector<std::uint8_t> bytes = {1, 2, 3};
  CHECK((value_of(guest.bytes(bytes)) == std::vector<std::uint8_t>{3, 2, 1}));
  CHECK(value_of(guest.bytes({})).empty());
  CHECK((value_of(guest.bools({true, false})) == std::vector<bool>{false, true}));
  const std::vector<shapes::Point> points = {{1, -2}, {3, 4}};
  CHECK((value_of(guest.points(points)) == std::vector<shapes::Point>{{-2, 1}, {4, 3}}));
  const shapes::Deep a{"n", {1, 2}, {"x", "a tag that small strings do not hold"}, shapes::Point{9, 8}, 7, true, U'z'};
  const shapes::Deep b{"", {0, 0}, {}, std::nullopt, 0, false, U'\U0001F600'};
  CHECK((value_of(guest.pass_deep(a, std::vector{b, a})) == std::vector{b, a, a}));
}
void test_choices(const sample_echo::Echo& echo) {
  const auto& guest = echo.shapes();
  using shapes::Colour, shapes::Filter, shapes::Rights;
  for (const Filter& f : {Filter(Filter::All{}), Filter(Filter::Some{{"x", "y"}}), Filter(Filter::Other{{}}), Filter(Filter::At{{1, -1}}),
                          Filter(Filter::Real{1.5F}), Filter(Filter::Big{-3})}) {
    const auto [filter, rights, colour] = value_of(guest.pass_filter(f, Rights::read, Colour::errno_));
    CHECK(filter == f);
    CHECK(rights == (Rights::write | Rights::bits_));
    CHECK(colour == Colour::errno_);
  }
  using Maybe = std::optional<std::optional<shapes::Point>>;
  CHECK(std::get<2>(value_of(guest.maybe("q", std::nullopt, Maybe(std::in_place, std::nullopt)))) == Maybe(std::in_place, std::nullopt));
  CHECK(std::get<0>(value_of(guest.maybe("q", 3, std::nullopt))) == "q");
  const auto fine = value_of(guest.results(3U, wcomp::Err(Colour::int_), shapes::Point{4, 5}, wcomp::Err()));
  CHECK((fine.has_value() && *fine == std::vector<std::string>{"3", "int", "4", "no"}));
  const auto bad = value_of(guest.results(wcomp::Err(std::string("bad")), wcomp::Ok{}, wcomp::Err(), wcomp::Ok{}));
  CHECK(!bad.has_value() && bad.error() == "bad");
  CHECK((value_of(guest.spill("a", "b", "c", "d", "e", "f", "g", "h", "i")) == std::tuple<std::string, std::uint8_t>("abcdefghi", 9)));
}
namespace collections = sample_echo::collections;

/// `Guest` is the interface in one of the worlds that export it: nothing that a call allocated in the guest may stay.
template <class Guest>
void test_collections(const Guest& guest) {
  const std::string longer = "a text that small strings do not hold";
  const std::vector<std::string> words = {"a", longer, "a", ""};
  const std::map<std::string, collections::Entry> given = {{longer, {1, {longer, ""}}}, {"", {0, {}}}};
  std::uint32_t blocks = 0;
  for (int i = 0; i < 20; ++i) {
    if (i == 1) blocks = value_of(guest.blocks());
    const auto [counts, entries] = value_of(guest.count(words, given));
    CHECK((counts == std::map<std::string, std::uint32_t>{{"", 1}, {"a", 2}, {longer, 1}}));
    CHECK((entries == std::map<std::string, collections::Entry>{{"", {1, {}}}, {longer, {2, {longer, ""}}}}));
    const std::map<std::uint8_t, char32_t> numbers = {{1, U'x'}, {255, U'\U0001F600'}};
    const auto inverted = value_of(guest.invert(numbers, collections::Wide::a16));
    CHECK((inverted.has_value() && *inverted == std::map<char32_t, std::uint8_t>{{U'x', 1}, {U'\U0001F600', 255}}));
    const auto refused = value_of(guest.invert({}, ~collections::Wide::a16));
    CHECK(!refused.has_value() && refused.error() == ~collections::Wide::a16);
    CHECK((value_of(guest.append(words, longer, std::vector<std::optional<std::string>>{std::nullopt, "z"})) ==
           std::vector<std::string>{"a", longer, "a", "", longer, "z"}));
    CHECK(value_of(guest.append({}, "", std::nullopt)).empty());
  }
  CHECK(value_of(guest.blocks()) == blocks);
}

void test_guest_resources(const sample_echo::Echo& echo) {
  const auto& store = echo.store();
  CHECK(value_of(store.bucket_live()) == 0);
  {
    auto a = value_of(store.new_bucket("a"));
    auto b = value_of(store.new_bucket("b"));
    CHECK(value_of(store.bucket_live()) == 2);
    value_of(a.set("k", std::vector<std::uint8_t>{1, 2}));
    CHECK((value_of(a.get("k")) == std::vector<std::uint8_t>{1, 2}));
    CHECK(!value_of(b.get("k")));
    CHECK(value_of(a.same(a)));
    CHECK(!value_of(a.same(b)));
    const wcomp::Borrow<const std::remove_reference_t<decltype(a)>> all[] = {a, b};
    CHECK((value_of(store.poll(all)) == std::vector<std::uint32_t>{1, 0}));
    auto handles = value_of(store.pack(std::move(a), std::move(b)));
    CHECK(handles.rest.size() == 2);
    CHECK(value_of(handles.rest[0].merge(std::move(handles.main))) == 1);
    CHECK(value_of(store.bucket_live()) == 2);
    CHECK(!a.get("k").has_value());  // moved away
    CHECK(value_of(store.bucket_maybe(true)).has_value());
    CHECK(value_of(store.bucket_maybe(false)).error() == "refused");
  }
  CHECK(value_of(store.bucket_live()) == 0);
}

/// The store, as a host does it.
class Bucket final : public sample_echo::store::Bucket {
 public:
  static inline std::uint32_t alive = 0;
  Bucket() { ++alive; }
  ~Bucket() override { --alive; }
  std::optional<std::vector<std::uint8_t>> get(std::string_view key) override {
    const auto it = entries.find(key);
    return it == entries.end() ? std::nullopt : std::optional(it->second);
  }
  void set(std::string_view key, std::span<const std::uint8_t> value) override { entries[std::string(key)] = {value.begin(), value.end()}; }
  std::uint32_t merge(std::unique_ptr<sample_echo::store::Bucket> other) override {
    for (const auto& [key, value] : static_cast<Bucket&>(*other).entries) entries[key] = value;
    return static_cast<std::uint32_t>(entries.size());
  }
  bool same(sample_echo::store::Bucket& other) override { return this == &other; }

  std::map<std::string, std::vector<std::uint8_t>, std::less<>> entries;
};

class Store final : public sample_echo::store::Host {
 public:
  using Base = sample_echo::store::Bucket;
  std::vector<std::uint32_t> poll(std::span<const wcomp::Borrow<Base>> bs) override {
    std::vector<std::uint32_t> out;
    for (const auto& b : bs) out.push_back(static_cast<std::uint32_t>(static_cast<Bucket&>(*b).entries.size()));
    return out;
  }
  sample_echo::store::Handles pack(std::unique_ptr<Base> a, std::unique_ptr<Base> b) override {
    sample_echo::store::Handles h{std::move(a), {}};
    h.rest.push_back(std::move(b));
    h.rest.push_back(std::make_unique<Bucket>());
    return h;
  }
  std::unique_ptr<Base> new_bucket(std::string_view) override { return std::make_unique<Bucket>(); }
  std::uint32_t bucket_live() override { return Bucket::alive; }
  wcomp::Result<std::unique_ptr<Base>, std::string> bucket_maybe(bool ok) override {
    if (!ok) return wcomp::Err(std::string("refused"));
    return std::unique_ptr<Base>(std::make_unique<Bucket>());
  }
};

class Collections final : public collections::Host {
 public:
  std::tuple<std::map<std::string, std::uint32_t>, std::map<std::string, collections::Entry>> count(
      std::span<const std::string> words, const std::map<std::string, collections::Entry>& entries) override {
    std::map<std::string, std::uint32_t> counts;
    for (const std::string& word : words) ++counts[word];
    auto out = entries;
    for (auto& [key, entry] : out) ++entry.count;
    return {counts, out};
  }
  wcomp::Result<std::map<char32_t, std::uint8_t>, collections::Wide> invert(const std::map<std::uint8_t, char32_t>& numbers, collections::Wide w) override {
    if (numbers.empty()) return wcomp::Err(w);
    std::map<char32_t, std::uint8_t> out;
    for (const auto& [number, letter] : numbers) out[letter] = number;
    return out;
  }
  std::vector<std::string> append(std::span<const std::string> list, std::string_view text,
                                  const std::optional<std::vector<std::optional<std::string>>>& deep) override {
    std::vector<std::string> out(list.begin(), list.end());
    if (deep) {
      for (const auto& more : *deep) out.push_back(more.value_or(std::string(text)));
    }
    return out;
  }
  std::uint32_t blocks() override { return 0; }
};

/// Lists of fixed length, which are behind a feature.
void test_fixed(const char* path) {
  wcomp::EngineOptions options;
  options.wasm_features = "cm-fixed-length-lists";
  const auto engine = value_of(wcomp::Engine::create(options));
  wcomp::Linker linker(engine);
  value_of(wcomp::wasi::add_to(linker, wcomp::wasi::Context{}));
  const auto fixed = value_of(sample_fixed::Fixed::instantiate(linker, value_of(wcomp::Component::load(engine, path))));
  const std::array<std::string, 2> names = {"the first of the two names", ""};
  const auto [grid, swapped] = value_of(fixed.exports().turn({{{1, 2, 3}, {4, 5, 65535}}}, names));
  CHECK((grid == sample_fixed::fixed::Grid{{{65535, 5, 4}, {3, 2, 1}}}));
  CHECK(swapped[0].empty() && swapped[1] == names[0]);
  std::vector<std::array<std::uint64_t, 20>> rows(3);
  for (std::size_t i = 0; i < 60; ++i) rows[i / 20][i % 20] = i;
  CHECK(value_of(fixed.exports().count(rows)) == 59 * 60 / 2);
  CHECK(value_of(fixed.exports().count({})) == 0);
}

constexpr const char* nothing_left = "0 buckets left, 0 pages more";

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const wcomp::Engine engine;
  wcomp::Linker plain(engine);
  value_of(wcomp::wasi::add_to(plain, wcomp::wasi::Context{}));
  {
    const auto echo = value_of(sample_echo::Echo::instantiate(plain, value_of(wcomp::Component::load(engine, argv[1]))));
    // Bad text ends an instance, so that test has its own.
    test_values(value_of(sample_echo::Echo::instantiate(plain, value_of(wcomp::Component::load(engine, argv[1])))));
    test_lists(echo);
    test_choices(echo);
    test_guest_resources(echo);
    test_collections(echo.collections());
    const auto keeper = value_of(sample_echo::Keeper::instantiate(plain, value_of(wcomp::Component::load(engine, argv[4]))));
    test_collections(keeper.collections());
  }
  test_fixed(argv[5]);
  {
    Store store;
    wcomp::Linker linker(engine);
    value_of(wcomp::wasi::add_to(linker, wcomp::wasi::Context{}));
    sample_echo::store::add_to(linker, store);
    Collections counter;
    collections::add_to(linker, counter);
    const auto user = value_of(sample_echo::User::instantiate(linker, value_of(wcomp::Component::load(engine, argv[2]))));
    CHECK(value_of(user.exports().run()) == nothing_left);
  }
  CHECK(Bucket::alive == 0);
  const auto composed = value_of(sample_echo::User::instantiate(plain, value_of(wcomp::Component::load(engine, argv[3]))));
  CHECK(value_of(composed.exports().run()) == nothing_left);
  std::printf("%d wrong\n", failures);
  return failures == 0 ? 0 : 1;
}
