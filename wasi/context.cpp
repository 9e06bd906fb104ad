#include "wasi/context.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "base/diagnostic.h"

namespace wcomp::wasi {

namespace {

Err<Failure> cannot(const char* what, const std::filesystem::path& path, int number) {
  return fail(diag::file_error, fmt::format("cannot {} `{}`: {}", what, path.string(), std::strerror(number)));
}

}  // namespace

Result<void> ContextImpl::open_grants() {
  for (const Grant& grant : grants) {
    if (grant.guest.empty() || grant.guest.find('\0') != std::string::npos) {
      return fail(diag::bad_usage, fmt::format("the directory `{}` is granted under the name `{}`, which no path can begin with", grant.host.string(), grant.guest));
    }
    auto directory = files::Descriptor::open_root(sandbox, grant.host.c_str(), grant.guest, grant.access);
    if (directory) {
      preopens.push_back({.directory = std::make_shared<files::Descriptor>(std::move(*directory)), .guest = grant.guest});
      continue;
    }
    auto failure = cannot("grant the directory", grant.host, static_cast<int>(directory.error()));
    if (directory.error() == files::Errno{EPERM}) {
      return Err(std::move(failure.error).with_note("a /proc file system reaches into this process, so it is never granted"));
    }
    return failure;
  }
  if (!stdin_file.empty()) {
    const int fd = ::open(stdin_file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return cannot("read standard input from", stdin_file, errno);
    input = source_owning_fd(fd);
  }
  return Ok{};
}

void ContextImpl::tell_if_no_directories() const {
  if (preopens.empty() && sandbox->on_denied) sandbox->on_denied({.operation = "get-directories", .subject = {}, .missing_grant = "--dir HOST"});
}

}  // namespace wcomp::wasi
