// A world as component types. WIT.md "Package Format".
//
// The world becomes a component type: interfaces are instance types, types and functions of the world are imports or exports of their own.
// A type that an interface takes from another one by `use` is aliased from that other one's instance in the world's scope, and reaches the
// instance type by an outer alias. Where a world both
// imports and exports an interface, a type that is aliased already stays so; one that is not comes from the latest instance.
#include <array>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/def_val_type.h"
#include "component/encode.h"
#include "component/wit_codec.h"

namespace wcomp::component {

namespace {

using wit::TypeDeclId;

/// The index spaces of a component or instance type while its declarators are written.
struct TypeScope {
  TypeScope* outer = nullptr;                                    ///< none: the world itself
  std::variant<std::monostate, wit::InterfaceId, wit::WorldId> owner;  ///< whose types are declared here; all others are aliased
  std::vector<TypeDeclItem> decls;
  std::uint32_t types = 0;
  std::uint32_t instances = 0;
  std::map<TypeDeclId, std::uint32_t> named;
  std::map<Bytes, std::uint32_t> anonymous;

  std::uint32_t add(DefType t) {
    decls.emplace_back(std::move(t));
    return types++;
  }
};

class WorldEncoder {
 public:
  explicit WorldEncoder(const wit::Graph& graph) : graph_(graph) {}

  Result<std::shared_ptr<const ComponentTypeRef>> world(wit::WorldId id);

 private:
  Result<ValTypeRef> val_type(TypeScope& scope, types::ValType t);
  Result<std::optional<ValTypeRef>> val_type(TypeScope& scope, const std::optional<types::ValType>& t);
  /// The index of a declared type: declared here, or aliased from where it is.
  Result<std::uint32_t> named(TypeScope& scope, TypeDeclId decl);
  Result<std::uint32_t> declare(TypeScope& scope, TypeDeclId decl);
  Result<std::uint32_t> handle_target(TypeScope& scope, types::TypeId resource);
  Result<DefValType> def_val_type(TypeScope& scope, types::TypeId id);
  Result<std::uint32_t> func_type(TypeScope& scope, const types::FuncType& t);
  Result<std::uint32_t> interface_type(TypeScope& world, wit::InterfaceId id);
  Result<void> item(TypeScope& world, const wit::WorldItem& item, bool is_import);

