#include "wasi/filesystem.h"

#include <algorithm>
#include <cerrno>
#include <limits>

#include "base/text.h"
#include "wasi/files/streams.h"

namespace wcomp::wasi {

namespace {

using files::Errno;
using files::Follow;
using fs_types::DescriptorFlags;
using fs_types::ErrorCode;
using fs_types::Filesize;
using fs_types::OpenFlags;

template <class T>
using Answer = DescriptorObject::Answer<T>;

/// What one read gives at most.
constexpr std::uint64_t max_read = 1U << 20U;

Err<ErrorCode> refused(Errno e) { return Err(error_code_of(e)); }

Answer<void> answer(files::Outcome<void> outcome) {
  if (!outcome) return refused(outcome.error());
  return Ok{};
}

Follow follow_of(fs_types::PathFlags flags) { return flags.contains(fs_types::PathFlags::symlink_follow) ? Follow::yes : Follow::no; }
fs_types::DescriptorType descriptor_type_of(files::Type type) { return static_cast<fs_types::DescriptorType>(type); }

/// Nothing for times before 1970, which `datetime` cannot say.
std::optional<fs_types::Datetime> datetime_of(const timespec& t) {
  if (t.tv_sec < 0) return std::nullopt;
  return fs_types::Datetime{.seconds = static_cast<std::uint64_t>(t.tv_sec), .nanoseconds = static_cast<std::uint32_t>(t.tv_nsec)};
}

fs_types::DescriptorStat descriptor_stat_of(const files::Stat& s) {
  return {.type = descriptor_type_of(s.type),
          .link_count = s.links,
          .size = s.size,
          .data_access_timestamp = datetime_of(s.access),
          .data_modification_timestamp = datetime_of(s.modification),
          .status_change_timestamp = datetime_of(s.change)};
}

Answer<files::NewTime> new_time_of(const fs_types::NewTimestamp& t) {
  using Kind = files::NewTime::Kind;
  if (t.is<fs_types::NewTimestamp::NoChange>()) return files::NewTime{.kind = Kind::no_change};
  if (t.is<fs_types::NewTimestamp::Now>()) return files::NewTime{.kind = Kind::now};
  const auto& time = t.get_if<fs_types::NewTimestamp::Timestamp>()->value;
  if (time.seconds > static_cast<std::uint64_t>(std::numeric_limits<std::time_t>::max())) return Err(ErrorCode::overflow);
  return files::NewTime{.kind = Kind::at, .time = {.tv_sec = static_cast<std::time_t>(time.seconds), .tv_nsec = time.nanoseconds}};
}

/// Says which object it is, not where it lies: equal for equal device and inode.
fs_types::MetadataHashValue hash_of(const files::Stat& s) {
  const auto mix = [](std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
  };
  const std::uint64_t device = mix(s.device + 0x9e3779b97f4a7c15U);
  return {.lower = mix(s.inode + device), .upper = mix(device ^ mix(s.inode + 0x632be59bd9b4e019U))};
}

class EntryStreamObject final : public fs_types::DirectoryEntryStream {
 public:
  explicit EntryStreamObject(files::DirectoryStream entries) : entries_(std::move(entries)) {}

  Answer<std::optional<fs_types::DirectoryEntry>> read_directory_entry() override {
    auto entry = entries_.next();
    if (!entry) return refused(entry.error());
    if (!*entry) return std::optional<fs_types::DirectoryEntry>();
    if (!is_utf8((*entry)->name)) return Err(ErrorCode::illegal_byte_sequence);
    return std::optional(fs_types::DirectoryEntry{.type = descriptor_type_of((*entry)->type), .name = std::move((*entry)->name)});
  }

