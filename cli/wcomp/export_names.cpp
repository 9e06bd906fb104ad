#include "cli/wcomp/export_names.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/nearest_name.h"

namespace wcomp::cli {

namespace {

/// An interface's name in its parts: `ns:pkg/` `iface` `1.2.3`, and the path of an instance inside it: `inner`, `inner.more`.
struct InterfaceName {
  std::string_view package, interface, version;
  std::string nested;

  explicit InterfaceName(std::string_view name) {
    const std::size_t at = name.find('@');
    const std::size_t slash = name.find(':') == std::string_view::npos ? std::string_view::npos : name.find('/');
    if (slash != std::string_view::npos) package = name.substr(0, slash + 1);
    // The path begins at the next slash, behind the version if there is one.
    const std::size_t path = name.find('/', at != std::string_view::npos ? at : package.size());
    interface = name.substr(package.size(), std::min(at, path) - package.size());
    if (at != std::string_view::npos) version = name.substr(at + 1, path == std::string_view::npos ? path : path - at - 1);
    if (path == std::string_view::npos) return;
    nested = name.substr(path + 1);
    std::replace(nested.begin(), nested.end(), '/', '.');
  }
};

bool is_meant(const ExportedFunc& f, std::string_view name) {
  const std::string_view plain = without_kind(f.name);
  if (name == f.name || name == plain) return true;
  if (f.interface.empty()) return false;
  const InterfaceName i(f.interface);
  std::vector<std::string> places{f.interface};
  for (const std::string& place : {std::string(i.interface), fmt::format("{}{}", i.package, i.interface)}) places.push_back(i.nested.empty() ? place : fmt::format("{}.{}", place, i.nested));
  if (!i.nested.empty()) places.push_back(i.nested);
  for (const std::string& place : places) {
    for (const char separator : {'.', '#'}) {
      for (const std::string_view func : {std::string_view(f.name), plain}) {
        const std::string spelled = fmt::format("{}{}{}", place, separator, func);
        if (name == spelled || (!i.version.empty() && name == fmt::format("{}@{}", spelled, i.version))) return true;
      }
    }
  }
  return false;
}

/// Notes with the functions' names; the nearest one first if it is near.
void add_candidates(Diagnostic& d, std::span<const ExportedFunc> funcs, std::string_view name) {
  NearestName whole(name), last(name.substr(name.rfind('.') + 1));
  for (const ExportedFunc& f : funcs) {
    whole.offer(full_name(f));
    last.offer(f.name);
  }
  if (auto note = whole.note()) {
    d.notes.push_back(*std::move(note));
  } else if (last.get()) {
    const auto at = std::ranges::find_if(funcs, [&](const ExportedFunc& f) { return f.name == *last.get(); });
    d.notes.push_back(fmt::format("did you mean `{}`?", full_name(*at)));
  }
  constexpr std::size_t shown = 20;
  for (std::size_t i = 0; i < funcs.size() && i < shown; ++i) d.notes.push_back(fmt::format("it exports `{}`", full_name(funcs[i])));
  if (funcs.size() > shown) d.notes.push_back(fmt::format("and {} more", funcs.size() - shown));
  if (funcs.empty()) d.notes.push_back("it exports no functions");
}

}  // namespace

std::string_view without_kind(std::string_view name) {
  return name.starts_with('[') ? name.substr(std::min(name.find(']') + 1, name.size())) : name;
}

std::string full_name(const ExportedFunc& f) {
  if (f.interface.empty()) return f.name;
  const InterfaceName i(f.interface);
  return fmt::format("{}{}{}{}.{}{}{}", i.package, i.interface, i.nested.empty() ? "" : ".", i.nested, f.name, i.version.empty() ? "" : "@", i.version);
}

Result<ExportedFunc> find_exported_func(std::span<const ExportedFunc> funcs, std::string_view name) {
  std::vector<ExportedFunc> meant;
  for (const ExportedFunc& f : funcs) {
    if (f.interface.empty() && f.name == name) return f;
    if (is_meant(f, name)) meant.push_back(f);
  }
  if (meant.size() == 1) return meant.front();
  if (meant.size() > 1) {
    Diagnostic d = error(diag::ambiguous, fmt::format("several exported functions are meant by `{}`", name));
    for (const ExportedFunc& f : meant) d.notes.push_back(fmt::format("write `{}`", full_name(f)));
    return Err(Failure(std::move(d)));
  }
  Diagnostic d = error(diag::missing_export, name.empty() ? std::string("the name of the function to call is missing") : fmt::format("no function `{}` is exported", name));
  add_candidates(d, funcs, name);
  return Err(Failure(std::move(d)));
}

}  // namespace wcomp::cli
