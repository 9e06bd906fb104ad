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
    std::vector<std::uint32_t> funcs;
    for (std::size_t i = 0; i < lifted.size(); ++i) {
      const ExportedFunc& f = export_.funcs[i];
      const TypeIdx t = inside_.func_type(*f.graph, f.func->type);
      const std::string name = unique("import-func-" + plain_label(f.func->abi_name));
      funcs.push_back(out_.import(name, {.sort = Sort::func, .type_index = t.value, .bound = {}}));
      args.emplace_back(name, SortIdx{.sort = Sort::func, .index = lifted[i].value});
    }
    const wit::Interface& interface = export_.graph->interfaces[*export_.interface];
    for (const wit::TypeDeclId id : interface.types) static_cast<void>(exported(Decl{export_.graph, id}));
    for (std::size_t i = 0; i < funcs.size(); ++i) {
      const ExportedFunc& f = export_.funcs[i];
      const TypeIdx t = outward_.func_type(*f.graph, f.func->type);
      out_.export_(f.func->abi_name, {.sort = Sort::func, .index = funcs[i]}, ExternDesc{.sort = Sort::func, .type_index = t.value, .bound = {}});
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
    return owner != nullptr && *owner == *export_.interface;
  }

  /// A type as the lifted functions have it. The interface's own names for types of others are its business only.
  TypeIdx imported(Decl decl) {
    DeclBody body = body_of(decl);
    while (is_own(decl) && body.alias_of) {
      decl = *body.alias_of;
      body = body_of(decl);
    }
    if (const auto found = imported_.find(decl.id); found != imported_.end()) return found->second;
    ExternDesc desc{.sort = Sort::type, .type_index = 0, .bound = {}};
    if (body.alias_of) desc.bound.eq = imported(*body.alias_of);
    if (body.structure) desc.bound.eq = inside_.define_structure(*decl.graph, *body.structure);
    const std::string name = unique("import-type-" + decl->name);
    const TypeIdx t(out_.import(name, desc));
    args.emplace_back(name, SortIdx{.sort = Sort::type, .index = outside_.visible_type(decl, *export_.interface).value});
    imported_.emplace(decl.id, t);
    return t;
  }

  /// A type as the instance exports it.
  TypeIdx exported(Decl decl) {
    if (const auto found = exported_.find(decl.id); found != exported_.end()) return found->second;
    if (!is_own(decl)) return imported(decl);
    const DeclBody body = body_of(decl);
    const TypeIdx inner = body.alias_of    ? exported(*body.alias_of)
                          : body.structure ? outward_.define_structure(*decl.graph, *body.structure)
                                           : imported(decl);
    const TypeIdx t(out_.export_(decl->name, {.sort = Sort::type, .index = inner.value}));
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

bool Exports::is_exported(Decl decl) const {
  const auto* owner = std::get_if<wit::InterfaceId>(&decl->owner);
  return owner != nullptr && names_ != nullptr && decl.graph == &names_->graph() && names_->is_exported(*owner);
}

void Exports::collect_type(Decl decl) {
  if (!is_exported(decl)) return imports_.use_type(decl);
  if (!collected_.emplace(decl.graph, decl.id).second) return;
  const DeclBody body = body_of(decl);
  if (body.alias_of) collect_type(*body.alias_of);
  if (!body.structure) return;
  if (const auto* id = std::get_if<types::TypeId>(&*body.structure)) for_each_decl_inside(*decl.graph, *id, [&](Decl d) { collect_type(d); });
}

void Exports::collect(const WorldExport& e) {
  if (e.interface) {
    for (const wit::TypeDeclId id : e.graph->interfaces[*e.interface].types) collect_type(Decl{e.graph, id});
  }
  for (const ExportedFunc& f : e.funcs) for_each_decl(*f.graph, f.func->type, [&](Decl d) { collect_type(d); });
}

TypeIdx Exports::type(Decl decl) {
  const auto key = std::pair(decl.graph, decl.id);
  if (const auto found = types_.find(key); found != types_.end()) return found->second;
  TypeIdx t;
  if (!is_exported(decl)) {
    t = imports_.type(decl);
  } else {
    const DeclBody body = body_of(decl);
    WCOMP_CHECK(!body.is_resource && "resources of exported interfaces are defined first");
    t = body.alias_of ? type(*body.alias_of) : writer_.define_structure(*decl.graph, *body.structure);
  }
  types_.emplace(key, t);
  return t;
}

TypeIdx Exports::visible_type(Decl decl, wit::InterfaceId from) {
  const auto* owner = std::get_if<wit::InterfaceId>(&decl->owner);
  if (owner == nullptr || *owner == from || !is_exported(decl)) return type(decl);
  const auto instance = written_.find(*owner);
  if (instance == written_.end()) return type(decl);
  const auto [at, is_new] = visible_.try_emplace(decl.id);
  if (is_new) at->second = TypeIdx(out_.alias(Sort::type, instance->second, decl->name));
  return at->second;
}

void Exports::write_interface(const WorldExport& e, const std::vector<FuncIdx>& funcs) {
  InterfaceWriter nested(*this, e);
  nested.write(funcs);
  const ComponentIdx component = out_.component(std::make_shared<const Component>(nested.take()));
  const InstanceIdx instance = out_.instantiate(component, std::move(nested.args));
  const InstanceIdx exported(out_.export_(e.name, {.sort = Sort::instance, .index = instance.value}));
  if (names_ != nullptr && e.graph == &names_->graph()) written_.emplace(*e.interface, exported);
}

}  // namespace wcomp::component
