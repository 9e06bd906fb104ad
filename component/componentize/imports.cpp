#include "component/componentize/imports.h"

#include <algorithm>

namespace wcomp::component {

WorldNames::WorldNames(const wit::Graph& graph, std::optional<wit::WorldId> world) : graph_(&graph) {
  if (!world) return;
  const wit::World& w = graph.worlds[*world];
  const auto note = [&](const wit::WorldItem& item) {
    const auto* id = std::get_if<wit::InterfaceId>(&item.item);
    if (id != nullptr && !graph.interfaces[*id].name) inline_[*id] = item.name;
    return id;
  };
  for (const wit::WorldItem& item : w.imports) note(item);
  for (const wit::WorldItem& item : w.exports) {
    if (const auto* id = note(item)) exported_[*id] = true;
  }
}

std::string WorldNames::of(wit::InterfaceId id) const {
  if (const auto found = inline_.find(id); found != inline_.end()) return found->second;
  return graph_->interface_id_name(id);
}

std::string Imports::owner_name(Decl decl) const {
  const auto* owner = std::get_if<wit::InterfaceId>(&decl->owner);
  return owner == nullptr ? std::string() : sources_.at(decl.graph)->of(*owner);
}

void Imports::use_func(const wit::Graph& graph, const std::string& interface_name, const wit::Function& func) {
  const auto [at, is_new] = needs_.try_emplace(interface_name);
  if (is_new) order_.push_back(interface_name);
  auto& funcs = at->second.funcs;
  if (std::ranges::any_of(funcs, [&](const FuncUse& f) { return f.func->abi_name == func.abi_name; })) return;
  funcs.push_back({&graph, &func});
  for_each_decl(graph, func.type, [&](Decl d) { use_type(d); });
}

void Imports::use_type(Decl decl) {
  const std::string name = owner_name(decl);
  const auto [at, is_new] = needs_.try_emplace(name);
  if (is_new) order_.push_back(name);
  auto& types = at->second.types;
  if (std::ranges::any_of(types, [&](const Decl& d) { return d->name == decl->name; })) return;
  types.push_back(decl);
  const DeclBody body = body_of(decl);
  if (body.alias_of) use_type(*body.alias_of);
  if (!body.structure) return;
  if (const auto* id = std::get_if<types::TypeId>(&*body.structure)) for_each_decl_inside(*decl.graph, *id, [&](Decl d) { use_type(d); });
}

void Imports::write() {
  for (const std::string& name : order_) {
    if (!name.empty()) write_interface(name, needs_.at(name));
  }
  const auto root = needs_.find("");
  if (root == needs_.end()) return;
  for (const Decl& d : root->second.types) static_cast<void>(type(d));
  TypeWriter writer([&](DefType t) { return out_.type(std::move(t)); }, [&](Decl d) { return type(d); });
  for (const FuncUse& use : root->second.funcs) {
    const TypeIdx t = writer.func_type(*use.graph, use.func->type);
    root->second.func_idx.emplace(use.func->abi_name, FuncIdx(out_.import(use.func->abi_name, {.sort = Sort::func, .type_index = t.value, .bound = {}})));
  }
}

void Imports::write_interface(const std::string& name, Need& need) {
  if (need.instance) return;
  InstanceTypeRef body;
  std::uint32_t types = 0;
  std::map<std::string, TypeIdx> declared;                          // of this interface, by name
  std::map<std::pair<std::string, std::string>, TypeIdx> outer;  // of others
  const auto define = [&](DefType t) {
    body.decls.emplace_back(std::move(t));
    return TypeIdx(types++);
  };
  TypeWriter* writer = nullptr;
  const std::function<TypeIdx(Decl)> named = [&](Decl d) -> TypeIdx {
    const std::string owner = owner_name(d);
    if (owner != name) {
      const auto key = std::pair(owner, d->name);
      if (const auto found = outer.find(key); found != outer.end()) return found->second;
      const TypeIdx outside = type(d);
      body.decls.emplace_back(Alias(AliasOuter{.sort = Sort::type, .count = 1, .index = outside.value}));
      return outer.emplace(key, TypeIdx(types++)).first->second;
    }
    if (const auto found = declared.find(d->name); found != declared.end()) return found->second;
    const DeclBody what = body_of(d);
    ExternDesc desc{.sort = Sort::type, .type_index = 0, .bound = {}};
    if (what.alias_of) desc.bound.eq = named(*what.alias_of);
    if (what.structure) desc.bound.eq = writer->define_structure(*d.graph, *what.structure);
    body.decls.emplace_back(ExportDecl{.name = d->name, .desc = desc});
    return declared.emplace(d->name, TypeIdx(types++)).first->second;
  };
  TypeWriter the_writer(define, named);
  writer = &the_writer;
  std::vector<Decl> in_order = need.types;
  std::ranges::sort(in_order, {}, [](const Decl& d) { return d.id; });
  for (const Decl& d : in_order) static_cast<void>(named(d));
  for (const FuncUse& use : need.funcs) {
    const TypeIdx t = the_writer.func_type(*use.graph, use.func->type);
    body.decls.emplace_back(ExportDecl{.name = use.func->abi_name, .desc = {.sort = Sort::func, .type_index = t.value, .bound = {}}});
  }
  const TypeIdx t = out_.type(std::make_shared<const InstanceTypeRef>(std::move(body)));
  need.instance = InstanceIdx(out_.import(name, {.sort = Sort::instance, .type_index = t.value, .bound = {}}));
}

TypeIdx Imports::write_root_type(Decl decl) {
  const DeclBody what = body_of(decl);
  ExternDesc desc{.sort = Sort::type, .type_index = 0, .bound = {}};
  if (what.alias_of) desc.bound.eq = type(*what.alias_of);
  if (what.structure) {
    TypeWriter writer([&](DefType t) { return out_.type(std::move(t)); }, [&](Decl d) { return type(d); });
    desc.bound.eq = writer.define_structure(*decl.graph, *what.structure);
  }
  return TypeIdx(out_.import(decl->name, desc));
}

TypeIdx Imports::type(Decl decl) {
  const std::string name = owner_name(decl);
  Need& need = needs_.at(name);
  if (const auto found = need.type_idx.find(decl->name); found != need.type_idx.end()) return found->second;
  TypeIdx index;
  if (name.empty()) {
    index = write_root_type(decl);
  } else {
    write_interface(name, need);
    index = TypeIdx(out_.alias(Sort::type, *need.instance, decl->name));
  }
  need.type_idx.emplace(decl->name, index);
  return index;
}

FuncIdx Imports::func(const std::string& interface_name, const std::string& name) {
  Need& need = needs_.at(interface_name);
  if (const auto found = need.func_idx.find(name); found != need.func_idx.end()) return found->second;
  return need.func_idx.emplace(name, FuncIdx(out_.alias(Sort::func, *need.instance, name))).first->second;
}

}  // namespace wcomp::component
