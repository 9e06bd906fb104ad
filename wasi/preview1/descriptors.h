// The guest's file descriptors: a number, what it stands for, and what may be done with it.
//
// A descriptor is a file or directory of the host (wasi/files), or one of the standard streams. Rights only shrink: `path_open` gives what was
// asked for if the directory may pass it on, `fd_fdstat_set_rights` takes away. Numbers are the lowest that are free, from 0.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "wasi/bytes_io.h"
#include "wasi/files/descriptor.h"
#include "wasi/preview1/types.h"

namespace wcomp::wasi::preview1 {

using Fd = std::uint32_t;

/// The entries of a directory as they were met, so that a cookie means the same for as long as it is used: cookie n is the place before
/// entries[n]. Reading from cookie 0 starts anew.
struct DirectoryListing {
  files::DirectoryStream stream;
  std::vector<files::Entry> entries;
  bool is_at_end = false;
};

struct OpenFile {
  std::variant<files::Descriptor, std::shared_ptr<Source>, std::shared_ptr<Sink>> object;  // owners of streams: this and the context
  Rights base = 0, inheriting = 0;
  Fdflags flags = 0;
  std::uint64_t position = 0;             ///< of a file that is seekable
  std::optional<std::string> preopen;     ///< the name under which it was granted
  std::optional<DirectoryListing> listing;  ///< once it was read as a directory

  [[nodiscard]] files::Descriptor* file() { return std::get_if<files::Descriptor>(&object); }
  [[nodiscard]] Source* source() {
    auto* s = std::get_if<std::shared_ptr<Source>>(&object);
    return s == nullptr ? nullptr : s->get();
  }
  [[nodiscard]] Sink* sink() {
    auto* s = std::get_if<std::shared_ptr<Sink>>(&object);
    return s == nullptr ? nullptr : s->get();
  }
  [[nodiscard]] bool is_directory() { return file() != nullptr && file()->is_directory(); }
  [[nodiscard]] Filetype filetype();
};

[[nodiscard]] Filetype filetype_of(files::Type type);

class DescriptorTable {
 public:
  /// The lowest free number.
  Fd add(OpenFile file);
  /// `badf` if it is not open.
  [[nodiscard]] Checked<OpenFile*> find(Fd fd);
  /// The same, and `notcapable` if one of the rights is missing; `badf`, as in POSIX, if it is that to read or write.
  [[nodiscard]] Checked<OpenFile*> find(Fd fd, Rights needed);
  /// A directory; `notdir` for a file, `badf` for a stream.
  [[nodiscard]] Checked<OpenFile*> find_directory(Fd fd, Rights needed);
  /// Something with contents: a file or a stream; `badf` for a directory.
  [[nodiscard]] Checked<OpenFile*> find_file(Fd fd, Rights needed);
  [[nodiscard]] Reply close(Fd fd);
  /// `to` becomes what `from` was and `from` is closed; both have to be open.
  [[nodiscard]] Reply renumber(Fd from, Fd to);

 private:
  std::vector<std::unique_ptr<OpenFile>> files_;  ///< null: free
};

}  // namespace wcomp::wasi::preview1
