// A world as component types, and packages of interfaces and worlds. WIT.md "Package Format".
//
// A world becomes a component type: interfaces are instance types, types and functions of the world are imports or exports of their own.
// A type that an interface takes from another one by `use` is aliased from that other one's instance in the world's scope, and reaches the
// instance type by an outer alias. Where an interface is both imported and exported, what is exported after it takes types from the export.
//
// In a package each interface and world has a component type around it, its wrapper, whose only export it is (component/wit_imports.h says
// what it imports). Nothing is made as data that can be as large as the package: declarators are written as they come up.
#include <array>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/def_val_type.h"
#include "component/encode.h"
#include "component/type_scope.h"
#include "component/type_table.h"
#include "component/wit_codec.h"
#include "component/wit_docs.h"
#include "component/wit_imports.h"

namespace wcomp::component {

namespace {

using wit::InterfaceId;
using wit::TypeDeclId;
using wit::WorldId;

class Encoder {
 public:
  explicit Encoder(const wit::Graph& graph)
      : graph_(graph), limits_(graph.types), wrapper_(graph.type_decls.size()), world_(graph.type_decls.size()), instance_(graph.type_decls.size()), instances_(graph.interfaces.size()) {}

  /// The wrapper's bytes, as a `deftype`.
  Result<Bytes> world(WorldId id);
  Result<Bytes> interface(InterfaceId id, WrapperImports& imports);
  [[nodiscard]] std::string world_name(WorldId id) const;

 private:
  /// The latest instance of an interface in the scope of a world or wrapper.
  struct LatestInstance {
    std::uint32_t round = 0;
    std::uint32_t index = 0;
    bool is_named = false;  ///< not one that implements the interface under another name
  };

  Result<ValTypeRef> val_type(TypeScope& scope, types::ValType t);
  Result<std::optional<ValTypeRef>> val_type(TypeScope& scope, const std::optional<types::ValType>& t);
  /// The index of a declared type: declared here, or aliased from where it is.
  Result<std::uint32_t> named(TypeScope& scope, TypeDeclId decl);
  Result<std::uint32_t> declare(TypeScope& scope, TypeDeclId decl);
  std::uint32_t declare(TypeScope& scope, const wit::TypeDecl& decl, std::optional<std::uint32_t> equal_to);
  Result<TypeIdx> handle_target(TypeScope& scope, types::TypeId resource);
  Result<DefValType> def_val_type(TypeScope& scope, types::TypeId id);
  Result<std::uint32_t> func_type(TypeScope& scope, const types::FuncType& t);
  /// Type index in `outer` of the interface's instance type.
  Result<std::uint32_t> interface_type(TypeScope& outer, InterfaceId id);
  Result<std::uint32_t> types_only(TypeScope& outer, const WrapperImport& import, const WrapperImports& imports);
  Result<void> world_item(const wit::WorldItem& item, bool is_import);
  void begin_outermost(TypeScope& scope, TypeScope::Owner owner);
  void add_instance(TypeScope& outer, InterfaceId id, const TypeDeclItem& item, bool is_named);
  static Bytes component_type(const TypeScope& scope);

  Result<void> check_limits(const wit::TypeDecl& decl, types::TypeId type);

