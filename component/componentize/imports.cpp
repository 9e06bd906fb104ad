#include "component/componentize/imports.h"

#include <algorithm>

namespace wcomp::component {

Attributes attributes_of(const World& world, const Place& place, const wit::WorldItem* item) {
  Attributes out;
  out.implements = world.implements(place);
  if (item != nullptr && item->external_id) out.external_id = *item->external_id;
  return out;
}

Imports::Need& Imports::need(const Place& place) {
  Need& out = needs_[place.name];
  out.place = place;
  return out;
}

void Imports::use_func(const Place& place, const wit::Function& func) {
  Need& n = need(place);
  if (!n.func_names.insert(func.abi_name).second) return;
  n.funcs.push_back(&func);
  for_each_decl(world_.graph(), func.type, [&](Decl d) { use_type(d, place); });
}

// Chains of types that are names of one another may be long: no recursion.
void Imports::use_type(Decl decl, const Place& at) {
  std::vector<std::pair<Decl, Place>> work{{decl, at}};
  while (!work.empty()) {
    const auto [spoken, from] = std::move(work.back());
    work.pop_back();
    const World::Located found = world_.locate_import(spoken, from);
    Need& n = need(found.place);
    if (!n.type_names.insert(found.decl->name).second) continue;
    n.types.push_back(found.decl);
    const DeclBody body = body_of(found.decl);
    if (body.alias_of) work.emplace_back(*body.alias_of, found.place);
    if (!body.structure) continue;
    if (const auto* id = std::get_if<types::TypeId>(&*body.structure)) {
      for_each_decl_inside(world_.graph(), *id, [&](Decl d) { work.emplace_back(d, found.place); });
    }
  }
}

void Imports::write(const std::map<std::string, std::string, std::less<>>& renamed) {
  renamed_ = &renamed;
  for (const wit::WorldItem* item : world_.imports()) {
    if (!std::holds_alternative<wit::InterfaceId>(item->item)) continue;
    if (const auto found = needs_.find(item->name); found != needs_.end()) write_interface(found->second);
  }
  // Types of exported interfaces may come from interfaces that no import of the world names.
  for (auto& [name, n] : needs_) {
    if (!name.empty()) write_interface(n);
  }
  write_root();
}

void Imports::write_root() {
  const auto root = needs_.find("");
  if (root == needs_.end()) return;
  for (const Decl& d : root->second.types) static_cast<void>(type(d, {}));
  TypeWriter writer([&](DefType t) { return out_.type(std::move(t)); }, [&](Decl d) { return type(d, {}); });
  std::vector<const wit::Function*> funcs;
  for (const wit::WorldItem* item : world_.imports()) {
    const auto* f = std::get_if<wit::Function>(&item->item);
    if (f != nullptr && root->second.func_names.contains(f->abi_name)) funcs.push_back(f);
  }
  for (const wit::Function* f : funcs) {
    const TypeIdx t = writer.func_type(world_.graph(), f->type);
    const wit::WorldItem* item = world_.find_import(f->abi_name);
    Attributes attributes = attributes_of(f->external_id);
    if (item != nullptr && item->external_id) attributes.external_id = *item->external_id;
    root->second.func_idx.emplace(f->abi_name, FuncIdx(out_.import(f->abi_name, {.sort = Sort::func, .type_index = t.value, .bound = {}}, std::move(attributes))));
  }
}

void Imports::write_interface(Need& n) {
  if (n.instance) return;
  InstanceTypeRef body;
  std::uint32_t types = 0;
  std::map<std::string, TypeIdx> declared;                          // of this interface, by name
  std::map<std::pair<std::string, std::string>, TypeIdx> outer;  // of others
  const auto define = [&](DefType t) {
    body.decls.emplace_back(std::move(t));
    return TypeIdx(types++);
  };
  TypeWriter* writer = nullptr;
  const std::function<TypeIdx(Decl)> named = [&](Decl spoken) -> TypeIdx {
    const auto [place, d] = world_.locate_import(spoken, n.place);
    if (place != n.place) {
      const auto key = std::pair(place.name, d->name);
      if (const auto found = outer.find(key); found != outer.end()) return found->second;
      const TypeIdx outside = type(d, place);
      body.decls.emplace_back(Alias(AliasOuter{.sort = Sort::type, .count = 1, .index = outside.value}));
      return outer.emplace(key, TypeIdx(types++)).first->second;
    }
    if (const auto found = declared.find(d->name); found != declared.end()) return found->second;
    const DeclBody what = body_of(d);
    ExternDesc desc{.sort = Sort::type, .type_index = 0, .bound = {}};
    if (what.alias_of) desc.bound.eq = named(*what.alias_of);
    if (what.structure) desc.bound.eq = writer->define_structure(*d.graph, *what.structure);
    body.decls.emplace_back(ExportDecl{.name = d->name, .desc = desc, .attributes = attributes_of(d->external_id)});
    return declared.emplace(d->name, TypeIdx(types++)).first->second;
  };
  TypeWriter the_writer(define, named);
  writer = &the_writer;
  std::vector<Decl> in_order = n.types;
  std::ranges::sort(in_order, {}, [](const Decl& d) { return d.id; });
  for (const Decl& d : in_order) static_cast<void>(named(d));
  // Functions in the order of the interface, so that the same imports give the same component however a linker ordered them.
  for (const wit::Function& f : world_.graph().interfaces[*n.place.interface].functions) {
    if (!n.func_names.contains(f.abi_name)) continue;
    const TypeIdx t = the_writer.func_type(world_.graph(), f.type);
    body.decls.emplace_back(ExportDecl{.name = f.abi_name, .desc = {.sort = Sort::func, .type_index = t.value, .bound = {}}, .attributes = attributes_of(f.external_id)});
  }
  const TypeIdx t = out_.type(std::make_shared<const InstanceTypeRef>(std::move(body)));
  const auto renamed = renamed_->find(n.place.name);
  const std::string& name = renamed == renamed_->end() ? n.place.name : renamed->second;
  n.instance = InstanceIdx(out_.import(name, {.sort = Sort::instance, .type_index = t.value, .bound = {}}, attributes_of(world_, n.place, item_of(n.place))));
}

TypeIdx Imports::write_root_type(Decl decl) {
  const DeclBody what = body_of(decl);
  ExternDesc desc{.sort = Sort::type, .type_index = 0, .bound = {}};
  if (what.alias_of) desc.bound.eq = type(*what.alias_of, {});
  if (what.structure) {
    TypeWriter writer([&](DefType t) { return out_.type(std::move(t)); }, [&](Decl d) { return type(d, {}); });
    desc.bound.eq = writer.define_structure(*decl.graph, *what.structure);
  }
  return TypeIdx(out_.import(decl->name, desc, attributes_of(decl->external_id)));
}

TypeIdx Imports::type(Decl spoken, const Place& at) {
  const auto [place, decl] = world_.locate_import(spoken, at);
  const auto known = needs_.find(place.name);
  WCOMP_CHECK(known != needs_.end() && "collected first");
  Need& n = known->second;
  if (const auto found = n.type_idx.find(decl->name); found != n.type_idx.end()) return found->second;
  TypeIdx index;
  if (place.name.empty()) {
    index = write_root_type(decl);
  } else {
    write_interface(n);
    index = TypeIdx(out_.alias(Sort::type, *n.instance, decl->name));
  }
  n.type_idx.emplace(decl->name, index);
  return index;
}

ValTypeRef Imports::val_type(const Place& place, types::ValType t) {
  auto found = writers_.find(place.name);
  if (found == writers_.end()) {
    found = writers_.try_emplace(place.name, [this](DefType d) { return out_.type(std::move(d)); }, [this, place](Decl d) { return type(d, place); }).first;
  }
  return found->second.val_type(world_.graph(), t);
}

FuncIdx Imports::func(const Place& place, const std::string& name) {
  Need& n = needs_.at(place.name);
  if (const auto found = n.func_idx.find(name); found != n.func_idx.end()) return found->second;
  return n.func_idx.emplace(name, FuncIdx(out_.alias(Sort::func, *n.instance, name))).first->second;
}

}  // namespace wcomp::component