 private:
  files::DirectoryStream entries_;
};

/// Every descriptor of a guest is one of ours: nobody else defines the resource in this linker.
const files::Descriptor& file_of(fs_types::Descriptor& descriptor) { return static_cast<DescriptorObject&>(descriptor).file(); }

}  // namespace

ErrorCode error_code_of(Errno e) {
  switch (static_cast<int>(e)) {
#define ERROR(number, code, name, preview1) \
  case number: return ErrorCode::code;
#include "wasi/files/errors.def"
#undef ERROR
    default: return ErrorCode::io;
  }
}

Answer<std::unique_ptr<fs_types::InputStream>> DescriptorObject::read_via_stream(Filesize offset) {
  if (file_->is_directory() || !file_->can_read()) return Err(ErrorCode::bad_descriptor);
  return std::unique_ptr<fs_types::InputStream>(std::make_unique<InputStreamObject>(files::source_of(file_, offset)));
}

Answer<std::unique_ptr<fs_types::OutputStream>> DescriptorObject::write_via_stream(Filesize offset) {
  if (!file_->can_write()) return Err(ErrorCode::bad_descriptor);
  return std::unique_ptr<fs_types::OutputStream>(std::make_unique<OutputStreamObject>(files::sink_of(file_, offset)));
}

Answer<std::unique_ptr<fs_types::OutputStream>> DescriptorObject::append_via_stream() {
  if (!file_->can_write()) return Err(ErrorCode::bad_descriptor);
  return std::unique_ptr<fs_types::OutputStream>(std::make_unique<OutputStreamObject>(files::appending_sink_of(file_)));
}

Answer<void> DescriptorObject::advise(Filesize offset, Filesize length, fs_types::Advice advice) {
  if (file_->is_directory()) return Err(ErrorCode::bad_descriptor);
  return answer(file_->advise(offset, length, static_cast<files::Advice>(advice)));
}

Answer<void> DescriptorObject::sync_data() { return answer(file_->sync_data()); }
Answer<void> DescriptorObject::sync() { return answer(file_->sync()); }

Answer<DescriptorFlags> DescriptorObject::get_flags() {
  DescriptorFlags flags;
  if (file_->can_read()) flags |= DescriptorFlags::read;
  if (file_->can_write()) flags |= DescriptorFlags::write;
  if (file_->is_directory() && file_->can_mutate()) flags |= DescriptorFlags::mutate_directory;
  if (file_->is_sync()) flags |= DescriptorFlags::file_integrity_sync;
  if (file_->is_data_sync()) flags |= DescriptorFlags::data_integrity_sync;
  if (file_->is_read_sync()) flags |= DescriptorFlags::requested_write_sync;
  return flags;
}

Answer<fs_types::DescriptorType> DescriptorObject::get_type() { return descriptor_type_of(file_->type()); }

Answer<void> DescriptorObject::set_size(Filesize size) {
  if (file_->is_directory()) return Err(ErrorCode::bad_descriptor);
  return answer(file_->set_size(size));
}

Answer<void> DescriptorObject::set_times(const fs_types::NewTimestamp& access, const fs_types::NewTimestamp& modification) {
  auto a = new_time_of(access);
  if (!a) return Err(a.error());
  auto m = new_time_of(modification);
  if (!m) return Err(m.error());
  return answer(file_->set_times(*a, *m));
}

Answer<std::tuple<std::vector<std::uint8_t>, bool>> DescriptorObject::read(Filesize length, Filesize offset) {
  if (file_->is_directory() || !file_->can_read()) return Err(ErrorCode::bad_descriptor);
  if (!file_->is_seekable()) return Err(ErrorCode::invalid_seek);
  std::vector<std::uint8_t> bytes(std::min(length, max_read));
  const iovec into{bytes.data(), bytes.size()};
  auto n = file_->read({&into, 1}, offset);
  if (!n) return refused(n.error());
  const bool is_end = *n == 0 && !bytes.empty();
  bytes.resize(*n);
  return std::tuple(std::move(bytes), is_end);
}

Answer<Filesize> DescriptorObject::write(std::span<const std::uint8_t> buffer, Filesize offset) {
  if (!file_->can_write()) return Err(ErrorCode::bad_descriptor);
  if (!file_->is_seekable()) return Err(ErrorCode::invalid_seek);
  const iovec from{const_cast<std::uint8_t*>(buffer.data()), buffer.size()};
  auto n = file_->write({&from, 1}, offset);
  if (!n) return refused(n.error());
  return Filesize{*n};
}

Answer<std::unique_ptr<fs_types::DirectoryEntryStream>> DescriptorObject::read_directory() {
  auto entries = file_->entries();
  if (!entries) return refused(entries.error());
  return std::unique_ptr<fs_types::DirectoryEntryStream>(std::make_unique<EntryStreamObject>(std::move(*entries)));
}

Answer<void> DescriptorObject::create_directory_at(std::string_view path) { return answer(file_->create_directory_at(path)); }
Answer<void> DescriptorObject::remove_directory_at(std::string_view path) { return answer(file_->remove_directory_at(path)); }
Answer<void> DescriptorObject::unlink_file_at(std::string_view path) { return answer(file_->unlink_file_at(path)); }

Answer<fs_types::DescriptorStat> DescriptorObject::stat() {
  auto s = file_->stat();
  if (!s) return refused(s.error());
  return descriptor_stat_of(*s);
}

Answer<fs_types::DescriptorStat> DescriptorObject::stat_at(fs_types::PathFlags flags, std::string_view path) {
  auto s = file_->stat_at(path, follow_of(flags));
  if (!s) return refused(s.error());
  return descriptor_stat_of(*s);
}

Answer<void> DescriptorObject::set_times_at(fs_types::PathFlags flags, std::string_view path, const fs_types::NewTimestamp& access,
                                            const fs_types::NewTimestamp& modification) {
  auto a = new_time_of(access);
  if (!a) return Err(a.error());
  auto m = new_time_of(modification);
  if (!m) return Err(m.error());
  return answer(file_->set_times_at(path, follow_of(flags), *a, *m));
}

Answer<void> DescriptorObject::link_at(fs_types::PathFlags flags, std::string_view old_path, fs_types::Descriptor& new_descriptor,
                                       std::string_view new_path) {
  return answer(file_->link_at(old_path, follow_of(flags), file_of(new_descriptor), new_path));
}

Answer<std::unique_ptr<fs_types::Descriptor>> DescriptorObject::open_at(fs_types::PathFlags path_flags, std::string_view path, OpenFlags open_flags,
                                                                        DescriptorFlags flags) {
  auto opened = file_->open_at(path, {.follow = follow_of(path_flags),
                                      .create = open_flags.contains(OpenFlags::create),
                                      .directory = open_flags.contains(OpenFlags::directory),
                                      .exclusive = open_flags.contains(OpenFlags::exclusive),
                                      .truncate = open_flags.contains(OpenFlags::truncate),
                                      .read = flags.contains(DescriptorFlags::read),
                                      .write = flags.contains(DescriptorFlags::write),
                                      .mutate_directory = flags.contains(DescriptorFlags::mutate_directory),
                                      .sync = flags.contains(DescriptorFlags::file_integrity_sync),
                                      .data_sync = flags.contains(DescriptorFlags::data_integrity_sync),
                                      .read_sync = flags.contains(DescriptorFlags::requested_write_sync)});
  if (!opened) return refused(opened.error());
  return std::unique_ptr<fs_types::Descriptor>(std::make_unique<DescriptorObject>(std::make_shared<files::Descriptor>(std::move(*opened))));
}

Answer<std::string> DescriptorObject::readlink_at(std::string_view path) {
  auto text = file_->readlink_at(path);
  if (!text) return refused(text.error());
  if (!is_utf8(*text)) return Err(ErrorCode::illegal_byte_sequence);
  return std::move(*text);
}

Answer<void> DescriptorObject::rename_at(std::string_view old_path, fs_types::Descriptor& new_descriptor, std::string_view new_path) {
  return answer(file_->rename_at(old_path, file_of(new_descriptor), new_path));
}

Answer<void> DescriptorObject::symlink_at(std::string_view old_path, std::string_view new_path) { return answer(file_->symlink_at(old_path, new_path)); }

bool DescriptorObject::is_same_object(fs_types::Descriptor& other) {
  auto a = file_->stat();
  auto b = file_of(other).stat();
  return a && b && a->device == b->device && a->inode == b->inode;
}

Answer<fs_types::MetadataHashValue> DescriptorObject::metadata_hash() {
  auto s = file_->stat();
  if (!s) return refused(s.error());
  return hash_of(*s);
}

Answer<fs_types::MetadataHashValue> DescriptorObject::metadata_hash_at(fs_types::PathFlags flags, std::string_view path) {
  auto s = file_->stat_at(path, follow_of(flags));
  if (!s) return refused(s.error());
  return hash_of(*s);
}

std::optional<ErrorCode> FilesystemTypes::filesystem_error_code(io_error::Error& err) {
  const int number = static_cast<ErrorObject&>(err).code();
  if (number == 0) return std::nullopt;
  return error_code_of(Errno{number});
}

std::vector<std::tuple<std::unique_ptr<fs_types::Descriptor>, std::string>> Preopens::get_directories() {
  context_.tell_if_no_directories();
  std::vector<std::tuple<std::unique_ptr<fs_types::Descriptor>, std::string>> out;
  for (const Preopen& p : context_.preopens) out.emplace_back(std::make_unique<DescriptorObject>(p.directory), p.guest);
  return out;
}

}  // namespace wcomp::wasi
