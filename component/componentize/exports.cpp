#include "component/componentize/exports.h"

#include <fmt/format.h>

namespace wcomp::component {

namespace {

/// `[method]file.read` -> `method-file-read`: a label for an import of the nested component.
std::string plain_label(std::string_view abi_name) {
  std::string out;
  for (const char c : abi_name) {
    if (c == '[') continue;
    out += c == ']' || c == '.' ? '-' : c;
  }
  return out;
}

/// The nested component for one interface.
class InterfaceWriter {
 public:
  InterfaceWriter(Exports& outside, const WorldExport& e)
      : outside_(outside),
        export_(e),
        inside_([this](DefType t) { return out_.type(std::move(t)); }, [this](Decl d) { return imported(d); }),
        outward_([this](DefType t) { return out_.type(std::move(t)); }, [this](Decl d) { return exported(d); }) {}

  void write(const std::vector<FuncIdx>& lifted) {
    const wit::Graph& graph = outside_.world().graph();
    std::vector<std::uint32_t> funcs;
    for (std::size_t i = 0; i < lifted.size(); ++i) {
      const wit::Function& f = *export_.funcs[i].func;
      const TypeIdx t = inside_.func_type(graph, f.type);
      const std::string name = unique("import-func-" + plain_label(f.abi_name));
      funcs.push_back(out_.import(name, {.sort = Sort::func, .type_index = t.value, .bound = {}}));
      args.emplace_back(name, SortIdx{.sort = Sort::func, .index = lifted[i].value});
    }
    for (const wit::TypeDeclId id : graph.interfaces[*export_.place.interface].types) static_cast<void>(exported(outside_.world().decl(id)));
    for (std::size_t i = 0; i < funcs.size(); ++i) {
      const wit::Function& f = *export_.funcs[i].func;
      const TypeIdx t = outward_.func_type(graph, f.type);
      out_.export_(f.abi_name, {.sort = Sort::func, .index = funcs[i]}, ExternDesc{.sort = Sort::func, .type_index = t.value, .bound = {}}, attributes_of(f.external_id));
    }
  }

  Component take() { return out_.take(); }
  std::vector<std::pair<std::string, SortIdx>> args;

 private:
  std::string unique(std::string name) {
    if (names_.insert(name).second) return name;
    for (std::uint32_t n = 0;; ++n) {
      std::string numbered = fmt::format("{}{}", name, n);
      if (names_.insert(numbered).second) return numbered;
    }
  }

  [[nodiscard]] bool is_own(Decl decl) const {
    const auto* owner = std::get_if<wit::InterfaceId>(&decl->owner);
    return owner != nullptr && *owner == *export_.place.interface;
  }

  /// A type as the lifted functions have it. The interface's own names for types of others are its business only. Chains of names may be
  /// long: they are imported from their end.
  TypeIdx imported(Decl decl) {
    std::vector<Decl> chain;
    std::optional<TypeIdx> known;
    for (;;) {
      DeclBody body = body_of(decl);
      while (is_own(decl) && body.alias_of) {
        decl = *body.alias_of;
        body = body_of(decl);
      }
      if (const auto found = imported_.find(decl.id); found != imported_.end()) {
        known = found->second;
        break;
      }
      chain.push_back(decl);
      if (!body.alias_of) break;
      decl = *body.alias_of;
    }
    for (; !chain.empty(); chain.pop_back()) {
      const Decl d = chain.back();
      const DeclBody body = body_of(d);
      ExternDesc desc{.sort = Sort::type, .type_index = 0, .bound = {}};
      if (body.alias_of) desc.bound.eq = *known;
      if (body.structure) desc.bound.eq = inside_.define_structure(*d.graph, *body.structure);
      const std::string name = unique("import-type-" + d->name);
      known = TypeIdx(out_.import(name, desc));
      args.emplace_back(name, SortIdx{.sort = Sort::type, .index = outside_.visible_type(d, export_.place).value});
      imported_.emplace(d.id, *known);
    }
    return *known;
  }

