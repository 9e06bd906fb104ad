#include "core/dylink.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/match.h"
#include "core/text_ids.h"

namespace wcomp::core {
namespace {

/// Numbers of the subsections: 1 more than the alternative of DylinkPart.
constexpr std::uint8_t mem_info_id = 1, needed_id = 2, export_info_id = 3, import_info_id = 4, runtime_path_id = 5;

Result<std::vector<std::string>> names(ByteReader& in) {
  WCOMP_TRY(const std::uint32_t count, in.count());
  std::vector<std::string> out;
  out.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    WCOMP_TRY(const std::string_view name, in.name());
    out.emplace_back(name);
  }
  return out;
}

Result<DylinkPart> mem_info(ByteReader& in) {
  DylinkMemInfo out;
  for (std::uint32_t* field : {&out.memory_size, &out.memory_align_log2, &out.table_size, &out.table_align_log2}) {
    WCOMP_TRY(*field, in.leb_u32());
  }
  return out;
}

Result<DylinkPart> export_info(ByteReader& in) {
  WCOMP_TRY(const std::uint32_t count, in.count(2));
  DylinkExportInfo out;
  out.symbols.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    WCOMP_TRY(const std::string_view name, in.name());
    WCOMP_TRY(const std::uint32_t flags, in.leb_u32());
    out.symbols.push_back({std::string(name), flags});
  }
  return out;
}

Result<DylinkPart> import_info(ByteReader& in) {
  WCOMP_TRY(const std::uint32_t count, in.count(3));
  DylinkImportInfo out;
  out.symbols.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    WCOMP_TRY(const std::string_view module, in.name());
    WCOMP_TRY(const std::string_view name, in.name());
    WCOMP_TRY(const std::uint32_t flags, in.leb_u32());
    out.symbols.push_back({std::string(module), std::string(name), flags});
  }
  return out;
}

Result<DylinkPart> part(std::uint8_t id, ByteReader& in) {
  switch (id) {
    case mem_info_id: return mem_info(in);
    case needed_id: {
      WCOMP_TRY(std::vector<std::string> list, names(in));
      return DylinkNeeded{std::move(list)};
    }
    case export_info_id: return export_info(in);
    case import_info_id: return import_info(in);
    case runtime_path_id: {
      WCOMP_TRY(std::vector<std::string> list, names(in));
      return DylinkRuntimePath{std::move(list)};
    }
    default: {
      WCOMP_TRY(const ByteSpan rest, in.bytes(in.remaining()));
      return DylinkUnknown{id, rest};
    }
  }
}

void write_names(ByteWriter& out, const std::vector<std::string>& list) {
  out.leb_u32(static_cast<std::uint32_t>(list.size()));
  for (const std::string& name : list) out.name(name);
}

std::string literal(std::string_view text) { return to_literal(as_bytes(text)); }

/// With a space in front of each.
std::string print_flags(std::uint32_t flags) {
  std::string out;
  for (const DylinkFlagRow& row : dylink_flag_rows) {
    const auto bit = static_cast<std::uint32_t>(row.flag);
    if ((flags & bit) == 0) continue;
    fmt::format_to(std::back_inserter(out), " {}", row.text);
    flags &= ~bit;
  }
  if (flags != 0) fmt::format_to(std::back_inserter(out), " {:#x}", flags);
  return out;
}

}  // namespace

Result<std::vector<DylinkPart>> decode_dylink(ByteSpan contents, std::uint64_t base_offset, std::string path) {
  ByteReader in(contents, base_offset, std::move(path));
  std::vector<DylinkPart> out;
  while (!in.at_end()) {
    WCOMP_TRY(const std::uint8_t id, in.u8());
    WCOMP_TRY(const std::uint32_t size, in.leb_u32());
    WCOMP_TRY(ByteReader body, in.sub(size, in.path()));
    WCOMP_TRY(DylinkPart one, part(id, body));
    if (!body.at_end()) return body.malformed(fmt::format("subsection {} of `{}` has {} bytes too many", id, dylink_section, body.remaining()));
    out.push_back(std::move(one));
  }
  return out;
}

Bytes encode_dylink(const std::vector<DylinkPart>& parts) {
  ByteWriter out;
  for (const DylinkPart& p : parts) {
    ByteWriter body;
    match(
        p,
        [&](const DylinkMemInfo& i) {
          for (const std::uint32_t v : {i.memory_size, i.memory_align_log2, i.table_size, i.table_align_log2}) body.leb_u32(v);
        },
        [&](const DylinkNeeded& i) { write_names(body, i.names); },
        [&](const DylinkExportInfo& i) {
          body.leb_u32(static_cast<std::uint32_t>(i.symbols.size()));
          for (const DylinkExport& s : i.symbols) {
            body.name(s.name);
            body.leb_u32(s.flags);
          }
        },
        [&](const DylinkImportInfo& i) {
          body.leb_u32(static_cast<std::uint32_t>(i.symbols.size()));
          for (const DylinkImport& s : i.symbols) {
            body.name(s.module);
            body.name(s.name);
            body.leb_u32(s.flags);
          }
        },
        [&](const DylinkRuntimePath& i) { write_names(body, i.paths); }, [&](const DylinkUnknown& i) { body.bytes(i.bytes); });
    const auto* unknown = std::get_if<DylinkUnknown>(&p);
    out.u8(unknown != nullptr ? unknown->id : static_cast<std::uint8_t>(p.index() + 1));
    out.sized(body.view());
  }
  return out.take();
}

std::optional<std::string> print_dylink(ByteSpan contents) {
  const auto parts = decode_dylink(contents);
  // Numbers in longer forms than needed are the one thing that the parts do not keep.
  if (!parts || !std::ranges::equal(encode_dylink(*parts), contents)) return std::nullopt;
  std::string out = "(@dylink.0";
  const auto line = [&](const std::string& text) { fmt::format_to(std::back_inserter(out), "\n    {}", text); };
  const auto list = [&](std::string_view word, const std::vector<std::string>& items) {
    std::string text = fmt::format("({}", word);
    for (const std::string& item : items) text += " " + literal(item);
    line(text + ")");
  };
  std::size_t previous = std::variant_npos;
  for (const DylinkPart& p : *parts) {
    // The text has no subsection of no symbols, and makes one of two that follow each other.
    const bool repeats = p.index() == previous;
    previous = p.index();
    const bool is_said = match(
        p,
        [&](const DylinkMemInfo& i) {
          std::string text = "(mem-info";
          if (i.memory_size != 0 || i.memory_align_log2 != 0) text += fmt::format(" (memory {} {})", i.memory_size, i.memory_align_log2);
          if (i.table_size != 0 || i.table_align_log2 != 0) text += fmt::format(" (table {} {})", i.table_size, i.table_align_log2);
          line(text + ")");
          return true;
        },
        [&](const DylinkNeeded& i) { return list("needed", i.names), true; },
        [&](const DylinkExportInfo& i) {
          for (const DylinkExport& s : i.symbols) line(fmt::format("(export-info {}{})", literal(s.name), print_flags(s.flags)));
          return !repeats && !i.symbols.empty();
        },
        [&](const DylinkImportInfo& i) {
          for (const DylinkImport& s : i.symbols) line(fmt::format("(import-info {} {}{})", literal(s.module), literal(s.name), print_flags(s.flags)));
          return !repeats && !i.symbols.empty();
        },
        [&](const DylinkRuntimePath& i) { return list("runtime-path", i.paths), true; }, [](const DylinkUnknown&) { return false; });
    if (!is_said) return std::nullopt;
  }
  return out + (parts->empty() ? ")" : "\n  )");
}

}  // namespace wcomp::core
