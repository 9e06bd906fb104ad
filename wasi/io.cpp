#include "wasi/io.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

namespace wcomp::wasi {

namespace {

using io_streams::StreamError;

/// What one read or write gives at most, so that a guest cannot make the host allocate without bound.
constexpr std::uint64_t max_chunk = 64 * 1024;
/// The blocking writes' own limit, which wasi:io states.
constexpr std::uint64_t max_blocking_write = 4096;

Err<StreamError> closed() { return Err(StreamError{StreamError::Closed{}}); }
Err<StreamError> failed(int code) { return Err(StreamError{StreamError::LastOperationFailed{std::make_unique<ErrorObject>(code)}}); }

}  // namespace

std::string ErrorObject::to_debug_string() { return code_ == 0 ? "unknown error" : std::strerror(code_); }

std::vector<bool> wait_or_trap(std::span<const Condition> conditions) {
  std::vector<bool> ready = wait(conditions);
  if (std::ranges::find(ready, true) == ready.end()) throw Trap(TrapCode::interrupted);
  return ready;
}

bool PollableObject::ready() { return check({&condition_, 1}).front(); }
void PollableObject::block() { wait_or_trap({&condition_, 1}); }

Result<std::vector<std::uint8_t>, StreamError> InputStreamObject::read(std::uint64_t len) {
  if (is_closed_) return closed();
  std::vector<std::uint8_t> out(std::min(len, max_chunk));
  const IoResult done = source_->read(out);
  if (done.is_end || done.error != 0) is_closed_ = true;
  if (done.error != 0) return failed(done.error);
  if (done.is_end) return closed();
  out.resize(done.count);
  return out;
}

void InputStreamObject::await_readable() const {
  const Condition wanted = source_->readable();
  if (!is_closed_) wait_or_trap({&wanted, 1});
}

Result<std::vector<std::uint8_t>, StreamError> InputStreamObject::blocking_read(std::uint64_t len) {
  for (;;) {
    auto out = read(len);
    if (!out || !out->empty() || len == 0) return out;
    await_readable();
  }
}

Result<std::uint64_t, StreamError> InputStreamObject::skip(std::uint64_t len) {
  auto out = read(len);
  if (!out) return Err(std::move(out).error());
  return out->size();
}

Result<std::uint64_t, StreamError> InputStreamObject::blocking_skip(std::uint64_t len) {
  auto out = blocking_read(len);
  if (!out) return Err(std::move(out).error());
  return out->size();
}

std::unique_ptr<io_poll::Pollable> InputStreamObject::subscribe() {
  return std::make_unique<PollableObject>(is_closed_ ? Condition{} : source_->readable(), source_);
}

Result<std::uint64_t, StreamError> OutputStreamObject::check_write() {
  if (is_closed_) return closed();
  const Condition wanted = sink_->writable();
  const bool is_ready = (wanted.fd < 0 && wanted.deadline == 0) || check({&wanted, 1}).front();
  permitted_ = is_ready ? sink_->capacity() : 0;
  return permitted_;
}

Result<void, StreamError> OutputStreamObject::put(std::span<const std::uint8_t> contents) {
  if (is_closed_) return closed();
  const IoResult done = sink_->write(contents);
  if (done.error == EINTR) throw Trap(TrapCode::interrupted);
  if (done.is_end || done.error != 0) is_closed_ = true;
  if (done.error != 0) return failed(done.error);
  if (done.is_end) return closed();
  return Ok{};
}

Result<void, StreamError> OutputStreamObject::write(std::span<const std::uint8_t> contents) {
  if (contents.size() > permitted_) throw std::runtime_error(fmt::format("write of {} bytes where check-write permitted {}", contents.size(), permitted_));
  permitted_ -= contents.size();
  return put(contents);
}

Result<void, StreamError> OutputStreamObject::blocking_write_and_flush(std::span<const std::uint8_t> contents) {
  if (contents.size() > max_blocking_write) throw std::runtime_error(fmt::format("blocking-write-and-flush of {} bytes, {} are allowed", contents.size(), max_blocking_write));
  return put(contents);
}

Result<void, StreamError> OutputStreamObject::flush() { return put({}); }
Result<void, StreamError> OutputStreamObject::blocking_flush() { return put({}); }

std::unique_ptr<io_poll::Pollable> OutputStreamObject::subscribe() {
  return std::make_unique<PollableObject>(is_closed_ ? Condition{} : sink_->writable(), sink_);
}

Result<void, StreamError> OutputStreamObject::write_zeroes(std::uint64_t len) {
  if (len > permitted_) throw std::runtime_error(fmt::format("write-zeroes of {} bytes where check-write permitted {}", len, permitted_));
  permitted_ -= len;
  return put(std::vector<std::uint8_t>(len));
}

Result<void, StreamError> OutputStreamObject::blocking_write_zeroes_and_flush(std::uint64_t len) {
  if (len > max_blocking_write) throw std::runtime_error(fmt::format("blocking-write-zeroes-and-flush of {} bytes, {} are allowed", len, max_blocking_write));
  return put(std::vector<std::uint8_t>(len));
}

Result<std::uint64_t, StreamError> OutputStreamObject::splice(io_streams::InputStream& src, std::uint64_t len) {
  auto room = check_write();
  if (!room) return room;
  auto bytes = src.read(std::min(len, *room));
  if (!bytes) return Err(std::move(bytes).error());
  if (auto done = put(*bytes); !done) return Err(std::move(done).error());
  return bytes->size();
}

Result<std::uint64_t, StreamError> OutputStreamObject::blocking_splice(io_streams::InputStream& src, std::uint64_t len) {
  const Condition wanted = sink_->writable();
  if (!is_closed_) wait_or_trap({&wanted, 1});
  if (auto* object = dynamic_cast<InputStreamObject*>(&src)) object->await_readable();
  return splice(src, len);
}

}  // namespace wcomp::wasi
