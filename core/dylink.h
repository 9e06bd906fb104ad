// The custom section `dylink.0`, which makes a module a shared library: how much memory and table it needs, which libraries, and what is
// special about some of its imports and exports.
//
// Read and written part by part, so that a text says what the binary said; component/shared_libraries is what links such modules.
// https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md#the-dylink0-section
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"

namespace wcomp::core {

inline constexpr std::string_view dylink_section = "dylink.0";

enum class DylinkFlag : std::uint32_t {
#define WCOMP_DYLINK_FLAG(field, text, bit) field = bit,
#include "core/dylink_flags.def"
#undef WCOMP_DYLINK_FLAG
};
struct DylinkFlagRow {
  DylinkFlag flag;
  std::string_view text;
};
inline constexpr auto dylink_flag_rows = std::to_array<DylinkFlagRow>({
#define WCOMP_DYLINK_FLAG(field, text, bit) {DylinkFlag::field, text},
#include "core/dylink_flags.def"
#undef WCOMP_DYLINK_FLAG
});

/// WASM_DYLINK_MEM_INFO
struct DylinkMemInfo {
  std::uint32_t memory_size = 0;        ///< bytes
  std::uint32_t memory_align_log2 = 0;
  std::uint32_t table_size = 0;         ///< elements
  std::uint32_t table_align_log2 = 0;
};
/// WASM_DYLINK_NEEDED: names of libraries.
struct DylinkNeeded {
  std::vector<std::string> names;
};
struct DylinkExport {
  std::string name;
  std::uint32_t flags = 0;
  [[nodiscard]] bool has(DylinkFlag f) const { return (flags & static_cast<std::uint32_t>(f)) != 0; }
};
/// WASM_DYLINK_EXPORT_INFO
struct DylinkExportInfo {
  std::vector<DylinkExport> symbols;
};
struct DylinkImport {
  std::string module;
  std::string name;
  std::uint32_t flags = 0;
  [[nodiscard]] bool has(DylinkFlag f) const { return (flags & static_cast<std::uint32_t>(f)) != 0; }
};
/// WASM_DYLINK_IMPORT_INFO
struct DylinkImportInfo {
  std::vector<DylinkImport> symbols;
};
/// WASM_DYLINK_RUNTIME_PATH: folders.
struct DylinkRuntimePath {
  std::vector<std::string> paths;
};
/// A subsection that the convention does not have (yet).
struct DylinkUnknown {
  std::uint8_t id = 0;
  ByteSpan bytes;  ///< a view into what was decoded
};

using DylinkPart = std::variant<DylinkMemInfo, DylinkNeeded, DylinkExportInfo, DylinkImportInfo, DylinkRuntimePath, DylinkUnknown>;

/// `base_offset` is where the contents start in the file.
[[nodiscard]] Result<std::vector<DylinkPart>> decode_dylink(ByteSpan contents, std::uint64_t base_offset = 0, std::string path = {});
[[nodiscard]] Bytes encode_dylink(const std::vector<DylinkPart>& parts);

/// `(@dylink.0 ..)`, lines after the first indented by two; nothing for contents that the text could not give back as they are.
[[nodiscard]] std::optional<std::string> print_dylink(ByteSpan contents);

}  // namespace wcomp::core
