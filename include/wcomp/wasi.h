// WASI 0.2 for guests: what a command may see of the machine, granted piece by piece, and running one.
//
//   wcomp::Linker linker(engine);
//   auto added = wcomp::wasi::add_to(linker, wcomp::wasi::Context{}.args({"calc", "2", "1", "add"}).inherit_stdio());
//   auto instance = linker.instantiate(component);
//   auto status = wcomp::wasi::run(*instance);          // Result<int, Trap>
//
// A new Context grants nothing: no arguments, no environment, no standard streams, no files. Clocks and random numbers are always there.
// A granted directory is a root of its own: names are resolved inside it (by the kernel, if it has openat2), so neither `..` nor
// symbolic links lead out of it.
// Interfaces are declared as WASI 0.2.8 and answer imports of any 0.2.x.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "wcomp/module.h"
#include "wcomp/wcomp.h"

namespace wcomp::wasi {

/// What a guest may do below a granted directory.
enum class DirAccess : std::uint8_t { read_write, read_only };

/// A call of a guest that was refused because something was not granted. All texts are data of the guest: escape them before printing.
struct Denial {
  std::string operation;      ///< in the words of WASI, e.g. `open-at`
  std::string subject;        ///< the path, as the guest sees it; empty when it looks for directories and has none
  std::string missing_grant;  ///< what would have allowed it, as an option of `wcomp run`: `--dir /etc`; empty if nothing can
};

/// What one guest is granted. Setters give the context back so that they chain; later calls add to earlier ones.
class Context {
 public:
  Context();
  ~Context();
  Context(Context&&) noexcept;
  Context& operator=(Context&&) noexcept;

  /// The program's name first.
  Context&& args(std::vector<std::string> args) &&;
  Context&& env(std::string name, std::string value) &&;
  Context&& inherit_env() &&;
  /// Standard input, output and error are those of this process.
  Context&& inherit_stdio() &&;
  /// Standard input is these bytes.
  Context&& stdin_bytes(std::string bytes) &&;
  /// Standard input is this file's contents. It is opened by `add_to`, whose failure names it.
  Context&& stdin_file(std::filesystem::path path) &&;
  /// The guest sees the directory `host` under the name `guest` (an absolute path or `.`). It is opened by `add_to`, whose failure names it.
  Context&& dir(std::filesystem::path host, std::string guest, DirAccess access = DirAccess::read_write) &&;
  /// Is told of every call refused for want of a grant, on the guest's thread, during the call. A listener must not call the guest.
  Context&& on_denied(std::function<void(const Denial&)> listener) &&;
  /// Standard output / error are appended to `sink`, which must outlive the instance.
  Context&& stdout_to(std::string* sink) &&;
  Context&& stderr_to(std::string* sink) &&;

 private:
  friend struct ContextAccess;  // the library's own way in
  std::unique_ptr<struct ContextImpl> impl_;
};

/// Defines every WASI interface that wcomp has in `linker`, and refuses those of HTTP and sockets (`Linker::refuse`). One context serves every instance made from the linker, and one thread at a time:
/// it has no locks. Guests that run at the same time need a linker and a context each.
[[nodiscard]] Result<void> add_to(Linker& linker, Context context);

/// Runs a command: its export `wasi:cli/run`. The guest's exit status (0 or 1 from `run`'s result, or what it passed to `exit`), or the trap.
/// Failure of lookup (no such export) comes as `host_error`.
[[nodiscard]] Result<int, Trap> run(Instance& instance);

/// Preview 1 for core modules: every function of `wasi_snapshot_preview1` and `wasi_unstable`. One context serves every instance made from the
/// linker, on one thread at a time as above; each has descriptors of its own: 0 to 2 the standard streams, from 3 on the granted directories.
/// Sockets there are none.
[[nodiscard]] Result<void> add_to(ModuleLinker& linker, Context context);

/// Runs a module: its export `_initialize` (a reactor's), then `_start` (a command's), as far as it has them. The status it passed to
/// `proc_exit`, all 32 bits of it; 0 if it just returned; or the trap.
[[nodiscard]] Result<int, Trap> run(ModuleInstance& instance);

}  // namespace wcomp::wasi
