// From a type of an arena to the form in which components are written: the same structure, with references for its parts.
#pragma once

#include <functional>

#include "component/component.h"

namespace wcomp::component {

struct TypeRefs {
  std::function<Result<ValTypeRef>(types::ValType)> value;    ///< how a part is referred to
  std::function<Result<TypeIdx>(types::TypeId)> resource;     ///< the same for what a handle points to
};

/// Asks for the parts in their order. The first failure of a reference is the result's; so is a resource, which is no type of values.
[[nodiscard]] Result<DefValType> to_def_val_type(const types::TypeDef& def, const TypeRefs& refs);

}  // namespace wcomp::component
