// What the memories, tables and instances of one store use, set against the store's limits.
//
// Whatever makes or grows one asks first; what is granted is counted. A growth that must stop the guest is refused like any other and leaves
// a request to trap, which the instruction that grows takes.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "wcomp/limits.h"
#include "wcomp/trap.h"

namespace wcomp::engine {

class Budget {
 public:
  /// `limits` must outlive the budget.
  explicit Budget(const Limits& limits) : limits_(limits) {}

  /// Whether a memory or table may go from `current` to `desired`; counts it if so. `current` 0: it is being made.
  [[nodiscard]] bool grant(const Growth& growth);
  /// Gives back what was granted and could not be had after all, or is gone.
  void give_back(const Growth& growth);
  /// Whether the growth that was just refused (here, or by the memory or table itself) has to trap.
  [[nodiscard]] bool must_trap();

  [[nodiscard]] Result<void, Trap> add_memory();
  [[nodiscard]] Result<void, Trap> add_table();
  [[nodiscard]] Result<void, Trap> add_instance();

  /// What was added could not be made, or is gone.
  void remove_memory() { --memories_; }
  void remove_table() { --tables_; }
  void remove_instance() { --instances_; }

 private:
  /// Bytes of memories or elements of tables, and how many there may be.
  struct Total {
    std::uint64_t& used;
    std::uint64_t max;
  };
  [[nodiscard]] Total total_of(Growth::Kind kind);

  const Limits& limits_;
  std::uint64_t memory_bytes_ = 0, table_elements_ = 0, memories_ = 0, tables_ = 0, instances_ = 0;
  bool wants_trap_ = false;
  bool is_asking_ = false;  ///< the limiter runs: what it makes the guest grow is refused
};

}  // namespace wcomp::engine
