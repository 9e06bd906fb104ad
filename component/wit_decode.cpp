// WIT packages, worlds of core modules and worlds of components from their binaries. What component types become is graph_decoder's business.
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/graph_decoder.h"
#include "component/names.h"
#include "component/wit_codec.h"
#include "component/wit_docs.h"
#include "wit/operations/elaborate.h"
#include "wit/resolve/order.h"

namespace wcomp::component {

namespace {

using wit::InterfaceId;
using wit::PackageId;
using wit::WorldId;
using ComponentPtr = std::shared_ptr<const ComponentType>;
using InstancePtr = std::shared_ptr<const InstanceType>;

/// The component type that an export of a type is, or null.
const ComponentType* component_type_of(const NamedEntity& e) {
  const auto* type = std::get_if<std::shared_ptr<const DefTypeEntity>>(&e.type);
  const auto* component = type == nullptr ? nullptr : std::get_if<ComponentPtr>(&(*type)->type);
  return component == nullptr ? nullptr : component->get();
}

/// All gates open: what is in a binary was decided when it was made.
Result<ValidComponent> read(std::shared_ptr<const Component> component) { return validate(std::move(component), Features::all()); }

std::optional<wit::PackageName> package_name(std::string_view interface_name, std::string* label = nullptr) {
  const std::optional<ExternName> name = parse_extern_name(interface_name);
  if (!name || name->kind != NameKind::interface) return std::nullopt;
  if (label != nullptr) *label = name->label;
  return wit::PackageName{.ns = std::string(name->ns), .name = std::string(name->package), .version = name->version};
}

Result<void> add_docs(const Component& component, wit::Graph& graph, PackageId package) {
  for (const Definition& d : component.definitions) {
    const auto* custom = std::get_if<CustomSection>(&d.item);
    if (custom == nullptr || custom->name != wit_docs_section) continue;
    if (auto done = apply_docs(custom->bytes, graph, package); !done) return done;
  }
  return Ok{};
}

/// Docs and gates of the types that others take by `use` are those of the declaration, as in WIT text.
void copy_docs_to_uses(wit::Graph& graph) {
  for (std::size_t i = 0; i < graph.type_decls.size(); ++i) {
    wit::TypeDecl& decl = graph.type_decls[wit::TypeDeclId(i)];
    if (decl.is_use && decl.alias_of) decl.docs = graph.type_decls[*decl.alias_of].docs;
  }
}

/// A component type around an interface or world, and what it was validated with.
struct Wrapper {
  const ValidComponent* part = nullptr;
  const ComponentType* type = nullptr;
};

/// The parts of what they can be the work of together; written out, all wrappers of a package have at most so many parts.
constexpr std::uint64_t max_package_weight = 20'000'000;

/// Sorted so that each comes after those whose exports it imports.
Result<std::vector<Wrapper>> wrappers_in_order(std::span<const ValidComponent> parts) {
  std::vector<Wrapper> wrappers;
  std::unordered_map<std::string_view, std::size_t> definers;  // by the full name of the interface
  std::uint64_t weight = 0;
  for (const ValidComponent& part : parts) {
    for (const NamedEntity& e : part.scope().type.exports) {
      const ComponentType* wrapper = component_type_of(e);
      if (wrapper == nullptr) continue;
      weight += wrapper->weight;
      if (weight > max_package_weight) return fail(diag::limit_exceeded, fmt::format("the definitions of the package have more than {} parts", max_package_weight));
      for (const NamedEntity& inner : wrapper->exports) definers.emplace(inner.name, wrappers.size());
      wrappers.push_back({.part = &part, .type = wrapper});
    }
  }
  std::vector<std::vector<wit::Dependency>> edges(wrappers.size());
  for (std::size_t i = 0; i < wrappers.size(); ++i) {
    for (const NamedEntity& import : wrappers[i].type->imports) {
      if (const auto found = definers.find(import.name); found != definers.end() && found->second != i) edges[i].push_back({.target = found->second, .reference = 0});
    }
  }
  std::vector<Wrapper> out;
  for (const std::size_t i : wit::sort_by_dependency(edges, [](auto&&...) {})) out.push_back(wrappers[i]);
  return out;
}

/// What a wrapper has around its interfaces and worlds.
Result<void> add_wrapper(GraphDecoder& decoder, PackageId package, const ComponentType& wrapper) {
  for (const NamedEntity& import : wrapper.imports) {
    const auto* instance = std::get_if<InstancePtr>(&import.type);
    if (instance == nullptr) return fail(diag::unsupported, fmt::format("`{}` is imported around an interface, but it is no instance", import.name));
    WCOMP_TRY(decoder.add_interface(import.name, **instance, false));
  }
  for (const NamedEntity& e : wrapper.exports) {
    std::string label;
    const auto name = package_name(e.name, &label);
    if (!name) return fail(diag::bad_name, fmt::format("`{}` is not the name of an interface or world, such as `ns:package/name`", e.name));
    if (*name != decoder.graph().packages[package].name) {
      return fail(diag::invalid, fmt::format("`{}` is among the definitions of the package `{}`", e.name, decoder.graph().packages[package].name.to_string()));
    }
    if (const auto* instance = std::get_if<InstancePtr>(&e.type)) {
      WCOMP_TRY(decoder.add_interface(e.name, **instance, true));
    } else if (const auto* world = std::get_if<ComponentPtr>(&e.type)) {
      WCOMP_TRY(decoder.add_world(decoder.world(package, label), **world));
    } else {
      return fail(diag::unsupported, fmt::format("`{}` is neither an interface (an instance type) nor a world (a component type)", e.name));
    }
  }
  return Ok{};
}

Result<PackageId> add_package(GraphDecoder& decoder, const ReadComponent& package_component) {
  WCOMP_TRY(const std::vector<Wrapper> wrappers, wrappers_in_order(package_component.parts));
  std::optional<wit::PackageName> name;
  for (const Wrapper& w : wrappers) {
    if (!w.type->exports.empty() && !name) name = package_name(w.type->exports.front().name);
  }
  if (!name) return fail(diag::invalid, "none of the exports is an interface or world with the name of its package, such as `ns:package/name`");
  const PackageId package = decoder.package(*name);
  const ValidComponent* current = nullptr;
  for (const Wrapper& w : wrappers) {
    if (std::exchange(current, w.part) != w.part) decoder.begin(w.part->types());
    WCOMP_TRY(add_wrapper(decoder, package, *w.type));
  }
  WCOMP_TRY(add_docs(*package_component.component, decoder.graph(), package));
  return package;
}

/// Each exported type as a component of its own, if the component has nothing but component types that are exported once each.
std::optional<std::vector<std::shared_ptr<const Component>>> split(const Component& component) {
  std::vector<std::shared_ptr<const Component>> out;
  std::vector<const Definition*> types;  // by index; null for those that are taken
  std::unordered_set<std::string> names;
  for (const Definition& d : component.definitions) {
    if (std::holds_alternative<CustomSection>(d.item)) continue;
    if (const auto* type = std::get_if<DefType>(&d.item)) {
      if (!std::holds_alternative<std::shared_ptr<const ComponentTypeRef>>(*type)) return std::nullopt;
      types.push_back(&d);
      continue;
    }
    const auto* e = std::get_if<Export>(&d.item);
    if (e == nullptr || e->item.sort != Sort::type || e->desc || e->item.index >= types.size() || types[e->item.index] == nullptr) return std::nullopt;
    if (!names.insert(canonical_name(e->name)).second) return std::nullopt;
    auto part = std::make_shared<Component>();
    part->definitions.push_back(*std::exchange(types[e->item.index], nullptr));
    part->definitions.push_back(d);
    std::get<Export>(part->definitions.back().item).item.index = 0;
    out.push_back(std::move(part));
    types.push_back(nullptr);
  }
  return out;
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
  WCOMP_TRY(ValidComponent valid, read(std::move(component)));
  for (const NamedEntity& e : valid.scope().type.exports) {
    const ComponentType* wrapper = component_type_of(e);
    if (wrapper == nullptr || wrapper->exports.size() != 1) continue;
    const NamedEntity& inner = wrapper->exports.front();
    const auto* world = std::get_if<ComponentPtr>(&inner.type);
    std::string world_name;
    auto package = package_name(inner.name, &world_name);
    if (world == nullptr || !package) continue;
    ComponentPtr world_type = *world;
    return Payload{.component = std::move(valid), .world = std::move(world_type), .package = *std::move(package), .name = std::move(world_name), .encoding = encoding};
  }
  return fail(diag::unknown_item, "the payload of the component-type section exports no world");
}

Result<std::vector<Payload>> payloads_of(const core::Module& module) {
  std::vector<Payload> out;
  for (const core::CustomSection& section : module.customs) {
    if (section.name != "component-type" && !section.name.starts_with("component-type:")) continue;
    Result<Payload> p = read_payload(section.bytes);
    if (!p) return Err(std::move(p).error().with_note(fmt::format("in the section `{}`", section.name)));
    if (!out.empty() && p->encoding != out.front().encoding) {
      return fail(diag::type_mismatch, "the `component-type` sections of the core module do not agree on the encoding of strings");
    }
    out.push_back(std::move(p).value());
  }
  if (out.empty()) return fail(diag::unknown_item, "the core module has no `component-type` section: it does not say which world it is for");
  return out;
}

/// An exported interface takes types from the exports where those have them, else from the imports. What another world adds must not change
/// where that is: the bindings that are there already were made for one of the two.
Result<void> check_exports(const wit::Graph& graph, WorldId merged, std::size_t known) {
  const std::vector<wit::WorldItem>& exports = graph.worlds[merged].exports;
  const auto interface_of = [](const wit::WorldItem& item) { return std::get_if<InterfaceId>(&item.item); };
  std::unordered_map<InterfaceId, bool> exported;  // whether it was there before
  for (std::size_t i = 0; i < exports.size(); ++i) {
    if (wit::is_under_own_name(graph, exports[i])) exported.emplace(*interface_of(exports[i]), i < known);
  }
  wit::Uses uses(graph);
  const auto refuse = [&](const wit::WorldItem& item, InterfaceId used, std::string_view why) -> Result<void> {
    const std::string name = graph.interface_id_name(used);
    Diagnostic d = error(diag::type_mismatch, fmt::format("the export `{}` uses types of `{}` {}", item.name, name, why));
    d.notes.push_back(fmt::format("make modules that export `{}` and `{}` from one world, or leave one of them out", item.name, name));
    return Err(Failure(std::move(d)));
  };
  for (std::size_t i = 0; i < exports.size(); ++i) {
    const InterfaceId* id = interface_of(exports[i]);
    if (id == nullptr) continue;
    for (const InterfaceId used : uses.of(*id)) {
      const auto found = exported.find(used);
      if (found != exported.end()) {
        if (i < known && !found->second) return refuse(exports[i], used, "as an import, and another world exports that");
        continue;
      }
      // An imported interface cannot use what is exported.
      if (i < known) continue;
      std::unordered_set<InterfaceId> seen{used};
      for (std::vector<InterfaceId> work{used}; !work.empty();) {
        const InterfaceId at = work.back();
        work.pop_back();
        if (exported.contains(at)) return refuse(exports[i], at, fmt::format("through the import `{}`, and another world exports that", graph.interface_id_name(used)));
        for (const InterfaceId next : uses.of(at)) {
          if (seen.insert(next).second) work.push_back(next);
        }
      }
    }
  }
  return Ok{};
}

/// Each payload's world in the world `merged`.
Result<void> merge(GraphDecoder& decoder, const std::vector<Payload>& payloads, WorldId merged) {
  for (const Payload& p : payloads) {
    const std::size_t known = decoder.graph().worlds[merged].exports.size();
    decoder.begin(p.component.types());
    WCOMP_TRY(decoder.add_world(merged, *p.world));
    if (known != 0 && decoder.graph().worlds[merged].exports.size() != known) WCOMP_TRY(check_exports(decoder.graph(), merged, known));
  }
  return Ok{};
}

/// Each payload's world as its own one, with what its docs say.
Result<void> add_own_world(GraphDecoder& decoder, const Payload& p) {
  const PackageId package = decoder.package(p.package);
  decoder.begin(p.component.types());
  WCOMP_TRY(decoder.add_world(decoder.world(package, p.name), *p.world));
  return add_docs(p.component.component(), decoder.graph(), package);
}

DecodedWorld finish(GraphDecoder& decoder, WorldId world, StringEncoding encoding) {
  copy_docs_to_uses(decoder.graph());
  return {.graph = decoder.finish(), .world = world, .encoding = encoding};
}

}  // namespace

bool is_wit_package(const ValidComponent& component) {
  const ComponentType& type = component.scope().type;
  return type.imports.empty() && !type.exports.empty() && std::ranges::all_of(type.exports, [](const NamedEntity& e) { return component_type_of(e) != nullptr; });
}

Result<ReadComponent> read_wit_component(std::shared_ptr<const Component> component) {
  ReadComponent out;
  out.component = component;
  if (const auto parts = split(*component); parts && !parts->empty()) {
    for (const auto& part : *parts) {
      auto valid = read(part);
      if (!valid) break;  // it may refer to another one
      out.parts.push_back(*std::move(valid));
    }
    out.is_package = out.parts.size() == parts->size();
    if (out.is_package) return out;
    out.parts.clear();
  }
  WCOMP_TRY(ValidComponent valid, read(std::move(component)));
  out.is_package = is_wit_package(valid);
  out.parts.push_back(std::move(valid));
  return out;
}

Result<wit::Graph> decode_packages(std::span<const ReadComponent> packages) {
  GraphDecoder decoder;
  for (const ReadComponent& c : packages) {
    WCOMP_TRY(const PackageId id, add_package(decoder, c));
    decoder.add_root(id);
  }
  copy_docs_to_uses(decoder.graph());
  return decoder.finish();
}

Result<DecodedWorld> decode_component_type(ByteSpan payload) {
  WCOMP_TRY(const Payload p, read_payload(payload));
  GraphDecoder decoder;
  decoder.add_root(decoder.package(p.package));
  WCOMP_TRY(add_own_world(decoder, p));
  return finish(decoder, decoder.world(decoder.package(p.package), p.name), p.encoding);
}

Result<DecodedWorld> world_of_module(const core::Module& module) {
  WCOMP_TRY(const std::vector<Payload> payloads, payloads_of(module));
  GraphDecoder decoder;
  const PackageId package = decoder.package(payloads[0].package);
  const WorldId world = decoder.world(package, payloads[0].name);
  decoder.add_root(package);
  WCOMP_TRY(merge(decoder, payloads, world));
  return finish(decoder, world, payloads[0].encoding);
}

Result<DecodedWorld> wit_of_module(const core::Module& module) {
  WCOMP_TRY(const std::vector<Payload> payloads, payloads_of(module));
  GraphDecoder decoder;
  const PackageId package = decoder.package({.ns = "root", .name = "root", .version = std::nullopt});
  const WorldId world = decoder.world(package, "root");
  decoder.add_root(package);
  WCOMP_TRY(merge(decoder, payloads, world));
  for (const Payload& p : payloads) {
    if (decoder.package(p.package) != package) WCOMP_TRY(add_own_world(decoder, p));
  }
  return finish(decoder, world, payloads[0].encoding);
}

Result<DecodedWorld> world_of_component(const ValidComponent& component) {
  GraphDecoder decoder;
  const PackageId package = decoder.package({.ns = "root", .name = "component", .version = std::nullopt});
  const WorldId world = decoder.world(package, "root");
  decoder.add_root(package);
  decoder.begin(component.types());
  WCOMP_TRY(decoder.add_world(world, component.scope().type));
  return finish(decoder, world, StringEncoding::utf8);
}

}  // namespace wcomp::component
