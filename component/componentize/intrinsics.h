// Names of core imports that are canonical built-ins: intrinsics.def as data, and taking such names apart.
#pragma once

#include <optional>
#include <string_view>

#include "component/component.h"

namespace wcomp::component {

enum class IntrinsicForm : std::uint8_t { root, exported, slot, payload, func };
struct IntrinsicRow {
  BuiltIn built_in;
  std::string_view name;
  IntrinsicForm form;
  core::FuncType type;
  bool may_be_async, may_be_cancellable;
  std::optional<StringEncoding> encoding;
};

[[nodiscard]] const std::vector<IntrinsicRow>& intrinsic_rows();

/// `[async-lower][stream-read-0]f` taken apart.
struct Intrinsic {
  const IntrinsicRow* row = nullptr;
  bool is_async = false, is_cancellable = false;
  bool is_unit = false;         ///< payload: `unit` in place of a number
  std::uint32_t number = 0;     ///< slot, payload
  std::string_view func;        ///< payload, func: what follows the bracket
};
/// None when the name has the form of no row, prefixes that the row does not allow included. A view into `name`.
[[nodiscard]] std::optional<Intrinsic> parse_intrinsic(std::string_view name);

inline constexpr std::string_view async_lower_prefix = "[async-lower]";

}  // namespace wcomp::component
