// What a module or component says about itself: the custom sections `producers`, `name` and those of OCI annotations.
//
// producers: https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md
// The annotations are custom sections of their own, each named after a key of OCI image annotations, with text for contents.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace wcomp::component {

inline constexpr std::string_view producers_section = "producers";

/// Fields (`language`, `sdk`, `processed-by`, ..) in order, each with names and versions.
struct Producers {
  struct Field {
    std::string name;
    std::vector<std::pair<std::string, std::string>> values;
  };
  std::vector<Field> fields;

  [[nodiscard]] bool empty() const { return fields.empty(); }
  /// A name that is there gets the version.
  void set(std::string_view field, std::string_view name, std::string_view version);
};
[[nodiscard]] Result<Producers> decode_producers(ByteSpan contents);
[[nodiscard]] Bytes encode_producers(const Producers& producers);

/// Adds a custom section at the end of a module's or component's bytes.
void append_custom(Bytes& binary, std::string_view name, ByteSpan contents);

}  // namespace wcomp::component
