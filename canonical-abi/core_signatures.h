// Core functions whose types are the same whatever is lifted or lowered. CanonicalABI.md "Canonical ABI Options", Explainer.md "Canonical Built-ins".
#pragma once

#include "core/module.h"

namespace wcomp::cabi {

/// The option `realloc`; `ptr`: the memory's type of addresses.
[[nodiscard]] inline core::FuncType realloc_type(core::ValType ptr) { return {.params = std::vector<core::ValType>(4, ptr), .results = {ptr}}; }
/// The option `callback`.
inline const core::FuncType callback_type{.params = std::vector<core::ValType>(3, core::ValType::i32), .results = {core::ValType::i32}};
/// `resource.drop`, a destructor.
inline const core::FuncType takes_handle{.params = {core::ValType::i32}, .results = {}};
/// `resource.new`, `resource.rep`.
inline const core::FuncType handle_to_i32{.params = {core::ValType::i32}, .results = {core::ValType::i32}};

}  // namespace wcomp::cabi
