// Any text is read as a component or a module, or refused; what was read is printed, and the print is read to the bytes of the component that
// was printed, names and all.
#include "component/text/parse.h"
#include "component/text/print.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  const std::string source(reinterpret_cast<const char*>(data), size);
  const auto bytes = component::text::parse("fuzz.wat", source, {.has_lenient_indices = true});
  if (!bytes || component::detect(*bytes) != component::BinaryKind::component) return 0;
  const auto decoded = component::decode(*bytes);
  if (!decoded) return 0;  // bytes that the text has as they are, or what only the text's reader knows
  const auto printed = component::text::parse("printed.wat", component::text::print(**decoded));
  WCOMP_CHECK(printed.has_value());
  WCOMP_CHECK(*printed == component::encode(**decoded));
  return 0;
}
