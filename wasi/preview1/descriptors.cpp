#include "wasi/preview1/descriptors.h"

#include <algorithm>

namespace wcomp::wasi::preview1 {

Filetype filetype_of(files::Type type) {
  switch (type) {
    case files::Type::block_device: return Filetype::block_device;
    case files::Type::character_device: return Filetype::character_device;
    case files::Type::directory: return Filetype::directory;
    case files::Type::regular_file: return Filetype::regular_file;
    case files::Type::socket: return Filetype::socket_stream;
    case files::Type::symbolic_link: return Filetype::symbolic_link;
    case files::Type::fifo:
    case files::Type::unknown: break;
  }
  return Filetype::unknown;
}

Filetype OpenFile::filetype() {
  if (const files::Descriptor* f = file()) return filetype_of(f->type());
  const bool is_terminal = source() != nullptr ? source()->is_terminal() : sink()->is_terminal();
  return is_terminal ? Filetype::character_device : Filetype::unknown;
}

Fd DescriptorTable::add(OpenFile file) {
  auto at = std::ranges::find_if(files_, [](const auto& f) { return f == nullptr; });
  if (at == files_.end()) at = files_.insert(files_.end(), nullptr);
  *at = std::make_unique<OpenFile>(std::move(file));
  return static_cast<Fd>(at - files_.begin());
}

Checked<OpenFile*> DescriptorTable::find(Fd fd) {
  if (fd >= files_.size() || files_[fd] == nullptr) return Err(Errno::badf);
  return files_[fd].get();
}

Checked<OpenFile*> DescriptorTable::find(Fd fd, Rights needed) {
  WCOMP_TRY(OpenFile* const file, find(fd));
  const Rights missing = needed & ~file->base;
  if ((missing & (right::fd_read | right::fd_write)) != 0) return Err(Errno::badf);
  if (missing != 0) return Err(Errno::notcapable);
  return file;
}

Checked<OpenFile*> DescriptorTable::find_directory(Fd fd, Rights needed) {
  WCOMP_TRY(OpenFile* const file, find(fd));
  if (file->file() == nullptr) return Err(Errno::badf);
  if (!file->is_directory()) return Err(Errno::notdir);
  return find(fd, needed);
}

Checked<OpenFile*> DescriptorTable::find_file(Fd fd, Rights needed) {
  WCOMP_TRY(OpenFile* const file, find(fd));
  if (file->is_directory()) return Err(Errno::badf);
  return find(fd, needed);
}

Reply DescriptorTable::close(Fd fd) {
  WCOMP_TRY(find(fd));
  files_[fd] = nullptr;
  return {};
}

Reply DescriptorTable::renumber(Fd from, Fd to) {
  WCOMP_TRY(find(from));
  WCOMP_TRY(find(to));
  if (from != to) files_[to] = std::move(files_[from]);
  return {};
}

}  // namespace wcomp::wasi::preview1
