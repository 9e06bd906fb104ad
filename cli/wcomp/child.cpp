#include "cli/wcomp/child.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "base/text.h"

extern char** environ;  // NOLINT: the name that POSIX gives it

namespace wcomp::cli {

namespace {

namespace fs = std::filesystem;

volatile std::sig_atomic_t caught_signal = 0;

/// While it lives, signals that would end the process are noted instead; those that were ignored stay ignored.
class HeldSignals {
 public:
  HeldSignals() {
    caught_signal = 0;
    struct sigaction action {};
    action.sa_handler = [](int number) { caught_signal = number; };
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      ::sigaction(numbers[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) ::sigaction(numbers[i], &action, nullptr);
    }
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals() {
    for (std::size_t i = 0; i < numbers.size(); ++i) ::sigaction(numbers[i], &before_[i], nullptr);
  }

 private:
  static constexpr std::array numbers{SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, numbers.size()> before_{};
};

Result<pid_t> start(const Child& child) {
  std::vector<char*> words;
  for (const std::string& w : child.words) words.push_back(const_cast<char*>(w.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!child.output.empty()) posix_spawn_file_actions_addopen(&actions, 1, child.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (!child.errors.empty()) posix_spawn_file_actions_addopen(&actions, 2, child.errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t pid = 0;
  const int problem = posix_spawn(&pid, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) return fail(diag::file_error, fmt::format("cannot run `{}`: {}", escape(child.words[0]), std::strerror(problem)));
  return pid;
}

}  // namespace

Result<ChildrenDone> run_children(const std::vector<Child>& children) {
  const HeldSignals held;
  ChildrenDone done{std::vector<int>(children.size(), -1), 0};
  std::vector<pid_t> pids(children.size(), 0);
  const std::size_t limit = std::max(1U, std::thread::hardware_concurrency());
  std::size_t started = 0, running = 0;
  Result<void> outcome = Ok{};
  while (running > 0 || (started < children.size() && outcome && caught_signal == 0)) {
    if (started < children.size() && running < limit && outcome && caught_signal == 0) {
      auto pid = start(children[started]);
      if (pid) {
        pids[started++] = *pid;
        ++running;
      } else {
        outcome = Err(std::move(pid).error());
      }
      continue;
    }
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, 0);
    if (ended < 0) {
      if (errno != EINTR) return fail(diag::file_error, fmt::format("cannot wait for `{}`: {}", escape(children[0].words[0]), std::strerror(errno)));
      for (std::size_t i = 0; i < started; ++i) {
        if (done.statuses[i] < 0) ::kill(pids[i], SIGTERM);
      }
      continue;
    }
    const auto at = std::ranges::find(pids, ended);
    if (at == pids.end()) continue;
    done.statuses[static_cast<std::size_t>(at - pids.begin())] = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    --running;
  }
  done.stopped_by = caught_signal;
  if (!outcome) return Err(std::move(outcome).error());
  return done;
}

std::string shell_words(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ' ';
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%^";
    const bool is_plain = !word.empty() && word.find_first_not_of(plain) == std::string::npos;
    if (is_plain) {
      out += word;
      continue;
    }
    out += '\'';
    for (const char c : word) c == '\'' ? out += "'\\''" : out += c;
    out += '\'';
  }
  return escape(out);
}

std::string find_program(const std::string& name) {
  const auto is_program = [](const std::string& path) {
    std::error_code ec;
    return fs::is_regular_file(path, ec) && ::access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos) return is_program(name) ? name : "";
  const char* const path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  while (true) {
    const std::size_t end = rest.find(':');
    std::string folder(rest.substr(0, end));
    if (folder.empty()) folder = ".";
    if (std::string file = folder + "/" + name; is_program(file)) return file;
    if (end == std::string_view::npos) return "";
    rest.remove_prefix(end + 1);
  }
}

Result<TemporaryFolder> TemporaryFolder::make() {
  const char* const place = std::getenv("TMPDIR");
  std::string name = (place == nullptr || *place == 0 ? std::string("/tmp") : std::string(place)) + "/wcomp-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    return fail(diag::file_error, fmt::format("cannot make a temporary folder `{}`: {}", escape(name), std::strerror(errno)));
  }
  return TemporaryFolder(name);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ec;
  if (!path_.empty()) fs::remove_all(path_, ec);
}

}  // namespace wcomp::cli
