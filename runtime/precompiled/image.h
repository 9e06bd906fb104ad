// What an image begins with, and what has to hold before anything behind it is looked at.
//
//   Header | pool: bytes that structures have views of | structures (fields.h) | code of the modules, as engine/jit/code_file.h has it, once for each
//   choice of options. Each part begins at a multiple of 16, code at one of code_alignment. Numbers have the byte order of the machine, which
//   is part of `target`.
//
// Whether it can be run here is asked before whether it is whole, so that an image of another version, whose header may be different, is told
// from a damaged one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "engine/jit/target.h"
#include "runtime/precompiled/precompiled.h"

namespace wcomp::precompiled {

/// Where something lies in the image.
struct Part {
  std::uint64_t offset = 0, size = 0;
};

struct Header {
  std::array<char, 8> magic{};
  std::array<char, 56> version{};   ///< padded with zeros, like all texts here
  std::array<char, 24> target{};
  std::array<char, 72> features{};  ///< what it needs of the processor, in words that are compared as they are
  std::uint32_t is_component = 0;
  std::uint32_t codes = 0;          ///< how many choices of options there is code for
  Part pool, structures;
  std::array<Part, 2> code;
  std::uint64_t bytes = 0;          ///< of the image
  std::uint64_t sum = 0;            ///< of what follows the header
  std::uint64_t header_sum = 0;     ///< of all before it
};
static_assert(sizeof(Header) % 16 == 0);

/// Of what this program makes for a machine.
[[nodiscard]] Header make_header(engine::jit::Target target);
/// Sets sizes and sums; the image is complete but for its header.
void finish(Header& header, Bytes& image);

/// The header of an image that is whole (or said to be) and made for this version and machine. Errors: malformed, unsupported.
[[nodiscard]] Result<Header> check(ByteSpan image, bool is_whole = false);
/// A part that lies in the image; nothing otherwise.
[[nodiscard]] std::optional<ByteSpan> part_of(ByteSpan image, const Part& part);

/// `0.1.0, build 0123456789abcdef`: another one for every change of what images hold or code relies on.
[[nodiscard]] std::string_view code_id();

}  // namespace wcomp::precompiled
