// WASI 0.2 for guests: what a command may see of the machine, granted piece by piece, and running one.
//
//   wcomp::Linker linker(engine);
//   auto added = wcomp::wasi::add_to(linker, wcomp::wasi::Context{}.args({"calc", "2", "1", "add"}).inherit_stdio());
//   auto instance = linker.instantiate(component);
//   auto status = wcomp::wasi::run(*instance);          // Result<int, Trap>
//
// A new Context grants nothing: no arguments, no environment, no standard streams, no files. Clocks and random numbers are always there.
// Interfaces are declared as WASI 0.2.8 and answer imports of any 0.2.x.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "wcomp/wcomp.h"

namespace wcomp::wasi {

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
  /// Standard output / error are appended to `sink`, which must outlive the instance.
  Context&& stdout_to(std::string* sink) &&;
  Context&& stderr_to(std::string* sink) &&;

 private:
  friend Result<void> add_to(Linker& linker, Context context);
  std::unique_ptr<struct ContextImpl> impl_;
};

/// Defines every WASI interface that wcomp has in `linker`. One context serves every instance made from the linker.
[[nodiscard]] Result<void> add_to(Linker& linker, Context context);

/// Runs a command: its export `wasi:cli/run`. The guest's exit status (0 or 1 from `run`'s result, or what it passed to `exit`), or the trap.
/// Failure of lookup (no such export) comes as `host_error`.
[[nodiscard]] Result<int, Trap> run(Instance& instance);

}  // namespace wcomp::wasi
