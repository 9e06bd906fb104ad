// Component values in test scripts: `(u32.const 1)`, `(list.const (str.const "a"))`, `(record.const (field "x" ..))`, `(variant.const "c" ..)`,
// `(option.some ..)`, `(result.ok)`, `(flags.const "a" "b")`. They are read for the type that they are used with.
#pragma once

#include "core/text/cursor.h"
#include "wcomp/value.h"

namespace wcomp::wast {

/// Errors: syntax for what is no value, type-mismatch for one of another type.
[[nodiscard]] Result<wcomp::Value> parse_component_value(const Type& type, core::text::Cursor& in);

/// Equal, but all NaNs are alike.
[[nodiscard]] bool matches(const wcomp::Value& expected, const wcomp::Value& found);

}  // namespace wcomp::wast
