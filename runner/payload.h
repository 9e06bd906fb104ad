// What makes a runner the executable of one program: bytes that stand behind it.
//
//   runner | zeros up to a multiple of the target's page | image | manifest | trailer
//
// The image (runtime/precompiled) is the compiled program. The manifest says what it is called and what is granted to it. The trailer, of a fixed
// size and at the very end, says where all that is, and has a checksum over the manifest and itself; the image has its own. An executable that has no
// trailer was cut short, or a tool like strip(1) has written it anew without what it does not know. Numbers are little-endian.
//
// The same input gives the same bytes: no time, no path, nothing of the machine is in it but what the image says of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace wcomp::runner {

struct Manifest {
  std::string name;                 ///< of the program in messages: `app.wasm`
  std::vector<std::string> grants;  ///< settings of the sandbox, as Setting is read: `dir=/tmp`
  bool is_sealed = false;           ///< all of the command line is the program's
  bool is_deterministic = false;
  bool is_metered = false;          ///< its code counts fuel
};

struct Payload {
  Manifest manifest;
  std::uint64_t image_offset = 0, image_size = 0;  ///< in the file
};

/// What stands behind the runner, the image in two parts: what comes before it, and what comes after it.
struct Parts {
  Bytes padding, end;
};
/// `page`: Target::page, a multiple of precompiled::code_alignment.
[[nodiscard]] Parts write_payload(std::uint64_t runner_size, std::uint64_t image_size, const Manifest& manifest, std::uint64_t page);

/// Bytes that suffice to tell where a payload is.
inline constexpr std::size_t trailer_size = 56;
[[nodiscard]] bool has_payload(ByteSpan file);

/// Reads the payload of an open file. Errors: malformed (there is none, it is damaged), unsupported (another version), file-error.
[[nodiscard]] Result<Payload> read_payload(int fd);

/// Whether the bytes are a runner's, of any build.
[[nodiscard]] bool is_runner(ByteSpan executable);
/// The words that a runner has among its bytes so that it is known.
inline constexpr std::string_view runner_mark_begin = "\nwcomp runner:", runner_mark_end = " runs one program\n";

}  // namespace wcomp::runner
