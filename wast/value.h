// Constants of test scripts: what a script hands to a call, and the patterns that its results have to match.
//
// A constant is `(i32.const 1)`, `(v128.const i8x16 ..)`, `(ref.null func)`, `(ref.extern 1)`; `ref.host` is another spelling of the
// reference that a host made. A pattern may be more: `nan:canonical` and `nan:arithmetic` for a float or a lane, `(ref.func)` for any
// reference of a kind, `(either ..)` for several. https://github.com/WebAssembly/spec/tree/main/interpreter#scripts
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/module.h"
#include "core/text/cursor.h"

namespace wcomp::wast {

enum class ValueKind : std::uint8_t { i32, i64, f32, f64, v128, ref };
[[nodiscard]] std::string_view to_string(ValueKind kind);
[[nodiscard]] ValueKind kind_of(core::ValType type);
/// Slots of the engine that a value takes.
[[nodiscard]] constexpr std::size_t slot_count(ValueKind kind) { return kind == ValueKind::v128 ? 2 : 1; }

/// As the engine has it: i32 and f32 in the low half of a slot; 0 is the null reference, a host's reference `n` is n + 1.
struct Value {
  ValueKind kind = ValueKind::i32;
  std::array<std::uint64_t, 2> slots{};
  core::ValType type = core::ValType::i32;  ///< of a reference that a call gave: its kind is not in its bits
};
/// Whether a script may hand the value to a parameter: a null reference where null is allowed, a host's where any external one is.
[[nodiscard]] bool can_pass(const Value& value, core::ValType param);

enum class NanPattern : std::uint8_t { none, canonical, arithmetic };
struct Lane {
  std::uint64_t bits = 0;
  NanPattern nan = NanPattern::none;
};
/// A reference: null, any that is not, or one of a host.
enum class RefPattern : std::uint8_t { null, any, host };

struct Pattern {
  ValueKind kind = ValueKind::i32;
  std::uint8_t lane_bits = 32;  ///< numbers have one lane
  std::vector<Lane> lanes;
  RefPattern ref = RefPattern::null;
  std::string_view hierarchy;  ///< of a reference: `func`, `extern`, `exn`; empty: of any
  std::uint64_t host = 0;
  std::string text;  ///< as written
  std::vector<Pattern> alternatives;  ///< of `either`; if there are any, nothing else counts
};

[[nodiscard]] Result<Value> parse_value(core::text::Cursor& in);
[[nodiscard]] Result<Pattern> parse_pattern(const core::text::TokenList& list, core::text::Cursor& in);
[[nodiscard]] bool matches(const Pattern& pattern, const Value& value);
/// `(i32.const 3)`; vectors in the lanes of `like`, where it is one.
[[nodiscard]] std::string to_string(const Value& value, const Pattern* like = nullptr);

}  // namespace wcomp::wast
