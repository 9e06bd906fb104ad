#include "core/type_interner.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "core/type_key.h"

namespace wcomp::core {
namespace {

template <class F>
void for_each_index(FuncType& type, F id_of) {
  for (std::vector<ValType>* list : {&type.params, &type.results}) {
    for (ValType& t : *list) {
      if (is_concrete_ref(t)) t = with_index(t, id_of(type_idx_of(heap_type_of(t))));
    }
  }
}

}  // namespace

std::uint32_t TypeInterner::add(const FuncType& type) {
  const auto id = static_cast<std::uint32_t>(types_.size());
  const auto [it, is_new] = ids_.try_emplace(type_key(type, [](TypeIdx named) { return named; }), id);
  if (is_new) for_each_index(types_.emplace_back(type), [&](TypeIdx named) { return named == self_type ? TypeIdx(id) : named; });
  return it->second;
}

Result<TypeIds> TypeInterner::add(const Module& module) {
  if (module.types.size() >= self_type.value - types_.size()) return fail(diag::limit_exceeded, fmt::format("there are more than {} types", self_type.value));
  TypeIds ids;
  ids.reserve(module.types.size());
  for (const FuncType& t : module.types) {
    FuncType mapped = t;
    const std::size_t index = ids.size();
    bool is_known = true;
    for_each_index(mapped, [&](TypeIdx named) {
      is_known = is_known && named.value <= index;
      return named.value < index ? TypeIdx(ids[named.value]) : self_type;
    });
    if (!is_known) return fail(diag::unsupported, fmt::format("type {} names a later type", index));
    ids.push_back(add(mapped));
  }
  return ids;
}

ValType interned(ValType t, std::span<const std::uint32_t> ids) {
  return is_concrete_ref(t) ? with_index(t, TypeIdx(ids[type_idx_of(heap_type_of(t)).value])) : t;
}

TableType interned(TableType t, std::span<const std::uint32_t> ids) {
  t.element = interned(t.element, ids);
  return t;
}

GlobalType interned(GlobalType t, std::span<const std::uint32_t> ids) {
  t.type = interned(t.type, ids);
  return t;
}

}  // namespace wcomp::core
