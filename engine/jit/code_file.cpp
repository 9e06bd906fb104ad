#include "engine/jit/code_file.h"

#include <cstring>
#include <type_traits>

namespace wcomp::engine::jit {

namespace {

/// Where a list lies in the file, in bytes.
struct Part {
  std::uint64_t offset = 0, size = 0;
};
struct Header {
  std::uint32_t version = code_version;
  std::uint8_t is_metered = 0, is_deterministic = 0, is_guarded = 0, pad = 0;
  Part code, funcs, places, handlers;
};
static_assert(std::is_trivially_copyable_v<Header> && std::is_trivially_copyable_v<CodeFunc> && std::is_trivially_copyable_v<CodeHandler>);

constexpr std::size_t list_alignment = 16;

template <class T>
ByteSpan bytes_of(std::span<const T> list) {
  return {reinterpret_cast<const std::uint8_t*>(list.data()), list.size_bytes()};
}

Part append(Bytes& out, ByteSpan bytes, std::size_t alignment) {
  out.resize((out.size() + alignment - 1) / alignment * alignment);
  const Part part{out.size(), bytes.size()};
  out.insert(out.end(), bytes.begin(), bytes.end());
  return part;
}

std::optional<ByteSpan> part_of(ByteSpan file, const Part& p) {
  if (p.offset > file.size() || p.size > file.size() - p.offset || p.offset % list_alignment != 0) return std::nullopt;
  return file.subspan(p.offset, p.size);
}

template <class T>
std::optional<std::span<const T>> list_of(ByteSpan file, const Part& p) {
  const auto bytes = part_of(file, p);
  if (!bytes || bytes->size() % sizeof(T) != 0) return std::nullopt;
  return std::span(reinterpret_cast<const T*>(bytes->data()), bytes->size() / sizeof(T));
}

/// Whether what the functions say of the lists lies in them.
bool is_consistent(const CodeView& v) {
  for (std::size_t i = 0; i < v.funcs.size(); ++i) {
    const CodeFunc& f = v.funcs[i];
    if (f.places > v.places.size() || f.handlers > v.handlers.size()) return false;
    if (i + 1 == v.funcs.size()) continue;
    if (f.entry > f.end || f.end > v.code.size() || f.places > v.funcs[i + 1].places || f.handlers > v.funcs[i + 1].handlers) return false;
  }
  return true;
}

}  // namespace

CodeView view(const CodeObject& o) { return {.options = o.options, .code = o.code, .funcs = o.funcs, .places = o.places, .handlers = o.handlers}; }

Bytes write_code_file(std::span<const CodeView> modules) {
  std::vector<Header> headers(modules.size());
  Bytes out(modules.size() * sizeof(Header));
  for (std::size_t i = 0; i < modules.size(); ++i) {
    const CodeView& m = modules[i];
    Header& h = headers[i];
    h.is_metered = m.options.is_metered;
    h.is_deterministic = m.options.is_deterministic;
    h.is_guarded = m.options.is_guarded;
    h.funcs = append(out, bytes_of(m.funcs), list_alignment);
    h.places = append(out, m.places, list_alignment);
    h.handlers = append(out, bytes_of(m.handlers), list_alignment);
  }
  // All code at the end, so that a few pages at most are executable and more than code.
  for (std::size_t i = 0; i < modules.size(); ++i) headers[i].code = append(out, modules[i].code, i == 0 ? code_alignment : list_alignment);
  if (!headers.empty()) std::memcpy(out.data(), headers.data(), headers.size() * sizeof(Header));
  return out;
}

std::optional<std::vector<CodeView>> read_code_file(ByteSpan file, std::span<const std::size_t> counts) {
  if (file.size() / sizeof(Header) < counts.size()) return std::nullopt;
  std::vector<CodeView> out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    Header h;
    std::memcpy(&h, file.data() + i * sizeof(Header), sizeof(h));
    if (h.version != code_version) return std::nullopt;
    const auto code = part_of(file, h.code), places = part_of(file, h.places);
    const auto funcs = list_of<CodeFunc>(file, h.funcs);
    const auto handlers = list_of<CodeHandler>(file, h.handlers);
    if (!code || !places || !funcs || !handlers || funcs->size() != counts[i] + 1) return std::nullopt;
    out.push_back({.options = {.is_metered = h.is_metered != 0, .is_deterministic = h.is_deterministic != 0, .is_guarded = h.is_guarded != 0},
                   .code = *code,
                   .funcs = *funcs,
                   .places = *places,
                   .handlers = *handlers});
    if (!is_consistent(out.back())) return std::nullopt;
  }
  return out;
}

}  // namespace wcomp::engine::jit
