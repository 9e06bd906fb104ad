#include "cli/wcomp/input.h"

#include <cstdlib>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "component/text/parse.h"
#include "runtime/precompiled/precompiled.h"

namespace wcomp::cli {

bool wants_lenient_indices() {
  const char* strict = std::getenv("WAST_STRICT_COMPONENT_INDICES");
  return strict != nullptr && std::string_view(strict) == "0";
}

Result<std::shared_ptr<const Bytes>> read_wasm(const std::string& path) {
  WCOMP_TRY(Bytes bytes, read_file(path));
  if (component::text::is_wat(bytes)) {
    WCOMP_TRY(bytes, component::text::parse(path, std::string(as_text(bytes)), {.has_lenient_indices = wants_lenient_indices()}));
  }
  if (precompiled::is_image(bytes)) {
    Diagnostic d = error(diag::malformed, "this is a program that `wcomp compile` made: machine code, not WebAssembly", BinaryPos{.file = path, .path = {}, .offset = 0});
    d.notes.emplace_back("`wcomp run` runs it, `wcomp inspect` says what it is for; what it was made of has to be looked at instead");
    return Err(Failure(std::move(d)));
  }
  if (component::detect(bytes) == component::BinaryKind::not_wasm) {
    Diagnostic d = error(diag::malformed, bytes.empty() ? "the file is empty" : "this is no WebAssembly binary: it does not begin with `\\0asm`",
                         BinaryPos{.file = path, .path = {}, .offset = 0});
    d.notes.push_back("expected a core module or a component");
    return Err(Failure(std::move(d)));
  }
  return std::make_shared<const Bytes>(std::move(bytes));
}

Result<component::ValidComponent> read_component(const std::string& path) {
  WCOMP_TRY(std::shared_ptr<const Bytes> bytes, read_wasm(path));
  return read_component(path, std::move(bytes), component::Features::all());
}

Result<component::ValidComponent> read_component(const std::string& path, std::shared_ptr<const Bytes> bytes, const component::Features& features) {
  if (component::detect(*bytes) == component::BinaryKind::core_module) {
    Diagnostic d = error(diag::invalid, "this is a core module, a component is needed", BinaryPos{.file = path, .path = {}, .offset = 0});
    d.notes.push_back(fmt::format("`wcomp new {} -o component.wasm` makes a component of a module with embedded WIT", path));
    return Err(Failure(std::move(d)));
  }
  auto decoded = component::decode(std::move(bytes));
  if (!decoded) return Err(in_file(std::move(decoded).error(), path));
  auto valid = component::validate(*std::move(decoded), features);
  if (!valid) return Err(in_file(std::move(valid).error(), path));
  return valid;
}

Result<void> validate_bytes(const std::string& path, std::shared_ptr<const Bytes> bytes, const component::Features& features) {
  if (component::detect(*bytes) == component::BinaryKind::component) {
    WCOMP_TRY(read_component(path, std::move(bytes), features));
    return {};
  }
  auto module = core::decode(bytes, *bytes);
  if (!module) return Err(in_file(std::move(module).error(), path));
  auto valid = core::validate(*std::move(module), features.core);
  if (!valid) return Err(in_file(std::move(valid).error(), path));
  return {};
}

}  // namespace wcomp::cli
