// A binary as its sections, module or component, with what is nested: for tools that look at any file or rewrite its frame. Nothing inside of a
// section is judged; the sizes are checked, and nesting is bounded.
// https://webassembly.github.io/spec/core/binary/modules.html#sections , Binary.md "Component Definitions"
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace wcomp::component {

struct Sections;

struct Section {
  std::uint8_t id = 0;
  std::string_view title;      ///< `code`, `core module`, `custom`
  std::string_view name;       ///< of a custom section, into the bytes
  std::uint64_t offset = 0;    ///< of the contents in the file (behind the name of a custom section)
  ByteSpan contents;           ///< likewise
  std::optional<std::uint32_t> count;  ///< of its items, for those that begin with one
  std::shared_ptr<const Sections> nested;  ///< owner: this; of a core module or component
  [[nodiscard]] bool is_custom() const { return id == 0; }
};

struct Sections {
  bool is_component = false;
  std::uint64_t offset = 0;  ///< in the file
  ByteSpan bytes;
  std::vector<Section> items;
};

/// Whether a custom section of that name says which world a core module is for: `component-type`, or that with anything behind a colon.
[[nodiscard]] inline bool carries_world(std::string_view section_name) {
  constexpr std::string_view plain = "component-type";
  return section_name.starts_with(plain) && (section_name.size() == plain.size() || section_name[plain.size()] == ':');
}

/// The bytes must outlive the result. Errors: malformed, unexpected-end, limit-exceeded.
[[nodiscard]] Result<Sections> read_sections(ByteSpan bytes);

/// The binary without the custom sections that `is_removed` names, in every nested module and component, too. Everything else keeps its bytes.
[[nodiscard]] Bytes without_customs(const Sections& sections, const std::function<bool(std::string_view)>& is_removed);

}  // namespace wcomp::component
