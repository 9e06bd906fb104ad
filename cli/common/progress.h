// What is going on, for people who wait at a terminal.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace wcomp::cli {

/// Shows a line on standard error if it lives for more than a second there and that is a terminal; the line goes when it ends.
class Progress {
 public:
  explicit Progress(std::string line);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool has_ended_ = false;
  std::thread thread_;
};

}  // namespace wcomp::cli
