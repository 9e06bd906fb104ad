#include "runtime/precompiled/image.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/compiled_magic.h"
#include "base/diagnostic.h"
#include "base/text.h"
#include "cache/cache.h"
#include "cache/folder.h"
#include "cache/hash.h"
#include "engine/jit/jit.h"

namespace wcomp::precompiled {

namespace {

template <std::size_t N>
std::string_view text_of(const std::array<char, N>& a) {
  return {a.data(), static_cast<std::size_t>(std::find(a.begin(), a.end(), '\0') - a.begin())};
}
template <std::size_t N>
void set_text(std::array<char, N>& a, std::string_view text) {
  WCOMP_CHECK(text.size() < N);
  std::copy(text.begin(), text.end(), a.begin());
}

std::uint64_t sum_of(const Header& h) {
  return cache::checksum({reinterpret_cast<const std::uint8_t*>(&h), sizeof(Header) - sizeof(h.header_sum)});
}

/// As much of a header as there is.
Header header_of(ByteSpan image) {
  Header h;
  std::memcpy(&h, image.data(), std::min(image.size(), sizeof(h)));
  return h;
}

Err<Failure> truncated(std::uint64_t expected, std::uint64_t found) {
  Diagnostic d = error(diag::malformed, fmt::format("the compiled program is truncated: it should have {} bytes and has {}", expected, found));
  d.notes.emplace_back("`wcomp compile` makes it anew");
  return Err(Failure(std::move(d)));
}

/// Why what the header says cannot be run by this program; empty: it can.
std::string foreign(const Header& h) {
  const auto host = engine::jit::host_target();
  if (!host) return "there is no compiled code for this machine";
  const Header own = make_header(*host);
  if (h.version != own.version) return fmt::format("it was compiled by wcomp {}, this is wcomp {}", escape(text_of(h.version)), code_id());
  if (h.target != own.target) return fmt::format("it was compiled for {}, this is {}", escape(text_of(h.target)), text_of(own.target));
  if (h.features != own.features) {
    return fmt::format("its code needs {}, code of this machine is for {}", escape(text_of(h.features)), text_of(own.features));
  }
  if (!engine::jit::can_compile()) return fmt::format("its code needs {}, which this processor is not", text_of(h.features));
  return {};
}

}  // namespace

Header make_header(engine::jit::Target target) {
  Header h;
  std::copy(compiled_magic.begin(), compiled_magic.end(), h.magic.begin());
  set_text(h.version, code_id());
  set_text(h.target, engine::jit::to_string(target));
  set_text(h.features, engine::jit::row_of(target).processor);
  return h;
}

void finish(Header& h, Bytes& image) {
  h.bytes = image.size();
  h.sum = cache::checksum(ByteSpan(image).subspan(sizeof(Header)));
  h.header_sum = sum_of(h);
  std::memcpy(image.data(), &h, sizeof(h));
}

bool is_image(ByteSpan bytes) { return as_text(bytes).starts_with(compiled_magic); }

Result<Header> check(ByteSpan image, bool is_whole) {
  if (!is_image(image)) return fail(diag::malformed, "this is no program that wcomp compiled");
  const Header h = header_of(image);
  if (image.size() < sizeof(Header)) return truncated(sizeof(Header), image.size());
  if (const std::string why = foreign(h); !why.empty()) {
    Diagnostic d = error(diag::unsupported, fmt::format("the compiled program does not run here: {}", why));
    d.notes.emplace_back("`wcomp compile` makes it anew");
    return Err(Failure(std::move(d)));
  }
  if (h.header_sum == sum_of(h) && image.size() < h.bytes) return truncated(h.bytes, image.size());
  const auto is_undamaged = [&] {
    if (is_whole) return true;
    return cache::expect_reading(image) && h.sum == cache::checksum(image.subspan(sizeof(Header)));
  };
  if (h.header_sum != sum_of(h) || h.bytes != image.size() || !is_undamaged()) {
    Diagnostic d = error(diag::malformed, "the compiled program is damaged: its checksum is wrong");
    d.notes.emplace_back("`wcomp compile` makes it anew");
    return Err(Failure(std::move(d)));
  }
  return h;
}

std::optional<ByteSpan> part_of(ByteSpan image, const Part& p) {
  if (p.offset > image.size() || p.size > image.size() - p.offset) return std::nullopt;
  return image.subspan(p.offset, p.size);
}

Result<Description> describe(ByteSpan image) {
  if (!is_image(image)) return fail(diag::malformed, "this is no program that wcomp compiled");
  const Header h = header_of(image);
  Description out{.is_component = h.is_component != 0,
                  .version = escape(text_of(h.version)),
                  .target = escape(text_of(h.target)),
                  .features = escape(text_of(h.features)),
                  .bytes = image.size(),
                  .problem = {}};
  if (const auto checked = check(image); !checked) out.problem = checked.error().first().message;
  return out;
}

Err<Failure> refuse_untrusted(std::string_view type) {
  Diagnostic d = error(diag::malformed, "this is a program that was compiled ahead of time: machine code, which is run only where it is trusted");
  d.notes.push_back(fmt::format("`{}::deserialize_file` takes it, if whoever made it is trusted; `wcomp run --allow-precompiled` does", type));
  return Err(Failure(std::move(d)));
}

Result<Image> map_file(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t size) {
  const auto refuse = [&](std::string_view what) { return fail(diag::file_error, fmt::format("cannot read `{}`: {}", path.string(), what)); };
  const cache::Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return refuse(std::strerror(errno));
  struct stat s {};
  if (::fstat(fd.get(), &s) != 0) return refuse(std::strerror(errno));
  if (!S_ISREG(s.st_mode)) return refuse("it is no regular file");
  const auto file_size = static_cast<std::uint64_t>(s.st_size);
  if (offset > file_size || offset % static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) != 0) return refuse("there is no image at that place");
  size = std::min(size, file_size - offset);
  if (size == 0) return Image();
  void* base = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), static_cast<off_t>(offset));
  if (base == MAP_FAILED) return refuse(std::strerror(errno));
  return Image{.bytes = {static_cast<const std::uint8_t*>(base), size},
               .owner = std::shared_ptr<void>(base, [size](void* p) { ::munmap(p, size); }),
               .may_execute_in_place = true};
}

}  // namespace wcomp::precompiled
