#include "cli/wcomp/invoke.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/excerpt.h"
#include "base/nearest_name.h"
#include "base/text.h"
#include "canonical-abi/wave.h"
#include "cli/common/program.h"
#include "cli/wcomp/input.h"

namespace wcomp::cli {

namespace {

/// An interface's name in its parts: `ns:pkg/` `iface` `1.2.3`.
struct InterfaceName {
  std::string_view package, interface, version;
  explicit InterfaceName(std::string_view name) {
    const std::size_t at = name.find('@');
    if (at != std::string_view::npos) version = name.substr(at + 1);
    name = name.substr(0, at);
    const std::size_t slash = name.rfind('/');
    interface = slash == std::string_view::npos ? name : name.substr(slash + 1);
    package = name.substr(0, name.size() - interface.size());
  }
};

/// The spelling that means this function and no other: wasmtime's.
std::string full_name(const ExportedFunc& f) {
  if (f.interface.empty()) return f.name;
  const InterfaceName i(f.interface);
  return fmt::format("{}{}.{}{}{}", i.package, i.interface, f.name, i.version.empty() ? "" : "@", i.version);
}

bool is_meant(const ExportedFunc& f, std::string_view name) {
  if (name == f.name) return true;
  if (f.interface.empty()) return false;
  const InterfaceName i(f.interface);
  const std::string qualified = fmt::format("{}{}", i.package, i.interface);
  const auto is_either = [&](std::string_view spelled) {
    for (const char separator : {'.', '#'}) {
      if (name == fmt::format("{}{}{}", spelled, separator, f.name)) return true;
    }
    return false;
  };
  return is_either(i.interface) || is_either(qualified) || is_either(f.interface) || name == full_name(f);
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

Result<std::vector<Value>> parse_words(const Func& func, std::string_view name, const std::vector<std::string>& words) {
  const std::vector<Param> params = func.params();
  if (words.size() != params.size()) {
    Diagnostic d = error(diag::bad_usage, fmt::format("{} argument{} for `{}`, expected {}", words.size(), words.size() == 1 ? "" : "s", name, params.size()));
    d.notes.push_back(fmt::format("`{}` is `{}`", name, func.type()));
    return Err(Failure(std::move(d)));
  }
  std::vector<Value> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto value = Value::parse(params[i].type, words[i]);
    if (!value) {
      Failure f = std::move(value).error();
      for (Diagnostic& d : f.diagnostics()) {
        if (TextPos* at = std::get_if<TextPos>(&d.location)) at->file = fmt::format("argument {}", i + 1);
        d.notes.push_back(fmt::format("parameter `{}` of `{}` is `{}`", params[i].name, name, params[i].type.to_string()));
      }
      return Err(std::move(f));
    }
    out.push_back(*std::move(value));
  }
  return out;
}

/// A line on standard output.
int print_results(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) fmt::print("{}\n", line);
  return status_ok;
}

}  // namespace

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
  Diagnostic d = error(diag::missing_export, fmt::format("no function `{}` is exported", name));
  add_candidates(d, funcs, name);
  return Err(Failure(std::move(d)));
}

int invoke(const Component& component, Instance& instance, const std::string& file, const std::string& call, const std::vector<std::string>& words, Watchdog& watchdog) {
  const auto written = cabi::find_wave_call(call);
  const std::string_view name = written ? written->function : std::string_view(call);
  auto found = find_exported_func(component.functions(), name);
  if (!found) return report(in_file(std::move(found).error(), file));
  const auto func = instance.func(found->interface, found->name);
  if (!func) return report(func.error());
  // Mistakes in the arguments are mistakes of the command line.
  auto args = written ? func->parse_args(std::string_view(call).substr(written->args_begin)) : parse_words(*func, name, words);
  if (!args) {
    // The text that people see is the whole call.
    Failure f = std::move(args).error();
    for (Diagnostic& d : f.diagnostics()) {
      TextPos* at = std::get_if<TextPos>(&d.location);
      if (at == nullptr || !written) continue;
      at->file = "--invoke";
      if (at->line != 1) continue;
      const bool begins_line = excerpt_begin(at->column) == 0;
      at->column += static_cast<std::uint32_t>(written->args_begin);
      if (begins_line) at->excerpt = (call.substr(0, written->args_begin) + at->excerpt).substr(excerpt_begin(at->column));
    }
    (void)report(f);
    return status_usage;
  }
  auto result = func->call(*args);
  if (!result) return report(watchdog.explain(std::move(result).error()));
  return print_results({*result ? to_string(*func->result(), **result) : std::string("()")});
}

int invoke(ModuleInstance& instance, const std::string& file, const std::string& call, const std::vector<std::string>& words, Watchdog& watchdog) {
  std::string name = call;
  std::vector<std::string> args = words;
  // `f(1, 2)`: numbers need no more than commas between them. An export may be named like a call, too.
  const auto written = cabi::find_wave_call(call);
  if (written && call.ends_with(')') && !instance.has_func(call)) {
    name = written->function;
    args.clear();
    std::string_view list = std::string_view(call).substr(written->args_begin + 1);
    list.remove_suffix(1);
    const auto trimmed = [](std::string_view text) {
      const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
      text.remove_prefix(begin);
      return std::string(text.substr(0, text.find_last_not_of(' ') + 1));
    };
    while (!trimmed(list).empty()) {
      args.push_back(trimmed(list.substr(0, list.find(','))));
      list.remove_prefix(std::min(list.size(), list.find(',') == std::string_view::npos ? list.size() : list.find(',') + 1));
    }
  }
  auto done = invoke_texts(instance, name, args);
  if (!done) {
    Failure f = std::move(done).error();
    for (Diagnostic& d : f.diagnostics()) {
      if (std::holds_alternative<std::monostate>(d.location) && d.code == diag::missing_export.code) d.location = BinaryPos{.file = file, .path = {}, .offset = 0};
    }
    const bool is_usage = f.first().code == diag::bad_usage.code;
    (void)report(f);
    return is_usage ? status_usage : status_failed;
  }
  if (!*done) return report(watchdog.explain(std::move(*done).error()));
  return print_results(**done);
}

}  // namespace wcomp::cli
