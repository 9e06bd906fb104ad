// The public handles of wcomp/wit.h: views of a Loaded that they share.
#include "wcomp/wit.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "component/wit_files.h"
#include "wit/type_text.h"
#include "wit/wit.h"

namespace wcomp {

using types::TypeId;
using types::ValType;
using wit::Graph;
using wit::Stability;

struct WitImpl {
  wit::Loaded loaded;
  [[nodiscard]] const Graph& graph() const { return loaded.graph; }
};

namespace {

using Shared = std::shared_ptr<const WitImpl>;

#define WCOMP_PRIM(name, text, opcode, size, core) static_assert(static_cast<int>(WitKind::name) == static_cast<int>(types::Prim::name));
#include "types/primitives.def"
#undef WCOMP_PRIM
constexpr auto first_compound = WitKind::record;

WitKind kind_of(const types::TypeDef& def) {
  return match(
      def, [](const types::RecordType&) { return WitKind::record; }, [](const types::VariantType&) { return WitKind::variant; },
      [](const types::ListType&) { return WitKind::list; }, [](const types::FixedListType&) { return WitKind::fixed_list; },
      [](const types::MapType&) { return WitKind::map; }, [](const types::TupleType&) { return WitKind::tuple; },
      [](const types::FlagsType&) { return WitKind::flags; }, [](const types::EnumType&) { return WitKind::enum_; },
      [](const types::OptionType&) { return WitKind::option; }, [](const types::ResultType&) { return WitKind::result; },
      [](const types::OwnType&) { return WitKind::own; }, [](const types::BorrowType&) { return WitKind::borrow; },
      [](const types::StreamType&) { return WitKind::stream; }, [](const types::FutureType&) { return WitKind::future; },
      [](const types::ResourceType&) { return WitKind::resource; }, [](const types::AliasType&) { return WitKind::alias; });
}

WitGate gate_of(const Stability& s) {
  return {s.since ? s.since->to_string() : "", s.unstable_feature.value_or(""), s.deprecated ? s.deprecated->to_string() : ""};
}

std::optional<TextPos> place_of(const Shared& impl, Span span) {
  if (span.begin == span.end) return std::nullopt;  // made, not written
  return impl->loaded.sources->locate(span);
}

Result<wit::Options> options_of(const WitOptions& from) {
  wit::Options options;
  options.features.insert(from.features.begin(), from.features.end());
  options.all_features = from.all_features;
  options.all_comments_are_docs = from.all_comments_are_docs;
  if (!from.target_version.empty()) {
    options.target_version = SemVer::parse(from.target_version);
    if (!options.target_version) return fail(diag::bad_usage, fmt::format("`{}` is not a version such as `0.2.1`", from.target_version));
  }
  return options;
}

}  // namespace

/// Makes handles and opens them.
struct WitAccess {
  static Wit wit(wit::Loaded loaded) {
    Wit out;
    out.impl_ = std::make_shared<const WitImpl>(WitImpl{std::move(loaded)});
    return out;
  }
  template <class Handle, class Id>
  static Handle make(const Shared& impl, Id id) {
    Handle out;
    out.impl_ = impl;
    out.index_ = id.value;
    return out;
  }
  template <class Handle, class Ids>
  static std::vector<Handle> all(const Shared& impl, const Ids& ids) {
    std::vector<Handle> out;
    out.reserve(ids.size());
    for (const auto id : ids) out.push_back(make<Handle>(impl, id));
    return out;
  }
  static WitFunction function(const Shared& impl, const wit::Function& f) {
    WitFunction out;
    out.impl_ = impl;
    out.function_ = &f;
    return out;
  }
  static WitType type(const Shared& impl, ValType type) {
    WitType out;
    out.impl_ = impl;
    if (const auto* prim = std::get_if<types::Prim>(&type)) {
      out.kind_ = static_cast<WitKind>(*prim);
      return out;
    }
    const TypeId id = std::get<TypeId>(type);
    out.kind_ = kind_of(impl->graph().types[id]);
    out.index_ = id.value;
    return out;
  }
  static std::optional<WitType> type(const Shared& impl, const std::optional<ValType>& t) {
    return t ? std::optional(type(impl, *t)) : std::nullopt;
  }
  static ValType type(const WitType& t) {
    return t.kind_ < first_compound ? ValType(static_cast<types::Prim>(t.kind_)) : ValType(TypeId(t.index_));
  }
  /// Null for a type without a name.
  static const wit::TypeDecl* decl(const WitType& t) {
    return t.kind_ < first_compound ? nullptr : t.impl_->graph().decl(TypeId(t.index_));
  }
  static std::vector<WitItem> items(const Shared& impl, const std::vector<wit::WorldItem>& from) {
    std::vector<WitItem> out;
    for (const wit::WorldItem& i : from) {
      using Item = decltype(WitItem::item);
      Item item = match(
          i.item, [&](wit::InterfaceId id) -> Item { return make<WitInterface>(impl, id); },
          [&](const wit::Function& f) -> Item { return function(impl, f); },
          [&](wit::TypeDeclId id) -> Item { return type(impl, ValType(impl->graph().type_decls[id].type)); });
      out.push_back({i.name, std::move(item), i.docs, gate_of(i.stability), i.external_id.value_or(""), place_of(impl, i.span)});
    }
    return out;
  }
};

// ---- Wit ----

Result<Wit> Wit::load(const std::filesystem::path& path, const WitOptions& options) { return load(std::span(&path, 1), options); }

Result<Wit> Wit::load(std::span<const std::filesystem::path> paths, const WitOptions& options) {
  if (paths.empty()) return fail(diag::bad_usage, "there is no path to load WIT from");
  auto inner = options_of(options);
  if (!inner) return Err(std::move(inner).error());
  auto loaded = component::load_wit(paths, *inner);
  if (!loaded) return Err(std::move(loaded).error());
  return WitAccess::wit(std::move(loaded->loaded));
}

Result<Wit> Wit::from_text(std::string name, std::string text, const WitOptions& options) {
  auto inner = options_of(options);
  if (!inner) return Err(std::move(inner).error());
  auto loaded = wit::load_text(std::move(name), std::move(text), *inner);
  if (!loaded) return Err(std::move(loaded).error());
  return WitAccess::wit(*std::move(loaded));
}

std::vector<WitPackage> Wit::roots() const { return WitAccess::all<WitPackage>(impl_, impl_->graph().roots); }

std::vector<WitPackage> Wit::packages() const {
  std::vector<WitPackage> out;
  for (std::size_t p = 0; p < impl_->graph().packages.size(); ++p) out.push_back(WitAccess::make<WitPackage>(impl_, wit::PackageId(p)));
  return out;
}

Result<WitWorld> Wit::find_world(std::string_view name) const {
  auto found = wit::select_world(impl_->graph(), name);
  if (!found) return Err(std::move(found).error());
  return WitAccess::make<WitWorld>(impl_, *found);
}

std::optional<WitInterface> Wit::find_interface(std::string_view id) const {
  const Graph& graph = impl_->graph();
  for (std::size_t i = 0; !id.empty() && i < graph.interfaces.size(); ++i) {
    if (graph.interface_id_name(wit::InterfaceId(i)) == id) return WitAccess::make<WitInterface>(impl_, wit::InterfaceId(i));
  }
  return std::nullopt;
}

const std::vector<Diagnostic>& Wit::warnings() const { return impl_->loaded.warnings; }
std::string Wit::to_wit() const { return wit::print_with_dependencies(impl_->graph()); }
std::string Wit::to_json() const { return wit::to_json(impl_->graph()); }
bool Wit::write_json(const std::function<bool(std::string_view)>& sink) const { return wit::write_json(impl_->graph(), sink); }

// ---- packages, interfaces, worlds ----

namespace {
const wit::Package& package_of(const WitImpl& impl, std::uint32_t index) { return impl.graph().packages[wit::PackageId(index)]; }
const wit::Interface& interface_of(const WitImpl& impl, std::uint32_t index) { return impl.graph().interfaces[wit::InterfaceId(index)]; }
const wit::World& world_of(const WitImpl& impl, std::uint32_t index) { return impl.graph().worlds[wit::WorldId(index)]; }
}  // namespace

const std::string& WitPackage::ns() const { return package_of(*impl_, index_).name.ns; }
const std::string& WitPackage::name() const { return package_of(*impl_, index_).name.name; }
std::string WitPackage::version() const {
  const auto& version = package_of(*impl_, index_).name.version;
  return version ? version->to_string() : "";
}
std::string WitPackage::id() const { return package_of(*impl_, index_).name.to_string(); }
const std::string& WitPackage::docs() const { return package_of(*impl_, index_).docs; }
std::vector<WitInterface> WitPackage::interfaces() const { return WitAccess::all<WitInterface>(impl_, package_of(*impl_, index_).interfaces); }
std::vector<WitWorld> WitPackage::worlds() const { return WitAccess::all<WitWorld>(impl_, package_of(*impl_, index_).worlds); }
std::string WitPackage::to_wit() const { return wit::print(impl_->graph(), wit::PackageId(index_)); }

std::string WitInterface::name() const { return interface_of(*impl_, index_).name.value_or(""); }
std::string WitInterface::id() const { return impl_->graph().interface_id_name(wit::InterfaceId(index_)); }
WitPackage WitInterface::package() const { return WitAccess::make<WitPackage>(impl_, interface_of(*impl_, index_).package); }
std::vector<WitType> WitInterface::types() const {
  std::vector<WitType> out;
  for (const wit::TypeDeclId id : interface_of(*impl_, index_).types) out.push_back(WitAccess::type(impl_, ValType(impl_->graph().type_decls[id].type)));
  return out;
}
std::vector<WitFunction> WitInterface::functions() const {
  std::vector<WitFunction> out;
  for (const wit::Function& f : interface_of(*impl_, index_).functions) out.push_back(WitAccess::function(impl_, f));
  return out;
}
const std::string& WitInterface::docs() const { return interface_of(*impl_, index_).docs; }
WitGate WitInterface::gate() const { return gate_of(interface_of(*impl_, index_).stability); }
std::optional<TextPos> WitInterface::place() const { return place_of(impl_, interface_of(*impl_, index_).span); }

const std::string& WitWorld::name() const { return world_of(*impl_, index_).name; }
std::string WitWorld::id() const {
  const wit::PackageName& p = impl_->graph().packages[world_of(*impl_, index_).package].name;
  return fmt::format("{}:{}/{}{}{}", p.ns, p.name, name(), p.version ? "@" : "", p.version ? p.version->to_string() : "");
}
WitPackage WitWorld::package() const { return WitAccess::make<WitPackage>(impl_, world_of(*impl_, index_).package); }
std::vector<WitItem> WitWorld::imports() const { return WitAccess::items(impl_, world_of(*impl_, index_).imports); }
std::vector<WitItem> WitWorld::exports() const { return WitAccess::items(impl_, world_of(*impl_, index_).exports); }
const std::string& WitWorld::docs() const { return world_of(*impl_, index_).docs; }
WitGate WitWorld::gate() const { return gate_of(world_of(*impl_, index_).stability); }
std::optional<TextPos> WitWorld::place() const { return place_of(impl_, world_of(*impl_, index_).span); }

// ---- functions ----

const std::string& WitFunction::name() const { return function_->name; }
const std::string& WitFunction::abi_name() const { return function_->abi_name; }
WitFunctionKind WitFunction::kind() const {
  switch (function_->kind) {
    case wit::FuncKind::freestanding: return WitFunctionKind::freestanding;
    case wit::FuncKind::method: return WitFunctionKind::method;
    case wit::FuncKind::static_: return WitFunctionKind::static_;
    case wit::FuncKind::constructor: return WitFunctionKind::constructor;
  }
  return WitFunctionKind::freestanding;
}
bool WitFunction::is_async() const { return function_->type.is_async; }
std::optional<WitType> WitFunction::resource() const {
  if (!function_->resource) return std::nullopt;
  return WitAccess::type(impl_, ValType(impl_->graph().type_decls[*function_->resource].type));
}
std::vector<WitParam> WitFunction::params() const {
  std::vector<WitParam> out;
  for (const types::Param& p : function_->type.params) out.push_back({p.name, WitAccess::type(impl_, p.type)});
  return out;
}
std::optional<WitType> WitFunction::result() const { return WitAccess::type(impl_, function_->type.result); }
const std::string& WitFunction::docs() const { return function_->docs; }
WitGate WitFunction::gate() const { return gate_of(function_->stability); }
std::string WitFunction::external_id() const { return function_->external_id.value_or(""); }
std::optional<TextPos> WitFunction::place() const { return place_of(impl_, function_->span); }
std::string WitFunction::to_string() const { return wit::function_text(impl_->graph(), *function_); }

// ---- types ----

WitKind WitType::kind() const { return kind_; }
std::string WitType::name() const {
  const wit::TypeDecl* decl = WitAccess::decl(*this);
  return decl != nullptr ? decl->name : "";
}

std::vector<WitPart> WitType::parts() const {
  std::vector<WitPart> out;
  if (kind_ < first_compound) return out;
  const wit::TypeDecl* decl = WitAccess::decl(*this);
  const auto add = [&](std::string name, const std::optional<ValType>& type) {
    const std::size_t i = out.size();
    out.push_back({std::move(name), WitAccess::type(impl_, type), decl != nullptr && i < decl->member_docs.size() ? decl->member_docs[i] : ""});
  };
  match(
      impl_->graph().types[TypeId(index_)], [&](const types::RecordType& t) { for (const auto& f : t.fields) add(f.name, f.type); },
      [&](const types::VariantType& t) { for (const auto& c : t.cases) add(c.name, c.type); },
      [&](const types::ListType& t) { add("", t.element); }, [&](const types::FixedListType& t) { add("", t.element); },
      [&](const types::MapType& t) { add("key", t.key); add("value", t.value); },
      [&](const types::TupleType& t) { for (const ValType& e : t.types) add("", e); },
      [&](const types::FlagsType& t) { for (const auto& n : t.names) add(n, std::nullopt); },
      [&](const types::EnumType& t) { for (const auto& n : t.names) add(n, std::nullopt); },
      [&](const types::OptionType& t) { add("", t.some); }, [&](const types::ResultType& t) { add("ok", t.ok); add("err", t.err); },
      [&](const types::OwnType& t) { add("", ValType(t.resource)); }, [&](const types::BorrowType& t) { add("", ValType(t.resource)); },
      [&](const types::StreamType& t) { add("", t.element); }, [&](const types::FutureType& t) { add("", t.element); },
      [](const types::ResourceType&) {}, [&](const types::AliasType& t) { add("", t.target); });
  return out;
}

std::uint32_t WitType::length() const {
  if (kind_ != WitKind::fixed_list) return 0;
  return std::get<types::FixedListType>(impl_->graph().types[TypeId(index_)]).length;
}
WitType WitType::without_aliases() const { return WitAccess::type(impl_, impl_->graph().types.resolve(WitAccess::type(*this))); }
bool WitType::is_use() const {
  const wit::TypeDecl* decl = WitAccess::decl(*this);
  return decl != nullptr && decl->is_use;
}
std::optional<WitInterface> WitType::interface() const {
  const wit::TypeDecl* decl = WitAccess::decl(*this);
  const auto* owner = decl != nullptr ? std::get_if<wit::InterfaceId>(&decl->owner) : nullptr;
  return owner != nullptr ? std::optional(WitAccess::make<WitInterface>(impl_, *owner)) : std::nullopt;
}
std::string WitType::docs() const {
  const wit::TypeDecl* decl = WitAccess::decl(*this);
  return decl != nullptr ? decl->docs.get() : "";
}
WitGate WitType::gate() const {
  const wit::TypeDecl* decl = WitAccess::decl(*this);
  return decl != nullptr ? gate_of(decl->stability) : WitGate();
}
std::string WitType::external_id() const {
  const wit::TypeDecl* decl = WitAccess::decl(*this);
  return decl != nullptr ? decl->external_id.value_or("") : "";
}
std::optional<TextPos> WitType::place() const {
  const wit::TypeDecl* decl = WitAccess::decl(*this);
  return decl != nullptr ? place_of(impl_, decl->span) : std::nullopt;
}
std::string WitType::to_string() const { return wit::type_text(impl_->graph(), WitAccess::type(*this)); }

}  // namespace wcomp
