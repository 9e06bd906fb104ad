// The entries that an entry of a TypeArena refers to, one function for reading and one for replacing them.
#pragma once

#include <type_traits>

#include "base/match.h"
#include "types/types.h"

namespace wcomp::wit {

/// `def` with every TypeId in it replaced by `map(id)`, in the order of the text; a ResourceType is left as it is.
template <class Map>
types::TypeDef with_parts(types::TypeDef def, Map&& map) {
  const auto value = [&](types::ValType& t) {
    if (auto* id = std::get_if<types::TypeId>(&t)) *id = map(*id);
  };
  const auto optional = [&](std::optional<types::ValType>& t) {
    if (t) value(*t);
  };
  match(
      def,
      [&](types::RecordType& r) {
        for (types::Field& f : r.fields) value(f.type);
      },
      [&](types::VariantType& v) {
        for (types::Case& c : v.cases) optional(c.type);
      },
      [&](types::TupleType& t) {
        for (types::ValType& e : t.types) value(e);
      },
      [&](types::ListType& l) { value(l.element); }, [&](types::FixedListType& l) { value(l.element); },
      [&](types::MapType& m) {
        value(m.key);
        value(m.value);
      },
      [&](types::OptionType& o) { value(o.some); },
      [&](types::ResultType& r) {
        optional(r.ok);
        optional(r.err);
      },
      [&](types::OwnType& o) { o.resource = map(o.resource); }, [&](types::BorrowType& b) { b.resource = map(b.resource); },
      [&](types::StreamType& s) { optional(s.element); }, [&](types::FutureType& f) { optional(f.element); }, [&](types::AliasType& a) { value(a.target); },
      [](types::FlagsType&) {}, [](types::EnumType&) {}, [](types::ResourceType&) {});
  return def;
}

/// The same for a function's parameters and result.
template <class Map>
types::FuncType with_parts(types::FuncType f, Map&& map) {
  for (types::Param& p : f.params) {
    if (auto* id = std::get_if<types::TypeId>(&p.type)) *id = map(*id);
  }
  if (f.result) {
    if (auto* id = std::get_if<types::TypeId>(&*f.result)) *id = map(*id);
  }
  return f;
}

/// The TypeIds in a type or function, in the order of the text.
template <class Def>
std::vector<types::TypeId> parts_of(const Def& def) {
  std::vector<types::TypeId> out;
  (void)with_parts(def, [&](types::TypeId id) {
    out.push_back(id);
    return id;
  });
  return out;
}

}  // namespace wcomp::wit
