#include "engine/backend.h"

#include <cstdlib>

#include "engine/code_memory.h"
#include "engine/instance.h"
#include "engine/jit/jit.h"
#include "engine/tiers.h"

namespace wcomp {

std::optional<BackendKind> parse_backend(std::string_view name) {
  for (const BackendKind kind : {BackendKind::automatic, BackendKind::interp, BackendKind::jit}) {
    if (name == to_string(kind)) return kind;
  }
  return std::nullopt;
}

std::string_view to_string(BackendKind kind) {
  switch (kind) {
    case BackendKind::automatic: return "auto";
    case BackendKind::interp: return "interp";
    case BackendKind::jit: return "jit";
  }
  return "unknown";
}

}  // namespace wcomp

namespace wcomp::engine {

std::string_view why_no_compiler() {
  if (!jit::can_compile()) return "wcomp compiles on Linux only, for x86-64 with SSE 4.2 and POPCNT and for aarch64";
  return can_make_code() ? "" : "the system does not let this process make pages executable";
}

BackendKind resolve(BackendKind choice) {
  if (choice == BackendKind::automatic) {
    const char* env = std::getenv("WCOMP_BACKEND");
    if (env != nullptr) choice = parse_backend(env).value_or(choice);
  }
  if (choice == BackendKind::automatic) choice = BackendKind::jit;
  return why_no_compiler().empty() ? choice : BackendKind::interp;
}

std::unique_ptr<Backend> make_backend(StoreImpl& store) {
  // A program without an interpreter does not load what it could not run.
  const auto interpreter = tiers().make_interpreter;
  return interpreter == nullptr || resolve(store.options.backend) == BackendKind::jit ? make_compiler(store) : interpreter(store);
}

}  // namespace wcomp::engine
