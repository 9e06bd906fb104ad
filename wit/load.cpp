#include "wit/load.h"

#include <algorithm>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "base/file.h"
#include "wit/markdown.h"
#include "wit/parse.h"
#include "wit/resolve/resolve.h"
#include "wit/wit.h"

namespace wcomp::wit {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_source_bytes = 256u << 20;
constexpr std::size_t max_files = 100'000;    // of a directory
constexpr std::size_t max_sources = (std::size_t{1} << ast::source_bits) - 1;
static_assert(max_source_bytes <= std::size_t{1} << ast::offset_bits);

class Loader {
 public:
  Loader(SourceMap& sources, Report& report, const Options& options) : sources_(sources), report_(report), options_(options) {}

  void path(const fs::path& path) {
    std::error_code ec;
    if (!fs::is_directory(path, ec)) return is_binary(path) ? binary_group(path, true) : file_group(path, true);
    directory(path, true);
    const fs::path deps = path / "deps";
    if (!fs::is_directory(deps, ec)) return;
    for (const auto& [entry, is_directory] : entries(deps)) {
      if (is_directory) {
        directory(entry, false);
      } else if (is_wit_file(entry)) {
        file_group(entry, false);
      } else if (is_binary(entry)) {
        binary_group(entry, false);
      }
    }
  }

  std::vector<SourceGroup> take() {
    if (!binaries_.empty()) read_binaries();
    return std::move(groups_);
  }

 private:
  struct Entry {
    fs::path path;
    bool is_directory = false;
  };
  std::vector<Entry> entries(const fs::path& directory) {
    std::vector<Entry> out;
    std::error_code ec, unknown;
    for (fs::directory_iterator it(directory, ec), end; !ec && it != end && out.size() < max_files; it.increment(ec)) out.push_back({it->path(), it->is_directory(unknown)});
    if (ec) report_.error(diag::file_error, fmt::format("cannot list `{}`: {}", directory.string(), ec.message()));
    std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) { return a.path.native() < b.path.native(); });
    return out;
  }

  void directory(const fs::path& path, bool is_root) {
    SourceGroup group{path.string(), is_root, {}};
    for (const auto& [entry, is_directory] : entries(path)) {
      if (!is_directory && is_wit_file(entry)) file(entry, group);
    }
    if (group.files.empty() && !report_.has_errors()) {
      report_.error(diag::file_error, fmt::format("there are no `.wit` or `.wit.md` files in `{}`", path.string()));
    }
    groups_.push_back(std::move(group));
  }

  void file_group(const fs::path& path, bool is_root) {
    SourceGroup group{path.string(), is_root, {}};
    file(path, group);
    groups_.push_back(std::move(group));
  }

  static bool is_binary(const fs::path& path) { return path.extension() == ".wasm" || path.extension() == ".wat"; }

  /// An empty group for now, which has its place among the others.
  void binary_group(const fs::path& path, bool is_root) {
    if (!options_.read_binaries) {
      report_.error(diag::unsupported, fmt::format("`{}`: WIT packages in binary form are not read here", path.string())).notes.push_back("write it as text first: `witc print FILE > FILE.wit`");
      return;
    }
    binaries_.push_back(path);
    binary_groups_.push_back(groups_.size());
    groups_.push_back({path.string(), is_root, {}});
  }

  void read_binaries() {
    // Places are those of the text that people can look at.
    static constexpr std::string_view printed = " (as `witc print` shows it)";
    const auto packages = options_.read_binaries(binaries_);
    if (!packages) return report_.add_all(packages.error());
    for (const BinaryPackage& p : *packages) {
      if (p.path) groups_[binary_groups_[*p.path]].files.push_back(text(fmt::format("{}{}", binaries_[*p.path].string(), printed), p.text));
    }
    std::set<std::string> known;
    for (const SourceGroup& group : groups_) {
      for (const ast::File& file : group.files) {
        if (file.package) known.insert(to_string(*file.package));
        for (const ast::Item& item : file.items) {
          if (const auto* nested = std::get_if<ast::NestedPackage>(&item.what)) known.insert(to_string(*nested->name));
        }
      }
    }
    for (const BinaryPackage& p : *packages) {
      if (p.path) continue;
      const std::string name = binaries_.front().string();
      SourceGroup group{name, false, {}};
      group.files.push_back(text(name + " (a package that it uses, as text)", p.text));
      if (group.files.front().package && !known.contains(to_string(*group.files.front().package))) groups_.push_back(std::move(group));
    }
  }
  ast::File text(std::string name, std::string text) { return parse(sources_.add(std::move(name), std::move(text)), report_); }

  static std::string to_string(const ast::PackageName& name) {
    std::string out;
    for (const ast::Name& n : name.ns) out += fmt::format("{}:", n.text());
    for (const ast::Name& n : name.name) out += fmt::format("{}/", n.text());
    return name.version ? fmt::format("{}@{}", out, name.version->text) : out;
  }

  void file(const fs::path& path, SourceGroup& group) {
    if (sources_.size() >= max_sources) {
      if (sources_.size() == max_sources && !report_.is_full()) report_.error(diag::limit_exceeded, fmt::format("`{}`: these are more than {} files", path.string(), max_sources));
      return;
    }
    auto text = read_text_file(path);
    if (!text) return report_.add_all(text.error());
    if (text->size() > max_source_bytes) {
      report_.error(diag::limit_exceeded, fmt::format("`{}` is larger than {} MiB", path.string(), max_source_bytes >> 20));
      return;
    }
    if (is_markdown(path)) {
      bool has_block = false;
      *text = wit_of_markdown(*text, has_block);
      if (!has_block) {
        report_.error(diag::file_error, fmt::format("there is no WIT in `{}`", path.string())).notes.push_back("of Markdown the blocks between ```wit and ``` are read");
        return;
      }
    }
    group.files.push_back(parse(sources_.add(path.string(), std::move(*text)), report_));
  }

  SourceMap& sources_;
  Report& report_;
  const Options& options_;
  std::vector<SourceGroup> groups_;
  std::vector<fs::path> binaries_;
  std::vector<std::size_t> binary_groups_;  ///< where the groups of the binaries are
};

