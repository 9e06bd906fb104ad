// wcomp new MODULE
#include "component/componentize.h"

#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::string module, output;
};

Result<Bytes> make(const Options& o) {
  WCOMP_TRY(const std::shared_ptr<const Bytes> module, read_wasm(o.module));
  auto made = component::componentize(*module, {.file = o.module});
  if (!made) return Err(in_file(std::move(made).error(), o.module));
  return made;
}

}  // namespace

Action setup_new(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("MODULE", o->module, "Core module with embedded WIT; imports of wasi_snapshot_preview1 are adapted")->required();
  app.add_option("--output,-o", o->output, "Where to write (standard output when left out)")->type_name("FILE");
  return [o] {
    const auto bytes = make(*o);
    return bytes ? write_output(o->output, std::span<const std::uint8_t>(*bytes)) : report(bytes.error());
  };
}

}  // namespace wcomp::cli
