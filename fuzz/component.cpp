// Any bytes are decoded, validated and planned as a component, or refused; what was decoded can be written and read again.
#include "component/validate.h"
#include "link/plan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  const auto decoded = component::decode(Bytes(data, data + size));
  if (!decoded) return 0;
  WCOMP_CHECK(component::decode(component::encode(**decoded)).has_value());
  const auto valid = component::validate(*decoded);
  if (!valid) return 0;
  (void)link::plan(*valid);
  return 0;
}