  const wit::Graph& graph_;
  std::map<wit::InterfaceId, std::uint32_t> instances_;  ///< the latest instance of an interface in the world's scope
};

/// In dependency order, which is the order of ids: what the reference tool writes.
std::vector<TypeDeclId> sorted(std::vector<TypeDeclId> decls) {
  std::ranges::sort(decls);
  return decls;
}

std::uint32_t intern(TypeScope& scope, DefType t) {
  Bytes key = encode_def_type(t);
  if (const auto found = scope.anonymous.find(key); found != scope.anonymous.end()) return found->second;
  const std::uint32_t index = scope.add(std::move(t));
  scope.anonymous.emplace(std::move(key), index);
  return index;
}

Result<ValTypeRef> WorldEncoder::val_type(TypeScope& scope, types::ValType t) {
  if (const types::Prim* p = std::get_if<types::Prim>(&t)) return ValTypeRef(*p);
  const types::TypeId id = std::get<types::TypeId>(t);
  if (const auto decl = graph_.decl_of_type.find(id); decl != graph_.decl_of_type.end()) {
    WCOMP_TRY(const std::uint32_t index, named(scope, decl->second));
    return ValTypeRef(TypeIdx(index));
  }
  if (const auto* alias = std::get_if<types::AliasType>(&graph_.types[id])) return val_type(scope, alias->target);
  WCOMP_TRY(DefValType def, def_val_type(scope, id));
  return ValTypeRef(TypeIdx(intern(scope, std::move(def))));
}

Result<std::optional<ValTypeRef>> WorldEncoder::val_type(TypeScope& scope, const std::optional<types::ValType>& t) {
  if (!t) return std::optional<ValTypeRef>();
  WCOMP_TRY(const ValTypeRef ref, val_type(scope, *t));
  return std::optional<ValTypeRef>(ref);
}

Result<std::uint32_t> WorldEncoder::named(TypeScope& scope, TypeDeclId decl) {
  if (const auto found = scope.named.find(decl); found != scope.named.end()) return found->second;
  const wit::TypeDecl& d = graph_.type_decls[decl];
  std::uint32_t index = 0;
  if (d.owner == scope.owner) {
    WCOMP_TRY(index, declare(scope, decl));
  } else if (scope.outer != nullptr) {
    WCOMP_TRY(const std::uint32_t outer_index, named(*scope.outer, decl));
    scope.decls.emplace_back(Alias(AliasOuter{.sort = Sort::type, .count = 1, .index = outer_index}));
    index = scope.types++;
  } else {
    const auto* owner = std::get_if<wit::InterfaceId>(&d.owner);
    const auto instance = owner == nullptr ? instances_.end() : instances_.find(*owner);
    if (instance == instances_.end()) {
      return fail(diag::unknown_item, fmt::format("type `{}` is used, but the world has no import or export of the interface that declares it", d.name));
    }
    scope.decls.emplace_back(Alias(AliasExport{.sort = Sort::type, .instance = InstanceIdx(instance->second), .name = d.name}));
    index = scope.types++;
  }
  scope.named.emplace(decl, index);
  return index;
}

Result<std::uint32_t> WorldEncoder::declare(TypeScope& scope, TypeDeclId decl) {
  const wit::TypeDecl& d = graph_.type_decls[decl];
  const types::TypeDef* def = &graph_.types[d.type];
  ExternDesc desc{.sort = Sort::type, .type_index = 0, .bound = {}};
  if (!std::holds_alternative<types::ResourceType>(*def)) {
    types::TypeId id = d.type;
    std::optional<types::ValType> target;
    if (d.alias_of) {
      WCOMP_TRY(const std::uint32_t index, named(scope, *d.alias_of));
      desc.bound.eq = TypeIdx(index);
    } else {
      while (const auto* alias = std::get_if<types::AliasType>(def)) {
        target = alias->target;
        const types::TypeId* next = std::get_if<types::TypeId>(&*target);
        if (next == nullptr || graph_.decl_of_type.contains(*next)) break;
        id = *next;
        def = &graph_.types[id];
        target.reset();
      }
      if (target && std::holds_alternative<types::TypeId>(*target)) {
        WCOMP_TRY(const std::uint32_t index, named(scope, graph_.decl_of_type.at(std::get<types::TypeId>(*target))));
        desc.bound.eq = TypeIdx(index);
      } else if (target) {
        desc.bound.eq = TypeIdx(scope.add(DefValType(std::get<types::Prim>(*target))));
      } else {
        WCOMP_TRY(DefValType value, def_val_type(scope, id));
        desc.bound.eq = TypeIdx(scope.add(std::move(value)));
      }
    }
  }
  if (scope.outer == nullptr) {
    scope.decls.emplace_back(ImportDecl{.name = d.name, .desc = desc});
  } else {
    scope.decls.emplace_back(ExportDecl{.name = d.name, .desc = desc});
  }
  return scope.types++;
}

Result<std::uint32_t> WorldEncoder::handle_target(TypeScope& scope, types::TypeId resource) {
  WCOMP_TRY(const ValTypeRef ref, val_type(scope, types::ValType(resource)));
  const TypeIdx* index = std::get_if<TypeIdx>(&ref);
  if (index == nullptr) return fail(diag::type_mismatch, "a handle needs a resource");
  return index->value;
}

Result<DefValType> WorldEncoder::def_val_type(TypeScope& scope, types::TypeId id) {
  return to_def_val_type(graph_.types[id], {.value = [&](const types::ValType& t) { return val_type(scope, t); },
                                            .resource = [&](types::TypeId t) -> Result<TypeIdx> {
                                              WCOMP_TRY(const std::uint32_t target, handle_target(scope, t));
                                              return TypeIdx(target);
                                            }});
}

Result<std::uint32_t> WorldEncoder::func_type(TypeScope& scope, const types::FuncType& t) {
  FuncTypeRef out;
  out.is_async = t.is_async;
  for (const types::Param& p : t.params) {
    WCOMP_TRY(const ValTypeRef ref, val_type(scope, p.type));
    out.params.push_back({p.name, ref});
  }
  WCOMP_TRY(out.result, val_type(scope, t.result));
  return intern(scope, std::move(out));
}

Result<std::uint32_t> WorldEncoder::interface_type(TypeScope& world, wit::InterfaceId id) {
  TypeScope scope;
  scope.outer = &world;
  scope.owner = id;
  const wit::Interface& interface = graph_.interfaces[id];
  for (const TypeDeclId decl : sorted(interface.types)) WCOMP_TRY(named(scope, decl));
  for (const wit::Function& f : interface.functions) {
    WCOMP_TRY(const std::uint32_t type, func_type(scope, f.type));
    scope.decls.emplace_back(ExportDecl{.name = f.abi_name, .desc = {.sort = Sort::func, .type_index = type, .bound = {}}});
  }
  return world.add(std::make_shared<const InstanceTypeRef>(InstanceTypeRef{std::move(scope.decls)}));
}

Result<void> WorldEncoder::item(TypeScope& world, const wit::WorldItem& item, bool is_import) {
  std::string name = item.name;
  ExternDesc desc;
  Attributes attributes;
  if (const auto* type = std::get_if<TypeDeclId>(&item.item)) {
    WCOMP_TRY(named(world, *type));
    return Ok{};
  }
  if (const auto* func = std::get_if<wit::Function>(&item.item)) {
    WCOMP_TRY(const std::uint32_t type, func_type(world, func->type));
    desc = {.sort = Sort::func, .type_index = type, .bound = {}};
    name = func->abi_name;
  } else {
    const wit::InterfaceId id = std::get<wit::InterfaceId>(item.item);
    WCOMP_TRY(const std::uint32_t type, interface_type(world, id));
    desc = {.sort = Sort::instance, .type_index = type, .bound = {}};
    if (const std::string id_name = graph_.interface_id_name(id); !id_name.empty() && id_name != name) attributes.implements = id_name;
    instances_[id] = world.instances++;
  }
  if (is_import) {
    world.decls.emplace_back(ImportDecl{.name = std::move(name), .desc = desc, .attributes = std::move(attributes)});
  } else {
    world.decls.emplace_back(ExportDecl{.name = std::move(name), .desc = desc, .attributes = std::move(attributes)});
  }
  return Ok{};
}

/// Imports: interfaces, types, functions, functions of resources. Exports: functions, interfaces.
int import_rank(const wit::WorldItem& item) {
  if (std::holds_alternative<wit::InterfaceId>(item.item)) return 0;
  if (std::holds_alternative<TypeDeclId>(item.item)) return 1;
  return std::get<wit::Function>(item.item).kind == wit::FuncKind::freestanding ? 2 : 3;
}
int export_rank(const wit::WorldItem& item) { return std::holds_alternative<wit::InterfaceId>(item.item) ? 1 : 0; }

template <class Rank>
std::vector<const wit::WorldItem*> ordered(const std::vector<wit::WorldItem>& items, Rank rank) {
  std::vector<const wit::WorldItem*> out;
  for (int wanted = 0; wanted <= 3; ++wanted) {
    for (const wit::WorldItem& item : items) {
      if (rank(item) == wanted) out.push_back(&item);
    }
  }
  const auto is_type = [](const wit::WorldItem* item) { return std::holds_alternative<TypeDeclId>(item->item); };
  const auto first = std::ranges::find_if(out, is_type);
  const auto last = std::find_if_not(first, out.end(), is_type);
  std::sort(first, last, [](const wit::WorldItem* a, const wit::WorldItem* b) { return std::get<TypeDeclId>(a->item) < std::get<TypeDeclId>(b->item); });
  return out;
}

Result<std::shared_ptr<const ComponentTypeRef>> WorldEncoder::world(wit::WorldId id) {
  const wit::World& world = graph_.worlds[id];
  TypeScope scope;
  scope.owner = id;
  for (const wit::WorldItem* i : ordered(world.imports, import_rank)) WCOMP_TRY(item(scope, *i, true));
  for (const wit::WorldItem* i : ordered(world.exports, export_rank)) WCOMP_TRY(item(scope, *i, false));
  return std::make_shared<const ComponentTypeRef>(ComponentTypeRef{std::move(scope.decls)});
}

}  // namespace

Result<Bytes> encode_component_type(const wit::Graph& graph, wit::WorldId world, StringEncoding encoding) {
  const wit::World& w = graph.worlds[world];
  const wit::PackageName& package = graph.packages[w.package].name;
  const std::string id = fmt::format("{}:{}/{}{}", package.ns, package.name, w.name, package.version ? "@" + package.version->to_string() : "");

  WCOMP_TRY(std::shared_ptr<const ComponentTypeRef> type, WorldEncoder(graph).world(world));
  ComponentTypeRef wrapper;
  wrapper.decls.emplace_back(DefType(std::move(type)));
  wrapper.decls.emplace_back(ExportDecl{.name = id, .desc = {.sort = Sort::component, .type_index = 0, .bound = {}}});

  const std::array<std::uint8_t, 2> encoding_bytes{wit_encoding_version, static_cast<std::uint8_t>(encoding)};
  Component out;
  out.definitions.push_back({.item = CustomSection{.name = std::string(wit_encoding_section), .bytes = encoding_bytes, .storage = nullptr}});
  out.definitions.push_back({.item = DefType(std::make_shared<const ComponentTypeRef>(std::move(wrapper)))});
  out.definitions.push_back({.item = Export{.name = w.name, .item = {.sort = Sort::type, .index = 0}, .desc = std::nullopt}});
  return encode(out);
}

}  // namespace wcomp::component
