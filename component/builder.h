// Writing components from code: appends definitions and counts the index spaces.
#pragma once

#include <array>
#include <map>

#include "component/component.h"

namespace wcomp::component {

/// Every function appends one definition and gives the index that it makes.
class Builder {
 public:
  TypeIdx type(DefType t);
  std::uint32_t import(std::string name, ExternDesc desc, Attributes attributes = {});
  /// The exported item's new index.
  std::uint32_t export_(std::string name, SortIdx item, std::optional<ExternDesc> desc = {}, Attributes attributes = {});
  std::uint32_t alias(Sort sort, InstanceIdx instance, std::string name);
  std::uint32_t alias_core(Sort sort, CoreInstanceIdx instance, std::string name);
  CoreFuncIdx alias_core_func(CoreInstanceIdx instance, std::string name) { return CoreFuncIdx(alias_core(Sort::core_func, instance, std::move(name))); }
  CoreModuleIdx core_module(Bytes bytes);
  CoreInstanceIdx instantiate(CoreModuleIdx module, std::vector<std::pair<std::string, CoreInstanceIdx>> args);
  CoreInstanceIdx core_instance(std::vector<std::pair<std::string, CoreFuncIdx>> funcs);
  CoreInstanceIdx core_instance(std::vector<std::pair<std::string, SortIdx>> items);
  CoreTypeIdx core_type(CoreDefType t);
  ComponentIdx component(std::shared_ptr<const Component> c);
  InstanceIdx instantiate(ComponentIdx component, std::vector<std::pair<std::string, SortIdx>> args);
  FuncIdx lift(CanonLift c);
  CoreFuncIdx lower(CanonLower c);
  CoreFuncIdx resource_new(TypeIdx t);
  CoreFuncIdx resource_drop(TypeIdx t);
  CoreFuncIdx resource_rep(TypeIdx t);
  CoreFuncIdx built_in(CanonBuiltIn c);
  /// A custom section; takes no index.
  void custom(std::string name, Bytes contents);
  /// Definitions so far.
  [[nodiscard]] std::size_t size() const { return component_.definitions.size(); }

  [[nodiscard]] Component take() { return std::move(component_); }

 private:
  template <class T>
  std::uint32_t add(Sort sort, T item) {
    component_.definitions.push_back({.item = std::move(item), .offset = 0});
    return counts_[sort]++;
  }
  Component component_;
  std::map<Sort, std::uint32_t> counts_;
};

}  // namespace wcomp::component
