// WIT from component types: the reverse of wit_encode, and, with the same rules, the world of a component.
//
// An instance type is an interface: its types are declarations, its funcs functions. Each export of a type is an entry of its own in the
// arena of the validated component (validate.h, TypeEntity), so an entry that is known already is a `use` or an alias of that declaration.
// An interface that turns up again (imported and exported, or in a second section) is the same interface; what it has more is added.
#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "component/matcher.h"
#include "component/names.h"
#include "component/wit_codec.h"
#include "types/equality.h"

namespace wcomp::component {

namespace {

using wit::InterfaceId;
using wit::PackageId;
using wit::TypeDeclId;
using wit::WorldId;
using Owner = std::variant<std::monostate, InterfaceId, WorldId>;
using InstancePtr = std::shared_ptr<const InstanceType>;
using ComponentPtr = std::shared_ptr<const ComponentType>;

class WorldDecoder {
 public:
  /// Makes the world that all that is added goes into.
  WorldDecoder(const wit::PackageName& package, std::string world);
  /// Adds what a component type imports and exports. `arena` is where its types are.
  Result<void> add(const types::TypeArena& arena, const ComponentType& type);
  /// Brings the packages into dependency order.
  [[nodiscard]] DecodedWorld finish(StringEncoding encoding);

 private:
  Result<void> items(const std::vector<NamedEntity>& entities, bool is_import);
  Result<InterfaceId> interface_of(const std::string& name, bool is_import);
  Result<void> fill_interface(InterfaceId id, const InstanceType& type);
  /// The declaration for an import or export of a type: a new one, or the one of `present` that has the name.
  Result<TypeDeclId> declare(const std::string& name, types::ValType type, const Owner& owner, const std::vector<TypeDeclId>& present);
  Result<wit::Function> function(const std::string& name, const types::FuncType& type, const std::vector<TypeDeclId>& present);
  /// Fails when a function that is there already has another type.
  Result<void> check_same(const wit::Function& have, const wit::Function& found) const;
  Result<types::ValType> copy(types::ValType t);
  Result<std::optional<types::ValType>> copy(const std::optional<types::ValType>& t);
  Result<types::TypeId> copy_resource(types::TypeId t);
  Result<types::TypeDef> copy_def(const types::TypeDef& def);
  [[nodiscard]] PackageId package(const wit::PackageName& name);
  [[nodiscard]] PackageId package_of(const Owner& owner) const;
  [[nodiscard]] std::vector<TypeDeclId> world_types() const;

