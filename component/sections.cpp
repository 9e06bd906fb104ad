#include "component/sections.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/component.h"
#include "component/decode_types.h"

namespace wcomp::component {

namespace {

constexpr std::string_view core_titles[] = {"custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data", "data count", "tag"};
constexpr std::string_view component_titles[] = {"custom", "core module", "core instance", "core type", "component", "instance", "alias", "type", "canon", "start", "import", "export", "value"};

constexpr std::size_t header_size = 8;

bool has_count(const Section& s, bool is_component) {
  if (is_component) return s.id >= 2 && s.id != 4 && s.id != 9 && s.id < std::size(component_titles);
  return s.id != 0 && s.id != 8 && s.id != 12 && s.id < std::size(core_titles);
}

Result<Sections> read(ByteSpan bytes, std::uint64_t offset, unsigned depth) {
  if (depth > max_nesting) return fail(diag::limit_exceeded, fmt::format("components are nested more than {} deep", max_nesting), BinaryPos{.file = {}, .path = {}, .offset = offset});
  Sections out{.is_component = false, .offset = offset, .bytes = bytes, .items = {}};
  const BinaryKind kind = detect(bytes);
  if (kind == BinaryKind::not_wasm) return fail(diag::malformed, "neither a core module nor a component: it does not begin with `\\0asm` and a version that is known", BinaryPos{.file = {}, .path = {}, .offset = offset});
  out.is_component = kind == BinaryKind::component;
  ByteReader in(bytes.subspan(header_size), offset + header_size);
  while (!in.at_end()) {
    Section s;
    WCOMP_TRY(s.id, in.u8());
    s.title = out.is_component ? (s.id < std::size(component_titles) ? component_titles[s.id] : "unknown") : (s.id < std::size(core_titles) ? core_titles[s.id] : "unknown");
    WCOMP_TRY(const std::uint32_t size, in.leb_u32());
    s.offset = in.offset();
    WCOMP_TRY(s.contents, in.bytes(size));
    if (s.is_custom()) {
      ByteReader head(s.contents, s.offset);
      WCOMP_TRY(s.name, head.name());
      s.contents = s.contents.subspan(s.contents.size() - head.remaining());
      s.offset = head.offset();
    } else if (out.is_component && (s.id == 1 || s.id == 4)) {
      WCOMP_TRY(Sections nested, read(s.contents, s.offset, depth + 1));
      s.nested = std::make_shared<const Sections>(std::move(nested));
    } else if (has_count(s, out.is_component)) {
      if (const auto count = ByteReader(s.contents, s.offset).leb_u32()) s.count = *count;
    }
    out.items.push_back(std::move(s));
  }
  return out;
}

}  // namespace

Result<Sections> read_sections(ByteSpan bytes) { return read(bytes, 0, 0); }

Bytes without_customs(const Sections& sections, const std::function<bool(std::string_view)>& is_removed) {
  ByteWriter out;
  out.bytes(sections.bytes.first(header_size));
  const std::uint8_t* kept_to = sections.bytes.data() + header_size;  // what stays is copied as it is, its size field too
  for (const Section& s : sections.items) {
    const std::uint8_t* const end = s.contents.data() + s.contents.size();
    if (s.nested) {
      out.u8(s.id);
      out.sized(without_customs(*s.nested, is_removed));
    } else if (!s.is_custom() || !is_removed(s.name)) {
      out.bytes({kept_to, end});
    }
    kept_to = end;
  }
  return out.take();
}

}  // namespace wcomp::component
