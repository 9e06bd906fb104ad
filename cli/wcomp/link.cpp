// wcomp link LIB..
#include "component/shared_libraries/link.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "cli/common/check_count.h"
#include "cli/common/version.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "cli/wcomp/wasm_output.h"
#include "component/componentize.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::vector<std::string> libraries, openable, adapters;
  component::SharedLinkOptions link;
  component::ComponentizeOptions componentize;
  bool validates = false, skips_validation = false, is_module = false;
  WasmOutput output;
};

/// `NAME=FILE`, or a file that has the name.
struct NamedFile {
  std::string name, file;
  explicit NamedFile(const std::string& given) {
    const std::size_t equals = given.find('=');
    file = equals == std::string::npos ? given : given.substr(equals + 1);
    name = equals == std::string::npos ? std::filesystem::path(given).filename().string() : given.substr(0, equals);
  }
};

Result<component::SharedLibrary> read_library(const std::string& given, bool is_dl_openable) {
  const NamedFile from(given);
  WCOMP_TRY(std::shared_ptr<const Bytes> bytes, read_wasm(from.file));
  if (component::detect(*bytes) == component::BinaryKind::component) {
    return fail(diag::invalid, "this is a component: shared libraries are core modules", BinaryPos{.file = from.file, .path = {}, .offset = 0});
  }
  return component::SharedLibrary{.name = from.name, .bytes = std::move(bytes), .is_dl_openable = is_dl_openable};
}

Result<component::Adapter> read_adapter(const std::string& given) {
  NamedFile from(given);
  // Not a library's name but an import module's: `wasi_snapshot_preview1.command.wasm` stands for the word in front of the dot.
  if (!given.contains('=')) from.name.resize(std::min(from.name.size(), from.name.find('.')));
  if (from.name.empty()) return fail(diag::bad_usage, fmt::format("`--adapt {}` does not say which import module the adapter stands for: write `--adapt NAME=FILE`", escape(given)));
  component::Adapter out{.name = from.name, .bytes = nullptr, .file = from.file};
  WCOMP_TRY(out.bytes, read_wasm(from.file));
  return out;
}

Result<Bytes> make(const Options& o) {
  std::vector<component::SharedLibrary> libraries;
  for (const auto& [list, is_openable] : {std::pair(&o.libraries, false), std::pair(&o.openable, true)}) {
    for (const std::string& given : *list) {
      WCOMP_TRY(libraries.emplace_back(), read_library(given, is_openable));
    }
  }
  WCOMP_TRY(component::SharedLinkResult linked, component::link_shared_libraries(libraries, o.link));
  for (const std::string& name : linked.unused) {
    Diagnostic d = warning(diag::missing_export, fmt::format("library `{}` is left out: it exports nothing of WIT, and no other library uses it", escape(name)));
    print(d);
  }
  if (o.is_module) return std::move(linked.module);
  component::ComponentizeOptions options = o.componentize;
  options.file = "linked module";
  options.producer_version = version_number();
  for (const std::string& given : o.adapters) {
    WCOMP_TRY(options.adapters.emplace_back(), read_adapter(given));
  }
  auto made = component::componentize(linked.module, options);
  if (!made) return Err(in_file(std::move(made).error(), options.file));
  if (o.validates && !o.skips_validation) {
    WCOMP_TRY(validate_bytes(o.output.path, std::make_shared<const Bytes>(*made), component::Features::all()));
  }
  return made;
}

}  // namespace

Action setup_link(CLI::App& app) {
  auto o = std::make_shared<Options>();
  const auto named = [](CLI::Option* option) { return option->type_name("[NAME=]FILE"); };
  named(app.add_option("LIB", o->libraries, "Shared libraries; of a symbol that several have the first one's counts. NAME is the file's when left out"));
  named(app.add_option("--dl-openable", o->openable, "One more library, which dlopen finds by its name"))->allow_extra_args(false);
  named(app.add_option("--adapt", o->adapters, "Module for imports of the module NAME (the file's name up to a dot when left out)"))->allow_extra_args(false);
  app.add_option("--stack-size", o->link.stack_size, "Bytes of the stack that all libraries share")->type_name("BYTES")->check(CLI::Validator(check_count, ""))->capture_default_str();
  app.add_flag("--stub-missing-functions", o->link.stub_missing_functions, "A function that no library has traps when it is called");
  app.add_flag("--use-built-in-libdl", o->link.use_built_in_libdl, "Add a library with dlopen, dlsym, dlclose and dlerror");
  app.add_flag("--realloc-via-memory-grow", o->componentize.realloc_via_memory_grow, "Adapters allocate with memory.grow instead of the libraries' cabi_realloc");
  app.add_flag("--merge-imports-based-on-semver", o->componentize.merge_imports_based_on_semver, "Import only the newest of compatible versions (the default; =false: all)");
  app.add_flag("--reject-legacy-names", o->componentize.reject_legacy_names, "Only core names that begin with cm32p2 count");
  app.add_flag("--return-call-ref", o->componentize.return_call_ref, "Shims use return_call_ref instead of a table");
  app.add_flag("--validate", o->validates, "Check all of the component that was made, once more");
  app.add_flag("--skip-validation", o->skips_validation, "The same as --validate=false");
  app.add_flag("--module", o->is_module, "Write the core module that the libraries were linked into, not a component");
  o->output.declare(app);
  return [o] {
    if (o->libraries.empty() && o->openable.empty()) {
      print(error(diag::bad_usage, "there is no library to link: give at least one LIB or --dl-openable LIB"));
      return status_usage;
    }
    auto made = make(*o);
    return made ? o->output.write(std::move(*made)) : report(made.error());
  };
}

}  // namespace wcomp::cli
