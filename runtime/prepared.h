// What instantiating a component takes besides its plan, worked out when the component is loaded: nothing is looked up by name, and no type
// numbered, when an instance is made.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/prepared.h"
#include "link/plan.h"

namespace wcomp::runtime {

/// What an adapter module imports; canonical-abi/fuse.h lists their names.
struct AdapterImport {
  enum class Kind : std::uint8_t { callee, post_return, memory, realloc, flags, ancestor_flags, intrinsic };
  Kind kind{};
  std::uint8_t side = 0;     ///< by cabi::Side: of memory, realloc and flags
  std::uint32_t number = 0;  ///< of the ancestor or the cabi::Intrinsic
  std::uint32_t type_id = 0;  ///< of the intrinsic
};

/// By step: what is not of its kind stays empty.
struct PreparedStep {
  std::uint32_t type_id = 0;            ///< of the host function that it makes
  std::string name;                     ///< of a host function, or of an adapter's instance, for messages
  std::vector<AdapterImport> imports;   ///< of an adapter
  std::uint32_t adapter_func = 0;       ///< in the adapter module
  std::size_t import = 0;               ///< of a host function, in link::Plan::imports
};

struct PreparedPlan {
  std::shared_ptr<const engine::PreparedModules> modules;  // owners: the component and its stores
  std::vector<PreparedStep> steps;
  /// Exports of the plan that are imports handed through, with the position in link::Plan::imports.
  std::vector<std::pair<const link::LiftedFunc*, std::size_t>> handed;
  std::size_t host_imports = 0, built_ins = 0, adapters = 0, error_contexts = 0;  ///< how many steps of a kind
};

/// `plan` outlives what is prepared of it; it may be moved, but not copied.
[[nodiscard]] Result<PreparedPlan> prepare(const link::Plan& plan);

}  // namespace wcomp::runtime