  /// A type as the instance exports it.
  TypeIdx exported(Decl decl) {
    if (const auto found = exported_.find(decl.id); found != exported_.end()) return found->second;
    if (!is_own(decl)) return imported(decl);
    const DeclBody body = body_of(decl);
    const TypeIdx inner = body.alias_of    ? exported(*body.alias_of)
                          : body.structure ? outward_.define_structure(*decl.graph, *body.structure)
                                           : imported(decl);
    const TypeIdx t(out_.export_(decl->name, {.sort = Sort::type, .index = inner.value}, {}, attributes_of(decl->external_id)));
    exported_.emplace(decl.id, t);
    return t;
  }

  Exports& outside_;
  const WorldExport& export_;
  Builder out_;
  std::set<std::string> names_;
  std::map<wit::TypeDeclId, TypeIdx> imported_, exported_;
  TypeWriter inside_, outward_;
};

}  // namespace

void Exports::collect_type(Decl decl, const Place& at) {
  std::vector<std::pair<Decl, Place>> work{{decl, at}};
  while (!work.empty()) {
    const auto [d, from] = std::move(work.back());
    work.pop_back();
    const std::optional<Place> place = world_.locate_export(d, from);
    if (!place) {
      imports_.use_type(d, {});
      continue;
    }
    if (!collected_[d.id].emplace(place->name, *place).second) continue;
    const DeclBody body = body_of(d);
    if (body.alias_of) work.emplace_back(*body.alias_of, *place);
    if (!body.structure) continue;
    if (const auto* id = std::get_if<types::TypeId>(&*body.structure)) {
      for_each_decl_inside(*d.graph, *id, [&](Decl inner) { work.emplace_back(inner, *place); });
    }
  }
}

void Exports::collect(const WorldExport& e) {
  if (e.place.interface) {
    for (const wit::TypeDeclId id : world_.graph().interfaces[*e.place.interface].types) collect_type(world_.decl(id), e.place);
  }
  for (const ExportedFunc& f : e.funcs) for_each_decl(world_.graph(), f.func->type, [&](Decl d) { collect_type(d, e.place); });
}

void Exports::define_types() {
  for (const auto& [id, places] : collected_) {
    for (const auto& [name, place] : places) static_cast<void>(type(world_.decl(id), place));
  }
}

TypeWriter& Exports::writer(const Place& place) {
  if (const auto found = writers_.find(place.name); found != writers_.end()) return found->second;
  return writers_.try_emplace(place.name, [this](DefType t) { return out_.type(std::move(t)); }, [this, place](Decl d) { return type(d, place); }).first->second;
}

TypeIdx Exports::func_type(const Place& place, const types::FuncType& t) { return writer(place).func_type(world_.graph(), t); }
ValTypeRef Exports::val_type(const Place& place, types::ValType t) { return writer(place).val_type(world_.graph(), t); }

TypeIdx Exports::type(Decl decl, const Place& at) {
  const std::optional<Place> place = world_.locate_export(decl, at);
  if (!place) return imports_.type(decl, {});
  const Key key(place->name, decl.id);
  if (const auto found = types_.find(key); found != types_.end()) return found->second;
  const DeclBody body = body_of(decl);
  WCOMP_CHECK(!body.is_resource && "resources of exported interfaces are defined first");
  const TypeIdx t = body.alias_of ? type(*body.alias_of, *place) : writer(*place).define_structure(*decl.graph, *body.structure);
  types_.emplace(key, t);
  return t;
}

TypeIdx Exports::visible_type(Decl decl, const Place& from) {
  const std::optional<Place> place = world_.locate_export(decl, from);
  if (!place || *place == from) return type(decl, from);
  const auto instance = written_.find(place->name);
  if (instance == written_.end()) return type(decl, from);
  const auto [at, is_new] = visible_.try_emplace(Key(place->name, decl.id));
  if (is_new) at->second = TypeIdx(out_.alias(Sort::type, instance->second, decl->name));
  return at->second;
}

void Exports::write_interface(const WorldExport& e, const std::vector<FuncIdx>& funcs) {
  InterfaceWriter nested(*this, e);
  nested.write(funcs);
  const ComponentIdx component = out_.component(std::make_shared<const Component>(nested.take()));
  const InstanceIdx instance = out_.instantiate(component, std::move(nested.args));
  const Attributes attributes = attributes_of(world_, e.place, world_.find_export(e.place.name));
  written_.emplace(e.place.name, InstanceIdx(out_.export_(e.place.name, {.sort = Sort::instance, .index = instance.value}, {}, attributes)));
}

}  // namespace wcomp::component
