#include "component/type_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"

namespace wcomp::component {

namespace {

using namespace wcomp::types;

/// For one validation: a few seconds, about a hundred megabytes.
constexpr std::uint64_t max_steps = 50'000'000;
constexpr std::uint64_t max_made = 500'000;

}  // namespace

Result<TypeId> TypeTable::add(TypeDef def) {
  const TypeFacts out = facts_of(def, facts_);
  WCOMP_TRY(check_limits(out, true));
  facts_.push_back(out);
  return arena_.add(std::move(def));
}

bool TypeTable::mentions_resources(const FuncType& f) const {
  if (f.result && facts(*f.result).mentions_resources) return true;
  return std::ranges::any_of(f.params, [&](const Param& p) { return facts(p.type).mentions_resources; });
}

std::uint32_t TypeTable::depth(const Entity& e) {
  if (const auto* i = std::get_if<std::shared_ptr<const InstanceType>>(&e)) return (*i)->depth;
  if (const auto* c = std::get_if<std::shared_ptr<const ComponentType>>(&e)) return (*c)->depth;
  if (const auto* d = std::get_if<std::shared_ptr<const DefTypeEntity>>(&e)) return depth((*d)->type);
  return 0;
}

bool TypeTable::has_values(const Entity& e) {
  if (const auto* i = std::get_if<std::shared_ptr<const InstanceType>>(&e)) return (*i)->has_values;
  if (const auto* c = std::get_if<std::shared_ptr<const ComponentType>>(&e)) return (*c)->has_values;
  if (const auto* d = std::get_if<std::shared_ptr<const DefTypeEntity>>(&e)) return has_values((*d)->type);
  return std::holds_alternative<ValueEntity>(e);
}

std::uint32_t TypeTable::weight(const Entity& e) const {
  return match(
      e, [&](const FuncEntity& f) { return weight(f.type); }, [&](const TypeEntity& t) { return facts(t.type).weight; },
      [&](const std::shared_ptr<const InstanceType>& t) { return t->weight; }, [&](const std::shared_ptr<const ComponentType>& t) { return t->weight; },
      [&](const std::shared_ptr<const ModuleType>& t) { return static_cast<std::uint32_t>(std::min<std::size_t>(1 + t->imports.size() + t->exports.size(), max_type_weight)); },
      [&](const std::shared_ptr<const DefTypeEntity>& t) { return weight(t->type); }, [&](const ValueEntity& v) { return 1 + facts(v.type).weight; });
}

void TypeTable::for_each_resource(ValType t, const std::function<void(ResourceId)>& each) const {
  const TypeId* id = std::get_if<TypeId>(&t);
  if (id == nullptr || !facts(*id).mentions_resources) return;
  const auto visit = [&](ValType part) { for_each_resource(part, each); };
  const auto visit_optional = [&](const std::optional<ValType>& part) { if (part) visit(*part); };
  match(
      arena_[*id], [&](const RecordType& r) { for (const Field& f : r.fields) visit(f.type); },
      [&](const VariantType& v) { for (const Case& c : v.cases) visit_optional(c.type); }, [&](const ListType& l) { visit(l.element); },
      [&](const FixedListType& l) { visit(l.element); },
      [&](const MapType& m) { visit(m.key); visit(m.value); },
      [&](const TupleType& tuple) { for (const ValType& v : tuple.types) visit(v); }, [&](const FlagsType&) {}, [&](const EnumType&) {},
      [&](const OptionType& o) { visit(o.some); },
      [&](const ResultType& r) { visit_optional(r.ok); visit_optional(r.err); },
      [&](const OwnType& o) { visit(o.resource); }, [&](const BorrowType& b) { visit(b.resource); },
      [&](const StreamType& s) { visit_optional(s.element); }, [&](const FutureType& f) { visit_optional(f.element); },
      [&](const ResourceType& r) { each(r.id); }, [&](const AliasType& a) { visit(a.target); });
}

Result<void> TypeTable::spend(std::uint64_t steps) {
  steps_ += steps;
  if (steps_ > max_steps) return fail(diag::limit_exceeded, "the component's types take too much work to check");
  return Ok{};
}

Result<void> TypeTable::spend_on(const CoreExtern& e) {
  const auto* func = std::get_if<core::FuncType>(&e);
  if (const auto* tag = std::get_if<CoreTag>(&e)) func = &tag->type;
  return spend(func == nullptr ? 1 : 1 + func->params.size() + func->results.size());
}

Result<void> TypeTable::spend_on(const Entity& e) {
  const auto* func = std::get_if<FuncEntity>(&e);
  return spend(weight(e) + (func == nullptr ? 0 : 16 * func->type.params.size()));
}

Result<void> TypeTable::grow() {
  if (++made_ > max_made) return fail(diag::limit_exceeded, fmt::format("checking the component makes more than {} types", max_made));
  return Ok{};
}

ResourceId Replacer::at(ResourceId id) const {
  const auto found = map_.find(id);
  return found == map_.end() ? id : found->second;
}

Result<ValType> Replacer::operator()(ValType t) {
  const TypeId* id = std::get_if<TypeId>(&t);
  if (id == nullptr) return t;
  return entry(*id);
}

void Replacer::map_types(const Entity& import, const Entity& supplied) {
  if (const auto* from = std::get_if<TypeEntity>(&import)) {
    const TypeId* id = std::get_if<TypeId>(&from->type);
    if (id == nullptr) return;
    entries_.emplace(*id, std::get<TypeEntity>(supplied).type);
    first_mapped_ = std::min(first_mapped_, id->value);
  } else if (const auto* value = std::get_if<ValueEntity>(&import)) {
    values_.emplace(value->id, std::get<ValueEntity>(supplied).id);
  } else if (const auto* instance = std::get_if<std::shared_ptr<const InstanceType>>(&import)) {
    std::map<std::string_view, const Entity*> names;
    for (const NamedEntity& e : std::get<std::shared_ptr<const InstanceType>>(supplied)->exports) names.emplace(e.name, &e.type);
    for (const NamedEntity& e : (*instance)->exports) map_types(e.type, *names.at(e.name));
  }
}

Result<ValType> Replacer::entry(TypeId id) {
  if (id.value < first_mapped_ && (map_.empty() || !table_.facts(id).mentions_resources)) return ValType(id);
  if (const auto found = entries_.find(id); found != entries_.end()) return found->second;
  WCOMP_TRY(table_.grow());
  TypeDef def = table_.arena()[id];
  bool is_changed = false;
  const auto part = [&](ValType& t) -> Result<void> {
    WCOMP_TRY(const ValType made, (*this)(t));
    is_changed = is_changed || made != t;
    t = made;
    return Ok{};
  };
  const auto optional_part = [&](std::optional<ValType>& t) -> Result<void> { return t ? part(*t) : Result<void>(Ok{}); };
  const auto id_part = [&](TypeId& t) -> Result<void> {
    WCOMP_TRY(const ValType made, entry(t));
    is_changed = is_changed || made != ValType(t);
    t = std::get<TypeId>(made);
    return Ok{};
  };
  using R = Result<void>;
  WCOMP_TRY(match(
      def,
      [&](RecordType& r) -> R {
        for (Field& f : r.fields) WCOMP_TRY(part(f.type));
        return Ok{};
      },
      [&](VariantType& v) -> R {
        for (Case& c : v.cases) WCOMP_TRY(optional_part(c.type));
        return Ok{};
      },
      [&](ListType& l) -> R { return part(l.element); }, [&](FixedListType& l) -> R { return part(l.element); },
      [&](MapType& m) -> R {
        WCOMP_TRY(part(m.key));
        return part(m.value);
      },
      [&](TupleType& t) -> R {
        for (ValType& v : t.types) WCOMP_TRY(part(v));
        return Ok{};
      },
      [&](FlagsType&) -> R { return Ok{}; }, [&](EnumType&) -> R { return Ok{}; }, [&](OptionType& o) -> R { return part(o.some); },
      [&](ResultType& r) -> R {
        WCOMP_TRY(optional_part(r.ok));
        return optional_part(r.err);
      },
      [&](OwnType& o) -> R { return id_part(o.resource); }, [&](BorrowType& b) -> R { return id_part(b.resource); },
      [&](StreamType& s) -> R { return optional_part(s.element); }, [&](FutureType& f) -> R { return optional_part(f.element); },
      [&](ResourceType& r) -> R {
        const ResourceId to = at(r.id);
        is_changed = to != r.id;
        r.id = to;
        return Ok{};
      },
      [&](AliasType& a) -> R { return part(a.target); }));
  TypeId made = id;
  if (is_changed) {
    WCOMP_TRY(made, table_.add(std::move(def)));
  }
  entries_.emplace(id, ValType(made));
  return ValType(made);
}

Result<FuncType> Replacer::operator()(const FuncType& f) {
  WCOMP_TRY(table_.spend_on(f));
  FuncType out = f;
  if (is_idle()) return out;
  for (Param& p : out.params) {
    WCOMP_TRY(p.type, (*this)(p.type));
  }
  if (out.result) {
    WCOMP_TRY(out.result, (*this)(*out.result));
  }
  return out;
}

Result<std::vector<NamedEntity>> Replacer::all(const std::vector<NamedEntity>& items) {
  std::vector<NamedEntity> out;
  out.reserve(items.size());
  for (const NamedEntity& item : items) {
    WCOMP_TRY(table_.grow());
    WCOMP_TRY(Entity made, (*this)(item.type));
    out.push_back({item.name, std::move(made), item.attributes});
  }
  return out;
}

Result<std::shared_ptr<const InstanceType>> Replacer::operator()(const std::shared_ptr<const InstanceType>& t) {
  if (is_idle()) return t;
  if (const auto found = made_.find(t.get()); found != made_.end()) return std::get<std::shared_ptr<const InstanceType>>(found->second);
  WCOMP_TRY(std::vector<NamedEntity> exports, all(t->exports));
  std::vector<ResourceId> defined = t->defined_resources;
  std::erase_if(defined, [&](ResourceId id) { return map_.contains(id); });
  auto made = std::make_shared<const InstanceType>(InstanceType{.exports = std::move(exports), .defined_resources = std::move(defined), .weight = t->weight, .depth = t->depth, .has_values = t->has_values});
  made_.emplace(t.get(), made);
  return made;
}

Result<std::shared_ptr<const ComponentType>> Replacer::operator()(const std::shared_ptr<const ComponentType>& t) {
  if (is_idle()) return t;
  if (const auto found = made_.find(t.get()); found != made_.end()) return std::get<std::shared_ptr<const ComponentType>>(found->second);
  WCOMP_TRY(std::vector<NamedEntity> imports, all(t->imports));
  WCOMP_TRY(std::vector<NamedEntity> exports, all(t->exports));
  auto made = std::make_shared<const ComponentType>(ComponentType{.imports = std::move(imports),
                                                                  .exports = std::move(exports),
                                                                  .imported_resources = t->imported_resources,
                                                                  .defined_resources = t->defined_resources,
                                                                  .weight = t->weight, .depth = t->depth, .has_values = t->has_values});
  made_.emplace(t.get(), made);
  return made;
}

Result<Entity> Replacer::operator()(const Entity& e) {
  using R = Result<Entity>;
  return match(
      e,
      [&](const FuncEntity& f) -> R {
        WCOMP_TRY(FuncType made, (*this)(f.type));
        return Entity(FuncEntity{std::move(made)});
      },
      [&](const TypeEntity& t) -> R {
        WCOMP_TRY(const ValType made, (*this)(t.type));
        return Entity(TypeEntity{made});
      },
      [&](const std::shared_ptr<const InstanceType>& t) -> R {
        WCOMP_TRY(std::shared_ptr<const InstanceType> made, (*this)(t));
        return Entity(std::move(made));
      },
      [&](const std::shared_ptr<const ComponentType>& t) -> R {
        WCOMP_TRY(std::shared_ptr<const ComponentType> made, (*this)(t));
        return Entity(std::move(made));
      },
      [&](const std::shared_ptr<const ModuleType>& t) -> R { return Entity(t); },
      [&](const std::shared_ptr<const DefTypeEntity>& t) -> R {
        WCOMP_TRY(Entity made, (*this)(t->type));
        return Entity(std::make_shared<const DefTypeEntity>(DefTypeEntity{std::move(made)}));
      },
      [&](const ValueEntity& v) -> R {
        WCOMP_TRY(const ValType type, (*this)(v.type));
        ValueEntity made{.type = type, .id = v.id, .is_eq = v.is_eq};
        if (const auto known = values_.find(v.id); known != values_.end()) {
          made.id = known->second;
        } else if (!v.is_eq && next_value_ != nullptr) {
          made.id = values_.emplace(v.id, ValueId((*next_value_)++)).first->second;
        }
        return Entity(made);
      });
}

}  // namespace wcomp::component
