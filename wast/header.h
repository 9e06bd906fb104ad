// What a script's first comment lines say about how it wants to be run. Two projects write such lines:
//   ;; RUN: wast --assert default % -f simd,-gc   wasm-tools: nothing is run, only parsed and validated, and `malformed` and
//                                                  `invalid` mean the same; features as on its command line
//   ;;! multi_memory = true                       wasmtime: one setting a line
// Features that are not known here are passed over: whether they matter shows.
#pragma once

#include <string_view>

#include "component/features.h"

namespace wcomp::wast {

struct Header {
  component::Features features;
  bool is_static = false;         ///< nothing is instantiated or called
  bool is_deterministic = false;  ///< NaNs have to be canonical
  bool has_lenient_indices = false;  ///< of components: WAST_STRICT_COMPONENT_INDICES=0
};

[[nodiscard]] Header read_header(std::string_view source);

}  // namespace wcomp::wast
