#include "component/validate.h"

#include <fmt/format.h>

#include "base/match.h"
#include "component/decode_types.h"
#include "component/validator.h"

namespace wcomp::component {

namespace {

/// What a definition is called in paths.
std::string_view word(const Definition& d) {
  static constexpr std::string_view words[] = {"core module", "core instance", "core type", "component", "instance", "alias", "type", "canon", "import", "export", "custom", "start", "value"};
  return words[d.item.index()];
}

}  // namespace

Err<Failure> out_of_range(std::string_view sort, std::uint32_t index, std::size_t count) {
  return fail(diag::index_out_of_range, fmt::format("{} {} does not exist, {} {} defined", sort, index, count, count == 1 ? "is" : "are"));
}

Result<void> Validator::definition(Space& s, const Definition& d, const std::string& path) {
  WCOMP_TRY(table_.spend());
  Scope& scope = *s.scope;
  return match(
      d.item, [&](const CoreModuleDef& m) { return core_module(s, m, path); }, [&](const CoreInstance& i) { return core_instance(s, i); },
      [&](const CoreDefType& t) -> Result<void> {
        WCOMP_TRY(auto type, core_type(s, t));
        scope.core_types.push_back(std::move(type));
        return Ok{};
      },
      [&](const std::shared_ptr<const Component>& c) -> Result<void> {
        WCOMP_TRY(std::shared_ptr<const Scope> nested, component(c, &s, path));
        scope.components.push_back(std::shared_ptr<const ComponentType>(nested, &nested->type));
        scope.component_scopes.push_back(std::move(nested));
        return Ok{};
      },
      [&](const Instance& i) { return instance(s, i); }, [&](const Alias& a) { return alias(s, a); },
      [&](const DefType& t) -> Result<void> {
        WCOMP_TRY(Entity e, def_type(s, t));
        scope.types.push_back(std::move(e));
        return Ok{};
      },
      [&](const Canon& c) { return canon(s, c); }, [&](const Import& i) { return import_(s, i.name, i.desc, i.attributes); },
      [&](const Export& e) { return export_(s, e); }, [&](const CustomSection&) -> Result<void> { return Ok{}; },
      [&](const Start& start_) { return start(s, start_); }, [&](const ValueDef& v) { return value(s, v); });
}

Result<void> Validator::need(bool is_on, std::string_view feature, std::string_view what) const {
  if (is_on) return Ok{};
  return Err(Failure(error(diag::feature_disabled, fmt::format("{} needs the feature `{}`", what, feature)))
                 .with_note(fmt::format("it is off unless it is asked for by name: `wcomp validate --features {}`", feature)));
}

Result<std::shared_ptr<const Scope>> Validator::component(const std::shared_ptr<const Component>& c, Space* parent, const std::string& path) {
  Space s;
  s.parent = parent;
  s.scope->component = c;
  std::size_t depth = 0;
  for (const Space* p = parent; p != nullptr; p = p->parent) ++depth;
  if (depth > max_nesting) return fail(diag::limit_exceeded, fmt::format("components are nested more than {} deep", max_nesting));

  std::map<std::size_t, std::uint32_t> numbers;
  for (const Definition& d : c->definitions) {
    const std::uint32_t number = numbers[d.item.index()]++;
    const bool is_nested = std::holds_alternative<std::shared_ptr<const Component>>(d.item) || std::holds_alternative<CoreModuleDef>(d.item);
    const std::string here = is_nested ? fmt::format("{} > {}#{}", path, word(d), number) : std::string();
    if (Result<void> result = definition(s, d, here); !result) {
      Failure failure = std::move(result).error();
      for (Diagnostic& diagnostic : failure.diagnostics()) {
        if (!std::holds_alternative<std::monostate>(diagnostic.location)) continue;
        diagnostic.location = BinaryPos{.file = {}, .path = is_nested ? here : fmt::format("{} > {}[{}]", path, word(d), number), .offset = d.offset};
      }
      return Err(std::move(failure));
    }
  }

  WCOMP_TRY(all_used(s));
  ComponentType& type = s.scope->type;
  std::set<types::ResourceId> seen(type.imported_resources.begin(), type.imported_resources.end());
  for (const NamedEntity& e : type.exports) {
    free_resources(e.type, [&](types::ResourceId id) {
      if (seen.insert(id).second) type.defined_resources.push_back(id);
    });
  }
  WCOMP_TRY(set_weight(type));
  return std::shared_ptr<const Scope>(std::move(s.scope));
}

Result<ValidComponent> validate(std::shared_ptr<const Component> component, const Features& features) {
  Validator validator(features);
  ValidComponent out;
  WCOMP_TRY(out.scope_, validator.component(component, nullptr, "component"));
  out.types_ = std::make_shared<const types::TypeArena>(validator.take_types());
  return out;
}

}  // namespace wcomp::component
