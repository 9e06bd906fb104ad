#include "component/metadata.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/component.h"
#include "component/decode_types.h"
#include "component/name_section.h"

namespace wcomp::component {

void Producers::set(std::string_view field, std::string_view name, std::string_view version) {
  auto found = std::ranges::find(fields, field, &Field::name);
  if (found == fields.end()) found = fields.insert(fields.end(), Field{.name = std::string(field), .values = {}});
  const auto value = std::ranges::find(found->values, name, &std::pair<std::string, std::string>::first);
  if (value == found->values.end()) {
    found->values.emplace_back(name, version);
  } else {
    value->second = version;
  }
}

Result<Producers> decode_producers(ByteSpan contents) {
  ByteReader in(contents);
  Producers out;
  WCOMP_TRY(const std::uint32_t fields, in.leb_u32());
  for (std::uint32_t i = 0; i < fields; ++i) {
    Producers::Field field;
    WCOMP_TRY(field.name, in.name());
    WCOMP_TRY(const std::uint32_t values, in.leb_u32());
    for (std::uint32_t v = 0; v < values; ++v) {
      WCOMP_TRY(const std::string_view name, in.name());
      WCOMP_TRY(const std::string_view version, in.name());
      field.values.emplace_back(name, version);
    }
    out.fields.push_back(std::move(field));
  }
  return out;
}

Bytes encode_producers(const Producers& producers) {
  ByteWriter out;
  out.leb_u64(producers.fields.size());
  for (const Producers::Field& f : producers.fields) {
    out.name(f.name);
    out.leb_u64(f.values.size());
    for (const auto& [name, version] : f.values) {
      out.name(name);
      out.name(version);
    }
  }
  return out.take();
}

namespace {

constexpr std::uint8_t custom_id = 0, core_module_id = 1, component_id = 4, whole_name = 0;
constexpr std::size_t preamble = 8;

std::string_view names_section(bool is_component) { return is_component ? name_section : "name"; }
std::string text_of(ByteSpan bytes) { return std::string(bytes.begin(), bytes.end()); }

/// The member of an annotation's section; null: it is none.
template <class T>
auto annotation(T& of, std::string_view section) -> decltype(&of.version) {
#define WCOMP_ANNOTATION(member, text, summary) \
  if (section == text) return &of.member;
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
  return nullptr;
}

/// The name of the whole, from a name section of either kind.
std::optional<std::string> whole_name_in(ByteSpan contents) {
  ByteReader in(contents);
  while (!in.at_end()) {
    const auto id = in.u8();
    const auto size = id ? in.leb_u32() : Result<std::uint32_t>(0u);
    if (!id || !size) return std::nullopt;
    const auto body = in.bytes(*size);
    if (!body) return std::nullopt;
    if (*id != whole_name) continue;
    const auto name = ByteReader(*body).name();
    return name ? std::optional<std::string>(*name) : std::nullopt;
  }
  return std::nullopt;
}

struct RawSection {
  std::uint8_t id = 0;
  ByteSpan whole, contents;    ///< with id and size; without
  std::string_view name;       ///< of custom sections, whose `contents` begin after it
  std::uint64_t contents_at = 0;
};

Result<std::vector<RawSection>> sections_of(ByteSpan binary, std::uint64_t at) {
  if (detect(binary) == BinaryKind::not_wasm) return fail(diag::malformed, "this is neither a core module nor a component", BinaryPos{.file = {}, .path = {}, .offset = at});
  ByteReader in(binary.subspan(preamble), at + preamble);
  std::vector<RawSection> out;
  while (!in.at_end()) {
    const std::uint8_t* begin = in.position();
    RawSection s;
    WCOMP_TRY(s.id, in.u8());
    WCOMP_TRY(const std::uint32_t size, in.leb_u32());
    WCOMP_TRY(s.contents, in.bytes(size));
    s.whole = ByteSpan(begin, in.position());
    s.contents_at = at + static_cast<std::uint64_t>(s.contents.data() - binary.data());
    if (s.id == custom_id) {
      ByteReader body(s.contents, s.contents_at);
      WCOMP_TRY(s.name, body.name());
      s.contents = ByteSpan(body.position(), s.contents.data() + s.contents.size());
    }
    out.push_back(s);
  }
  return out;
}

Result<Metadata> read(ByteSpan binary, std::uint64_t at, std::uint32_t depth) {
  if (depth > max_nesting) return fail(diag::limit_exceeded, fmt::format("components are nested more than {} deep", max_nesting), BinaryPos{.file = {}, .path = {}, .offset = at});
  Metadata out{.is_component = detect(binary) == BinaryKind::component, .begin = at, .end = at + binary.size(), .name = {}, .producers = {}};
  WCOMP_TRY(const std::vector<RawSection> sections, sections_of(binary, at));
  for (const RawSection& s : sections) {
    if (out.is_component && (s.id == core_module_id || s.id == component_id)) {
      WCOMP_TRY(Metadata child, read(s.contents, s.contents_at, depth + 1));
      out.children.push_back(std::move(child));
    }
    if (s.id != custom_id) continue;
    if (s.name == names_section(out.is_component)) {
      if (auto name = whole_name_in(s.contents)) out.name = std::move(name);
    } else if (s.name == producers_section) {
      if (auto producers = decode_producers(s.contents)) out.producers = std::move(*producers);
    } else if (std::optional<std::string>* text = annotation(out, s.name)) {
      *text = text_of(s.contents);
    }
  }
  return out;
}

/// A name section with another name of the whole; empty: without one.
Bytes renamed(ByteSpan contents, const std::string& name) {
  ByteWriter out;
  if (!name.empty()) {
    ByteWriter body;
    body.name(name);
    out.u8(whole_name);
    out.sized(body.view());
  }
  ByteReader in(contents);
  while (!in.at_end()) {
    const std::uint8_t* begin = in.position();
    const auto id = in.u8();
    const auto size = id ? in.leb_u32() : Result<std::uint32_t>(0u);
    if (!id || !size || !in.bytes(*size)) break;
    if (*id != whole_name) out.bytes({begin, in.position()});
  }
  return out.take();
}

}  // namespace

Result<Metadata> read_metadata(ByteSpan binary) { return read(binary, 0, 0); }

Result<Bytes> change_metadata(ByteSpan binary, const MetadataChange& change) {
  WCOMP_TRY(const std::vector<RawSection> sections, sections_of(binary, 0));
  const std::string_view names = names_section(detect(binary) == BinaryKind::component);
  Bytes out(binary.begin(), binary.begin() + preamble);
  Bytes name_contents;
  Producers producers;
  for (const RawSection& s : sections) {
    bool is_replaced = false;
    if (s.id == custom_id) {
      const std::optional<std::string>* text = annotation(change, s.name);
      is_replaced = (text != nullptr && text->has_value()) || (s.name == names && change.name) || (s.name == producers_section && !change.producers.empty());
      if (s.name == names) name_contents.assign(s.contents.begin(), s.contents.end());
      if (s.name == producers_section) {
        if (auto found = decode_producers(s.contents)) producers = std::move(*found);
      }
    }
    if (!is_replaced) out.insert(out.end(), s.whole.begin(), s.whole.end());
  }
  if (change.name) {
    const Bytes contents = renamed(name_contents, *change.name);
    if (!contents.empty()) append_custom(out, names, contents);
  }
  if (!change.producers.empty()) {
    for (const Producers::Field& f : change.producers.fields) {
      for (const auto& [name, version] : f.values) producers.set(f.name, name, version);
    }
    append_custom(out, producers_section, encode_producers(producers));
  }
#define WCOMP_ANNOTATION(member, text, summary) \
  if (change.member && !change.member->empty()) append_custom(out, text, as_bytes(*change.member));
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
  return out;
}

void append_custom(Bytes& binary, std::string_view name, ByteSpan contents) {
  ByteWriter body;
  body.name(name);
  body.bytes(contents);
  ByteWriter out;
  out.u8(0);
  out.sized(body.view());
  const Bytes section = out.take();
  binary.insert(binary.end(), section.begin(), section.end());
}

}  // namespace wcomp::component
