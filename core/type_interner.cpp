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

const std::uint32_t* TypeInterner::find(const std::string& key) const {
  if (base_ != nullptr) {
    if (const std::uint32_t* id = base_->find(key)) return id;
  }
  const auto it = ids_.find(key);
  return it == ids_.end() ? nullptr : &it->second;
}

std::uint32_t TypeInterner::add(const FuncType& type) {
  std::string key = type_key(type, [](TypeIdx named) { return named; });
  if (const std::uint32_t* known = find(key)) return *known;
  const std::uint32_t id = size();
  ids_.emplace(std::move(key), id);
  auto added = std::make_unique<FuncType>(type);
  for_each_index(*added, [&](TypeIdx named) { return named == self_type ? TypeIdx(id) : named; });
  types_.push_back(std::move(added));
  return id;
}

Result<TypeIds> TypeInterner::add(const Module& module) {
  if (module.types.size() >= self_type.value - size()) return fail(diag::limit_exceeded, fmt::format("there are more than {} types", self_type.value));
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
