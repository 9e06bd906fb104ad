// Takes core modules out of a component: `wcomp unbundle`.
//
// The component then imports each of them as `unbundled-module0`, `unbundled-module1`, ..; where a nested component had one, an alias of the
// outermost component's import stands. Engines that compile and keep modules by themselves are given them this way.
#pragma once

#include "component/component.h"

namespace wcomp::component {

struct Unbundled {
  Bytes component;
  std::vector<ByteSpan> modules;  ///< in the order of their numbers; views into what was given
};

/// `threshold`: modules of as many bytes, or fewer, stay. `storage` has to live as long as the modules are looked at. Errors: those of
/// decoding; `invalid` for a module that cannot be decoded, or what an import of a module cannot say.
[[nodiscard]] Result<Unbundled> unbundle(std::shared_ptr<const Bytes> storage, std::uint64_t threshold);

}  // namespace wcomp::component
