#include "engine/store_types.h"

#include <fmt/format.h>

#include "base/diagnostic.h"

namespace wcomp::engine {
namespace {

/// What is left of 32 bits for an id; the last one means "this type itself" in keys.
constexpr std::uint32_t self = 0xffff'ffff >> core::val_type_bits::index_shift;

core::ValType with_id(core::ValType t, std::uint32_t id) {
  return core::ref_to(core::heap_type_of(core::TypeIdx(id)), core::is_nullable(t));
}

template <class F>
void for_each_type(core::FuncType& type, F f) {
  for (core::ValType& t : type.params) f(t);
  for (core::ValType& t : type.results) f(t);
}

std::vector<std::uint32_t> key_of(const core::FuncType& type) {
  std::vector<std::uint32_t> key;
  key.reserve(type.params.size() + type.results.size() + 1);
  key.push_back(static_cast<std::uint32_t>(type.params.size()));
  for (core::ValType t : type.params) key.push_back(static_cast<std::uint32_t>(t));
  for (core::ValType t : type.results) key.push_back(static_cast<std::uint32_t>(t));
  return key;
}

/// `nofunc` for `func`, and so on: the type of no values at the bottom of the same hierarchy; itself if it is one.
core::HeapType bottom_of(core::HeapType h) {
  if (core::is_concrete(h)) return core::HeapType::nofunc;
  switch (h) {
    case core::HeapType::func: return core::HeapType::nofunc;
    case core::HeapType::extern_: return core::HeapType::noextern;
    case core::HeapType::exn: return core::HeapType::noexn;
    default: return h;
  }
}

}  // namespace

std::uint32_t StoreTypes::add(const core::FuncType& type) {
  const auto id = static_cast<std::uint32_t>(types_.size());
  auto [it, is_new] = ids_.try_emplace(key_of(type), id);
  if (is_new) {
    for_each_type(types_.emplace_back(type), [&](core::ValType& t) {
      if (core::is_concrete_ref(t) && core::type_idx_of(core::heap_type_of(t)).value == self) t = with_id(t, id);
    });
  }
  return it->second;
}

Result<TypeIds> StoreTypes::add(const core::Module& module) {
  if (module.types.size() >= self - types_.size()) return fail(diag::limit_exceeded, fmt::format("a store has more than {} types", self));
  TypeIds ids;
  ids.reserve(module.types.size());
  for (const core::FuncType& t : module.types) {
    core::FuncType mapped = t;
    const auto index = static_cast<std::uint32_t>(ids.size());
    bool is_known = true;
    for_each_type(mapped, [&](core::ValType& v) {
      if (!core::is_concrete_ref(v)) return;
      const std::uint32_t named = core::type_idx_of(core::heap_type_of(v)).value;
      is_known = is_known && named <= index;
      v = with_id(v, named < index ? ids[named] : self);
    });
    if (!is_known) return fail(diag::unsupported, fmt::format("type {} names a later type", index));
    ids.push_back(add(mapped));
  }
  return ids;
}

core::ValType of_store(core::ValType t, std::span<const std::uint32_t> ids) {
  return core::is_concrete_ref(t) ? with_id(t, ids[core::type_idx_of(core::heap_type_of(t)).value]) : t;
}

core::TableType of_store(core::TableType t, std::span<const std::uint32_t> ids) {
  t.element = of_store(t.element, ids);
  return t;
}

core::GlobalType of_store(core::GlobalType t, std::span<const std::uint32_t> ids) {
  t.type = of_store(t.type, ids);
  return t;
}

bool matches(core::ValType found, core::ValType expected) {
  if (found == expected) return true;
  if (!core::is_ref(found) || !core::is_ref(expected)) return false;
  if (core::is_nullable(found) && !core::is_nullable(expected)) return false;
  const core::HeapType f = core::heap_type_of(found), e = core::heap_type_of(expected);
  if (f == e || f == bottom_of(e)) return true;
  return e == core::HeapType::func && core::is_concrete(f);
}

}  // namespace wcomp::engine
