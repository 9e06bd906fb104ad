// wcomp new MODULE
#include <filesystem>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "cli/common/version.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "cli/wcomp/wasm_output.h"
#include "component/componentize.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::string module = "-";
  std::vector<std::string> adapters, import_names;
  component::ComponentizeOptions componentize;
  bool validates = false, skips_validation = false;
  WasmOutput output;
};

/// `NAME=FILE`, or `FILE` whose name up to the first dot is the module that it stands for.
Result<component::Adapter> read_adapter(const std::string& given) {
  const std::size_t equals = given.find('=');
  component::Adapter out;
  out.file = equals == std::string::npos ? given : given.substr(equals + 1);
  out.name = equals == std::string::npos ? std::filesystem::path(given).filename().string() : given.substr(0, equals);
  if (equals == std::string::npos) out.name.resize(std::min(out.name.size(), out.name.find('.')));
  if (out.name.empty()) return fail(diag::bad_usage, fmt::format("`--adapt {}` does not say which import module the adapter stands for: write `--adapt NAME=FILE`", escape(given)));
  WCOMP_TRY(out.bytes, read_wasm(out.file));
  return out;
}

Result<component::ComponentPieces> make(const Options& o) {
  WCOMP_TRY(std::shared_ptr<const Bytes> module, read_wasm(o.module));
  component::ComponentizeOptions options = o.componentize;
  options.file = o.module;
  options.producer_version = version_number();
  for (const std::string& given : o.adapters) {
    WCOMP_TRY(component::Adapter adapter, read_adapter(given));
    options.adapters.push_back(std::move(adapter));
  }
  for (const std::string& given : o.import_names) {
    const std::size_t equals = given.find('=');
    if (equals == std::string::npos) return fail(diag::bad_usage, fmt::format("`--import-name {}` should be `OLD=NEW`", escape(given)));
    options.import_names[given.substr(0, equals)] = given.substr(equals + 1);
  }
  auto made = component::componentize_pieces(std::move(module), options);
  if (!made) return Err(in_file(std::move(made).error(), o.module));
  return made;
}

Bytes joined(const component::ComponentPieces& pieces) {
  Bytes out;
  out.reserve(pieces.size());
  out.insert(out.end(), pieces.before.begin(), pieces.before.end());
  for (const ByteSpan piece : pieces.module) out.insert(out.end(), piece.begin(), piece.end());
  out.insert(out.end(), pieces.after.begin(), pieces.after.end());
  return out;
}

int write(const Options& o, const component::ComponentPieces& pieces) {
  if (o.validates && !o.skips_validation) {
    const auto valid = validate_bytes(o.output.path, std::make_shared<const Bytes>(joined(pieces)), component::Features::all());
    if (!valid) return report(valid.error());
  }
  if (o.output.is_text) return o.output.write(joined(pieces));
  std::vector<std::span<const std::uint8_t>> parts{pieces.before};
  parts.insert(parts.end(), pieces.module.begin(), pieces.module.end());
  parts.emplace_back(pieces.after);
  return write_output(o.output.path, parts);
}

}  // namespace

Action setup_new(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("MODULE", o->module, "Core module with embedded WIT (standard input when left out or -); imports of wasi_snapshot_preview1 are adapted");
  app.add_option("--adapt", o->adapters, "Module for imports of the module NAME (the file's name up to a dot when left out)")->type_name("[NAME=]FILE")->allow_extra_args(false);
  app.add_option("--import-name", o->import_names, "Import the interface OLD under the name NEW")->type_name("OLD=NEW")->allow_extra_args(false);
  app.add_flag("--realloc-via-memory-grow", o->componentize.realloc_via_memory_grow, "Adapters allocate with memory.grow instead of the module's cabi_realloc");
  app.add_flag("--merge-imports-based-on-semver", o->componentize.merge_imports_based_on_semver, "Import only the newest of compatible versions (the default; =false: all)");
  app.add_flag("--reject-legacy-names", o->componentize.reject_legacy_names, "Only core names that begin with cm32p2 count");
  app.add_flag("--return-call-ref", o->componentize.return_call_ref, "Shims use return_call_ref instead of a table");
  app.add_flag("--validate", o->validates, "Check all of the component that was made, once more");
  app.add_flag("--skip-validation", o->skips_validation, "The same as --validate=false");
  o->output.declare(app);
  return [o] {
    const auto made = make(*o);
    return made ? write(*o, *made) : report(made.error());
  };
}

}  // namespace wcomp::cli
