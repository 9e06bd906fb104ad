// Any text is read as a component or a module, or refused with a place; what was read can be printed, and the print is read to the same bytes.
#include "component/text/parse.h"
#include "component/text/print.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  const auto bytes = component::text::parse("fuzz.wat", std::string(reinterpret_cast<const char*>(data), size));
  if (!bytes) {
    for (const Diagnostic& d : bytes.error().diagnostics()) WCOMP_CHECK(!d.message.empty());
    return 0;
  }
  if (component::detect(*bytes) != component::BinaryKind::component) return 0;
  const auto decoded = component::decode(*bytes);
  if (!decoded) return 0;  // `(component binary ..)` is taken as it is
  const Bytes canonical = component::encode(**decoded);
  const auto printed = component::text::parse("printed.wat", component::text::print(**decoded));
  WCOMP_CHECK(printed.has_value());
  const auto again = component::decode(*printed);
  WCOMP_CHECK(again.has_value() && (*again)->definitions.size() == (*decoded)->definitions.size());
  return 0;
}
