// A plugin of the application: a component of world `plugin`, in an instance that has limits of its own and no more than the host gives it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugin_host.h"  // made of wit/review.wit by witc
#include "wcomp/wasi.h"

namespace review {

using sample_review::Description;
using sample_review::Document;
using sample_review::Refusal;
using sample_review::Remark;
using sample_review::Severity;

/// What one plugin may take, each in one call.
struct Bounds {
  std::uint64_t memory_bytes = 64 << 20;
  std::uint64_t fuel = 1'000'000'000;  // about one an instruction; an interpreter inside of a plugin needs many
  std::chrono::milliseconds time{10'000};
};

using Settings = std::map<std::string, std::string, std::less<>>;

/// What a plugin says is not to be trusted by a terminal: control characters are replaced.
[[nodiscard]] std::string printable(std::string_view text);

/// One thread's at a time. Never moves: its linker refers to it.
class Plugin final : private sample_review::host::Host {
 public:
  /// What came of a document: remarks, or why there are none.
  struct Review {
    std::vector<Remark> remarks;
    std::string why_not;
  };

  /// `settings` outlives the plugin.
  Plugin(const wcomp::Engine& engine, std::filesystem::path file, const Bounds& bounds, const Settings& settings);
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  /// Loads the file and asks the plugin what it is. Fails if the file is no component, or none of this world; the message names what differs in WIT.
  [[nodiscard]] wcomp::Result<void> load();
  /// A plugin that trapped starts anew: its instance is gone, others never noticed.
  [[nodiscard]] Review review(const Document& document);

  [[nodiscard]] std::string name() const { return file_.filename().string(); }
  [[nodiscard]] const Description& description() const { return description_; }

 private:
  // What the plugin imports.
  std::optional<std::string> setting(std::string_view name) override;
  void log(Severity severity, std::string_view text) override;

  [[nodiscard]] wcomp::Result<void> start();
  /// Calls the plugin within its bounds.
  template <class Call>
  auto bounded(std::chrono::milliseconds time, Call call);

  const wcomp::Engine& engine_;
  std::filesystem::path file_;
  Bounds bounds_;
  const Settings& settings_;
  std::string errors_;  // the plugin's standard error
  wcomp::Linker linker_;
  std::optional<wcomp::Component> component_;
  std::optional<sample_review::Plugin> running_;
  Description description_;
};

}  // namespace review
