// `error-context.new`, `.debug-message` and `.drop`. CanonicalABI.md "canon error-context.new" and following.
//
// An error context is an immutable text, which handles of any number of instances share. In a handle table it is an `own` of a resource type
// that no component can name: an index of one used for the other is a handle of the wrong type, as it has to be.
#pragma once

#include "component/built_in.h"
#include "runtime/instance_impl.h"

namespace wcomp::runtime {

/// Ends a handle's share of an error context.
extern const ResourceKey error_context_key;

/// The function behind a built-in; its context is an ErrorContextBuiltIn.
[[nodiscard]] engine::HostFn error_context_built_in(component::BuiltIn built_in);

}  // namespace wcomp::runtime
