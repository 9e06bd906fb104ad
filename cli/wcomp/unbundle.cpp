// wcomp unbundle COMPONENT --module-dir DIR
#include "component/unbundle.h"

#include <filesystem>

#include "base/file.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "cli/wcomp/wasm_output.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::string file = "-", module_dir;
  std::uint64_t threshold = 4096;
  WasmOutput output;
};

Result<Bytes> unbundle(const Options& o) {
  WCOMP_TRY(const std::shared_ptr<const Bytes> bytes, read_wasm(o.file));
  auto made = component::unbundle(bytes, o.threshold);
  if (!made) return Err(in_file(std::move(made).error(), o.file));
  for (const component::UnbundledModule& m : made->modules) WCOMP_TRY(write_file(std::filesystem::path(o.module_dir) / (m.name + ".wasm"), m.bytes));
  return std::move(made->component);
}

}  // namespace

Action setup_unbundle(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("COMPONENT", o->file, "Component (standard input when left out or -)");
  app.add_option("--module-dir", o->module_dir, "Folder for the modules: unbundled-module0.wasm, ..")->required()->type_name("DIR");
  app.add_option("--threshold", o->threshold, "Modules of as many bytes, or fewer, stay")->capture_default_str();
  o->output.declare(app);
  return [o] {
    auto bytes = unbundle(*o);
    return bytes ? o->output.write(std::move(*bytes)) : report(bytes.error());
  };
}

}  // namespace wcomp::cli
