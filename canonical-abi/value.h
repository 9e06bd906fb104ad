// A component value whose type is known only at run time, and its way in and out of a guest.
//
// For calls by name (runtime/dynamic_call.h), tests and tools. Typed code does not come here: generated bindings and adapters move values
// without boxing. A Value means something only together with a Shape: the Shape says which alternative it holds, and the two walk together.
// Their text form is in canonical-abi/wave.h. Lifting checks everything that a guest can get wrong; a Value that does not fit its Shape is a bug of the caller (`fits` asks).
// CanonicalABI.md "Loading", "Storing", "Flat Lifting", "Flat Lowering".
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "canonical-abi/encoding.h"
#include "canonical-abi/shape.h"
#include "wcomp/trap.h"
#include "wcomp/value.h"

namespace wcomp::cabi {

using wcomp::CaseValue;
using wcomp::FlagsValue;
using wcomp::HandleValue;
using wcomp::Value;

/// What lifting and lowering need of an instance: its memory, allocator and handles. The functions may be empty if the types need none.
struct LiftLowerContext {
  StringEncoding encoding = StringEncoding::utf8;
  /// The memory as it is now; asked again after each call of `allocate`.
  std::function<std::span<std::uint8_t>()> memory;
  /// The guest's realloc(0, 0, align, size). What it gives is checked here.
  std::function<Result<std::uint64_t, TrapCode>(std::uint32_t align, std::uint64_t size)> allocate;
  std::function<Result<HandleValue, TrapCode>(const Shape& shape, std::uint32_t handle)> lift_handle;
  std::function<Result<std::uint32_t, TrapCode>(const Shape& shape, const HandleValue& value)> lower_handle;
  /// Values that may still be lifted: a list of a few megabytes makes far more bytes of Values. limit_exceeded when used up.
  std::uint64_t values_left = std::uint64_t{1} << 24;
};

/// A core value as a slot: i32 and f32 in the low half. Whether addresses have 32 or 64 bits is in the shapes.
using Slots = std::span<const std::uint64_t>;

// `load` and `store` take an address that is checked here.
[[nodiscard]] Result<Value, TrapCode> load(LiftLowerContext& cx, std::uint64_t ptr, const Shape& shape);
[[nodiscard]] Result<void, TrapCode> store(LiftLowerContext& cx, const Value& value, const Shape& shape, std::uint64_t ptr);
/// `slots` has one slot for each of shape.flat, which must not be cut.
[[nodiscard]] Result<Value, TrapCode> lift_flat(LiftLowerContext& cx, Slots slots, const Shape& shape);
/// Appends a slot for each of shape.flat.
[[nodiscard]] Result<void, TrapCode> lower_flat(LiftLowerContext& cx, const Value& value, const Shape& shape, std::vector<std::uint64_t>& slots);

/// Whether the value is one of that shape, with all its parts.
[[nodiscard]] bool fits(const Value& value, const Shape& shape);

}  // namespace wcomp::cabi
