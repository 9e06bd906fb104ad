// What all open files of one guest share: how names are resolved, how many may be open, who is told of denials.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "wasi/files/error.h"
#include "wcomp/wasi.h"

namespace wcomp::wasi::files {

/// Who resolves names below a directory.
enum class Resolver : std::uint8_t {
  automatic,  ///< the kernel if it can (and no seccomp filter forbids it), else we
  openat2,    ///< the kernel: openat2 with RESOLVE_BENEATH
  walk,       ///< we: one component after the other, without following links
};

class Sandbox {
 public:
  static constexpr std::size_t default_max_descriptors = 1024;

  /// `max_descriptors`, but at most half of what this process may open.
  explicit Sandbox(Resolver resolver = Resolver::automatic, std::size_t max_descriptors = default_max_descriptors);
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  [[nodiscard]] bool uses_openat2() const { return uses_openat2_; }
  [[nodiscard]] std::size_t open_count() const { return open_; }

  /// Null: nobody is told.
  std::function<void(const Denial&)> on_denied;

 private:
  friend class Slot;
  const std::size_t max_descriptors_;
  bool uses_openat2_;
  std::atomic<std::size_t> open_ = 0;
};

}  // namespace wcomp::wasi::files
