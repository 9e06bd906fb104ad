// wcomp lower FILE
#include "lower/lower.h"

#include "base/in_file.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "cli/wcomp/wasm_output.h"

namespace wcomp::cli {

Action setup_lower(CLI::App& app) {
  struct Options {
    std::string file;
    WasmOutput output;
  };
  auto o = std::make_shared<Options>();
  app.add_option("FILE", o->file, "Component")->required();
  o->output.declare(app);
  return [o] {
    const auto valid = read_component(o->file);
    if (!valid) return report(valid.error());
    auto lowered = lower::lower(*valid);
    return lowered ? o->output.write(std::move(*lowered)) : report(in_file(std::move(lowered).error(), o->file));
  };
}

}  // namespace wcomp::cli
