// Stencils put into code for x86-64.
#include <cstring>

#include "engine/jit/function_compiler.h"

namespace wcomp::engine::jit {

void FunctionCompiler::emit_x86_64(const Stencil& s, const Holes& h) {
  const u32 begin = as_.here();
  const auto bytes = table_.bytes_of(s);
  out_.code.insert(out_.code.end(), bytes.begin(), bytes.end());
  u8* code = out_.code.data() + begin;
  for (const Field f : table_.fields_of(s)) code[f.at] = static_cast<u8>(code[f.at] | h.reg[f.hole] << f.shift);
  const u32 end = as_.here();
  for (const Patch& p : table_.patches_of(s)) {
    const u32 at = begin + p.at;
    u64 value = 0;
    switch (p.hole) {
      case Hole::next: value = end - at; break;
      case Hole::literal: value = u64{p.literal} * 16 - at; break;  // they lie where the code begins
      case Hole::vector0: data_fixups_.push_back({at, h.vectors[0], p.addend}); continue;
      case Hole::vector1: data_fixups_.push_back({at, h.vectors[1], p.addend}); continue;
      case Hole::constant: value = h.constant; break;
      case Hole::constant2: value = h.constant2; break;
      case Hole::slot0: value = u64{h.slots[0]} * 8; break;
      case Hole::slot1: value = u64{h.slots[1]} * 8; break;
      case Hole::slot2: value = u64{h.slots[2]} * 8; break;
      case Hole::slot3: value = u64{h.slots[3]} * 8; break;
      default: leave(p.hole, at, h, end); continue;
    }
    value += static_cast<u64>(std::int64_t{p.addend});
    std::memcpy(out_.code.data() + at, &value, p.kind == PatchKind::abs64 ? 8 : 4);
  }
}

}  // namespace wcomp::engine::jit
