#include <fmt/format.h>

#include "base/match.h"
#include "component/validator.h"

namespace wcomp::component {

namespace {

using namespace wcomp::types;

constexpr std::size_t max_flags = 32;
constexpr std::size_t max_params = 1'000;  ///< of a function: as many as a core function has

/// Labels of a record, variant, flags, enum or parameter list: kebab case, no two alike.
class Labels {
 public:
  explicit Labels(std::string_view what) : what_(what) {}
  Result<void> add(const std::string& label) {
    if (!is_label(label)) return fail(diag::bad_name, fmt::format("{} name `{}` is not in kebab case", what_, label));
    if (const auto [it, is_new] = seen_.emplace(canonical_label(label), label); !is_new) {
      return fail(diag::duplicate_name, fmt::format("{} name `{}` conflicts with `{}`", what_, label, it->second));
    }
    return Ok{};
  }

 private:
  std::string_view what_;
  std::map<std::string, std::string> seen_;
};

Result<void> labels(std::string_view what, const std::vector<std::string>& names) {
  Labels seen(what);
  for (const std::string& n : names) WCOMP_TRY(seen.add(n));
  return Ok{};
}

Err<Failure> empty(std::string_view what, std::string_view parts) { return fail(diag::invalid, fmt::format("a {} needs at least one {}", what, parts)); }

bool is_key(ValType t) {
  const Prim* p = std::get_if<Prim>(&t);
  return p != nullptr && *p != Prim::f32 && *p != Prim::f64 && *p != Prim::error_context;
}

}  // namespace

Result<ValType> Validator::add(TypeDef def) {
  WCOMP_TRY(table_.grow());
  WCOMP_TRY(const TypeId id, table_.add(std::move(def)));
  return ValType(id);
}

Result<ValType> Validator::val_type(const Space& s, const ValTypeRef& t) const {
  if (const Prim* p = std::get_if<Prim>(&t)) {
    if (*p == Prim::error_context) WCOMP_TRY(need(features_.error_context, feature_error_context, "the type `error-context`"));
    return ValType(*p);
  }
  const TypeIdx i = std::get<TypeIdx>(t);
  WCOMP_TRY(const Entity* e, at(s.scope->types, i.value, "type"));
  const auto* type = std::get_if<TypeEntity>(e);
  if (type == nullptr || table_.arena().get<ResourceType>(type->type) != nullptr) {
    return fail(diag::type_mismatch, fmt::format("type {} is no value type", i.value));
  }
  return type->type;
}

Result<std::optional<ValType>> Validator::val_type(const Space& s, const std::optional<ValTypeRef>& t) const {
  if (!t) return std::optional<ValType>();
  WCOMP_TRY(const ValType out, val_type(s, *t));
  return std::optional<ValType>(out);
}

Result<TypeId> Validator::resource_type(const Space& s, TypeIdx i) const {
  WCOMP_TRY(const Entity* e, at(s.scope->types, i.value, "type"));
  const auto* type = std::get_if<TypeEntity>(e);
  if (type == nullptr || table_.arena().get<ResourceType>(type->type) == nullptr) {
    return fail(diag::type_mismatch, fmt::format("type {} is no resource type", i.value));
  }
  return std::get<TypeId>(type->type);
}

Result<ValType> Validator::def_val_type(Space& s, const DefValType& t) {
  using R = Result<ValType>;
  return match(
      t, [&](Prim p) -> R { return val_type(s, ValTypeRef(p)); },
      [&](const RecordRef& r) -> R {
        if (r.fields.empty()) return empty("record", "field");
        RecordType out;
        Labels seen("record field");
        for (const FieldRef& f : r.fields) {
          WCOMP_TRY(seen.add(f.name));
          WCOMP_TRY(const ValType type, val_type(s, f.type));
          out.fields.push_back({f.name, type});
        }
        return add(std::move(out));
      },
      [&](const VariantRef& v) -> R {
        if (v.cases.empty()) return empty("variant", "case");
        VariantType out;
        Labels seen("variant case");
        for (const CaseRef& c : v.cases) {
          WCOMP_TRY(seen.add(c.name));
          WCOMP_TRY(const std::optional<ValType> type, val_type(s, c.type));
          out.cases.push_back({c.name, type});
        }
        return add(std::move(out));
      },
      [&](const ListRef& l) -> R {
        WCOMP_TRY(const ValType type, val_type(s, l.element));
        return add(ListType{type});
      },
      [&](const FixedListRef& l) -> R {
        WCOMP_TRY(need(features_.fixed_length_lists, feature_fixed_length_lists, "a list of fixed length"));
        if (l.length == 0) return fail(diag::invalid, "a list of fixed length cannot have length 0");
        WCOMP_TRY(const ValType type, val_type(s, l.element));
        return add(FixedListType{type, l.length});
      },
      [&](const MapRef& m) -> R {
        WCOMP_TRY(need(features_.map, feature_map, "the type `map`"));
        WCOMP_TRY(const ValType key, val_type(s, m.key));
        WCOMP_TRY(const ValType value, val_type(s, m.value));
        if (!is_key(table_.arena().resolve(key))) return fail(diag::invalid, fmt::format("`{}` cannot be a map's key", to_string(table_.arena(), key)));
        return add(MapType{key, value});
      },
      [&](const TupleRef& tuple) -> R {
        if (tuple.types.empty()) return empty("tuple", "type");
        TupleType out;
        for (const ValTypeRef& ref : tuple.types) {
          WCOMP_TRY(const ValType type, val_type(s, ref));
          out.types.push_back(type);
        }
        return add(std::move(out));
      },
      [&](const FlagsRef& f) -> R {
        if (f.names.empty()) return empty("flags type", "flag");
        if (f.names.size() > max_flags) return fail(diag::invalid, fmt::format("a flags type cannot have more than {} flags, this one has {}", max_flags, f.names.size()));
        WCOMP_TRY(labels("flag", f.names));
        return add(FlagsType{f.names});
      },
      [&](const EnumRef& e) -> R {
        if (e.names.empty()) return empty("enum", "case");
        WCOMP_TRY(labels("enum case", e.names));
        return add(EnumType{e.names});
      },
      [&](const OptionRef& o) -> R {
        WCOMP_TRY(const ValType type, val_type(s, o.some));
        return add(OptionType{type});
      },
      [&](const ResultRef& r) -> R {
        WCOMP_TRY(const std::optional<ValType> ok, val_type(s, r.ok));
        WCOMP_TRY(const std::optional<ValType> err, val_type(s, r.err));
        return add(ResultType{ok, err});
      },
      [&](const OwnRef& o) -> R {
        WCOMP_TRY(const TypeId resource, resource_type(s, o.resource));
        return add(OwnType{resource});
      },
      [&](const BorrowRef& b) -> R {
        WCOMP_TRY(const TypeId resource, resource_type(s, b.resource));
        return add(BorrowType{resource});
      },
      [&](const StreamRef& st) -> R {
        WCOMP_TRY(need(features_.async, feature_async, "the type `stream`"));
        WCOMP_TRY(const std::optional<ValType> type, val_type(s, st.element));
        if (type && table_.facts(*type).has_borrow) return fail(diag::invalid, "a stream's element type cannot contain a `borrow`");
        if (type && table_.arena().resolve(*type) == ValType(Prim::char_)) return fail(diag::invalid, "`stream<char>` is not valid at this time");
        return add(StreamType{type});
      },
      [&](const FutureRef& f) -> R {
        WCOMP_TRY(need(features_.async, feature_async, "the type `future`"));
        WCOMP_TRY(const std::optional<ValType> type, val_type(s, f.element));
        if (type && table_.facts(*type).has_borrow) return fail(diag::invalid, "a future's element type cannot contain a `borrow`");
        return add(FutureType{type});
      });
}

Result<FuncType> Validator::func_type(const Space& s, const FuncTypeRef& t) {
  FuncType out;
  out.is_async = t.is_async;
  if (t.is_async) WCOMP_TRY(need(features_.async, feature_async, "an async function"));
  if (t.params.size() > max_params) return fail(diag::limit_exceeded, fmt::format("a function has more than {} parameters", max_params));
  Labels seen("parameter");
  for (const FieldRef& p : t.params) {
    WCOMP_TRY(seen.add(p.name));
    WCOMP_TRY(const ValType type, val_type(s, p.type));
    out.params.push_back({p.name, type});
  }
  WCOMP_TRY(out.result, val_type(s, t.result));
  if (out.result && table_.facts(*out.result).has_borrow) return fail(diag::invalid, "a function's result cannot contain a `borrow`");
  WCOMP_TRY(table_.spend(table_.weight(out) / 64 + 1));
  WCOMP_TRY(types::check_weight(table_.weight(out)));
  return out;
}

Result<void> Validator::type_decls(Space& s, const std::vector<TypeDeclItem>& decls) {
  for (const TypeDeclItem& decl : decls) {
    WCOMP_TRY(table_.spend());
    WCOMP_TRY(match(
        decl,
        [&](const CoreDefType& t) -> Result<void> {
          WCOMP_TRY(auto type, core_type(s, t));
          s.scope->core_types.push_back(std::move(type));
          return Ok{};
        },
        [&](const DefType& t) -> Result<void> {
          if (std::holds_alternative<ResourceTypeRef>(t)) return fail(diag::invalid, "a resource can only be defined in a component, not in a component or instance type");
          WCOMP_TRY(Entity e, def_type(s, t));
          s.scope->types.push_back(std::move(e));
          return Ok{};
        },
        [&](const Alias& a) -> Result<void> {
          if (const auto* e = std::get_if<AliasExport>(&a); e != nullptr && (e->sort == Sort::type || e->sort == Sort::instance)) return alias(s, a);
          if (const auto* o = std::get_if<AliasOuter>(&a); o != nullptr && (o->sort == Sort::type || o->sort == Sort::core_type)) return alias(s, a);
          return fail(diag::invalid, "in a type, only types and instances can be aliased from instances, and only types from outer components");
        },
        [&](const ImportDecl& i) -> Result<void> { return import_(s, i.name, i.desc, i.attributes); },
        [&](const ExportDecl& e) -> Result<void> { return export_decl(s, e); }));
  }
  return Ok{};
}

Result<Entity> Validator::def_type(Space& s, const DefType& t) {
  using R = Result<Entity>;
  return match(
      t,
      [&](const DefValType& v) -> R {
        WCOMP_TRY(const ValType type, def_val_type(s, v));
        return Entity(TypeEntity{type});
      },
      [&](const FuncTypeRef& f) -> R {
        WCOMP_TRY(FuncType type, func_type(s, f));
        return Entity(FuncEntity{std::move(type)});
      },
      [&](const std::shared_ptr<const ComponentTypeRef>& c) -> R {
        Space inner;
        inner.kind = Space::Kind::component_type;
        inner.parent = &s;
        WCOMP_TRY(type_decls(inner, c->decls));
        ComponentType out = std::move(inner.scope->type);
        out.defined_resources = std::move(inner.defined_resources);
        WCOMP_TRY(set_weight(out));
        return Entity(std::make_shared<const ComponentType>(std::move(out)));
      },
      [&](const std::shared_ptr<const InstanceTypeRef>& i) -> R {
        Space inner;
        inner.kind = Space::Kind::instance_type;
        inner.parent = &s;
        WCOMP_TRY(type_decls(inner, i->decls));
        InstanceType out{.exports = std::move(inner.scope->type.exports), .defined_resources = std::move(inner.defined_resources)};
        WCOMP_TRY(set_weight(out));
        return Entity(std::make_shared<const InstanceType>(std::move(out)));
      },
      [&](const ResourceTypeRef& r) -> R {
        if (r.rep == core::ValType::i64) WCOMP_TRY(need(features_.memory64, feature_memory64, "a resource with the representation i64"));
        else if (r.rep != core::ValType::i32) return fail(diag::invalid, fmt::format("a resource's representation has to be i32, found {}", core::to_string(r.rep)));
        if (r.dtor) {
          WCOMP_TRY(const core::FuncType* dtor, at(s.scope->core_funcs, r.dtor->value, "core func"));
          if (*dtor != core::FuncType{{r.rep}, {}}) {
            return fail(diag::type_mismatch, fmt::format("a destructor has to be a core func with one {} parameter and no result, found {}", core::to_string(r.rep), core::to_string(*dtor)));
          }
        }
        const ResourceId id = table_.new_resource();
        s.local_resources.emplace(id, r.rep);
        WCOMP_TRY(const ValType type, add(ResourceType{id}));
        return Entity(TypeEntity{type});
      });
}

Result<void> Validator::set_weight(InstanceType& t) const {
  std::uint64_t weight = 1;
  for (const NamedEntity& e : t.exports) {
    weight += table_.weight(e.type);
    t.depth = std::max(t.depth, 1 + TypeTable::depth(e.type));
    t.has_values = t.has_values || TypeTable::has_values(e.type);
  }
  if (weight > types::max_type_weight) return fail(diag::limit_exceeded, fmt::format("an instance type has more than {} parts", types::max_type_weight));
  if (t.depth > types::max_type_depth) return fail(diag::limit_exceeded, fmt::format("instances are nested more than {} deep", types::max_type_depth));
  t.weight = static_cast<std::uint32_t>(weight);
  return Ok{};
}

Result<void> Validator::set_weight(ComponentType& t) const {
  std::uint64_t weight = 1;
  for (const auto* items : {&t.imports, &t.exports}) {
    for (const NamedEntity& e : *items) {
      weight += table_.weight(e.type);
      t.depth = std::max(t.depth, 1 + TypeTable::depth(e.type));
      t.has_values = t.has_values || TypeTable::has_values(e.type);
    }
  }
  if (weight > types::max_type_weight) return fail(diag::limit_exceeded, fmt::format("a component type has more than {} parts", types::max_type_weight));
  if (t.depth > types::max_type_depth) return fail(diag::limit_exceeded, fmt::format("component types are nested more than {} deep", types::max_type_depth));
  t.weight = static_cast<std::uint32_t>(weight);
  return Ok{};
}

}  // namespace wcomp::component
