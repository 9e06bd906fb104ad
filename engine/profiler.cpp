#include "engine/profiler.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "engine/backtrace.h"
#include "engine/code_names.h"
#include "engine/fault.h"
#include "engine/interp/sampled.h"
#include "engine/jit/runtime.h"
#include "engine/observer.h"

namespace wcomp::engine {

namespace {

constexpr std::size_t max_stacks = 200'000, max_moments = 2'000'000;

/// What the handler copies: innermost first.
struct RawFrame {
  enum class Kind : std::uint8_t {
    code,    ///< an address that the processor is at
    word,    ///< what may be a return address
    interp,  ///< a FuncInst, and the offset in its body
  };
  std::uint64_t value = 0;
  std::uint32_t offset = 0;
  Kind kind = Kind::word;
};
struct RawSample {
  std::array<RawFrame, Profiler::max_frames> frames;
  std::size_t count = 0;
  bool is_full = false;
};

struct Registers {
  std::uint64_t pc = 0, sp = 0, interp_frame = 0, interp_code = 0, saved_sp = 0;
};
Registers registers_of(void* context) {
#if defined(__x86_64__)
  const auto& regs = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  const auto held = [&](int r) { return static_cast<std::uint64_t>(regs[r]); };
  return {.pc = held(REG_RIP), .sp = held(REG_RSP), .interp_frame = held(REG_R12), .interp_code = held(REG_R13), .saved_sp = held(REG_R12)};
#elif defined(__aarch64__)
  const auto& regs = static_cast<ucontext_t*>(context)->uc_mcontext;
  return {.pc = regs.pc, .sp = regs.sp};
#else
  (void)context;
  return {};
#endif
}

/// Read while the handler runs: what is set before a signal is sent, and taken by who handles it.
std::atomic<RawSample*> wanted = nullptr;
sem_t taken;
std::atomic<bool> is_in_use = false;

}  // namespace

/// What the handler does. It runs on the guest's thread, at any place.
struct StackCopy {
  [[clang::no_sanitize("address")]] static void copy(RawSample& out, const Registers& regs) {
    out.count = 0;
    out.is_full = false;
    bool is_innermost = true;
    for (const GuestScope* scope = GuestScope::innermost_; scope != nullptr; scope = scope->entered_from_) {
      if (scope->landing_.run != nullptr) {
        if (scope->landing_.stack != nullptr) copy_code(out, *scope, regs, is_innermost);
        else copy_interp(out, *scope, regs, is_innermost);
      }
      is_innermost = false;
    }
  }

 private:
  static void add(RawSample& out, const RawFrame& frame) {
    if (out.count == out.frames.size()) out.is_full = true;
    else out.frames[out.count++] = frame;
  }

  [[clang::no_sanitize("address")]] static void copy_code(RawSample& out, const GuestScope& scope, const Registers& regs, bool is_innermost) {
    const auto& run = *static_cast<const jit::Run*>(scope.landing_.run);
    const auto lowest = reinterpret_cast<std::uint64_t>(scope.landing_.stack->limit());
    std::uint64_t at = run.guest_stack;
    const auto is_of_guest = [&](std::uint64_t sp) { return sp > lowest && sp <= run.guest_begin && sp % sizeof(std::uint64_t) == 0; };
    if (is_innermost && is_of_guest(regs.sp)) {
      at = regs.sp;
      add(out, {.value = regs.pc, .kind = RawFrame::Kind::code});
    } else if (is_innermost && is_of_guest(regs.saved_sp) && regs.saved_sp < at) {
      at = regs.saved_sp;  // where code that left without saying so has its stack
    }
    for (; at < run.guest_begin && !out.is_full; at += sizeof(std::uint64_t)) add(out, {.value = *reinterpret_cast<const std::uint64_t*>(at)});
  }

  static void copy_interp(RawSample& out, const GuestScope& scope, const Registers& regs, bool is_innermost) {
    std::array<interp::SampledFrame, 64> frames;
    const std::size_t count = interp::copy_stack(scope.landing_.run, is_innermost ? reinterpret_cast<const std::uint64_t*>(regs.interp_frame) : nullptr,
                                                 is_innermost ? reinterpret_cast<const void*>(regs.interp_code) : nullptr, frames);
    if (is_innermost && scope.is_in_host_) add(out, {.kind = RawFrame::Kind::word});
    for (std::size_t i = 0; i < count; ++i) {
      add(out, {.value = reinterpret_cast<std::uint64_t>(frames[i].func), .offset = frames[i].offset, .kind = RawFrame::Kind::interp});
    }
  }
};

namespace {

void handle(int, siginfo_t*, void* context) {
  RawSample* out = wanted.exchange(nullptr);
  if (out == nullptr) return;
  const int error = errno;
  StackCopy::copy(*out, registers_of(context));
  ::sem_post(&taken);
  errno = error;
}

std::uint64_t nanoseconds_of(clockid_t clock) {
  timespec t{};
  return ::clock_gettime(clock, &t) != 0 ? 0 : static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}

}  // namespace

class Sampler final : public CodeObserver {
 public:
  explicit Sampler(std::chrono::nanoseconds interval) : interval_(interval), target_(::pthread_self()) {}

