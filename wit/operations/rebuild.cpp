#include "wit/operations/rebuild.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "wit/operations/parts.h"
#include "wit/resolve/order.h"

namespace wcomp::wit {

namespace {

class Rebuilder {
 public:
  Rebuilder(const Graph& graph, const Replaced& replaced) : old_(graph), replaced_(replaced) {}

  Result<Graph> run() {
    find_kept();
    WCOMP_TRY(order_packages());
    WCOMP_TRY(order_interfaces());
    WCOMP_TRY(copy_types());
    copy_interfaces();
    copy_worlds();
    for (const PackageId p : old_.roots) {
      const PackageId made = package(p);
      if (std::find(new_.roots.begin(), new_.roots.end(), made) == new_.roots.end()) new_.roots.push_back(made);
    }
    return std::move(new_);
  }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  [[nodiscard]] PackageId current(PackageId id) const {
    const auto other = replaced_.packages.find(id);
    return other == replaced_.packages.end() ? id : other->second;
  }
  [[nodiscard]] InterfaceId current(InterfaceId id) const {
    const auto other = replaced_.interfaces.find(id);
    return other == replaced_.interfaces.end() ? id : other->second;
  }
  [[nodiscard]] TypeDeclId current(TypeDeclId id) const {
    const auto other = replaced_.types.find(id);
    return other == replaced_.types.end() ? id : other->second;
  }
  [[nodiscard]] types::TypeId current(types::TypeId id) const {
    return old_.decl_of_type.contains(id) ? old_.type_decls[current(old_.decl_of_type.at(id))].type : id;
  }

  // ---- what is kept ----
  void find_kept() {
    keeps_interface_.resize(old_.interfaces.size());
    for (std::size_t p = 0; p < old_.packages.size(); ++p) {
      if (replaced_.packages.contains(PackageId(p))) continue;
      for (const InterfaceId i : old_.packages[PackageId(p)].interfaces) keeps_interface_[current(i).value] = true;
      for (const WorldId w : old_.packages[PackageId(p)].worlds) {
        worlds_.push_back(w);
        each_item(old_.worlds[w], [&](const WorldItem& item) {
          if (const auto* i = std::get_if<InterfaceId>(&item.item)) keeps_interface_[current(*i).value] = true;
        });
      }
    }
    std::sort(worlds_.begin(), worlds_.end());
  }
  static void each_item(const World& world, const auto& f) {
    for (const WorldItem& item : world.imports) f(item);
    for (const WorldItem& item : world.exports) f(item);
  }
  /// The interface that a declaration names a type of.
  [[nodiscard]] std::optional<InterfaceId> used_interface(TypeDeclId id) const {
    const TypeDecl& decl = old_.type_decls[id];
    if (!decl.alias_of) return std::nullopt;
    const auto* owner = std::get_if<InterfaceId>(&old_.type_decls[current(*decl.alias_of)].owner);
    return owner == nullptr ? std::nullopt : std::optional(current(*owner));
  }

  // ---- order ----
  Result<void> order_interfaces() {
    std::vector<std::vector<Dependency>> edges(old_.interfaces.size());
    for (std::size_t i = 0; i < edges.size(); ++i) {
      if (!keeps_interface_[i]) continue;
      for (const TypeDeclId t : old_.interfaces[InterfaceId(i)].types) {
        if (const auto used = used_interface(t); used && used->value != i) edges[i].push_back({used->value, 0});
      }
    }
    std::optional<std::pair<std::size_t, std::size_t>> cycle;
    const auto order = sort_by_dependency(edges, [&](std::size_t node, const Dependency& d, const Dependency*) { cycle = cycle.value_or(std::pair(node, d.target)); });
    if (cycle) {
      return fail(diag::cycle, fmt::format("interface `{}` would use types of `{}` and the other way round", old_.interface_id_name(InterfaceId(cycle->first)), old_.interface_id_name(InterfaceId(cycle->second))));
    }
    new_interfaces_.assign(old_.interfaces.size(), none);
    for (const std::size_t i : order) {
      if (!keeps_interface_[i]) continue;
      new_interfaces_[i] = static_cast<std::uint32_t>(interfaces_.size());
      interfaces_.push_back(InterfaceId(i));
    }
    return {};
  }

