#include "engine/prepared.h"

#include <algorithm>
#include <cstring>

#include "core/expr_reader.h"
#include "engine/engine.h"
#include "engine/memory.h"
#include "engine/register_code.h"

namespace wcomp::engine {
namespace {

/// The bits of an expression that is nothing but a constant integer.
std::optional<std::uint64_t> constant(const core::Expr& expr) {
  core::ExprReader in(expr);
  if (in.at_end()) return std::nullopt;
  const core::Instr& instr = in.take();
  if (instr.opcode != core::Opcode::i32_const && instr.opcode != core::Opcode::i64_const) return std::nullopt;
  const std::uint64_t bits = instr.bits;
  if (in.at_end() || in.take().opcode != core::Opcode::end) return std::nullopt;
  return bits;
}

/// What the segments of one memory fill.
struct Filled {
  std::uint64_t begin = ~std::uint64_t{0}, end = 0, bytes = 0;
};

/// Decides which memories get an image. It has the segments that come first and of which is known that they fit: so nothing that can be seen of
/// the order in which segments are copied, and where that stops, is different.
void add_images(PreparedModule& out) {
  const core::Module& module = *out.module;
  std::vector<Filled> filled(module.mems.size());
  for (std::size_t i = 0; i < module.datas.size(); ++i) {
    const core::Data& d = module.datas[i];
    if (d.mode == core::SegmentMode::active) {
      if (d.mem.value < module.imported_mems || !out.data_offsets[i]) break;
      const std::size_t defined = d.mem.value - module.imported_mems;
      const core::MemType& mem = module.mems[defined];
      if (mem.limits.is_64) break;
      const std::uint64_t offset = static_cast<std::uint32_t>(*out.data_offsets[i]), end = offset + d.bytes.size();
      if (end > mem.limits.min * page_size) break;
      if (!d.bytes.empty()) {
        Filled& f = filled[defined];
        f = {.begin = std::min(f.begin, offset), .end = std::max(f.end, end), .bytes = f.bytes + d.bytes.size()};
      }
    }
    out.image_datas = i + 1;
  }
  for (std::size_t i = 0; i < filled.size(); ++i) {
    const std::uint64_t begin = filled[i].begin & ~(MemoryImage::page_bytes - 1);
    const std::uint64_t end = (filled[i].end + MemoryImage::page_bytes - 1) & ~(MemoryImage::page_bytes - 1);
    // Small data is copied in less time than pages of an image take, and data that is spread out would make much of little.
    if (filled[i].bytes < PreparedImage::min_bytes || (end - begin) / 2 > filled[i].bytes) continue;
    out.images.resize(filled.size());
    out.images[i] = std::make_unique<PreparedImage>(begin, end);
  }
}

}  // namespace

const MemoryImage* PreparedImage::get(const PreparedModule& prepared, std::size_t defined, const std::shared_ptr<AddressPool>& pool) {
  if (pool == nullptr || !is_used_again_.exchange(true, std::memory_order_relaxed)) return nullptr;
  std::call_once(once_, [&] {
    const core::Module& module = *prepared.module;
    image_ = MemoryImage::make(begin_, end_ - begin_, pool, [&](std::uint8_t* data) {
      for (std::size_t i = 0; i < prepared.image_datas; ++i) {
        const core::Data& d = module.datas[i];
        if (d.mode != core::SegmentMode::active || d.mem.value != module.imported_mems + defined || d.bytes.empty()) continue;
        std::memcpy(data + (static_cast<std::uint32_t>(*prepared.data_offsets[i]) - begin_), d.bytes.data(), d.bytes.size());
      }
    });
  });
  return image_ != nullptr && image_->is_of(pool) ? image_.get() : nullptr;
}

Result<PreparedModule> prepare(const core::ValidModule& valid, core::TypeInterner& types) {
  PreparedModule out(valid);
  const core::Module& module = *valid;
  WCOMP_TRY(out.type_ids, types.add(module));
  for (const core::Global& g : module.globals) out.globals.push_back(constant(g.init));
  for (const core::Elem& e : module.elems) {
    out.elem_offsets.push_back(e.mode == core::SegmentMode::active ? constant(e.offset) : std::nullopt);
  }
  for (const core::Data& d : module.datas) {
    out.data_offsets.push_back(d.mode == core::SegmentMode::active ? constant(d.offset) : std::nullopt);
  }
  out.funcs.reserve(module.funcs.size());
  for (std::size_t i = 0; i < module.funcs.size(); ++i) {
    const core::FuncIdx idx(module.imported_funcs + i);
    const core::FuncType& type = module.func_type(idx);
    const std::uint32_t results = slot_count(type.results);
    // A frame that is too large traps when the function is called.
    std::uint64_t locals = count_local_slots(module, idx);
    if (std::max<std::uint64_t>(locals, results) + header_slots > max_frame_slots) locals = slot_count(type.params);
    const std::uint32_t type_id = out.type_ids[module.func_types[idx.value].value];
    out.funcs.push_back({.type = &types[type_id],
                         .type_id = type_id,
                         .params = slot_count(type.params),
                         .results = results,
                         .header = std::max(static_cast<std::uint32_t>(locals), results)});
  }
  add_images(out);
  return out;
}

}  // namespace wcomp::engine
