// wasi:io: errors, pollables and streams as C++ objects that guests hold.
//
// Everything runs in the guest's call: a write to an output stream has arrived when it returns, so flushing has nothing left to do, and
// pollables say when reading or writing would not wait.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "host_host.h"
#include "wasi/bytes_io.h"
#include "wasi/wait.h"

namespace wcomp::wasi {

namespace io_error = ::wasi_io::error;
namespace io_poll = ::wasi_io::poll;
namespace io_streams = ::wasi_io::streams;

class ErrorObject final : public io_error::Error {
 public:
  explicit ErrorObject(int code) : code_(code) {}
  std::string to_debug_string() override;
  /// errno; 0 if the error did not come from the system.
  [[nodiscard]] int code() const { return code_; }

 private:
  int code_;
};

/// `wait` for a guest's call: throws the trap that ends the guest if it was interrupted.
std::vector<bool> wait_or_trap(std::span<const Condition> conditions);

class PollableObject final : public io_poll::Pollable {
 public:
  explicit PollableObject(Condition condition) : condition_(condition) {}
  /// With what owns the condition's descriptor: its number may not come to mean another file while the guest holds this.
  PollableObject(Condition condition, std::shared_ptr<const void> owner) : condition_(condition), owner_(std::move(owner)) {}
  bool ready() override;
  void block() override;
  [[nodiscard]] Condition condition() const { return condition_; }

 private:
  Condition condition_;
  std::shared_ptr<const void> owner_;  // owners: this, the stream and the context; null: no descriptor
};

class InputStreamObject final : public io_streams::InputStream {
 public:
  explicit InputStreamObject(std::shared_ptr<Source> source) : source_(std::move(source)) {}
  Result<std::vector<std::uint8_t>, io_streams::StreamError> read(std::uint64_t len) override;
  Result<std::vector<std::uint8_t>, io_streams::StreamError> blocking_read(std::uint64_t len) override;
  Result<std::uint64_t, io_streams::StreamError> skip(std::uint64_t len) override;
  Result<std::uint64_t, io_streams::StreamError> blocking_skip(std::uint64_t len) override;
  std::unique_ptr<io_poll::Pollable> subscribe() override;
  void await_readable() const;

 private:
  std::shared_ptr<Source> source_;  // owners: this stream and the context it came from
  bool is_closed_ = false;
};

class OutputStreamObject final : public io_streams::OutputStream {
 public:
  explicit OutputStreamObject(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}
  Result<std::uint64_t, io_streams::StreamError> check_write() override;
  Result<void, io_streams::StreamError> write(std::span<const std::uint8_t> contents) override;
  Result<void, io_streams::StreamError> blocking_write_and_flush(std::span<const std::uint8_t> contents) override;
  Result<void, io_streams::StreamError> flush() override;
  Result<void, io_streams::StreamError> blocking_flush() override;
  std::unique_ptr<io_poll::Pollable> subscribe() override;
  Result<void, io_streams::StreamError> write_zeroes(std::uint64_t len) override;
  Result<void, io_streams::StreamError> blocking_write_zeroes_and_flush(std::uint64_t len) override;
  Result<std::uint64_t, io_streams::StreamError> splice(io_streams::InputStream& src, std::uint64_t len) override;
  Result<std::uint64_t, io_streams::StreamError> blocking_splice(io_streams::InputStream& src, std::uint64_t len) override;

 private:
  Result<void, io_streams::StreamError> put(std::span<const std::uint8_t> contents);

  std::shared_ptr<Sink> sink_;  // owners: this stream and the context it came from
  std::uint64_t permitted_ = 0;
  bool is_closed_ = false;
};

}  // namespace wcomp::wasi
