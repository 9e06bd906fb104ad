#include "engine/jit/perf_map.h"

#include <atomic>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/demangle.h"
#include "base/text.h"

namespace wcomp::engine::jit {

namespace {

std::atomic<int> map_file = -1;  // of the process, as the file is

std::string name_of(const core::Module& module, core::FuncIdx f) {
  const std::string name = func_name(module, f);
  std::string out = (module.names.module.empty() ? module.path : module.names.module) + "!" + (name.empty() ? fmt::format("func[{}]", f.value) : demangle(name));
  for (const core::Export& e : module.exports) {
    if (e.kind == core::ExternKind::func && e.index == f.value && e.name != name) return out + " (" + e.name + ")";
  }
  return out;
}

}  // namespace

bool write_perf_map() {
  if (map_file.load() >= 0) return true;
  const std::string path = fmt::format("/tmp/perf-{}.map", ::getpid());
  // Another process had this number before; what it left is no link that somebody laid out.
  ::unlink(path.c_str());
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_APPEND, 0644);
  if (fd < 0) return false;
  map_file.store(fd);
  return true;
}

void add_to_perf_map(const LoadedCode& code, const core::Module& module) {
  const int fd = map_file.load();
  if (fd < 0) return;
  std::string out;
  for (std::size_t i = 0; i + 1 < code.view.funcs.size(); ++i) {
    const CodeFunc& f = code.view.funcs[i];
    out += fmt::format("{:x} {:x} {}\n", code.begin() + f.entry, f.end - f.entry, escape(name_of(module, core::FuncIdx(module.imported_funcs + i))));
  }
  for (std::string_view rest = out; !rest.empty();) {
    const ssize_t n = ::write(fd, rest.data(), rest.size());
    if (n <= 0) return;  // names are an offer
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace wcomp::engine::jit
