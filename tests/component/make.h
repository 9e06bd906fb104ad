// Components for tests, one call a definition; each returns the index that it added.
#pragma once

#include <doctest/doctest.h>

#include "component/validate.h"
#include "core/builder.h"

namespace wcomp::component::test {

class Make {
 public:
  std::uint32_t type(DefType t) { return put(std::move(t), types_); }
  std::uint32_t record(std::vector<FieldRef> fields) { return type(DefValType(RecordRef{std::move(fields)})); }
  std::uint32_t own(std::uint32_t resource) { return type(DefValType(OwnRef{TypeIdx(resource)})); }
  std::uint32_t borrow(std::uint32_t resource) { return type(DefValType(BorrowRef{TypeIdx(resource)})); }
  std::uint32_t func_type(std::vector<FieldRef> params, std::optional<ValTypeRef> result = {}) { return type(FuncTypeRef{std::move(params), result}); }
  std::uint32_t resource() { return type(ResourceTypeRef{}); }
  std::uint32_t instance_type(std::vector<TypeDeclItem> decls) { return type(std::make_shared<const InstanceTypeRef>(InstanceTypeRef{std::move(decls)})); }
  std::uint32_t component_type(std::vector<TypeDeclItem> decls) { return type(std::make_shared<const ComponentTypeRef>(ComponentTypeRef{std::move(decls)})); }

  std::uint32_t import(std::string name, ExternDesc d, Attributes a = {}) { return put(Import{std::move(name), d, std::move(a)}, counter(d.sort)); }
  std::uint32_t export_(std::string name, SortIdx item, std::optional<ExternDesc> d = {}) { return put(Export{std::move(name), item, d}, counter(item.sort)); }
  std::uint32_t alias(Sort sort, std::uint32_t instance, std::string name) { return put(Alias(AliasExport{sort, InstanceIdx(instance), std::move(name)}), counter(sort)); }
  std::uint32_t core_alias(Sort sort, std::uint32_t instance, std::string name) { return put(Alias(AliasCoreExport{sort, CoreInstanceIdx(instance), std::move(name)}), counter(sort)); }
  std::uint32_t outer(Sort sort, std::uint32_t count, std::uint32_t index) { return put(Alias(AliasOuter{sort, count, index}), counter(sort)); }
  std::uint32_t component(Make nested) { return put(nested.done(), counter(Sort::component)); }
  std::uint32_t instantiate(std::uint32_t component, std::vector<std::pair<std::string, SortIdx>> args = {}) {
    return put(Instance(Instantiate{ComponentIdx(component), std::move(args)}), counter(Sort::instance));
  }
  std::uint32_t bag(std::vector<std::pair<std::string, SortIdx>> exports) { return put(Instance(InlineExports{std::move(exports)}), counter(Sort::instance)); }
  std::uint32_t module(const core::ModuleBuilder& m) {
    auto bytes = std::make_shared<const Bytes>(m.build());
    return put(CoreModuleDef{.bytes = *bytes, .offset = 0, .storage = bytes}, counter(Sort::core_module));
  }
  std::uint32_t core_instantiate(std::uint32_t module, std::vector<std::pair<std::string, CoreInstanceIdx>> args = {}) {
    return put(CoreInstance(CoreInstantiate{CoreModuleIdx(module), std::move(args)}), counter(Sort::core_instance));
  }
  std::uint32_t lift(std::uint32_t func, std::uint32_t type, CanonOpts opts = {}) { return put(Canon(CanonLift{CoreFuncIdx(func), opts, TypeIdx(type)}), counter(Sort::func)); }
  std::uint32_t lower(std::uint32_t func, CanonOpts opts = {}) { return put(Canon(CanonLower{FuncIdx(func), opts}), counter(Sort::core_func)); }
  std::uint32_t canon(Canon c) { return put(std::move(c), counter(Sort::core_func)); }
  std::uint32_t core_type(CoreDefType t) { return put(std::move(t), counter(Sort::core_type)); }
  void custom(std::string name, ByteSpan bytes) { component_.definitions.push_back({.item = CustomSection{.name = std::move(name), .bytes = bytes, .storage = nullptr}}); }

  /// A module with one exported function `f` of that type that does nothing but trap, and a memory and realloc beside it.
  std::uint32_t core_func(const core::FuncType& t) {
    core::ModuleBuilder m;
    const core::FuncIdx f = m.func(t);
    m.code(f).op(core::Opcode::unreachable);
    m.export_func("f", f);
    return core_alias(Sort::core_func, core_instantiate(module(m)), "f");
  }
  std::uint32_t memory() {
    core::ModuleBuilder m;
    m.export_mem("m", m.mem({.limits = {.min = 1}}));
    return core_alias(Sort::core_memory, core_instantiate(module(m)), "m");
  }

  [[nodiscard]] std::shared_ptr<const Component> done() const { return std::make_shared<const Component>(component_); }
  [[nodiscard]] Result<ValidComponent> valid() const { return validate(done()); }

 private:
  std::uint32_t& counter(Sort s) { return s == Sort::type ? types_ : counters_[s]; }
  std::uint32_t put(decltype(Definition::item) item, std::uint32_t& count) {
    component_.definitions.push_back({.item = std::move(item)});
    return count++;
  }
  Component component_;
  std::uint32_t types_ = 0;
  std::map<Sort, std::uint32_t> counters_;
};

inline ExternDesc of_func(std::uint32_t type) { return {.sort = Sort::func, .type_index = type, .bound = {}}; }
inline ExternDesc of_instance(std::uint32_t type) { return {.sort = Sort::instance, .type_index = type, .bound = {}}; }
inline ExternDesc of_component(std::uint32_t type) { return {.sort = Sort::component, .type_index = type, .bound = {}}; }
inline ExternDesc eq_type(std::uint32_t type) { return {.sort = Sort::type, .type_index = 0, .bound = {TypeIdx(type)}}; }
inline ExternDesc sub_resource() { return {.sort = Sort::type, .type_index = 0, .bound = {}}; }
inline ValTypeRef ref(std::uint32_t type) { return TypeIdx(type); }

/// The first diagnostic's code; empty when there is none.
template <class T>
std::string code(const Result<T>& r) {
  return r ? std::string() : std::string(r.error().first().code);
}
template <class T>
std::string message(const Result<T>& r) {
  return r ? std::string() : r.error().first().message;
}
template <class T>
std::string place(const Result<T>& r) {
  const auto* at = r ? nullptr : std::get_if<BinaryPos>(&r.error().first().location);
  return at == nullptr ? std::string() : at->path;
}

}  // namespace wcomp::component::test
