#include "cli/wcomp/wasm_output.h"

#include "cli/common/program.h"
#include "component/component.h"
#include "component/text/print.h"
#include "core/print.h"

namespace wcomp::cli {

Result<std::string> wasm_text(std::shared_ptr<const Bytes> bytes) {
  if (component::detect(*bytes) == component::BinaryKind::component) {
    WCOMP_TRY(const std::shared_ptr<const component::Component> component, component::decode(std::move(bytes)));
    return component::text::print(*component, {.is_folded = false, .use_names = true, .is_skeleton = false});
  }
  WCOMP_TRY(const core::Module module, core::decode(bytes, *bytes));
  return core::print(module, {.is_folded = false, .use_names = true});
}

void WasmOutput::declare(CLI::App& app) {
  app.add_option("--output,-o", path, "Where to write (standard output when left out)")->type_name("FILE");
  app.add_flag("--wat,-t", is_text, "Write text instead of a binary");
}

int WasmOutput::write(Bytes bytes) const {
  if (!is_text) return write_output(path, std::span<const std::uint8_t>(bytes));
  const auto text = wasm_text(std::make_shared<const Bytes>(std::move(bytes)));
  return text ? write_output(path, std::string_view(*text)) : report(text.error());
}

}  // namespace wcomp::cli
