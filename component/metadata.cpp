#include "component/metadata.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
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
#define WCOMP_ANNOTATION(member, text, form, summary) \
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
  WCOMP_TRY(read(binary, 0, 0));  // what cannot be read again is not written
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
#define WCOMP_ANNOTATION(member, text, form, summary) \
  if (change.member && !change.member->empty()) append_custom(out, text, as_bytes(*change.member));
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
  return out;
}

namespace {

/// `license-expression` by recursive descent without recursion: parentheses are counted, and every operator stands between two operands.
class SpdxReader {
 public:
  explicit SpdxReader(std::string_view text) : text_(text) {}

  std::optional<std::string> fault() {
    std::size_t open = 0;
    bool wants_operand = true, may_have_exception = false;
    for (std::string_view word = next(); !word.empty(); word = next()) {
      if (word == "(") {
        if (!wants_operand) return unexpected(word, "AND, OR or WITH");
        ++open;
      } else if (word == ")") {
        if (wants_operand || open == 0) return unexpected(word, wants_operand ? "a licence" : "nothing more");
        --open;
        may_have_exception = false;
      } else if (word == "AND" || word == "OR" || word == "WITH") {
        if (wants_operand) return unexpected(word, "a licence");
        wants_operand = true;
        if (word != "WITH") continue;
        if (!may_have_exception) return fmt::format("`WITH` follows one licence, such as in `Apache-2.0 WITH LLVM-exception`");
        const std::string_view exception = next();
        if (!is_id(exception)) return unexpected(exception, "an exception, such as `LLVM-exception`");
        wants_operand = may_have_exception = false;
      } else {
        if (!wants_operand) return unexpected(word, "AND, OR or WITH");
        if (!is_license(word)) return fmt::format("`{}` is no licence: expected an identifier of the SPDX list, such as `MIT`, or `LicenseRef-NAME`", escape(word));
        wants_operand = false;
        may_have_exception = true;
      }
    }
    if (wants_operand) return unexpected({}, "a licence, such as `MIT`");
    if (open != 0) return unexpected({}, "`)`");
    return std::nullopt;
  }

 private:
  static std::optional<std::string> unexpected(std::string_view found, std::string_view expected) {
    return fmt::format("found {}, expected {}", found.empty() ? "the end" : "`" + escape(found) + "`", expected);
  }
  static bool is_id(std::string_view s) {
    return !s.empty() && std::ranges::all_of(s, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; });
  }
  static bool is_license(std::string_view s) {
    constexpr std::string_view document = "DocumentRef-", license = "LicenseRef-";
    if (s.starts_with(document)) {
      const std::size_t colon = s.find(':');
      if (colon == std::string_view::npos || !is_id(s.substr(document.size(), colon - document.size())) || !s.substr(colon + 1).starts_with(license)) return false;
      s.remove_prefix(colon + 1);
    }
    if (s.starts_with(license)) return is_id(s.substr(license.size()));
    return is_id(s.ends_with('+') ? s.substr(0, s.size() - 1) : s);
  }
  /// The next word or parenthesis; empty at the end.
  std::string_view next() {
    text_.remove_prefix(std::min(text_.find_first_not_of(" \t\n"), text_.size()));
    const bool is_bracket = !text_.empty() && (text_.front() == '(' || text_.front() == ')');
    const std::string_view word = text_.substr(0, is_bracket ? 1 : text_.find_first_of(" \t\n()"));
    text_.remove_prefix(word.size());
    return word;
  }

  std::string_view text_;
};

/// RFC 3986: a scheme, and something after it that is made of its characters; web addresses have a host.
std::optional<std::string> url_fault(std::string_view url) {
  const auto is_alpha = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t colon = url.find(':');
  const std::string_view scheme = url.substr(0, colon);
  const bool has_scheme = colon != std::string_view::npos && !scheme.empty() && is_alpha(scheme[0]) &&
                          std::ranges::all_of(scheme, [&](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
  if (!has_scheme) return "it does not begin with a scheme: expected a URL such as `https://example.com/source`";
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f || std::string_view("<>\"{}|\\^`").contains(c)) return fmt::format("`{}` cannot be in a URL: write it as `%{:02X}`", escape(std::string_view(&c, 1)), static_cast<unsigned char>(c));
  }
  std::string_view rest = url.substr(colon + 1);
  const std::string lower_scheme = [&] {
    std::string out(scheme);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
  }();
  if (rest.empty()) return "there is nothing after the scheme";
  if (lower_scheme != "http" && lower_scheme != "https") return std::nullopt;
  const bool has_host = rest.starts_with("//") && rest.size() > 2 && !std::string_view("/?#:").contains(rest[2]);
  return has_host ? std::nullopt : std::optional<std::string>(fmt::format("it names no host: expected `{}://HOST/..`", scheme));
}

}  // namespace

std::optional<std::string> find_fault(AnnotationForm form, std::string_view value) {
  switch (form) {
    case AnnotationForm::spdx: return SpdxReader(value).fault();
    case AnnotationForm::url: return url_fault(value);
    case AnnotationForm::text: break;
  }
  return std::nullopt;
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
