// Any bytes are a module for componentize, alone and as an adapter, and for metadata: refused with a reason, or made into a component that is valid.
#include "component/componentize.h"

#include "component/metadata.h"
#include "component/unbundle.h"
#include "component/validate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  const auto bytes = std::make_shared<const Bytes>(data, data + size);
  (void)component::read_metadata(*bytes);
  (void)component::change_metadata(*bytes, {.name = "n", .producers = {}, .licenses = ""});
  (void)component::unbundle(bytes, 8);
  for (const bool is_adapter : {false, true}) {
    component::ComponentizeOptions options;
    options.return_call_ref = is_adapter;
    if (is_adapter) options.adapters.push_back({.name = "old", .bytes = bytes, .file = "old"});
    const auto made = component::componentize(*bytes, options);
    if (!made) {
      WCOMP_CHECK(!made.error().diagnostics().empty());
      continue;
    }
    const auto decoded = component::decode(*made);
    WCOMP_CHECK(decoded.has_value());
    WCOMP_CHECK(component::validate(*decoded, component::Features::all()).has_value());
  }
  return 0;
}
