// witc docs PATH -o DIR [--format html|markdown]
#include <filesystem>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/witc/commands.h"
#include "cli/witc/wit_input.h"
#include "wit/docs/docs.h"

namespace wcomp::cli {
namespace {

Result<void> write_all(const std::filesystem::path& directory, const std::vector<wit::DocFile>& files) {
  for (const wit::DocFile& file : files) {
    const std::filesystem::path path = directory / file.name;
    std::error_code ec;
    std::filesystem::create_directories(path.parent_path(), ec);
    if (ec) return fail(diag::file_error, fmt::format("cannot make the directory `{}`: {}", escape(path.parent_path().string()), ec.message()));
    WCOMP_TRY(write_file(path, std::string_view(file.content)));
  }
  return {};
}

}  // namespace

Action setup_docs(CLI::App& app) {
  auto input = add_wit_input(app, false);
  auto directory = std::make_shared<std::string>();
  auto format = std::make_shared<std::string>("html");
  app.add_option("-o,--out-dir", *directory, "where the files go, made if it is not there")->required();
  app.add_option("--format", *format, "html (the default): pages to browse; markdown: a file for each package")->check(CLI::IsMember({"html", "markdown"}));
  return [input, directory, format] {
    const auto loaded = input->load();
    if (!loaded) return report(loaded.error());
    const std::vector<wit::DocFile> files = *format == "html" ? wit::html_docs(loaded->graph) : wit::markdown_docs(loaded->graph);
    if (const auto done = write_all(*directory, files); !done) return report(done.error());
    say(fmt::format("wrote {} files; begin with {}", files.size(), escape((std::filesystem::path(*directory) / (*format == "html" ? "index.html" : "README.md")).string())));
    return status_ok;
  };
}

}  // namespace wcomp::cli
