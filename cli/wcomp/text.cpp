// wcomp print FILE, wcomp parse FILE: core modules as text and back.
#include "base/diagnostic.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "core/print.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::string file, output;
  bool is_folded = false;
};

Result<std::shared_ptr<const Bytes>> read_core_module(const std::string& path) {
  WCOMP_TRY(std::shared_ptr<const Bytes> bytes, read_wasm(path));
  if (component::detect(*bytes) != component::BinaryKind::core_module) {
    return fail(diag::unsupported, "components have no text form here yet: only core modules do", BinaryPos{.file = path, .path = {}, .offset = 0});
  }
  return bytes;
}

Result<std::string> print_file(const Options& o) {
  WCOMP_TRY(const std::shared_ptr<const Bytes> bytes, read_core_module(o.file));
  auto module = core::decode(bytes, *bytes);
  if (!module) return Err(in_file(std::move(module).error(), o.file));
  auto text = core::print(*module, {.is_folded = o.is_folded, .use_names = true});
  if (!text) return Err(in_file(std::move(text).error(), o.file));
  return text;
}

}  // namespace

Action setup_print(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("FILE", o->file, "Core module")->required();
  app.add_flag("--folded", o->is_folded, "Operands as children of their instruction");
  app.add_option("--output,-o", o->output, "Where to write (standard output when left out)");
  return [o] {
    const auto text = print_file(*o);
    return text ? write_output(o->output, std::string_view(*text)) : report(text.error());
  };
}

Action setup_parse(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("FILE", o->file, "Core module as text")->required();
  app.add_option("--output,-o", o->output, "Where to write (standard output when left out)");
  return [o] {
    const auto bytes = read_core_module(o->file);
    return bytes ? write_output(o->output, std::span<const std::uint8_t>(**bytes)) : report(bytes.error());
  };
}

}  // namespace wcomp::cli
