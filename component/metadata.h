// What a module or component says about itself: the custom sections `producers`, `name` and those of OCI annotations.
//
// producers: https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md
// The annotations are custom sections of their own, each named after a key of OCI image annotations, with text for contents.
#pragma once

#include <optional>
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

/// A module or component and what is nested in it.
struct Metadata {
  bool is_component = false;
  std::uint64_t begin = 0, end = 0;       ///< in the file
  std::optional<std::string> name;
  std::optional<Producers> producers;
#define WCOMP_ANNOTATION(member, section, form, summary) std::optional<std::string> member;
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
  std::vector<Metadata> children;
};

/// Reads sections only; what is inside of others is not looked at. Sections that say nothing sensible count as missing. Nesting is bounded.
[[nodiscard]] Result<Metadata> read_metadata(ByteSpan binary);

/// What to say of the outermost module or component. Of an annotation none: as it is, an empty text: taken out.
struct MetadataChange {
  std::optional<std::string> name;
  Producers producers;                    ///< added to what is there
#define WCOMP_ANNOTATION(member, section, form, summary) std::optional<std::string> member;
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
};
/// What an annotation's value has to be: any text, an SPDX licence expression, an absolute URL.
enum class AnnotationForm : std::uint8_t { text, spdx, url };
/// What is wrong with a value, nothing if it has the form. Of SPDX expressions the grammar is looked at, not the list of licences.
/// https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/
[[nodiscard]] std::optional<std::string> find_fault(AnnotationForm form, std::string_view value);

/// The binary with the sections changed; all others stay as they are. Values are written as they are given.
[[nodiscard]] Result<Bytes> change_metadata(ByteSpan binary, const MetadataChange& change);

/// Adds a custom section at the end of a module's or component's bytes.
void append_custom(Bytes& binary, std::string_view name, ByteSpan contents);

}  // namespace wcomp::component
