#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string_view>

#include "wasi/files/descriptor.h"
#include "wasi/files/host.h"

namespace wcomp::wasi::files {

struct DirectoryStream::State {
  State(Slot s, DIR* d) : slot(std::move(s)), directory(d) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ::closedir(directory); }

  Slot slot;
  DIR* directory;
};

namespace {

Type type_of_entry(int directory, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return type_of(DTTOIF(entry.d_type));
  struct ::stat s{};
  return ::fstatat(directory, entry.d_name, &s, AT_SYMLINK_NOFOLLOW) == 0 ? type_of(s.st_mode) : Type::unknown;
}

}  // namespace

DirectoryStream::DirectoryStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
DirectoryStream::DirectoryStream(DirectoryStream&& other) noexcept = default;
DirectoryStream& DirectoryStream::operator=(DirectoryStream&& other) noexcept = default;
DirectoryStream::~DirectoryStream() = default;

Outcome<std::optional<Entry>> DirectoryStream::next() {
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(state_->directory);
    if (entry == nullptr) {
      if (errno != 0) return fail_with_errno();
      return std::optional<Entry>();
    }
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    return std::optional<Entry>(Entry{.name = std::string(name), .type = type_of_entry(::dirfd(state_->directory), *entry), .inode = entry->d_ino});
  }
}

void DirectoryStream::rewind() { ::rewinddir(state_->directory); }

Outcome<DirectoryStream> Descriptor::entries() const {
  if (!is_directory()) return fail(ENOTDIR);
  auto slot = Slot::take(slot_.shared());
  if (!slot) return Err(slot.error());
  OwnedFd fd(::openat(fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));  // with a position of its own
  if (fd.get() < 0) return fail_with_errno();
  DIR* directory = ::fdopendir(fd.get());
  if (directory == nullptr) return fail_with_errno();
  (void)fd.release();
  return DirectoryStream(std::make_unique<DirectoryStream::State>(std::move(*slot), directory));
}

}  // namespace wcomp::wasi::files
