#include "cli/common/progress.h"

#include <chrono>

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/common/program.h"

namespace wcomp::cli {

Progress::Progress(std::string line) {
  if (::isatty(2) != 1 || messages_are_json()) return;
  thread_ = std::thread([this, text = escape(line)] {
    std::unique_lock lock(mutex_);
    if (ended_.wait_for(lock, std::chrono::seconds(1), [this] { return has_ended_; })) return;
    fmt::print(stderr, "\r{}", text);
    ended_.wait(lock, [this] { return has_ended_; });
    fmt::print(stderr, "\r\033[K");
  });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

}  // namespace wcomp::cli
