#include "cli/wcomp/invoke.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "base/nearest_name.h"
#include "base/source.h"
#include "canonical-abi/wave.h"
#include "cli/common/program.h"
#include "cli/wcomp/export_names.h"
#include "cli/wcomp/input.h"
#include "runtime/dynamic_call.h"

namespace wcomp::cli {

namespace {

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

/// What ended an invocation early: its status, when everything was reported.
struct Ended {
  int status = status_failed;
};

/// `f(..)`, then any number of `.method(..)`.
class Invocation {
 public:
  Invocation(const Component& component, Instance& instance, const std::string& file, std::string_view text, const std::vector<std::string>& words, runner::Watchdog& watchdog)
      : funcs_(component.functions()), instance_(instance), file_(file), text_(text), words_(words), watchdog_(watchdog) {}

  int run() {
    const Result<void, Ended> called = call_all();
    if (!called) return called.error().status;
    int status = print_results({value_ ? to_string(*func_->result(), *value_) : std::string("()")});
    // Those that others may refer to end last.
    if (value_) made_.push_back(std::move(*value_));
    for (; !made_.empty() && status == status_ok; made_.pop_back()) status = end_resources(made_.back());
    return status;
  }

 private:
  Result<void, Ended> call_all() {
    const auto written = cabi::find_wave_call(text_);
    const std::string_view name = written ? written->function : text_;
    auto found = find_exported_func(funcs_, name);
    if (!found) return failed(in_file(std::move(found).error(), file_));
    WCOMP_TRY(open(*found));
    std::optional<std::size_t> end;
    if (!written) {
      auto args = parse_words(*func_, name, words_);
      if (!args) return wrong_usage(explain_method(std::move(args).error()));
      return call(*std::move(args));
    }
    for (std::size_t begin = written->args_begin;;) {
      end = cabi::find_wave_call_end(text_, begin);
      const std::size_t next = end ? text_.find_first_not_of(" \t\r\n", *end) : std::string_view::npos;
      const bool is_chained = next != std::string_view::npos && text_[next] == '.';
      WCOMP_TRY(call_written(begin, is_chained ? *end : text_.size()));
      if (!is_chained) return {};
      const auto method = cabi::find_wave_call(text_.substr(next + 1));
      if (!method || method->function.empty()) return wrong_usage(error(diag::bad_usage, "a `.` behind a call that no `method(..)` follows", place(next, text_.size())));
      const auto name_begin = static_cast<std::size_t>(method->function.data() - text_.data());
      WCOMP_TRY(open_method(method->function, place(name_begin, name_begin + method->function.size())));
      begin = next + 1 + method->args_begin;
    }
  }

  Result<void, Ended> open(const ExportedFunc& found) {
    auto func = instance_.func(found.interface, found.name);
    if (!func) return failed(func.error());
    name_ = found;
    func_ = *std::move(func);
    return {};
  }

  /// The function becomes the method `name` of the resource that the last call gave, which becomes its first argument.
  Result<void, Ended> open_method(std::string_view name, Location at) {
    const cabi::Shape* given = runtime::view(*func_).shape.result.get();
    if (given == nullptr || given->kind != cabi::ShapeKind::own) {
      Diagnostic d = error(diag::bad_usage, fmt::format("`{}` gives {}: only a resource has methods", full_name(name_), func_->result() ? fmt::format("a `{}`", func_->result()->to_string()) : "nothing"), std::move(at));
      return wrong_usage(std::move(d));
    }
    std::vector<std::string> methods;
    for (const ExportedFunc& f : funcs_) {
      if (f.interface != name_.interface || !f.name.starts_with("[method]")) continue;
      const auto func = instance_.func(f.interface, f.name);
      if (!func) return failed(func.error());
      const cabi::FuncShape& shape = runtime::view(*func).shape;
      if (shape.params.empty() || shape.params[0].shape->resource != given->resource) continue;
      methods.push_back(f.name.substr(f.name.find('.') + 1));
      if (methods.back() != name) continue;
      self_ = std::move(value_);
      return open(f);
    }
    Diagnostic d = error(diag::missing_export, fmt::format("what `{}` gives has no method `{}`", full_name(name_), name), std::move(at));
    NearestName nearest(name);
    for (const std::string& m : methods) nearest.offer(m);
    if (auto note = nearest.note()) d.notes.push_back(*std::move(note));
    for (const std::string& m : methods) d.notes.push_back(fmt::format("it has `{}`", m));
    if (methods.empty()) d.notes.push_back("it has none");
    return wrong_usage(std::move(d));
  }

