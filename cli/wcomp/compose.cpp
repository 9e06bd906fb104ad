// wcomp compose APP DEP..
#include "compose/compose.h"

#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::vector<std::string> files;
  std::string root, output;
};

Result<Bytes> compose_files(const Options& o) {
  std::vector<compose::Input> inputs;
  for (const std::string& path : o.files) {
    WCOMP_TRY(component::ValidComponent component, read_component(path));
    inputs.push_back({path, std::move(component)});
  }
  WCOMP_TRY(const compose::Composition composition, compose::compose(std::move(inputs), {.root = o.root}));
  for (const Diagnostic& d : composition.notes) print(d);
  return compose::encode(composition);
}

}  // namespace

Action setup_compose(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("FILES", o->files, "Components, in any order")->required();
  app.add_option("--root", o->root, "The input whose exports the composition has (found by itself when left out)")->type_name("FILE");
  app.add_option("--output,-o", o->output, "Where to write (standard output when left out)")->type_name("FILE");
  return [o] {
    const auto bytes = compose_files(*o);
    return bytes ? write_output(o->output, std::span<const std::uint8_t>(*bytes)) : report(bytes.error());
  };
}

}  // namespace wcomp::cli
