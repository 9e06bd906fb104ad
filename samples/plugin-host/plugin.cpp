#include "plugin.h"

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <sstream>
#include <thread>

namespace review {

namespace {

/// Interrupts an instance that is still running when the time is up.
class Deadline {
 public:
  Deadline(wcomp::Instance& instance, std::chrono::milliseconds time)
      : watcher_([&instance, time](const std::stop_token& call_has_ended) {
          std::mutex mutex;
          std::condition_variable_any never;
          std::unique_lock lock(mutex);
          never.wait_for(lock, call_has_ended, time, [] { return false; });
          if (!call_has_ended.stop_requested()) instance.interrupt();
        }) {}

 private:
  std::jthread watcher_;
};

const char* word_of(Severity severity) {
  switch (severity) {
    case Severity::hint: return "hint";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "";
}

/// A trap in one line, and below it what the plugin wrote to standard error before (the traceback of a Python exception, say).
std::string explain(const wcomp::Trap& trap, const std::string& errors) {
  const std::string whole = trap.to_string();
  std::string text = whole.substr(0, whole.find('\n'));
  std::istringstream lines(errors);
  for (std::string line; std::getline(lines, line);) text += line.empty() ? "" : "\n    | " + printable(line);
  return text;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return out;
}

Plugin::Plugin(const wcomp::Engine& engine, std::filesystem::path file, const Bounds& bounds, const Settings& settings)
    : engine_(engine), file_(std::move(file)), bounds_(bounds), settings_(settings), linker_(engine) {
  linker_.set_limits({.max_memory_bytes = bounds.memory_bytes, .fuel = bounds.fuel});
  sample_review::host::add_to(linker_, *this);
}

template <class Call>
auto Plugin::bounded(std::chrono::milliseconds time, Call call) {
  errors_.clear();
  running_->instance().set_fuel(bounds_.fuel);
  const Deadline deadline(running_->instance(), time);
  return call(running_->reviewer());
}

wcomp::Result<void> Plugin::load() {
  // Nothing is granted. The C library or the Python inside imports WASI all the same; a call to what was not granted is refused, and told.
  auto context = wcomp::wasi::Context{}.stderr_to(&errors_).on_denied(
      [this](const wcomp::wasi::Denial& d) { std::printf("  [%s] denied: %s\n", name().c_str(), printable(d.operation + (d.subject.empty() ? "" : " " + d.subject)).c_str()); });
  if (auto added = wcomp::wasi::add_to(linker_, std::move(context)); !added) return added;
  auto component = wcomp::Component::load(engine_, file_);
  if (!component) return wcomp::Err(std::move(component).error());
  component_ = std::move(*component);
  if (auto started = start(); !started) return started;

  // The first call compiles the plugin, unless the cache has it: that is not the plugin's time.
  auto described = bounded(10 * bounds_.time, [](const auto& reviewer) { return reviewer.describe(); });
  if (!described) {
    return wcomp::Err(wcomp::Failure({.code = "trap", .location = {}, .message = "`describe` of the plugin: " + explain(described.error(), errors_), .labels = {}, .notes = {}}));
  }
  description_ = std::move(*described);
  return {};
}

wcomp::Result<void> Plugin::start() {
  auto plugin = sample_review::Plugin::instantiate(linker_, *component_);  // the types are compared here
  if (!plugin) return wcomp::Err(std::move(plugin).error());
  running_.emplace(std::move(*plugin));
  return {};
}

Plugin::Review Plugin::review(const Document& document) {
  if (!running_) {
    if (auto started = start(); !started) return {.remarks = {}, .why_not = started.error().first().message};
  }
  auto called = bounded(bounds_.time, [&](const auto& reviewer) { return reviewer.review(document); });  // Result<Result<vector<Remark>, Refusal>, Trap>
  if (!called) {
    running_.reset();
    return {.remarks = {}, .why_not = explain(called.error(), errors_)};
  }
  if (*called) return {.remarks = std::move(**called), .why_not = {}};
  return {.remarks = {},
          .why_not = called->error().match([](const Refusal::Empty&) { return std::string("there is nothing in it"); },
                                           [](const Refusal::TooLong& most) { return "it has more than " + std::to_string(most.value) + " lines"; },
                                           [](const Refusal::Other& why) { return printable(why.value); })};
}

std::optional<std::string> Plugin::setting(std::string_view name) {
  const auto found = settings_.find(name);
  return found != settings_.end() ? std::optional(found->second) : std::nullopt;
}

void Plugin::log(Severity severity, std::string_view text) {
  std::printf("  [%s] %s: %s\n", name().c_str(), word_of(severity), printable(text).c_str());
}

}  // namespace review
