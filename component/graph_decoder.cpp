#include "component/graph_decoder.h"

#include <utility>

#include <fmt/format.h>

#include "base/article.h"
#include "base/diagnostic.h"
#include "base/match.h"
#include "component/matcher.h"
#include "component/names.h"
#include "types/equality.h"
#include "wit/resolve/order.h"

namespace wcomp::component {

using wit::InterfaceId;
using wit::PackageId;
using wit::TypeDeclId;
using wit::WorldId;

namespace {

using InstancePtr = std::shared_ptr<const InstanceType>;

/// Types that WIT has only as declarations.
bool needs_name(const types::TypeDef& def) {
  return std::holds_alternative<types::RecordType>(def) || std::holds_alternative<types::VariantType>(def) || std::holds_alternative<types::EnumType>(def) ||
         std::holds_alternative<types::FlagsType>(def);
}

}  // namespace

std::uint64_t GraphDecoder::key(const Owner& owner, NameSort sort) {
  const std::uint64_t id = match(owner, [](std::monostate) -> std::uint64_t { return 0; }, [](InterfaceId i) -> std::uint64_t { return 2 * std::uint64_t{i.value}; },
                                 [](WorldId w) -> std::uint64_t { return 2 * std::uint64_t{w.value} + 1; });
  return id * 8 + static_cast<std::uint64_t>(sort);
}

PackageId GraphDecoder::package(const wit::PackageName& name) {
  const auto [found, is_new] = packages_.try_emplace(name.to_string());
  if (is_new) {
    wit::Package out;
    out.name = name;
    found->second = graph_.packages.add(std::move(out));
    uses_.emplace_back();
  }
  return found->second;
}

WorldId GraphDecoder::world(PackageId package, std::string_view name) {
  const auto [found, is_new] = worlds_.try_emplace(OwnedKey{package.value, std::string(name)});
  if (is_new) {
    wit::World out;
    out.name = name;
    out.package = package;
    found->second = graph_.worlds.add(std::move(out));
    graph_.packages[package].worlds.push_back(found->second);
  }
  return found->second;
}

PackageId GraphDecoder::package_of(const Owner& owner) const {
  if (const auto* i = std::get_if<InterfaceId>(&owner)) return graph_.interfaces[*i].package;
  return graph_.worlds[std::get<WorldId>(owner)].package;
}

void GraphDecoder::add_use(PackageId user, PackageId used) {
  if (user != used && known_uses_.insert(std::uint64_t{user.value} << 32 | used.value).second) uses_[user.value].push_back(used);
}

void GraphDecoder::begin(const types::TypeArena& arena) {
  arena_ = &arena;
  decls_.assign(arena.size(), std::nullopt);
  copies_.assign(arena.size(), std::nullopt);
  resources_.clear();
}

std::optional<TypeDeclId> GraphDecoder::decl_of(types::ResourceId id) const { return id.value < resources_.size() ? resources_[id.value] : std::nullopt; }

void GraphDecoder::set_decl_of(types::ResourceId id, TypeDeclId decl) {
  if (id.value >= resources_.size()) resources_.resize(std::size_t{id.value} + 1);
  if (!resources_[id.value]) resources_[id.value] = decl;
}

Result<void> GraphDecoder::add_world(WorldId world, const ComponentType& type) {
  WCOMP_TRY(items(world, type.imports, true));
  return items(world, type.exports, false);
}

Result<void> GraphDecoder::items(WorldId world, const std::vector<NamedEntity>& entities, bool is_import) {
  const auto list = [&]() -> std::vector<wit::WorldItem>& { return is_import ? graph_.worlds[world].imports : graph_.worlds[world].exports; };
  for (const NamedEntity& e : entities) {
    const auto [found, is_new] = positions_.try_emplace(OwnedKey{key(world, is_import ? NameSort::import : NameSort::export_), e.name}, static_cast<std::uint32_t>(list().size()));
    const std::uint32_t position = found->second;
    const auto same_sort = [&]<class T>() -> Result<void> {
      if (is_new || std::holds_alternative<T>(list()[position].item)) return Ok{};
      return fail(diag::type_mismatch, fmt::format("`{}` is there as two different sorts of items", e.name));
    };
    wit::WorldItem item;
    item.name = e.name;
    item.external_id = e.attributes.external_id;
    if (const auto* instance = std::get_if<InstancePtr>(&e.type)) {
      WCOMP_TRY(same_sort.template operator()<InterfaceId>());
      const InterfaceId id = interface_of(world, e, is_import);
      WCOMP_TRY(fill_interface(id, **instance, false));
      item.item = id;
    } else if (const auto* func = std::get_if<FuncEntity>(&e.type)) {
      WCOMP_TRY(same_sort.template operator()<wit::Function>());
      WCOMP_TRY(wit::Function f, function(e, func->type, world));
      if (!is_new) WCOMP_TRY(check_same(std::get<wit::Function>(list()[position].item), f));
      item.item = std::move(f);
    } else if (const auto* type = std::get_if<TypeEntity>(&e.type)) {
      WCOMP_TRY(same_sort.template operator()<TypeDeclId>());
      bool is_new_decl = false;
      WCOMP_TRY(const TypeDeclId id, declare(e, type->type, world, is_new_decl));
      item.item = id;
    } else {
      return fail(diag::unsupported, fmt::format("{} `{}` is {}, which WIT cannot say", is_import ? "import" : "export", e.name, with_article(sort_name(e.type))));
    }
    if (is_new) list().push_back(std::move(item));
  }
  return Ok{};
}

InterfaceId GraphDecoder::interface_of(WorldId world, const NamedEntity& entity, bool is_import) {
  const std::string& name = entity.attributes.implements ? *entity.attributes.implements : entity.name;
  const PackageId user = graph_.worlds[world].package;
  if (const std::optional<ExternName> parsed = parse_extern_name(name); parsed && parsed->kind == NameKind::interface) {
    const InterfaceId id = named_interface(name, *parsed);
    add_use(user, graph_.interfaces[id].package);
    return id;
  }
  const auto [found, is_new] = inline_interfaces_.try_emplace(OwnedKey{key(world, is_import ? NameSort::inline_import : NameSort::inline_export), name});
  if (is_new) {
    wit::Interface out;
    out.package = user;
    found->second = graph_.interfaces.add(std::move(out));
  }
  return found->second;
}

InterfaceId GraphDecoder::named_interface(const std::string& name, const ExternName& parsed) {
  const auto [found, is_new] = interfaces_.try_emplace(name);
  if (is_new) {
    wit::Interface out;
    out.name = std::string(parsed.label);
    out.package = package({.ns = std::string(parsed.ns), .name = std::string(parsed.package), .version = parsed.version});
    const PackageId owner = out.package;
    found->second = graph_.interfaces.add(std::move(out));
    graph_.packages[owner].interfaces.push_back(found->second);
  }
  return found->second;
}

Result<InterfaceId> GraphDecoder::add_interface(const std::string& name, const InstanceType& type, bool is_definition) {
  const std::optional<ExternName> parsed = parse_extern_name(name);
  if (!parsed || parsed->kind != NameKind::interface) return fail(diag::bad_name, fmt::format("`{}` is not the name of an interface, such as `ns:package/interface`", name));
  const InterfaceId id = named_interface(name, *parsed);
  WCOMP_TRY(fill_interface(id, type, is_definition));
  return id;
}

Result<void> GraphDecoder::fill_interface(InterfaceId id, const InstanceType& type, bool is_definition) {
  std::vector<TypeDeclId> order;
  for (const NamedEntity& e : type.exports) {
    if (const auto* t = std::get_if<TypeEntity>(&e.type)) {
      bool is_new = false;
      WCOMP_TRY(const TypeDeclId decl, declare(e, t->type, id, is_new));
      if (is_new) graph_.interfaces[id].types.push_back(decl);
      order.push_back(decl);
    } else if (const auto* f = std::get_if<FuncEntity>(&e.type)) {
      WCOMP_TRY(wit::Function func, function(e, f->type, id));
      std::vector<wit::Function>& functions = graph_.interfaces[id].functions;
      const auto [position, is_new] = positions_.try_emplace(OwnedKey{key(id, NameSort::function), e.name}, static_cast<std::uint32_t>(functions.size()));
      if (is_new) functions.push_back(std::move(func));
      else WCOMP_TRY(check_same(functions[position->second], func));
    } else {
      return fail(diag::unsupported, fmt::format("export `{}` of an instance is {}, which WIT cannot say", e.name, with_article(sort_name(e.type))));
    }
  }
  // Names of an instance's exports are unique, so equal counts mean the same types.
  if (is_definition && order.size() == graph_.interfaces[id].types.size()) graph_.interfaces[id].types = std::move(order);
  return Ok{};
}

Result<TypeDeclId> GraphDecoder::declare(const NamedEntity& entity, types::ValType type, const Owner& owner, bool& is_new) {
  const types::TypeId* id = std::get_if<types::TypeId>(&type);
  if (id == nullptr) return fail(diag::invalid, fmt::format("type `{}` has no declaration", entity.name));
  const auto* resource = arena_->get<types::ResourceType>(type);
  OwnedKey name{key(owner, NameSort::type), entity.name};
  if (const auto have = types_.find(name); have != types_.end()) {
    if (!decls_[id->value]) decls_[id->value] = have->second;
    if (resource != nullptr) set_decl_of(resource->id, have->second);
    return have->second;
  }
  wit::TypeDecl decl;
  decl.name = entity.name;
  decl.owner = owner;
  decl.external_id = entity.attributes.external_id;
  // The nearest declaration behind the chain of names, if there is one: what this is a `use` or an alias of.
  types::ValType target = type;
  for (const types::TypeId* t = id; t != nullptr; t = std::get_if<types::TypeId>(&target)) {
    if (decls_[t->value]) {
      decl.alias_of = decls_[t->value];
      break;
    }
    const auto* alias = std::get_if<types::AliasType>(&(*arena_)[*t]);
    if (alias == nullptr) break;
    target = alias->target;
  }
  if (resource != nullptr && !decl.alias_of) decl.alias_of = decl_of(resource->id);
  if (decl.alias_of) {
    decl.type = graph_.types.add(types::AliasType{graph_.type_decls[*decl.alias_of].type});
    const Owner from = graph_.type_decls[*decl.alias_of].owner;
    decl.is_use = from != owner;
    add_use(package_of(owner), package_of(from));
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
  if (!decls_[id->value]) decls_[id->value] = out;
  if (resource != nullptr) set_decl_of(resource->id, out);
  types_.emplace(std::move(name), out);
  is_new = true;
  return out;
}

Result<wit::Function> GraphDecoder::function(const NamedEntity& entity, const types::FuncType& type, const Owner& owner) {
  wit::Function out;
  out.abi_name = entity.name;
  out.name = entity.name;
  out.external_id = entity.attributes.external_id;
  if (const std::optional<ExternName> parsed = parse_extern_name(entity.name); parsed && parsed->kind != NameKind::label && parsed->kind != NameKind::interface) {
    out.kind = parsed->kind == NameKind::method ? wit::FuncKind::method : parsed->kind == NameKind::static_ ? wit::FuncKind::static_ : wit::FuncKind::constructor;
    out.name = std::string(parsed->kind == NameKind::constructor ? parsed->label : parsed->member);
    if (const auto found = types_.find(Key{key(owner, NameSort::type), parsed->label}); found != types_.end()) out.resource = found->second;
  }
  out.type.is_async = type.is_async;
  out.type.params.reserve(type.params.size());
  for (const types::Param& p : type.params) {
    WCOMP_TRY(const types::ValType t, copy(p.type));
    out.type.params.push_back({p.name, t});
  }
  WCOMP_TRY(out.type.result, copy(type.result));
  return out;
}

Result<void> GraphDecoder::check_same(const wit::Function& have, const wit::Function& found) const {
  const std::string why = types::difference(graph_.types, have.type, graph_.types, found.type);
  return why.empty() ? Result<void>(Ok{}) : fail(diag::type_mismatch, fmt::format("function `{}` is there with two different types: {}", have.abi_name, why));
}

Result<types::TypeId> GraphDecoder::copy_resource(types::TypeId t) {
  WCOMP_TRY(const types::ValType made, copy(types::ValType(t)));
  const types::TypeId* id = std::get_if<types::TypeId>(&made);
  if (id == nullptr || graph_.types.get<types::ResourceType>(made) == nullptr) return fail(diag::invalid, "a handle's resource has no name");
  return *id;
}

Result<std::optional<types::ValType>> GraphDecoder::copy(const std::optional<types::ValType>& t) {
  if (!t) return std::optional<types::ValType>();
  WCOMP_TRY(const types::ValType out, copy(*t));
  return std::optional<types::ValType>(out);
}

Result<types::ValType> GraphDecoder::copy(types::ValType t) {
  const types::TypeId* id = std::get_if<types::TypeId>(&t);
  if (id == nullptr) return t;
  if (const auto& decl = decls_[id->value]) return types::ValType(graph_.type_decls[*decl].type);
  if (const auto& known = copies_[id->value]) return *known;
  const types::TypeDef& def = (*arena_)[*id];
  types::ValType out;
  if (const auto* alias = std::get_if<types::AliasType>(&def)) {
    WCOMP_TRY(out, copy(alias->target));
  } else if (const auto* resource = std::get_if<types::ResourceType>(&def)) {
    const std::optional<TypeDeclId> found = decl_of(resource->id);
    if (!found) return fail(diag::invalid, "a type uses a resource that is neither imported nor exported");
    out = graph_.type_decls[*found].type;
  } else {
    if (needs_name(def)) return fail(diag::unsupported, "a record, variant, enum or flags type has no name, which WIT cannot say");
    WCOMP_TRY(types::TypeDef made, copy_def(def));
    out = graph_.types.add(std::move(made));
  }
  copies_[id->value] = out;
  return out;
}

Result<types::TypeDef> GraphDecoder::copy_def(const types::TypeDef& def) {
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

wit::Graph GraphDecoder::finish() {
  std::vector<std::vector<wit::Dependency>> edges(graph_.packages.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    for (const PackageId used : uses_[i]) edges[i].push_back({.target = used.value, .reference = 0});
  }
  // A cycle, which no WIT has, is cut where it closes.
  const std::vector<std::size_t> order = wit::sort_by_dependency(edges, [](auto&&...) {});
  std::vector<PackageId> new_id(order.size());
  Arena<PackageId, wit::Package> packages;
  for (const std::size_t old : order) new_id[old] = packages.add(std::move(graph_.packages[PackageId(old)]));
  graph_.packages = std::move(packages);
  for (wit::Interface& i : graph_.interfaces) i.package = new_id[i.package.value];
  for (wit::World& w : graph_.worlds) w.package = new_id[w.package.value];
  for (PackageId& id : graph_.roots) id = new_id[id.value];
  return std::move(graph_);
}

}  // namespace wcomp::component
