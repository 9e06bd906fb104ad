// witc diff OLD NEW [--for importers|exporters|both]
#include <filesystem>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/witc/commands.h"
#include "cli/witc/wit_input.h"
#include "wit/diff.h"

namespace wcomp::cli {
namespace {

std::string text_of(const std::vector<wit::Change>& changes) {
  static constexpr std::string_view marks[] = {"+", "-", "~", " "};
  std::string out, package, container;
  std::size_t importers = 0, exporters = 0;
  for (const wit::Change& c : changes) {
    if (c.package != package) {
      out += fmt::format("{}{}\n", out.empty() ? "" : "\n", escape(c.package));
      package = c.package;
      container.clear();
    }
    if (c.container != container && !c.container.empty()) out += fmt::format("  {}\n", escape(c.container));
    container = c.container;
    const std::string_view effect = c.breaks_importers && c.breaks_exporters ? "  [breaks importers and exporters]" : c.breaks_importers ? "  [breaks importers]" : c.breaks_exporters ? "  [breaks exporters]" : "";
    out += fmt::format("{}{} {}{}\n", c.container.empty() ? "  " : "    ", marks[static_cast<std::size_t>(c.kind)], escape(c.what), effect);
    importers += c.breaks_importers ? 1 : 0;
    exporters += c.breaks_exporters ? 1 : 0;
  }
  if (changes.empty()) return "no changes\n";
  return out + fmt::format("\n{} changes, {} break importers, {} break exporters\n", changes.size(), importers, exporters);
}

}  // namespace

Action setup_diff(CLI::App& app) {
  auto before = std::make_shared<WitInput>();
  auto after = std::make_shared<WitInput>();
  auto whom = std::make_shared<std::string>("importers");
  before->paths.resize(1);
  after->paths.resize(1);
  app.add_option("OLD", before->paths[0], "WIT file or directory as it was")->required();
  app.add_option("NEW", after->paths[0], "as it is now")->required();
  app.add_option("--for", *whom, "Whom a change must not break, else the exit status is 1: importers (the default), exporters or both")->check(CLI::IsMember({"importers", "exporters", "both"}));
  app.add_option("--features", before->features, "Keep items that are @unstable under these features")->delimiter(',')->allow_extra_args(false);
  app.add_flag("--all-features", before->all_features, "Keep all @unstable items");
  return [before, after, whom] {
    after->features = before->features;
    after->all_features = before->all_features;
    const auto old_graph = before->load();
    if (!old_graph) return report(old_graph.error());
    const auto new_graph = after->load();
    if (!new_graph) return report(new_graph.error());
    const std::vector<wit::Change> changes = wit::diff(old_graph->graph, new_graph->graph);
    if (const int written = write_output("-", std::string_view(text_of(changes))); written != status_ok) return written;
    for (const wit::Change& c : changes) {
      if ((c.breaks_importers && *whom != "exporters") || (c.breaks_exporters && *whom != "importers")) return status_failed;
    }
    return status_ok;
  };
}

}  // namespace wcomp::cli
