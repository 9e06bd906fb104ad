// `--profile`: what is written while a guest runs, and when it has ended.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/observer.h"
#include "engine/profiler.h"

namespace wcomp::cli {

/// `guest[,FILE[,INTERVAL]]`, `perfmap`, `jitdump`.
struct ProfileChoice {
  enum class Kind : std::uint8_t { none, guest, perfmap, jitdump };
  Kind kind = Kind::none;
  std::string file;
  std::chrono::nanoseconds interval = engine::Profiler::default_interval;
};
/// An empty text: none. Errors: bad-usage.
[[nodiscard]] Result<ProfileChoice> parse_profile(std::string_view text);

/// One run of a guest that is looked at.
class Profiling {
 public:
  /// Before the engine exists. Errors: what cannot be written, or back ends that have no code to name.
  [[nodiscard]] static Result<Profiling> start(const ProfileChoice& choice, bool is_compiled, std::string title);
  /// Writes what there is to write and says so; `status`, or that of a file that cannot be written.
  [[nodiscard]] int finish(int status);

  Profiling(Profiling&&) = default;
  Profiling& operator=(Profiling&&) = delete;
  ~Profiling();

 private:
  Profiling() = default;
  ProfileChoice choice_;
  std::string title_;
  std::unique_ptr<engine::Profiler> profiler_;
  std::unique_ptr<engine::CodeObserver> dump_;
};

}  // namespace wcomp::cli
