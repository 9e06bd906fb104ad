#include "component/targets.h"

#include <unordered_map>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "component/matcher.h"
#include "component/versions.h"
#include "component/wit_codec.h"

namespace wcomp::component {

namespace {

using InstancePtr = std::shared_ptr<const InstanceType>;
using ComponentPtr = std::shared_ptr<const ComponentType>;

/// Imports or exports by what decides whether they may stand for each other: the newest of several compatible ones.
class Names {
 public:
  Names(const std::vector<NamedEntity>& items, bool same_versions) : same_versions_(same_versions) {
    for (const NamedEntity& item : items) {
      exact_.emplace(item.name, &item);
      if (same_versions) continue;
      const auto [known, is_new] = compatible_.emplace(compatible_key(item.name), &item);
      if (!is_new && is_older(known->second->name, item.name)) known->second = &item;
    }
  }
  [[nodiscard]] const NamedEntity* find(const std::string& name) const {
    if (const auto found = exact_.find(name); found != exact_.end()) return found->second;
    if (same_versions_) return nullptr;
    const auto found = compatible_.find(compatible_key(name));
    return found == compatible_.end() ? nullptr : found->second;
  }
  /// One that differs in nothing but its version, for messages.
  [[nodiscard]] const NamedEntity* other_version(const std::string& name) const {
    const std::string_view base = split_version(name).base;
    if (base == name) return nullptr;
    for (const auto& [other, item] : exact_) {
      if (split_version(other).base == base) return item;
    }
    return nullptr;
  }

 private:
  bool same_versions_;
  std::unordered_map<std::string_view, const NamedEntity*> exact_;
  std::unordered_map<std::string, const NamedEntity*> compatible_;
};

class Comparison {
 public:
  Comparison(const ValidComponent& component, const types::TypeArena& world_types, const ComponentType& world, std::string world_name, const TargetOptions& options)
      : component_(component.scope().type), world_(world), world_name_(std::move(world_name)), options_(options), matcher_(world_types, component.types()) {}

  std::vector<Diagnostic> run() {
    const Names imports(world_.imports, options_.same_versions), exports(component_.exports, options_.same_versions);
    matcher_.swap_sides();  // the world supplies what the component imports
    matcher_.open(component_.imported_resources);
    for (const NamedEntity& needed : component_.imports) {
      const NamedEntity* supplied = imports.find(needed.name);
      if (supplied != nullptr) compare(diag::import_mismatch, "import", needed, *supplied);
      else missing(diag::missing_import, fmt::format("the component imports `{}`, which the world `{}` does not import", escape(needed.name), world_name_), imports, needed.name, "the world imports");
    }
    matcher_.swap_sides();
    matcher_.open(world_.defined_resources);
    for (const NamedEntity& expected : world_.exports) {
      const NamedEntity* found = exports.find(expected.name);
      if (found != nullptr) compare(diag::export_mismatch, "export", expected, *found);
      else missing(diag::missing_export, fmt::format("the world `{}` exports `{}`, which the component does not export", world_name_, escape(expected.name)), exports, expected.name, "the component exports");
    }
    return std::move(found_);
  }

 private:
  void missing(DiagCode code, std::string message, const Names& names, const std::string& name, std::string_view who) {
    Diagnostic d = error(code, std::move(message));
    if (const NamedEntity* other = names.other_version(name)) d.notes.push_back(fmt::format("{} `{}`, whose version is {}", who, escape(other->name), options_.same_versions ? "another one" : "not compatible"));
    found_.push_back(std::move(d));
  }
  void mismatch(DiagCode code, std::string_view what, const NamedEntity& expected, const NamedEntity& found, std::string_view member, const std::string& why) {
    Diagnostic d = error(code, fmt::format("{} `{}`{}{}: {}", what, escape(expected.name), member.empty() ? "" : ", ", member.empty() ? "" : fmt::format("`{}`", escape(member)), why));
    if (expected.name != found.name) d.notes.push_back(fmt::format("compared with `{}`", escape(found.name)));
    found_.push_back(std::move(d));
  }
  /// Interfaces member by member, types before functions, which name them.
  void compare(DiagCode code, std::string_view what, const NamedEntity& expected, const NamedEntity& found) {
    const auto* expected_instance = std::get_if<InstancePtr>(&expected.type);
    const auto* found_instance = std::get_if<InstancePtr>(&found.type);
    if (expected_instance == nullptr || found_instance == nullptr) {
      if (const std::string why = matcher_.check(expected.type, found.type); !why.empty()) mismatch(code, what, expected, found, {}, why);
      return;
    }
    matcher_.open((*expected_instance)->defined_resources);
    std::unordered_map<std::string_view, const NamedEntity*> members;
    for (const NamedEntity& e : (*found_instance)->exports) members.emplace(e.name, &e);
    for (const NamedEntity& e : (*expected_instance)->exports) {
      const auto member = members.find(e.name);
      const bool is_import = code.code == diag::import_mismatch.code;
      const std::string why = member != members.end() ? matcher_.check(e.type, member->second->type)
                                                      : fmt::format("{} expected by the {}, and the {} does not have it", sort_name(e.type), is_import ? "component" : "world", is_import ? "world" : "component");
      if (!why.empty()) mismatch(code, what, expected, found, e.name, why);
    }
  }

  const ComponentType& component_;
  const ComponentType& world_;
  std::string world_name_;
  TargetOptions options_;
  Matcher matcher_;
  std::vector<Diagnostic> found_;
};

}  // namespace

Result<std::vector<Diagnostic>> target_mismatches(const ValidComponent& component, const wit::Graph& graph, wit::WorldId world, const TargetOptions& options) {
  WCOMP_TRY(Bytes payload, encode_component_type(graph, world));
  WCOMP_TRY(std::shared_ptr<const Component> decoded, decode(std::move(payload)));
  WCOMP_TRY(const ValidComponent valid, validate(std::move(decoded), Features::all()));
  // The payload is a component type around the world's.
  const auto& def = std::get<std::shared_ptr<const DefTypeEntity>>(valid.scope().type.exports.front().type);
  const auto& wrapper = std::get<ComponentPtr>(def->type);
  const auto& inner = std::get<ComponentPtr>(wrapper->exports.front().type);
  return Comparison(component, valid.types(), *inner, graph.worlds[world].name, options).run();
}

}  // namespace wcomp::component
