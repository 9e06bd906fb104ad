// wasi:filesystem over the sandboxed files of wasi/files: this is where paths, numbers and errors take the shapes of WASI 0.2.
#pragma once

#include <memory>
#include <string>

#include "wasi/context.h"
#include "wasi/io.h"

namespace wcomp::wasi {

namespace fs_types = ::wasi_filesystem::types;

/// What an errno is called in WASI 0.2; `io` if it has no name.
[[nodiscard]] fs_types::ErrorCode error_code_of(files::Errno e);

class DescriptorObject final : public fs_types::Descriptor {
 public:
  explicit DescriptorObject(std::shared_ptr<files::Descriptor> file) : file_(std::move(file)) {}

  template <class T>
  using Answer = Result<T, fs_types::ErrorCode>;

  Answer<std::unique_ptr<fs_types::InputStream>> read_via_stream(fs_types::Filesize offset) override;
  Answer<std::unique_ptr<fs_types::OutputStream>> write_via_stream(fs_types::Filesize offset) override;
  Answer<std::unique_ptr<fs_types::OutputStream>> append_via_stream() override;
  Answer<void> advise(fs_types::Filesize offset, fs_types::Filesize length, fs_types::Advice advice) override;
  Answer<void> sync_data() override;
  Answer<fs_types::DescriptorFlags> get_flags() override;
  Answer<fs_types::DescriptorType> get_type() override;
  Answer<void> set_size(fs_types::Filesize size) override;
  Answer<void> set_times(const fs_types::NewTimestamp& access, const fs_types::NewTimestamp& modification) override;
  Answer<std::tuple<std::vector<std::uint8_t>, bool>> read(fs_types::Filesize length, fs_types::Filesize offset) override;
  Answer<fs_types::Filesize> write(std::span<const std::uint8_t> buffer, fs_types::Filesize offset) override;
  Answer<std::unique_ptr<fs_types::DirectoryEntryStream>> read_directory() override;
  Answer<void> sync() override;
  Answer<void> create_directory_at(std::string_view path) override;
  Answer<fs_types::DescriptorStat> stat() override;
  Answer<fs_types::DescriptorStat> stat_at(fs_types::PathFlags flags, std::string_view path) override;
  Answer<void> set_times_at(fs_types::PathFlags flags, std::string_view path, const fs_types::NewTimestamp& access,
                            const fs_types::NewTimestamp& modification) override;
  Answer<void> link_at(fs_types::PathFlags flags, std::string_view old_path, fs_types::Descriptor& new_descriptor, std::string_view new_path) override;
  Answer<std::unique_ptr<fs_types::Descriptor>> open_at(fs_types::PathFlags path_flags, std::string_view path, fs_types::OpenFlags open_flags,
                                                        fs_types::DescriptorFlags flags) override;
  Answer<std::string> readlink_at(std::string_view path) override;
  Answer<void> remove_directory_at(std::string_view path) override;
  Answer<void> rename_at(std::string_view old_path, fs_types::Descriptor& new_descriptor, std::string_view new_path) override;
  Answer<void> symlink_at(std::string_view old_path, std::string_view new_path) override;
  Answer<void> unlink_file_at(std::string_view path) override;
  bool is_same_object(fs_types::Descriptor& other) override;
  Answer<fs_types::MetadataHashValue> metadata_hash() override;
  Answer<fs_types::MetadataHashValue> metadata_hash_at(fs_types::PathFlags flags, std::string_view path) override;

  [[nodiscard]] const files::Descriptor& file() const { return *file_; }

 private:
  std::shared_ptr<files::Descriptor> file_;  // owners: this object and the streams made from it
};

class FilesystemTypes final : public fs_types::Host {
 public:
  std::optional<fs_types::ErrorCode> filesystem_error_code(io_error::Error& err) override;
};

class Preopens final : public ::wasi_filesystem::preopens::Host {
 public:
  explicit Preopens(const ContextImpl& context) : context_(context) {}
  std::vector<std::tuple<std::unique_ptr<fs_types::Descriptor>, std::string>> get_directories() override;

 private:
  const ContextImpl& context_;
};

}  // namespace wcomp::wasi
