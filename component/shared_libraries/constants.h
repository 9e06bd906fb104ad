// Values of constant expressions, as far as they are known while linking.
// https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions
#pragma once

#include <optional>
#include <span>

#include "core/module.h"

namespace wcomp::component::shared {

/// By global index; an i32 has its upper half 0.
using GlobalValues = std::vector<std::optional<std::uint64_t>>;

/// Integers only. Nothing: it depends on a global that has no known value, or is a value of another kind.
[[nodiscard]] std::optional<std::uint64_t> evaluate(const core::Expr& expr, std::span<const std::optional<std::uint64_t>> globals);

/// All globals of a module; `values` holds those of its imports.
void add_defined_globals(const core::Module& module, GlobalValues& values);

}  // namespace wcomp::component::shared
