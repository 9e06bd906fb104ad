// Any text is read as a component or a module, or refused; what was read is printed, and the print is read to the same bytes.
#include <algorithm>

#include "component/name_section.h"
#include "component/text/parse.h"
#include "component/text/print.h"

namespace {

using namespace wcomp;

/// Names that are not well-formed are left out of the text.
auto count_without_names(const component::Component& c) {
  return std::ranges::count_if(c.definitions, [](const component::Definition& d) {
    const auto* custom = std::get_if<component::CustomSection>(&d.item);
    return custom == nullptr || custom->name != component::name_section;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string source(reinterpret_cast<const char*>(data), size);
  const auto bytes = component::text::parse("fuzz.wat", source);
  if (!bytes || component::detect(*bytes) != component::BinaryKind::component) return 0;
  const auto decoded = component::decode(*bytes);
  if (!decoded) return 0;  // bytes that the text has as they are, or what only the text's reader knows
  const auto printed = component::text::parse("printed.wat", component::text::print(**decoded));
  WCOMP_CHECK(printed.has_value());
  const auto again = component::decode(*printed);
  WCOMP_CHECK(again.has_value() && count_without_names(**again) == count_without_names(**decoded));
  const bool has_foreign_bytes = source.find("binary") != source.npos || source.find("quote") != source.npos || source.find("custom") != source.npos;
  WCOMP_CHECK(has_foreign_bytes || *printed == *bytes);
  return 0;
}
