#include <fmt/format.h>

#include "base/article.h"
#include "base/match.h"
#include "component/validator.h"

namespace wcomp::component {

namespace {

using namespace wcomp::types;
using InstancePtr = std::shared_ptr<const InstanceType>;
using ComponentPtr = std::shared_ptr<const ComponentType>;
using ModulePtr = std::shared_ptr<const ModuleType>;
using DefTypePtr = std::shared_ptr<const DefTypeEntity>;

/// An entry of the type index space as something that is imported or exported.
Entity as_extern(const Entity& e) {
  if (std::holds_alternative<TypeEntity>(e)) return e;
  return std::make_shared<const DefTypeEntity>(DefTypeEntity{e});
}

bool is_handle_of(const TypeArena& arena, ValType t, bool is_own, ResourceId resource) {
  if (is_own) {
    const auto* own = arena.get<OwnType>(t);
    return own != nullptr && arena.resource(own->resource) == resource;
  }
  const auto* borrow = arena.get<BorrowType>(t);
  return borrow != nullptr && arena.resource(borrow->resource) == resource;
}

/// Binary.md: what `[constructor]`, `[method]` and `[static]` ask of a function's type.
Result<void> check_member(const TypeArena& arena, const ExternName& name, const std::string& text, const Entity& e, const NameTable& names) {
  const auto* func = std::get_if<FuncEntity>(&e);
  if (func == nullptr) return fail(diag::invalid, fmt::format("`{}` has to be a func, found {}", text, sort_name(e)));
  const auto resource = names.resources.find(canonical_label(name.label));
  if (resource == names.resources.end()) return fail(diag::invalid, fmt::format("`{}` belongs to a resource `{}`, but none of that name comes before it", text, name.label));
  const FuncType& type = func->type;
  if (name.kind == NameKind::constructor) {
    if (type.is_async) return fail(diag::type_mismatch, fmt::format("`{}` is a constructor and cannot be async", text));
    const auto is_own = [&](const std::optional<ValType>& t) { return t && is_handle_of(arena, *t, true, resource->second); };
    const auto* result = type.result ? arena.get<ResultType>(*type.result) : nullptr;
    if (!is_own(type.result) && !(result != nullptr && is_own(result->ok))) {
      return fail(diag::type_mismatch, fmt::format("`{}` has to return `own<{}>`, or a `result` with that", text, name.label));
    }
  }
  if (name.kind == NameKind::method) {
    if (type.params.empty() || type.params[0].name != "self" || !is_handle_of(arena, type.params[0].type, false, resource->second)) {
      return fail(diag::type_mismatch, fmt::format("`{}` has to have a first parameter `self: borrow<{}>`", text, name.label));
    }
  }
  return Ok{};
}

}  // namespace

Result<Entity> Validator::item(Space& s, const SortIdx& i) const {
  const Scope& scope = *s.scope;
  switch (i.sort) {
    case Sort::value: {
      WCOMP_TRY(const ValueEntity v, use_value(s, i.index));
      return Entity(ValueEntity{.type = v.type, .id = v.id, .is_eq = true});
    }
    case Sort::func: {
      WCOMP_TRY(const FuncType* f, at(scope.funcs, i.index, "func"));
      return Entity(FuncEntity{*f});
    }
    case Sort::type: {
      WCOMP_TRY(const Entity* e, at(scope.types, i.index, "type"));
      return as_extern(*e);
    }
    case Sort::instance: {
      WCOMP_TRY(const InstancePtr* e, at(scope.instances, i.index, "instance"));
      return Entity(*e);
    }
    case Sort::component: {
      WCOMP_TRY(const ComponentPtr* e, at(scope.components, i.index, "component"));
      return Entity(*e);
    }
    case Sort::core_module: {
      WCOMP_TRY(const ModulePtr* e, at(scope.core_modules, i.index, "core module"));
      return Entity(*e);
    }
    default: return fail(diag::invalid, fmt::format("{} cannot be passed between components", with_article(to_string(i.sort))));
  }
}

void Validator::push(Space& s, const Entity& e) {
  Scope& scope = *s.scope;
  match(
      e, [&](const FuncEntity& f) { scope.funcs.push_back(f.type); }, [&](const TypeEntity&) { scope.types.push_back(e); },
      [&](const InstancePtr& i) { scope.instances.push_back(i); },
      [&](const ComponentPtr& c) {
        scope.components.push_back(c);
        scope.component_scopes.push_back(nullptr);
      },
      [&](const ModulePtr& m) {
        scope.core_modules.push_back(m);
        scope.core_module_bodies.emplace_back();
      },
      [&](const DefTypePtr& t) { scope.types.push_back(t->type); }, [&](const ValueEntity& v) { push_value(s, v); });
}

Result<Entity> Validator::extern_type(Space& s, const ExternDesc& d, std::vector<ResourceId>& made) {
  const auto wrong = [&](std::string_view expected) { return fail(diag::type_mismatch, fmt::format("type {} is no {} type", d.type_index, expected)); };
  switch (d.sort) {
    case Sort::func: {
      WCOMP_TRY(const Entity* e, at(s.scope->types, d.type_index, "type"));
      return std::holds_alternative<FuncEntity>(*e) ? Result<Entity>(*e) : wrong("func");
    }
    case Sort::type: {
      if (!d.bound.eq) {
        const ResourceId id = table_.new_resource();
        made.push_back(id);
        WCOMP_TRY(const ValType type, add(ResourceType{id}));
        return Entity(TypeEntity{type});
      }
      WCOMP_TRY(const Entity* e, at(s.scope->types, d.bound.eq->value, "type"));
      const auto* type = std::get_if<TypeEntity>(e);
      if (type == nullptr) return as_extern(*e);
      WCOMP_TRY(const ValType alias, add(AliasType{type->type}));
      return Entity(TypeEntity{alias});
    }
    case Sort::instance: {
      WCOMP_TRY(const Entity* e, at(s.scope->types, d.type_index, "type"));
      const auto* type = std::get_if<InstancePtr>(e);
      if (type == nullptr) return wrong("instance");
      const InstancePtr closed = *type;
      Replacer fresh(table_);
      if (closed->has_values) fresh.renew_values(values_);
      for (const ResourceId id : closed->defined_resources) {
        made.push_back(table_.new_resource());
        fresh.map(id, made.back());
      }
      WCOMP_TRY(InstancePtr open, fresh(closed));
      return Entity(std::move(open));
    }
    case Sort::component: {
      WCOMP_TRY(const Entity* e, at(s.scope->types, d.type_index, "type"));
      return std::holds_alternative<ComponentPtr>(*e) ? Result<Entity>(*e) : wrong("component");
    }
    case Sort::core_module: {
      WCOMP_TRY(const auto* e, at(s.scope->core_types, d.type_index, "core type"));
      const auto* module = std::get_if<ModulePtr>(e);
      if (module == nullptr) return fail(diag::type_mismatch, fmt::format("core type {} is no module type", d.type_index));
      return Entity(*module);
    }
    case Sort::value: {
      WCOMP_TRY(need(features_.values, feature_values, "an import or export of a value"));
      if (const auto* type = std::get_if<ValTypeRef>(&d.value_bound)) {
        WCOMP_TRY(const ValType t, val_type(s, *type));
        return Entity(ValueEntity{.type = t, .id = ValueId(values_++)});
      }
      WCOMP_TRY(const ValueEntity* v, at(s.scope->values, std::get<ValueIdx>(d.value_bound).value, "value"));
      return Entity(ValueEntity{.type = v->type, .id = v->id, .is_eq = true});
    }
    default: return fail(diag::invalid, fmt::format("{} cannot be imported or exported", with_article(to_string(d.sort))));
  }
}

Result<void> Validator::check_attributes(const ExternName& parsed, const std::string& name, const Entity& e, const Attributes& attributes) const {
  if (attributes.implements) {
    WCOMP_TRY(need(features_.implements, feature_implements, "the attribute `implements`"));
    const std::optional<ExternName> interface = parse_extern_name(*attributes.implements);
    if (!interface || interface->kind != NameKind::interface) {
      return fail(diag::bad_name, fmt::format("`{}` says that it implements `{}`, which is no interface name", name, *attributes.implements));
    }
    WCOMP_TRY(check_interface_name(*interface, *attributes.implements));
    if (parsed.kind == NameKind::interface) return fail(diag::invalid, fmt::format("`{}` is an interface name and cannot have the attribute `implements`", name));
    if (!std::holds_alternative<InstancePtr>(e)) return fail(diag::invalid, fmt::format("`{}` has the attribute `implements`, so it has to be an instance, found {}", name, sort_name(e)));
  }
  if (attributes.external_id) WCOMP_TRY(need(features_.implements, feature_implements, "the attribute `external-id`"));
  if (attributes.version_suffix) {
    WCOMP_TRY(need(features_.canon_names, feature_canon_names, "the attribute `versionsuffix`"));
    if (parsed.canonical_version.empty()) {
      return fail(diag::invalid, fmt::format("`{}` has the attribute `versionsuffix`, so it has to be an interface name with a canonical version, as in `a:b/c@1`", name));
    }
    const std::string whole = std::string(parsed.canonical_version) + *attributes.version_suffix;
    if (!SemVer::parse(whole)) return fail(diag::invalid, fmt::format("the version of `{}` and its `versionsuffix` are together `{}`, which is no version", name, whole));
  }
  return Ok{};
}

Result<void> Validator::check_interface_name(const ExternName& parsed, std::string_view text) const {
  if (parsed.is_nested && !features_.nested_names) return need(false, feature_nested_names, fmt::format("`{}`", text));
  const bool has_short_version = !parsed.version && !parsed.canonical_version.empty();
  if (has_short_version && !features_.canon_names) return need(false, feature_canon_names, fmt::format("`{}`, whose version is not a whole one,", text));
  return Ok{};
}

Result<void> Validator::check_name(NameTable& names, const std::string& name, const Entity& e, const Attributes& attributes) const {
  const std::optional<ExternName> parsed = parse_extern_name(name);
  if (!parsed) return fail(diag::bad_name, fmt::format("`{}` is neither a plain name in kebab case nor an interface name", name));
  if (const auto [it, is_new] = names.canonical.emplace(canonical_name(name), name); !is_new) {
    return fail(diag::duplicate_name, it->second == name ? fmt::format("the name `{}` is there twice", name)
                                                         : fmt::format("the name `{}` conflicts with `{}`", name, it->second));
  }
  if (parsed->kind == NameKind::interface) WCOMP_TRY(check_interface_name(*parsed, name));
  WCOMP_TRY(check_attributes(*parsed, name, e, attributes));
  switch (parsed->kind) {
    case NameKind::constructor:
    case NameKind::method:
    case NameKind::static_: return check_member(table_.arena(), *parsed, name, e, names);
    case NameKind::label: {
      const auto* type = std::get_if<TypeEntity>(&e);
      const auto* resource = type == nullptr ? nullptr : table_.arena().get<ResourceType>(type->type);
      if (resource != nullptr) names.resources.emplace(canonical_label(name), resource->id);
      return Ok{};
    }
    case NameKind::interface: return Ok{};
  }
  return Ok{};
}

// Explainer.md "External Visibility of Types".

bool Validator::is_named(const std::set<TypeId>& named, ValType t) const {
  for (const TypeId* id = std::get_if<TypeId>(&t); id != nullptr; id = std::get_if<TypeId>(&t)) {
    if (named.contains(*id)) return true;
    const auto* alias = std::get_if<AliasType>(&table_.arena()[*id]);
    if (alias == nullptr) break;
    t = alias->target;
  }
  const TypeDef* def = table_.arena().def(t);
  if (def == nullptr) return true;
  const bool needs_name = std::holds_alternative<ResourceType>(*def) || std::holds_alternative<RecordType>(*def) || std::holds_alternative<VariantType>(*def) || std::holds_alternative<EnumType>(*def) ||
                          std::holds_alternative<FlagsType>(*def);
  return !needs_name && parts_are_named(named, t);
}

bool Validator::parts_are_named(const std::set<TypeId>& named, ValType t) const {
  const TypeDef* def = table_.arena().def(t);
  if (def == nullptr) return true;
  const auto part = [&](ValType p) { return is_named(named, p); };
  const auto optional_part = [&](const std::optional<ValType>& p) { return !p || is_named(named, *p); };
  return match(
      *def, [&](const RecordType& r) { return std::ranges::all_of(r.fields, [&](const Field& f) { return part(f.type); }); },
      [&](const VariantType& v) { return std::ranges::all_of(v.cases, [&](const Case& c) { return optional_part(c.type); }); },
      [&](const ListType& l) { return part(l.element); }, [&](const FixedListType& l) { return part(l.element); },
      [&](const MapType& m) { return part(m.key) && part(m.value); }, [&](const TupleType& tuple) { return std::ranges::all_of(tuple.types, part); },
      [&](const FlagsType&) { return true; }, [&](const EnumType&) { return true; }, [&](const OptionType& o) { return part(o.some); },
      [&](const ResultType& r) { return optional_part(r.ok) && optional_part(r.err); }, [&](const OwnType& o) { return part(o.resource); },
      [&](const BorrowType& b) { return part(b.resource); }, [&](const StreamType& s) { return optional_part(s.element); },
      [&](const FutureType& f) { return optional_part(f.element); }, [&](const ResourceType&) { return true; },
      [&](const AliasType& a) { return part(a.target); });
}

bool Validator::handles_are_named(const std::set<TypeId>& named, const FuncType& f) const {
  const auto check = [&](ValType t) {
    const auto* own = table_.arena().get<OwnType>(t);
    const auto* borrow = table_.arena().get<BorrowType>(t);
    return (own == nullptr || is_named(named, own->resource)) && (borrow == nullptr || is_named(named, borrow->resource));
  };
  return (!f.result || check(*f.result)) && std::ranges::all_of(f.params, [&](const Param& p) { return check(p.type); });
}

bool Validator::all_named(const std::set<TypeId>& named, const FuncType& f) const {
  return (!f.result || is_named(named, *f.result)) && std::ranges::all_of(f.params, [&](const Param& p) { return is_named(named, p.type); });
}

Result<void> Validator::check_visible(Space& s, std::string_view name, const Entity& e, bool is_import) {
  if (s.kind == Space::Kind::instance_type) return Ok{};
  std::set<TypeId>& named = is_import ? s.importable_types : s.exportable_types;
  const auto unnamed = [&] {
    return fail(diag::invalid, fmt::format("the type of `{}` uses a resource, record, variant, enum or flags type that is not {} under a name before it", name,
                                           is_import ? "imported" : "imported or exported"));
  };
  return match(
      e, [&](const FuncEntity& f) -> Result<void> { return all_named(named, f.type) ? Result<void>(Ok{}) : unnamed(); },
      [&](const TypeEntity& t) -> Result<void> {
        const TypeId* id = std::get_if<TypeId>(&t.type);
        if (id == nullptr) return Ok{};
        if (!parts_are_named(named, t.type)) return unnamed();
        if (is_import) s.importable_types.insert(*id);
        s.exportable_types.insert(*id);
        return Ok{};
      },
      [&](const InstancePtr& i) -> Result<void> {
        for (const NamedEntity& item : i->exports) WCOMP_TRY(check_visible(s, item.name, item.type, is_import));
        return Ok{};
      },
      [&](const ComponentPtr&) -> Result<void> { return Ok{}; }, [&](const ModulePtr&) -> Result<void> { return Ok{}; },
      [&](const DefTypePtr& t) -> Result<void> {
        if (const auto* f = std::get_if<FuncEntity>(&t->type)) return all_named(named, f->type) ? Result<void>(Ok{}) : unnamed();
        // The types that an instance type exports have names only where there is an instance of it.
        WCOMP_TRY(table_.spend(8 * (s.importable_types.size() + s.exportable_types.size())));
        Space inner;
        inner.importable_types = s.importable_types;
        inner.exportable_types = s.exportable_types;
        return check_visible(inner, name, t->type, is_import);
      },
      [&](const ValueEntity& v) -> Result<void> {
        if (!is_import && table_.facts(v.type).has_borrow) return fail(diag::invalid, fmt::format("the type of the exported value `{}` contains a `borrow`", name));
        return !table_.facts(v.type).mentions_resources || is_named(named, v.type) ? Result<void>(Ok{}) : unnamed();
      });
}

void Validator::free_resources(const Entity& e, const std::function<void(ResourceId)>& each) const {
  match(
      e,
      [&](const FuncEntity& f) {
        for (const Param& p : f.type.params) table_.for_each_resource(p.type, each);
        if (f.type.result) table_.for_each_resource(*f.type.result, each);
      },
      [&](const TypeEntity& t) { table_.for_each_resource(t.type, each); },
      [&](const InstancePtr& i) {
        const std::set<ResourceId> own(i->defined_resources.begin(), i->defined_resources.end());
        for (const NamedEntity& item : i->exports) free_resources(item.type, [&](ResourceId id) { if (!own.contains(id)) each(id); });
      },
      [&](const ComponentPtr& c) {
        std::set<ResourceId> own(c->imported_resources.begin(), c->imported_resources.end());
        own.insert(c->defined_resources.begin(), c->defined_resources.end());
        for (const auto* items : {&c->imports, &c->exports}) {
          for (const NamedEntity& item : *items) free_resources(item.type, [&](ResourceId id) { if (!own.contains(id)) each(id); });
        }
      },
      [&](const ModulePtr&) {}, [&](const DefTypePtr& t) { free_resources(t->type, each); },
      [&](const ValueEntity& v) { table_.for_each_resource(v.type, each); });
}

Result<void> Validator::import_(Space& s, const std::string& name, const ExternDesc& d, const Attributes& attributes) {
  std::vector<ResourceId> made;
  WCOMP_TRY(Entity e, extern_type(s, d, made));
  WCOMP_TRY(table_.spend_on(e));
  WCOMP_TRY(check_name(s.import_names, name, e, attributes));
  WCOMP_TRY(check_visible(s, name, e, true));
  ComponentType& type = s.scope->type;
  type.imported_resources.insert(type.imported_resources.end(), made.begin(), made.end());
  push(s, e);
  type.imports.push_back({name, std::move(e), attributes});
  return Ok{};
}

Result<void> Validator::export_decl(Space& s, const ExportDecl& decl) {
  std::vector<ResourceId> made;
  WCOMP_TRY(Entity e, extern_type(s, decl.desc, made));
  WCOMP_TRY(table_.spend_on(e));
  WCOMP_TRY(check_name(s.export_names, decl.name, e, decl.attributes));
  WCOMP_TRY(check_visible(s, decl.name, e, false));
  s.defined_resources.insert(s.defined_resources.end(), made.begin(), made.end());
  push(s, e);
  if (decl.desc.sort == Sort::value) s.used_values.back() = true;
  s.scope->type.exports.push_back({decl.name, std::move(e), decl.attributes});
  return Ok{};
}

Result<void> Validator::export_(Space& s, const Export& decl) {
  WCOMP_TRY(Entity e, item(s, decl.item));
  WCOMP_TRY(table_.spend_on(e));
  if (decl.desc) {
    if (decl.desc->sort != decl.item.sort) {
      return fail(diag::type_mismatch, fmt::format("export `{}` is {}, but declared as {}", decl.name, with_article(to_string(decl.item.sort)), with_article(to_string(decl.desc->sort))));
    }
    std::vector<ResourceId> made;
    WCOMP_TRY(Entity declared, extern_type(s, *decl.desc, made));
    Matcher matcher(table_.arena(), table_.arena());
    matcher.open(made);
    if (const std::string why = matcher.check(declared, e); !why.empty()) {
      return fail(diag::type_mismatch, fmt::format("export `{}` does not have the type that it is declared with: {}", decl.name, why));
    }
    s.defined_resources.insert(s.defined_resources.end(), made.begin(), made.end());
    e = std::move(declared);
  } else if (const auto* type = std::get_if<TypeEntity>(&e)) {
    WCOMP_TRY(const ValType alias, add(AliasType{type->type}));
    e = TypeEntity{alias};
  }
  WCOMP_TRY(check_name(s.export_names, decl.name, e, decl.attributes));
  WCOMP_TRY(check_visible(s, decl.name, e, false));

  Scope& scope = *s.scope;
  push(s, e);
  if (decl.item.sort == Sort::value) s.used_values.back() = true;
  if (decl.item.sort == Sort::component) scope.component_scopes.back() = scope.component_scopes[decl.item.index];
  if (decl.item.sort == Sort::core_module) scope.core_module_bodies.back() = scope.core_module_bodies[decl.item.index];
  scope.type.exports.push_back({decl.name, std::move(e), decl.attributes});
  return Ok{};
}

}  // namespace wcomp::component
