// witc bindgen PATH --lang LANG [--world W] [-o DIR]
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/text.h"
#include "bindgen/bindgen.h"
#include "cli/witc/commands.h"
#include "cli/witc/wit_input.h"

namespace wcomp::cli {
namespace {

namespace fs = std::filesystem;

struct BindgenOptions {
  std::shared_ptr<WitInput> input;
  std::string lang;
  std::vector<std::string> worlds;
  std::string directory = ".";
  std::string ownership = "borrowing";
  bool no_impl = false;
  bool is_quiet = false;
};

Result<std::vector<wit::WorldId>> chosen_worlds(const wit::Graph& graph, const std::vector<std::string>& names) {
  std::vector<wit::WorldId> out;
  for (const std::string& name : names) {
    WCOMP_TRY(const wit::WorldId id, wit::select_world(graph, name));
    if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
  }
  if (!out.empty()) return out;
  for (const wit::PackageId p : graph.roots) {
    for (const wit::WorldId w : graph.packages[p].worlds) out.push_back(w);
  }
  if (out.empty()) return fail(diag::unknown_item, "the package has no world to make bindings for");
  return out;
}

bool is_current(const BindgenOptions& options, const std::vector<bindgen::OutputFile>& files) {
  return std::all_of(files.begin(), files.end(), [&](const bindgen::OutputFile& file) {
    if (file.is_written_once) return true;
    const auto old = read_text_file(fs::path(options.directory) / file.name);
    return old && *old == file.content;
  });
}

Result<void> write(const BindgenOptions& options, const bindgen::OutputFile& file, bool all_current) {
  const fs::path path = fs::path(options.directory) / file.name;
  std::error_code ec;
  const char* done = "wrote";
  if (file.is_written_once && fs::exists(path, ec)) {
    done = "kept";
  } else if (all_current && !file.is_written_once) {
    done = "unchanged";
  } else {
    WCOMP_TRY(write_file(path, std::string_view(file.content)));
  }
  if (!options.is_quiet) say(fmt::format("{} {}", done, escape(path.string())));
  return {};
}

Result<void> run(const BindgenOptions& options) {
  WCOMP_TRY(const wit::Loaded loaded, options.input->load());
  WCOMP_TRY(const auto worlds, chosen_worlds(loaded.graph, options.worlds));
  const auto side = options.lang == "cpp-host" ? bindgen::Side::host : bindgen::Side::guest;
  WCOMP_TRY(const auto files, bindgen::generate(loaded.graph, worlds, side, options.ownership == "owning" ? bindgen::TypeOwnership::owning : bindgen::TypeOwnership::borrowing,
                                                options.lang == "c" ? bindgen::Language::c : bindgen::Language::cpp));
  std::error_code ec;
  fs::create_directories(options.directory, ec);
  if (ec) return fail(diag::file_error, fmt::format("cannot make the directory `{}`: {}", escape(options.directory), ec.message()));
  // All or none: a build tool that knows of one of the files sees by its time stamp that another one changed.
  const bool all_current = is_current(options, files);
  for (const bindgen::OutputFile& file : files) {
    if (options.no_impl && file.is_written_once) continue;
    WCOMP_TRY(write(options, file, all_current));
  }
  return {};
}

}  // namespace

Action setup_bindgen(CLI::App& app) {
  auto options = std::make_shared<BindgenOptions>();
  options->input = add_wit_input(app, false);
  app.add_option("--lang", options->lang, "cpp: a guest's bindings; c: the same in C; cpp-host: typed bindings for a host")->required()->check(CLI::IsMember({"cpp", "c", "cpp-host"}));
  app.add_option("-w,--world", options->worlds, "a world (default: every world of the package)")->expected(1)->allow_extra_args(false)->take_all();
  app.add_option("-o,--out-dir", options->directory, "where the files go, made if it is not there (default: here)")->type_name("DIR");
  app.add_option("--type-ownership", options->ownership, "what the functions you write are given: borrowing, views of the caller's values (default); owning, values to move from")->check(CLI::IsMember({"borrowing", "owning"}));
  app.add_flag("--no-impl", options->no_impl, "leave out the first versions of the user's files: they are elsewhere on the include path");
  app.add_flag("-q,--quiet", options->is_quiet, "Do not list the files that were written");
  return [options] {
    const auto done = run(*options);
    return done ? status_ok : report(done.error());
  };
}

}  // namespace wcomp::cli
