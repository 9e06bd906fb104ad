// CanonicalABI.md "canonopt Validation", "canon lift", "canon lower" and the built-ins of resources.
#include <fmt/format.h>

#include "base/match.h"
#include "canonical-abi/core_signatures.h"
#include "component/validator.h"

namespace wcomp::component {

namespace {

using core::ValType;

Result<void> check_func(const Scope& scope, CoreFuncIdx index, const core::FuncType& expected, std::string_view option) {
  WCOMP_TRY(const core::FuncType* found, at(scope.core_funcs, index.value, "core func"));
  if (*found == expected) return Ok{};
  return fail(diag::type_mismatch, fmt::format("the canonical option `{}` needs a core func {}, found {}", option, core::to_string(expected), core::to_string(*found)));
}

Err<Failure> missing(std::string_view option, std::string_view why) { return fail(diag::invalid, fmt::format("the canonical option `{}` is missing: {}", option, why)); }

}  // namespace

Result<ValType> Validator::canon_opts(const Space& s, const CanonOpts& o) const {
  const Scope& scope = *s.scope;
  ValType ptr = ValType::i32;
  if (o.memory) {
    WCOMP_TRY(const core::MemType* memory, at(scope.core_memories, o.memory->value, "core memory"));
    if (memory->limits.is_shared) return fail(diag::type_mismatch, "the memory of canonical options cannot be shared");
    if (memory->limits.is_64) {
      WCOMP_TRY(need(features_.memory64, feature_memory64, "a 64-bit memory in canonical options"));
      ptr = ValType::i64;
    }
  }
  if (o.realloc) {
    WCOMP_TRY(check_func(scope, *o.realloc, {{ptr, ptr, ptr, ptr}, {ptr}}, "realloc"));
    if (!o.memory) return fail(diag::invalid, "the canonical option `realloc` is of no use without `memory`");
  }
  if (o.is_async || o.callback) WCOMP_TRY(need(features_.async, feature_async, o.is_async ? "the canonical option `async`" : "the canonical option `callback`"));
  if (o.is_async && o.post_return) return fail(diag::invalid, "the canonical options `async` and `post-return` exclude each other");
  if (o.callback) {
    if (!o.is_async) return fail(diag::invalid, "the canonical option `callback` is only for functions that are lifted with `async`");
    WCOMP_TRY(check_func(scope, *o.callback, cabi::callback_type, "callback"));
  }
  return ptr;
}

Result<cabi::FuncShape> Validator::shape_of(const types::FuncType& type, ValType ptr) {
  WCOMP_TRY(table_.spend(1 + type.params.size()));
  return (ptr == ValType::i64 ? shapes64_ : shapes32_).of(type);
}

Result<void> Validator::lift(Space& s, const CanonLift& l) {
  Scope& scope = *s.scope;
  WCOMP_TRY(const Entity* e, at(scope.types, l.type.value, "type"));
  const auto* func = std::get_if<FuncEntity>(e);
  if (func == nullptr) return fail(diag::type_mismatch, fmt::format("type {} is no func type", l.type.value));
  const types::FuncType& type = func->type;
  const CanonOpts& o = l.opts;
  WCOMP_TRY(const core::FuncType* core_func, at(scope.core_funcs, l.core_func.value, "core func"));
  WCOMP_TRY(const ValType ptr, canon_opts(s, o));
  if (o.is_async && !type.is_async) {
    return fail(diag::invalid, fmt::format("the canonical option `async` is only for async functions, found {}", types::to_string(table_.arena(), type)));
  }
  if (o.is_async && !o.callback) WCOMP_TRY(need(features_.async_stackful, feature_async_stackful, "`canon lift` with `async` and without `callback`"));
  WCOMP_TRY(const cabi::FuncShape shape, shape_of(type, ptr));
  const core::FuncType expected = o.is_async ? cabi::flatten_async_lift(shape, o.callback.has_value(), ptr) : shape.lifted;
  if (*core_func != expected) {
    return fail(diag::type_mismatch, fmt::format("core func {} is lifted to {}{}, so it has to be {}, found {}", l.core_func.value, types::to_string(table_.arena(), type),
                                                 o.is_async ? " with `async`" : "", core::to_string(expected), core::to_string(*core_func)));
  }
  if (shape.lift_needs_realloc && !o.realloc) {
    return missing("realloc", shape.params_spill ? "the parameters are passed in memory" : "a parameter has strings or lists");
  }
  if (!o.memory && shape.result != nullptr) {
    if (shape.result->has_pointers) return missing("memory", "the result has strings or lists");
    if (shape.result->flat.size() > (o.is_async ? cabi::max_flat_params : cabi::max_flat_results)) return missing("memory", "the result is passed in memory");
  }
  if (o.post_return) WCOMP_TRY(check_func(scope, *o.post_return, {shape.lifted.results, {}}, "post-return"));
  WCOMP_TRY(table_.spend_on(type));
  types::FuncType copy = type;
  scope.funcs.push_back(std::move(copy));
  return Ok{};
}

Result<void> Validator::lower(Space& s, const CanonLower& l) {
  Scope& scope = *s.scope;
  WCOMP_TRY(const types::FuncType* type, at(scope.funcs, l.func.value, "func"));
  const CanonOpts& o = l.opts;
  WCOMP_TRY(const ValType ptr, canon_opts(s, o));
  if (o.post_return) return fail(diag::invalid, "the canonical option `post-return` cannot be given to `canon lower`");
  if (o.callback) return fail(diag::invalid, "the canonical option `callback` cannot be given to `canon lower`");
  if (o.is_async && !type->is_async) {
    return fail(diag::invalid, fmt::format("the canonical option `async` is only for async functions, found {}", types::to_string(table_.arena(), *type)));
  }
  WCOMP_TRY(cabi::FuncShape shape, shape_of(*type, ptr));
  // An async call has its results in memory, too. One that passes nothing there does without, as all encoders have it.
  const bool is_in_memory = shape.needs_memory || (o.is_async && (shape.result != nullptr || shape.params_tuple->flat.size() > cabi::max_flat_async_params));
  if (is_in_memory && !o.memory) return missing("memory", fmt::format("values of {} are passed in memory", types::to_string(table_.arena(), *type)));
  if (shape.lower_needs_realloc && !o.realloc) return missing("realloc", "the result has strings or lists");
  scope.core_funcs.push_back(o.is_async ? cabi::flatten_async_lower(shape, ptr) : std::move(shape.lowered));
  return Ok{};
}

Result<void> Validator::resource_built_in(Space& s, const Canon& c) {
  const bool is_new = std::holds_alternative<CanonResourceNew>(c), is_drop = std::holds_alternative<CanonResourceDrop>(c);
  const TypeIdx type = is_new ? std::get<CanonResourceNew>(c).resource : is_drop ? std::get<CanonResourceDrop>(c).resource : std::get<CanonResourceRep>(c).resource;
  WCOMP_TRY(const types::TypeId resource, resource_type(s, type));
  if (is_drop) {
    s.scope->core_funcs.push_back({{ValType::i32}, {}});
    return Ok{};
  }
  const auto local = s.local_resources.find(table_.arena().resource(resource));
  if (local == s.local_resources.end()) {
    return fail(diag::invalid, fmt::format("`resource.{}` needs a resource that this component defines, type {} is not", is_new ? "new" : "rep", type.value));
  }
  const ValType rep = local->second;
  s.scope->core_funcs.push_back(is_new ? core::FuncType{{rep}, {ValType::i32}} : core::FuncType{{ValType::i32}, {rep}});
  return Ok{};
}

Result<void> Validator::canon(Space& s, const Canon& c) {
  if (const auto* l = std::get_if<CanonLift>(&c)) return lift(s, *l);
  if (const auto* l = std::get_if<CanonLower>(&c)) return lower(s, *l);
  if (const auto* b = std::get_if<CanonBuiltIn>(&c)) return built_in(s, *b);
  return resource_built_in(s, c);
}

}  // namespace wcomp::component
