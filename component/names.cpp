#include "component/names.h"

#include <algorithm>

#include "wit/names.h"

namespace wcomp::component {

namespace {

/// A label without acronyms.
bool is_lower_label(std::string_view text) {
  return is_label(text) && std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool strip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// `canonversion`
bool is_canonical_version(std::string_view text) {
  strip(text, "0.") && strip(text, "0.");
  const bool is_number = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return is_number && text[0] != '0';
}

std::optional<ExternName> parse_interface_name(std::string_view text) {
  ExternName out;
  out.kind = NameKind::interface;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    const std::string_view version = text.substr(at + 1);
    out.version = SemVer::parse(version);
    if (is_canonical_version(version) || version == "0.0.0") out.canonical_version = version;
    if (!out.version && out.canonical_version.empty()) return std::nullopt;
    text = text.substr(0, at);
  }
  const std::size_t first_slash = text.find('/');
  if (first_slash == std::string_view::npos) return std::nullopt;
  std::string_view words = text.substr(0, first_slash), labels = text.substr(first_slash + 1);
  std::size_t namespaces = 0, projections = 0;
  for (std::size_t colon = words.find(':'); colon != std::string_view::npos; colon = words.find(':')) {
    if (!is_lower_label(words.substr(0, colon))) return std::nullopt;
    if (namespaces++ == 0) out.ns = words.substr(0, colon);
    words.remove_prefix(colon + 1);
  }
  out.package = words;
  for (std::size_t slash = 0; slash != std::string_view::npos; ++projections) {
    slash = labels.find('/');
    out.label = labels.substr(0, slash);
    if (!is_label(out.label)) return std::nullopt;
    if (slash != std::string_view::npos) labels.remove_prefix(slash + 1);
  }
  if (namespaces == 0 || !is_lower_label(out.package)) return std::nullopt;
  out.is_nested = namespaces > 1 || projections > 1;
  return out;
}

}  // namespace

bool is_label(std::string_view text) { return wit::is_label(text); }

std::optional<ExternName> parse_extern_name(std::string_view text) {
  ExternName out;
  if (text.starts_with('[')) {
    if (strip(text, "[constructor]")) {
      out.kind = NameKind::constructor;
      out.label = text;
      return is_label(text) ? std::optional(out) : std::nullopt;
    }
    if (strip(text, "[method]")) {
      out.kind = NameKind::method;
    } else if (strip(text, "[static]")) {
      out.kind = NameKind::static_;
    } else {
      return std::nullopt;
    }
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    out.label = text.substr(0, dot);
    out.member = text.substr(dot + 1);
    return is_label(out.label) && is_label(out.member) ? std::optional(out) : std::nullopt;
  }
  if (text.find(':') != std::string_view::npos) return parse_interface_name(text);
  out.label = text;
  return is_label(text) ? std::optional(out) : std::nullopt;
}

std::string canonical_label(std::string_view label) {
  std::string out;
  out.reserve(label.size());
  for (const char c : label) {
    if (c != '-') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::string canonical_name(std::string_view extern_name) {
  std::string_view rest = extern_name;
  if (strip(rest, "[method]") || strip(rest, "[static]")) {
    const std::size_t dot = rest.find('.');
    const std::string label = canonical_label(rest.substr(0, dot)), member = dot == std::string_view::npos ? std::string() : canonical_label(rest.substr(dot + 1));
    return label == member ? label : label + "." + member;
  }
  // A version is no label.
  const std::size_t at = extern_name.find('@');
  std::string out = canonical_label(extern_name.substr(0, at));
  if (at != std::string_view::npos) out += extern_name.substr(at);
  return out;
}

}  // namespace wcomp::component