  const wit::Graph& graph_;
  types::TypeLimits limits_;
  TypeScope wrapper_, world_, instance_;
  std::uint32_t round_ = 0;
  std::vector<LatestInstance> instances_;  ///< by interface
};

Result<ValTypeRef> Encoder::val_type(TypeScope& scope, types::ValType t) {
  if (const types::Prim* p = std::get_if<types::Prim>(&t)) return ValTypeRef(*p);
  const types::TypeId id = std::get<types::TypeId>(t);
  if (const auto decl = graph_.decl_of_type.find(id); decl != graph_.decl_of_type.end()) {
    WCOMP_TRY(const std::uint32_t index, named(scope, decl->second));
    return ValTypeRef(TypeIdx(index));
  }
  if (const auto* alias = std::get_if<types::AliasType>(&graph_.types[id])) return val_type(scope, alias->target);
  WCOMP_TRY(DefValType def, def_val_type(scope, id));
  return ValTypeRef(TypeIdx(scope.interned(std::move(def))));
}

Result<std::optional<ValTypeRef>> Encoder::val_type(TypeScope& scope, const std::optional<types::ValType>& t) {
  if (!t) return std::optional<ValTypeRef>();
  WCOMP_TRY(const ValTypeRef ref, val_type(scope, *t));
  return std::optional<ValTypeRef>(ref);
}

Result<std::uint32_t> Encoder::named(TypeScope& scope, TypeDeclId decl) {
  const wit::TypeDecl& d = graph_.type_decls[decl];
  const auto known = scope.find(decl);
  if (d.owner == scope.owner()) {
    if (known) return known->type;
    WCOMP_TRY(const std::uint32_t index, declare(scope, decl));
    scope.set(decl, {.type = index, .instance = {}});
    return index;
  }
  if (scope.outer() != nullptr) {
    if (known) return known->type;
    WCOMP_TRY(const std::uint32_t outer_index, named(*scope.outer(), decl));
    const std::uint32_t index = scope.adds_type(Alias(AliasOuter{.sort = Sort::type, .count = 1, .index = outer_index}));
    scope.set(decl, {.type = index, .instance = {}});
    return index;
  }
  const auto* owner = std::get_if<InterfaceId>(&d.owner);
  if (owner == nullptr || instances_[owner->value].round != round_) {
    return fail(diag::unknown_item, fmt::format("type `{}` is used, but the world has no import or export of the interface that declares it", d.name));
  }
  const std::uint32_t instance = instances_[owner->value].index;
  if (known && known->instance == instance) return known->type;
  const std::uint32_t index = scope.adds_type(Alias(AliasExport{.sort = Sort::type, .instance = InstanceIdx(instance), .name = d.name}));
  scope.set(decl, {.type = index, .instance = instance});
  return index;
}

ExternDesc func_desc(std::uint32_t type) { return {.sort = Sort::func, .type_index = type, .bound = {}}; }
ExternDesc instance_desc(std::uint32_t type) { return {.sort = Sort::instance, .type_index = type, .bound = {}}; }
/// With the `@external-id` of an item, if it has one.
Attributes attributes_of(const auto& item) {
  Attributes out;
  if (item.external_id) out.external_id = *item.external_id;
  return out;
}

/// An import of the world, or an export of the instance; without `equal_to` a resource.
std::uint32_t Encoder::declare(TypeScope& scope, const wit::TypeDecl& decl, std::optional<std::uint32_t> equal_to) {
  ExternDesc desc{.sort = Sort::type, .type_index = 0, .bound = {}};
  if (equal_to) desc.bound.eq = TypeIdx(*equal_to);
  Attributes attributes = attributes_of(decl);
  if (std::holds_alternative<WorldId>(decl.owner)) return scope.adds_type(ImportDecl{.name = decl.name, .desc = desc, .attributes = std::move(attributes)});
  return scope.adds_type(ExportDecl{.name = decl.name, .desc = desc, .attributes = std::move(attributes)});
}

Result<std::uint32_t> Encoder::declare(TypeScope& scope, TypeDeclId id) {
  const wit::TypeDecl& decl = graph_.type_decls[id];
  if (decl.alias_of) {
    WCOMP_TRY(const std::uint32_t target, named(scope, *decl.alias_of));
    return declare(scope, decl, target);
  }
  types::TypeId type = decl.type;
  while (const auto* alias = std::get_if<types::AliasType>(&graph_.types[type])) {
    const types::TypeId* next = std::get_if<types::TypeId>(&alias->target);
    if (next == nullptr) return declare(scope, decl, scope.type(DefValType(std::get<types::Prim>(alias->target))));
    if (graph_.decl_of_type.contains(*next)) {
      WCOMP_TRY(const std::uint32_t target, named(scope, graph_.decl_of_type.at(*next)));
      return declare(scope, decl, target);
    }
    type = *next;
  }
  if (std::holds_alternative<types::ResourceType>(graph_.types[type])) return declare(scope, decl, std::nullopt);
  WCOMP_TRY(check_limits(decl, type));
  WCOMP_TRY(DefValType value, def_val_type(scope, type));
  return declare(scope, decl, scope.type(std::move(value)));
}

/// No component may have a type that breaks a limit, so that no reader would take what is written.
Result<void> Encoder::check_limits(const wit::TypeDecl& decl, types::TypeId type) {
  auto checked = limits_.check(type);
  if (checked) return checked;
  const auto* owner = std::get_if<InterfaceId>(&decl.owner);
  const auto* world = std::get_if<WorldId>(&decl.owner);
  const std::string where = world != nullptr ? fmt::format("world `{}`", world_name(*world)) : owner != nullptr ? fmt::format("interface `{}`", graph_.interface_id_name(*owner)) : "WIT";
  return Err(std::move(checked).error().with_note(fmt::format("in type `{}` of {}", decl.name, where)));
}

Result<TypeIdx> Encoder::handle_target(TypeScope& scope, types::TypeId resource) {
  WCOMP_TRY(const ValTypeRef ref, val_type(scope, types::ValType(resource)));
  const TypeIdx* index = std::get_if<TypeIdx>(&ref);
  if (index == nullptr) return fail(diag::type_mismatch, "a handle needs a resource");
  return *index;
}

Result<DefValType> Encoder::def_val_type(TypeScope& scope, types::TypeId id) {
  return to_def_val_type(graph_.types[id], {.value = [&](const types::ValType& t) { return val_type(scope, t); }, .resource = [&](types::TypeId t) { return handle_target(scope, t); }});
}

Result<std::uint32_t> Encoder::func_type(TypeScope& scope, const types::FuncType& t) {
  WCOMP_TRY(limits_.check(t));
  FuncTypeRef out;
  out.is_async = t.is_async;
  out.params.reserve(t.params.size());
  for (const types::Param& p : t.params) {
    WCOMP_TRY(const ValTypeRef ref, val_type(scope, p.type));
    out.params.push_back({p.name, ref});
  }
  WCOMP_TRY(out.result, val_type(scope, t.result));
  return scope.interned(std::move(out));
}

Result<std::uint32_t> Encoder::interface_type(TypeScope& outer, InterfaceId id) {
  instance_.begin(&outer, id);
  const wit::Interface& interface = graph_.interfaces[id];
  for (const TypeDeclId decl : sorted(interface.types)) WCOMP_TRY(named(instance_, decl));
  for (const wit::Function& f : interface.functions) {
    WCOMP_TRY(const std::uint32_t type, func_type(instance_, f.type));
    instance_.decl(ExportDecl{.name = f.abi_name, .desc = func_desc(type), .attributes = attributes_of(f)});
  }
  return outer.instance_type(instance_);
}

Result<std::uint32_t> Encoder::types_only(TypeScope& outer, const WrapperImport& import, const WrapperImports& imports) {
  instance_.begin(&outer, import.interface);
  for (const TypeDeclId id : import.types) {
    if (!imports.is_trimmed() || imports.end_of(id) == id) {
      WCOMP_TRY(named(instance_, id));
      continue;
    }
    WCOMP_TRY(const std::uint32_t target, named(instance_, imports.end_of(id)));
    instance_.set(id, {.type = declare(instance_, graph_.type_decls[id], target), .instance = {}});
  }
  return outer.instance_type(instance_);
}

void Encoder::begin_outermost(TypeScope& scope, TypeScope::Owner owner) {
  scope.begin(nullptr, owner);
  ++round_;
}

/// What implements an interface under another name is not what its types are taken from, unless there is nothing else.
void Encoder::add_instance(TypeScope& outer, InterfaceId id, const TypeDeclItem& item, bool is_named) {
  const std::uint32_t index = outer.adds_instance(item);
  LatestInstance& latest = instances_[id.value];
  if (latest.round == round_ && latest.is_named && !is_named) return;
  latest = {.round = round_, .index = index, .is_named = is_named};
}

Result<void> Encoder::world_item(const wit::WorldItem& item, bool is_import) {
  if (const auto* type = std::get_if<TypeDeclId>(&item.item)) {
    WCOMP_TRY(named(world_, *type));
    return Ok{};
  }
  const auto make = [&](const std::string& name, const ExternDesc& desc, Attributes attributes) -> TypeDeclItem {
    if (is_import) return ImportDecl{.name = name, .desc = desc, .attributes = std::move(attributes)};
    return ExportDecl{.name = name, .desc = desc, .attributes = std::move(attributes)};
  };
  if (const auto* func = std::get_if<wit::Function>(&item.item)) {
    WCOMP_TRY(const std::uint32_t type, func_type(world_, func->type));
    world_.decl(make(func->abi_name, func_desc(type), func->external_id ? attributes_of(*func) : attributes_of(item)));
    return Ok{};
  }
  const InterfaceId id = std::get<InterfaceId>(item.item);
  WCOMP_TRY(const std::uint32_t type, interface_type(world_, id));
  Attributes attributes = attributes_of(item);
  const std::string id_name = graph_.interface_id_name(id);
  const bool is_named = id_name.empty() || id_name == item.name;
  if (!is_named) attributes.implements = id_name;
  add_instance(world_, id, make(item.name, instance_desc(type), std::move(attributes)), is_named);
  return Ok{};
}

/// Imports: interfaces, types, functions, functions of resources. Exports: functions, interfaces.
int import_rank(const wit::WorldItem& item) {
  if (std::holds_alternative<InterfaceId>(item.item)) return 0;
  if (std::holds_alternative<TypeDeclId>(item.item)) return 1;
  return std::get<wit::Function>(item.item).kind == wit::FuncKind::freestanding ? 2 : 3;
}
int export_rank(const wit::WorldItem& item) { return std::holds_alternative<InterfaceId>(item.item) ? 1 : 0; }

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

std::string Encoder::world_name(WorldId id) const {
  const wit::World& w = graph_.worlds[id];
  const wit::PackageName& package = graph_.packages[w.package].name;
  return fmt::format("{}:{}/{}{}", package.ns, package.name, w.name, package.version ? "@" + package.version->to_string() : "");
}

Bytes Encoder::component_type(const TypeScope& scope) {
  ByteWriter out;
  append_component_type(out, scope.count(), scope.bytes());
  return out.take();
}

Result<Bytes> Encoder::world(WorldId id) {
  begin_outermost(world_, id);
  const wit::World& world = graph_.worlds[id];
  for (const wit::WorldItem* i : ordered(world.imports, import_rank)) WCOMP_TRY(world_item(*i, true));
  for (const wit::WorldItem* i : ordered(world.exports, export_rank)) WCOMP_TRY(world_item(*i, false));
  wrapper_.begin(nullptr, std::monostate());
  const std::uint32_t type = wrapper_.component_type(world_);
  wrapper_.decl(ExportDecl{.name = world_name(id), .desc = {.sort = Sort::component, .type_index = type, .bound = {}}});
  return component_type(wrapper_);
}

Result<Bytes> Encoder::interface(InterfaceId id, WrapperImports& imports) {
  begin_outermost(wrapper_, std::monostate());
  for (const WrapperImport& import : imports.of(id)) {
    WCOMP_TRY(const std::uint32_t type, types_only(wrapper_, import, imports));
    add_instance(wrapper_, import.interface, ImportDecl{.name = graph_.interface_id_name(import.interface), .desc = instance_desc(type)}, true);
  }
  WCOMP_TRY(const std::uint32_t type, interface_type(wrapper_, id));
  wrapper_.decl(ExportDecl{.name = graph_.interface_id_name(id), .desc = instance_desc(type)});
  return component_type(wrapper_);
}

/// Writes the type and exports it.
void add_exported_type(ByteWriter& out, std::uint32_t& types, ByteSpan type, const std::string& name) {
  append_type_section(out, type);
  append_export_section(out, {.name = name, .item = {.sort = Sort::type, .index = types}, .desc = std::nullopt});
  types += 2;  // the export is a type of its own
}

}  // namespace

Result<Bytes> encode_component_type(const wit::Graph& graph, WorldId world, StringEncoding encoding) {
  WCOMP_TRY(const Bytes type, Encoder(graph).world(world));
  const std::array<std::uint8_t, 2> encoding_bytes{wit_encoding_version, static_cast<std::uint8_t>(encoding)};
  ByteWriter out;
  append_preamble(out);
  append_custom_section(out, wit_encoding_section, encoding_bytes);
  std::uint32_t types = 0;
  add_exported_type(out, types, type, graph.worlds[world].name);
  return out.take();
}

Result<Bytes> encode_package(const wit::Graph& graph, wit::PackageId id) {
  const wit::Package& package = graph.packages[id];
  Encoder encoder(graph);
  const std::vector<InterfaceId> interfaces = sorted(package.interfaces);
  WrapperImports imports(graph, interfaces);
  ByteWriter out;
  append_preamble(out);
  std::uint32_t types = 0;
  for (const InterfaceId i : interfaces) {
    WCOMP_TRY(const Bytes type, encoder.interface(i, imports));
    add_exported_type(out, types, type, *graph.interfaces[i].name);
  }
  for (const WorldId w : package.worlds) {
    WCOMP_TRY(const Bytes type, encoder.world(w));
    add_exported_type(out, types, type, graph.worlds[w].name);
  }
  append_custom_section(out, wit_docs_section, encode_docs(graph, id));
  return out.take();
}

}  // namespace wcomp::component
