// Bytes choose a module that is valid and ends; it is run in two ways of our own, which have to agree: bounds checked by the processor and by
// comparing, without and with fuel.
#include <fmt/format.h>

#include "core/text/parse.h"
#include "fuzz/support/generate.h"
#include "wast/core_store.h"

namespace {

using namespace wcomp;

std::string call(wast::CoreStore& store, const std::string& name, std::span<const wast::Value> args) {
  const auto done = store.invoke({}, name, args);
  WCOMP_CHECK(done.has_value());
  if (!*done) return std::string(to_string(done->error().code()));
  std::string out;
  for (const wast::Value& v : **done) out += fmt::format("{:x} {:x}, ", v.slots[0], v.slots[1]);
  return out;
}

wast::Value any_value(fuzz::Entropy& entropy, char type) {
  constexpr std::string_view letters = "iIfFV";
  wast::Value v{.kind = static_cast<wast::ValueKind>(letters.find(type))};
  v.slots[0] = type == 'i' || type == 'f' ? entropy.next() & 0xffff'ffff : entropy.next();
  if (type == 'V') v.slots[1] = entropy.next();
  return v;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Entropy entropy(std::span(data, size));
  const bool is_deterministic = entropy.one_in(2);
  const fuzz::GenerateOptions how{.has_canonical_nans = !is_deterministic,
                                  .has_vectors = !entropy.one_in(4),
                                  .has_relaxed_vectors = is_deterministic,
                                  .has_exceptions = entropy.one_in(2),
                                  .has_memory64 = entropy.one_in(4)};
  const fuzz::Generated module = fuzz::generate(entropy, how);
  auto bytes = core::text::parse("generated.wat", module.text);
  WCOMP_CHECK(bytes.has_value());
  auto decoded = core::decode(*std::move(bytes));
  WCOMP_CHECK(decoded.has_value());
  const auto valid = core::validate(*std::move(decoded));
  WCOMP_CHECK(valid.has_value());
  wast::CoreStore guarded({}, {.is_deterministic = is_deterministic});
  wast::CoreStore compared({.fuel = 1'000'000'000}, {.explicit_bounds = true, .is_deterministic = is_deterministic});
  for (wast::CoreStore* store : {&guarded, &compared}) {
    const auto made = store->instantiate(*valid, {});
    WCOMP_CHECK(made.has_value() && made->has_value());
  }
  for (const fuzz::GeneratedFunc& f : module.funcs) {
    std::vector<wast::Value> args;
    for (const char t : f.params) args.push_back(any_value(entropy, t));
    WCOMP_CHECK(call(guarded, "reset", {}) == call(compared, "reset", {}));
    WCOMP_CHECK(call(guarded, f.name, args) == call(compared, f.name, args));
    WCOMP_CHECK(call(guarded, "hash", {}) == call(compared, "hash", {}));
  }
  return 0;
}
