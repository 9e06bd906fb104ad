// The closed list of functions that fused adapters import from their host: rows of intrinsics.def.
//
// They are there for what core code cannot do well (text encodings) or cannot do at all (handle tables, ending a call with a reason).
// Everything else in an adapter is plain core wasm. An adapter names them in module `i`; see canonical-abi/fuse.h for its other imports.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/module.h"

namespace wcomp::cabi {

enum class Intrinsic : std::uint8_t {
#define WCOMP_INTRINSIC(name, text, signature, meaning) name,
#include "canonical-abi/intrinsics.def"
#undef WCOMP_INTRINSIC
};

/// The memory, encoding and handle table meant by an intrinsic's `side`.
enum class Side : std::uint8_t { caller = 0, callee = 1 };
[[nodiscard]] constexpr Side other(Side s) { return s == Side::caller ? Side::callee : Side::caller; }

struct IntrinsicRow {
  Intrinsic intrinsic;
  std::string_view name;
  std::string_view signature;  ///< `ipi:i`
  std::string_view meaning;
};

inline constexpr IntrinsicRow intrinsic_rows[] = {
#define WCOMP_INTRINSIC(name, text, signature, meaning) {Intrinsic::name, text, signature, meaning},
#include "canonical-abi/intrinsics.def"
#undef WCOMP_INTRINSIC
};

inline constexpr std::string_view intrinsic_module = "i";

[[nodiscard]] constexpr const IntrinsicRow& row(Intrinsic i) { return intrinsic_rows[static_cast<std::size_t>(i)]; }
[[nodiscard]] std::optional<Intrinsic> find_intrinsic(std::string_view name);
/// `ptr`: the type of addresses, i64 in an adapter of which one memory, or both, have 64-bit ones.
[[nodiscard]] core::FuncType func_type(Intrinsic i, core::ValType ptr = core::ValType::i32);

}  // namespace wcomp::cabi
