// Writing an import's type out again, as an instance type of the composition's binary.
#pragma once

#include <functional>

#include "compose/imports.h"

namespace wcomp::compose {

/// The composition's type index for a type of another import; asked for types that the written import does not own.
/// None when that import is not one of the composition.
using FindType = std::function<std::optional<component::TypeIdx>(const TypeOrigin&)>;

/// Declarations of the instance type for `import`, whose key is `key`. Fails with `unsupported` when it uses a resource that is met inside the composition.
[[nodiscard]] Result<component::InstanceTypeRef> instance_type(const MergedImport& import, const std::string& key, const MergedImports& all, const FindType& find_type);

}  // namespace wcomp::compose
