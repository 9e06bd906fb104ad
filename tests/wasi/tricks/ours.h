// wasi/files as a Guest of the tricks.
#pragma once

#include "tests/wasi/tricks/guest.h"
#include "wasi/files/descriptor.h"

namespace tricks {

namespace files = wcomp::wasi::files;

class OurFile final : public GuestFile {
 public:
  explicit OurFile(files::Descriptor file) : file_(std::move(file)) {}
  bool set_times() override {
    const files::NewTime epoch{.kind = files::NewTime::Kind::at};
    return file_.set_times(epoch, epoch).has_value();
  }
  bool write(const std::string& text) override {
    const iovec from{const_cast<char*>(text.data()), text.size()};
    auto n = file_.write({&from, 1}, 0);
    return n && *n == text.size();
  }

 private:
  files::Descriptor file_;
};

class Ours final : public Guest {
 public:
  explicit Ours(files::Descriptor directory) : directory_(std::move(directory)) {}

  std::optional<std::string> read(Path path) override {
    auto file = directory_.open_at(path, {.read = true});
    if (!file) return std::nullopt;
    std::string out(1U << 16U, '\0');
    const iovec into{out.data(), out.size()};
    auto n = file->read({&into, 1}, 0);
    if (!n) return std::nullopt;
    out.resize(*n);
    return out;
  }
  bool write(Path path, const std::string& text) override {
    auto file = directory_.open_at(path, {.create = true, .truncate = true, .write = true});
    return file && OurFile(std::move(*file)).write(text);
  }
  bool create(Path path) override { return directory_.open_at(path, {.create = true, .read = true}).has_value(); }
  bool truncate(Path path) override { return directory_.open_at(path, {.truncate = true, .read = true}).has_value(); }
  std::unique_ptr<GuestFile> open(Path path, bool for_writing) override {
    auto file = directory_.open_at(path, {.read = true, .write = for_writing});
    return file ? std::make_unique<OurFile>(std::move(*file)) : nullptr;
  }
  std::unique_ptr<Guest> open_directory(Path path) override {
    auto directory = directory_.open_at(path, {.directory = true, .read = true});
    return directory ? std::make_unique<Ours>(std::move(*directory)) : nullptr;
  }
  std::optional<std::vector<std::string>> list(Path path) override {
    auto directory = directory_.open_at(path, {.directory = true, .read = true});
    if (!directory) return std::nullopt;
    auto entries = directory->entries();
    if (!entries) return std::nullopt;
    std::vector<std::string> out;
    for (;;) {
      auto entry = entries->next();
      if (!entry || !*entry) return out;
      out.push_back((*entry)->name);
    }
  }
  std::optional<std::uint64_t> inode(Path path, bool follow) override {
    auto s = directory_.stat_at(path, follow ? files::Follow::yes : files::Follow::no);
    if (!s) return std::nullopt;
    return s->inode;
  }
  std::optional<std::string> readlink(Path path) override {
    auto text = directory_.readlink_at(path);
    if (!text) return std::nullopt;
    return *text;
  }
  bool make_directory(Path path) override { return directory_.create_directory_at(path).has_value(); }
  bool remove_directory(Path path) override { return directory_.remove_directory_at(path).has_value(); }
  bool unlink(Path path) override { return directory_.unlink_file_at(path).has_value(); }
  bool rename(Path from, Guest& to_directory, Path to) override { return directory_.rename_at(from, static_cast<Ours&>(to_directory).directory_, to).has_value(); }
  bool link(Path from, bool follow, Guest& to_directory, Path to) override {
    return directory_.link_at(from, follow ? files::Follow::yes : files::Follow::no, static_cast<Ours&>(to_directory).directory_, to).has_value();
  }
  bool symlink(Path target, Path path) override { return directory_.symlink_at(target, path).has_value(); }
  bool set_times(Path path, bool follow) override {
    const files::NewTime epoch{.kind = files::NewTime::Kind::at};
    return directory_.set_times_at(path, follow ? files::Follow::yes : files::Follow::no, epoch, epoch).has_value();
  }

 private:
  files::Descriptor directory_;
};

}  // namespace tricks
