#include "runtime/handle_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"

namespace wcomp::runtime {

namespace {
constexpr std::uint64_t max_length = (std::uint64_t{1} << 28) - 1;  ///< Table.MAX_LENGTH
}

void BorrowScope::end_lending() {
  for (const Lender& l : lenders) {
    Handle& h = l.table->slots()[l.handle];
    WCOMP_CHECK(h.lends > 0);
    --h.lends;
  }
  lenders.clear();
}

Result<std::uint32_t, Trap> HandleTable::add(const Handle& h) {
  if (has_free()) return add_free(h);
  if (slots_.size() > std::min(max_handles_, max_length)) {
    return Err(Trap(TrapCode::limit_exceeded, fmt::format("a component instance holds more than {} handles", slots_.size() - 1)));
  }
  slots_.push_back(h);
  return static_cast<std::uint32_t>(slots_.size() - 1);
}

Result<Handle*, Trap> HandleTable::get(std::uint32_t handle, const ResourceType& type) {
  if (handle >= slots_.size() || slots_[handle].type == nullptr)
    return Err(Trap(TrapCode::unknown_handle, fmt::format("handle {}", handle)));
  Handle& h = slots_[handle];
  if (h.type != &type) {
    return Err(Trap(TrapCode::handle_wrong_type, fmt::format("handle {} is a `{}`, expected a `{}`", handle, h.type->name, type.name)));
  }
  return &h;
}

Result<Handle, Trap> HandleTable::remove(std::uint32_t handle, const ResourceType& type) {
  auto found = get(handle, type);
  if (!found) return Err(std::move(found).error());
  if ((*found)->lends != 0) return Err(Trap(TrapCode::handle_still_lent, fmt::format("handle {} of `{}`", handle, type.name)));
  const Handle h = **found;
  free(handle);
  return h;
}

Result<std::uint64_t, Trap> HandleTable::take_own(std::uint32_t handle, const ResourceType& type) {
  auto found = get(handle, type);
  if (!found) return Err(std::move(found).error());
  if (!(*found)->is_own()) return Err(Trap(TrapCode::handle_wrong_kind, fmt::format("handle {} of `{}`", handle, type.name)));
  auto taken = remove(handle, type);
  if (!taken) return Err(std::move(taken).error());
  return taken->rep;
}

Result<std::uint64_t, Trap> HandleTable::lend(std::uint32_t handle, const ResourceType& type, BorrowScope& scope) {
  auto found = get(handle, type);
  if (!found) return Err(std::move(found).error());
  ++(*found)->lends;
  scope.lenders.push_back({.table = this, .handle = handle});
  return (*found)->rep;
}

}  // namespace wcomp::runtime
