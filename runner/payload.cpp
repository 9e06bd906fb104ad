#include "runner/payload.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "cache/hash.h"

namespace wcomp::runner {

namespace {

constexpr std::string_view magic = "wcompexe";
constexpr std::uint32_t payload_version = 1;
/// Far above any that is meant.
constexpr std::uint64_t max_manifest = std::uint64_t{1} << 20;
enum Flag : std::uint32_t { sealed = 1, deterministic = 2, metered = 4 };

void put(Bytes& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
void put(Bytes& out, std::string_view text) {
  put(out, text.size(), 4);
  out.insert(out.end(), text.begin(), text.end());
}

Err<Failure> damaged(const std::string& what) {
  Diagnostic d = error(diag::malformed, fmt::format("the program in this executable is damaged: {}", what));
  d.notes.emplace_back("`wcomp exe` makes it again");
  return Err(Failure(std::move(d)));
}

Result<std::string> text(ByteReader& in) {
  WCOMP_TRY(const std::uint32_t size, in.fixed_u32());
  WCOMP_TRY(const ByteSpan bytes, in.bytes(size));
  return std::string(as_text(bytes));
}

Result<Manifest> read_manifest(ByteSpan bytes, std::uint32_t flags) {
  ByteReader in(bytes);
  Manifest out{.name = {}, .grants = {}, .is_sealed = (flags & sealed) != 0, .is_deterministic = (flags & deterministic) != 0, .is_metered = (flags & metered) != 0};
  WCOMP_TRY(out.name, text(in));
  WCOMP_TRY(const std::uint32_t count, in.fixed_u32());
  for (std::uint32_t i = 0; i < count; ++i) {
    WCOMP_TRY(std::string grant, text(in));
    out.grants.push_back(std::move(grant));
  }
  return out;
}

/// All of the bytes at a place of the file; false if there are not so many.
Result<bool> read_at(int fd, std::uint64_t offset, std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t n = ::pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(diag::file_error, fmt::format("this executable cannot be read: {}", std::strerror(errno)));
    if (n == 0) return false;
    out = out.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return true;
}

}  // namespace

Parts write_payload(std::uint64_t runner_size, std::uint64_t image_size, const Manifest& m, std::uint64_t page) {
  Parts out;
  const std::uint64_t image_offset = (runner_size + page - 1) / page * page;
  out.padding.resize(image_offset - runner_size);
  put(out.end, m.name);
  put(out.end, m.grants.size(), 4);
  for (const std::string& grant : m.grants) put(out.end, grant);
  const std::size_t manifest_size = out.end.size();
  out.end.insert(out.end.end(), magic.begin(), magic.end());
  put(out.end, payload_version, 4);
  put(out.end, (m.is_sealed ? sealed : 0u) | (m.is_deterministic ? deterministic : 0u) | (m.is_metered ? metered : 0u), 4);
  put(out.end, image_offset, 8);
  put(out.end, image_size, 8);
  put(out.end, manifest_size, 8);
  put(out.end, runner_size, 8);
  put(out.end, cache::checksum(out.end), 8);
  return out;
}

bool has_payload(ByteSpan file) { return file.size() >= trailer_size && as_text(file.last(trailer_size)).starts_with(magic); }

Result<Payload> read_payload(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(diag::file_error, fmt::format("this executable cannot be read: {}", std::strerror(errno)));
  const auto file_size = static_cast<std::uint64_t>(info.st_size);
  std::array<std::uint8_t, trailer_size> trailer{};
  if (file_size >= trailer_size) WCOMP_TRY(read_at(fd, file_size - trailer_size, trailer));
  if (!has_payload(trailer)) {
    Diagnostic d = error(diag::malformed, "there is no program in this executable: nothing that `wcomp exe` wrote is at its end");
    d.notes.emplace_back("`strip` and programs like it leave that out, and so does a download that was cut short; what `wcomp exe` makes is stripped already");
    return Err(Failure(std::move(d)));
  }
  ByteReader in(ByteSpan(trailer).subspan(magic.size()));
  WCOMP_TRY(const std::uint32_t version, in.fixed_u32());
  if (version != payload_version) {
    return fail(diag::unsupported, fmt::format("the program in this executable has version {} of its form, and the runner in front of it knows version {}", version, payload_version));
  }
  WCOMP_TRY(const std::uint32_t flags, in.fixed_u32());
  Payload out;
  WCOMP_TRY(out.image_offset, in.fixed_u64());
  WCOMP_TRY(out.image_size, in.fixed_u64());
  WCOMP_TRY(const std::uint64_t manifest_size, in.fixed_u64());
  WCOMP_TRY([[maybe_unused]] const std::uint64_t runner_size, in.fixed_u64());
  WCOMP_TRY(const std::uint64_t checksum, in.fixed_u64());
  if (manifest_size > max_manifest || manifest_size > file_size - trailer_size || out.image_offset > file_size || out.image_size > file_size - out.image_offset) {
    return damaged("what is said to be in it does not fit into it");
  }
  Bytes end(manifest_size + trailer_size);
  WCOMP_TRY(const bool is_whole, read_at(fd, file_size - end.size(), end));
  if (!is_whole || cache::checksum(ByteSpan(end).first(end.size() - sizeof(checksum))) != checksum) return damaged("its checksum is not the one that was written");
  auto manifest = read_manifest(ByteSpan(end).first(manifest_size), flags);
  if (!manifest) return damaged("its manifest cannot be read");
  out.manifest = *std::move(manifest);
  return out;
}

bool is_runner(ByteSpan executable) {
  // Put together here, so that nothing has it among its bytes but runners.
  const std::string mark = fmt::format("{}{}", runner_mark_begin, runner_mark_end);
  return as_text(executable).find(mark) != std::string_view::npos;
}

}  // namespace wcomp::runner
