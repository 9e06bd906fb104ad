#include "core/type_match.h"

#include <string>
#include <unordered_map>

#include "core/type_key.h"

namespace wcomp::core {
namespace {

/// The nullable top of the hierarchy that the reference is in.
HeapType top_of(HeapType t) {
  if (is_concrete(t)) return HeapType::func;
  switch (t) {
    case HeapType::func:
    case HeapType::nofunc:
      return HeapType::func;
    case HeapType::extern_:
    case HeapType::noextern:
      return HeapType::extern_;
    case HeapType::exn:
    case HeapType::noexn:
      return HeapType::exn;
  }
  return t;
}

bool is_bottom(HeapType t) { return t == HeapType::nofunc || t == HeapType::noextern || t == HeapType::noexn; }

}  // namespace

bool matches(ValType sub, ValType super) {
  if (sub == super) return true;
  if (!is_ref(sub) || !is_ref(super)) return false;
  if (is_nullable(sub) && !is_nullable(super)) return false;
  const HeapType from = heap_type_of(sub);
  const HeapType to = heap_type_of(super);
  return from == to || (top_of(from) == top_of(to) && (to == top_of(from) || is_bottom(from)));
}

bool matches(const Module& m, ValType sub, ValType super) {
  if (sub == super) return true;
  const auto canonical = [&](ValType t) { return is_concrete_ref(t) ? with_index(t, m.canonical_types[type_idx_of(heap_type_of(t)).value]) : t; };
  return matches(canonical(sub), canonical(super));
}

std::vector<TypeIdx> canonical_types(std::span<const FuncType> types) {
  std::vector<TypeIdx> out;
  out.reserve(types.size());
  std::unordered_map<std::string, TypeIdx> first;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const auto id_of = [&](TypeIdx t) { return t.value == i ? self_type : out[t.value]; };
    out.push_back(first.try_emplace(type_key(types[i], id_of), TypeIdx(i)).first->second);
  }
  return out;
}

}  // namespace wcomp::core
