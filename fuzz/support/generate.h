// Random modules that are valid and end: for running the same code in two ways and comparing.
//
// A module is text. Its bodies are typed expressions and statements over every instruction of core/opcodes.def that has a signature (numbers,
// vectors, memory), plus control, calls, tail calls, calls through a table and exceptions. Loops have counters; a global `fuel` bounds calls
// and loops of a whole run and traps with `unreachable` when it is used up. Most addresses are inside of the memory, some are not.
// Equal entropy gives equal modules.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace wcomp::fuzz {

/// Choices: from bytes while there are some (so that a fuzzer's input steers), then from a generator seeded with what they were.
class Entropy {
 public:
  explicit Entropy(std::uint64_t seed) : state_(seed) {}
  explicit Entropy(std::span<const std::uint8_t> bytes);
  [[nodiscard]] std::uint64_t next();
  /// 0 to n - 1.
  [[nodiscard]] std::uint32_t below(std::uint32_t n);
  [[nodiscard]] bool one_in(std::uint32_t n) { return below(n) == 0; }

 private:
  std::span<const std::uint8_t> bytes_;
  std::uint64_t state_;
};

struct GenerateOptions {
  /// Every float and vector of floats that an instruction makes is compared with itself, so that no NaN's bits are seen: the results are
  /// the same on engines that choose different ones.
  bool has_canonical_nans = true;
  bool has_vectors = true;
  bool has_relaxed_vectors = false;
  bool has_exceptions = true;
  bool has_memory64 = false;
};

/// A type: i I f F V as in opcodes.def.
using TypeLetters = std::string;

struct GeneratedFunc {
  std::string name;  ///< of its export
  TypeLetters params, results;
};
struct Generated {
  std::string text;  ///< `(module ..)`
  std::vector<GeneratedFunc> funcs;  ///< `reset` (gives new fuel) and `hash` (of the memory: an i64) are exported besides
};
[[nodiscard]] Generated generate(Entropy& entropy, const GenerateOptions& options);

/// A constant of that type: `f32.const nan`.
[[nodiscard]] std::string constant(Entropy& entropy, char type);

}  // namespace wcomp::fuzz
