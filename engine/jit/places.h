// Where in a body an instruction of the processor comes from: a list per function, in the order of the code.
//
// An entry says from which byte of the function's code on what is said holds: the offset of the wasm instruction in the body, and if it is
// a call how far above the caller's frame the callee's begins and whether the callee may be another instance's. Numbers are LEB128: the distance
// from the entry before, then the difference of offsets (zigzag) and a bit for calls, then for calls the slots and a bit.
// Only what can fault, trap or call has an entry of its own; it is looked up by the address of a fault, or by a return address less one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace wcomp::engine::jit {

struct Place {
  std::uint32_t begin = 0;   ///< byte of the function's code
  std::uint32_t offset = 0;  ///< in the body
  bool is_call = false;
  bool is_foreign = false;   ///< the caller's context is in its header
  std::uint32_t frame = 0;   ///< slots from the caller's frame to the callee's; 0: it is the caller's own, whose context is on the code's stack
  [[nodiscard]] bool hands_on_frame() const { return is_foreign && frame == 0; }
};

/// Appends a function's list; the places are in ascending order.
void write_places(std::span<const Place> places, std::vector<std::uint8_t>& out);
/// The last place that does not begin after `at`; nothing if there is none.
[[nodiscard]] std::optional<Place> find_place(std::span<const std::uint8_t> list, std::uint32_t at);

/// The whole list.
[[nodiscard]] std::vector<Place> read_places(std::span<const std::uint8_t> list);

}  // namespace wcomp::engine::jit
