#include <fmt/format.h>

#include "base/article.h"
#include "base/match.h"
#include "component/matcher.h"
#include "component/validator.h"

namespace wcomp::component {

namespace {

using ModulePtr = std::shared_ptr<const ModuleType>;

/// What a module's imports and exports are, with ids for the types that they name.
class Externs {
 public:
  Externs(const core::Module& module, const core::TypeInterner& types, core::TypeIds ids) : m_(module), types_(types), ids_(std::move(ids)) {}

  [[nodiscard]] Result<CoreExtern> import(const core::ExternType& t) const {
    return match(
        t, [&](core::TypeIdx i) -> Result<CoreExtern> { return func(i); }, [&](const core::TableType& v) -> Result<CoreExtern> { return CoreExtern(interned(v, ids_)); },
        [](const core::MemType& v) -> Result<CoreExtern> { return CoreExtern(v); }, [&](const core::GlobalType& v) -> Result<CoreExtern> { return CoreExtern(interned(v, ids_)); },
        [&](core::TagType v) -> Result<CoreExtern> { return tag(v.type); });
  }
  [[nodiscard]] Result<CoreExtern> export_(const core::Export& e) const {
    switch (e.kind) {
      case core::ExternKind::func: return func(m_.func_types[e.index]);
      case core::ExternKind::table: return CoreExtern(interned(m_.table_types[e.index], ids_));
      case core::ExternKind::mem: return CoreExtern(m_.mem_types[e.index]);
      case core::ExternKind::global: return CoreExtern(interned(m_.global_types[e.index], ids_));
      case core::ExternKind::tag: return tag(m_.tag_types[e.index].type);
    }
    WCOMP_CHECK(false);
  }

 private:
  [[nodiscard]] CoreExtern func(core::TypeIdx i) const { return CoreExtern(types_[ids_[i.value]]); }

  [[nodiscard]] CoreExtern tag(core::TypeIdx i) const { return CoreTag{types_[ids_[i.value]]}; }

