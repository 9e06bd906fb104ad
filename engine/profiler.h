// Where guests spend their time: a sampling profiler for both back ends, which costs nothing while it is off.
//
// A thread of its own looks at the guest's thread every so often. If that runs, it gets a signal (SIGPROF), whose handler copies the stack of
// calls and nothing more: for compiled code the stack of return addresses (jit/context.h), for the interpreter the chain of frames. A guest that
// waits is left alone, so no system call of a host function ends early for nothing. The processor time that the thread used is shared out among
// the samples that were taken meanwhile, so that what is added up is right even where samples come late. Names are found on the profiler's
// thread; debug information is read at the end.
//
// Limits: where an instruction of compiled code comes from is known as well as backtraces need it (jit/places.h), so a line may be that of the
// last access to memory before; the interpreter without optimization notes its place less often still. Of a stack deeper than `max_frames`
// the innermost calls are seen.
#pragma once

#include <chrono>
#include <memory>

#include "base/result.h"
#include "profile/profile.h"

namespace wcomp::engine {

class Profiler {
 public:
  static constexpr std::size_t max_frames = 1024;
  static constexpr std::chrono::nanoseconds default_interval = std::chrono::milliseconds(1);

  /// Begins to look at the calling thread, which also has to call `stop`. One at a time in a process, before the guests that it shall name run their
  /// first function. Errors: another one runs, or the system refuses the thread or the signal.
  [[nodiscard]] static Result<std::unique_ptr<Profiler>> start(std::chrono::nanoseconds interval = default_interval);
  /// What was seen. Once.
  [[nodiscard]] profile::Profile stop();
  ~Profiler();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

 private:
  Profiler();
  std::unique_ptr<class Sampler> sampler_;
};

}  // namespace wcomp::engine
