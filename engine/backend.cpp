#include "engine/backend.h"

#include <cstdlib>

#include "engine/instance.h"

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

std::string_view why_no_compiler() { return "this build of wcomp has no compiler"; }

BackendKind resolve(BackendKind choice) {
  if (choice == BackendKind::automatic) {
    const char* env = std::getenv("WCOMP_BACKEND");
    if (env != nullptr) choice = parse_backend(env).value_or(choice);
  }
  if (choice == BackendKind::automatic) choice = BackendKind::jit;
  return why_no_compiler().empty() ? choice : BackendKind::interp;
}

std::unique_ptr<Backend> make_backend(StoreImpl& store) { return make_interpreter(store); }

}  // namespace wcomp::engine
