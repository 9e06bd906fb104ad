#include "types/limits.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"

namespace wcomp::types {

namespace {

constexpr std::uint32_t max_links = 1000;
constexpr std::uint64_t max_elem_size = 1u << 28;

std::uint64_t align_to(std::uint64_t offset, std::uint64_t alignment) { return (offset + alignment - 1) / alignment * alignment; }

std::uint32_t add_weight(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(std::uint64_t{a} + b, max_type_weight + 1));
}

Failure too_large(std::string message, std::string cure) { return Failure(error(diag::limit_exceeded, std::move(message))).with_note(std::move(cure)); }

/// Facts of a type from those of its parts.
struct Summary {
  TypeFacts out{.weight = 1, .size = 0, .alignment = 1};

  void part(const TypeFacts& f) {
    out.mentions_resources = out.mentions_resources || f.mentions_resources;
    out.has_borrow = out.has_borrow || f.has_borrow;
    out.depth = std::max(out.depth, f.depth + 1);
    out.links = std::max(out.links, f.links + 1);
    out.weight = add_weight(out.weight, f.weight);
  }
  void field(const TypeFacts& f) {
    part(f);
    out.alignment = std::max(out.alignment, f.alignment);
    out.size = align_to(out.size, f.alignment) + f.size;
  }
  void payload(const TypeFacts& f) {
    part(f);
    out.alignment = std::max(out.alignment, f.alignment);
    out.size = std::max(out.size, f.size);
  }
  /// After all payloads.
  void discriminant(std::size_t cases) {
    const std::uint64_t size = cases <= 0x100 ? 1 : cases <= 0x10000 ? 2 : 4;
    out.alignment = std::max(out.alignment, size);
    out.size = align_to(size, out.alignment) + out.size;
  }
  void end() { out.size = align_to(out.size, out.alignment); }
  void scalar(std::uint64_t size, std::uint64_t alignment) {
    out.size = size;
    out.alignment = alignment;
  }
};

TypeFacts facts_of(Prim p) {
  struct Row { std::uint64_t size; bool is_string; };
  static constexpr Row rows[] = {
#define WCOMP_PRIM(name, text, opcode, size, core) {size, Prim::name == Prim::string},
#include "types/primitives.def"
#undef WCOMP_PRIM
  };
  const Row& row = rows[static_cast<std::size_t>(p)];
  return {.weight = 1, .size = row.is_string ? 16 : row.size, .alignment = row.is_string ? 8 : row.size};
}

}  // namespace

TypeFacts facts_of(ValType type, std::span<const TypeFacts> known) {
  const TypeId* id = std::get_if<TypeId>(&type);
  return id != nullptr ? known[id->value] : facts_of(std::get<Prim>(type));
}

TypeFacts facts_of(const TypeDef& def, std::span<const TypeFacts> known, std::vector<TypeId>* unknown) {
  Summary s;
  const auto facts = [&](ValType t) {
    const TypeFacts f = facts_of(t, known);
    if (f.weight == 0 && unknown != nullptr) unknown->push_back(std::get<TypeId>(t));
    return f;
  };
  const auto part = [&](const std::optional<ValType>& t) { if (t) s.part(facts(*t)); };
  const auto payload = [&](const std::optional<ValType>& t) { s.payload(t ? facts(*t) : TypeFacts{}); };
  match(
      def,
      [&](const RecordType& r) { for (const Field& f : r.fields) s.field(facts(f.type)); s.end(); },
      [&](const VariantType& v) { for (const Case& c : v.cases) payload(c.type); s.discriminant(v.cases.size()); s.end(); },
      [&](const ListType& l) { s.part(facts(l.element)); s.scalar(16, 8); },
      [&](const FixedListType& l) {
        const TypeFacts element = facts(l.element);
        s.part(element);
        s.scalar(element.size * l.length, element.alignment);
      },
      [&](const MapType& m) { s.part(facts(m.key)); s.part(facts(m.value)); s.scalar(16, 8); },
      [&](const TupleType& t) { for (const ValType& v : t.types) s.field(facts(v)); s.end(); },
      [&](const FlagsType& f) { const std::uint64_t size = f.names.size() <= 8 ? 1 : f.names.size() <= 16 ? 2 : 4; s.scalar(size, size); },
      [&](const EnumType& e) { s.discriminant(e.names.size()); },
      [&](const OptionType& o) { s.payload(facts(o.some)); s.discriminant(2); s.end(); },
      [&](const ResultType& r) { payload(r.ok); payload(r.err); s.discriminant(2); s.end(); },
      [&](const OwnType&) { s.scalar(4, 4); s.out.mentions_resources = true; },
      [&](const BorrowType&) { s.scalar(4, 4); s.out.mentions_resources = s.out.has_borrow = true; },
      [&](const StreamType& t) { part(t.element); s.scalar(4, 4); },
      [&](const FutureType& t) { part(t.element); s.scalar(4, 4); },
      [&](const ResourceType&) { s.out.mentions_resources = true; },
      [&](const AliasType& a) {
        s.out = facts(a.target);
        ++s.out.links;
      });
  return s.out;
}

std::uint32_t weight_of(const FuncType& type, std::span<const TypeFacts> known) {
  std::uint32_t out = 1;
  for (const Param& p : type.params) out = add_weight(out, facts_of(p.type, known).weight);
  return type.result ? add_weight(out, facts_of(*type.result, known).weight) : out;
}

Result<void> check_limits(const TypeFacts& f, bool bounds_links) {
  if (f.depth > max_type_depth) return Err(too_large(fmt::format("types are nested more than {} deep", max_type_depth), "put a part of the type behind a resource, or nest fewer types"));
  if (bounds_links && f.links > max_links) return Err(too_large(fmt::format("a type is an alias of an alias more than {} times over", max_links), "alias the first of them"));
  if (f.weight > max_type_weight)
    return Err(too_large(fmt::format("a type has more than {} parts, counting those of its parts", max_type_weight), "use a list for what is there many times, or put it behind a resource"));
  if (f.size >= max_elem_size) return Err(too_large("a value of the type is larger than 2^28 bytes", "use a list without a fixed length"));
  return {};
}

Result<void> check_weight(std::uint32_t weight_of_function) {
  if (weight_of_function <= max_type_weight) return {};
  return Err(too_large(fmt::format("a function type has more than {} parts, counting those of its types", max_type_weight), "use a list for what is there many times, or put it behind a resource"));
}

Result<void> TypeLimits::check(TypeId id) {
  if (facts_.size() < arena_.size()) facts_.resize(arena_.size(), {.weight = 0});
  // Chains of names may be long: no recursion.
  std::vector<TypeId> work{id};
  while (!work.empty()) {
    const TypeId at = work.back();
    const std::size_t before = work.size();
    if (facts_[at.value].weight == 0) {
      const TypeFacts out = facts_of(arena_[at], facts_, &work);
      if (work.size() != before) continue;
      WCOMP_TRY(check_limits(out, false));
      facts_[at.value] = out;
    }
    work.pop_back();
  }
  return {};
}

Result<void> TypeLimits::check(const FuncType& type) {
  const auto part = [&](ValType t) -> Result<void> {
    const TypeId* id = std::get_if<TypeId>(&t);
    return id != nullptr ? check(*id) : Result<void>();
  };
  for (const Param& p : type.params) WCOMP_TRY(part(p.type));
  if (type.result) WCOMP_TRY(part(*type.result));
  return check_weight(weight_of(type, facts_));
}

}  // namespace wcomp::types
