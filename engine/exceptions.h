// The exceptions of a store that somebody holds a reference to.
//
// One that is caught without asking for its reference never comes here: its values go from slots to slots. What is here is kept as long as a
// reference can be found in the store (frames of running code, globals, tables, element segments, other exceptions) by a collection, which
// runs when as much has been added as the last one left; where what is still held reaches the store's limit, making another one traps. So a guest that
// throws in a loop costs the host nothing that lasts.
//
// References are recognizable bits: a tag that numbers seldom have, a generation, an index. Slots are looked at without knowing their types, so
// that an unlucky number may keep an exception longer, never free one too early. The host may pass on what it gets; a reference that it keeps
// for itself holds nothing, and is refused (`find`) once the exception is gone: a place that has had an exception of every generation gets no more.
// https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "wcomp/trap.h"

namespace wcomp::engine {

struct StoreImpl;
struct TagInst;

class ExceptionHeap {
 public:
  struct Exception {
    const TagInst* tag = nullptr;  ///< null: free
    std::unique_ptr<std::uint64_t[]> values;
    std::uint16_t generation = 0;
    bool is_marked = false;
  };

  /// `max_bytes`: of exceptions that are held. What nobody holds any more may take a quarter of that on top, 1 MiB at most, until it is collected.
  explicit ExceptionHeap(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}

  /// A new one with the values of `tag`. What frames hold is looked for below `stack_end`. Trap: limit_exceeded.
  [[nodiscard]] Result<std::uint64_t, Trap> add(const StoreImpl& store, const TagInst& tag, const std::uint64_t* values, const std::uint64_t* stack_end);
  /// Null for references that are none, or not any more.
  [[nodiscard]] const Exception* find(std::uint64_t ref) const;
  [[nodiscard]] std::size_t live() const { return exceptions_.size() - free_.size() - retired_; }

 private:
  void collect(const StoreImpl& store, const TagInst& tag, const std::uint64_t* values, const std::uint64_t* stack_end);
  void mark(std::span<const std::uint64_t> slots);

  std::vector<Exception> exceptions_;
  std::vector<std::uint32_t> free_;
  std::size_t retired_ = 0;  ///< places whose generations are used up
  std::vector<std::uint32_t> marked_;  ///< whose values were not looked at yet
  std::uint64_t max_bytes_;
  std::uint64_t min_between_ = std::min(max_bytes_ / 4, std::uint64_t{1} << 20);  ///< bytes from one collection to the next
  std::uint64_t bytes_ = 0;
  std::uint64_t next_collection_ = min_between_;
};

/// An exception for people, `tag `div` (i32 1, f64 2.5)`: the name of its tag, if it has one, and what are numbers.
[[nodiscard]] std::string describe(const TagInst& tag, const std::uint64_t* values);

}  // namespace wcomp::engine