  wit::Graph graph_;
  WorldId world_;
  const types::TypeArena* arena_ = nullptr;
  std::map<types::TypeId, TypeDeclId> decls_;            ///< entries of the arena that are declarations
  std::map<types::ResourceId, TypeDeclId> resources_;    ///< of the arena
  std::map<types::TypeId, types::ValType> copies_;       ///< all other entries
  std::map<std::string, InterfaceId, std::less<>> interfaces_;  ///< by name; inline ones by `import ` or `export ` and their name
  std::set<std::pair<PackageId, PackageId>> uses_;       ///< first uses second
};

WorldDecoder::WorldDecoder(const wit::PackageName& package_name, std::string name) {
  const PackageId id = package(package_name);
  graph_.roots.push_back(id);
  wit::World world;
  world.name = std::move(name);
  world.package = id;
  world_ = graph_.worlds.add(std::move(world));
  graph_.packages[id].worlds.push_back(world_);
}

PackageId WorldDecoder::package(const wit::PackageName& name) {
  for (std::size_t i = 0; i < graph_.packages.size(); ++i) {
    if (graph_.packages[PackageId(i)].name == name) return PackageId(i);
  }
  wit::Package out;
  out.name = name;
  return graph_.packages.add(std::move(out));
}

PackageId WorldDecoder::package_of(const Owner& owner) const {
  if (const auto* i = std::get_if<InterfaceId>(&owner)) return graph_.interfaces[*i].package;
  return graph_.worlds[world_].package;
}

std::vector<TypeDeclId> WorldDecoder::world_types() const {
  std::vector<TypeDeclId> out;
  for (const auto* list : {&graph_.worlds[world_].imports, &graph_.worlds[world_].exports}) {
    for (const wit::WorldItem& item : *list) {
      if (const auto* t = std::get_if<TypeDeclId>(&item.item)) out.push_back(*t);
    }
  }
  return out;
}

Result<void> WorldDecoder::add(const types::TypeArena& arena, const ComponentType& type) {
  arena_ = &arena;
  decls_.clear();
  resources_.clear();
  copies_.clear();
  WCOMP_TRY(items(type.imports, true));
  return items(type.exports, false);
}

Result<void> WorldDecoder::items(const std::vector<NamedEntity>& entities, bool is_import) {
  const auto list = [&]() -> std::vector<wit::WorldItem>& { return is_import ? graph_.worlds[world_].imports : graph_.worlds[world_].exports; };
  for (const NamedEntity& e : entities) {
    wit::WorldItem item;
    item.name = e.name;
    const auto have = std::ranges::find(list(), e.name, &wit::WorldItem::name);
    const bool is_new = have == list().end();
    const auto same_sort = [&]<class T>() -> Result<void> {
      if (is_new || std::holds_alternative<T>(have->item)) return Ok{};
      return fail(diag::type_mismatch, fmt::format("`{}` is there as two different sorts of items", e.name));
    };
    if (const auto* instance = std::get_if<InstancePtr>(&e.type)) {
      WCOMP_TRY(same_sort.template operator()<InterfaceId>());
      WCOMP_TRY(const InterfaceId id, interface_of(e.attributes.implements.value_or(e.name), is_import));
      WCOMP_TRY(fill_interface(id, **instance));
      item.item = id;
    } else if (const auto* func = std::get_if<FuncEntity>(&e.type)) {
      WCOMP_TRY(same_sort.template operator()<wit::Function>());
      WCOMP_TRY(wit::Function f, function(e.name, func->type, world_types()));
      if (!is_new) WCOMP_TRY(check_same(std::get<wit::Function>(have->item), f));
      item.item = std::move(f);
    } else if (const auto* type = std::get_if<TypeEntity>(&e.type)) {
      WCOMP_TRY(same_sort.template operator()<TypeDeclId>());
      WCOMP_TRY(const TypeDeclId id, declare(e.name, type->type, world_, world_types()));
      item.item = id;
    } else {
      return fail(diag::unsupported, fmt::format("{} `{}` is a {}, which WIT cannot say", is_import ? "import" : "export", e.name, sort_name(e.type)));
    }
    if (is_new) list().push_back(std::move(item));
  }
  return Ok{};
}

Result<InterfaceId> WorldDecoder::interface_of(const std::string& name, bool is_import) {
  const std::optional<ExternName> parsed = parse_extern_name(name);
  const bool is_inline = !parsed || parsed->kind != NameKind::interface;
  const std::string key = is_inline ? fmt::format("{} {}", is_import ? "import" : "export", name) : name;
  if (const auto found = interfaces_.find(key); found != interfaces_.end()) return found->second;
  wit::Interface out;
  out.package = graph_.worlds[world_].package;
  if (!is_inline) {
    out.name = std::string(parsed->label);
    out.package = package({.ns = std::string(parsed->ns), .name = std::string(parsed->package), .version = parsed->version});
    uses_.emplace(graph_.worlds[world_].package, out.package);
  }
  const PackageId owner = out.package;
  const InterfaceId id = graph_.interfaces.add(std::move(out));
  if (!is_inline) graph_.packages[owner].interfaces.push_back(id);
  interfaces_.emplace(key, id);
  return id;
}

Result<void> WorldDecoder::fill_interface(InterfaceId id, const InstanceType& type) {
  for (const NamedEntity& e : type.exports) {
    if (const auto* t = std::get_if<TypeEntity>(&e.type)) {
      WCOMP_TRY(const TypeDeclId decl, declare(e.name, t->type, id, graph_.interfaces[id].types));
      std::vector<TypeDeclId>& types = graph_.interfaces[id].types;
      if (std::ranges::find(types, decl) == types.end()) types.push_back(decl);
    } else if (const auto* f = std::get_if<FuncEntity>(&e.type)) {
      WCOMP_TRY(wit::Function func, function(e.name, f->type, graph_.interfaces[id].types));
      std::vector<wit::Function>& functions = graph_.interfaces[id].functions;
      const auto have = std::ranges::find(functions, func.abi_name, &wit::Function::abi_name);
      if (have == functions.end()) {
        functions.push_back(std::move(func));
      } else {
        WCOMP_TRY(check_same(*have, func));
      }
    } else {
      return fail(diag::unsupported, fmt::format("export `{}` of an instance is a {}, which WIT cannot say", e.name, sort_name(e.type)));
    }
  }
  return Ok{};
}

Result<TypeDeclId> WorldDecoder::declare(const std::string& name, types::ValType type, const Owner& owner, const std::vector<TypeDeclId>& present) {
  const types::TypeId* id = std::get_if<types::TypeId>(&type);
  if (id == nullptr) return fail(diag::invalid, fmt::format("type `{}` has no declaration", name));
  for (const TypeDeclId have : present) {
    if (graph_.type_decls[have].name != name) continue;
    decls_.emplace(*id, have);
    if (const auto* r = arena_->get<types::ResourceType>(type)) resources_.emplace(r->id, have);
    return have;
  }
  wit::TypeDecl decl;
  decl.name = name;
  decl.owner = owner;
  // The nearest declaration behind the chain of names, if there is one: what this is a `use` or an alias of.
  types::ValType target = type;
  for (const types::TypeId* t = id; t != nullptr; t = std::get_if<types::TypeId>(&target)) {
    if (const auto found = decls_.find(*t); found != decls_.end()) {
      decl.alias_of = found->second;
      break;
    }
    const auto* alias = std::get_if<types::AliasType>(&(*arena_)[*t]);
    if (alias == nullptr) break;
    target = alias->target;
  }
  const auto* resource = arena_->get<types::ResourceType>(type);
  if (resource != nullptr && !decl.alias_of) {
    if (const auto found = resources_.find(resource->id); found != resources_.end()) decl.alias_of = found->second;
  }
  if (decl.alias_of) {
    decl.type = graph_.types.add(types::AliasType{graph_.type_decls[*decl.alias_of].type});
    const Owner from = graph_.type_decls[*decl.alias_of].owner;
    decl.is_use = from != owner;
    if (package_of(from) != package_of(owner)) uses_.emplace(package_of(owner), package_of(from));
  } else if (resource != nullptr) {
    decl.type = graph_.types.add(types::ResourceType{graph_.types.new_resource()});
  } else if (const types::TypeDef* def = arena_->def(type)) {
    WCOMP_TRY(types::TypeDef made, copy_def(*def));
    decl.type = graph_.types.add(std::move(made));
  } else {
    decl.type = graph_.types.add(types::AliasType{arena_->resolve(type)});
  }
  const types::TypeId made = decl.type;
  const TypeDeclId out = graph_.type_decls.add(std::move(decl));
  graph_.decl_of_type.emplace(made, out);
  decls_.emplace(*id, out);
  if (resource != nullptr) resources_.emplace(resource->id, out);
  return out;
}

Result<wit::Function> WorldDecoder::function(const std::string& name, const types::FuncType& type, const std::vector<TypeDeclId>& present) {
  wit::Function out;
  out.abi_name = name;
  out.name = name;
  if (const std::optional<ExternName> parsed = parse_extern_name(name); parsed && parsed->kind != NameKind::label && parsed->kind != NameKind::interface) {
    out.kind = parsed->kind == NameKind::method ? wit::FuncKind::method : parsed->kind == NameKind::static_ ? wit::FuncKind::static_ : wit::FuncKind::constructor;
    out.name = std::string(parsed->kind == NameKind::constructor ? parsed->label : parsed->member);
    const auto resource = std::ranges::find_if(present, [&](TypeDeclId d) { return graph_.type_decls[d].name == parsed->label; });
    if (resource != present.end()) out.resource = *resource;
  }
  out.type.is_async = type.is_async;
  for (const types::Param& p : type.params) {
    WCOMP_TRY(const types::ValType t, copy(p.type));
    out.type.params.push_back({p.name, t});
  }
  WCOMP_TRY(out.type.result, copy(type.result));
  return out;
}

Result<void> WorldDecoder::check_same(const wit::Function& have, const wit::Function& found) const {
  const std::string why = types::difference(graph_.types, have.type, graph_.types, found.type);
  return why.empty() ? Result<void>(Ok{}) : fail(diag::type_mismatch, fmt::format("function `{}` is there with two different types: {}", have.abi_name, why));
}

Result<types::TypeId> WorldDecoder::copy_resource(types::TypeId t) {
  WCOMP_TRY(const types::ValType made, copy(types::ValType(t)));
  const types::TypeId* id = std::get_if<types::TypeId>(&made);
  if (id == nullptr || graph_.types.get<types::ResourceType>(made) == nullptr) return fail(diag::invalid, "a handle's resource has no name");
  return *id;
}

Result<std::optional<types::ValType>> WorldDecoder::copy(const std::optional<types::ValType>& t) {
  if (!t) return std::optional<types::ValType>();
  WCOMP_TRY(const types::ValType out, copy(*t));
  return std::optional<types::ValType>(out);
}

Result<types::ValType> WorldDecoder::copy(types::ValType t) {
  const types::TypeId* id = std::get_if<types::TypeId>(&t);
  if (id == nullptr) return t;
  if (const auto found = decls_.find(*id); found != decls_.end()) return types::ValType(graph_.type_decls[found->second].type);
  if (const auto found = copies_.find(*id); found != copies_.end()) return found->second;
  const types::TypeDef& def = (*arena_)[*id];
  types::ValType out;
  if (const auto* alias = std::get_if<types::AliasType>(&def)) {
    WCOMP_TRY(out, copy(alias->target));
  } else if (const auto* resource = std::get_if<types::ResourceType>(&def)) {
    const auto found = resources_.find(resource->id);
    if (found == resources_.end()) return fail(diag::invalid, "a type uses a resource that is neither imported nor exported");
    out = graph_.type_decls[found->second].type;
  } else {
    WCOMP_TRY(types::TypeDef made, copy_def(def));
    out = graph_.types.add(std::move(made));
  }
  copies_.emplace(*id, out);
  return out;
}

Result<types::TypeDef> WorldDecoder::copy_def(const types::TypeDef& def) {
  types::TypeDef out = def;
  const auto part = [&](types::ValType& t) -> Result<void> {
    WCOMP_TRY(t, copy(t));
    return Ok{};
  };
  const auto optional_part = [&](std::optional<types::ValType>& t) -> Result<void> {
    WCOMP_TRY(t, copy(t));
    return Ok{};
  };
  using R = Result<void>;
  WCOMP_TRY(match(
      out,
      [&](types::RecordType& r) -> R {
        for (types::Field& f : r.fields) WCOMP_TRY(part(f.type));
        return Ok{};
      },
      [&](types::VariantType& v) -> R {
        for (types::Case& c : v.cases) WCOMP_TRY(optional_part(c.type));
        return Ok{};
      },
      [&](types::ListType& l) -> R { return part(l.element); }, [&](types::FixedListType& l) -> R { return part(l.element); },
      [&](types::MapType& m) -> R {
        WCOMP_TRY(part(m.key));
        return part(m.value);
      },
      [&](types::TupleType& tuple) -> R {
        for (types::ValType& t : tuple.types) WCOMP_TRY(part(t));
        return Ok{};
      },
      [&](types::FlagsType&) -> R { return Ok{}; }, [&](types::EnumType&) -> R { return Ok{}; },
      [&](types::OptionType& o) -> R { return part(o.some); },
      [&](types::ResultType& r) -> R {
        WCOMP_TRY(optional_part(r.ok));
        return optional_part(r.err);
      },
      [&](types::OwnType& o) -> R {
        WCOMP_TRY(o.resource, copy_resource(o.resource));
        return Ok{};
      },
      [&](types::BorrowType& b) -> R {
        WCOMP_TRY(b.resource, copy_resource(b.resource));
        return Ok{};
      },
      [&](types::StreamType& s) -> R { return optional_part(s.element); }, [&](types::FutureType& f) -> R { return optional_part(f.element); },
      [&](types::ResourceType&) -> R { return Ok{}; }, [&](types::AliasType& a) -> R { return part(a.target); }));
  return out;
}

// Repeatedly takes the first package whose dependencies have all been taken; a cycle, which no WIT has, is broken at its first package.
DecodedWorld WorldDecoder::finish(StringEncoding encoding) {
  const std::size_t count = graph_.packages.size();
  std::vector<PackageId> order;
  std::vector<std::optional<PackageId>> new_id(count);
  while (order.size() < count) {
    std::optional<PackageId> next, first;
    for (std::size_t i = 0; i < count && !next; ++i) {
      const PackageId id(i);
      if (new_id[i]) continue;
      if (!first) first = id;
      const bool is_ready = std::ranges::all_of(uses_, [&](const auto& use) { return use.first != id || use.second == id || new_id[use.second.value]; });
      if (is_ready) next = id;
    }
    const PackageId taken = next ? *next : *first;
    new_id[taken.value] = PackageId(order.size());
    order.push_back(taken);
  }
  Arena<PackageId, wit::Package> packages;
  for (const PackageId id : order) packages.add(std::move(graph_.packages[id]));
  graph_.packages = std::move(packages);
  for (wit::Interface& i : graph_.interfaces) i.package = *new_id[i.package.value];
  for (wit::World& w : graph_.worlds) w.package = *new_id[w.package.value];
  for (PackageId& id : graph_.roots) id = *new_id[id.value];
  return {.graph = std::move(graph_), .world = world_, .encoding = encoding};
}

/// A payload after validation: the world's name and type, and how strings are encoded.
struct Payload {
  ValidComponent component;
  ComponentPtr world;
  wit::PackageName package;
  std::string name;
  StringEncoding encoding = StringEncoding::utf8;
};

Result<StringEncoding> string_encoding(const Component& component) {
  for (const Definition& d : component.definitions) {
    const auto* custom = std::get_if<CustomSection>(&d.item);
    if (custom == nullptr || custom->name != wit_encoding_section) continue;
    const BinaryPos at{.file = {}, .path = fmt::format("component-type > {}", wit_encoding_section), .offset = d.offset};
    if (custom->bytes.size() != 2) return fail(diag::malformed, fmt::format("the section should have 2 bytes, it has {}", custom->bytes.size()), at);
    if (custom->bytes[0] != wit_encoding_version) return fail(diag::unsupported, fmt::format("version {} of the encoding of WIT is not supported, only {} is", custom->bytes[0], wit_encoding_version), at);
    if (custom->bytes[1] > 2) return fail(diag::malformed, fmt::format("{} is no string encoding", custom->bytes[1]), at);
    return static_cast<StringEncoding>(custom->bytes[1]);
  }
  return fail(diag::unsupported, fmt::format("the payload has no section `{}`: it is of an older encoding of WIT", wit_encoding_section));
}

Result<Payload> read_payload(ByteSpan bytes) {
  WCOMP_TRY(std::shared_ptr<const Component> component, decode(Bytes(bytes.begin(), bytes.end())));
  WCOMP_TRY(const StringEncoding encoding, string_encoding(*component));
  WCOMP_TRY(ValidComponent valid, validate(component));
  for (const NamedEntity& e : valid.scope().type.exports) {
    const auto* type = std::get_if<std::shared_ptr<const DefTypeEntity>>(&e.type);
    const auto* wrapper = type == nullptr ? nullptr : std::get_if<ComponentPtr>(&(*type)->type);
    if (wrapper == nullptr || (*wrapper)->exports.size() != 1) continue;
    const NamedEntity& inner = (*wrapper)->exports.front();
    const auto* world = std::get_if<ComponentPtr>(&inner.type);
    const std::optional<ExternName> name = parse_extern_name(inner.name);
    if (world == nullptr || !name || name->kind != NameKind::interface) continue;
    wit::PackageName package{.ns = std::string(name->ns), .name = std::string(name->package), .version = name->version};
    ComponentPtr world_type = *world;
    std::string world_name(name->label);
    return Payload{.component = std::move(valid), .world = std::move(world_type), .package = std::move(package), .name = std::move(world_name), .encoding = encoding};
  }
  return fail(diag::unknown_item, "the payload of the component-type section exports no world");
}

}  // namespace

Result<DecodedWorld> decode_component_type(ByteSpan payload) {
  WCOMP_TRY(const Payload p, read_payload(payload));
  WorldDecoder decoder(p.package, p.name);
  WCOMP_TRY(decoder.add(p.component.types(), *p.world));
  return decoder.finish(p.encoding);
}

Result<DecodedWorld> world_of_module(const core::Module& module) {
  std::vector<Payload> payloads;
  for (const core::CustomSection& section : module.customs) {
    if (section.name != "component-type" && !section.name.starts_with("component-type:")) continue;
    Result<Payload> p = read_payload(section.bytes);
    if (!p) return Err(std::move(p).error().with_note(fmt::format("in the section `{}`", section.name)));
    payloads.push_back(std::move(p).value());
  }
  if (payloads.empty()) return fail(diag::unknown_item, "the core module has no `component-type` section: it does not say which world it is for");
  WorldDecoder decoder(payloads[0].package, payloads[0].name);
  for (const Payload& p : payloads) {
    if (p.encoding != payloads[0].encoding) return fail(diag::type_mismatch, "the `component-type` sections of the core module do not agree on the encoding of strings");
    WCOMP_TRY(decoder.add(p.component.types(), *p.world));
  }
  return decoder.finish(payloads[0].encoding);
}

Result<DecodedWorld> world_of_component(const ValidComponent& component) {
  WorldDecoder decoder({.ns = "root", .name = "component", .version = std::nullopt}, "root");
  WCOMP_TRY(decoder.add(component.types(), component.scope().type));
  return decoder.finish(StringEncoding::utf8);
}

}  // namespace wcomp::component