  Result<void> order_packages() {
    std::vector<std::vector<Dependency>> edges(old_.packages.size());
    const auto needs = [&](PackageId user, InterfaceId used) {
      const std::uint32_t from = current(user).value, to = current(old_.interfaces[used].package).value;
      if (from != to && (edges[from].empty() || edges[from].back().target != to)) edges[from].push_back({to, 0});
    };
    for (std::size_t i = 0; i < old_.interfaces.size(); ++i) {
      if (!keeps_interface_[i]) continue;
      for (const TypeDeclId t : old_.interfaces[InterfaceId(i)].types) {
        if (const auto used = used_interface(t)) needs(old_.interfaces[InterfaceId(i)].package, *used);
      }
    }
    for (const WorldId w : worlds_) {
      each_item(old_.worlds[w], [&](const WorldItem& item) {
        if (const auto* i = std::get_if<InterfaceId>(&item.item)) needs(old_.worlds[w].package, current(*i));
      });
    }
    std::optional<std::pair<std::size_t, std::size_t>> cycle;
    const auto order = sort_by_dependency(edges, [&](std::size_t node, const Dependency& d, const Dependency*) { cycle = cycle.value_or(std::pair(node, d.target)); });
    if (cycle) {
      return fail(diag::cycle, fmt::format("packages `{}` and `{}` would depend on one another", old_.packages[PackageId(cycle->first)].name.to_string(), old_.packages[PackageId(cycle->second)].name.to_string()));
    }
    new_packages_.assign(old_.packages.size(), none);
    for (const std::size_t p : order) {
      if (replaced_.packages.contains(PackageId(p))) continue;
      const Package& package = old_.packages[PackageId(p)];
      new_packages_[p] = new_.packages.add({.name = package.name, .interfaces = {}, .worlds = {}, .docs = package.docs}).value;
    }
    return {};
  }

  // ---- types ----
  /// What an entry refers to, as things are now.
  [[nodiscard]] std::vector<types::TypeId> needs(types::TypeId id) const {
    if (const auto target = alias_target(id)) return {*target};
    std::vector<types::TypeId> out = parts_of(old_.types[id]);
    for (types::TypeId& t : out) t = current(t);
    return out;
  }
  [[nodiscard]] std::optional<types::TypeId> alias_target(types::TypeId id) const {
    if (!old_.decl_of_type.contains(id)) return std::nullopt;
    const TypeDecl& decl = old_.type_decls[old_.decl_of_type.at(id)];
    if (!decl.alias_of || !std::holds_alternative<types::AliasType>(old_.types[id])) return std::nullopt;
    return old_.type_decls[current(*decl.alias_of)].type;
  }

  void want(types::TypeId id, std::vector<types::TypeId>& stack) {
    if (is_wanted_[id.value]) return;
    is_wanted_[id.value] = true;
    stack.push_back(id);
  }
  void want(const Function& f, std::vector<types::TypeId>& stack) {
    for (const types::TypeId t : parts_of(f.type)) want(current(t), stack);
  }
  void find_wanted() {
    is_wanted_.resize(old_.types.size());
    std::vector<types::TypeId> stack;
    for (const InterfaceId i : interfaces_) {
      for (const TypeDeclId t : old_.interfaces[i].types) want(old_.type_decls[t].type, stack);
      for (const Function& f : old_.interfaces[i].functions) want(f, stack);
    }
    for (const WorldId w : worlds_) {
      each_item(old_.worlds[w], [&](const WorldItem& item) {
        if (const auto* t = std::get_if<TypeDeclId>(&item.item)) want(old_.type_decls[current(*t)].type, stack);
        if (const auto* f = std::get_if<Function>(&item.item)) want(*f, stack);
      });
    }
    while (!stack.empty()) {
      const types::TypeId id = stack.back();
      stack.pop_back();
      for (const types::TypeId t : needs(id)) want(t, stack);
    }
  }

  Result<void> copy_types() {
    find_wanted();
    decls_of_.resize(old_.types.size());
    for (std::size_t d = 0; d < old_.type_decls.size(); ++d) {
      if (!replaced_.types.contains(TypeDeclId(d))) decls_of_[old_.type_decls[TypeDeclId(d)].type.value].push_back(TypeDeclId(d));
    }
    new_types_.assign(old_.types.size(), none);
    new_decls_.assign(old_.type_decls.size(), none);
    struct Frame {
      types::TypeId id;
      std::vector<types::TypeId> needs;
      std::size_t next = 0;
    };
    std::vector<bool> is_open(old_.types.size());
    for (std::size_t start = 0; start < old_.types.size(); ++start) {
      if (!is_wanted_[start] || new_types_[start] != none) continue;
      std::vector<Frame> stack;
      stack.push_back({types::TypeId(start), needs(types::TypeId(start))});
      is_open[start] = true;
      while (!stack.empty()) {
        Frame& top = stack.back();
        if (top.next == top.needs.size()) {
          add_type(top.id);
          is_open[top.id.value] = false;
          stack.pop_back();
          continue;
        }
        const types::TypeId next = top.needs[top.next++];
        if (new_types_[next.value] != none) continue;
        if (is_open[next.value]) return fail(diag::cycle, "a type would contain itself");  // interfaces without cycles have no such types
        is_open[next.value] = true;
        stack.push_back({next, needs(next)});
      }
    }
    return {};
  }
  void add_type(types::TypeId id) {
    types::TypeDef def = old_.types[id];
    if (std::holds_alternative<types::ResourceType>(def)) def = types::ResourceType{new_.types.new_resource()};
    else if (const auto target = alias_target(id)) def = types::AliasType{types::TypeId(new_types_[target->value])};
    else def = with_parts(std::move(def), [&](types::TypeId t) { return type(t); });
    const types::TypeId made = new_.types.add(std::move(def));
    new_types_[id.value] = made.value;
    if (const auto known = old_.anonymous_stability.find(id); known != old_.anonymous_stability.end()) new_.anonymous_stability.emplace(made, known->second);
    for (const TypeDeclId d : decls_of_[id.value]) {
      TypeDecl decl = old_.type_decls[d];
      decl.type = made;
      if (decl.alias_of) decl.alias_of = this->decl(*decl.alias_of);
      if (const auto* i = std::get_if<InterfaceId>(&decl.owner)) {
        if (keeps_interface_[current(*i).value]) decl.owner = interface(*i);
        else decl.owner = std::monostate();
      }
      const TypeDeclId made_decl = new_.type_decls.add(std::move(decl));  // a world's owner is set with the world
      new_decls_[d.value] = made_decl.value;
      new_.decl_of_type.emplace(made, made_decl);
    }
  }

