// Waiting for descriptors and times: that an interrupted guest stops waiting, and that what it waits for stays what it was.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include "wasi/clocks.h"
#include "wasi/io.h"
#include "wcomp/wasi.h"

using namespace wcomp;
using namespace wcomp::wasi;

namespace {

struct Pipe {
  Pipe() {
    int fds[2];
    REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
    read_end = fds[0];
    write_end = fds[1];
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    if (read_end >= 0) ::close(read_end);
    ::close(write_end);
  }
  void close_read_end() {
    ::close(read_end);
    read_end = -1;
  }
  int read_end = -1, write_end = -1;
};

Component load(const Engine& engine, std::string_view text) {
  auto made = Component::from_bytes(engine, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  if (!made) FAIL(made.error().to_string());
  return *std::move(made);
}

/// What `run` of the instance comes to when it is interrupted after a moment. It has to come to an end soon then.
TrapCode run_interrupted(Instance& instance) {
  auto run = instance.func("", "run");
  REQUIRE(run);
  auto typed = run->typed<void()>();
  REQUIRE(typed);
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    instance.interrupt();
  });
  const auto start = std::chrono::steady_clock::now();
  const auto ended = typed->call();
  other.join();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
  REQUIRE_FALSE(ended.has_value());
  return ended.error().code();
}

/// The same for a guest that calls a host function which does this.
TrapCode interrupted(std::function<void()> wait) {
  Engine engine;
  Linker linker(engine);
  static constexpr FuncDesc nothing_to_nothing;  // the linker keeps a reference
  linker.define_func("", "wait", nothing_to_nothing, [&wait](HostCall&) { wait(); });
  auto instance = linker.instantiate(load(engine, R"((component
    (import "wait" (func $wait))
    (core func $lowered (canon lower (func $wait)))
    (core module $m (import "" "wait" (func $wait)) (func (export "run") (call $wait)))
    (core instance $i (instantiate $m (with "" (instance (export "wait" (func $lowered))))))
    (func (export "run") (canon lift (core func $i "run")))))"));
  if (!instance) FAIL(instance.error().to_string());
  return run_interrupted(*instance);
}

}  // namespace

TEST_CASE("a component that sleeps for an hour ends when it is interrupted") {
  Engine engine;
  Linker linker(engine);
  REQUIRE(add_to(linker, Context()));
  auto instance = linker.instantiate(load(engine, R"((component
    (import "wasi:io/poll@0.2.0" (instance $poll
      (export "pollable" (type $p (sub resource)))
      (export "[method]pollable.block" (func (param "self" (borrow $p))))))
    (alias export $poll "pollable" (type $pollable))
    (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
      (alias outer 1 $pollable (type $outer))
      (export "pollable" (type $p (eq $outer)))
      (export "subscribe-duration" (func (param "when" u64) (result (own $p))))))
    (core func $block (canon lower (func $poll "[method]pollable.block")))
    (core func $subscribe (canon lower (func $clock "subscribe-duration")))
    (core module $m
      (import "" "block" (func $block (param i32)))
      (import "" "subscribe" (func $subscribe (param i64) (result i32)))
      (func (export "run") (call $block (call $subscribe (i64.const 3600000000000)))))
    (core instance $i (instantiate $m (with "" (instance (export "block" (func $block)) (export "subscribe" (func $subscribe))))))
    (func (export "run") (canon lift (core func $i "run")))))"));
  if (!instance) FAIL(instance.error().to_string());
  CHECK(run_interrupted(*instance) == TrapCode::interrupted);
}

TEST_CASE("reading what never comes and writing what nobody takes end when the guest is interrupted") {
  Pipe pipe;
  CHECK(interrupted([&] { (void)InputStreamObject(source_of_fd(pipe.read_end)).blocking_read(1); }) == TrapCode::interrupted);
  CHECK(interrupted([&] { InputStreamObject(source_of_fd(pipe.read_end)).subscribe()->block(); }) == TrapCode::interrupted);
  // More than a pipe holds, through a descriptor that would block.
  const std::vector<std::uint8_t> chunk(4096);
  CHECK(interrupted([&] {
          OutputStreamObject out(sink_of_fd(pipe.write_end));
          for (int i = 0; i < 10'000; ++i) (void)out.blocking_write_and_flush(chunk);
        }) == TrapCode::interrupted);
}

TEST_CASE("an interrupted wait of a guest inside another's host function leaves the other alone") {
  const TrapCode outer = interrupted([] {
    CHECK(interrupted([] { MonotonicClock().subscribe_duration(3'600'000'000'000)->block(); }) == TrapCode::interrupted);
    MonotonicClock().subscribe_duration(3'600'000'000'000)->block();
  });
  CHECK(outer == TrapCode::interrupted);
}

TEST_CASE("where no guest runs a wait ends with what it waits for") {
  MonotonicClock().subscribe_duration(30'000'000)->block();
  const Condition now;
  CHECK(wait({&now, 1}).front());
}

TEST_CASE("writing to standard output that nobody reads is the stream's end, not the process's") {
  Pipe pipe;
  pipe.close_read_end();
  const auto before = std::signal(SIGPIPE, SIG_DFL);
  OutputStreamObject out(sink_of_fd(pipe.write_end));
  const std::uint8_t byte = 1;
  const auto done = out.blocking_write_and_flush({&byte, 1});
  REQUIRE_FALSE(done);
  CHECK(done.error().is<io_streams::StreamError::Closed>());
  sigset_t pending;
  ::sigpending(&pending);
  CHECK(sigismember(&pending, SIGPIPE) == 0);
  std::signal(SIGPIPE, before);
}

TEST_CASE("a large write to a slow reader arrives whole") {
  Pipe pipe;
  std::string sent(300'000, '\0');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i % 251);
  std::string got;
  std::thread reader([&] {
    std::string part(10'000, '\0');
    while (got.size() < sent.size()) {
      const ssize_t n = ::read(pipe.read_end, part.data(), part.size());
      if (n <= 0) break;
      got.append(part, 0, static_cast<std::size_t>(n));
    }
  });
  const auto done = sink_of_fd(pipe.write_end)->write({reinterpret_cast<const std::uint8_t*>(sent.data()), sent.size()});
  reader.join();
  CHECK(done.count == sent.size());
  CHECK(got == sent);
}

TEST_CASE("a pollable keeps the file that it tells of open") {
  Pipe pipe;
  const int fd = ::dup(pipe.read_end);
  REQUIRE(fd >= 0);
  auto stream = std::make_unique<InputStreamObject>(source_owning_fd(fd));
  auto pollable = stream->subscribe();
  stream.reset();
  CHECK(::fcntl(fd, F_GETFD) >= 0);
  CHECK_FALSE(pollable->ready());
  REQUIRE(::write(pipe.write_end, "x", 1) == 1);
  CHECK(pollable->ready());
  pollable.reset();
  CHECK(::fcntl(fd, F_GETFD) == -1);
}
