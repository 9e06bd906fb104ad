#include <unordered_map>

#include <fmt/format.h>

#include "base/article.h"
#include "base/match.h"
#include "component/validator.h"

namespace wcomp::component {

namespace {

using InstancePtr = std::shared_ptr<const InstanceType>;
using ComponentPtr = std::shared_ptr<const ComponentType>;
using DefTypePtr = std::shared_ptr<const DefTypeEntity>;

/// So many are looked through one by one.
constexpr std::size_t few_exports = 16;

/// Whether an entity is what an alias or argument of that sort refers to.
bool has_sort(const Entity& e, Sort s) {
  switch (s) {
    case Sort::func: return std::holds_alternative<FuncEntity>(e);
    case Sort::type: return std::holds_alternative<TypeEntity>(e) || std::holds_alternative<DefTypePtr>(e);
    case Sort::instance: return std::holds_alternative<InstancePtr>(e);
    case Sort::component: return std::holds_alternative<ComponentPtr>(e);
    case Sort::core_module: return std::holds_alternative<std::shared_ptr<const ModuleType>>(e);
    case Sort::value: return std::holds_alternative<ValueEntity>(e);
    default: return false;
  }
}

/// The export's place among those of instance `index`, or nothing. Names stay where they are as long as the instance does.
template <class Exports, class Name>
Result<std::optional<std::size_t>> find_export(TypeTable& table, Space::ExportIndex& known, std::uint32_t index, const Exports& exports, const std::string& name, Name name_of) {
  using Out = std::optional<std::size_t>;
  if (exports.size() <= few_exports) {
    const auto found = std::ranges::find_if(exports, [&](const auto& e) { return name_of(e) == name; });
    return found == exports.end() ? Out() : Out(static_cast<std::size_t>(found - exports.begin()));
  }
  const auto [it, is_new] = known.try_emplace(index);
  auto& by_name = it->second;
  if (is_new) {
    WCOMP_TRY(table.spend(8 * exports.size()));
    by_name.reserve(exports.size());
    for (std::size_t i = 0; i < exports.size(); ++i) by_name.emplace(name_of(exports[i]), i);
  }
  const auto found = by_name.find(name);
  return found == by_name.end() ? Out() : Out(found->second);
}

}  // namespace

Result<void> Validator::instance(Space& s, const Instance& i) {
  WCOMP_TRY(InstancePtr made, match(i, [&](const Instantiate& in) { return instantiate(s, in); }, [&](const InlineExports& in) { return inline_exports(s, in); }));
  s.scope->instances.push_back(std::move(made));
  return Ok{};
}

// Binary.md: "the actual type supplied is immediately substituted for all uses of the import".
Result<InstancePtr> Validator::instantiate(Space& s, const Instantiate& i) {
  WCOMP_TRY(const ComponentPtr* found, at(s.scope->components, i.component.value, "component"));
  const ComponentPtr type = *found;
  std::map<std::string, Entity, std::less<>> args;
  for (const auto& [name, index] : i.args) {
    WCOMP_TRY(Entity e, item(s, index));
    WCOMP_TRY(table_.spend_on(e));
    if (!args.emplace(name, std::move(e)).second) return fail(diag::duplicate_name, fmt::format("the instantiation argument `{}` is given twice", name));
  }
  WCOMP_TRY(table_.spend(type->weight));
  Matcher matcher(table_.arena(), table_.arena());
  matcher.open(type->imported_resources);
  for (const NamedEntity& import : type->imports) {
    const auto arg = args.find(import.name);
    if (arg == args.end()) return fail(diag::missing_import, fmt::format("the instantiation of component {} has no argument for its import `{}`", i.component.value, import.name));
    if (const std::string why = matcher.check(import.type, arg->second); !why.empty()) {
      return fail(diag::import_mismatch, fmt::format("the instantiation argument `{}` of component {} does not have the type of the import: {}", import.name, i.component.value, why));
    }
  }
  Replacer actual(table_);
  if (type->has_values) actual.renew_values(values_);
  for (const NamedEntity& import : type->imports) actual.map_types(import.type, args.find(import.name)->second);
  for (const types::ResourceId id : type->imported_resources) {
    const std::optional<types::ResourceId> arg = matcher.found_for(id);
    if (!arg) return fail(diag::import_mismatch, fmt::format("the instantiation of component {} leaves a resource of its imports open", i.component.value));
    actual.map(id, *arg);
  }
  for (const types::ResourceId id : type->defined_resources) actual.map(id, table_.new_resource());
  InstanceType out;
  for (const NamedEntity& e : type->exports) {
    WCOMP_TRY(Entity made, actual(e.type));
    out.exports.push_back({e.name, std::move(made), e.attributes});
  }
  WCOMP_TRY(set_weight(out));
  return std::make_shared<const InstanceType>(std::move(out));
}

Result<InstancePtr> Validator::inline_exports(Space& s, const InlineExports& i) {
  InstanceType out;
  NameTable names;
  for (std::size_t n = 0; n < i.exports.size(); ++n) {
    const auto& [name, index] = i.exports[n];
    WCOMP_TRY(Entity e, item(s, index));
    WCOMP_TRY(table_.spend_on(e));
    WCOMP_TRY(check_name(names, name, e, i.attributes.empty() ? Attributes{} : i.attributes[n]));
    const bool is_member = name.starts_with('[');
    if (is_member && s.kind == Space::Kind::component && !handles_are_named(s.exportable_types, std::get<FuncEntity>(e).type)) {
      return fail(diag::invalid, fmt::format("the type of `{}` uses a resource that is neither imported nor exported before it", name));
    }
    out.exports.push_back({name, std::move(e)});
  }
  WCOMP_TRY(set_weight(out));
  WCOMP_TRY(table_.spend(out.exports.size()));
  return std::make_shared<const InstanceType>(std::move(out));
}

Result<void> Validator::alias(Space& s, const Alias& a) {
  return match(
      a,
      [&](const AliasExport& e) -> Result<void> {
        WCOMP_TRY(const InstancePtr* instance, at(s.scope->instances, e.instance.value, "instance"));
        const auto& exports = (*instance)->exports;
        WCOMP_TRY(const auto place, find_export(table_, s.instance_exports, e.instance.value, exports, e.name, [](const NamedEntity& n) -> std::string_view { return n.name; }));
        if (!place) return fail(diag::missing_export, fmt::format("instance {} has no export `{}`", e.instance.value, e.name));
        const Entity copy = exports[*place].type;
        if (!has_sort(copy, e.sort)) {
          return fail(diag::type_mismatch, fmt::format("export `{}` of instance {} is {}, not {}", e.name, e.instance.value, with_article(sort_name(copy)), with_article(to_string(e.sort))));
        }
        if (e.sort == Sort::value) WCOMP_TRY(need(features_.values, feature_values, "an alias of a value"));
        if (const auto* func = std::get_if<FuncEntity>(&copy)) WCOMP_TRY(table_.spend_on(func->type));
        push(s, copy);
        return Ok{};
      },
      [&](const AliasCoreExport& e) -> Result<void> {
        WCOMP_TRY(const CoreInstanceType* instance, at(s.scope->core_instances, e.instance.value, "core instance"));
        WCOMP_TRY(const auto place, find_export(table_, s.core_instance_exports, e.instance.value, instance->exports, e.name, [](const auto& n) -> std::string_view { return n.first; }));
        if (!place) return fail(diag::missing_export, fmt::format("core instance {} has no export `{}`", e.instance.value, e.name));
        const CoreExtern& found = instance->exports[*place].second;
        static constexpr Sort sorts[] = {Sort::core_func, Sort::core_table, Sort::core_memory, Sort::core_global, Sort::core_tag};
        if (sorts[found.index()] != e.sort) {
          return fail(diag::type_mismatch, fmt::format("export `{}` of core instance {} is {}, not {}", e.name, e.instance.value, with_article(sort_name(found)), with_article(to_string(e.sort))));
        }
        WCOMP_TRY(table_.spend_on(found));
        push_core(s, found);
        return Ok{};
      },
      [&](const AliasOuter& o) -> Result<void> { return outer_alias(s, o); });
}

Result<void> Validator::outer_alias(Space& s, const AliasOuter& o) {
  Space* target = &s;
  bool crosses_component = false;
  for (std::uint32_t n = 0; n < o.count; ++n) {
    crosses_component = crosses_component || target->kind == Space::Kind::component;
    target = target->parent;
    if (target == nullptr) return fail(diag::index_out_of_range, fmt::format("an outer alias counts {} scopes outwards, there are {}", o.count, n));
  }
  const Scope& from = *target->scope;
  switch (o.sort) {
    case Sort::type: {
      WCOMP_TRY(const Entity* found, at(from.types, o.index, "outer type"));
      const Entity e = *found;
      if (const auto* func = std::get_if<FuncEntity>(&e)) WCOMP_TRY(table_.spend_on(func->type));
      if (crosses_component) {
        WCOMP_TRY(table_.spend(table_.weight(e)));
        bool mentions = false;
        free_resources(e, [&](types::ResourceId) { mentions = true; });
        if (mentions) return fail(diag::invalid, "an outer alias cannot take a type that refers to resources into a component");
      }
      s.scope->types.push_back(e);
      return Ok{};
    }
    case Sort::core_type: {
      WCOMP_TRY(const auto* found, at(from.core_types, o.index, "outer core type"));
      auto copy = *found;
      if (const auto* func = std::get_if<core::FuncType>(&copy)) WCOMP_TRY(table_.spend_on(CoreExtern(*func)));
      s.scope->core_types.push_back(std::move(copy));
      return Ok{};
    }
    case Sort::component: {
      WCOMP_TRY(const ComponentPtr* found, at(from.components, o.index, "outer component"));
      if (crosses_component) {
        bool mentions = false;
        WCOMP_TRY(table_.spend((*found)->weight));
        free_resources(Entity(*found), [&](types::ResourceId) { mentions = true; });
        if (mentions) return fail(diag::invalid, "an outer alias cannot take a component whose type refers to resources into a component");
      }
      const ComponentPtr copy = *found;
      s.scope->components.push_back(copy);
      s.scope->component_scopes.push_back(std::shared_ptr<const Scope>(from.component_scopes[o.index]));
      return Ok{};
    }
    case Sort::core_module: {
      WCOMP_TRY(const auto* found, at(from.core_modules, o.index, "outer core module"));
      const auto copy = *found;
      const auto body = from.core_module_bodies[o.index];
      s.scope->core_modules.push_back(copy);
      s.scope->core_module_bodies.push_back(body);
      return Ok{};
    }
    default: return fail(diag::invalid, fmt::format("{} cannot be aliased from an outer component", with_article(to_string(o.sort))));
  }
}

}  // namespace wcomp::component
