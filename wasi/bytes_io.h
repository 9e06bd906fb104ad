// Where a stream's bytes come from and go to. One virtual seam: the descriptors of this process, bytes in memory, nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "wasi/wait.h"

namespace wcomp::wasi {

/// What an operation came to: how many bytes, or the end, or a system error.
struct IoResult {
  std::size_t count = 0;
  bool is_end = false;
  int error = 0;  ///< errno
};

class Source {
 public:
  virtual ~Source() = default;
  /// Up to out.size() bytes that are there; none if there are none yet. Never waits.
  virtual IoResult read(std::span<std::uint8_t> out) = 0;
  [[nodiscard]] virtual Condition readable() const { return {}; }
  [[nodiscard]] virtual bool is_terminal() const { return false; }
};

class Sink {
 public:
  virtual ~Sink() = default;
  /// Writes all of it, waiting where needed; the count says how far it got before an error. EINTR: the guest was interrupted meanwhile.
  virtual IoResult write(std::span<const std::uint8_t> bytes) = 0;
  /// How many bytes a guest may write at once.
  [[nodiscard]] virtual std::uint64_t capacity() const { return 64 * 1024; }
  [[nodiscard]] virtual Condition writable() const { return {}; }
  [[nodiscard]] virtual bool is_terminal() const { return false; }
};

/// A descriptor that somebody else closes.
[[nodiscard]] std::shared_ptr<Source> source_of_fd(int fd);
[[nodiscard]] std::shared_ptr<Sink> sink_of_fd(int fd);
/// One that the source closes.
[[nodiscard]] std::shared_ptr<Source> source_owning_fd(int fd);
/// At its end from the start / takes everything and keeps nothing.
[[nodiscard]] std::shared_ptr<Source> source_of_bytes(std::string bytes);
[[nodiscard]] std::shared_ptr<Sink> sink_to(std::string* out);
[[nodiscard]] std::shared_ptr<Sink> no_sink();

}  // namespace wcomp::wasi
