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

std::optional<ExternName> parse_interface_name(std::string_view text) {
  ExternName out;
  out.kind = NameKind::interface;
  const std::size_t colon = text.find(':');
  const std::size_t slash = text.find('/');
  if (colon == std::string_view::npos || slash == std::string_view::npos || slash < colon) return std::nullopt;
  out.ns = text.substr(0, colon);
  out.package = text.substr(colon + 1, slash - colon - 1);
  out.label = text.substr(slash + 1);
  if (const std::size_t at = out.label.find('@'); at != std::string_view::npos) {
    out.version = SemVer::parse(out.label.substr(at + 1));
    if (!out.version) return std::nullopt;
    out.label = out.label.substr(0, at);
  }
  if (!is_lower_label(out.ns) || !is_lower_label(out.package) || !is_label(out.label)) return std::nullopt;
  return out;
}

}  // namespace

bool is_label(std::string_view text) { return wit::is_label(text); }
bool is_interface_name(std::string_view text) { return parse_interface_name(text).has_value(); }

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

std::string canonical_label(std::string_view label) { return wit::fold_case(label); }

std::string canonical_name(std::string_view extern_name) {
  const std::optional<ExternName> name = parse_extern_name(extern_name);
  if (name && (name->kind == NameKind::method || name->kind == NameKind::static_)) {
    const std::string label = canonical_label(name->label), member = canonical_label(name->member);
    return label == member ? label : label + "." + member;
  }
  return canonical_label(extern_name);
}

}  // namespace wcomp::component
