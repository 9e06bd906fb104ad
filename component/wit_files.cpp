#include "component/wit_files.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/compiled_magic.h"
#include "base/file.h"
#include "base/in_file.h"
#include "component/text/parse.h"
#include "component/wit_codec.h"

namespace wcomp::component {

namespace {

namespace fs = std::filesystem;

Result<std::shared_ptr<const Bytes>> to_binary(const fs::path& path, Bytes bytes) {
  if (text::is_wat(bytes)) {
    WCOMP_TRY(bytes, text::parse(path.string(), std::string(as_text(bytes))));
  }
  return std::make_shared<const Bytes>(std::move(bytes));
}

Result<ReadComponent> read_package(const fs::path& path) {
  WCOMP_TRY(Bytes file, read_file(path));
  WCOMP_TRY(std::shared_ptr<const Bytes> bytes, to_binary(path, std::move(file)));
  if (detect(*bytes) != BinaryKind::component) {
    const bool is_module = detect(*bytes) == BinaryKind::core_module;
    Diagnostic d = error(diag::malformed, is_module ? "this is a core module, a WIT package in binary form is needed" : "this is no WIT package: it is neither a binary nor text of a component",
                         BinaryPos{.file = path.string(), .path = {}, .offset = 0});
    d.notes.push_back(is_module ? "`wcomp wit FILE` shows the WIT that is embedded in a module, which other WIT can use as text"
                                : "`witc encode PATH -o FILE` writes such packages; WIT as text is in files that end in `.wit`");
    return Err(Failure(std::move(d)));
  }
  auto decoded = decode(std::move(bytes));
  if (!decoded) return Err(in_file(std::move(decoded).error(), path.string()));
  auto component = read_wit_component(*std::move(decoded));
  if (!component) return Err(in_file(std::move(component).error(), path.string()));
  if (!component->is_package) {
    Diagnostic d = error(diag::invalid, "this component is no WIT package: a package only exports types, and they are component types", BinaryPos{.file = path.string(), .path = {}, .offset = 0});
    d.notes.push_back("`wcomp wit FILE` shows the WIT of any component, which other WIT can use as text");
    return Err(Failure(std::move(d)));
  }
  return component;
}

Result<std::vector<wit::BinaryPackage>> read_packages(std::span<const fs::path> paths) {
  std::vector<ReadComponent> components;
  for (const fs::path& path : paths) {
    WCOMP_TRY(ReadComponent c, read_package(path));
    components.push_back(std::move(c));
  }
  auto graph = decode_packages(components);
  if (!graph) return Err(in_file(std::move(graph).error(), paths.front().string()));
  std::vector<wit::BinaryPackage> out;
  std::vector<bool> is_root(graph->packages.size());
  for (std::size_t i = 0; i < graph->roots.size(); ++i) {
    const wit::PackageId id = graph->roots[i];
    if (!is_root[id.value]) out.push_back({.text = wit::print(*graph, id), .path = i});
    is_root[id.value] = true;
  }
  for (std::size_t p = 0; p < is_root.size(); ++p) {
    if (!is_root[p]) out.push_back({.text = wit::print(*graph, wit::PackageId(p)), .path = {}});
  }
  return out;
}

bool is_text_path(const fs::path& path) {
  std::error_code ec;
  return path.extension() == ".wit" || path.extension() == ".md" || fs::is_directory(path, ec);
}

LoadedWit loaded(wit::Graph graph, WitForm form) { return {.loaded = {.sources = std::make_unique<SourceMap>(), .graph = std::move(graph), .warnings = {}}, .form = form}; }

}  // namespace

wit::ReadBinaries wit_binary_reader() { return read_packages; }

Result<LoadedWit> wit_of_binary(std::shared_ptr<const Bytes> bytes) {
  if (detect(*bytes) == BinaryKind::core_module) {
    WCOMP_TRY(const core::Module module, core::decode(bytes, *bytes));
    WCOMP_TRY(DecodedWorld world, wit_of_module(module));
    return loaded(std::move(world.graph), WitForm::core_module);
  }
  WCOMP_TRY(std::shared_ptr<const Component> decoded, decode(std::move(bytes)));
  WCOMP_TRY(const ReadComponent component, read_wit_component(std::move(decoded)));
  if (!component.is_package) {
    WCOMP_TRY(DecodedWorld world, world_of_component(component.parts.front()));
    return loaded(std::move(world.graph), WitForm::component);
  }
  WCOMP_TRY(wit::Graph graph, decode_packages({&component, 1}));
  return loaded(std::move(graph), WitForm::package);
}

Result<LoadedWit> load_wit(std::span<const fs::path> paths, const wit::Options& options) {
  wit::Options all = options;
  all.read_binaries = wit_binary_reader();
  const bool is_gated = !options.features.empty() || options.target_version;
  if (paths.size() == 1 && !is_text_path(paths.front())) {
    const fs::path& path = paths.front();
    WCOMP_TRY(Bytes file, read_file(path));
    if (text::is_wat(file) || detect(file) != BinaryKind::not_wasm) {
      WCOMP_TRY(std::shared_ptr<const Bytes> bytes, to_binary(path, std::move(file)));
      auto out = wit_of_binary(std::move(bytes));
      if (!out) return Err(in_file(std::move(out).error(), path.string()));
      if (!is_gated || path == "-" || out->form != WitForm::package) return out;
    } else if (as_text(file).starts_with(compiled_magic)) {
      return fail(diag::malformed, "this is a program that `wcomp compile` made: machine code, which holds no WIT", BinaryPos{.file = path.string(), .path = {}, .offset = 0});
    } else if (path == "-") {
      WCOMP_TRY(wit::Loaded text, wit::load_text("<stdin>", std::string(as_text(file)), all));
      return LoadedWit{.loaded = std::move(text), .form = WitForm::text};
    }
  }
  WCOMP_TRY(wit::Loaded text, wit::load(paths, all));
  return LoadedWit{.loaded = std::move(text), .form = WitForm::text};
}

}  // namespace wcomp::component
