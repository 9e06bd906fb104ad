// Errors that are variants stay as they came until they are looked at: whatever is done with such a result, its blocks end once. A command that
// prints what went wrong; its status says whether anything did.
#include "sample_late_failures.h"

#include <cstdio>

#include "../roundtrip/checked_alloc.h"

namespace {

using namespace sample::late::failures;
using R = wcomp::Result<std::string, Failure>;
static_assert(std::is_copy_constructible_v<R> && std::is_copy_assignable_v<R>);
using Plain = wcomp::Result<std::uint32_t, std::uint8_t>;
static_assert(std::is_trivially_copyable_v<Plain> && std::is_copy_constructible_v<Plain> && std::is_copy_assignable_v<Plain>);
using Bytes = std::uint8_t[wcomp::abi::Type<R>::size];

int failed = 0;
void check(bool is_so, const char* what, std::size_t index) {
  if (is_so) return;
  std::printf("case %zu: %s\n", index, what);
  failed = 1;
}

/// Gives blocks as a caller does, by cabi_realloc.
struct Giving : wcomp::guest::Context {
  static std::uint32_t allocate(std::uint64_t bytes, std::uint32_t align) {
    return address_of(wcomp::guest::reallocate(nullptr, align, static_cast<std::size_t>(bytes)));
  }
  static std::uint32_t lower_bytes(const void* data, std::uint64_t bytes, std::uint32_t align) {
    const std::uint32_t block = allocate(bytes, align);
    std::memcpy(at(block), data, static_cast<std::size_t>(bytes));
    return block;
  }
  static void lower_string(std::string_view text, std::uint32_t& ptr, std::uint32_t& len) {
    ptr = lower_bytes(text.data(), text.size(), 1);
    len = static_cast<std::uint32_t>(text.size());
  }
  static void store_string(const std::string& text, std::uint8_t* place) {
    std::uint32_t parts[2];
    lower_string(text, parts[0], parts[1]);
    std::memcpy(place, parts, sizeof parts);
  }
};

/// What a call that answers `value` returns.
R call(R value) {
  Giving giving;
  alignas(8) Bytes area;
  wcomp::abi::Type<R>::store(giving, value, +area);
  wcomp::guest::Context cx;
  return wcomp::guest::Late<R>::load(cx, +area);
}
wcomp::Result<int, Failure> passed_on(R r) {
  if (!r) return wcomp::Err(std::move(r).error());
  return 1;
}

void try_failure(const Failure& failure) {
  const std::size_t index = failure.value.index();
  const R expected = wcomp::Err(failure);
  const std::uint32_t before = live_blocks();
  { (void)call(expected); }
  check(live_blocks() == before, "blocks are left of what was ignored", index);
  {
    const R r = call(expected);
    check(!r.has_value() && !r, "it has a value", index);
    check(r.error() == failure && r.error() == failure, "it is another error", index);
    check(r == expected && r != R("text"), "it compares wrong", index);
  }
  check(live_blocks() == before, "blocks are left of what was looked at", index);
  {
    R r = call(expected);
    const R copy = r;
    R moved = std::move(r);
    R moved_on = std::move(moved);
    check(copy.error() == failure && moved_on.error() == failure, "copied or moved it is another error", index);
    R late = call(expected);
    R still_late = std::move(late);
    r = call(expected);
    moved = std::move(still_late);
    still_late = R("a text that small strings do not hold");
    check(moved == r && still_late.has_value(), "assigned it is another error", index);
    r = r.has_value() ? copy : R("another text that small strings do not hold");
    late = r;
    check(late == r && late.has_value(), "the value is another one", index);
    R given_up = call(expected);
    const R taken = std::move(given_up);
    check(!given_up && given_up.error().is<Failure::Nothing>(), "what was moved away is something", index);
  }
  check(live_blocks() == before, "blocks are left of what was copied and moved", index);
  {
    check(passed_on(call(expected)).error() == failure, "passed on it is another error", index);
  }
  check(live_blocks() == before, "blocks are left of what was passed on", index);
}

}  // namespace

int main() {
  const std::string text = "a text that small strings do not hold";
  const Place place{text, 7}, empty{std::nullopt, std::nullopt}, nameless{"", std::nullopt};
  const Failure failures[] = {
      Failure::Nothing{}, Failure::Text{text}, Failure::Text{""}, Failure::Number{~std::uint64_t{0}}, Failure::Place{place}, Failure::Place{nameless},
      Failure::MaybePlace{place}, Failure::MaybePlace{empty}, Failure::MaybePlace{std::nullopt}, Failure::Again{place}, Failure::Again{empty},
      Failure::Both{Both{text, {place, empty, place}, 3}}, Failure::Both{Both{"", {}, 3}}, Failure::Texts{{text, "", text}}, Failure::Texts{{}},
      Failure::Pair{{text, text}}, Failure::Pair{{"", std::nullopt}}, Failure::Side{text}, Failure::Side{wcomp::Err(Inner(Inner::Text{text}))},
      Failure::Side{wcomp::Err(Inner(Inner::Plain{}))}, Failure::Inner{::sample::late::failures::Inner::Text{text}}, Failure::Last{}};
  for (const Failure& failure : failures) try_failure(failure);
  const std::uint32_t before = live_blocks();
  { check(*call(R(text)) == text, "the value is another one", 0); }
  check(live_blocks() == before, "blocks are left of a value", 0);
  return failed;
}
