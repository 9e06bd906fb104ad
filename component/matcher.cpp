#include "component/matcher.h"

#include <unordered_map>

#include <fmt/format.h>

#include "base/match.h"
#include "core/type_match.h"
#include "types/equality.h"

namespace wcomp::component {

namespace {

std::string to_text(const core::Limits& l) {
  return fmt::format("{}{}{}{}", l.is_64 ? "i64 " : "", l.min, l.max ? fmt::format(" {}", *l.max) : "", l.is_shared ? " shared" : "");
}
std::string to_text(const CoreExtern& e) {
  return match(
      e, [](const core::FuncType& f) { return fmt::format("func {}", core::to_string(f)); },
      [](const core::TableType& t) { return fmt::format("table {} {}", to_text(t.limits), core::to_string(t.element)); },
      [](const core::MemType& m) { return fmt::format("memory {}", to_text(m.limits)); },
      [](const core::GlobalType& g) { return fmt::format("global {}{}", g.is_mutable ? "mut " : "", core::to_string(g.type)); },
      [](const CoreTag& t) { return fmt::format("tag {}", core::to_string(t.type)); });
}

/// What is written to a mutable global has to fit both sides.
bool global_matches(const core::GlobalType& expected, const core::GlobalType& found) {
  if (expected.is_mutable != found.is_mutable) return false;
  return expected.is_mutable ? expected.type == found.type : core::matches(found.type, expected.type);
}

bool limits_match(const core::Limits& expected, const core::Limits& found) {
  if (expected.is_64 != found.is_64 || expected.is_shared != found.is_shared || found.min < expected.min) return false;
  return !expected.max || (found.max && *found.max <= *expected.max);
}

std::unordered_map<std::string_view, const Entity*> by_name(const std::vector<NamedEntity>& items) {
  std::unordered_map<std::string_view, const Entity*> out;
  for (const NamedEntity& item : items) out.emplace(item.name, &item.type);
  return out;
}

std::string sort_mismatch(std::string_view expected, std::string_view found) { return fmt::format("expected {}, found {}", expected, found); }

}  // namespace

std::string_view sort_name(const CoreExtern& e) {
  static constexpr std::string_view names[] = {"func", "table", "memory", "global", "tag"};
  return names[e.index()];
}

std::string_view sort_name(const Entity& e) {
  static constexpr std::string_view names[] = {"func", "type", "instance", "component", "core module", "type", "value"};
  return names[e.index()];
}

std::string core_mismatch(const CoreExtern& expected, const CoreExtern& found) {
  const bool fits = expected.index() == found.index() &&
                    match(
                        expected, [&](const core::FuncType& f) { return f == std::get<core::FuncType>(found); },
                        [&](const core::TableType& t) {
                          const auto& other = std::get<core::TableType>(found);
                          return t.element == other.element && limits_match(t.limits, other.limits);
                        },
                        [&](const core::MemType& m) { return limits_match(m.limits, std::get<core::MemType>(found).limits); },
                        [&](const core::GlobalType& g) { return global_matches(g, std::get<core::GlobalType>(found)); },
                        [&](const CoreTag& t) { return t == std::get<CoreTag>(found); });
  return fits ? std::string() : fmt::format("expected {}, found {}", to_text(expected), to_text(found));
}

std::string core_mismatch(const ModuleType& expected, const ModuleType& found) {
  std::map<std::pair<std::string_view, std::string_view>, const CoreExtern*> imports, exports;
  for (const ModuleType::Item& i : expected.imports) imports.emplace(std::pair<std::string_view, std::string_view>(i.module, i.name), &i.type);
  for (const ModuleType::Item& e : found.exports) exports.emplace(std::pair<std::string_view, std::string_view>("", e.name), &e.type);
  for (const ModuleType::Item& i : found.imports) {
    const auto it = imports.find({i.module, i.name});
    if (it == imports.end()) return fmt::format("it imports `{}` `{}`, which is not expected", i.module, i.name);
    if (std::string why = core_mismatch(i.type, *it->second); !why.empty()) return fmt::format("import `{}` `{}`: {}", i.module, i.name, why);
  }
  for (const ModuleType::Item& e : expected.exports) {
    const auto it = exports.find({"", e.name});
    if (it == exports.end()) return fmt::format("export `{}` is missing", e.name);
    if (std::string why = core_mismatch(e.type, *it->second); !why.empty()) return fmt::format("export `{}`: {}", e.name, why);
  }
  return {};
}

std::string Matcher::resource(types::ResourceId expected, types::ResourceId found) {
  const Node node = found_.resolve(found);
  const bool is_open = (expected_.is_all_open || expected_.open.contains(expected)) && !expected_.map.contains(expected);
  if (is_open) {
    expected_.map.emplace(expected, node);
    return {};
  }
  return expected_.resolve(expected) == node ? std::string() : std::string("the resource types are not the same");
}

std::string Matcher::func(const types::FuncType& expected, const types::FuncType& found) {
  return types::difference(*expected_.arena, expected, *found_.arena, found,
                           [&](types::ResourceId a, types::ResourceId b) { return expected_.resolve(a) == found_.resolve(b); });
}

std::string Matcher::type(types::ValType expected, types::ValType found) {
  const auto* expected_resource = expected_.arena->get<types::ResourceType>(expected);
  const auto* found_resource = found_.arena->get<types::ResourceType>(found);
  if ((expected_resource != nullptr) != (found_resource != nullptr)) {
    return expected_resource != nullptr ? sort_mismatch("resource", types::to_string(*found_.arena, found)) : sort_mismatch(types::to_string(*expected_.arena, expected), "resource");
  }
  if (expected_resource != nullptr) return resource(expected_resource->id, found_resource->id);
  return types::difference(*expected_.arena, expected, *found_.arena, found,
                           [&](types::ResourceId a, types::ResourceId b) { return expected_.resolve(a) == found_.resolve(b); });
}

// The value that is found is that of `found`, whether or not it is equal to another; one that is expected without `eq` takes it.
std::string Matcher::value(const ValueEntity& expected, const ValueEntity& found) {
  if (std::string why = type(expected.type, found.type); !why.empty()) return why;
  const auto of = [](const Side& side, ValueId id) {
    const auto known = side.values.find(id);
    return known == side.values.end() ? std::pair(side.space, id) : known->second;
  };
  const std::pair<int, ValueId> actual = of(found_, found.id);
  if (!expected.is_eq) {
    expected_.values.emplace(expected.id, actual);
    return {};
  }
  return of(expected_, expected.id) == actual ? std::string() : std::string("the values are not the same");
}

std::string Matcher::instance(const std::vector<NamedEntity>& expected, const std::vector<NamedEntity>& found, std::string_view what) {
  const auto names = by_name(found);
  for (const NamedEntity& e : expected) {
    const auto it = names.find(e.name);
    if (it == names.end()) return fmt::format("{} `{}` is missing", what, e.name);
    if (std::string why = check(e.type, *it->second); !why.empty()) return fmt::format("{} `{}`: {}", what, e.name, why);
  }
  return {};
}

// Imports the other way round: what is expected to be supplied has to do for what the found component imports. Its imported resources
// then stand for those that it would be given, and its exports are compared with that substitution.
std::string Matcher::component(const ComponentType& expected, const ComponentType& found) {
  std::swap(expected_, found_);
  open(found.imported_resources);
  std::string why = instance(found.imports, expected.imports, "import");
  std::swap(expected_, found_);
  if (!why.empty()) return why;
  open(expected.defined_resources);
  return instance(expected.exports, found.exports, "export");
}

std::string Matcher::check(const Entity& expected, const Entity& found) {
  using Instance = std::shared_ptr<const InstanceType>;
  using Component = std::shared_ptr<const ComponentType>;
  using Module = std::shared_ptr<const ModuleType>;
  using Def = std::shared_ptr<const DefTypeEntity>;
  if (expected.index() != found.index()) return sort_mismatch(sort_name(expected), sort_name(found));
  return match(
      expected, [&](const FuncEntity& f) { return func(f.type, std::get<FuncEntity>(found).type); },
      [&](const TypeEntity& t) { return type(t.type, std::get<TypeEntity>(found).type); },
      [&](const Instance& i) {
        open(i->defined_resources);
        return instance(i->exports, std::get<Instance>(found)->exports, "export");
      },
      [&](const Component& c) { return component(*c, *std::get<Component>(found)); },
      [&](const Module& m) { return core_mismatch(*m, *std::get<Module>(found)); },
      [&](const Def& d) { return check(d->type, std::get<Def>(found)->type); },
      [&](const ValueEntity& v) { return value(v, std::get<ValueEntity>(found)); });
}

std::optional<types::ResourceId> Matcher::found_for(types::ResourceId id) const {
  const auto it = expected_.map.find(id);
  return it == expected_.map.end() ? std::nullopt : std::optional(it->second.id);
}

Substitution Matcher::substitution() const {
  Substitution out;
  for (const auto& [from, to] : expected_.map) out.emplace(from, to.id);
  return out;
}

std::string mismatch(const types::TypeArena& expected_types, const Entity& expected, const types::TypeArena& found_types, const Entity& found, Substitution& substitution) {
  Matcher matcher(expected_types, found_types);
  matcher.open_all();
  for (const auto& [from, to] : substitution) matcher.substitute(from, to);
  std::string why = matcher.check(expected, found);
  if (why.empty()) substitution = matcher.substitution();
  return why;
}

}  // namespace wcomp::component
