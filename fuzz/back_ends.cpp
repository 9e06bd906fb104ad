// Bytes choose a module that is valid and ends; the interpreter and the compiler have to agree on everything that can be seen of it.
#include <cstdio>

#include "base/check.h"
#include "engine/backend.h"
#include "fuzz/support/back_ends.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  WCOMP_CHECK(engine::why_no_compiler().empty());
  fuzz::Entropy entropy(std::span(data, size));
  const fuzz::BackEndRun run = fuzz::choose_run(entropy);
  const fuzz::Generated module = fuzz::generate(entropy, run.how);
  const auto difference = fuzz::compare_back_ends(module, run.options, entropy);
  if (difference) std::fprintf(stderr, "%s\n%s\n", module.text.c_str(), difference->c_str());
  WCOMP_CHECK(!difference);
  return 0;
}
