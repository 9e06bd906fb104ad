// Core types that a component declares: function types and module types.
//
// The core module that has such a type would have to pass the same checks, with the same features (core/validate.cpp).
#include <fmt/format.h>

#include "base/match.h"
#include "component/validator.h"
#include "core/limits.h"
#include "core/type_key.h"

namespace wcomp::component {

namespace {

using ModulePtr = std::shared_ptr<const ModuleType>;

Result<void> check_limits(const core::Limits& l, std::uint64_t most, std::string_view what) {
  if (l.max && *l.max < l.min) return fail(diag::invalid, fmt::format("a {} cannot have a maximum below its minimum", what));
  if (l.min > most || (l.max && *l.max > most)) return fail(diag::invalid, fmt::format("a {} cannot be larger than {}", what, most));
  if (l.is_shared && !l.max) return fail(diag::invalid, fmt::format("a shared {} needs a maximum", what));
  return Ok{};
}

}  // namespace

Result<core::ValType> Validator::core_val_type(core::ValType t, const std::vector<CoreType>& space, bool may_be_self) {
  const core::Features& on = features_.core;
  if (t == core::ValType::v128) WCOMP_TRY(need(on.simd, "simd", "v128"));
  if (t == core::ValType::f32 || t == core::ValType::f64) WCOMP_TRY(need(on.floats, "floats", core::to_string(t)));
  if (!core::is_ref(t)) return t;
  if (t != core::ValType::funcref) WCOMP_TRY(need(on.reference_types, "reference-types", core::to_string(t)));
  if (!core::is_nullable(t) || core::is_concrete_ref(t)) WCOMP_TRY(need(on.function_references, "function-references", core::to_string(t)));
  const core::HeapType heap = core::heap_type_of(t);
  if (heap == core::HeapType::exn || heap == core::HeapType::noexn) WCOMP_TRY(need(on.exceptions, "exceptions", core::to_string(t)));
  if (!core::is_concrete_ref(t)) return t;
  const core::TypeIdx index = core::type_idx_of(heap);
  if (may_be_self && index.value == space.size()) {
    WCOMP_TRY(need(on.gc, "gc", "a type that refers to itself"));
    return core::with_index(t, core::self_type);
  }
  WCOMP_TRY(const CoreType* named, at(space, index.value, "core type"));
  const auto* func = std::get_if<core::FuncType>(named);
  if (func == nullptr) return fail(diag::type_mismatch, fmt::format("core type {} is a module type, which no reference can be to", index.value));
  return core::with_index(t, core::TypeIdx(core_types_.add(*func)));
}

/// `space` is where the indices in `t` belong; the type that is made comes behind its last.
Result<core::FuncType> Validator::core_func_type(const core::FuncType& t, const std::vector<CoreType>& space) {
  if (t.params.size() > core::limits::params || t.results.size() > core::limits::results) {
    return fail(diag::limit_exceeded, fmt::format("a core function type has more than {} parameters or results", core::limits::params));
  }
  if (t.results.size() > 1) WCOMP_TRY(need(features_.core.multi_value, "multi-value", "a core function type with several results"));
  core::FuncType out = t;
  bool names_types = false;
  for (std::vector<core::ValType>* list : {&out.params, &out.results}) {
    for (core::ValType& v : *list) {
      names_types = names_types || core::is_concrete_ref(v);
      WCOMP_TRY(v, core_val_type(v, space, true));
    }
  }
  if (!names_types) return out;
  WCOMP_TRY(table_.grow());
  return core_types_[core_types_.add(out)];
}

Result<CoreExtern> Validator::core_extern_type(const core::ExternType& t, const std::vector<CoreType>& space) {
  const auto func = [&](core::TypeIdx i) -> Result<core::FuncType> {
    WCOMP_TRY(const CoreType* found, at(space, i.value, "core type"));
    const auto* f = std::get_if<core::FuncType>(found);
    if (f == nullptr) return fail(diag::type_mismatch, fmt::format("core type {} is no func type", i.value));
    WCOMP_TRY(table_.spend(1 + f->params.size() + f->results.size()));
    return *f;
  };
  const auto limits = [&](const core::Limits& l, std::uint64_t most, std::string_view what) -> Result<void> {
    if (l.is_64) WCOMP_TRY(need(features_.core.memory64, "memory64", fmt::format("a 64-bit {}", what)));
    return check_limits(l, most, what);
  };
  return match(
      t,
      [&](core::TypeIdx i) -> Result<CoreExtern> {
        WCOMP_TRY(core::FuncType f, func(i));
        return CoreExtern(std::move(f));
      },
      [&](core::TableType v) -> Result<CoreExtern> {
        WCOMP_TRY(v.element, core_val_type(v.element, space));
        WCOMP_TRY(limits(v.limits, v.limits.is_64 ? UINT64_MAX : UINT32_MAX, "table"));
        return CoreExtern(v);
      },
      [&](const core::MemType& v) -> Result<CoreExtern> {
        WCOMP_TRY(limits(v.limits, v.limits.is_64 ? core::limits::mem_pages_64 : core::limits::mem_pages_32, "memory"));
        return CoreExtern(v);
      },
      [&](core::GlobalType v) -> Result<CoreExtern> {
        WCOMP_TRY(v.type, core_val_type(v.type, space));
        if (v.is_mutable) WCOMP_TRY(need(features_.core.mutable_globals, "mutable-global", "a mutable global of a module type"));
        return CoreExtern(v);
      },
      [&](core::TagType v) -> Result<CoreExtern> {
        WCOMP_TRY(need(features_.core.exceptions, "exceptions", "a tag"));
        WCOMP_TRY(core::FuncType f, func(v.type));
        if (!f.results.empty()) return fail(diag::type_mismatch, fmt::format("a tag's type has no results, found {}", core::to_string(f)));
        return CoreExtern(CoreTag{std::move(f)});
      });
}

Result<ModulePtr> Validator::core_module_type(const Space& s, const CoreModuleType& t) {
  auto out = std::make_shared<ModuleType>();
  std::vector<CoreType> types;
  std::set<std::pair<std::string_view, std::string_view>> imports;
  std::set<std::string_view> exports;
  const auto outer = [&](const CoreModuleType::AliasOuterType& a) -> Result<CoreType> {
    if (a.count == 0) {
      WCOMP_TRY(const CoreType* found, at(types, a.index, "core type"));
      return *found;
    }
    const Space* target = &s;
    for (std::uint32_t n = 1; n < a.count; ++n) {
      target = target->parent;
      if (target == nullptr) return fail(diag::index_out_of_range, fmt::format("an outer alias counts {} scopes outwards, there are {}", a.count, n));
    }
    WCOMP_TRY(const CoreType* found, at(target->scope->core_types, a.index, "outer core type"));
    if (std::holds_alternative<ModulePtr>(*found)) return fail(diag::invalid, "a module type cannot contain another module type");
    return *found;
  };
  for (const auto& decl : t.decls) {
    WCOMP_TRY(table_.spend());
    WCOMP_TRY(match(
        decl,
        [&](const CoreDefType& d) -> Result<void> {
          const auto* f = std::get_if<core::FuncType>(&d);
          if (f == nullptr) return fail(diag::invalid, "a module type cannot contain another module type");
          WCOMP_TRY(core::FuncType made, core_func_type(*f, types));
          types.emplace_back(std::move(made));
          return Ok{};
        },
        [&](const CoreModuleType::AliasOuterType& a) -> Result<void> {
          WCOMP_TRY(CoreType found, outer(a));
          WCOMP_TRY(table_.spend_on(CoreExtern(std::get<core::FuncType>(found))));
          types.push_back(std::move(found));
          return Ok{};
        },
        [&](const CoreModuleType::ImportItem& i) -> Result<void> {
          if (!imports.emplace(i.module, i.name).second) {
            return fail(diag::duplicate_name, fmt::format("a core module in a component cannot import `{}` `{}` twice", i.module, i.name));
          }
          WCOMP_TRY(CoreExtern e, core_extern_type(i.type, types));
          out->imports.push_back({i.module, i.name, std::move(e)});
          return Ok{};
        },
        [&](const CoreModuleType::ExportItem& i) -> Result<void> {
          if (!exports.insert(i.name).second) return fail(diag::duplicate_name, fmt::format("a module type exports `{}` twice", i.name));
          WCOMP_TRY(CoreExtern e, core_extern_type(i.type, types));
          out->exports.push_back({"", i.name, std::move(e)});
          return Ok{};
        }));
  }
  return ModulePtr(std::move(out));
}

Result<Validator::CoreType> Validator::core_type(const Space& s, const CoreDefType& t) {
  if (const auto* f = std::get_if<core::FuncType>(&t)) {
    WCOMP_TRY(core::FuncType made, core_func_type(*f, s.scope->core_types));
    return CoreType(std::move(made));
  }
  WCOMP_TRY(ModulePtr made, core_module_type(s, *std::get<std::shared_ptr<const CoreModuleType>>(t)));
  return CoreType(std::move(made));
}

}  // namespace wcomp::component
