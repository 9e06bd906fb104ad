#include "engine/memory.h"

#include <sys/mman.h>

#include <algorithm>

#include <fmt/format.h>

namespace wcomp::engine {
namespace {

/// Index and offset are below 2^32 each; the widest access and a page of slack come on top.
constexpr std::uint64_t guarded_reservation = (std::uint64_t{8} << 30) + page_size;

}  // namespace

Result<std::unique_ptr<MemInst>, Trap> MemInst::make(const core::MemType& type, std::uint64_t max_bytes, bool want_guard, Budget& budget, AddressPool* pool,
                                                         const MemoryImage* image) {
  const std::uint64_t addressable = std::uint64_t{1} << (type.limits.is_64 ? 48 : 16);
  const std::uint64_t max_pages = std::min({type.limits.max.value_or(addressable), addressable, max_bytes / page_size});
  std::unique_ptr<MemInst> m(new MemInst);
  m->type_ = type;
  m->budget_ = &budget;
  m->max_bytes_ = max_pages * page_size;
  if (type.limits.min > max_pages) {
    return Err(Trap(TrapCode::limit_exceeded, fmt::format("a memory of {} pages is wanted, {} are allowed", type.limits.min, max_pages)));
  }
  std::uint64_t initial = type.limits.min * page_size;
  if (!budget.grant(m->growth(initial))) {
    return Err(Trap(TrapCode::limit_exceeded, fmt::format("a memory of {} pages is wanted, the store's limits do not allow it", type.limits.min)));
  }
  if (want_guard && !type.limits.is_64) {
    const AddressPool::Range range =
        pool != nullptr ? pool->take_memory(guarded_reservation, initial, image) : reserve_addresses(guarded_reservation, initial);
    m->view_.data = range.data;
    m->reserved_ = range.reserved;
    m->is_guarded_ = range.data != nullptr;
    m->pool_ = pool;
    m->image_ = range.image;
  }
  if (!m->is_guarded_) {
    // Never empty, so that `data` is an address that can be added to and moved.
    const AddressPool::Range range = reserve_addresses(std::max(initial, page_size), initial);
    m->view_.data = range.data;
    m->reserved_ = range.reserved;
    if (m->view_.data == nullptr) {
      budget.give_back(m->growth(initial));
      return Err(Trap(TrapCode::limit_exceeded, fmt::format("the system has no room for a memory of {} pages", type.limits.min)));
    }
  }
  m->view_.size = initial;
  return m;
}

MemInst::~MemInst() {
  const AddressPool::Range range{.data = view_.data, .reserved = reserved_, .accessible = view_.size, .image = image_};
  if (pool_ != nullptr && is_guarded_) pool_->give_memory(range);
  else release_addresses(range);
}

Growth MemInst::growth(std::uint64_t bytes) const {
  Growth out{.kind = Growth::Kind::memory, .current = view_.size, .desired = bytes, .maximum = type_.limits.max};
  if (out.maximum) out.maximum = *out.maximum > ~std::uint64_t{0} / page_size ? ~std::uint64_t{0} : *out.maximum * page_size;
  return out;
}

std::int64_t MemInst::grow(std::uint64_t delta_pages) {
  const auto old_pages = static_cast<std::int64_t>(pages());
  if (delta_pages == 0) return old_pages;
  if (delta_pages > (max_bytes_ - view_.size) / page_size) return -1;
  const std::uint64_t delta = delta_pages * page_size;
  const Growth wanted_growth = growth(view_.size + delta);
  if (!budget_->grant(wanted_growth)) return -1;
  if (view_.size + delta > reserved_) {
    // At least half as much again, so that growing page by page does not move the memory each time.
    std::uint64_t wanted = std::clamp(view_.size + view_.size / 2, view_.size + delta, max_bytes_);
    void* moved = mremap(view_.data, reserved_, wanted, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED) return budget_->give_back(wanted_growth), -1;
    view_.data = static_cast<std::uint8_t*>(moved);
    reserved_ = wanted;
  }
  if (mprotect(view_.data + view_.size, delta, PROT_READ | PROT_WRITE) != 0) return budget_->give_back(wanted_growth), -1;
  view_.size += delta;
  return old_pages;
}

}  // namespace wcomp::engine
