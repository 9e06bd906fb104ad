#include "compose/imports.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/versions.h"
#include "compose/reachable_types.h"
#include "types/equality.h"

namespace wcomp::compose {

namespace {

using component::Entity;
using component::compatible_key;
using component::FuncEntity;
using component::InstanceType;
using component::is_older;
using component::NamedEntity;
using component::TypeEntity;

const types::ResourceType* resource_of(const Input& input, const Entity& entity) {
  const TypeEntity* t = std::get_if<TypeEntity>(&entity);
  return t == nullptr ? nullptr : input.component.types().get<types::ResourceType>(t->type);
}

class Merger {
 public:
  explicit Merger(const Composition& composition) : composition_(composition) {}

  Result<MergedImports> run() {
    // Origins first, over all imports of each input in order: the first import that shows a resource is where it comes from, also when that
    // import is met inside the composition.
    for (const Input& input : composition_.inputs) find_origins(input);
    // In the order of the inputs and their imports, users of an interface come after it, since each input declares them so.
    for (const PassedOn& p : composition_.passed_on) {
      const Input& input = composition_.inputs[p.user.value];
      const auto& imports = input.component.scope().type.imports;
      const auto it = std::find_if(imports.begin(), imports.end(), [&](const NamedEntity& e) { return e.name == p.import_name; });
      WCOMP_CHECK(it != imports.end());
      WCOMP_TRY(merge(input, *it));
      WCOMP_TRY(merge_types_of(input, it->type));
    }
    sort();
    return std::move(out_);
  }

 private:
  void find_origins(const Input& input) {
    auto& origins = out_.origins[&input];
    for (const NamedEntity& import : input.component.scope().type.imports) {
      const auto* instance = std::get_if<std::shared_ptr<const InstanceType>>(&import.type);
      if (instance == nullptr) continue;
      for (const NamedEntity& e : (*instance)->exports) {
        const TypeOrigin origin{compatible_key(import.name), e.name};
        if (const auto* r = resource_of(input, e.type)) {
          origins.resources.try_emplace(r->id, origin);
        } else if (const auto* type = std::get_if<TypeEntity>(&e.type)) {
          for (types::ValType t = type->type; const types::TypeId* id = std::get_if<types::TypeId>(&t);) {
            origins.values.try_emplace(*id, origin);
            const auto* alias = std::get_if<types::AliasType>(&input.component.types()[*id]);
            if (alias == nullptr) break;
            t = alias->target;
          }
        }
      }
    }
  }

  /// Where a type comes from; null for what has no name of its own.
  const TypeOrigin* origin_of(const Input& input, types::TypeId id) const {
    const TypeOrigins& origins = out_.origins.at(&input);
    if (const auto it = origins.values.find(id); it != origins.values.end()) return &it->second;
    const auto* resource = std::get_if<types::ResourceType>(&input.component.types()[id]);
    if (resource == nullptr) return nullptr;
    const auto it = origins.resources.find(resource->id);
    return it == origins.resources.end() ? nullptr : &it->second;
  }

  /// An interface that is met inside the composition, and whose types of values one that is passed on uses, is imported for these types.
  Result<void> merge_types_of(const Input& input, const Entity& import) {
    const auto* instance = std::get_if<std::shared_ptr<const InstanceType>>(&import);
    if (instance == nullptr) return Ok{};
    std::set<TypeOrigin> needed;
    for (const NamedEntity& e : (*instance)->exports) {
      for_each_type(input.component.types(), e.type, reached_[&input], [&](types::TypeId id) {
        const auto origin = out_.origins.at(&input).values.find(id);
        if (origin != out_.origins.at(&input).values.end()) needed.insert(origin->second);
      });
    }
    if (needed.empty()) return Ok{};
    for (const NamedEntity& owner : input.component.scope().type.imports) {
      const auto* exports = std::get_if<std::shared_ptr<const InstanceType>>(&owner.type);
      if (exports == nullptr) continue;
      for (const NamedEntity& e : (*exports)->exports) {
        if (needed.contains({compatible_key(owner.name), e.name})) WCOMP_TRY(merge_item(input, owner.name, e));
      }
    }
    return Ok{};
  }

  MergedImport& merged_import(const std::string& name) {
    auto [it, is_new] = out_.by_key.try_emplace(compatible_key(name), out_.imports.size());
    if (is_new) out_.imports.push_back({.name = name});
    MergedImport& merged = out_.imports[it->second];
    if (is_older(merged.name, name)) merged.name = name;
    return merged;
  }

