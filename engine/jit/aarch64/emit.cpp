// Stencils put into code for aarch64: constants take as many instructions as they need.
#include <array>
#include <cstring>

#include "engine/jit/aarch64/instructions.h"
#include "engine/jit/function_compiler.h"

namespace wcomp::engine::jit {

using namespace aarch64;

namespace {

constexpr std::uint64_t half = 0xffff;

bool is_move(PatchKind k) { return k >= PatchKind::move0 && k <= PatchKind::signed_move0; }
std::uint32_t register_at(Word w, int shift) { return w >> shift & 31; }
Word with_base(Word w, Register base) { return (w & ~(31u << 5)) | base << 5; }
Word with_bits(Word w, std::uint64_t bits) { return w | static_cast<Word>(bits & 0xfff) << 10; }

/// The words of one stencil on their way into the code.
class Words {
 public:
  explicit Words(std::vector<std::uint8_t>& out) : out_(out) {}
  void put(Word w) {
    const auto* p = reinterpret_cast<const std::uint8_t*>(&w);
    out_.insert(out_.end(), p, p + sizeof w);
  }

  /// 16 bits of a constant, or nothing where they are there already.
  void move(Word w, PatchKind kind, std::uint64_t value) {
    const Register d = register_at(w, 0);
    if (kind == PatchKind::signed_move0) {
      is_negative_ = static_cast<std::int32_t>(value) < 0;
      return put(is_negative_ ? move_not(d, ~value & half) : w | static_cast<Word>(value & half) << 5);
    }
    const std::uint32_t part = static_cast<std::uint32_t>(kind) - static_cast<std::uint32_t>(PatchKind::move0);
    const std::uint64_t bits = value >> 16 * part & half;
    if (part == 0) is_negative_ = false;
    if (part == 0 || bits != (is_negative_ ? half : 0)) put(w | static_cast<Word>(bits) << 5);
  }

  void add(Word w, std::uint64_t value) {
    const Register d = register_at(w, 0), a = register_at(w, 5);
    if (value == 0 && d == a) return;
    if (value >> 24 != 0) {
      number(value);
      return put(aarch64::add(d, a, scratch));
    }
    const auto n = static_cast<std::uint32_t>(value);
    if (n >> 12 != 0) put(aarch64::add(d, a, n >> 12, true));
    if (n >> 12 == 0 || (n & 0xfff) != 0) put(aarch64::add(d, n >> 12 != 0 ? d : a, n & 0xfff, false));
  }

  /// An access to what lies so far above a register; its size is given as a shift.
  void access(Word w, std::uint32_t size, std::uint64_t value) {
    const Register base = register_at(w, 5);
    if ((value & ((1u << size) - 1)) == 0 && value >> size < 4096) return put(with_bits(w, value >> size));
    number(value);
    put(aarch64::add(scratch, scratch, base));
    put(with_base(w, scratch));
  }

 private:
  void number(std::uint64_t value) {
    put(move_wide(scratch, static_cast<std::uint32_t>(value & half), 0));
    for (std::uint32_t part = 1; part < 4; ++part) {
      const auto bits = static_cast<std::uint32_t>(value >> 16 * part & half);
      if (bits != 0) put(move_keep(scratch, bits, part));
    }
  }

  std::vector<std::uint8_t>& out_;
  bool is_negative_ = false;  ///< the constant at hand began with ones
};

}  // namespace

void FunctionCompiler::emit_aarch64(const Stencil& s, const Holes& h) {
  constexpr std::size_t max_words = 64;
  std::array<Word, max_words> words{};
  std::array<u32, max_words + 1> begins{};  // where each word is in the code
  const auto bytes = table_.bytes_of(s);
  WCOMP_CHECK(bytes.size() <= sizeof words);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  auto* code = reinterpret_cast<u8*>(words.data());
  auto reg = h.reg;
  const u32 count_mask = s.op < static_cast<std::uint16_t>(Opcode::i64_shl) ? 31 : 63;
  reg[5] = static_cast<u8>((0 - reg[4]) & count_mask);
  reg[6] = static_cast<u8>(count_mask - reg[4]);
  for (const Field f : table_.fields_of(s)) code[f.at] = static_cast<u8>(code[f.at] | reg[f.hole] << f.shift);
  const std::size_t count = bytes.size() / sizeof(Word);
  const auto patches = table_.patches_of(s);
  auto patch = patches.begin();
  struct Inner {
    u32 field;
    std::size_t to;  ///< word
  };
  std::array<Inner, max_words> inner{};
  std::size_t inners = 0, limit = SIZE_MAX;
  Words out(out_.code);
  for (std::size_t i = 0; i < count; ++i) {
    begins[i] = as_.here();
    if (patch == patches.end() || patch->at != i * sizeof(Word)) {
      out.put(words[i]);
      continue;
    }
    const Patch& p = *patch++;
    if (p.hole == Hole::inside || p.hole == Hole::next) {
      inner[inners++] = {as_.here(), p.hole == Hole::next ? count : static_cast<std::size_t>(p.addend) / sizeof(Word)};
      out.put(words[i]);
    } else if (p.kind == PatchKind::branch26) {
      if (p.hole == Hole::limit) limit = cold_.size();
      leave(p.hole, as_.here(), h, no_slot);
      out.put(words[i]);
    } else if (p.kind == PatchKind::literal19 || p.kind == PatchKind::address21) {
      const u32 data = p.hole == Hole::literal ? literal(p.literal) : h.vectors[p.hole == Hole::vector1 ? 1 : 0];
      refer(data, 0, [&] {
        out.put(words[i]);
        return as_.here() - 4;
      });
    } else {
      const u64 value = value_of(p.hole, h);
      if (is_move(p.kind)) out.move(words[i], p.kind, value);
      else if (p.kind == PatchKind::add12) out.add(words[i], value);
      else out.access(words[i], static_cast<u32>(p.kind) - static_cast<u32>(PatchKind::access0), value);
    }
  }
  begins[count] = as_.here();
  for (std::size_t i = 0; i < inners; ++i) as_.link(inner[i].field, begins[inner[i].to]);
  if (limit < cold_.size()) cold_[limit].back = begins[count];
}

}  // namespace wcomp::engine::jit
