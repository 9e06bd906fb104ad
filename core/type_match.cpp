#include "core/type_match.h"

#include <string>
#include <unordered_map>

namespace wcomp::core {
namespace {

/// In a key: a reference to the type itself. No index is that large.
constexpr TypeIdx self(std::size_t{~std::uint32_t{0} >> val_type_bits::index_shift});

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

/// A function type with every reference to a type replaced by what `id_of` says; equal keys are equal types.
template <class F>
std::string key_of(const FuncType& t, F&& id_of) {
  std::string key;
  key.reserve((t.params.size() + t.results.size() + 1) * sizeof(std::uint32_t));
  const auto put = [&](std::uint32_t v) { key.append(reinterpret_cast<const char*>(&v), sizeof v); };
  put(static_cast<std::uint32_t>(t.params.size()));
  for (const std::vector<ValType>* list : {&t.params, &t.results}) {
    for (const ValType v : *list) {
      put(static_cast<std::uint32_t>(is_concrete_ref(v) ? ref_to(heap_type_of(id_of(type_idx_of(heap_type_of(v)))), is_nullable(v)) : v));
    }
  }
  return key;
}

}  // namespace

bool matches(const Module& m, ValType sub, ValType super) {
  if (sub == super) return true;
  if (!is_ref(sub) || !is_ref(super)) return false;
  if (is_nullable(sub) && !is_nullable(super)) return false;
  const HeapType from = heap_type_of(sub);
  const HeapType to = heap_type_of(super);
  if (from == to) return true;
  if (is_concrete(from) && is_concrete(to)) return same(m, type_idx_of(from), type_idx_of(to));
  return top_of(from) == top_of(to) && (to == top_of(from) || is_bottom(from));
}

std::vector<TypeIdx> canonical_types(std::span<const FuncType> types) {
  std::vector<TypeIdx> out;
  out.reserve(types.size());
  std::unordered_map<std::string, TypeIdx> first;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const auto id_of = [&](TypeIdx t) { return t.value == i ? self : out[t.value]; };
    out.push_back(first.try_emplace(key_of(types[i], id_of), TypeIdx(i)).first->second);
  }
  return out;
}

}  // namespace wcomp::core
