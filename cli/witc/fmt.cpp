// witc fmt PATH.. [--check] [-w]
#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/witc/commands.h"
#include "wit/format.h"

namespace wcomp::cli {
namespace {

namespace fs = std::filesystem;

struct FmtOptions {
  std::vector<std::string> paths;
  bool is_check = false;
  bool is_write = false;
};

/// The `.wit` files of a folder and of those in it, but for `deps`, which is other people's.
Result<void> add_files(const fs::path& folder, std::vector<fs::path>& out) {
  std::error_code ec;
  std::vector<fs::path> entries;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) entries.push_back(it->path());
  if (ec) return fail(diag::file_error, fmt::format("cannot list `{}`: {}", escape(folder.string()), ec.message()));
  std::sort(entries.begin(), entries.end());
  for (const fs::path& entry : entries) {
    if (fs::is_directory(fs::symlink_status(entry, ec))) {
      if (entry.filename() != "deps") WCOMP_TRY(add_files(entry, out));
    } else if (entry.extension() == ".wit") {
      out.push_back(entry);
    }
  }
  return {};
}

int run(const FmtOptions& options) {
  std::vector<fs::path> files;
  int status = status_ok;
  for (const std::string& path : options.paths) {
    std::error_code ec;
    if (path == "-" || !fs::is_directory(path, ec)) {
      files.emplace_back(path);
    } else if (const auto added = add_files(path, files); !added) {
      status = report(added.error());
    }
  }
  std::size_t changed = 0;
  for (const fs::path& file : files) {
    const bool is_input = file == "-";
    if (!is_input && file.extension() == ".md") {
      status = report(Failure(error(diag::unsupported, fmt::format("`{}`: WIT in Markdown is read, but not formatted", file.string()))));
      continue;
    }
    auto text = read_text_file(file);
    if (!text) {
      status = report(text.error());
      continue;
    }
    const auto formatted = wit::format(is_input ? "<stdin>" : file.string(), *text);
    if (!formatted) {
      status = report(formatted.error());
      continue;
    }
    const bool is_changed = *formatted != *text;
    changed += is_changed ? 1 : 0;
    if (options.is_check) {
      if (is_changed) fmt::print("{}\n", escape(file.string()));
    } else if (!options.is_write || is_input) {
      if (const int written = write_output("-", std::string_view(*formatted)); written != status_ok) return written;
    } else if (is_changed) {
      if (const auto written = write_file(file, std::string_view(*formatted)); !written) status = report(written.error());
      else say(fmt::format("formatted {}", escape(file.string())));
    }
  }
  if (options.is_check && changed > 0) {
    say(fmt::format("{} of {} files are not formatted; `witc fmt -w` formats them", changed, files.size()));
    return status_failed;
  }
  return status;
}

}  // namespace

Action setup_fmt(CLI::App& app) {
  auto options = std::make_shared<FmtOptions>();
  app.add_option("PATH", options->paths, "WIT file, `-` for standard input, or directory whose `.wit` files are meant (but not those in `deps`)")->required();
  app.add_flag("--check", options->is_check, "Change nothing; list files that are not formatted, and fail if there are some");
  app.add_flag("-w,--write", options->is_write, "Write files back instead of printing them");
  return [options] { return run(*options); };
}

}  // namespace wcomp::cli
