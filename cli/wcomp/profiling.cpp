#include "cli/wcomp/profiling.h"

#include <unistd.h>

#include <fstream>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "cli/common/program.h"
#include "engine/jit/jit_dump.h"
#include "engine/jit/perf_map.h"
#include "profile/profile.h"
#include "runner/sandbox.h"

namespace wcomp::cli {

namespace {

constexpr std::string_view default_file = "wcomp-profile.svg";

Failure bad(std::string message, std::string help = {}) {
  Diagnostic d = error(diag::bad_usage, std::move(message));
  if (!help.empty()) d.notes.push_back(std::move(help));
  return Failure(std::move(d));
}

}  // namespace

Result<ProfileChoice> parse_profile(std::string_view text) {
  using Kind = ProfileChoice::Kind;
  ProfileChoice out;
  if (text.empty()) return out;
  if (text == "perfmap") out.kind = Kind::perfmap;
  if (text == "jitdump") out.kind = Kind::jitdump;
  if (out.kind != Kind::none) return out;
  const std::string_view kind = text.substr(0, text.find(','));
  if (kind != "guest") return Err(bad(fmt::format("`{}` is no profile: `guest`, `guest,FILE`, `guest,FILE,INTERVAL`, `perfmap` or `jitdump` was expected", escape(text))));
  out.kind = Kind::guest;
  out.file = default_file;
  if (text.size() == kind.size()) return out;
  std::string_view rest = text.substr(kind.size() + 1);
  if (const std::size_t comma = rest.rfind(','); comma != std::string_view::npos) {
    const auto interval = runner::parse_duration(rest.substr(comma + 1));
    if (!interval) return Err(bad(fmt::format("`{}` is no time between samples: `1ms`, `10ms`, `1s` was expected", escape(rest.substr(comma + 1)))));
    out.interval = *interval;
    rest = rest.substr(0, comma);
  }
  out.file = rest;
  if (!profile::form_of(out.file)) {
    return Err(bad(fmt::format("`{}` does not say by its end what to write: `.svg` is a flame graph, `.folded` stacks as text, `.json` for profiler.firefox.com", escape(out.file))));
  }
  return out;
}

Result<Profiling> Profiling::start(const ProfileChoice& choice, bool is_compiled, std::string title) {
  using Kind = ProfileChoice::Kind;
  Profiling out;
  out.choice_ = choice;
  out.title_ = std::move(title);
  if ((choice.kind == Kind::perfmap || choice.kind == Kind::jitdump) && !is_compiled) {
    return Err(bad(fmt::format("`--profile {}` names compiled functions, and the interpreter has none", choice.kind == Kind::perfmap ? "perfmap" : "jitdump"),
                   "`--backend jit` compiles, where it can; `--profile guest` works with both"));
  }
  if (choice.kind == Kind::perfmap && !engine::jit::write_perf_map()) return fail(diag::file_error, "the file of names for `perf` cannot be made in /tmp");
  if (choice.kind == Kind::jitdump) {
    WCOMP_TRY(out.dump_, engine::jit::make_jit_dump("."));
    engine::code_observer.store(out.dump_.get());
  }
  if (choice.kind == Kind::guest) {
    // A long run shall not end with a file that cannot be written.
    if (!std::ofstream(choice.file, std::ios::binary | std::ios::app)) return fail(diag::file_error, fmt::format("`{}` cannot be written", escape(choice.file)));
    WCOMP_TRY(out.profiler_, engine::Profiler::start(choice.interval));
  }
  return out;
}

int Profiling::finish(int status) {
  if (dump_ != nullptr) {
    engine::code_observer.store(nullptr);
    dump_.reset();
    say(fmt::format("`jit-{}.dump` written: `perf inject --jit` puts it into what `perf record -k mono` recorded", ::getpid()));
  }
  if (profiler_ == nullptr) return status;
  profile::Profile profile = profiler_->stop();
  profiler_.reset();
  profile.title = title_;
  if (const int written = write_output(choice_.file, std::string_view(profile::write(profile, *profile::form_of(choice_.file)))); written != 0) return written;
  say(fmt::format("profile of {} samples, {:.0f} ms in guests, written to `{}`", profile.samples, static_cast<double>(profile.nanoseconds) / 1e6, escape(choice_.file)));
  return status;
}

Profiling::~Profiling() {
  if (dump_ != nullptr) engine::code_observer.store(nullptr);
}

}  // namespace wcomp::cli
