// Walks over the types of a graph, for everything that makes bindings.
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "base/match.h"
#include "types/types.h"

namespace wcomp::bindgen {

/// Calls f(types::ValType) for every type directly inside `def`.
template <class F>
void for_each_part(const types::TypeDef& def, F f) {
  const auto maybe = [&](const std::optional<types::ValType>& t) {
    if (t) f(*t);
  };
  match(
      def,
      [&](const types::RecordType& t) {
        for (const auto& field : t.fields) f(field.type);
      },
      [&](const types::VariantType& t) {
        for (const auto& c : t.cases) maybe(c.type);
      },
      [&](const types::TupleType& t) {
        for (const types::ValType e : t.types) f(e);
      },
      [&](const types::ListType& t) { f(t.element); }, [&](const types::FixedListType& t) { f(t.element); },
      [&](const types::MapType& t) {
        f(t.key);
        f(t.value);
      },
      [&](const types::OptionType& t) { f(t.some); },
      [&](const types::ResultType& t) {
        maybe(t.ok);
        maybe(t.err);
      },
      [&](const types::OwnType& t) { f(t.resource); }, [&](const types::BorrowType& t) { f(t.resource); },
      [&](const types::StreamType& t) { maybe(t.element); }, [&](const types::FutureType& t) { maybe(t.element); },
      [&](const types::AliasType& t) { f(t.target); }, [](const auto&) {});
}

/// Calls f(TypeId) for `type` and everything in it, aliases and named types included.
inline void walk(const types::TypeArena& arena, types::ValType type, const std::function<void(types::TypeId)>& f) {
  std::set<types::TypeId> seen;
  std::vector<types::ValType> todo{type};
  while (!todo.empty()) {
    const types::ValType next = todo.back();
    todo.pop_back();
    const auto* id = std::get_if<types::TypeId>(&next);
    if (id == nullptr || !seen.insert(*id).second) continue;
    f(*id);
    for_each_part(arena[*id], [&](types::ValType part) { todo.push_back(part); });
  }
}

inline void walk(const types::TypeArena& arena, const types::FuncType& type, const std::function<void(types::TypeId)>& f) {
  for (const auto& p : type.params) walk(arena, p.type, f);
  if (type.result) walk(arena, *type.result, f);
}

}  // namespace wcomp::bindgen
