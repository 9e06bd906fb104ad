// Looking things up in a Linker and checking them against a component.
#pragma once

#include "base/diagnostic.h"
#include "runtime/instance_impl.h"

namespace wcomp::runtime {

[[nodiscard]] const ResourceKey* find_resource(const LinkerImpl& linker, std::string_view interface, std::string_view name);
[[nodiscard]] std::shared_ptr<const HostFuncDef> find_func(const LinkerImpl& linker, std::string_view interface, std::string_view name);

/// The interfaces that may stand for `name`, best first.
[[nodiscard]] std::vector<const LinkerImpl::Interface*> find_interfaces(const LinkerImpl& linker, std::string_view name);

/// `missing-import`, with what the linker has instead.
[[nodiscard]] Diagnostic missing(const LinkerImpl& linker, std::string_view what, std::string_view interface, std::string_view name);

struct CheckedImport {
  std::shared_ptr<const HostFuncDef> def;
  std::vector<KeyBinding> keys;
};
/// Finds every imported function and compares its type; reports all that are wrong at once. The instance's resources must be there already.
Result<void> check_imports(const LinkerImpl& linker, InstanceImpl& instance,
                           std::map<std::pair<std::string, std::string>, CheckedImport>& checked);

/// Compares a C++ signature with a function's type and collects which classes stand for which resources. A diagnostic with both types if
/// they differ; `what` names the function.
[[nodiscard]] std::optional<Diagnostic> check_type(InstanceImpl& instance, const std::string& what, const types::FuncType& type,
                                                   const FuncDesc& desc, std::vector<KeyBinding>& keys, DiagCode code);

}  // namespace wcomp::runtime
