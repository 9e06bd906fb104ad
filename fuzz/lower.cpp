// Any bytes that are a valid component are lowered to a core module, or refused for a reason that is the component's: what comes out is a valid
// core module, and the same each time.
#include "core/feature_list.h"
#include "lower/lower.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  const auto decoded = component::decode(Bytes(data, data + size));
  if (!decoded) return 0;
  const auto valid = component::validate(*decoded, component::Features::all());
  if (!valid || !link::plan(*valid)) return 0;
  const auto lowered = lower::lower(*valid);
  if (!lowered) {
    const std::string_view code = lowered.error().first().code;
    WCOMP_CHECK(code == "unsupported" || code == "limit-exceeded" || code == "duplicate-name");
    return 0;
  }
  auto module = core::decode(*lowered);
  WCOMP_CHECK(module.has_value());
  core::Features features;
  WCOMP_CHECK(core::apply_features("all", features).has_value());
  WCOMP_CHECK(core::validate(*std::move(module), features).has_value());
  WCOMP_CHECK(*lower::lower(*valid) == *lowered);
  return 0;
}
