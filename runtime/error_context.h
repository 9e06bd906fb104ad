// `error-context.new`, `.debug-message` and `.drop`, and error contexts as values. CanonicalABI.md "canon error-context.new" and following,
// `lift_error_context`, `lower_error_context`.
//
// An error context is an immutable text, which handles of any number of instances share. In a handle table it is an `own` of a resource type
// that no component can name: an index of one used for the other is a handle of the wrong type, as it has to be.
#pragma once

#include "component/built_in.h"
#include "runtime/instance_impl.h"
#include "wcomp/value.h"

namespace wcomp::runtime {

/// Ends a handle's share of an error context.
extern const ResourceKey error_context_key;

/// The error context of a handle, which stays where it is.
[[nodiscard]] Result<std::shared_ptr<const ErrorContext>, Trap> lift_error_context(HandleTable& handles, const InstanceImpl& owner, std::uint32_t handle);
/// A new handle that shares it.
[[nodiscard]] Result<std::uint32_t, Trap> lower_error_context(HandleTable& handles, InstanceImpl& owner, std::shared_ptr<const ErrorContext> error);

/// The function behind a built-in; its context is an ErrorContextBuiltIn.
[[nodiscard]] engine::HostFn error_context_built_in(component::BuiltIn built_in);

}  // namespace wcomp::runtime
