// What an import or export is, in the words of the text format: `func (param i32)`, `memory 1`, `global (mut i32)`.
#pragma once

#include "core/module.h"

namespace wcomp::core {

/// The module must be valid: indices are not checked.
[[nodiscard]] std::string describe(const Module& module, const ExternType& type);
[[nodiscard]] std::string describe(const Module& module, const Export& e);
[[nodiscard]] ExternKind kind_of(const ExternType& type);

}  // namespace wcomp::core
