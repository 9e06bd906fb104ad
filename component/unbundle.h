// Takes core modules out of a component: `wcomp unbundle`.
//
// The component then imports each of them as `unbundled-module0`, `unbundled-module1`, .., without the names that its imports have already;
// where a nested component had one, an alias of the outermost component's import stands. Engines that compile and keep modules by themselves
// are given them this way.
#pragma once

#include "component/component.h"

namespace wcomp::component {

struct UnbundledModule {
  std::string name;  ///< of the import
  ByteSpan bytes;    ///< a view into what was given
};
struct Unbundled {
  Bytes component;
  std::vector<UnbundledModule> modules;  ///< in the order of their imports
};

/// `threshold`: modules of as many bytes, or fewer, stay. `storage` has to live as long as the modules are looked at. Errors: those of
/// decoding the component, and those of decoding and validating a module that is taken out. A module whose type no import can say stays.
[[nodiscard]] Result<Unbundled> unbundle(std::shared_ptr<const Bytes> storage, std::uint64_t threshold);

}  // namespace wcomp::component
