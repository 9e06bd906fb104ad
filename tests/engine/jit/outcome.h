// What a call comes to under one back end, to be compared with the other.
#pragma once

#include "engine/backend.h"
#include "tests/engine/fixture.h"

namespace wcomp::engine::testing {

using Slots = std::vector<std::uint64_t>;

/// Results, or the trap and its frames, as text.
inline std::string outcome(BackendKind kind, const core::ValidModule& module, const std::string& name, Slots args, const StoreLimits& limits = {}) {
  Store store(limits, {.backend = kind});
  auto made = store.instantiate(module, {});
  REQUIRE(made);
  REQUIRE(*made);
  const FuncAddr f = func(store, **made, name);
  const std::size_t results = slot_count(store.func_type(f).results);
  args.resize(std::max<std::size_t>({args.size(), results, 1}));
  auto r = store.invoke(f, args);
  if (!r) return r.error().to_string();
  std::string out;
  for (std::size_t i = 0; i < results; ++i) out += std::to_string(args[i]) + " ";
  return out;
}

}  // namespace wcomp::engine::testing
