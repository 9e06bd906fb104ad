// wcomp print FILE, wcomp parse FILE: core modules and components as text and back.
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

Result<std::string> print_bytes(const Options& o, std::shared_ptr<const Bytes> bytes) {
  if (component::detect(*bytes) == component::BinaryKind::component) {
    WCOMP_TRY(const std::shared_ptr<const component::Component> component, component::decode(std::move(bytes)));
    return component::text::print(*component, {.is_folded = o.is_folded, .use_names = true, .is_skeleton = o.is_skeleton, .has_operands = o.has_operands});
  }
  WCOMP_TRY(const core::Module module, core::decode(bytes, *bytes));
  return core::print(module, {.is_folded = o.is_folded, .use_names = true, .has_operands = o.has_operands});
}

/// With `--features` the input has to be valid with these; operands are those of valid code.
Result<std::shared_ptr<const Bytes>> read(const Options& o) {
  WCOMP_TRY(std::shared_ptr<const Bytes> bytes, read_wasm(o.file));
  if (*o.features || o.has_operands) WCOMP_TRY(validate_bytes(o.file, bytes, o.features->value_or(component::Features::all())));
  return bytes;
}

Result<std::string> print_file(const Options& o) {
  WCOMP_TRY(std::shared_ptr<const Bytes> bytes, read(o));
  Result<std::string> text = print_bytes(o, std::move(bytes));
  if (!text) return Err(in_file(std::move(text).error(), o.file));
  return text;
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
  return [o] {
    const auto text = print_file(*o);
    return text ? write_output(o->output, std::string_view(*text)) : report(text.error());
  };
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