  Result<void> merge(const Input& input, const NamedEntity& import) {
    MergedImport& merged = merged_import(import.name);
    if (const FuncEntity* func = std::get_if<FuncEntity>(&import.type)) {
      if (merged.func == nullptr) {
        merged.func = func;
        merged.func_from = &input;
        return Ok{};
      }
      return check_same(input, import.name, "", *merged.func_from, Entity(*merged.func), import.type);
    }
    const auto* instance = std::get_if<std::shared_ptr<const InstanceType>>(&import.type);
    if (instance == nullptr) {
      return fail(diag::unsupported, fmt::format("`{}` imports `{}`, which is neither a function nor an instance: no input provides it, and it cannot be passed on", input.name, import.name));
    }
    for (const NamedEntity& e : (*instance)->exports) WCOMP_TRY(merge_item(input, import.name, e));
    return Ok{};
  }

  Result<void> merge_item(const Input& input, const std::string& import, const NamedEntity& e) {
    MergedImport& merged = merged_import(import);
    const auto [it, is_new] = items_.try_emplace({compatible_key(import), e.name}, merged.exports.size());
    if (is_new) {
      merged.exports.push_back({.name = e.name, .from = &input, .type = &e.type});
      return Ok{};
    }
    const MergedExport& found = merged.exports[it->second];
    if (found.from == &input && found.type == &e.type) return Ok{};
    return check_same(input, import, e.name, *found.from, *found.type, e.type);
  }

  /// Both inputs must mean the same by the name: equal structure, resources of equal origin.
  Result<void> check_same(const Input& b, const std::string& import, const std::string& item, const Input& a, const Entity& type_a, const Entity& type_b) {
    const types::SameResource same = [&](types::ResourceId ra, types::ResourceId rb) {
      const auto& origins_a = out_.origins.at(&a).resources;
      const auto& origins_b = out_.origins.at(&b).resources;
      const auto ia = origins_a.find(ra);
      const auto ib = origins_b.find(rb);
      return ia != origins_a.end() && ib != origins_b.end() && ia->second == ib->second;
    };
    std::string why = "one is a type, the other is not";
    if (const auto* fa = std::get_if<FuncEntity>(&type_a)) {
      if (const auto* fb = std::get_if<FuncEntity>(&type_b)) why = types::difference(a.component.types(), fa->type, b.component.types(), fb->type, same);
    } else if (const auto* ta = std::get_if<TypeEntity>(&type_a)) {
      if (const auto* tb = std::get_if<TypeEntity>(&type_b)) why = types::difference(a.component.types(), ta->type, b.component.types(), tb->type, same);
    }
    if (why.empty()) return Ok{};
    Diagnostic d = error(diag::import_mismatch, fmt::format("`{}` and `{}` both import `{}`, but with different types{}{}: {}", a.name, b.name, import, item.empty() ? "" : " for ", item, why));
    d.notes.push_back("one import of the composition cannot serve both");
    return Err(Failure(std::move(d)));
  }

  /// An import after those that its types come from; stable otherwise.
  void sort() {
    std::vector<std::size_t> order;
    std::vector<bool> seen(out_.imports.size(), false);
    const auto visit = [&](auto&& self, std::size_t i) -> void {
      if (seen[i]) return;
      seen[i] = true;
      std::map<const Input*, std::set<types::TypeId>> reached;
      std::set<std::size_t> owners;
      for (const MergedExport& e : out_.imports[i].exports) {
        for_each_type(e.from->component.types(), *e.type, reached[e.from], [&](types::TypeId id) {
          const TypeOrigin* origin = origin_of(*e.from, id);
          const auto owner = origin == nullptr ? out_.by_key.end() : out_.by_key.find(origin->interface);
          if (owner != out_.by_key.end()) owners.insert(owner->second);
        });
      }
      for (const std::size_t owner : owners) self(self, owner);
      order.push_back(i);
    };
    for (std::size_t i = 0; i < out_.imports.size(); ++i) visit(visit, i);
    std::vector<MergedImport> sorted;
    std::vector<std::size_t> position(order.size());
    for (const std::size_t i : order) {
      position[i] = sorted.size();
      sorted.push_back(std::move(out_.imports[i]));
    }
    out_.imports = std::move(sorted);
    for (auto& [key, i] : out_.by_key) i = position[i];
  }

  const Composition& composition_;
  MergedImports out_;
  std::map<TypeOrigin, std::size_t> items_;                          ///< positions in MergedImport::exports
  std::map<const Input*, std::set<types::TypeId>> reached_;          ///< by imports that are passed on
};

}  // namespace

Result<MergedImports> merge_imports(const Composition& composition) { return Merger(composition).run(); }

}  // namespace wcomp::compose
