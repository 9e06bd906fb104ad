// Writing to what nobody reads any more without ending the process.
#pragma once

#include <signal.h>

#include <cerrno>

namespace wcomp::wasi {

/// Keeps this thread from the SIGPIPE of one write, made while it lives: a guest must not end the process it runs in, whatever that does about
/// signals. Leaves errno as the write set it.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigemptyset(&pending);
    ::sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;
  ~NoSigpipe() {
    const int error = errno;
    const timespec zero{};
    while (!was_pending_ && ::sigtimedwait(&pipe_, nullptr, &zero) < 0 && errno == EINTR) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_;
};

}  // namespace wcomp::wasi
