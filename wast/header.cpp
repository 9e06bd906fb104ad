#include "wast/header.h"

#include <algorithm>
#include <string>


namespace wcomp::wast {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

void apply_list(std::string_view list, component::Features& features) {
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    component::Features changed = features;
    if (component::apply_features(word, changed)) features = changed;
  }
}

/// What stands behind `;; RUN:`
void apply_command(std::string_view command, Header& out) {
  bool is_wast = false;
  while (!trimmed(command).empty()) {
    const std::string_view word = take_word(command);
    is_wast = is_wast || word == "wast";
    if (word == "WAST_STRICT_COMPONENT_INDICES=0") out.has_lenient_indices = true;
    if (word == "-f" || word == "--features") apply_list(take_word(command), out.features);
    if (word.starts_with("-f=")) apply_list(word.substr(3), out.features);
    if (word.starts_with("--features=")) apply_list(word.substr(11), out.features);
  }
  out.is_static = out.is_static || is_wast;
}

/// What stands behind `;;!`
void apply_setting(std::string_view setting, Header& out) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string_view::npos) return;
  std::string name(trimmed(setting.substr(0, equals)));
  const bool is_on = trimmed(setting.substr(equals + 1)) == "true";
  std::ranges::replace(name, '_', '-');
  constexpr std::string_view of_components = "component-model-";
  if (name.starts_with(of_components)) name.replace(0, of_components.size(), "cm-");
  if (name == "nan-canonicalization") {
    out.is_deterministic = is_on;
  } else {
    apply_list((is_on ? "" : "-") + name, out.features);
  }
}

}  // namespace

Header read_header(std::string_view source) {
  constexpr std::string_view run = ";; RUN:", set = ";;!";
  Header out;
  while (source.starts_with(";;")) {
    const std::string_view line = source.substr(0, source.find('\n'));
    source.remove_prefix(std::min(source.size(), line.size() + 1));
    if (line.starts_with(run)) apply_command(line.substr(run.size()), out);
    if (line.starts_with(set)) apply_setting(line.substr(set.size()), out);
  }
  return out;
}

}  // namespace wcomp::wast
