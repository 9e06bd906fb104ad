// Function types as keys: two types have the same key when they are the same type.
//
// In a key a reference to a type of the module is what the caller says it means, or `self_type` where a type names itself; so keys are equal
// for types that are written alike after that, which is what type equality asks for.
// https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling
#pragma once

#include <string>

#include "core/module.h"

namespace wcomp::core {

/// In a key: a reference to the type itself. No index is that large.
inline constexpr TypeIdx self_type(std::size_t{~std::uint32_t{0} >> val_type_bits::index_shift});

/// The type with `id` in place of the index that it names; unchanged if it names none.
[[nodiscard]] constexpr ValType with_index(ValType t, TypeIdx id) {
  return is_concrete_ref(t) ? ref_to(heap_type_of(id), is_nullable(t)) : t;
}

/// `id_of` takes an index that the type names to what stands for it.
template <class F>
[[nodiscard]] std::string type_key(const FuncType& t, F&& id_of) {
  std::string key;
  key.reserve((t.params.size() + t.results.size() + 1) * sizeof(std::uint32_t));
  const auto put = [&](std::uint32_t v) { key.append(reinterpret_cast<const char*>(&v), sizeof v); };
  put(static_cast<std::uint32_t>(t.params.size()));
  for (const std::vector<ValType>* list : {&t.params, &t.results}) {
    for (const ValType v : *list) put(static_cast<std::uint32_t>(is_concrete_ref(v) ? with_index(v, id_of(type_idx_of(heap_type_of(v)))) : v));
  }
  return key;
}

}  // namespace wcomp::core
