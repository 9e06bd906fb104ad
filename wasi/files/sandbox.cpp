#include "wasi/files/sandbox.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

#include "wasi/files/descriptor.h"

namespace wcomp::wasi::files {

namespace {

/// A kernel before 5.6 has no openat2 (ENOSYS); a seccomp filter may forbid it (EPERM, as old container runtimes do, or any other errno).
bool has_openat2(const Sandbox& with_openat2) {
  auto here = open_below(with_openat2, AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0);
  return here.has_value();
}

/// One guest leaves the process at least as many as it takes.
std::size_t half_of_the_hosts() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return Sandbox::default_max_descriptors;
  return static_cast<std::size_t>(limit.rlim_cur / 2);
}

}  // namespace

Sandbox::Sandbox(Resolver resolver, std::size_t max_descriptors)
    : max_descriptors_(std::min(max_descriptors, half_of_the_hosts())), uses_openat2_(resolver != Resolver::walk) {
  if (resolver == Resolver::automatic) uses_openat2_ = has_openat2(*this);
}

Slot& Slot::operator=(Slot&& other) noexcept {
  if (this != &other) {
    release();
    sandbox_ = std::move(other.sandbox_);
  }
  return *this;
}

Outcome<Slot> Slot::take(std::shared_ptr<Sandbox> sandbox) {
  if (sandbox->open_.fetch_add(1) >= sandbox->max_descriptors_) {
    sandbox->open_.fetch_sub(1);
    return fail(EMFILE);
  }
  Slot slot;
  slot.sandbox_ = std::move(sandbox);
  return slot;
}

void Slot::release() {
  if (sandbox_ != nullptr) sandbox_->open_.fetch_sub(1);
  sandbox_ = nullptr;
}

}  // namespace wcomp::wasi::files