  const core::Module& m_;
  const core::TypeInterner& types_;
  const core::TypeIds ids_;
};

}  // namespace

Result<ModuleType> module_type(const core::ValidModule& module, core::TypeInterner& types) {
  WCOMP_TRY(core::TypeIds ids, types.add(*module));
  const Externs externs(*module, types, std::move(ids));
  ModuleType type;
  std::set<std::pair<std::string, std::string>> names;
  for (const core::Import& i : module->imports) {
    if (!names.emplace(i.module, i.name).second) {
      return fail(diag::duplicate_name, fmt::format("a core module in a component cannot import `{}` `{}` twice", i.module, i.name));
    }
    WCOMP_TRY(CoreExtern e, externs.import(i.type));
    type.imports.push_back({i.module, i.name, std::move(e)});
  }
  for (const core::Export& e : module->exports) {
    WCOMP_TRY(CoreExtern exported, externs.export_(e));
    type.exports.push_back({"", e.name, std::move(exported)});
  }
  return type;
}

Result<void> Validator::core_module(Space& s, const CoreModuleDef& m, const std::string& path) {
  const std::shared_ptr<const Bytes> storage = m.storage ? m.storage : std::make_shared<const Bytes>(m.bytes.begin(), m.bytes.end());
  const ByteSpan bytes = m.storage ? m.bytes : ByteSpan(*storage);
  WCOMP_TRY(core::Module module, core::decode(storage, bytes, m.offset, path));
  WCOMP_TRY(core::ValidModule valid, core::validate(std::move(module), features_.core));
  WCOMP_TRY(ModuleType type, module_type(valid, core_types_));
  for (const ModuleType::Item& i : type.imports) WCOMP_TRY(table_.spend_on(i.type));
  for (const ModuleType::Item& e : type.exports) WCOMP_TRY(table_.spend_on(e.type));
  s.scope->core_modules.push_back(std::make_shared<const ModuleType>(std::move(type)));
  s.scope->core_module_bodies.emplace_back(std::move(valid));
  return Ok{};
}

Result<CoreExtern> Validator::core_item(const Space& s, const SortIdx& i) const {
  const Scope& scope = *s.scope;
  switch (i.sort) {
    case Sort::core_func: {
      WCOMP_TRY(const auto* e, at(scope.core_funcs, i.index, "core func"));
      return CoreExtern(*e);
    }
    case Sort::core_table: {
      WCOMP_TRY(const auto* e, at(scope.core_tables, i.index, "core table"));
      return CoreExtern(*e);
    }
    case Sort::core_memory: {
      WCOMP_TRY(const auto* e, at(scope.core_memories, i.index, "core memory"));
      return CoreExtern(*e);
    }
    case Sort::core_global: {
      WCOMP_TRY(const auto* e, at(scope.core_globals, i.index, "core global"));
      return CoreExtern(*e);
    }
    case Sort::core_tag: {
      WCOMP_TRY(const auto* e, at(scope.core_tags, i.index, "core tag"));
      return CoreExtern(*e);
    }
    default: return fail(diag::invalid, fmt::format("{} cannot be exported from a core instance", with_article(to_string(i.sort))));
  }
}

void Validator::push_core(Space& s, const CoreExtern& e) {
  Scope& scope = *s.scope;
  match(
      e, [&](const core::FuncType& f) { scope.core_funcs.push_back(f); }, [&](const core::TableType& t) { scope.core_tables.push_back(t); },
      [&](const core::MemType& m) { scope.core_memories.push_back(m); }, [&](const core::GlobalType& g) { scope.core_globals.push_back(g); },
      [&](const CoreTag& t) { scope.core_tags.push_back(t); });
}

Result<void> Validator::core_instance(Space& s, const CoreInstance& i) {
  CoreInstanceType out;
  if (const auto* bag = std::get_if<CoreInlineExports>(&i)) {
    std::set<std::string_view> names;
    for (const auto& [name, index] : bag->exports) {
      if (!names.insert(name).second) return fail(diag::duplicate_name, fmt::format("the core instance has an export `{}` twice", name));
      WCOMP_TRY(CoreExtern e, core_item(s, index));
      WCOMP_TRY(table_.spend_on(e));
      out.exports.emplace_back(name, std::move(e));
    }
    s.scope->core_instances.push_back(std::move(out));
    return Ok{};
  }
  const auto& in = std::get<CoreInstantiate>(i);
  WCOMP_TRY(const ModulePtr* found, at(s.scope->core_modules, in.module.value, "core module"));
  const ModuleType& module = **found;
  std::map<std::string_view, std::map<std::string_view, const CoreExtern*>> args;
  for (const auto& [name, index] : in.args) {
    WCOMP_TRY(const CoreInstanceType* instance, at(s.scope->core_instances, index.value, "core instance"));
    const auto [arg, is_new] = args.try_emplace(name);
    if (!is_new) return fail(diag::duplicate_name, fmt::format("the core instantiation argument `{}` is given twice", name));
    WCOMP_TRY(table_.spend(1 + instance->exports.size()));
    for (const auto& e : instance->exports) arg->second.emplace(e.first, &e.second);
  }
  WCOMP_TRY(table_.spend(module.imports.size() + module.exports.size()));
  for (const ModuleType::Item& import : module.imports) {
    const auto arg = args.find(import.module);
    if (arg == args.end()) return fail(diag::missing_import, fmt::format("the instantiation of core module {} has no argument `{}`", in.module.value, import.module));
    const auto item = arg->second.find(import.name);
    if (item == arg->second.end()) {
      return fail(diag::missing_import, fmt::format("the argument `{}` of the instantiation of core module {} has no export `{}`", import.module, in.module.value, import.name));
    }
    if (const std::string why = core_mismatch(import.type, *item->second); !why.empty()) {
      return fail(diag::import_mismatch, fmt::format("`{}` `{}` does not have the type that core module {} imports: {}", import.module, import.name, in.module.value, why));
    }
  }
  for (const ModuleType::Item& e : module.exports) {
    WCOMP_TRY(table_.spend_on(e.type));
    out.exports.emplace_back(e.name, e.type);
  }
  s.scope->core_instances.push_back(std::move(out));
  return Ok{};
}

}  // namespace wcomp::component
