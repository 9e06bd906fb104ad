#include "cli/witc/wit_encoding.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "cli/common/program.h"
#include "component/text/print.h"
#include "component/wit_codec.h"

namespace wcomp::cli {

namespace {

Result<wit::PackageId> chosen(const wit::Graph& graph, const std::string& name) {
  if (name.empty() && !graph.roots.empty()) return graph.roots.front();
  Diagnostic d = error(diag::unknown_package, fmt::format("there is no package `{}`", name));
  std::string all;
  for (std::size_t p = 0; p < graph.packages.size(); ++p) {
    const std::string known = graph.packages[wit::PackageId(p)].name.to_string();
    if (known == name) return wit::PackageId(p);
    all += fmt::format("{}`{}`", all.empty() ? "" : ", ", known);
  }
  d.notes.push_back(fmt::format("found: {}", all.empty() ? "none" : all));
  return Err(Failure(std::move(d)));
}

}  // namespace

int WitEncoding::write(const wit::Graph& graph, const std::string& path) const {
  const auto id = chosen(graph, package);
  if (!id) return report(id.error());
  auto bytes = component::encode_package(graph, *id);
  if (!bytes) return report(bytes.error());
  if (!as_wat) return write_output(path, std::span<const std::uint8_t>(*bytes));
  const auto component = component::decode(*std::move(bytes));
  if (!component) return report(component.error());
  return write_output(path, std::string_view(component::text::print(**component)));
}

std::shared_ptr<WitEncoding> add_wit_encoding(CLI::App& app) {
  auto encoding = std::make_shared<WitEncoding>();
  CLI::Option* wasm = app.add_flag("-w,--wasm", encoding->as_wasm, "Write the package as a component");
  CLI::Option* wat = app.add_flag("-t,--wat", encoding->as_wat, "Write the package as a component, as text");
  wasm->excludes(wat);
  app.add_option("--package", encoding->package, "Which package, by its name as in `ns:name@1.2.3` (default: the one that PATH is)")->type_name("NAME");
  return encoding;
}

}  // namespace wcomp::cli
