// Any bytes as debug information: first the sizes of the sections, then their contents, then addresses that are looked up.
#include "base/check.h"
#include "dwarf/dwarf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  ByteReader in(ByteSpan(data, size));
  dwarf::Sections s;
  for (ByteSpan* section : {&s.info, &s.abbrev, &s.line, &s.str, &s.line_str, &s.str_offsets, &s.addr, &s.ranges, &s.rnglists}) {
    const auto length = in.leb_u32();
    if (!length) return 0;
    const auto bytes = in.bytes(std::min<std::size_t>(*length, in.remaining()));
    WCOMP_CHECK(bytes.has_value());
    *section = *bytes;
  }
  dwarf::DebugInfo info(s);
  for (std::uint64_t address = 1; address < 40; ++address) {
    const auto places = info.find(address);
    WCOMP_CHECK(places.size() <= dwarf::max_inlined + 1);
  }
  return 0;
}
