// wcomp unbundle COMPONENT --module-dir DIR
#include "component/unbundle.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/common/check_count.h"
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

/// Into the folder, which is made if it is not there.
Result<void> write_modules(const std::filesystem::path& folder, const std::vector<component::UnbundledModule>& modules) {
  if (modules.empty()) return {};
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  if (ec) return fail(diag::file_error, fmt::format("cannot make the folder `{}`: {}", escape(folder.string()), ec.message()));
  for (const component::UnbundledModule& m : modules) {
    const std::filesystem::path path = folder / (m.name + ".wasm");
    // The names are not the user's choice, so what a link of that name leads to is none of ours.
    if (std::filesystem::is_symlink(path, ec)) return fail(diag::file_error, fmt::format("`{}` is a symbolic link: remove it, or choose another folder", escape(path.string())));
    WCOMP_TRY(write_file(path, m.bytes));
  }
  return {};
}

/// Nothing is written before the component is known to be one.
Result<Bytes> unbundle(const Options& o) {
  WCOMP_TRY(const std::shared_ptr<const Bytes> bytes, read_wasm(o.file));
  auto made = component::unbundle(bytes, o.threshold);
  if (!made) return Err(in_file(std::move(made).error(), o.file));
  WCOMP_TRY(validate_bytes(o.file, std::make_shared<const Bytes>(made->component), component::Features::all()));
  WCOMP_TRY(write_modules(o.module_dir, made->modules));
  return std::move(made->component);
}

}  // namespace

Action setup_unbundle(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("COMPONENT", o->file, "Component (standard input when left out or -)");
  app.add_option("--module-dir", o->module_dir, "Folder for the modules, made if it is not there: unbundled-module0.wasm, ..")->required()->type_name("DIR");
  app.add_option("--threshold", o->threshold, "Modules of as many bytes, or fewer, stay")->type_name("N")->check(CLI::Validator(check_count, ""))->capture_default_str();
  o->output.declare(app);
  return [o] {
    auto bytes = unbundle(*o);
    return bytes ? o->output.write(std::move(*bytes)) : report(bytes.error());
  };
}

}  // namespace wcomp::cli
