// Strings in guest memory: finding them, checking them, and moving them between encodings.
//
// A string in memory is a pointer and a `length` in code units of the side's encoding: bytes for utf8, 16-bit little-endian units for utf16;
// for latin1+utf16 bytes, or with `utf16_tag` set 16-bit units. In a 64-bit memory both have 64 bits, and the tag is the highest. CanonicalABI.md `load_string_from_range`, `store_string_into_range`.
// Everything here takes bytes that a guest controls; nothing reads or writes outside the spans it is given.
//
// The specification guesses a size, allocates, and reallocates when the guess was wrong. We measure first, so that nothing is written twice.
// Adapters make the calls of realloc that the specification makes all the same (fuse_strings.cpp); the host, which may say that a string of
// its own came in any encoding, says that it came in the receiver's, for which there is one call with the exact size.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "canonical-abi/encoding.h"
#include "wcomp/result.h"
#include "wcomp/trap.h"

namespace wcomp::cabi {

/// Bytes that `length` units take in memory.
[[nodiscard]] std::uint64_t string_byte_length(StringEncoding encoding, std::uint32_t length);
/// 1 or 2.
[[nodiscard]] std::uint32_t string_alignment(StringEncoding encoding);

/// The length of a string as a 64-bit memory has it, in the form that everything here takes; string_too_long if it is beyond every limit.
[[nodiscard]] Result<std::uint32_t, TrapCode> narrow_length(StringEncoding encoding, std::uint64_t length);
/// And back.
[[nodiscard]] std::uint64_t widen_length(StringEncoding encoding, std::uint32_t length);

/// The bytes of the string at `ptr`, after checking alignment, range and the limit on strings. Does not check the encoding.
[[nodiscard]] Result<std::span<const std::uint8_t>, TrapCode> find_string(StringEncoding encoding, std::span<const std::uint8_t> memory,
                                                                         std::uint64_t ptr, std::uint32_t length);

/// Checks the encoding of a string and gives the length it has in encoding `to` (for latin1+utf16 with utf16_tag where it needs it).
/// `bytes` is what find_string gave for `length`. invalid_utf8, invalid_utf16, string_too_long.
[[nodiscard]] Result<std::uint32_t, TrapCode> measure_string(StringEncoding from, std::span<const std::uint8_t> bytes, std::uint32_t length,
                                                            StringEncoding to);

/// Writes the string into `out`, which has exactly string_byte_length(to, to_length) bytes, to_length as measure_string said. Fails with
/// pointer_out_of_bounds if it does not fit exactly (the bytes changed in between). The spans may overlap only if they are the same
/// memory range and the encodings are equal.
[[nodiscard]] Result<void, TrapCode> transcode_string(StringEncoding from, std::span<const std::uint8_t> bytes, std::uint32_t length,
                                                     StringEncoding to, std::uint32_t to_length, std::span<std::uint8_t> out);

/// Checks a string and writes it into `out`, of its size, in one pass. `encoding` is utf8 or utf16. After a failure (invalid_utf8,
/// invalid_utf16) `out` holds anything. The spans do not overlap.
[[nodiscard]] Result<void, TrapCode> copy_string(StringEncoding encoding, std::span<const std::uint8_t> bytes, std::uint8_t* out);

/// A guest's string as UTF-8, for the host.
[[nodiscard]] Result<std::string, TrapCode> string_to_utf8(StringEncoding from, std::span<const std::uint8_t> bytes, std::uint32_t length);

}  // namespace wcomp::cabi