  [[nodiscard]] Result<void> start() {
    const std::string state = fmt::format("/proc/self/task/{}/stat", ::syscall(SYS_gettid));
    state_file_ = ::open(state.c_str(), O_RDONLY | O_CLOEXEC);
    if (::pthread_getcpuclockid(target_, &clock_) != 0 || ::sem_init(&taken, 0, 0) != 0) return fail(diag::unsupported, "this system does not tell the processor time of a thread");
    struct sigaction ours {};
    ours.sa_sigaction = &handle;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigemptyset(&ours.sa_mask);
    if (::sigaction(SIGPROF, &ours, &previous_) != 0) return fail(diag::unsupported, "this system does not let a program handle SIGPROF");
    code_observer.store(this);
    thread_ = std::thread([this] { look(); });
    return {};
  }
  profile::Profile stop() {
    if (!thread_.joinable()) return {};
    {
      const std::scoped_lock lock(mutex_);
      has_ended_ = true;
    }
    ended_.notify_one();
    thread_.join();
    code_observer.store(nullptr);
    ::sigaction(SIGPROF, &previous_, nullptr);
    ::sem_destroy(&taken);
    return result();
  }
  ~Sampler() override {
    (void)stop();
    if (state_file_ >= 0) ::close(state_file_);
  }

  void compiled(const std::shared_ptr<const jit::LoadedCode>& code, const ModuleInst& inst) override {
    const std::scoped_lock lock(mutex_);
    const std::uint32_t module = add_module(inst);
    codes_[code->begin()] = {code, module};
  }
  void translated(const FuncInst& f) override {
    const std::scoped_lock lock(mutex_);
    interpreted_[reinterpret_cast<std::uint64_t>(&f)] = {add_module(*f.instance), f.func_idx.value - f.instance->module->imported_funcs};
  }

 private:
  struct ModuleEntry {
    std::shared_ptr<const core::Module> module;  // owners: this, and stores
    std::string name;
  };
  struct Code {
    std::shared_ptr<const jit::LoadedCode> code;  // owners: this, and stores
    std::uint32_t module = 0;
  };
  struct Interpreted {
    std::uint32_t module = 0, func = 0;
  };
  /// A place in a guest, or what the place before had the host do.
  struct Place {
    std::uint32_t module = 0, func = 0, offset = 0;
    bool is_host = false;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Seen {
    std::uint32_t id = 0;
    std::uint64_t nanoseconds = 0, samples = 0;
  };
  /// A sample whose time is not known yet.
  struct Pending {
    Seen* seen = nullptr;
    std::size_t moment = 0;  ///< by position, if it is there
  };

  /// Under the lock.
  std::uint32_t add_module(const ModuleInst& inst) {
    std::string name(inst.name);
    if (name.empty()) name = inst.module->names.module;
    const auto [at, is_new] = module_ids_.try_emplace({&*inst.module, name}, static_cast<std::uint32_t>(modules_.size()));
    if (is_new) modules_.push_back({inst.module.share(), std::move(name)});
    return at->second;
  }

  void look() {
    std::uint64_t last = nanoseconds_of(clock_);
    const std::uint64_t began = nanoseconds_of(CLOCK_MONOTONIC);
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, interval_, [this] { return has_ended_; })) {
      lock.unlock();
      // Some systems count the time of a thread that runs only now and then.
      if ((is_running() || nanoseconds_of(clock_) != last) && take()) add(nanoseconds_of(CLOCK_MONOTONIC) - began);
      const std::uint64_t now = nanoseconds_of(clock_);
      lock.lock();
      if (now != last) share_out(now - last);
      last = now;
    }
    share_out(nanoseconds_of(clock_) - last);
  }

