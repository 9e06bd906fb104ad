#include "component/names.h"

namespace wcomp::component {

namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_fragment(std::string_view text, bool is_first, bool may_be_acronym) {
  if (text.empty() || (is_first && is_digit(text.front()))) return false;
  bool has_lower = false, has_upper = false;
  for (const char c : text) {
    has_lower = has_lower || is_lower(c);
    has_upper = has_upper || is_upper(c);
    if (!is_lower(c) && !is_upper(c) && !is_digit(c)) return false;
  }
  return !(has_lower && has_upper) && (may_be_acronym || !has_upper);
}

bool is_kebab(std::string_view text, bool may_have_acronyms) {
  for (bool is_first = true;; is_first = false) {
    const std::size_t dash = text.find('-');
    if (!is_fragment(text.substr(0, dash), is_first, may_have_acronyms)) return false;
    if (dash == std::string_view::npos) return true;
    text.remove_prefix(dash + 1);
  }
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
  if (!is_kebab(out.ns, false) || !is_kebab(out.package, false) || !is_label(out.label)) return std::nullopt;
  return out;
}

}  // namespace

bool is_label(std::string_view text) { return is_kebab(text, true); }
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

std::string canonical_label(std::string_view label) {
  std::string out(label);
  for (char& c : out) {
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string canonical_name(std::string_view extern_name) {
  const std::optional<ExternName> name = parse_extern_name(extern_name);
  if (name && (name->kind == NameKind::method || name->kind == NameKind::static_)) {
    const std::string label = canonical_label(name->label), member = canonical_label(name->member);
    return label == member ? label : label + "." + member;
  }
  return canonical_label(extern_name);
}

}  // namespace wcomp::component
