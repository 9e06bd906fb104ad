// The handles of one component instance: what the i32s that its guest code holds mean.
// CanonicalABI.md "Table State" and "Resource State".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "wcomp/crossing.h"
#include "wcomp/trap.h"

namespace wcomp {
struct InstanceImpl;
}

namespace wcomp::runtime {

struct ComponentInstance;
class HandleTable;

/// A resource type of one running instance: fresh at each instantiation, compared by address.
struct ResourceType {
  InstanceImpl* owner = nullptr;
  ComponentInstance* impl = nullptr;     ///< the instance that defines it; null: the host
  std::optional<engine::FuncAddr> dtor;  ///< guest resources
  const ResourceKey* key = nullptr;      ///< host resources
  std::string_view name;  ///< of the plan
};

/// Bookkeeping of one call in which handles are borrowed: what the caller lent, what the callee still holds.
struct BorrowScope {
  struct Lender {
    HandleTable* table = nullptr;
    std::uint32_t handle = 0;
  };
  std::vector<Lender> lenders;
  std::uint32_t borrows = 0;
  /// The caller's handles are no longer lent.
  void end_lending();
};

/// A stack of them. Those that are over are kept for the next call, with the room that they have.
class BorrowScopes {
 public:
  void push() {
    if (used_ == scopes_.size()) scopes_.push_back(std::make_unique<BorrowScope>());
    ++used_;
  }
  /// The innermost, which has ended its lending.
  void pop() { scopes_[--used_]->borrows = 0; }
  [[nodiscard]] bool empty() const { return used_ == 0; }
  [[nodiscard]] BorrowScope& back() { return *scopes_[used_ - 1]; }
  /// push, if there is one that is over.
  [[nodiscard]] bool try_push() { return used_ < scopes_.size() && (++used_, true); }

 private:
  std::vector<std::unique_ptr<BorrowScope>> scopes_;  ///< at addresses that handles know
  std::size_t used_ = 0;
};

struct Handle {
  ResourceType* type = nullptr;  ///< null: a free slot
  std::uint64_t rep = 0;         ///< guest's i32, or the host's object; of a free slot: the next free one
  BorrowScope* scope = nullptr;  ///< of a borrow: the call that it must be dropped in; null: an own
  std::uint32_t lends = 0;
  [[nodiscard]] bool is_own() const { return scope == nullptr; }
};

/// Indices start at 1, are dense and reused. Every operation that a guest causes gives a Trap for a handle that is not right.
class HandleTable {
 public:
  explicit HandleTable(std::uint64_t max_handles) : max_handles_(max_handles) {}

  Result<std::uint32_t, Trap> add(const Handle& h);
  /// The handle, if it exists and is of that type.
  Result<Handle*, Trap> get(std::uint32_t handle, const ResourceType& type);
  /// The same, taken out; it must not be lent out.
  Result<Handle, Trap> remove(std::uint32_t handle, const ResourceType& type);
  /// lift_own: takes out a handle, which must be an own.
  Result<std::uint64_t, Trap> take_own(std::uint32_t handle, const ResourceType& type);
  /// lift_borrow: its representation; the handle counts as lent until the scope ends.
  Result<std::uint64_t, Trap> lend(std::uint32_t handle, const ResourceType& type, BorrowScope& scope);

  // The same for the common case: they do nothing (null, 0, false) where anything is wrong, or room is wanted.
  [[nodiscard]] Handle* find(std::uint32_t handle, const ResourceType& type) {
    return handle < slots_.size() && slots_[handle].type == &type ? &slots_[handle] : nullptr;
  }
  [[nodiscard]] bool has_free() const { return first_free_ != 0; }
  /// There is a free one.
  std::uint32_t add_free(const Handle& h) {
    const std::uint32_t i = first_free_;
    first_free_ = static_cast<std::uint32_t>(slots_[i].rep);
    slots_[i] = h;
    return i;
  }
  /// One that `find` gave, which is not lent out.
  void free(std::uint32_t handle) {
    slots_[handle] = Handle{.type = nullptr, .rep = first_free_};
    first_free_ = handle;
  }
  [[nodiscard]] bool try_lend(std::uint32_t handle, Handle& h, BorrowScope& scope) {
    if (scope.lenders.size() == scope.lenders.capacity()) return false;
    ++h.lends;
    scope.lenders.push_back({.table = this, .handle = handle});
    return true;
  }

  [[nodiscard]] std::vector<Handle>& slots() { return slots_; }

 private:
  std::vector<Handle> slots_{1};
  std::uint32_t first_free_ = 0;
  std::uint64_t max_handles_;
};

}  // namespace wcomp::runtime
