// wcomp wast FILES..: runs the specifications' test scripts.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/wcomp/backend_option.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/features.h"
#include "cli/wcomp/input.h"
#include "wast/run.h"

namespace wcomp::cli {

namespace {

namespace fs = std::filesystem;

struct WastOptions {
  std::vector<std::string> paths;
  GivenFeatures features;
  bool is_verbose = false, is_static = false, is_deterministic = false;
  std::string backend = "auto";
  unsigned jobs = 0;
};

/// The files that the paths mean: folders stand for the scripts in them, in the order of their names.
Result<std::vector<std::string>> find_scripts(const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    std::error_code ec;
    if (path == "-" || !fs::is_directory(path, ec)) {
      out.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    fs::recursive_directory_iterator it(path, ec), end;
    for (; !ec && it != end; it.increment(ec)) {
      std::error_code ignored;
      if (it->path().extension() == ".wast" && it->is_regular_file(ignored)) inside.push_back(it->path().string());
    }
    if (ec) return fail(diag::file_error, fmt::format("cannot read the folder `{}`: {}", path, ec.message()));
    if (inside.empty()) return fail(diag::file_error, fmt::format("no `.wast` file in the folder `{}`", path));
    std::ranges::sort(inside);
    out.insert(out.end(), inside.begin(), inside.end());
  }
  return out;
}

void print_outcome(const wast::Outcome& o) {
  if (o.has_held) {
    fmt::print("{}:{}:{}: {}: holds\n", escape(o.where.file), o.where.line, o.where.column, escape(o.directive));
    return;
  }
  std::fflush(stdout);
  if (o.where.line == 0) return print(error(diag::file_error, o.found));
  Diagnostic d = error(diag::directive_failed, o.directive, o.where);
  d.notes.push_back("expected " + o.expected);
  d.notes.push_back("found " + o.found);
  print(d);
}

/// Scripts run on several threads; what they say is printed in the order of the command line.
class Scripts {
 public:
  Scripts(const WastOptions& o, std::vector<std::string> files) : o_(o), files_(std::move(files)), reports_(files_.size()) {}

  int run() {
    const unsigned wanted = o_.jobs != 0 ? o_.jobs : std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min<std::size_t>(wanted, files_.size()); ++i) threads.emplace_back([this] { work(); });
    std::size_t passed = 0, failed = 0;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const wast::Report report = wait_for(i);
      passed += report.passed;
      failed += report.failed;
      clear_progress();
      for (const wast::Outcome& o : report.outcomes) print_outcome(o);
    }
    clear_progress();
    fmt::print("{} passed, {} failed\n", passed, failed);
    return failed == 0 ? status_ok : status_failed;
  }

 private:
  void work() {
    for (std::size_t i = next_++; i < files_.size(); i = next_++) {
      wast::Report report = run_one(files_[i]);
      const std::scoped_lock lock(mutex_);
      reports_[i] = std::move(report);
      ++done_;
      changed_.notify_all();
    }
  }

  wast::Report run_one(const std::string& file) const {
    auto source = read_text_file(file);
    if (source) return wast::run(file, *std::move(source), {.features = *o_.features, .is_static = o_.is_static, .is_deterministic = o_.is_deterministic, .backend = parse_backend(o_.backend).value_or(BackendKind::automatic), .has_lenient_indices = wants_lenient_indices(), .wants_all = o_.is_verbose});
    wast::Report report{.passed = 0, .failed = 1, .outcomes = {}};
    report.outcomes.push_back({.where = {.file = file}, .directive = "the script cannot be read", .expected = "a file", .found = source.error().first().message});
    return report;
  }

  wast::Report wait_for(std::size_t i) {
    std::unique_lock lock(mutex_);
    while (!reports_[i]) {
      show_progress(done_, files_[i]);
      changed_.wait_for(lock, std::chrono::milliseconds(200));
    }
    wast::Report out = *std::move(reports_[i]);
    reports_[i].reset();
    return out;
  }

  void show_progress(std::size_t done, const std::string& file) {
    if (!is_terminal_ || std::chrono::steady_clock::now() - start_ < std::chrono::seconds(1)) return;
    fmt::print(stderr, "\r\033[K{} of {} scripts, waiting for {}", done, files_.size(), escape(fs::path(file).filename().string()));
    std::fflush(stderr);
    has_progress_ = true;
  }
  void clear_progress() {
    if (has_progress_) fmt::print(stderr, "\r\033[K");
    has_progress_ = false;
  }

  const WastOptions& o_;
  const std::vector<std::string> files_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::optional<wast::Report>> reports_;
  std::size_t done_ = 0;
  const bool is_terminal_ = ::isatty(2) == 1;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  bool has_progress_ = false;
};

int run(const WastOptions& o) {
  auto files = find_scripts(o.paths);
  if (!files) return report(files.error());
  return Scripts(o, *std::move(files)).run();
}

}  // namespace

Action setup_wast(CLI::App& app) {
  auto o = std::make_shared<WastOptions>();
  app.add_option("FILES", o->paths, "Scripts, or folders with `.wast` files")->required();
  o->features = add_features_option(app);
  app.add_flag("--verbose,-v", o->is_verbose, "Print each directive");
  app.add_flag("--static", o->is_static, "Parse and validate only: nothing is instantiated or called");
  app.add_flag("--deterministic", o->is_deterministic, "Canonical NaNs, one outcome of relaxed vector instructions");
  add_backend_option(app, o->backend);
  app.add_option("--jobs,-j", o->jobs, "How many scripts run at a time (as many as there are processors when left out)")->type_name("N")->check(CLI::Range(1u, 1024u));
  return [o] { return run(*o); };
}

}  // namespace wcomp::cli