  // ---- the new ids ----
  [[nodiscard]] PackageId package(PackageId id) const { return PackageId(new_packages_[current(id).value]); }
  [[nodiscard]] InterfaceId interface(InterfaceId id) const { return InterfaceId(new_interfaces_[current(id).value]); }
  [[nodiscard]] types::TypeId type(types::TypeId id) const {
    const std::uint32_t made = new_types_[current(id).value];
    WCOMP_CHECK(made != none);
    return types::TypeId(made);
  }
  [[nodiscard]] TypeDeclId decl(TypeDeclId id) const {
    const std::uint32_t made = new_decls_[current(id).value];
    WCOMP_CHECK(made != none);
    return TypeDeclId(made);
  }
  [[nodiscard]] Function function(Function f) const {
    f.type = with_parts(std::move(f.type), [&](types::TypeId t) { return type(t); });
    if (f.resource) f.resource = decl(*f.resource);
    return f;
  }

  // ---- the rest ----
  void copy_interfaces() {
    for (const InterfaceId i : interfaces_) {
      Interface made = old_.interfaces[i];
      made.package = package(made.package);
      for (TypeDeclId& t : made.types) t = decl(t);
      for (Function& f : made.functions) f = function(std::move(f));
      if (made.clone_of && !keeps_interface_[current(*made.clone_of).value]) made.clone_of.reset();
      if (made.clone_of) made.clone_of = interface(*made.clone_of);
      (void)new_.interfaces.add(std::move(made));
    }
    for (std::size_t p = 0; p < old_.packages.size(); ++p) {
      if (new_packages_[p] == none) continue;
      for (const InterfaceId i : old_.packages[PackageId(p)].interfaces) new_.packages[PackageId(new_packages_[p])].interfaces.push_back(interface(i));
    }
  }
  void copy_worlds() {
    std::unordered_map<WorldId, WorldId> made;
    for (const WorldId w : worlds_) {
      const World& old = old_.worlds[w];
      const WorldId id = new_.worlds.add(old);
      made.emplace(w, id);
      World& world = new_.worlds[id];
      world.package = package(old.package);
      for (std::vector<WorldItem>* list : {&world.imports, &world.exports}) {
        for (WorldItem& item : *list) {
          if (auto* i = std::get_if<InterfaceId>(&item.item)) *i = interface(*i);
          if (auto* f = std::get_if<Function>(&item.item)) *f = function(std::move(*f));
          if (auto* t = std::get_if<TypeDeclId>(&item.item)) {
            *t = decl(*t);
            new_.type_decls[*t].owner = id;
          }
        }
      }
    }
    for (std::size_t p = 0; p < old_.packages.size(); ++p) {
      if (new_packages_[p] == none) continue;
      for (const WorldId w : old_.packages[PackageId(p)].worlds) new_.packages[PackageId(new_packages_[p])].worlds.push_back(made.at(w));
    }
  }

  const Graph& old_;
  const Replaced& replaced_;
  Graph new_;
  std::vector<bool> keeps_interface_, is_wanted_;
  std::vector<WorldId> worlds_;           ///< that are kept
  std::vector<InterfaceId> interfaces_;   ///< that are kept, in their new order
  std::vector<std::vector<TypeDeclId>> decls_of_;
  std::vector<std::uint32_t> new_packages_, new_interfaces_, new_types_, new_decls_;
};

}  // namespace

Result<Graph> rebuild(const Graph& graph, const Replaced& replaced) { return Rebuilder(graph, replaced).run(); }

}  // namespace wcomp::wit
