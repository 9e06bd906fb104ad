// What of a frame is known without its code: apart from register_code.cpp, because programs that only run compiled code need no more.
#include <fmt/format.h>

#include "engine/register_code.h"

namespace wcomp::engine {

std::uint32_t slot_count(std::span<const core::ValType> types) {
  std::uint32_t n = 0;
  for (core::ValType t : types) n += slot_count(t);
  return n;
}

std::uint64_t count_local_slots(const core::Module& module, core::FuncIdx f) {
  std::uint64_t n = slot_count(module.func_type(f).params);
  for (const core::Locals& l : module.funcs[f.value - module.imported_funcs].locals) n += std::uint64_t{l.count} * slot_count(l.type);
  return n;
}

Trap frame_too_large() {
  return Trap(TrapCode::limit_exceeded, fmt::format("a function needs more than {} values in its frame, or moves too many", max_frame_slots));
}

}  // namespace wcomp::engine
