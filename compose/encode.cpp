// The composition as a component: imports, the inputs nested as they are, an instance of each, the root's exports.
#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/versions.h"
#include "compose/imports.h"
#include "compose/instance_types.h"

namespace wcomp::compose {

namespace {

using namespace component;

class Encoder {
 public:
  explicit Encoder(const Composition& composition) : composition_(composition), instances_(composition.inputs.size()) {}

  Result<Bytes> run() {
    WCOMP_TRY(merged_, merge_imports(composition_));
    for (const MergedImport& import : merged_.imports) WCOMP_TRY(write_import(import));
    for (const InputIdx i : composition_.order) instantiate(i);
    write_exports();
    Bytes bytes = component::encode(out_);
    return bytes;
  }

 private:
  template <class T>
  void define(T item) {
    out_.definitions.push_back({.item = std::move(item), .offset = 0});
  }

  Result<void> write_import(const MergedImport& import) {
    const std::string key = compatible_key(import.name);
    if (import.func != nullptr) return write_func_import(import);
    const FindType find = [&](const TypeOrigin& origin) { return type(origin); };
    WCOMP_TRY(InstanceTypeRef type, instance_type(import, key, merged_, find));
    define(DefType(std::make_shared<const InstanceTypeRef>(std::move(type))));
    define(Import{import.name, ExternDesc{.sort = Sort::instance, .type_index = types_++, .bound = {}}});
    import_instances_[key] = InstanceIdx(instances_made_++);
    return Ok{};
  }

  /// Only types without names can stand at the root: their functions are written through an instance type's rules and taken apart.
  Result<void> write_func_import(const MergedImport& import) {
    FuncTypeRef ref{.params = {}, .result = std::nullopt, .is_async = import.func->type.is_async};
    const auto value = [&](types::ValType t) -> Result<ValTypeRef> {
      const types::ValType resolved = import.func_from->component.types().resolve(t);
      if (const types::Prim* p = std::get_if<types::Prim>(&resolved)) return ValTypeRef(*p);
      return fail(diag::unsupported, fmt::format("`{}` imports the function `{}` with a type that is not primitive; no input provides it, and it cannot be passed on", import.func_from->name, import.name));
    };
    for (const types::Param& p : import.func->type.params) {
      WCOMP_TRY(const ValTypeRef t, value(p.type));
      ref.params.push_back({p.name, t});
    }
    if (import.func->type.result) {
      WCOMP_TRY(const ValTypeRef t, value(*import.func->type.result));
      ref.result = t;
    }
    define(DefType(std::move(ref)));
    define(Import{import.name, ExternDesc{.sort = Sort::func, .type_index = types_++, .bound = {}}});
    import_funcs_[import.name] = FuncIdx(funcs_++);
    return Ok{};
  }

  /// The type index of another import's type, aliased out of its instance once.
  std::optional<TypeIdx> type(const TypeOrigin& origin) {
    if (const auto it = imported_types_.find(origin); it != imported_types_.end()) return it->second;
    const auto instance = import_instances_.find(origin.interface);
    if (instance == import_instances_.end()) return std::nullopt;
    define(Alias(AliasExport{.sort = Sort::type, .instance = instance->second, .name = origin.name}));
    return imported_types_[origin] = TypeIdx(types_++);
  }

  void instantiate(InputIdx i) {
    const Input& input = composition_.inputs[i.value];
    define(input.component.scope().component);
    Instantiate instantiate{.component = ComponentIdx(components_++), .args = {}};
    for (const NamedEntity& import : input.component.scope().type.imports) instantiate.args.emplace_back(import.name, argument(i, import));
    define(Instance(std::move(instantiate)));
    instances_[i.value] = InstanceIdx(instances_made_++);
  }

  SortIdx argument(InputIdx user, const NamedEntity& import) {
    for (const Plug& p : composition_.plugs) {
      if (p.user == user && p.import_name == import.name) return alias(instances_[p.provider.value], p.export_name, sort_of(import.type));
    }
    if (std::holds_alternative<FuncEntity>(import.type)) return {Sort::func, import_funcs_.at(import.name).value};
    return {Sort::instance, import_instances_.at(compatible_key(import.name)).value};
  }

  static Sort sort_of(const Entity& e) {
    if (std::holds_alternative<FuncEntity>(e)) return Sort::func;
    if (std::holds_alternative<std::shared_ptr<const InstanceType>>(e)) return Sort::instance;
    if (std::holds_alternative<std::shared_ptr<const ComponentType>>(e)) return Sort::component;
    if (std::holds_alternative<std::shared_ptr<const ModuleType>>(e)) return Sort::core_module;
    return Sort::type;
  }

  SortIdx alias(InstanceIdx instance, const std::string& name, Sort sort) {
    const auto [it, is_new] = aliases_.try_emplace({instance.value, name}, SortIdx{sort, 0});
    if (is_new) {
      define(Alias(AliasExport{.sort = sort, .instance = instance, .name = name}));
      it->second.index = counter(sort)++;
    }
    return it->second;
  }

  std::uint32_t& counter(Sort sort) {
    switch (sort) {
      case Sort::func: return funcs_;
      case Sort::instance: return instances_made_;
      case Sort::component: return components_;
      case Sort::core_module: return modules_;
      default: return types_;
    }
  }

  void write_exports() {
    const Input& root = composition_.inputs[composition_.root.value];
    for (const NamedEntity& e : root.component.scope().type.exports) {
      const Sort sort = sort_of(e.type);
      const SortIdx item = alias(instances_[composition_.root.value], e.name, sort);
      define(Export{.name = e.name, .item = item, .desc = std::nullopt});
      ++counter(sort);  // an export adds an index of its own
    }
  }

  const Composition& composition_;
  Component out_;
  MergedImports merged_;
  std::vector<InstanceIdx> instances_;                       ///< by InputIdx
  std::map<std::string, InstanceIdx> import_instances_;      ///< by compatible key
  std::map<std::string, FuncIdx> import_funcs_;
  std::map<TypeOrigin, TypeIdx> imported_types_;
  std::map<std::pair<std::uint32_t, std::string>, SortIdx> aliases_;
  std::uint32_t types_ = 0, funcs_ = 0, instances_made_ = 0, components_ = 0, modules_ = 0;
};

}  // namespace

Result<Bytes> encode(const Composition& composition) { return Encoder(composition).run(); }

}  // namespace wcomp::compose