  Result<void, Ended> call_written(std::size_t begin, std::size_t end) {
    const runtime::FuncView view = runtime::view(*func_);
    const std::span<const cabi::Part> params(view.shape.params);
    auto args = cabi::parse_wave_args(view.types, params.subspan(self_ ? 1 : 0), "--invoke", text_.substr(0, end), begin);
    if (!args) return wrong_usage(self_ ? std::move(args).error() : explain_method(std::move(args).error()));
    if (!self_) return call(*std::move(args));
    args->insert(args->begin(), *self_);
    made_.push_back(*std::exchange(self_, std::nullopt));
    return call(*std::move(args));
  }

  /// For a method that was called by its name alone: what to call it on.
  Failure explain_method(Failure f) {
    if (!name_.name.starts_with("[method]")) return f;
    const std::string_view method = std::string_view(name_.name).substr(name_.name.find('.') + 1);
    const runtime::FuncView view = runtime::view(*func_);
    for (const ExportedFunc& other : funcs_) {
      if (other.interface != name_.interface || view.shape.params.empty()) continue;
      const auto func = instance_.func(other.interface, other.name);
      const cabi::Shape* given = func ? runtime::view(*func).shape.result.get() : nullptr;
      if (given == nullptr || given->kind != cabi::ShapeKind::own || given->resource != view.shape.params[0].shape->resource) continue;
      return std::move(f).with_note(fmt::format("a method is called on what a call gives: `{}(..).{}(..)`", without_kind(other.name), method));
    }
    return std::move(f).with_note(fmt::format("a method is called on what a call gives: `f(..).{}(..)`", method));
  }

  [[nodiscard]] Location place(std::size_t begin, std::size_t end) const {
    SourceMap sources;
    const SourceId id = sources.add("--invoke", std::string(text_));
    return sources.locate({.source = id, .begin = static_cast<std::uint32_t>(begin), .end = static_cast<std::uint32_t>(end)});
  }

  Result<void, Ended> call(std::vector<Value> args) {
    auto result = func_->call(args);
    if (!result) return Err(Ended{report(watchdog_.explain(std::move(result).error()))});
    value_ = *std::move(result);
    return {};
  }

  /// Runs the destructors of all resources in a value.
  int end_resources(const Value& v) {
    const auto each = [&](const std::vector<Value>& values) {
      for (const Value& inner : values) {
        if (const int status = end_resources(inner); status != status_ok) return status;
      }
      return static_cast<int>(status_ok);
    };
    if (const auto* values = std::get_if<std::vector<Value>>(&v.data)) return each(*values);
    if (const auto* c = std::get_if<CaseValue>(&v.data)) return each(c->payload);
    const auto* handle = std::get_if<HandleValue>(&v.data);
    if (handle == nullptr || handle->resource == nullptr) return status_ok;
    auto dropped = handle->resource->drop();
    return dropped ? static_cast<int>(status_ok) : report(watchdog_.explain(std::move(dropped).error()));
  }

  static Err<Ended> failed(const Failure& f) { return Err(Ended{report(f)}); }
  /// Mistakes in the text are mistakes of the command line.
  static Err<Ended> wrong_usage(const Failure& f) {
    (void)report(f);
    return Err(Ended{status_usage});
  }
  static Err<Ended> wrong_usage(Diagnostic d) { return wrong_usage(Failure(std::move(d))); }

  const std::vector<ExportedFunc> funcs_;
  Instance& instance_;
  const std::string& file_;
  std::string_view text_;
  const std::vector<std::string>& words_;
  runner::Watchdog& watchdog_;
  ExportedFunc name_;
  std::optional<Func> func_;     ///< the one to call, or that was called last
  std::optional<Value> value_;   ///< what it gave
  std::optional<Value> self_;    ///< its first argument, if the text has none for it
  std::vector<Value> made_;      ///< what earlier calls gave
};

}  // namespace

int invoke(const Component& component, Instance& instance, const std::string& file, const std::string& call, const std::vector<std::string>& words, runner::Watchdog& watchdog) {
  return Invocation(component, instance, file, call, words, watchdog).run();
}

int invoke(ModuleInstance& instance, const std::string& file, const std::string& call, const std::vector<std::string>& words, runner::Watchdog& watchdog) {
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
