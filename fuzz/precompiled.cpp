// Any bytes are refused as a compiled program with a reason, or described; and the readers behind the checksum, which nobody's bytes get to but with
// a checksum of their own, stay within any bytes as well. What is read is not run: behind the checksum an image is trusted.
#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "engine/jit/code_file.h"
#include "runtime/precompiled/image.h"
#include "runtime/precompiled/structures.h"

using namespace wcomp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteSpan input(data, size);
  if (const auto header = precompiled::check(input); !header) WCOMP_CHECK(!header.error().first().message.empty());
  // As an image of this program with a header that is not believed.
  if (const auto host = engine::jit::host_target()) {
    const precompiled::Header own = precompiled::make_header(*host);
    Bytes image(input.begin(), input.end());
    std::memcpy(image.data(), &own, std::min(image.size(), offsetof(precompiled::Header, is_component)));
    WCOMP_CHECK(!precompiled::check(image) || precompiled::describe(image)->problem.empty());
    if (precompiled::is_image(image)) WCOMP_CHECK(precompiled::describe(image).has_value());
  }
  const std::size_t cut = data[0] * (size - 1) / 255;
  const ByteSpan structures = input.subspan(1).first(cut), pool = input.subspan(1 + cut);
  precompiled::Reader in(structures, pool);
  precompiled::Structures read;
  in(read.modules, read);
  if (in.is_good()) {
    precompiled::Writer out;
    out(read.modules, read);
    const Bytes again = out.take(), again_pool = out.take_pool();
    precompiled::Reader second(again, again_pool);
    precompiled::Structures same;
    second(same.modules, same);
    WCOMP_CHECK(second.is_good() && second.at_end() && same.modules.size() == read.modules.size());
  }
  alignas(16) static std::uint8_t file[1 << 16];
  const std::size_t n = std::min(size, sizeof(file));
  std::memcpy(file, data, n);
  const std::size_t counts[] = {data[0] % 4U};
  (void)engine::jit::read_code_file({file, n}, counts);
  return 0;
}
