#include "compose/instance_types.h"

#include <map>
#include <set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "component/def_val_type.h"

namespace wcomp::compose {

namespace {

using namespace component;

/// Types of the inputs, written into one instance type. Types that the instance exports are referred to by their exported index, types of
/// other imports by an alias, as validation demands of records, variants, enums, flags and resources.
class Writer {
 public:
  Writer(const MergedImport& import, const std::string& key, const MergedImports& all, const FindType& find_type)
      : import_(import), key_(key), all_(all), find_type_(find_type) {}

  Result<InstanceTypeRef> run() {
    for (const MergedExport& e : import_.exports) {
      input_ = e.from;
      match(
          *e.type, [&](const FuncEntity& f) { func(e.name, f.type); }, [&](const TypeEntity& t) { type(e.name, t.type); },
          [](const auto&) { /* interfaces hold functions and types only; validation of the composition would refuse the rest */ });
    }
    if (foreign_) {
      return fail(diag::unsupported, fmt::format("`{}` imports `{}`, which uses a resource of `{}`: that is met inside the composition, so the import cannot be passed on",
                                                 input_->name, import_.name, foreign_->interface));
    }
    return std::move(out_);
  }

 private:
  using Key = std::pair<const Input*, types::TypeId>;

  void func(const std::string& name, const types::FuncType& f) {
    FuncTypeRef ref{.params = {}, .result = std::nullopt, .is_async = f.is_async};
    for (const types::Param& p : f.params) ref.params.push_back({p.name, ref_of(p.type)});
    if (f.result) ref.result = ref_of(*f.result);
    const TypeIdx idx = define(std::move(ref));
    out_.decls.emplace_back(ExportDecl{name, ExternDesc{.sort = Sort::func, .type_index = idx.value, .bound = {}}});
  }

  void type(const std::string& name, types::ValType t) {
    const types::TypeArena& arena = input_->component.types();
    TypeBound bound;
    const auto* resource = arena.get<types::ResourceType>(t);
    const TypeOrigin here{key_, name};
    if (resource == nullptr) {
      bound.eq = type_idx(t, here);
    } else {
      const TypeOrigin origin = origin_of(resource->id);
      const bool is_own = origin == here;
      if (!is_own) bound.eq = resource_idx(origin);
      if (is_own) own_[origin] = TypeIdx(next_);
    }
    out_.decls.emplace_back(ExportDecl{name, ExternDesc{.sort = Sort::type, .type_index = 0, .bound = bound}});
    if (resource == nullptr) own_.try_emplace(here, TypeIdx(next_));
    name_chain(t, TypeIdx(next_++));
  }

  /// From now on `t`, and what it is an alias of, is the type at `idx`; names given earlier stay.
  void name_chain(types::ValType t, TypeIdx idx) {
    while (const types::TypeId* id = std::get_if<types::TypeId>(&t)) {
      if (!named_.insert({input_, *id}).second) break;
      written_.insert_or_assign(Key{input_, *id}, idx);
      const auto* alias = std::get_if<types::AliasType>(&input_->component.types()[*id]);
      if (alias == nullptr) break;
      t = alias->target;
    }
  }

  /// A resource that no imported instance shows (a root-level type) has an origin that is never found.
  TypeOrigin origin_of(types::ResourceId id) const {
    const auto& origins = all_.origins.at(input_).resources;
    const auto it = origins.find(id);
    return it == origins.end() ? TypeOrigin{.interface = "(the root)", .name = {}} : it->second;
  }

  TypeIdx resource_idx(const TypeOrigin& origin) {
    if (const auto it = own_.find(origin); it != own_.end()) return it->second;
    const std::optional<TypeIdx> outer = find_type_(origin);
    if (!outer) foreign_ = origin;
    return alias_outer(origin, outer.value_or(TypeIdx()));
  }

  TypeIdx alias_outer(const TypeOrigin& origin, TypeIdx outer) {
    out_.decls.emplace_back(Alias(AliasOuter{.sort = Sort::type, .count = 1, .index = outer.value}));
    const TypeIdx idx(next_++);
    own_[origin] = idx;
    return idx;
  }

