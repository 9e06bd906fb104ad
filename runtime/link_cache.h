// What a linker found for a component: which of its definitions the imports are, with types compared. It is the same for every instance until a
// definition changes, so that only the first one looks names up.
//
// Addresses of an instance's resources are in none of it: they are said by link::ResourceSlot.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "link/plan.h"
#include "wcomp/crossing.h"

namespace wcomp {
struct ComponentImpl;
struct InstanceImpl;
}  // namespace wcomp

namespace wcomp::runtime {

struct CheckedImport;
struct HostFuncDef;
struct KeyBinding;
struct ResourceType;

/// Immutable; instances of all threads share it.
struct Linked {
  struct Resource {
    ResourceType* other = nullptr;          ///< of another instance, which the linker keeps
    std::optional<link::ResourceSlot> same;  ///< an earlier one that this one is, too
    const ResourceKey* key = nullptr;        ///< of a host resource
  };
  struct Key {
    const ResourceKey* key = nullptr;
    link::ResourceSlot resource;
  };
  struct Import {
    std::shared_ptr<const HostFuncDef> def;  // owners: the linker, what is found here, instances
    std::vector<Key> keys;
  };
  std::vector<Resource> resources;  ///< by link::ResourceSlot
  std::vector<Import> imports;      ///< by position in link::Plan::imports
  std::size_t keys = 0;             ///< of the imports of all steps

  /// Adds those of an import.
  static void add_keys(const Import& import, InstanceImpl& instance, std::vector<KeyBinding>& out);
};

/// `checked` was found for `instance`, which has its resources.
[[nodiscard]] std::shared_ptr<const Linked> record(InstanceImpl& instance, const std::map<std::pair<std::string, std::string>, CheckedImport>& checked);

/// Thread safety: all but clear() may be called from any thread.
class LinkCache {
 public:
  /// How many components it knows at most.
  static constexpr std::size_t max_kept = 256;

  struct Entry {
    std::shared_ptr<const Linked> linked;
    std::shared_ptr<const ComponentImpl> whole;  // owners: handles, this. Planned with its parts, if it needs some
  };
  /// Empty if nothing is known.
  [[nodiscard]] Entry find(const std::shared_ptr<const ComponentImpl>& component) const;
  void add(const std::shared_ptr<const ComponentImpl>& component, Entry entry);
  void clear();

 private:
  struct Known {
    std::weak_ptr<const ComponentImpl> component;
    Entry entry;
  };
  mutable std::mutex mutex_;
  std::vector<Known> known_;  ///< the latest last
};

}  // namespace wcomp::runtime
