// witc bindgen PATH --lang LANG [--world W] [-o DIR]
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
  std::string world;
  std::string directory = ".";
  bool no_impl = false;
};

Result<std::vector<wit::WorldId>> chosen_worlds(const wit::Graph& graph, const std::string& world) {
  if (!world.empty()) {
    WCOMP_TRY(const wit::WorldId id, wit::select_world(graph, world));
    return std::vector{id};
  }
  std::vector<wit::WorldId> out;
  for (const wit::PackageId p : graph.roots) {
    for (const wit::WorldId w : graph.packages[p].worlds) out.push_back(w);
  }
  if (out.empty()) return fail(diag::unknown_item, "the package has no world to make bindings for");
  return out;
}

/// Files that are as they should be already keep their time stamps; those of the user stay as they are.
Result<void> write(const BindgenOptions& options, const bindgen::OutputFile& file) {
  const fs::path path = fs::path(options.directory) / file.name;
  std::error_code ec;
  if (fs::exists(path, ec)) {
    if (file.is_written_once) {
      fmt::print(stderr, "kept {}\n", escape(path.string()));
      return {};
    }
    const auto old = read_text_file(path);
    if (old && *old == file.content) {
      fmt::print(stderr, "unchanged {}\n", escape(path.string()));
      return {};
    }
  }
  WCOMP_TRY(write_file(path, std::string_view(file.content)));
  fmt::print(stderr, "wrote {}\n", escape(path.string()));
  return {};
}

Result<void> run(const BindgenOptions& options) {
  WCOMP_TRY(const wit::Loaded loaded, options.input->load());
  WCOMP_TRY(const auto worlds, chosen_worlds(loaded.graph, options.world));
  const auto side = options.lang == "cpp-host" ? bindgen::Side::host : bindgen::Side::guest;
  WCOMP_TRY(const auto files, bindgen::generate(loaded.graph, worlds, side));
  std::error_code ec;
  fs::create_directories(options.directory, ec);
  if (ec) return fail(diag::file_error, fmt::format("cannot make the directory `{}`: {}", escape(options.directory), ec.message()));
  for (const bindgen::OutputFile& file : files) {
    if (options.no_impl && file.is_written_once) continue;
    WCOMP_TRY(write(options, file));
  }
  return {};
}

}  // namespace

Action setup_bindgen(CLI::App& app) {
  auto options = std::make_shared<BindgenOptions>();
  options->input = add_wit_input(app, false);
  app.add_option("--lang", options->lang, "cpp: a guest's bindings; cpp-host: typed bindings for a host")->required()->check(CLI::IsMember({"cpp", "cpp-host"}));
  app.add_option("-w,--world", options->world, "the world (default: every world of the package)");
  app.add_option("-o,--out-dir", options->directory, "where the files go, made if it is not there (default: here)");
  app.add_flag("--no-impl", options->no_impl, "leave out the first versions of the user's files: they are elsewhere on the include path");
  return [options] {
    const auto done = run(*options);
    return done ? status_ok : report(done.error());
  };
}

}  // namespace wcomp::cli
