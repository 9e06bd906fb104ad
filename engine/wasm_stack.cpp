#include "engine/wasm_stack.h"

#include <algorithm>

namespace wcomp::engine {

namespace {
constexpr std::uint64_t guard_bytes = 65536;
}

WasmStack::WasmStack(std::uint64_t bytes, AddressPool* pool) : pool_(pool) {
  bytes = std::min(bytes, std::uint64_t{1} << 40) & ~std::uint64_t{4095};
  // A frame takes two slots at least, and may be returned to by way of two more words besides its return address.
  const std::uint64_t usable = 3 * bytes + slack_slots * 8;
  range_ = pool_ != nullptr ? pool_->take_stack(usable + guard_bytes, usable) : reserve_addresses(usable + guard_bytes, usable);
  if (range_.data == nullptr) return;
  base_ = reinterpret_cast<std::uint64_t*>(range_.data);
  limit_ = base_ + bytes / 8;
  top_ = base_ + usable / 8;
}

WasmStack::~WasmStack() {
  if (range_.data == nullptr) return;
  if (pool_ != nullptr) pool_->give_stack(range_, is_near_);
  else release_addresses(range_);
}

}  // namespace wcomp::engine
