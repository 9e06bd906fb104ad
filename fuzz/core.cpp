// Any bytes are decoded and validated as a core module, or refused; what was accepted is written and accepted again.
#include "core/module.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  auto module = core::decode(Bytes(data, data + size));
  if (!module) return 0;
  const Bytes again = core::encode(*module);
  auto second = core::decode(again);
  WCOMP_CHECK(second.has_value());
  WCOMP_CHECK(core::encode(*second) == again);
  const bool is_valid = core::validate(*std::move(module)).has_value();
  WCOMP_CHECK(core::validate(*std::move(second)).has_value() == is_valid);
  return 0;
}
