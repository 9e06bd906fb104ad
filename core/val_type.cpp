#include "core/val_type.h"

#include <fmt/format.h>

namespace wcomp::core {

std::string to_string(HeapType h) {
  if (is_concrete(h)) return fmt::format("{}", type_idx_of(h).value);
  switch (h) {
    case HeapType::func: return "func";
    case HeapType::extern_: return "extern";
    case HeapType::exn: return "exn";
    case HeapType::nofunc: return "nofunc";
    case HeapType::noextern: return "noextern";
    case HeapType::noexn: return "noexn";
  }
  return "unknown";
}

std::string to_string(ValType t) {
  switch (t) {
    case ValType::i32: return "i32";
    case ValType::i64: return "i64";
    case ValType::f32: return "f32";
    case ValType::f64: return "f64";
    case ValType::v128: return "v128";
    case ValType::funcref: return "funcref";
    case ValType::externref: return "externref";
    case ValType::exnref: return "exnref";
    case ValType::nullfuncref: return "nullfuncref";
    case ValType::nullexternref: return "nullexternref";
    case ValType::nullexnref: return "nullexnref";
  }
  if (!is_ref(t)) return "unknown";
  return fmt::format("(ref {}{})", is_nullable(t) ? "null " : "", to_string(heap_type_of(t)));
}

}  // namespace wcomp::core
