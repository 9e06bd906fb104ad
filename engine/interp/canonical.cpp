#include "engine/interp/canonical.h"

#include <cstring>

#include "engine/semantics.h"

namespace wcomp::engine::interp {
namespace {

template <class T>
WCOMP_HANDLER void number(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state, std::uint64_t acc, double facc) {
  const T v = core::canonical(slot_as<T>(fp[pc->a]));
  fp[pc->a] = as_slot(v);
  to_acc(v, acc, facc);
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}
template <class T>
WCOMP_HANDLER void lanes(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state, std::uint64_t acc, double facc) {
  T v;
  std::memcpy(&v, fp + pc->a, sizeof v);
  v = core::canonical(v);
  std::memcpy(fp + pc->a, &v, sizeof v);
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}

}  // namespace

Handler canonical_handler(core::NanLanes kind) {
  switch (kind) {
    case core::NanLanes::none: break;
    case core::NanLanes::f32: return &number<float>;
    case core::NanLanes::f64: return &number<double>;
    case core::NanLanes::f32x4: return &lanes<core::lanes::f32x4>;
    case core::NanLanes::f64x2: return &lanes<core::lanes::f64x2>;
  }
  return nullptr;
}

}  // namespace wcomp::engine::interp
