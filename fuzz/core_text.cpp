// Any text is read as a core module, or refused; what was read and can be decoded is printed, and the print is read to the same bytes.
#include "base/text.h"
#include "core/print.h"
#include "core/text/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  const std::string source(reinterpret_cast<const char*>(data), size);
  const auto bytes = core::text::parse("fuzz.wat", source);
  if (!bytes) return 0;
  const auto decoded = core::decode(*bytes);
  if (!decoded) return 0;  // bytes that the text has as they are, or indices out of range
  const auto text = core::print(*decoded);
  const bool is_valid = core::validate(*decoded).has_value();
  if (!text || !is_valid) return 0;
  const auto again = core::text::parse("printed.wat", *text);
  WCOMP_CHECK(again.has_value());
  const bool has_foreign_bytes = source.find("binary") != source.npos || source.find("quote") != source.npos || source.find("custom") != source.npos;
  WCOMP_CHECK(has_foreign_bytes || *again == *bytes);
  return 0;
}
