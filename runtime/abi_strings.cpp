// Strings for wcomp/abi.h: between std::string, which is UTF-8, and the encoding of a guest.

#include "canonical-abi/shape.h"
#include "canonical-abi/strings.h"
#include "wcomp/abi.h"

namespace wcomp::abi {

namespace {

using cabi::StringEncoding;

std::span<const std::uint8_t> memory(const Crossing& c) {
  return {c.memory, static_cast<std::size_t>(c.memory_size)};
}

/// The string's bytes after checking where they are; empty after a failure.
std::span<const std::uint8_t> find(Crossing& c, std::uint32_t ptr, std::uint32_t len) {
  auto bytes = cabi::find_string(c.encoding, memory(c), ptr, len);
  if (bytes) return *bytes;
  c.fail(bytes.error());
  return {};
}

}  // namespace

void lower_string(Crossing& c, std::string_view text, std::uint32_t& ptr, std::uint32_t& len) {
  ptr = 0;
  len = 0;
  if (text.size() > cabi::max_string_byte_length) return c.fail(TrapCode::string_too_long);
  const std::span bytes{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  const auto length = static_cast<std::uint32_t>(text.size());
  auto measured = cabi::measure_string(StringEncoding::utf8, bytes, length, c.encoding);
  if (!measured) return c.fail(measured.error(), "a string of the host");
  const auto size = static_cast<std::uint32_t>(cabi::string_byte_length(c.encoding, *measured));
  const std::uint32_t at = c.allocate(size, cabi::string_alignment(c.encoding));
  if (!c.ok()) return;
  auto done = cabi::transcode_string(StringEncoding::utf8, bytes, length, c.encoding, *measured, {c.memory + at, size});
  if (!done) return c.fail(done.error());
  ptr = at;
  len = *measured;
}

std::string lift_string(Crossing& c, std::uint32_t ptr, std::uint32_t len) {
  const auto bytes = find(c, ptr, len);
  if (!c.ok()) return {};
  auto text = cabi::string_to_utf8(c.encoding, bytes, len);
  if (text) return std::move(*text);
  c.fail(text.error());
  return {};
}

std::string_view view_string(Crossing& c, std::uint32_t ptr, std::uint32_t len, bool& needs_copy) {
  needs_copy = c.encoding != StringEncoding::utf8;
  if (needs_copy) return {};
  const auto bytes = find(c, ptr, len);
  if (!c.ok()) return {};
  if (auto valid = cabi::measure_string(StringEncoding::utf8, bytes, len, StringEncoding::utf8); !valid) c.fail(valid.error());
  if (!c.ok()) return {};
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace wcomp::abi
