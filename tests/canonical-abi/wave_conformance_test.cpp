// The calls of the WAVE project's own test files, where they are at hand: what each prints, or that it is refused.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <doctest/doctest.h>

#include "canonical-abi/wave.h"
#include "test_paths.h"
#include "wit/wit.h"

namespace wcomp::cabi {
namespace {

/// The functions of the WIT package that the calls are of.
struct Ui {
  wit::Loaded loaded;
  /// By every spelling: `f`, `iface.f`, `ns:pkg/iface.f`, `ns:pkg/iface.f@1.2.3`.
  std::map<std::string, const types::FuncType*, std::less<>> funcs;

  explicit Ui(wit::Loaded l) : loaded(std::move(l)) {
    const wit::Graph& g = loaded.graph;
    for (const wit::PackageId p : g.roots) {
      const wit::PackageName& package = g.packages[p].name;
      for (const wit::InterfaceId i : g.packages[p].interfaces) {
        const std::string interface = g.interfaces[i].name.value_or("");
        const std::string qualified = package.ns + ":" + package.name + "/" + interface;
        const std::string version = package.version ? "@" + package.version->to_string() : "";
        for (const wit::Function& f : g.interfaces[i].functions) {
          for (const std::string& name : {f.abi_name, interface + "." + f.abi_name, qualified + "." + f.abi_name, qualified + "." + f.abi_name + version}) funcs.emplace(name, &f.type);
        }
      }
    }
  }

  std::string run(std::string_view text) const {
    const types::TypeArena& arena = loaded.graph.types;
    const auto call = find_wave_call(text);
    const auto found = call ? funcs.find(call->function) : funcs.end();
    if (found == funcs.end()) return "refused";
    const types::FuncType& type = *found->second;
    const FuncShape shape = shape_of(arena, type);
    const auto args = parse_wave_args(arena, shape.params, "wave", text, call->args_begin);
    if (!args) return "refused";
    std::string out = std::string(call->function) + "(";
    for (std::size_t i = 0; i < args->size(); ++i) out += (i == 0 ? "" : ", ") + type.params[i].name + ": " + to_wave(arena, (*args)[i], *shape.params[i].shape);
    return out + ")";
  }
};

std::vector<std::string> split(const std::filesystem::path& path, std::string_view end) {
  std::ifstream in(path);
  std::stringstream buffer;
  buffer << in.rdbuf();
  const std::string text = buffer.str();
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t stop = std::min(text.find(end, at), text.size());
    std::string item = text.substr(at, stop - at);
    while (item.starts_with("//")) item.erase(0, std::min(item.find('\n'), item.size() - 1) + 1);
    if (item.ends_with(';')) item.pop_back();
    if (!item.empty() && item != "\n") out.push_back(item);
    at = stop + end.size();
  }
  return out;
}

TEST_CASE("the WAVE project's calls print or are refused as there") {
  const std::filesystem::path folder = std::filesystem::path(WCOMP_SOURCE_DIR) / ".." / "shared" / "conformance" / "wave";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("left out: the folder of conformance data is not there");
    return;
  }
  const std::filesystem::path paths[] = {folder / "ui.wit"};
  auto loaded = wit::load(paths);
  REQUIRE(loaded.has_value());
  const Ui ui(*std::move(loaded));
  int calls = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".waves") continue;
    const bool is_good = entry.path().filename().string().starts_with("accept-");
    const std::vector<std::string> inputs = split(entry.path(), ";\n");
    const std::vector<std::string> outputs = split(std::filesystem::path(entry.path()).replace_extension(".out"), "\n");
    if (is_good) REQUIRE(inputs.size() == outputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i, ++calls) {
      INFO(entry.path().filename().string() << ": " << inputs[i]);
      CHECK(ui.run(inputs[i]) == (is_good ? outputs[i] : "refused"));
    }
  }
  CHECK(calls > 100);
}

}  // namespace
}  // namespace wcomp::cabi
