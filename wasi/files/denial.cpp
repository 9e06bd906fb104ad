#include "wasi/files/denial.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace wcomp::wasi::files {

namespace {

namespace fs = std::filesystem;

fs::path joined(std::string_view root, std::string_view below, std::string_view path) {
  fs::path out = root;
  for (const std::string_view more : {below, path}) {
    if (!more.empty()) out /= more;
  }
  return out.lexically_normal();
}

bool is_inside(const fs::path& path, const fs::path& root) {
  const fs::path relative = path.lexically_relative(root.lexically_normal());
  return !relative.empty() && *relative.begin() != "..";
}

std::string dir_option(const fs::path& directory) { return "--dir " + directory.string(); }

/// Where a path leads; what is not there is taken as it is written. Empty where that cannot be told. (What the library has for this is written on
/// file streams and locales, which no executable of `wcomp exe` should carry.)
fs::path target_of(const fs::path& path) {
  fs::path there = path.lexically_normal(), missing;
  while (true) {
    const std::unique_ptr<char, decltype(&std::free)> found(::realpath(there.empty() ? "." : there.c_str(), nullptr), &std::free);
    if (found != nullptr) return missing.empty() ? fs::path(found.get()) : fs::path(found.get()) / missing;
    if ((errno != ENOENT && errno != ENOTDIR) || !there.has_relative_path()) return {};
    if (there.has_filename()) missing = missing.empty() ? there.filename() : there.filename() / missing;
    there = there.parent_path();
  }
}

}  // namespace

std::string guest_path(const Root& root, std::string_view below, std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return std::string(path);
  return joined(root.guest, below, path).string();
}

Denial denial_of_escape(const char* operation, const Root& root, std::string_view below, std::string_view path) {
  Denial out{.operation = operation, .subject = guest_path(root, below, path), .missing_grant = {}};
  if (!is_inside(out.subject, root.guest)) {
    const fs::path parent = fs::path(out.subject).parent_path();
    out.missing_grant = dir_option(parent.empty() ? fs::path(".") : parent);
    return out;
  }
  // The text stays inside, so a link led out. Where to is the host's knowledge; the guest is not told.
  const fs::path target = target_of(joined(root.host, below, path)), host = target_of(root.host);
  if (!target.empty() && !host.empty() && !is_inside(target, host)) out.missing_grant = dir_option(target.parent_path());
  return out;
}

Denial denial_of_change(const char* operation, const Root& root, std::string_view below, std::string_view path) {
  const std::string grant = root.host == root.guest ? root.host : root.host + "::" + root.guest;
  return {.operation = operation, .subject = guest_path(root, below, path), .missing_grant = "--dir " + grant + " without ::ro"};
}

}  // namespace wcomp::wasi::files
