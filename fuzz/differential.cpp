// Runs generated modules and writes a test script that says what came out, for another engine to check:
//   wcomp_differential --seed N --count K [--deterministic] > script.wast
// Without --deterministic no NaN's bits show in the code (see generate.h). With it, floats are as they come and relaxed vector instructions
// take part: both engines have to run deterministically.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "core/text/parse.h"
#include "fuzz/support/generate.h"
#include "wast/core_store.h"

namespace {

using namespace wcomp;

struct Options {
  std::uint64_t seed = 0, count = 1;
  bool is_deterministic = false;
};

int give_up(std::uint64_t seed, const std::string& text, const std::string& why) {
  fmt::print(stderr, "seed {}: the module is refused: {}\n{}\n", seed, why, text);
  return 1;
}

Result<std::vector<wast::Value>> parse_args(const std::string& text) {
  WCOMP_TRY(const core::text::TokenList list, core::text::tokenize("arguments", text));
  core::text::Cursor in(list);
  std::vector<wast::Value> out;
  while (!in.at(core::text::TokenKind::end)) {
    WCOMP_TRY(const wast::Value v, wast::parse_value(in));
    out.push_back(v);
  }
  return out;
}

/// An assertion that the call gives what it gave here.
std::string assertion(wast::CoreStore& store, const std::string& name, const std::string& args) {
  const std::string invoke = fmt::format("(invoke \"{}\" {})", name, args);
  const auto values = parse_args(args);
  WCOMP_CHECK(values.has_value());
  const auto done = store.invoke({}, name, *values);
  WCOMP_CHECK(done.has_value());
  if (*done) {
    std::string out = "(assert_return " + invoke;
    for (const wast::Value& v : **done) out += " " + wast::to_string(v);
    return out + ")\n";
  }
  const Trap& trap = done->error();
  if (wast::is_exception(trap)) return "(assert_exception " + invoke + ")\n";
  const bool is_exhaustion = trap.code() == TrapCode::call_stack_exhausted;
  return fmt::format("({} {} \"{}\")\n", is_exhaustion ? "assert_exhaustion" : "assert_trap", invoke, to_string(trap.code()));
}

int run_one(std::uint64_t seed, const Options& o) {
  fuzz::Entropy entropy(seed);
  const fuzz::GenerateOptions how{.has_canonical_nans = !o.is_deterministic,
                                  .has_vectors = seed % 4 != 0,
                                  .has_relaxed_vectors = o.is_deterministic,
                                  .has_exceptions = seed % 3 == 0,
                                  .has_memory64 = seed % 5 == 0};
  const fuzz::Generated module = fuzz::generate(entropy, how);
  auto bytes = core::text::parse("generated.wat", module.text);
  if (!bytes) return give_up(seed, module.text, bytes.error().to_string());
  auto decoded = core::decode(*std::move(bytes));
  if (!decoded) return give_up(seed, module.text, decoded.error().to_string());
  auto valid = core::validate(*std::move(decoded));
  if (!valid) return give_up(seed, module.text, valid.error().to_string());
  wast::CoreStore store({}, {.is_deterministic = o.is_deterministic});
  const auto made = store.instantiate(*valid, {});
  if (!made || !*made) return give_up(seed, module.text, made ? wast::one_line(made->error()) : wast::to_string(made.error()));

  fmt::print(";; seed {}\n{}", seed, module.text);
  for (const fuzz::GeneratedFunc& f : module.funcs) {
    for (int i = 0; i < 3; ++i) {
      std::string args;
      for (const char t : f.params) args += fmt::format("({}) ", fuzz::constant(entropy, t));
      fmt::print("{}{}", assertion(store, "reset", {}), assertion(store, f.name, args));
    }
    fmt::print("{}", assertion(store, "hash", {}));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--deterministic") o.is_deterministic = true;
    else if (word == "--seed" && i + 1 < argc) o.seed = std::strtoull(argv[++i], nullptr, 10);
    else if (word == "--count" && i + 1 < argc) o.count = std::strtoull(argv[++i], nullptr, 10);
    else return fmt::print(stderr, "usage: wcomp_differential --seed N --count K [--deterministic]\n"), 2;
  }
  for (std::uint64_t i = 0; i < o.count; ++i) {
    if (const int status = run_one(o.seed + i, o); status != 0) return status;
  }
  return 0;
}
