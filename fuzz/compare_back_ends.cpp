// Runs generated modules under both back ends, for as long as it is told:
//   wcomp_compare_back_ends [--seed N] [--count K | --seconds S]
// Exit status 1: they differ; the seed, the module and what differs are printed. 77: there is no compiler for this machine.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "engine/backend.h"
#include "fuzz/support/back_ends.h"

int main(int argc, char** argv) {
  using namespace wcomp;
  std::uint64_t seed = 1, count = UINT64_MAX, seconds = 10;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view word = argv[i];
    const std::uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (word == "--seed") seed = value;
    else if (word == "--count") count = value, seconds = UINT64_MAX / 2;
    else if (word == "--seconds") seconds = value;
    else return fmt::print(stderr, "usage: wcomp_compare_back_ends [--seed N] [--count K | --seconds S]\n"), 2;
  }
  if (const std::string_view why = engine::why_no_compiler(); !why.empty()) return fmt::print("nothing was compared: {}\n", why), 77;
  const auto start = std::chrono::steady_clock::now();
  const auto has_time = [&] { return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start).count() < static_cast<std::int64_t>(seconds); };
  std::uint64_t done = 0;
  for (; done < count && has_time(); ++done) {
    fuzz::Entropy entropy(seed + done);
    const fuzz::BackEndRun run = fuzz::choose_run(entropy);
    const fuzz::Generated module = fuzz::generate(entropy, run.how);
    const auto difference = fuzz::compare_back_ends(module, run.options, entropy);
    if (!difference) continue;
    fmt::print("{}\nseed {}{}{}{}: {}\n", module.text, seed + done, run.options.is_deterministic ? ", deterministic" : "", run.options.explicit_bounds ? ", explicit bounds" : "",
               run.options.is_metered ? ", metered" : "", *difference);
    return 1;
  }
  fmt::print("{} modules, the back ends agree\n", done);
  return 0;
}
