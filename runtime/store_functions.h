// Functions in the store that the runtime provides: host functions lowered for a guest, resource built-ins, adapters' intrinsics.
#pragma once

#include <optional>

#include "canonical-abi/intrinsics.h"
#include "runtime/instance_impl.h"

namespace wcomp::runtime {

// engine::HostFn's. `context` is the type in the name's comment.
std::optional<Trap> call_host_import(void* context, std::uint64_t* slots);  // HostImport
std::optional<Trap> call_plain_import(void* context, std::uint64_t* slots); // HostImport, whose function has a plain form
std::optional<Trap> resource_new(void* context, std::uint64_t* slots);      // ResourceBuiltIn
std::optional<Trap> resource_drop(void* context, std::uint64_t* slots);     // ResourceBuiltIn
std::optional<Trap> resource_rep(void* context, std::uint64_t* slots);      // ResourceBuiltIn
// engine::QuickFn's of them.
bool quick_resource_new(void* context, std::uint64_t* slots);
bool quick_resource_drop(void* context, std::uint64_t* slots);
bool quick_resource_rep(void* context, std::uint64_t* slots);
/// Calls a host function; whatever comes out of it is in the crossing.
void call_host(const HostFuncDef& def, HostCall& call);
/// The function behind an intrinsic; its context is an AdapterContext.
[[nodiscard]] engine::HostFn intrinsic(cabi::Intrinsic i);
/// Its shortcut, or null.
[[nodiscard]] engine::QuickFn quick_intrinsic(cabi::Intrinsic i);

}  // namespace wcomp::runtime
