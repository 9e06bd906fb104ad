// The components of a script: each instance has a store of its own. They import what wast/host.h has, and instances that have a name or are
// registered by one.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "component/features.h"
#include "core/text/cursor.h"
#include "wast/judge.h"
#include "wcomp/value.h"
#include "wcomp/wcomp.h"

namespace wcomp::wast {

class ComponentStore {
 public:
  ComponentStore(const component::Features& features, bool is_deterministic, BackendKind backend);

  /// Decodes and validates.
  [[nodiscard]] Result<void, Refusal> check(const Bytes& bytes) const;
  /// The same, and plans.
  [[nodiscard]] Result<Component, Refusal> accept(Bytes bytes) const;
  /// A trap while it is instantiated is the inner Result. With an id it may be imported by that name.
  [[nodiscard]] Result<Result<void, Trap>, Refusal> instantiate(const Component& component, const std::optional<std::string>& id);
  void define(const std::optional<std::string>& id, Component component);
  [[nodiscard]] const Component* definition(const std::optional<std::string>& id) const;
  /// Offers an instance (none: the last one) to components that import `name`.
  [[nodiscard]] Held register_as(std::string name, const std::optional<std::string>& id);
  [[nodiscard]] bool has_instance(const std::optional<std::string>& id) const;
  void forget(const std::optional<std::string>& id);

  /// A function and the arguments that stand at the cursor for it.
  struct Called {
    Func func;
    Result<std::optional<wcomp::Value>, Trap> result;
  };
  [[nodiscard]] Result<Called, Miss> invoke(const std::optional<std::string>& id, const std::string& name, core::text::Cursor& in);

 private:
  component::Features features_;
  Engine engine_;
  Linker linker_;  ///< of the host's things (wast/host.h) and of what is registered
  std::map<std::string, Component, std::less<>> definitions_;
  std::optional<Component> last_definition_;
  std::map<std::string, std::shared_ptr<Instance>, std::less<>> named_;  // owners: this map and `current_`
  std::shared_ptr<Instance> current_;
};

}  // namespace wcomp::wast
