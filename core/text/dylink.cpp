// `(@dylink.0 ..)`: https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md#text-format-of-dylink0
#include "core/dylink.h"

#include <algorithm>
#include <limits>

#include "core/text/context.h"

namespace wcomp::core::text {
namespace {

constexpr std::uint64_t max_u32 = std::numeric_limits<std::uint32_t>::max();

Result<std::uint32_t> number(Cursor& in) {
  WCOMP_TRY(const std::uint64_t n, in.nat(max_u32));
  return static_cast<std::uint32_t>(n);
}

Result<DylinkMemInfo> mem_info(Cursor& in) {
  DylinkMemInfo out;
  while (in.at(TokenKind::open)) {
    const bool is_memory = in.take_open("memory");
    if (!is_memory && !in.take_open("table")) return in.unexpected("`(memory` or `(table`");
    WCOMP_TRY((is_memory ? out.memory_size : out.table_size), number(in));
    WCOMP_TRY((is_memory ? out.memory_align_log2 : out.table_align_log2), number(in));
    WCOMP_TRY(in.expect_close());
  }
  return out;
}

Result<std::vector<std::string>> names(Cursor& in) {
  std::vector<std::string> out;
  while (in.at(TokenKind::string)) {
    WCOMP_TRY(out.emplace_back(), in.name());
  }
  return out;
}

Result<std::uint32_t> flags(Cursor& in) {
  std::uint32_t out = 0;
  while (in.at(TokenKind::atom)) {
    if (const auto* row = std::ranges::find(dylink_flag_rows, in.text(), &DylinkFlagRow::text); row != dylink_flag_rows.end()) {
      out |= static_cast<std::uint32_t>(row->flag);
      in.advance();
    } else {
      WCOMP_TRY(const std::uint32_t bits, number(in));
      out |= bits;
    }
  }
  return out;
}

/// The part to which a symbol is added: the last one, if that is of the kind.
template <class Part>
Part& last_part(std::vector<DylinkPart>& parts) {
  if (parts.empty() || !std::holds_alternative<Part>(parts.back())) parts.emplace_back(Part{});
  return std::get<Part>(parts.back());
}

Result<void> field(Cursor& in, std::vector<DylinkPart>& parts) {
  if (in.take_open("mem-info")) {
    WCOMP_TRY(DylinkMemInfo info, mem_info(in));
    parts.emplace_back(info);
  } else if (in.take_open("needed")) {
    WCOMP_TRY(std::vector<std::string> list, names(in));
    parts.emplace_back(DylinkNeeded{std::move(list)});
  } else if (in.take_open("runtime-path")) {
    WCOMP_TRY(std::vector<std::string> list, names(in));
    parts.emplace_back(DylinkRuntimePath{std::move(list)});
  } else if (in.take_open("export-info")) {
    DylinkExport symbol;
    WCOMP_TRY(symbol.name, in.name());
    WCOMP_TRY(symbol.flags, flags(in));
    last_part<DylinkExportInfo>(parts).symbols.push_back(std::move(symbol));
  } else if (in.take_open("import-info")) {
    DylinkImport symbol;
    WCOMP_TRY(symbol.module, in.name());
    WCOMP_TRY(symbol.name, in.name());
    WCOMP_TRY(symbol.flags, flags(in));
    last_part<DylinkImportInfo>(parts).symbols.push_back(std::move(symbol));
  } else {
    return in.unexpected("`(mem-info`, `(needed`, `(export-info`, `(import-info` or `(runtime-path`");
  }
  return in.expect_close();
}

}  // namespace

Result<Bytes> dylink_contents(Cursor& in) {
  std::vector<DylinkPart> parts;
  while (in.at(TokenKind::open)) WCOMP_TRY(field(in, parts));
  return encode_dylink(parts);
}

}  // namespace wcomp::core::text
