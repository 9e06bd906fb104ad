#include "engine/wasm_stack.h"

#include <sys/mman.h>

#include <algorithm>

namespace wcomp::engine {

namespace {
constexpr std::uint64_t guard_bytes = 65536;
}

WasmStack::WasmStack(std::uint64_t bytes) {
  bytes = std::min(bytes, std::uint64_t{1} << 40) & ~std::uint64_t{4095};
  std::uint64_t usable = bytes + slack_slots * 8;
  void* p = mmap(nullptr, usable + guard_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return;
  mapped_ = usable + guard_bytes;
  base_ = static_cast<std::uint64_t*>(p);
  limit_ = base_;
  if (mprotect(p, usable, PROT_READ | PROT_WRITE) != 0) return;
  limit_ = base_ + bytes / 8;
}

WasmStack::~WasmStack() {
  if (base_ != nullptr) munmap(base_, mapped_);
}

}  // namespace wcomp::engine
