// What the component imports: collected from the core modules, then written.
//
// First everything is collected (`use_func`, `use_type`), then `write` emits the imports that are needed in the order of the world, each
// after those whose types it needs; afterwards functions and types can be taken by alias.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "component/builder.h"
#include "component/componentize/world.h"

namespace wcomp::component {

class Imports {
 public:
  Imports(Builder& out, const World& world) : out_(out), world_(world) {}

  void use_func(const Place& place, const wit::Function& func);
  /// A type that is spoken of at `place`.
  void use_type(Decl decl, const Place& place);
  /// `renamed`: the names under which interfaces are imported, where it is not the world's.
  void write(const std::map<std::string, std::string, std::less<>>& renamed);

  [[nodiscard]] FuncIdx func(const Place& place, const std::string& abi_name);
  [[nodiscard]] TypeIdx type(Decl decl, const Place& place);
  [[nodiscard]] ValTypeRef val_type(const Place& place, types::ValType t);

 private:
  struct Need {
    Place place;
    std::vector<const wit::Function*> funcs;
    std::vector<Decl> types;
    std::set<std::string, std::less<>> func_names, type_names;
    std::optional<InstanceIdx> instance;
    std::map<std::string, FuncIdx, std::less<>> func_idx;
    std::map<std::string, TypeIdx, std::less<>> type_idx;  ///< in the component's scope
  };
  Need& need(const Place& place);
  [[nodiscard]] const wit::WorldItem* item_of(const Place& place) const { return world_.find_import(place.name); }
  void write_interface(Need& need);
  void write_root();
  TypeIdx write_root_type(Decl decl);

  Builder& out_;
  const World& world_;
  std::map<std::string, Need, std::less<>> needs_;
  const std::map<std::string, std::string, std::less<>>* renamed_ = nullptr;
  std::map<std::string, TypeWriter, std::less<>> writers_;  ///< by place: the same declaration may be another type at another place
};

/// Attributes of an import or export of the world.
[[nodiscard]] Attributes attributes_of(const World& world, const Place& place, const wit::WorldItem* item);
/// Of a function or type inside an interface: an optional or a pointer to its `external_id`.
template <class Optional>
[[nodiscard]] Attributes attributes_of(const Optional& external_id) {
  Attributes out;
  if (external_id) out.external_id = *external_id;
  return out;
}

}  // namespace wcomp::component
