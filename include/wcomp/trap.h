// Why running code was stopped. A result of running, not a fault of the input: see Failure for those.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wcomp/result.h"

namespace wcomp {

enum class TrapCode : std::uint8_t {
#define WCOMP_TRAP(name, text) name,
#include "wcomp/traps.def"
#undef WCOMP_TRAP
};

[[nodiscard]] std::string_view to_string(TrapCode code);

/// Where in a source an instruction comes from, as the module's debug information (DWARF) says.
struct SourcePlace {
  std::string function;  ///< for people; may be empty
  std::string file;      ///< with its folder, as the compiler wrote it; may be empty
  std::uint32_t line = 0, column = 0;  ///< 0: not known
};

/// Looks places up. Thread-safe; keeps the module's bytes alive.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  [[nodiscard]] virtual std::vector<SourcePlace> find(std::uint64_t offset) const = 0;
};

/// One wasm frame of a backtrace, innermost first.
struct Frame {
  std::string module;            ///< component path or module name, may be empty
  std::uint32_t func_idx = 0;    ///< function index in that module
  std::string func_name;         ///< from the name section or an export, may be empty, may be mangled
  std::uint64_t offset = 0;      ///< offset of the instruction in the module's bytes, 0 if not known
  std::shared_ptr<const FrameSource> source;  ///< null if the module has no debug information; owners: frames of the module

  /// `func_name` for people: names of C++ and Rust demangled, `func[3]` where there is none.
  [[nodiscard]] std::string name() const;
  /// Read from the debug information now: the innermost of the functions that were inlined there first, the frame's own last. Empty if
  /// nothing is known.
  [[nodiscard]] std::vector<SourcePlace> places() const;
};

/// A trap, with what stopped the code and where. One word; move-only. `exit` is not an error: the guest's exit code is in `exit_code`.
class [[nodiscard]] Trap {
 public:
  explicit Trap(TrapCode code, std::string message = {}) : rep_(std::make_unique<Rep>()) {
    rep_->code = code;
    rep_->message = std::move(message);
  }
  static Trap exit(std::int32_t status) {
    Trap t(TrapCode::exit);
    t.rep_->exit_code = status;
    return t;
  }
  [[nodiscard]] TrapCode code() const { return rep_->code; }
  [[nodiscard]] bool is_exit() const { return rep_->code == TrapCode::exit; }
  [[nodiscard]] std::int32_t exit_code() const { return rep_->exit_code; }
  /// Detail beyond the code's own text; may be empty.
  [[nodiscard]] const std::string& message() const { return rep_->message; }
  [[nodiscard]] const std::vector<Frame>& backtrace() const { return rep_->frames; }
  [[nodiscard]] std::vector<Frame>& backtrace() { return rep_->frames; }
  /// `trap: out of bounds memory access: detail` and for each frame a line, and its place in the source; control characters escaped.
  [[nodiscard]] std::string to_string() const;

 private:
  struct Rep {
    TrapCode code{};
    std::int32_t exit_code = 0;
    std::string message;
    std::vector<Frame> frames;
  };
  std::unique_ptr<Rep> rep_;
};

}  // namespace wcomp
