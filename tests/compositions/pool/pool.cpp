// Buffers behind leases; the one given back last is used first.
#include "pool_impl.h"

#include <algorithm>

namespace exports::made::pool::buffers {

namespace {

std::vector<std::vector<std::uint8_t>> slots;
std::vector<std::uint32_t> unused;
std::uint64_t leases = 0;

}  // namespace

State look() { return {.slots = static_cast<std::uint32_t>(slots.size()), .free = unused, .leases = leases}; }

Lease::Lease(std::uint32_t size) : slot_(static_cast<std::uint32_t>(slots.size())), size_(size) {
  ++leases;
  if (unused.empty()) {
    slots.emplace_back();
  } else {
    slot_ = unused.back();
    unused.pop_back();
  }
  slots[slot_].assign(size, 0);
}
Lease::~Lease() { unused.push_back(slot_); }

std::uint32_t Lease::slot() { return slot_; }
wcomp::Result<std::uint32_t, std::string> Lease::write(std::span<const std::uint8_t> data) {
  if (data.size() > size_ - used_) return wcomp::Err(std::to_string(data.size()) + " bytes do not fit into " + std::to_string(size_ - used_));
  std::copy(data.begin(), data.end(), slots[slot_].begin() + static_cast<std::ptrdiff_t>(used_));
  used_ += data.size();
  return static_cast<std::uint32_t>(used_);
}
std::uint64_t Lease::sum() {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < used_; ++i) out += slots[slot_][i] * (i + 1);
  return out;
}
std::tuple<wcomp::Own<Lease>, wcomp::Own<Lease>> Lease::swap(wcomp::Own<Lease> a, wcomp::Own<Lease> b) {
  std::swap(a->slot_, b->slot_);
  std::swap(a->size_, b->size_);
  std::swap(a->used_, b->used_);
  return {std::move(b), std::move(a)};
}

}  // namespace exports::made::pool::buffers
