#include "engine/budget.h"

#include <utility>

#include <fmt/format.h>

namespace wcomp::engine {

namespace {

GrowthDecision ask(const GrowthLimiter& limiter, const Growth& growth) {
  try {
    return limiter(growth);
  } catch (...) {
    return GrowthDecision::deny;
  }
}

Result<void, Trap> add(std::uint64_t& count, std::uint64_t max, const char* what) {
  if (count >= max) return Err(Trap(TrapCode::limit_exceeded, fmt::format("no more than {} {} are allowed", max, what)));
  ++count;
  return {};
}

}  // namespace

bool Budget::grant(const Growth& growth) {
  wants_trap_ = false;
  const std::uint64_t more = growth.desired - growth.current;
  const Total total = total_of(growth.kind);
  if (total.used > total.max || more > total.max - total.used) return false;
  if (limits_.limiter) {
    if (is_asking_) return false;
    is_asking_ = true;
    const GrowthDecision decision = ask(limits_.limiter, growth);
    is_asking_ = false;
    wants_trap_ = decision == GrowthDecision::trap;
    if (decision != GrowthDecision::allow) return false;
  }
  total.used += more;
  return true;
}

void Budget::give_back(const Growth& growth) {
  total_of(growth.kind).used -= growth.desired - growth.current;
}

Budget::Total Budget::total_of(Growth::Kind kind) {
  if (kind == Growth::Kind::memory) return {memory_bytes_, limits_.max_total_memory_bytes};
  return {table_elements_, limits_.max_total_table_elements};
}

bool Budget::must_trap() { return std::exchange(wants_trap_, false) || limits_.traps_on_growth_failure; }

Result<void, Trap> Budget::add_memory() { return add(memories_, limits_.max_memories, "memories"); }
Result<void, Trap> Budget::add_table() { return add(tables_, limits_.max_tables, "tables"); }
Result<void, Trap> Budget::add_instance() { return add(instances_, limits_.max_instances, "instances"); }

}  // namespace wcomp::engine
