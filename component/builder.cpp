#include "component/builder.h"

namespace wcomp::component {

TypeIdx Builder::type(DefType t) { return TypeIdx(add(Sort::type, std::move(t))); }

std::uint32_t Builder::import(std::string name, ExternDesc desc, Attributes attributes) {
  return add(desc.sort, Import{.name = std::move(name), .desc = desc, .attributes = std::move(attributes)});
}
std::uint32_t Builder::export_(std::string name, SortIdx item, std::optional<ExternDesc> desc, Attributes attributes) {
  return add(item.sort, Export{.name = std::move(name), .item = item, .desc = desc, .attributes = std::move(attributes)});
}
std::uint32_t Builder::alias(Sort sort, InstanceIdx instance, std::string name) {
  return add(sort, Alias(AliasExport{.sort = sort, .instance = instance, .name = std::move(name)}));
}
std::uint32_t Builder::alias_core(Sort sort, CoreInstanceIdx instance, std::string name) {
  return add(sort, Alias(AliasCoreExport{.sort = sort, .instance = instance, .name = std::move(name)}));
}

CoreModuleIdx Builder::core_module(Bytes bytes) {
  auto storage = std::make_shared<const Bytes>(std::move(bytes));
  return CoreModuleIdx(add(Sort::core_module, CoreModuleDef{.bytes = *storage, .offset = 0, .storage = storage}));
}
CoreInstanceIdx Builder::instantiate(CoreModuleIdx module, std::vector<std::pair<std::string, CoreInstanceIdx>> args) {
  return CoreInstanceIdx(add(Sort::core_instance, CoreInstance(CoreInstantiate{.module = module, .args = std::move(args)})));
}
CoreInstanceIdx Builder::core_instance(std::vector<std::pair<std::string, CoreFuncIdx>> funcs) {
  CoreInlineExports inline_exports;
  for (auto& [name, func] : funcs) inline_exports.exports.emplace_back(std::move(name), SortIdx{.sort = Sort::core_func, .index = func.value});
  return CoreInstanceIdx(add(Sort::core_instance, CoreInstance(std::move(inline_exports))));
}
CoreInstanceIdx Builder::core_instance(std::vector<std::pair<std::string, SortIdx>> items) {
  return CoreInstanceIdx(add(Sort::core_instance, CoreInstance(CoreInlineExports{.exports = std::move(items)})));
}
CoreTypeIdx Builder::core_type(CoreDefType t) { return CoreTypeIdx(add(Sort::core_type, std::move(t))); }
ComponentIdx Builder::component(std::shared_ptr<const Component> c) { return ComponentIdx(add(Sort::component, std::move(c))); }
InstanceIdx Builder::instantiate(ComponentIdx component, std::vector<std::pair<std::string, SortIdx>> args) {
  return InstanceIdx(add(Sort::instance, Instance(Instantiate{.component = component, .args = std::move(args)})));
}

FuncIdx Builder::lift(CanonLift c) { return FuncIdx(add(Sort::func, Canon(std::move(c)))); }
CoreFuncIdx Builder::lower(CanonLower c) { return CoreFuncIdx(add(Sort::core_func, Canon(std::move(c)))); }
CoreFuncIdx Builder::resource_new(TypeIdx t) { return CoreFuncIdx(add(Sort::core_func, Canon(CanonResourceNew{t}))); }
CoreFuncIdx Builder::resource_drop(TypeIdx t) { return CoreFuncIdx(add(Sort::core_func, Canon(CanonResourceDrop{t}))); }
CoreFuncIdx Builder::resource_rep(TypeIdx t) { return CoreFuncIdx(add(Sort::core_func, Canon(CanonResourceRep{t}))); }
CoreFuncIdx Builder::built_in(CanonBuiltIn c) { return CoreFuncIdx(add(Sort::core_func, Canon(std::move(c)))); }
void Builder::custom(std::string name, Bytes contents) {
  auto storage = std::make_shared<const Bytes>(std::move(contents));
  component_.definitions.push_back({.item = CustomSection{.name = std::move(name), .bytes = *storage, .storage = storage}, .offset = 0});
}

}  // namespace wcomp::component
