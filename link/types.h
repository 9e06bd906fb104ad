// Types on their way from a component's arena into a Plan's, with the resources of one frame put in.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "link/frame.h"

namespace wcomp::link {

/// Copies types, of the frame's owner, into Plan::types. Each ResourceSlot has exactly one ResourceId there.
class TypeCopier {
 public:
  explicit TypeCopier(Plan& plan) : plan_(plan) {}
  /// Fails with `limit-exceeded` for types nested too deep or, written out, too large.
  [[nodiscard]] Result<types::FuncType> copy(const Frame& frame, const types::FuncType& type);
  /// The slot that a resource of the component's arena stands for in `frame`, looking outwards.
  [[nodiscard]] static std::optional<ResourceSlot> find_slot(const Frame& frame, types::ResourceId id);

 private:
  struct Copied {
    types::ValType type;
    std::uint64_t weight = 1;  ///< nodes when written out as a tree
  };
  Result<Copied> copy(const Frame& frame, types::ValType type, int depth);
  Result<types::TypeDef> copy_def(const Frame& frame, const types::TypeDef& def, int depth, std::uint64_t& weight);
  types::TypeId resource_type(ResourceSlot slot);

  Plan& plan_;
  std::map<std::pair<const Frame*, types::TypeId>, Copied> memo_;
  std::map<ResourceSlot, types::TypeId> resource_types_;
};

/// A text that two function types share exactly when they are structurally equal, resources by id. For looking up adapters.
[[nodiscard]] std::string signature(const types::TypeArena& arena, const types::FuncType& type);
/// The same with resources by a number that `number_of` gives.
[[nodiscard]] std::string signature(const types::TypeArena& arena, const types::FuncType& type,
                                    const std::function<std::uint64_t(types::ResourceId)>& number_of);

}  // namespace wcomp::link
