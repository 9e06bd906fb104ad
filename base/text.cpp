#include "base/text.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "base/utf8.h"

namespace wcomp {

namespace {

ScalarValue scalar_at(std::string_view text, std::size_t at) { return decode_utf8(reinterpret_cast<const std::uint8_t*>(text.data()) + at, text.size() - at); }

/// Characters that change how the text around them is shown.
bool acts_on_display(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

/// How many blocks of bytes from `at` on are ASCII, in bytes; what is left is looked at one by one.
std::size_t skip_ascii(std::string_view bytes, std::size_t at) {
  constexpr std::size_t words = 4;
  const std::size_t start = at;
  for (std::uint64_t block[words]; bytes.size() - at >= sizeof block; at += sizeof block) {
    std::memcpy(block, bytes.data() + at, sizeof block);
    if (((block[0] | block[1] | block[2] | block[3]) & 0x8080808080808080u) != 0) break;
  }
  return at - start;
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view bytes) {
  if (is_utf8(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size())) return std::nullopt;
  std::size_t at = skip_ascii(bytes, 0);
  while (at < bytes.size()) {
    if (static_cast<std::uint8_t>(bytes[at]) < 0x80) {
      ++at;
      if (at % 64 == 0) at += skip_ascii(bytes, at);
      continue;
    }
    const ScalarValue d = scalar_at(bytes, at);
    if (d.length == 0) return at;
    at += d.length;
  }
  return std::nullopt;
}

bool append_utf8(std::string& out, std::uint32_t c) {
  if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return false;
  const auto put = [&](std::uint32_t b) { out.push_back(static_cast<char>(b)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
  return true;
}

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const ScalarValue d = scalar_at(text, at);
    if (d.length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text[at]));
      ++at;
    } else if (acts_on_display(d.value)) {
      out += d.value == '\n' ? "\\n" : d.value == '\t' ? "\\t" : fmt::format("\\u{{{:x}}}", d.value);
      at += d.length;
    } else {
      out += text.substr(at, d.length);
      at += d.length;
    }
  }
  return out;
}

std::string escape_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    const ScalarValue d = scalar_at(json, at);
    const std::size_t length = std::max<std::size_t>(d.length, 1);
    if (d.length == 0) {
      out += "\\ufffd";
    } else if (!acts_on_display(d.value) || d.value == '\n') {
      out += json.substr(at, length);
    } else if (d.value < 0x10000) {
      out += fmt::format("\\u{:04x}", d.value);
    } else {
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xd7c0 + (d.value >> 10), 0xdc00 + (d.value & 0x3ff));
    }
    at += length;
  }
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > limit || b.size() > 256) return limit + 1;
  std::vector<std::size_t> row(a.size() + 1);
  for (std::size_t i = 0; i <= a.size(); ++i) row[i] = i;
  for (std::size_t j = 1; j <= b.size(); ++j) {
    std::size_t diagonal = row[0];
    row[0] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[i];
      row[i] = std::min({row[i] + 1, row[i - 1] + 1, substitute});
    }
  }
  return std::min(row[a.size()], limit + 1);
}

std::string to_snake_case(std::string_view kebab) {
  std::string out;
  for (const char c : kebab) {
    if (c == '-' || c == '.' || c == '/' || c == ':') {
      out.push_back('_');
    } else {
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  return out;
}

std::string to_upper_camel_case(std::string_view kebab) {
  std::string out;
  bool is_start = true;
  for (const char c : kebab) {
    if (c == '-' || c == '_' || c == '.' || c == '/' || c == ':') {
      is_start = true;
    } else if (is_start) {
      out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
      is_start = false;
    } else {
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  return out;
}

}  // namespace wcomp