  /// Whether the guest's thread runs, or would if there were a processor for it.
  [[nodiscard]] bool is_running() const {
    std::array<char, 512> text;
    const ssize_t n = state_file_ < 0 ? -1 : ::pread(state_file_, text.data(), text.size(), 0);
    if (n <= 0) return false;
    const std::string_view stat(text.data(), static_cast<std::size_t>(n));
    const std::size_t name_end = stat.rfind(')');  // the name may have any characters
    return name_end != std::string_view::npos && stat.substr(name_end + 1).starts_with(" R");
  }

  [[nodiscard]] bool take() {
    wanted.store(&raw_);
    if (::pthread_kill(target_, SIGPROF) == 0) {
      timespec until{};
      ::clock_gettime(CLOCK_REALTIME, &until);
      until.tv_sec += 1;
      int status = 0;
      while ((status = ::sem_timedwait(&taken, &until)) != 0 && errno == EINTR) {}
      if (status == 0) return true;
    }
    // If the handler has begun it also ends.
    if (wanted.exchange(nullptr) != nullptr) return false;
    while (::sem_wait(&taken) != 0 && errno == EINTR) {}
    return true;
  }

  std::optional<Place> find(const RawFrame& frame) const {
    if (frame.kind == RawFrame::Kind::interp) {
      const auto at = interpreted_.find(frame.value);
      return at == interpreted_.end() ? std::nullopt : std::optional(Place{at->second.module, at->second.func, frame.offset});
    }
    const std::uint64_t address = frame.kind == RawFrame::Kind::word ? frame.value - 1 : frame.value;
    auto at = codes_.upper_bound(address);
    if (at == codes_.begin()) return std::nullopt;
    const Code& code = std::prev(at)->second;
    const auto func = code.code->find_func(address);
    if (!func) return std::nullopt;
    const auto place = code.code->find(*func, address);
    return Place{code.module, *func, place ? place->offset : 0};
  }

  void add(std::uint64_t at) {
    const std::scoped_lock lock(mutex_);
    std::vector<Place> stack;
    for (std::size_t i = 0; i < raw_.count; ++i) {
      const auto place = find(raw_.frames[i]);
      if (!place) continue;
      // The innermost place is a call of something that is no code of a guest.
      const bool is_left = i != 0 || raw_.frames[0].kind == RawFrame::Kind::word;
      if (stack.empty() && is_left) stack.push_back({place->module, place->func, place->offset, true});
      stack.push_back(*place);
    }
    if (stack.empty()) {
      ++outside_pending_;
      return;
    }
    if (raw_.is_full) stack.push_back({.module = UINT32_MAX, .is_host = true});
    if (seen_.size() >= max_stacks && !seen_.contains(stack)) stack.erase(stack.begin(), stack.end() - 1);
    const auto [found, is_new] = seen_.try_emplace(std::move(stack), Seen{static_cast<std::uint32_t>(seen_.size())});
    ++found->second.samples;
    pending_.push_back({&found->second, moments_.size()});
    if (moments_.size() < max_moments) moments_.push_back({found->second.id, at, 0});
  }
  /// Processor time that was used since the last call, to the samples since then. Under the lock.
  void share_out(std::uint64_t nanoseconds) {
    const std::size_t count = pending_.size() + outside_pending_;
    if (count == 0) return;  // too short for a sample
    const std::uint64_t each = nanoseconds / count;
    for (const Pending& p : pending_) {
      p.seen->nanoseconds += each;
      if (p.moment < moments_.size()) moments_[p.moment].nanoseconds = each;
    }
    outside_ += each * outside_pending_;
    pending_.clear();
    outside_pending_ = 0;
  }

  // What follows runs when all is over.

