#include "link/types.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"

namespace wcomp::link {

using namespace types;

namespace {

/// Fewer than in a component that is only read: adapters and signatures of functions are as long as types written out.
constexpr std::uint64_t max_type_weight = 100'000;

Err<Failure> too_large(std::string_view what) {
  return Err(Failure(error(diag::limit_exceeded, fmt::format("{} has more than {} parts, counting those of its parts: components with such types can be read, but not run", what, max_type_weight)))
                 .with_note("use a list for what is there many times, or put it behind a resource"));
}

struct Signing {
  const TypeArena& types;
  const std::function<std::uint64_t(ResourceId)>& number_of;
};

void sign(std::string& out, const Signing& s, ValType type);

void sign(std::string& out, const Signing& s, const std::optional<ValType>& type) {
  if (type)
    sign(out, s, *type);
  else
    out += '_';
}

void sign_names(std::string& out, const std::vector<std::string>& names) {
  for (const std::string& n : names) fmt::format_to(std::back_inserter(out), "{}:{},", n.size(), n);
}

void sign(std::string& out, const Signing& s, ValType type) {
  type = s.types.resolve(type);
  if (const Prim* p = std::get_if<Prim>(&type)) {
    fmt::format_to(std::back_inserter(out), "{}.", to_string(*p));
    return;
  }
  auto put = [&](std::string_view s) { out += s; };
  match(
      *s.types.def(type),
      [&](const RecordType& t) {
        put("record{");
        for (const Field& f : t.fields) sign_names(out, {f.name}), sign(out, s, f.type);
        put("}");
      },
      [&](const VariantType& t) {
        put("variant{");
        for (const Case& c : t.cases) sign_names(out, {c.name}), sign(out, s, c.type);
        put("}");
      },
      [&](const ListType& t) { put("list "), sign(out, s, t.element); },
      [&](const FixedListType& t) { put(fmt::format("list{} ", t.length)), sign(out, s, t.element); },
      [&](const MapType& t) { put("map "), sign(out, s, t.key), sign(out, s, t.value); },
      [&](const TupleType& t) {
        put("tuple{");
        for (const ValType& e : t.types) sign(out, s, e);
        put("}");
      },
      [&](const FlagsType& t) { put("flags{"), sign_names(out, t.names), put("}"); },
      [&](const EnumType& t) { put("enum{"), sign_names(out, t.names), put("}"); },
      [&](const OptionType& t) { put("option "), sign(out, s, t.some); },
      [&](const ResultType& t) { put("result "), sign(out, s, t.ok), sign(out, s, t.err); },
      [&](const OwnType& t) { put(fmt::format("own{} ", s.number_of(s.types.resource(t.resource)))); },
      [&](const BorrowType& t) { put(fmt::format("borrow{} ", s.number_of(s.types.resource(t.resource)))); },
      [&](const StreamType& t) { put("stream "), sign(out, s, t.element); },
      [&](const FutureType& t) { put("future "), sign(out, s, t.element); },
      [&](const ResourceType& t) { put(fmt::format("resource{} ", s.number_of(t.id))); }, [&](const AliasType&) {});
}

}  // namespace

std::string signature(const TypeArena& arena, const FuncType& type, const std::function<std::uint64_t(ResourceId)>& number_of) {
  const Signing s{.types = arena, .number_of = number_of};
  std::string out = type.is_async ? "async(" : "(";
  for (const Param& p : type.params) sign_names(out, {p.name}), sign(out, s, p.type);
  out += ")";
  sign(out, s, type.result);
  return out;
}

std::string signature(const TypeArena& arena, const FuncType& type) {
  return signature(arena, type, [](ResourceId id) { return std::uint64_t{id.value}; });
}

std::optional<ResourceSlot> TypeCopier::find_slot(const Frame& frame, ResourceId id) {
  for (const Frame* f = &frame; f != nullptr; f = f->parent) {
    if (auto it = f->resources.find(id); it != f->resources.end()) return it->second;
  }
  return std::nullopt;
}

TypeId TypeCopier::resource_type(ResourceSlot slot) {
  if (auto it = resource_types_.find(slot); it != resource_types_.end()) return it->second;
  const ResourceId id = plan_.types.new_resource();
  const TypeId type = plan_.types.add(ResourceType{id});
  plan_.resource_slots.emplace(id, slot);
  resource_types_.emplace(slot, type);
  return type;
}

Result<FuncType> TypeCopier::copy(const Frame& frame, const FuncType& type) {
  FuncType out{.params = {}, .result = {}, .is_async = type.is_async};
  std::uint64_t weight = 0;
  for (const Param& p : type.params) {
    WCOMP_TRY(Copied c, copy(frame, p.type, 0));
    weight += c.weight;
    out.params.push_back({p.name, c.type});
  }
  if (type.result) {
    WCOMP_TRY(Copied c, copy(frame, *type.result, 0));
    weight += c.weight;
    out.result = c.type;
  }
  if (weight > max_type_weight) return too_large("a function's type");
  return out;
}

Result<TypeCopier::Copied> TypeCopier::copy(const Frame& frame, ValType type, int depth) {
  if (depth > static_cast<int>(max_type_depth)) return fail(diag::limit_exceeded, fmt::format("types are nested deeper than {}", max_type_depth));
  type = frame.arena().resolve(type);
  if (std::holds_alternative<Prim>(type)) return Copied{.type = type};
  const TypeId id = std::get<TypeId>(type);
  const std::pair key{&frame, id};
  if (auto it = memo_.find(key); it != memo_.end()) return it->second;
  const TypeDef& def = frame.arena()[id];
  Copied out;
  if (const auto* r = std::get_if<ResourceType>(&def)) {
    const auto slot = find_slot(frame, r->id);
    if (!slot) return fail(diag::invalid, "a resource type is used before an instance provides it");
    out.type = resource_type(*slot);
  } else {
    WCOMP_TRY(TypeDef copied, copy_def(frame, def, depth + 1, out.weight));
    if (out.weight > max_type_weight) return too_large("a type");
    out.type = plan_.types.add(std::move(copied));
  }
  memo_.emplace(key, out);
  return out;
}

Result<TypeDef> TypeCopier::copy_def(const Frame& frame, const TypeDef& def, int depth, std::uint64_t& weight) {
  TypeDef out = def;
  std::vector<ValType*> parts;
  auto add = [&](ValType& t) { parts.push_back(&t); };
  auto add_optional = [&](std::optional<ValType>& t) {
    if (t) parts.push_back(&*t);
  };
  std::uint64_t times = 1;
  std::vector<TypeId*> resources;
  match(
      out,
      [&](RecordType& t) {
        for (Field& f : t.fields) add(f.type);
      },
      [&](VariantType& t) {
        for (Case& c : t.cases) add_optional(c.type);
      },
      [&](ListType& t) { add(t.element); }, [&](FixedListType& t) { times = t.length, add(t.element); },
      [&](MapType& t) { add(t.key), add(t.value); },
      [&](TupleType& t) {
        for (ValType& e : t.types) add(e);
      },
      [&](OptionType& t) { add(t.some); }, [&](ResultType& t) { add_optional(t.ok), add_optional(t.err); },
      [&](OwnType& t) { resources.push_back(&t.resource); }, [&](BorrowType& t) { resources.push_back(&t.resource); },
      [&](StreamType& t) { add_optional(t.element); }, [&](FutureType& t) { add_optional(t.element); },
      [&](FlagsType& t) { weight += t.names.size(); }, [&](EnumType& t) { weight += t.names.size(); }, [](ResourceType&) {},
      [](AliasType&) {});
  for (ValType* part : parts) {
    WCOMP_TRY(Copied c, copy(frame, *part, depth));
    *part = c.type;
    weight += c.weight * times;
  }
  for (TypeId* r : resources) {
    WCOMP_TRY(Copied c, copy(frame, ValType{*r}, depth));
    *r = std::get<TypeId>(c.type);
  }
  return out;
}

}  // namespace wcomp::link
