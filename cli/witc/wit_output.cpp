#include "cli/witc/wit_output.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "cli/common/program.h"

namespace wcomp::cli {

namespace {

namespace fs = std::filesystem;

void remove_docs(wit::Graph& graph) {
  for (wit::Package& p : graph.packages) p.docs = {};
  for (wit::TypeDecl& d : graph.type_decls) {
    d.docs = {};
    d.member_docs = {};
  }
  for (wit::Interface& i : graph.interfaces) {
    i.docs = {};
    for (wit::Function& f : i.functions) f.docs = {};
  }
  for (wit::World& w : graph.worlds) {
    w.docs = {};
    for (auto* items : {&w.imports, &w.exports}) {
      for (wit::WorldItem& item : *items) {
        item.docs = {};
        if (auto* f = std::get_if<wit::Function>(&item.item)) f->docs = {};
      }
    }
  }
}

/// A file name for each package: its name, with namespace and version where others have the same.
std::vector<std::string> file_names(const wit::Graph& graph) {
  const auto name = [](const wit::PackageName& p, int detail) {
    std::string out = detail == 0 ? p.name : detail == 1 ? p.ns + ":" + p.name : p.to_string();
    std::replace(out.begin(), out.end(), '/', '-');  // nested names
    return out;
  };
  std::map<std::string, std::size_t> uses[2];
  for (const wit::Package& p : graph.packages) {
    for (const int detail : {0, 1}) ++uses[detail][name(p.name, detail)];
  }
  std::vector<std::string> out;
  for (const wit::Package& p : graph.packages) {
    int detail = 0;
    while (detail < 2 && uses[detail][name(p.name, detail)] > 1) ++detail;
    out.push_back(name(p.name, detail) + ".wit");
  }
  return out;
}

/// The first root in the directory itself, the rest in `deps/`: a directory that can be read again.
int write_directory(const wit::Graph& graph, const fs::path& directory) {
  const fs::path deps = directory / "deps";
  std::error_code ec;
  fs::create_directories(graph.packages.size() > 1 ? deps : directory, ec);
  if (ec) return report(Failure(error(diag::file_error, fmt::format("cannot create `{}`: {}", directory.string(), ec.message()))));
  const std::vector<std::string> names = file_names(graph);
  for (std::size_t p = 0; p < names.size(); ++p) {
    const wit::PackageId id(p);
    const fs::path file = (id == graph.roots.front() ? directory : deps) / names[p];
    const std::string text = wit::print(graph, id);
    if (const int status = write_output(file.string(), std::string_view(text)); status != status_ok) return status;
    say(fmt::format("Writing: {}", file.string()));
  }
  return status_ok;
}

}  // namespace

int WitOutput::write(wit::Graph graph) const {
  if (no_docs) remove_docs(graph);
  if (!directory.empty()) return write_directory(graph, directory);
  const std::string text = has_deps ? wit::print_with_dependencies(graph) : wit::print(graph, graph.roots.front());
  return write_output(path, std::string_view(text));
}

std::shared_ptr<WitOutput> add_wit_output(CLI::App& app, bool always_deps) {
  auto output = std::make_shared<WitOutput>();
  CLI::Option* path = app.add_option("-o,--output", output->path, "Write to this file")->type_name("FILE");
  CLI::Option* directory = app.add_option("--out-dir", output->directory, "Write every package to a file of its own in this directory, dependencies in its `deps/`")->type_name("DIR");
  directory->excludes(path);
  output->has_deps = always_deps;
  if (!always_deps) directory->excludes(app.add_flag("--with-deps", output->has_deps, "Nest the packages it depends on, so that the text stands alone"));
  app.add_flag("--no-docs", output->no_docs, "Leave out doc comments");
  return output;
}

}  // namespace wcomp::cli
