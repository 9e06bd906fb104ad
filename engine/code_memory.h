// Machine code where the processor may run it.
//
// Pages are either writable or executable, never both, and never go back: code is copied into fresh pages, which then lose the right to be
// written for good. The code of a module takes whole pages of its own, so that it can be freed with the module and that nobody's code is
// disturbed while another's is made; the system joins neighbours of the same rights to one area by itself. What is found in a cache on disk can be
// run where it is mapped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"

namespace wcomp::engine {

/// Immutable; may be shared between threads.
class CodeMemory {
 public:
  /// A copy of the code. Null where the system refuses: out of memory, or no right to make executable pages.
  [[nodiscard]] static std::shared_ptr<const CodeMemory> copy(ByteSpan code);
  /// Code that is executable where it lies, as long as `owner` lives.
  [[nodiscard]] static std::shared_ptr<const CodeMemory> adopt(ByteSpan code, std::shared_ptr<const void> owner);
  ~CodeMemory();
  CodeMemory(const CodeMemory&) = delete;
  CodeMemory& operator=(const CodeMemory&) = delete;

  [[nodiscard]] ByteSpan code() const { return code_; }
  /// Where an address lies in the code; nothing if it is not there.
  [[nodiscard]] std::optional<std::uint64_t> offset_of(std::uintptr_t address) const {
    const std::uintptr_t base = reinterpret_cast<std::uintptr_t>(code_.data());
    return address - base < code_.size() ? std::optional<std::uint64_t>(address - base) : std::nullopt;
  }

 private:
  CodeMemory() = default;
  ByteSpan code_;
  void* pages_ = nullptr;  ///< if they are its own
  std::size_t page_bytes_ = 0;
  std::shared_ptr<const void> owner_;  // owners: whoever mapped the code, and this
};

/// Makes the pages that the code lies on executable where they are, and no longer writable. They are a private mapping. False where the system does
/// not allow it: the code's file system may not hold programs.
[[nodiscard]] bool make_executable(ByteSpan code);

/// Whether this process may make pages executable; asked of the system once.
[[nodiscard]] bool can_make_code();

}  // namespace wcomp::engine