  /// The type that another name stands for: of this import, whichever input it was taken from, or of another import. `here` is being defined.
  std::optional<TypeIdx> named_idx(types::TypeId id, const std::optional<TypeOrigin>& here) {
    const auto& origins = all_.origins.at(input_).values;
    const auto origin = origins.find(id);
    if (origin == origins.end() || origin->second == here) return std::nullopt;
    if (const auto it = own_.find(origin->second); it != own_.end()) return it->second;
    const std::optional<TypeIdx> outer = origin->second.interface == key_ ? std::nullopt : find_type_(origin->second);
    return outer ? std::optional(alias_outer(origin->second, *outer)) : std::nullopt;
  }

  TypeIdx define(DefType def) {
    out_.decls.emplace_back(std::move(def));
    return TypeIdx(next_++);
  }

  ValTypeRef ref_of(types::ValType t, const std::optional<TypeOrigin>& here = std::nullopt) {
    for (types::ValType at = t;;) {
      const types::TypeId* id = std::get_if<types::TypeId>(&at);
      if (id == nullptr) return std::get<types::Prim>(at);
      if (const auto it = written_.find({input_, *id}); it != written_.end()) return it->second;
      if (const auto named = named_idx(*id, here)) return *named;
      const auto* alias = std::get_if<types::AliasType>(&input_->component.types()[*id]);
      if (alias == nullptr) return write(*id);
      at = alias->target;
    }
  }

  /// The index of a type also when it is a primitive.
  TypeIdx type_idx(types::ValType t, const TypeOrigin& here) {
    const ValTypeRef ref = ref_of(t, here);
    if (const types::Prim* p = std::get_if<types::Prim>(&ref)) return define(DefType(DefValType(*p)));
    return std::get<TypeIdx>(ref);
  }

  TypeIdx handle_target(types::TypeId resource) {
    const ValTypeRef named = ref_of_resource(types::ValType(resource));
    return std::get<TypeIdx>(named);
  }

  /// A resource: by its name here, or brought in from its own import.
  ValTypeRef ref_of_resource(types::ValType t) {
    const types::TypeArena& arena = input_->component.types();
    for (types::ValType at = t; const types::TypeId* id = std::get_if<types::TypeId>(&at);) {
      if (const auto it = written_.find({input_, *id}); it != written_.end()) return it->second;
      const auto* alias = std::get_if<types::AliasType>(&arena[*id]);
      if (alias == nullptr) break;
      at = alias->target;
    }
    return resource_idx(origin_of(arena.get<types::ResourceType>(t)->id));
  }

  TypeIdx write(types::TypeId id) {
    const types::TypeDef def = input_->component.types()[id];
    Result<DefValType> ref = component::to_def_val_type(def, {.value = [&](const types::ValType& t) { return ref_of(t); },
                                                              .resource = [&](types::TypeId t) { return handle_target(t); }});
    WCOMP_CHECK(ref.has_value() && "a resource is no value type, ref_of looks through aliases");
    const TypeIdx idx = define(DefType(*std::move(ref)));
    written_.insert_or_assign(Key{input_, id}, idx);
    return idx;
  }

  const MergedImport& import_;
  const std::string& key_;
  const MergedImports& all_;
  const FindType& find_type_;
  const Input* input_ = nullptr;
  InstanceTypeRef out_;
  std::uint32_t next_ = 0;
  std::map<Key, TypeIdx> written_;
  std::set<Key> named_;
  std::map<TypeOrigin, TypeIdx> own_;  ///< types with names, of this import and of others
  std::optional<TypeOrigin> foreign_;
};

}  // namespace

Result<InstanceTypeRef> instance_type(const MergedImport& import, const std::string& key, const MergedImports& all, const FindType& find_type) {
  return Writer(import, key, all, find_type).run();
}

}  // namespace wcomp::compose
