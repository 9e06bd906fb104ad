#include "compose/imports.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/versions.h"
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
        if (const auto* r = resource_of(input, e.type)) origins.try_emplace(r->id, ResourceOrigin{compatible_key(import.name), e.name});
      }
    }
  }

  Result<void> merge(const Input& input, const NamedEntity& import) {
    const std::string key = compatible_key(import.name);
    auto [it, is_new] = out_.by_key.try_emplace(key, out_.imports.size());
    if (is_new) out_.imports.push_back({.name = import.name});
    MergedImport& merged = out_.imports[it->second];
    if (is_older(merged.name, import.name)) merged.name = import.name;
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
    for (const NamedEntity& e : (*instance)->exports) {
      const auto found = std::find_if(merged.exports.begin(), merged.exports.end(), [&](const MergedExport& m) { return m.name == e.name; });
      if (found == merged.exports.end()) {
        merged.exports.push_back({.name = e.name, .from = &input, .type = &e.type});
      } else {
        WCOMP_TRY(check_same(input, import.name, e.name, *found->from, *found->type, e.type));
      }
    }
    return Ok{};
  }

  /// Both inputs must mean the same by the name: equal structure, resources of equal origin.
  Result<void> check_same(const Input& b, const std::string& import, const std::string& item, const Input& a, const Entity& type_a, const Entity& type_b) {
    const types::SameResource same = [&](types::ResourceId ra, types::ResourceId rb) {
      const auto& origins_a = out_.origins.at(&a);
      const auto& origins_b = out_.origins.at(&b);
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

  /// An import after those that its resources come from; stable otherwise.
  void sort() {
    std::vector<std::size_t> order;
    std::vector<bool> seen(out_.imports.size(), false);
    const auto visit = [&](auto&& self, std::size_t i) -> void {
      if (seen[i]) return;
      seen[i] = true;
      for (const MergedExport& e : out_.imports[i].exports) {
        const auto* r = resource_of(*e.from, *e.type);
        if (r == nullptr) continue;
        const auto& origins = out_.origins.at(e.from);
        const auto origin = origins.find(r->id);
        if (origin == origins.end()) continue;
        const auto owner = out_.by_key.find(origin->second.interface);
        if (owner != out_.by_key.end()) self(self, owner->second);
      }
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
};

}  // namespace

Result<MergedImports> merge_imports(const Composition& composition) { return Merger(composition).run(); }

}  // namespace wcomp::compose
