// One plugin of an application: a file, an instance made from it with limits of its own, and what happens when either goes wrong.
#pragma once

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include "plugin_host.h"
#include "wcomp/wasi.h"

/// Every slot has a linker, so that each plugin gets its own limits, its own `say` and its own (empty) grants. A trap stops one instance only.
class PluginSlot final : private sample_plugins::host::Host {
 public:
  struct Limits {
    std::uint64_t memory_bytes = 4 << 20;
    std::uint64_t fuel_per_call = 2'000'000;
  };

  PluginSlot(const wcomp::Engine& engine, std::filesystem::path file, Limits limits) : engine_(engine), file_(std::move(file)), limits_(limits), linker_(engine) {
    linker_.set_limits({.max_memory_bytes = limits.memory_bytes, .fuel = limits.fuel_per_call});
    sample_plugins::host::add_to(linker_, *this);
  }
  PluginSlot(const PluginSlot&) = delete;
  PluginSlot& operator=(const PluginSlot&) = delete;

  [[nodiscard]] std::string name() const { return file_.stem().string(); }
  [[nodiscard]] bool is_running() const { return plugin_.has_value(); }

  /// Starts the plugin from its file, or starts it anew. When the file is not a plugin, the one that runs stays.
  wcomp::Result<void> load() {
    if (!has_wasi_) {  // the guest's C library imports WASI; nothing is granted
      if (auto added = wcomp::wasi::add_to(linker_, wcomp::wasi::Context{}); !added) return added;
      has_wasi_ = true;
    }
    std::error_code ignored;
    const auto written = std::filesystem::last_write_time(file_, ignored);
    auto component = wcomp::Component::load(engine_, file_);
    if (!component) return wcomp::Err(std::move(component).error());
    auto plugin = sample_plugins::Plugin::instantiate(linker_, *component);
    if (!plugin) return wcomp::Err(std::move(plugin).error());
    plugin_.emplace(std::move(*plugin));  // the old instance ends here
    written_ = written;
    return {};
  }

  [[nodiscard]] bool has_changed() const {
    std::error_code ignored;
    return std::filesystem::last_write_time(file_, ignored) != written_;
  }

  /// The answer, why there is none, or what stopped the plugin; a stopped plugin is taken out of service.
  std::string answer(std::string_view line) {
    if (!plugin_) return "(not running)";
    plugin_->instance().set_fuel(limits_.fuel_per_call);
    auto called = plugin_->exports().answer(line);  // Result<Result<std::string, std::string>, Trap>
    if (!called) {
      const std::string why(wcomp::to_string(called.error().code()));
      plugin_.reset();
      return "(stopped: " + why + ")";
    }
    return *called ? **called : "(no answer: " + called->error() + ")";
  }

  std::string describe() {
    if (!plugin_) return "(not running)";
    plugin_->instance().set_fuel(limits_.fuel_per_call);
    auto called = plugin_->exports().describe();
    return called ? *called : called.error().to_string();
  }

 private:
  void say(std::string_view line) override { std::printf("    [%s] %.*s\n", name().c_str(), static_cast<int>(line.size()), line.data()); }

  const wcomp::Engine& engine_;
  std::filesystem::path file_;
  Limits limits_;
  wcomp::Linker linker_;
  std::optional<sample_plugins::Plugin> plugin_;
  std::filesystem::file_time_type written_{};
  bool has_wasi_ = false;
};
