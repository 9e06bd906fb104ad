// wcomp print FILE, wcomp parse FILE: core modules and components as text and back.
#include <optional>

#include "base/file.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/features.h"
#include "cli/wcomp/input.h"
#include "component/text/print.h"
#include "core/print.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::string file, output;
  bool is_folded = false;
  bool is_skeleton = false;
  bool has_operands = false;
  GivenFeatures features;
};

Result<void> print_bytes(const Options& o, std::shared_ptr<const Bytes> bytes, const core::TextSink& sink) {
  if (component::detect(*bytes) == component::BinaryKind::component) {
    WCOMP_TRY(const std::shared_ptr<const component::Component> component, component::decode(std::move(bytes)));
    component::text::print(*component, {.is_folded = o.is_folded, .use_names = true, .is_skeleton = o.is_skeleton, .has_operands = o.has_operands}, sink);
    return Ok{};
  }
  WCOMP_TRY(const core::Module module, core::decode(bytes, *bytes));
  return core::print(module, {.is_folded = o.is_folded, .use_names = true, .has_operands = o.has_operands}, sink);
}

/// With `--features` the input has to be valid with these; operands are those of valid code.
Result<std::shared_ptr<const Bytes>> read(const Options& o) {
  WCOMP_TRY(std::shared_ptr<const Bytes> bytes, read_wasm(o.file));
  if (*o.features || o.has_operands) WCOMP_TRY(validate_bytes(o.file, bytes, o.features->value_or(component::Features::all())));
  return bytes;
}

/// The text is many times as large as the binary, so it is written while it is made.
int print_file(const Options& o) {
  auto bytes = read(o);
  if (!bytes) return report(bytes.error());
  std::optional<FileWriter> out;  // there is none before there is a text
  const auto open = [&]() -> FileWriter& { return out ? *out : out.emplace(o.output.empty() ? "-" : o.output); };
  if (auto done = print_bytes(o, *std::move(bytes), [&](std::string_view text) { open().write(as_bytes(text)); }); !done) {
    return report(in_file(std::move(done).error(), o.file));
  }
  const auto written = open().commit();
  return written ? status_ok : report(written.error());
}

}  // namespace

Action setup_print(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("FILE", o->file, "Core module or component")->required();
  app.add_flag("--fold-instructions,-f,--folded", o->is_folded, "Operands as children of their instruction");
  app.add_flag("--print-operand-stack", o->has_operands, "After each instruction, as a comment, what it leaves on the stack (the input has to be valid)");
  app.add_flag("--skeleton", o->is_skeleton, "Leave out what is in a component's core modules (such text cannot be parsed)");
  app.add_option("--output,-o", o->output, "Where to write (standard output when left out)")->type_name("FILE");
  o->features = add_features_option(app, "--features");
  return [o] { return print_file(*o); };
}

Action setup_parse(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("FILE", o->file, "Core module or component as text")->required();
  app.add_option("--output,-o", o->output, "Where to write (standard output when left out)")->type_name("FILE");
  o->features = add_features_option(app);
  return [o] {
    const auto bytes = read(*o);
    return bytes ? write_output(o->output, std::span<const std::uint8_t>(**bytes)) : report(bytes.error());
  };
}

}  // namespace wcomp::cli
