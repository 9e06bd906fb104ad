#include "bindgen/cpp_model.h"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "base/text.h"
#include "bindgen/type_walk.h"

namespace wcomp::bindgen {
namespace {

using types::ValType;

std::string_view cpp_prim(types::Prim p) {
  switch (p) {
    case types::Prim::bool_: return "bool";
    case types::Prim::s8: return "std::int8_t";
    case types::Prim::u8: return "std::uint8_t";
    case types::Prim::s16: return "std::int16_t";
    case types::Prim::u16: return "std::uint16_t";
    case types::Prim::s32: return "std::int32_t";
    case types::Prim::u32: return "std::uint32_t";
    case types::Prim::s64: return "std::int64_t";
    case types::Prim::u64: return "std::uint64_t";
    case types::Prim::f32: return "float";
    case types::Prim::f64: return "double";
    case types::Prim::char_: return "char32_t";
    case types::Prim::string: return "std::string";
    case types::Prim::error_context: break;
  }
  return "void";
}

}  // namespace

Result<Model> Model::make(const wit::Graph& graph, wit::WorldId world, Side side, TypeOwnership ownership) {
  Model model(graph, world, side, ownership);
  WCOMP_TRY(model.build());
  return model;
}

Result<void> Model::check(const wit::Function& func, std::string_view interface, bool is_export) const {
  const auto refuse = [&](std::string_view what) {
    const std::string where = interface.empty() ? "" : fmt::format(" of `{}`", interface);
    Failure failure(error(diag::unsupported, fmt::format("`{}`{} has {}, for which there are no bindings yet", func.abi_name, where, what)));
    failure.diagnostics().back().notes.push_back(
        fmt::format("world `{}` {} {}", world().name, is_export ? "exports" : "imports", interface.empty() ? "it" : "the interface"));
    return Err(std::move(failure));
  };
  if (func.type.is_async) return refuse("the type `async func`");
  for (const auto& p : func.type.params) {
    if (const auto found = refused_part(p.type); !found.empty()) return refuse(found);
  }
  if (!func.type.result) return {};
  if (const auto found = refused_part(*func.type.result); !found.empty()) return refuse(found);
  return {};
}

std::string_view Model::refused_part(ValType type) const {
  std::string_view found;
  const auto look = [&](ValType t) {
    const auto* p = std::get_if<types::Prim>(&t);
    if (p != nullptr && *p == types::Prim::error_context) found = "an error-context in its type";
  };
  look(type);
  walk(graph_->types, type, [&](types::TypeId id) {
    const types::TypeDef& def = graph_->types[id];
    if (std::holds_alternative<types::StreamType>(def)) found = "a stream in its type";
    if (std::holds_alternative<types::FutureType>(def)) found = "a future in its type";
    for_each_part(def, look);
  });
  return found;
}

Result<void> Model::build() {
  const wit::World& w = world();
  for (const auto* items : {&w.imports, &w.exports}) {
    for (const wit::WorldItem& item : *items) {
      if (const auto* f = std::get_if<wit::Function>(&item.item)) {
        WCOMP_TRY(check(*f, "", items == &w.exports));
      } else if (const auto* id = std::get_if<wit::InterfaceId>(&item.item)) {
        for (const wit::Function& f : graph_->interfaces[*id].functions) WCOMP_TRY(check(f, item.name, items == &w.exports));
      }
    }
  }
  // Which interfaces are exported decides where types live, so this is known first.
  for (const wit::WorldItem& item : w.exports) {
    const auto* id = std::get_if<wit::InterfaceId>(&item.item);
    if (id != nullptr && !(graph_->interfaces[*id].name && has_own_name(*graph_, item, *id))) export_scopes_.emplace(*id, 0);
  }
  add_imports();
  add_exports();
  return {};
}

void Model::add_imports() {
  const wit::World& w = world();
  for (const wit::WorldItem& item : w.imports) {
    if (const auto* id = std::get_if<wit::InterfaceId>(&item.item)) add_import_interface(*id, item.name, true);
  }
  for (const wit::WorldItem& item : w.exports) {
    const auto* id = std::get_if<wit::InterfaceId>(&item.item);
    if (id != nullptr && graph_->interfaces[*id].name) add_import_interface(*id, graph_->interface_id_name(*id), false);
  }
  Scope imports;
  imports.cpp_namespace = package_path(w.package) + "::" + value_name(w.name);
  imports.file_stem = files_.world(world_);
  imports.docs = w.docs;
  std::vector<const wit::Function*> functions;
  for (const wit::WorldItem& item : w.imports) {
    if (const auto* f = std::get_if<wit::Function>(&item.item)) functions.push_back(f);
    if (const auto* d = std::get_if<wit::TypeDeclId>(&item.item)) imports.types.push_back(*d);
  }
  name_types(imports.types);
  add_functions(imports, functions);
  add_uses(imports);
  world_scope_ = scopes_.size();
  scopes_.push_back(std::move(imports));
}

/// First the world's own functions, then the interfaces.
void Model::add_exports() {
  const wit::World& w = world();
  const std::string world_path = package_path(w.package) + "::" + value_name(w.name);
  const std::string prefix = side_ == Side::guest ? "exports::" : world_path + "::exports::";
  Scope own;
  own.direction = Direction::export_;
  own.cpp_namespace = side_ == Side::guest ? prefix + world_path : world_path + "::exports";
  std::vector<const wit::Function*> functions;
  for (const wit::WorldItem& item : w.exports) {
    if (const auto* f = std::get_if<wit::Function>(&item.item)) functions.push_back(f);
  }
  add_functions(own, functions);
  if (!own.functions.empty() || !own.resources.empty()) scopes_.push_back(std::move(own));
  NameScope host_names;
  for (const wit::WorldItem& item : w.exports) {
    const auto* id = std::get_if<wit::InterfaceId>(&item.item);
    if (id == nullptr) continue;
    const wit::Interface& interface = graph_->interfaces[*id];
    const bool is_own_name = has_own_name(*graph_, item, *id);
    Scope scope;
    scope.interface = *id;
    scope.direction = Direction::export_;
    scope.is_renamed = is_own_name && interface.name;
    scope.wit_name = item.name;
    scope.docs = interface.docs;
    const std::string last = value_name(is_own_name ? item.name : *interface.name);
    if (side_ == Side::host) {
      scope.file_stem = host_names.take(last);  // names the accessor, too
      scope.cpp_namespace = prefix + scope.file_stem;
    } else {
      scope.cpp_namespace = prefix + (is_own_name ? world_path : package_path(interface.package)) + "::" + last;
    }
    scope.types = interface.types;
    if (!interface.name) name_types(scope.types);
    functions.clear();
    for (const wit::Function& f : interface.functions) functions.push_back(&f);
    add_functions(scope, functions);
    if (!scope.is_renamed) export_scopes_[*id] = scopes_.size();
    scopes_.push_back(std::move(scope));
  }
}

std::size_t Model::add_import_interface(wit::InterfaceId id, const std::string& item_name, bool is_in_world) {
  const wit::Interface& interface = graph_->interfaces[id];
  const bool is_renamed = interface.name && item_name != graph_->interface_id_name(id);
  if (is_renamed) {
    add_import_interface(id, graph_->interface_id_name(id), false);  // its types without resources
  } else if (const auto it = import_scopes_.find(id); it != import_scopes_.end()) {
    scopes_[it->second].is_in_world |= is_in_world;
    return it->second;
  }
  name_types(interface.types);
  Scope scope;
  scope.interface = id;
  scope.is_in_world = is_in_world;
  scope.is_renamed = is_renamed;
  scope.wit_name = item_name;
  scope.docs = interface.docs;
  scope.types = interface.types;
  if (interface.name && !is_renamed) {
    scope.cpp_namespace = package_path(interface.package) + "::" + value_name(*interface.name);
    scope.file_stem = files_.interface(id);
  } else {
    scope.cpp_namespace = package_path(world().package) + "::" + value_name(world().name) + "::" + value_name(item_name);
    scope.file_stem = files_.item(world_, item_name);
  }
  std::vector<const wit::Function*> functions;
  for (const wit::Function& f : interface.functions) functions.push_back(&f);
  add_functions(scope, functions);
  add_uses(scope);
  if (!is_renamed) import_scopes_[id] = scopes_.size();
  scopes_.push_back(std::move(scope));
  return scopes_.size() - 1;
}

void Model::add_uses(Scope& scope) {
  std::set<std::size_t> uses;
  const auto note = [&](types::TypeId id) {
    const auto it = graph_->decl_of_type.find(id);
    if (it == graph_->decl_of_type.end()) return;
    const auto* owner = std::get_if<wit::InterfaceId>(&graph_->type_decls[it->second].owner);
    if (owner == nullptr || (scope.interface && *owner == *scope.interface && !scope.is_renamed)) return;
    uses.insert(add_import_interface(*owner, graph_->interface_id_name(*owner), false));
  };
  for (const wit::TypeDeclId d : scope.types) walk(graph_->types, graph_->type_decls[d].type, note);
  for (const FuncModel& f : scope.functions) walk(graph_->types, f.func->type, note);
  for (const ResourceModel& r : scope.resources) {
    for (const FuncModel& f : r.functions) walk(graph_->types, f.func->type, note);
  }
  scope.uses.assign(uses.begin(), uses.end());
  std::ranges::sort(scope.uses, {}, [&](std::size_t i) { return *scopes_[i].interface; });  // scopes are in an order of this world's
}

void Model::name_types(const std::vector<wit::TypeDeclId>& decls) {
  NameScope scope{"Host", "Guest"};
  for (const wit::TypeDeclId d : decls) names_.emplace(d, scope.take(type_name(graph_->type_decls[d].name)));
}

void Model::add_functions(Scope& scope, const std::vector<const wit::Function*>& functions) const {
  std::sort(scope.types.begin(), scope.types.end());  // ids are in dependency order, the source need not be
  for (const wit::TypeDeclId d : scope.types) {
    if (std::holds_alternative<types::ResourceType>(graph_->types[graph_->type_decls[d].type])) scope.resources.push_back({d, {}});
  }
  NameScope free_names{"add_to", "bind", "host"};
  std::map<wit::TypeDeclId, NameScope> member_names;
  // Names of freestanding functions come first, so that they do not depend on what resources have.
  for (const bool is_free : {true, false}) {
    for (const wit::Function* f : functions) {
      if ((f->kind == wit::FuncKind::freestanding) != is_free) continue;
      FuncModel m;
      m.func = f;
      NameScope param_names{"host", "linker"};
      for (const auto& p : f->type.params) m.params.push_back(param_names.take(value_name(p.name)));
      if (is_free) {
        m.name = free_names.take(value_name(f->name));
        scope.functions.push_back(std::move(m));
        continue;
      }
      const wit::TypeDeclId resource = graph_->resolve_decl(*f->resource);
      const std::string stem = to_snake_case(graph_->type_decls[resource].name);
      auto [it, is_new] = member_names.try_emplace(
          resource, NameScope{"handle", "release", "reset", "from_handle", "drop_handle", "resource_name", "drop", "rep"});
      if (side_ == Side::host && f->kind == wit::FuncKind::constructor) {
        m.name = free_names.take("new_" + stem);
      } else if (side_ == Side::host && f->kind == wit::FuncKind::static_) {
        m.name = free_names.take(stem + "_" + to_snake_case(f->name));
      } else if (f->kind == wit::FuncKind::constructor) {
        m.name = "create";
      } else {
        m.name = it->second.take(value_name(f->name));
      }
      for (ResourceModel& r : scope.resources) {
        if (r.decl == resource) r.functions.push_back(m);
      }
    }
  }
}

std::string Model::package_path(wit::PackageId id) const {
  if (side_ == Side::host) return outer_namespace(files_.package(id));
  return outer_namespace(graph_->packages[id].name.ns) + "::" + value_name(FileNames::package_name(*graph_, id));
}

template <class F>
bool Model::reaches_resource(ValType type, F is_wanted) const {
  bool found = false;
  walk(graph_->types, type, [&](types::TypeId id) {
    if (found || !std::holds_alternative<types::ResourceType>(graph_->types[id])) return;
    const auto it = graph_->decl_of_type.find(id);
    if (it == graph_->decl_of_type.end()) return;
    const auto* owner = std::get_if<wit::InterfaceId>(&graph_->type_decls[it->second].owner);
    found = owner != nullptr && is_wanted(*owner);
  });
  return found;
}

bool Model::reaches_exported_resource(ValType type) const {
  return reaches_resource(type, [&](wit::InterfaceId owner) { return export_scopes_.contains(owner); });
}

bool Model::reaches_resource_of(wit::InterfaceId interface, ValType type) const {
  return reaches_resource(type, [&](wit::InterfaceId owner) { return owner == interface; });
}

const Scope& Model::home(wit::TypeDeclId decl, const Scope& from) const {
  const wit::TypeDecl& d = graph_->type_decls[decl];
  const auto* owner = std::get_if<wit::InterfaceId>(&d.owner);
  if (owner == nullptr) return scopes_[*world_scope_];
  const bool is_exporting = from.direction == Direction::export_;
  if (from.is_renamed && *owner == *from.interface) {
    const bool is_own = reaches_resource_of(*owner, d.type) || (is_exporting && reaches_exported_resource(d.type));
    return is_own ? from : scopes_[import_scopes_.at(*owner)];
  }
  if (is_exporting && export_scopes_.contains(*owner) && (!graph_->interfaces[*owner].name || reaches_exported_resource(d.type))) {
    return scopes_[export_scopes_.at(*owner)];
  }
  return scopes_[import_scopes_.at(*owner)];
}

std::string Model::qualified(wit::TypeDeclId decl, const Scope& from, bool is_short) const {
  const Scope& scope = home(decl, from);
  if (is_short && scope.cpp_namespace == from.cpp_namespace) return name(decl);
  // An export scope has a `using` for each of its interface's types that live in the import scope.
  const auto* owner = std::get_if<wit::InterfaceId>(&graph_->type_decls[decl].owner);
  if (is_short && owner != nullptr && from.interface && *owner == *from.interface) return name(decl);
  return "::" + scope.cpp_namespace + "::" + name(decl);
}

std::string Model::value_type(ValType type, const Scope& from, bool is_short) const {
  if (const auto* p = std::get_if<types::Prim>(&type)) return std::string(cpp_prim(*p));
  const types::TypeId id = std::get<types::TypeId>(type);
  if (const auto it = graph_->decl_of_type.find(id); it != graph_->decl_of_type.end()) return qualified(it->second, from, is_short);
  return anonymous_type(id, from, is_short);
}

wit::TypeDeclId Model::resource_decl(types::TypeId resource) const {
  // An unnamed alias of a resource stands for the resource.
  while (!graph_->decl_of_type.contains(resource)) {
    resource = std::get<types::TypeId>(std::get<types::AliasType>(graph_->types[resource]).target);
  }
  return graph_->decl_of_type.at(resource);
}

std::string Model::anonymous_type(types::TypeId id, const Scope& from, bool is_short) const {
  const auto inner = [&](ValType t) { return value_type(t, from, is_short); };
  const auto inner_or_void = [&](const std::optional<ValType>& t) { return t ? inner(*t) : std::string("void"); };
  const auto resource = [&](types::TypeId r) {
    const wit::TypeDeclId decl = resource_decl(r);
    return std::pair(qualified(decl, from, is_short), home(decl, from).direction);
  };
  return match(
      graph_->types[id], [&](const types::ListType& t) { return fmt::format("std::vector<{}>", inner(t.element)); },
      [&](const types::FixedListType& t) { return fmt::format("std::array<{}, {}>", inner(t.element), t.length); },
      [&](const types::MapType& t) { return fmt::format("std::map<{}, {}>", inner(t.key), inner(t.value)); },
      [&](const types::OptionType& t) { return fmt::format("std::optional<{}>", inner(t.some)); },
      [&](const types::ResultType& t) { return fmt::format("wcomp::Result<{}, {}>", inner_or_void(t.ok), inner_or_void(t.err)); },
      [&](const types::TupleType& t) {
        std::string list;
        for (const ValType e : t.types) list += (list.empty() ? "" : ", ") + inner(e);
        return fmt::format("std::tuple<{}>", list);
      },
      [&](const types::OwnType& t) {
        const auto [text, direction] = resource(t.resource);
        if (side_ == Side::guest) return direction == Direction::export_ ? fmt::format("wcomp::Own<{}>", text) : text;
        return direction == Direction::export_ ? text : fmt::format("std::unique_ptr<{}>", text);
      },
      [&](const types::BorrowType& t) {
        const auto [text, direction] = resource(t.resource);
        const bool is_const = side_ == Side::host && direction == Direction::export_;
        return fmt::format("wcomp::Borrow<{}{}>", is_const ? "const " : "", text);
      },
      [&](const types::AliasType& t) { return inner(t.target); },
      [](const auto&) -> std::string { return "void"; });  // the rest has names, or was refused by `check`
}

bool Model::contains_handle(ValType type, bool only_own) const {
  bool found = false;
  walk(graph_->types, type, [&](types::TypeId id) {
    found = found || std::holds_alternative<types::OwnType>(graph_->types[id]) ||
            (!only_own && std::holds_alternative<types::BorrowType>(graph_->types[id]));
  });
  return found;
}

bool Model::contains_borrow(ValType type) const {
  bool found = false;
  walk(graph_->types, type, [&](types::TypeId id) { found = found || std::holds_alternative<types::BorrowType>(graph_->types[id]); });
  return found;
}

bool Model::is_scalar(ValType type) const {
  const ValType t = graph_->types.resolve(type);
  if (const auto* p = std::get_if<types::Prim>(&t)) return *p != types::Prim::string;
  return graph_->types.get<types::EnumType>(t) != nullptr || graph_->types.get<types::FlagsType>(t) != nullptr;
}

bool Model::is_default_constructible(ValType type) const {
  const ValType t = graph_->types.resolve(type);
  const auto* id = std::get_if<types::TypeId>(&t);
  if (id == nullptr) return true;
  const auto maybe = [&](const std::optional<ValType>& part) { return !part || is_default_constructible(*part); };
  return match(
      graph_->types[*id],
      [&](const types::RecordType& r) { return std::all_of(r.fields.begin(), r.fields.end(), [&](const auto& f) { return is_default_constructible(f.type); }); },
      [&](const types::TupleType& r) { return std::all_of(r.types.begin(), r.types.end(), [&](ValType e) { return is_default_constructible(e); }); },
      [&](const types::VariantType& v) { return maybe(v.cases.front().type); }, [&](const types::ResultType& r) { return maybe(r.ok); },
      [&](const types::FixedListType& l) { return is_default_constructible(l.element); }, [](const types::OwnType&) { return false; },
      [](const types::BorrowType&) { return false; }, [](const auto&) { return true; });
}

bool Model::is_declared(wit::TypeDeclId decl) const { return refused_part(graph_->type_decls[decl].type).empty(); }

bool Model::is_needed(wit::TypeDeclId decl, const Scope& scope) const {
  if (!is_declared(decl)) return false;
  if (scope.direction == Direction::export_ || scope.is_in_world) return true;
  const ValType type = graph_->type_decls[decl].type;
  return !reaches_exported_resource(type) && !reaches_resource_of(*scope.interface, type);
}

bool Model::is_plain_constructor(const wit::Function& func) const {
  return func.kind == wit::FuncKind::constructor && func.type.result && graph_->types.get<types::OwnType>(*func.type.result) != nullptr;
}

bool Model::has_deprecated() const {
  for (const wit::TypeDecl& d : graph_->type_decls) {
    if (d.stability.deprecated) return true;
  }
  for (const wit::Interface& i : graph_->interfaces) {
    for (const wit::Function& f : i.functions) {
      if (f.stability.deprecated) return true;
    }
  }
  return false;
}

std::string Model::param_type(ValType type, const Scope& from, bool is_short) const {
  const types::TypeArena& arena = graph_->types;
  const ValType t = arena.resolve(type);
  const auto is_string = [&](ValType v) { return arena.resolve(v) == ValType(types::Prim::string); };
  const bool is_callee = (from.direction == Direction::export_) == (side_ == Side::guest);
  const bool is_owning = ownership_ == TypeOwnership::owning && is_callee && !contains_borrow(t);
  if (is_string(t) && !is_owning) return "std::string_view";
  const std::string value = value_type(type, from, is_short);
  if (is_scalar(t)) return value;
  if (const auto* b = arena.get<types::BorrowType>(t)) {
    const wit::TypeDeclId decl = resource_decl(b->resource);
    // Hosts lend their own objects to be changed; a guest's methods do not change the handle that stands for its object.
    const bool is_const = (home(decl, from).direction == Direction::import_) == (side_ == Side::guest);
    return (is_const ? "const " : "") + qualified(decl, from, is_short) + "&";
  }
  if (is_owning || contains_handle(t, true)) return value;
  if (const auto* list = arena.get<types::ListType>(t)) {
    if (arena.resolve(list->element) == ValType(types::Prim::bool_)) return "const " + value + "&";  // std::vector<bool> has no span
    return fmt::format("std::span<const {}>", value_type(list->element, from, is_short));
  }
  if (const auto* option = arena.get<types::OptionType>(t)) {
    if (is_string(option->some)) return "std::optional<std::string_view>";
    if (is_scalar(option->some)) return value;
  }
  return "const " + value + "&";
}

std::string Model::result_type(const types::FuncType& type, const Scope& from, bool is_short) const {
  return type.result ? value_type(*type.result, from, is_short) : "void";
}

std::string Model::signature(const types::FuncType& type, const Scope& from) const {
  std::string params;
  for (const auto& p : type.params) params += (params.empty() ? "" : ", ") + param_type(p.type, from, false);
  return fmt::format("{}({})", result_type(type, from, false), params);
}

std::string Model::deprecation(const wit::Stability& stability) {
  if (!stability.deprecated) return "";
  return fmt::format("[[deprecated({})]] ", literal("since " + stability.deprecated->to_string()));
}

}  // namespace wcomp::bindgen