Result<Loaded> finish(std::unique_ptr<SourceMap> sources, Report& report, const std::vector<SourceGroup>& groups, const Options& options) {
  if (report.has_errors()) return Err(Failure(report.take_errors()));
  Graph graph = resolve(groups, options, report);
  if (report.has_errors()) return Err(Failure(report.take_errors()));
  return Loaded{.sources = std::move(sources), .graph = std::move(graph), .warnings = report.take_warnings()};
}

}  // namespace

std::vector<SourceGroup> read_groups(std::span<const fs::path> paths, SourceMap& sources, Report& report, const Options& options) {
  Loader loader(sources, report, options);
  for (const fs::path& path : paths) loader.path(path);
  return loader.take();
}

Result<Loaded> load(std::span<const fs::path> paths, const Options& options) {
  auto sources = std::make_unique<SourceMap>();
  Report report(*sources);
  const std::vector<SourceGroup> groups = read_groups(paths, *sources, report, options);
  return finish(std::move(sources), report, groups, options);
}

Result<Loaded> load_text(std::string name, std::string text, const Options& options) {
  auto sources = std::make_unique<SourceMap>();
  Report report(*sources);
  if (text.size() > max_source_bytes) return fail(diag::limit_exceeded, fmt::format("`{}` is larger than {} MiB", name, max_source_bytes >> 20));
  std::vector<SourceGroup> groups(1);
  groups[0].path = name;
  groups[0].is_root = true;
  groups[0].files.push_back(parse(sources->add(std::move(name), std::move(text)), report));
  return finish(std::move(sources), report, groups, options);
}

}  // namespace wcomp::wit
