// WAVE: component values as text. https://github.com/bytecodealliance/wasm-tools/tree/main/crates/wasm-wave
//
// Takes a text and the Shape of the value that is wanted, gives the cabi::Value, or says where the text goes wrong, what is there and which
// type was expected; and back. Reading is led by the shape: the parser never recurses deeper than the type is nested (cabi::max_depth), never
// asks what kind of value a text might be, and a mistake is reported where the type and the text part.
// A word of WAVE (true, false, some, none, ok, err, inf, nan) that is meant as the name of a case is written with a `%`, as `%true`.
// A bare payload stands for `some(..)` and `ok(..)` unless the payload is an option or a result itself. Fields and last parameters that are
// options may be left out; `{:}` is a record without fields, `{}` no flags. A map is `{key: value, ..}`, read from a list of pairs, too.
// `//` begins a comment. Handles, streams and futures have no text: a type with them is refused when read; a handle is printed as `<handle 3>`.
// Limits: max_wave_values values in a text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "canonical-abi/value.h"

namespace wcomp::cabi {

inline constexpr std::uint32_t max_wave_values = 1u << 24;

/// The value as WAVE text: `{name: "x", sizes: [1, 2]}`. `arena` is the one that the shape was made from. What acts on a terminal is escaped.
[[nodiscard]] std::string to_wave(const types::TypeArena& arena, const Value& value, const Shape& shape);

/// The fewest digits that read back as the same number, without an exponent; `nan`, `inf`, `-inf`.
[[nodiscard]] std::string to_wave(float value);
[[nodiscard]] std::string to_wave(double value);

/// A value of that type; `name` stands for the file in messages.
[[nodiscard]] Result<Value> parse_wave(const types::TypeArena& arena, const Shape& shape, std::string_view name, std::string_view text);

/// `f("x", {a: 1})`: what stands before the parenthesis, without white space and comments, and where the arguments are.
struct WaveCall {
  std::string_view function;
  std::size_t args_begin = 0;  ///< offset of the parenthesis
};
/// Nothing if the text has no parenthesis.
[[nodiscard]] std::optional<WaveCall> find_wave_call(std::string_view text);

/// The offset behind the parenthesis that closes the one at `begin`; nothing if none does. For texts in which something may follow a call.
[[nodiscard]] std::optional<std::size_t> find_wave_call_end(std::string_view text, std::size_t begin);

/// The arguments of a call, `text` from `begin` on: `("x", {a: 1})`, and nothing behind them.
[[nodiscard]] Result<std::vector<Value>> parse_wave_args(const types::TypeArena& arena, std::span<const Part> params, std::string_view name,
                                                         std::string_view text, std::size_t begin);

}  // namespace wcomp::cabi
