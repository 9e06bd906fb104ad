// The custom section that says which way conditional branches mostly go. It means nothing to validation; one that cannot be read is ignored.
// https://github.com/WebAssembly/branch-hinting/blob/main/proposals/branch-hinting/Overview.md
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace wcomp::core {

inline constexpr std::string_view branch_hint_section = "metadata.code.branch_hint";

struct BranchHint {
  std::uint32_t offset = 0;  ///< of the `if` or `br_if`, from the start of the function's declarations of locals
  bool is_likely = false;
  friend bool operator==(const BranchHint&, const BranchHint&) = default;
};
struct FuncBranchHints {
  std::uint32_t func = 0;  ///< its index, imports included
  std::vector<BranchHint> hints;
  friend bool operator==(const FuncBranchHints&, const FuncBranchHints&) = default;
};

/// Both levels in ascending order. Nothing if the bytes are not what `encode_branch_hints` would give.
[[nodiscard]] std::optional<std::vector<FuncBranchHints>> decode_branch_hints(ByteSpan contents);
[[nodiscard]] Bytes encode_branch_hints(const std::vector<FuncBranchHints>& hints);

}  // namespace wcomp::core
