// Instances as imports of others: `Linker::define_instance(name, instance)`.
//
// Each instance has a store of its own, so a call from one to the other goes through the host, by value. Their resources are shared: the
// importing instance's handles name the ResourceType of the instance that defines it, which the linker and all made from it keep alive.
#pragma once

#include "base/diagnostic.h"
#include "runtime/instance_impl.h"

namespace wcomp::runtime {

/// The other instance's resource; null when there is none of that name.
[[nodiscard]] ResourceType* find_linked_resource(const LinkerImpl& linker, std::string_view interface, std::string_view name);

/// Names that the component has declared to be one resource, where the linker has them: are they?
void check_equal_resources(const LinkerImpl& linker, InstanceImpl& instance, std::vector<Diagnostic>& problems);

/// `import-mismatch` where a function of another instance has not the type that it is imported with.
[[nodiscard]] std::optional<Diagnostic> check_linked(InstanceImpl& instance, const std::string& what, const types::FuncType& type, const HostFuncDef& def);

}  // namespace wcomp::runtime
