// An application whose plugins review texts: every component of a folder, whatever language it was written in.
//   plugin-host [NAME=VALUE..] PLUGINS TEXT..      NAME=VALUE are settings that plugins may ask for; FUEL, MILLISECONDS and MEMORY (MiB) bound each call
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <list>

#include "plugin.h"

namespace {

using namespace review;
namespace fs = std::filesystem;

/// The plugins that could be loaded, in the order of their names; why others were not is printed.
std::list<Plugin> load_plugins(const wcomp::Engine& engine, const fs::path& folder, const Bounds& bounds, const Settings& settings) {
  std::vector<fs::path> files;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable)) {
    if (entry.path().extension() == ".wasm") files.push_back(entry.path());
  }
  if (unreadable) std::printf("%s: %s\n", folder.c_str(), unreadable.message().c_str());
  std::ranges::sort(files);

  std::list<Plugin> plugins;
  for (const fs::path& file : files) {
    Plugin& plugin = plugins.emplace_back(engine, file, bounds, settings);
    if (auto loaded = plugin.load(); !loaded) {
      std::printf("%s is refused:\n%s", plugin.name().c_str(), loaded.error().to_string().c_str());  // escaped already
      plugins.pop_back();
      continue;
    }
    const Description& what = plugin.description();
    std::printf("%s: %s %s", plugin.name().c_str(), printable(what.name).c_str(), printable(what.version).c_str());
    for (const std::string& setting : what.settings) std::printf(", looks at %s", printable(setting).c_str());
    std::printf("\n");
  }
  return plugins;
}

std::optional<Document> read(const fs::path& path) {
  std::ifstream in(path);
  if (!in) return {};
  Document document{.name = path.filename().string(), .lines = {}};
  for (std::string line; std::getline(in, line);) document.lines.push_back(std::move(line));
  return document;
}

std::string text_of(const sample_review::Place& place) {
  using sample_review::Place;
  return place.match([](const Place::WholeDocument&) { return std::string("the text"); },  //
                     [](const Place::Line& line) { return "line " + std::to_string(line.value); },
                     [](const Place::Span& span) { return "line " + std::to_string(span.value.line) + ", column " + std::to_string(span.value.column); });
}

/// A bound that is set as a setting is, in upper case.
std::uint64_t bound(const Settings& settings, std::string_view name, std::uint64_t otherwise) {
  const auto found = settings.find(name);
  return found != settings.end() ? std::strtoull(found->second.c_str(), nullptr, 10) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  Settings settings;
  int next = 1;
  for (; next < argc; ++next) {
    const std::string_view word(argv[next]);
    const std::size_t equals = word.find('=');
    if (equals == word.npos) break;
    settings[std::string(word.substr(0, equals))] = word.substr(equals + 1);
  }
  if (argc - next < 2) {
    std::fprintf(stderr, "usage: plugin-host [NAME=VALUE..] PLUGINS TEXT..\n");
    return 2;
  }
  Bounds bounds;
  bounds.fuel = bound(settings, "FUEL", bounds.fuel);
  bounds.time = std::chrono::milliseconds(bound(settings, "MILLISECONDS", static_cast<std::uint64_t>(bounds.time.count())));
  bounds.memory_bytes = bound(settings, "MEMORY", bounds.memory_bytes >> 20) << 20;

  // What is compiled is kept for the next start: a plugin with an interpreter inside has megabytes of code.
  auto engine = wcomp::Engine::create({.cache_dir = wcomp::default_cache_dir()});
  if (!engine) {
    std::fprintf(stderr, "%s", engine.error().to_string().c_str());
    return 1;
  }
  std::list<Plugin> plugins = load_plugins(*engine, argv[next], bounds, settings);
  for (int i = next + 1; i < argc; ++i) {
    const auto document = read(argv[i]);
    if (!document) {
      std::printf("%s cannot be read\n", argv[i]);
      continue;
    }
    std::printf("%s\n", document->name.c_str());
    for (Plugin& plugin : plugins) {
      const std::string name = printable(plugin.description().name);
      const Plugin::Review review = plugin.review(*document);
      for (const Remark& r : review.remarks) std::printf("  %s: %s: %s\n", name.c_str(), text_of(r.place).c_str(), printable(r.text).c_str());
      if (!review.why_not.empty()) std::printf("  %s: no review: %s\n", name.c_str(), review.why_not.c_str());
    }
  }
}
