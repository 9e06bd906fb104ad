// Reading what subcommands work on, with the file's name in every message.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/in_file.h"
#include "base/result.h"
#include "component/validate.h"

namespace wcomp::cli {

/// Whether the environment asks for older texts to be read, too: WAST_STRICT_COMPONENT_INDICES=0, as wasm-tools has it.
bool wants_lenient_indices();
/// The bytes of a `.wasm` file, or of what a `.wat` file has the text of; refuses what is neither a core module nor a component, saying what it looks like.
Result<std::shared_ptr<const Bytes>> read_wasm(const std::string& path);
/// The same, decoded and validated as a component; what is behind features is for those to refuse who run it.
Result<component::ValidComponent> read_component(const std::string& path);
/// The same for bytes that were read already (standard input can be read only once).
Result<component::ValidComponent> read_component(const std::string& path, std::shared_ptr<const Bytes> bytes, const component::Features& features = {});
/// Decodes and validates what the bytes are, module or component.
Result<void> validate_bytes(const std::string& path, std::shared_ptr<const Bytes> bytes, const component::Features& features);

}  // namespace wcomp::cli
