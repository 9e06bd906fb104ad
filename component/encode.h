// The encoder's parts that other files of this folder use.
#pragma once

#include "component/component.h"

namespace wcomp::component {

/// The bytes of one `deftype`. Two types of one scope are written the same exactly when these bytes are equal.
[[nodiscard]] Bytes encode_def_type(const DefType& type);

}  // namespace wcomp::component
