// What runs the code of guests.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wcomp {

enum class BackendKind : std::uint8_t {
  automatic,  ///< what the environment variable WCOMP_BACKEND names, else the compiler where there is one for the machine, else the interpreter
  interp,     ///< the interpreter, which every platform has
  jit,        ///< machine code, made as it is needed
};

/// `auto`, `interp` or `jit`.
[[nodiscard]] std::optional<BackendKind> parse_backend(std::string_view name);
[[nodiscard]] std::string_view to_string(BackendKind kind);

}  // namespace wcomp
