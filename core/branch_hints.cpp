#include "core/branch_hints.h"

#include <algorithm>

namespace wcomp::core {
namespace {

Result<std::vector<FuncBranchHints>> read(ByteSpan contents) {
  ByteReader in(contents);
  WCOMP_TRY(const std::uint32_t funcs, in.count(2));
  std::vector<FuncBranchHints> out(funcs);
  for (FuncBranchHints& f : out) {
    WCOMP_TRY(f.func, in.leb_u32());
    WCOMP_TRY(const std::uint32_t n, in.count(3));
    f.hints.resize(n);
    for (BranchHint& h : f.hints) {
      WCOMP_TRY(h.offset, in.leb_u32());
      WCOMP_TRY(const std::uint8_t size, in.u8());
      WCOMP_TRY(const std::uint8_t value, in.u8());
      if (size != 1 || value > 1) return in.malformed("a branch hint is one byte, 0 or 1");
      h.is_likely = value == 1;
    }
  }
  return out;
}

}  // namespace

std::optional<std::vector<FuncBranchHints>> decode_branch_hints(ByteSpan contents) {
  Result<std::vector<FuncBranchHints>> hints = read(contents);
  if (!hints) return std::nullopt;
  const auto is_ascending = [](const auto& range, auto member) {
    return std::ranges::adjacent_find(range, std::ranges::greater_equal(), member) == range.end();
  };
  const bool is_in_order = is_ascending(*hints, &FuncBranchHints::func) &&
                           std::ranges::all_of(*hints, [&](const FuncBranchHints& f) { return is_ascending(f.hints, &BranchHint::offset); });
  if (!is_in_order || !std::ranges::equal(encode_branch_hints(*hints), contents)) return std::nullopt;
  return *std::move(hints);
}

Bytes encode_branch_hints(const std::vector<FuncBranchHints>& hints) {
  ByteWriter out;
  out.leb_u32(static_cast<std::uint32_t>(hints.size()));
  for (const FuncBranchHints& f : hints) {
    out.leb_u32(f.func);
    out.leb_u32(static_cast<std::uint32_t>(f.hints.size()));
    for (const BranchHint& h : f.hints) {
      out.leb_u32(h.offset);
      out.u8(1);
      out.u8(h.is_likely ? 1 : 0);
    }
  }
  return out.take();
}

}  // namespace wcomp::core