  std::uint32_t frame_id(profile::Profile& out, profile::FrameInfo frame) {
    auto key = std::tuple(frame.kind, frame.module, frame.name, frame.file, frame.kind == profile::FrameKind::line ? frame.line : 0);
    const auto [at, is_new] = frame_ids_.try_emplace(std::move(key), static_cast<std::uint32_t>(out.frames.size()));
    if (is_new) out.frames.push_back(std::move(frame));
    return at->second;
  }
  const std::vector<SourcePlace>& sources_of(const Place& p) {
    const auto [at, is_new] = places_.try_emplace({p.module, p.func, p.offset});
    if (is_new) {
      const core::Module& module = *modules_[p.module].module;
      const auto [source, is_first] = sources_.try_emplace(p.module);
      if (is_first) source->second = make_source(modules_[p.module].module);
      if (source->second != nullptr) at->second = source->second->find(module.funcs[p.func].body.offset + p.offset);
    }
    return at->second;
  }
  /// The frames that a place stands for, outermost first.
  void add_frames(profile::Profile& out, const Place& p, bool has_line, std::vector<std::uint32_t>& to) {
    using profile::FrameKind;
    if (p.is_host) {
      std::string name = "calls further out are not known";
      if (p.module != UINT32_MAX) name = describe_callee(*modules_[p.module].module, p.func, p.offset);
      to.push_back(frame_id(out, {.kind = FrameKind::host, .module = {}, .name = name.empty() ? "host" : std::move(name), .file = {}}));
      return;
    }
    const ModuleEntry& m = modules_[p.module];
    std::string file;
    std::uint32_t line = 0;
    if (const auto& first = sources_of({p.module, p.func, 0}); !first.empty()) {
      file = first.back().file;
      line = first.back().line;
    }
    to.push_back(frame_id(out, {.kind = FrameKind::func, .module = m.name, .name = describe_func(*m.module, core::FuncIdx(p.func + m.module->imported_funcs)), .file = file, .line = line}));
    const auto& sources = sources_of(p);
    // The last one is the function itself.
    for (std::size_t i = sources.size(); i-- > 1;) {
      to.push_back(frame_id(out, {.kind = FrameKind::inlined, .module = m.name, .name = Frame{.func_name = sources[i - 1].function}.name(), .file = sources[i - 1].file}));
    }
    if (has_line && !sources.empty() && sources[0].line != 0) {
      to.push_back(frame_id(out, {.kind = FrameKind::line, .module = m.name, .name = {}, .file = sources[0].file, .line = sources[0].line}));
    }
  }
  profile::Profile result() {
    profile::Profile out;
    out.interval = static_cast<std::uint64_t>(interval_.count());
    out.outside_nanoseconds = outside_;
    std::map<std::vector<std::uint32_t>, std::uint32_t> ids;
    std::vector<std::uint32_t> by_seen(seen_.size());
    for (const auto& [places, seen] : seen_) {
      std::vector<std::uint32_t> frames;
      for (std::size_t i = places.size(); i-- > 0;) add_frames(out, places[i], i == 0, frames);
      const auto [at, is_new] = ids.try_emplace(frames, static_cast<std::uint32_t>(out.stacks.size()));
      if (is_new) out.stacks.push_back({.frames = std::move(frames)});
      profile::Stack& stack = out.stacks[at->second];
      stack.nanoseconds += seen.nanoseconds;
      stack.samples += seen.samples;
      out.nanoseconds += seen.nanoseconds;
      out.samples += seen.samples;
      by_seen[seen.id] = at->second;
    }
    for (profile::Moment& m : moments_) m.stack = by_seen[m.stack];
    out.moments = std::move(moments_);
    return out;
  }

  const std::chrono::nanoseconds interval_;
  const pthread_t target_;
  clockid_t clock_{};
  int state_file_ = -1;
  struct sigaction previous_ {};
  std::thread thread_;
  RawSample raw_;

  std::mutex mutex_;  // of what follows; the handler knows nothing of it
  std::condition_variable ended_;
  bool has_ended_ = false;
  std::vector<ModuleEntry> modules_;
  std::map<std::pair<const core::Module*, std::string>, std::uint32_t> module_ids_;
  std::map<std::uint64_t, Code> codes_;  ///< by address
  std::unordered_map<std::uint64_t, Interpreted> interpreted_;
  std::map<std::vector<Place>, Seen> seen_;
  std::vector<profile::Moment> moments_;
  std::vector<Pending> pending_;
  std::uint64_t outside_ = 0, outside_pending_ = 0;

  std::map<std::tuple<profile::FrameKind, std::string, std::string, std::string, std::uint32_t>, std::uint32_t> frame_ids_;
  std::map<std::uint32_t, std::shared_ptr<const FrameSource>> sources_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::vector<SourcePlace>> places_;
};

Profiler::Profiler() = default;
Profiler::~Profiler() {
  if (sampler_ == nullptr) return;
  sampler_.reset();
  is_in_use.store(false);
}

Result<std::unique_ptr<Profiler>> Profiler::start(std::chrono::nanoseconds interval) {
  if (is_in_use.exchange(true)) return fail(diag::limit_exceeded, "a profiler runs in this process already");
  std::unique_ptr<Profiler> out(new Profiler);
  out->sampler_ = std::make_unique<Sampler>(interval);
  WCOMP_TRY(out->sampler_->start());
  return out;
}

profile::Profile Profiler::stop() { return sampler_->stop(); }

}  // namespace wcomp::engine
