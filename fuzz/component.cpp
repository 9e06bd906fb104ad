// Any bytes are decoded, validated and planned as a component, or refused, with the default features and with all of them; what was decoded
// can be written and read again, and is written the same way then.
#include "component/validate.h"
#include "link/plan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  const auto decoded = component::decode(Bytes(data, data + size));
  if (!decoded) return 0;
  const Bytes written = component::encode(**decoded);
  const auto again = component::decode(written);
  WCOMP_CHECK(again.has_value());
  WCOMP_CHECK(component::encode(**again) == written);
  const auto valid = component::validate(*decoded, component::Features::all());
  WCOMP_CHECK(component::validate(*again, component::Features::all()).has_value() == valid.has_value());
  // What fewer features allow is allowed with all of them.
  const auto by_default = component::validate(*decoded);
  WCOMP_CHECK(valid.has_value() || !by_default.has_value());
  if (valid) (void)link::plan(*valid);
  return 0;
}
