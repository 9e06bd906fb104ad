#include "engine/jit/jit_dump.h"

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "engine/backtrace.h"
#include "engine/code_names.h"
#include "engine/instance.h"
#include "engine/jit/runtime.h"

namespace wcomp::engine::jit {

namespace {

constexpr std::uint32_t magic = 0x4a695444, version = 1, header_bytes = 40;
enum RecordId : std::uint32_t { code_load = 0, debug_info = 2, code_close = 3 };
#if defined(__aarch64__)
constexpr std::uint32_t elf_machine = 183;
#else
constexpr std::uint32_t elf_machine = 62;
#endif

std::uint64_t now() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}

/// Numbers in the machine's byte order, as the format wants them.
class Record {
 public:
  explicit Record(RecordId id) { u32(id), u32(0), u64(now()); }
  void u32(std::uint32_t v) { put(&v, sizeof v); }
  void u64(std::uint64_t v) { put(&v, sizeof v); }
  void text(std::string_view t) { put(t.data(), t.size()), put("", 1); }
  void put(const void* p, std::size_t n) { bytes_.append(static_cast<const char*>(p), n); }
  [[nodiscard]] const std::string& finish() {
    const auto size = static_cast<std::uint32_t>(bytes_.size());
    bytes_.replace(4, sizeof size, reinterpret_cast<const char*>(&size), sizeof size);
    return bytes_;
  }

 private:
  std::string bytes_;
};

class JitDump final : public CodeObserver {
 public:
  explicit JitDump(int fd) : fd_(fd) {
    std::string head;
    const auto put = [&](auto v) { head.append(reinterpret_cast<const char*>(&v), sizeof v); };
    put(magic), put(version), put(header_bytes), put(elf_machine), put(std::uint32_t{0}), put(static_cast<std::uint32_t>(::getpid())), put(now()), put(std::uint64_t{0});
    write(head);
    // perf notices the file by this.
    page_bytes_ = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    marker_ = ::mmap(nullptr, page_bytes_, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd_, 0);
  }
  ~JitDump() override {
    write(Record(code_close).finish());
    if (marker_ != MAP_FAILED) ::munmap(marker_, page_bytes_);
    ::close(fd_);
  }

  void compiled(const std::shared_ptr<const LoadedCode>& code, const ModuleInst& inst) override {
    const std::scoped_lock lock(mutex_);
    if (!known_.insert(code).second) return;
    const core::Module& module = *inst.module;
    const std::string name = inst.name.empty() ? module.names.module.empty() ? module.path : module.names.module : std::string(inst.name);
    const auto source = make_source(inst.module.share());
    for (std::size_t i = 0; i + 1 < code->view.funcs.size(); ++i) {
      const CodeFunc& f = code->view.funcs[i];
      const std::uint64_t begin = code->begin() + f.entry;
      if (source != nullptr) write_lines(*source, module, *code, i, begin);
      Record r(code_load);
      r.u32(static_cast<std::uint32_t>(::getpid())), r.u32(static_cast<std::uint32_t>(::syscall(SYS_gettid)));
      r.u64(begin), r.u64(begin), r.u64(f.end - f.entry), r.u64(next_++);
      r.text(escape(name + "!" + describe_func(module, core::FuncIdx(static_cast<std::uint32_t>(module.imported_funcs + i)))));
      r.put(reinterpret_cast<const void*>(begin), f.end - f.entry);
      write(r.finish());
    }
  }
  void translated(const FuncInst&) override {}

 private:
  void write_lines(const FrameSource& source, const core::Module& module, const LoadedCode& code, std::size_t i, std::uint64_t begin) {
    const CodeFunc& f = code.view.funcs[i];
    Record r(debug_info);
    r.u64(begin);
    const std::vector<Place> places = read_places(code.view.places.subspan(f.places, code.view.funcs[i + 1].places - f.places));
    std::uint64_t count = 0;
    Record lines(debug_info);  // only its end is used
    const std::size_t head = lines.finish().size();
    std::uint32_t last = 0;
    for (const Place& p : places) {
      const auto found = source.find(module.funcs[i].body.offset + p.offset);
      if (found.empty() || found[0].line == 0 || (count != 0 && found[0].line == last)) continue;
      last = found[0].line;
      lines.u64(begin + p.begin), lines.u32(last), lines.u32(0), lines.text(escape(found[0].file));
      ++count;
    }
    if (count == 0) return;
    r.u64(count);
    r.put(lines.finish().data() + head, lines.finish().size() - head);
    write(r.finish());
  }
  void write(std::string_view rest) const {
    while (!rest.empty()) {
      const ssize_t n = ::write(fd_, rest.data(), rest.size());
      if (n <= 0) return;  // names are an offer
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  int fd_;
  void* marker_ = MAP_FAILED;
  std::size_t page_bytes_ = 0;
  std::mutex mutex_;
  std::set<std::shared_ptr<const LoadedCode>> known_;  // owners: this, and stores: an address is not used a second time
  std::uint64_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<CodeObserver>> make_jit_dump(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / fmt::format("jit-{}.dump", ::getpid());
  // Readable: the marker maps it.
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_APPEND, 0644);
  if (fd < 0) return fail(diag::file_error, fmt::format("`{}` cannot be made: {}", escape(path.string()), std::error_code(errno, std::generic_category()).message()));
  return std::make_unique<JitDump>(fd);
}

}  // namespace wcomp::engine::jit
