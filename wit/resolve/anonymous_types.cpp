// Types without a name: each once in a package.
#include <algorithm>

#include "base/match.h"
#include "wit/resolve/define.h"

namespace wcomp::wit {

namespace {

constexpr char32_t no_type = 63;  // primitives are below it, entries above
char32_t key_of(types::ValType t) {
  return match(t, [](types::Prim p) { return static_cast<char32_t>(p); }, [](types::TypeId id) { return static_cast<char32_t>(id.value + 64); });
}
char32_t key_of(const std::optional<types::ValType>& t) { return t ? key_of(*t) : no_type; }

/// The kind and the parts, as numbers; the kinds that always have a name have no key.
std::u32string key_of(const types::TypeDef& def) {
  const auto kind = static_cast<char32_t>(def.index());
  return match(
      def, [&](const types::ListType& l) { return std::u32string{kind, key_of(l.element)}; },
      [&](const types::FixedListType& l) { return std::u32string{kind, key_of(l.element), static_cast<char32_t>(l.length)}; },
      [&](const types::MapType& m) { return std::u32string{kind, key_of(m.key), key_of(m.value)}; },
      [&](const types::TupleType& tuple) {
        std::u32string out{kind};
        for (const types::ValType& t : tuple.types) out += key_of(t);
        return out;
      },
      [&](const types::OptionType& o) { return std::u32string{kind, key_of(o.some)}; },
      [&](const types::ResultType& r) { return std::u32string{kind, key_of(r.ok), key_of(r.err)}; },
      [&](const types::OwnType& o) { return std::u32string{kind, key_of(types::ValType(o.resource))}; },
      [&](const types::BorrowType& b) { return std::u32string{kind, key_of(types::ValType(b.resource))}; },
      [&](const types::StreamType& s) { return std::u32string{kind, key_of(s.element)}; }, [&](const types::FutureType& f) { return std::u32string{kind, key_of(f.element)}; },
      [](const auto&) { return std::u32string(); });
}

/// Calls `f` with each part that may be a resource standing for an owned handle.
void for_each_part(auto& def, const auto& f) {
  const auto some = [&](auto& part) {
    if (part) f(*part);
  };
  match(
      def,
      [&](auto& other) {
        using T = std::remove_cvref_t<decltype(other)>;
        if constexpr (std::is_same_v<T, types::RecordType>) {
          for (auto& field : other.fields) f(field.type);
        } else if constexpr (std::is_same_v<T, types::VariantType>) {
          for (auto& c : other.cases) some(c.type);
        } else if constexpr (std::is_same_v<T, types::ListType> || std::is_same_v<T, types::FixedListType>) {
          f(other.element);
        } else if constexpr (std::is_same_v<T, types::MapType>) {
          f(other.key);
          f(other.value);
        } else if constexpr (std::is_same_v<T, types::TupleType>) {
          for (auto& t : other.types) f(t);
        } else if constexpr (std::is_same_v<T, types::OptionType>) {
          f(other.some);
        } else if constexpr (std::is_same_v<T, types::ResultType>) {
          some(other.ok);
          some(other.err);
        } else if constexpr (std::is_same_v<T, types::StreamType> || std::is_same_v<T, types::FutureType>) {
          some(other.element);
        }
      });
}

bool is_empty(const Stability& s) { return !s.since && !s.unstable_feature && !s.deprecated; }

}  // namespace

types::ValType AliasEnds::of(types::ValType t) {
  const auto* id = std::get_if<types::TypeId>(&t);
  if (id == nullptr) return t;
  // Entries refer only to earlier ones, so one pass upwards settles all.
  for (std::size_t i = ends_.size(); i <= id->value; ++i) {
    const auto* alias = std::get_if<types::AliasType>(&graph_.types[types::TypeId(i)]);
    const auto* target = alias != nullptr ? std::get_if<types::TypeId>(&alias->target) : nullptr;
    ends_.push_back(target != nullptr ? ends_[target->value] : alias != nullptr ? alias->target : types::ValType(types::TypeId(i)));
  }
  return ends_[id->value];
}

std::optional<types::TypeId> AliasEnds::resource(types::ValType t) {
  const types::ValType end = of(t);
  const auto* id = std::get_if<types::TypeId>(&end);
  return id != nullptr && std::holds_alternative<types::ResourceType>(graph_.types[*id]) ? std::optional(*id) : std::nullopt;
}

bool AnonymousTypes::is_same(types::TypeId known, const std::u32string& key) const { return key_of(graph_.types[known]) == key; }

void AnonymousTypes::grow() {
  const std::vector<Slot> slots = std::move(slots_);
  slots_.assign(std::max<std::size_t>(64, 4 * slots.size()), {});
  for (const Slot& taken : slots) {
    if (taken.type == 0) continue;
    std::size_t slot = taken.hash & (slots_.size() - 1);
    while (slots_[slot].type != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = taken;
  }
}

types::TypeId AnonymousTypes::add(types::TypeDef def, const Stability& context) {
  if (2 * size_ >= slots_.size()) grow();
  const std::u32string key = key_of(def);
  std::uint64_t mixed = 0;
  for (const char32_t part : key) {
    mixed = (mixed ^ part) * 0x9e3779b97f4a7c15u;
    mixed ^= mixed >> 29;
  }
  const auto hash = static_cast<std::uint32_t>(mixed ^ mixed >> 32);
  std::size_t slot = hash & (slots_.size() - 1);
  for (; slots_[slot].type != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    const types::TypeId known(slots_[slot].type - 1u);
    if (slots_[slot].hash == hash && is_same(known, key)) return known;
  }
  const Stability* stability = stability_of(def, context);
  const types::TypeId made = graph_.types.add(std::move(def));
  if (!is_empty(*stability)) {
    Stability copy = *stability;  // it may stand in the map that grows
    graph_.anonymous_stability.emplace(made, std::move(copy));
  }
  slots_[slot] = {made.value + 1, hash};
  ++size_;
  return made;
}

/// A type without a name is gated like the first gated type that it is made of, else like the declaration that it is part of.
const Stability* AnonymousTypes::stability_of(const types::TypeDef& def, const Stability& context) const {
  const Stability* found = nullptr;
  const auto look_at = [&](types::TypeId id) {
    if (found != nullptr) return;
    const Stability* s = nullptr;
    if (const TypeDecl* decl = graph_.decl(id)) s = &decl->stability;
    else if (const auto known = graph_.anonymous_stability.find(id); known != graph_.anonymous_stability.end()) s = &known->second;
    if (s != nullptr && !is_empty(*s)) found = s;
  };
  for_each_part(def, [&](const types::ValType& part) {
    if (const auto* id = std::get_if<types::TypeId>(&part)) look_at(*id);
  });
  if (const auto* borrow = std::get_if<types::BorrowType>(&def)) look_at(borrow->resource);
  if (std::holds_alternative<types::OwnType>(def)) {
    static const Stability none;
    return &none;
  }
  return found != nullptr ? found : &context;
}

types::ValType AnonymousTypes::owned(types::ValType t) {
  if (!ends_.resource(t)) return t;
  return types::ValType(add(types::OwnType{std::get<types::TypeId>(t)}, {}));
}

void AnonymousTypes::own_parts(types::TypeDef& def) {
  for_each_part(def, [&](types::ValType& part) { part = owned(part); });
}

void AnonymousTypes::own_parts(types::FuncType& f) {
  for (types::Param& p : f.params) p.type = owned(p.type);
  if (f.result) f.result = owned(*f.result);
}

}  // namespace wcomp::wit
