// Whole files in, whole files out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace wcomp {

/// The file's bytes; `-` is standard input. Errors: `file-error` with the system's reason in words.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path);
[[nodiscard]] Result<std::string> read_text_file(const std::filesystem::path& path);

/// What is written: a program may be executed by those who may read it.
enum class FileKind : std::uint8_t { plain, program };

/// Writes a file piece by piece, in the way of write_file: without `commit` the file stays what it was. What went wrong is said by `commit`.
class FileWriter {
 public:
  explicit FileWriter(std::filesystem::path path, FileKind kind = FileKind::plain);
  ~FileWriter();
  FileWriter(FileWriter&&) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;
  void write(ByteSpan bytes);
  [[nodiscard]] Result<void> commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes to a temporary file beside `path` and renames it, so that an interruption leaves the old file or the new one, never half of one.
/// `-` is standard output. A path that is not a regular file (a device, a pipe) is written directly.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, ByteSpan bytes);
/// The parts one after another.
[[nodiscard]] Result<void> write_parts(const std::filesystem::path& path, std::span<const ByteSpan> parts, FileKind kind = FileKind::plain);
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace wcomp
