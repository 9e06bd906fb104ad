// CanonicalABI.md "Canonical Definitions": what `canon` may be given.
#include <fmt/format.h>

#include "base/match.h"
#include "canonical-abi/shape.h"
#include "component/validator.h"

namespace wcomp::component {

namespace {

using core::ValType;

const core::FuncType realloc_type{{ValType::i32, ValType::i32, ValType::i32, ValType::i32}, {ValType::i32}};

}  // namespace

/// Before a core function's type is compared: addresses in it have the memory's width.
Result<void> Validator::canon_memory(const Scope& scope, const CanonOpts& o) const {
  if (!o.memory) return Ok{};
  WCOMP_TRY(const core::MemType* memory, at(scope.core_memories, o.memory->value, "core memory"));
  if (memory->limits.is_64) return fail(diag::unsupported, "64-bit memories cannot be used in canonical options yet");
  if (memory->limits.is_shared) return fail(diag::type_mismatch, "the memory of canonical options cannot be shared");
  return Ok{};
}

Result<void> Validator::canon_opts(const Space& s, const CanonOpts& o, bool needs_memory, bool needs_realloc) const {
  const Scope& scope = *s.scope;
  if (o.is_async || o.callback) return fail(diag::unsupported, "the canonical options `async` and `callback` are not supported");
  WCOMP_TRY(canon_memory(scope, o));
  if (o.realloc) {
    WCOMP_TRY(const core::FuncType* realloc, at(scope.core_funcs, o.realloc->value, "core func"));
    if (*realloc != realloc_type) {
      return fail(diag::type_mismatch, fmt::format("the canonical option `realloc` needs a core func {}, found {}", core::to_string(realloc_type), core::to_string(*realloc)));
    }
    if (!o.memory) return fail(diag::invalid, "the canonical option `realloc` is of no use without `memory`");
  }
  if (needs_memory && !o.memory) return fail(diag::invalid, "the function's type needs the canonical option `memory`");
  if (needs_realloc && !o.realloc) return fail(diag::invalid, "the function's type needs the canonical option `realloc`");
  return Ok{};
}

Result<void> Validator::canon(Space& s, const Canon& c) {
  Scope& scope = *s.scope;
  const auto shape_of = [&](const types::FuncType& type) -> Result<cabi::FuncShape> {
    WCOMP_TRY(cabi::FuncShape shape, cabi::try_shape_of(table_.arena(), type));
    if (type.is_async) return fail(diag::feature_disabled, "lifting and lowering async functions needs the feature `async`");
    if (shape.has_async) return fail(diag::feature_disabled, "lifting and lowering streams, futures and error contexts needs the feature `async`");
    return shape;
  };
  const auto built_in = [&](TypeIdx type, bool must_be_local, std::string_view name, core::FuncType sig) -> Result<void> {
    WCOMP_TRY(const types::TypeId resource, resource_type(s, type));
    if (must_be_local && !s.local_resources.contains(table_.arena().resource(resource))) {
      return fail(diag::invalid, fmt::format("`{}` needs a resource that this component defines, type {} is not", name, type.value));
    }
    scope.core_funcs.push_back(std::move(sig));
    return Ok{};
  };
  return match(
      c,
      [&](const CanonLift& l) -> Result<void> {
        WCOMP_TRY(const Entity* e, at(scope.types, l.type.value, "type"));
        const auto* func = std::get_if<FuncEntity>(e);
        if (func == nullptr) return fail(diag::type_mismatch, fmt::format("type {} is no func type", l.type.value));
        WCOMP_TRY(const core::FuncType* core_func, at(scope.core_funcs, l.core_func.value, "core func"));
        WCOMP_TRY(const cabi::FuncShape shape, shape_of(func->type));
        WCOMP_TRY(canon_memory(scope, l.opts));
        if (*core_func != shape.lifted) {
          return fail(diag::type_mismatch, fmt::format("core func {} is lifted to {}, so it has to be {}, found {}", l.core_func.value, types::to_string(table_.arena(), func->type),
                                                       core::to_string(shape.lifted), core::to_string(*core_func)));
        }
        WCOMP_TRY(canon_opts(s, l.opts, shape.lift_needs_realloc || shape.results_spill || (shape.result && shape.result->has_pointers), shape.lift_needs_realloc));
        if (l.opts.post_return) {
          WCOMP_TRY(const core::FuncType* post_return, at(scope.core_funcs, l.opts.post_return->value, "core func"));
          if (post_return->params != shape.lifted.results || !post_return->results.empty()) {
            return fail(diag::type_mismatch, fmt::format("the canonical option `post-return` needs a core func {}, found {}",
                                                         core::to_string(core::FuncType{shape.lifted.results, {}}), core::to_string(*post_return)));
          }
        }
        types::FuncType type = func->type;
        scope.funcs.push_back(std::move(type));
        return Ok{};
      },
      [&](const CanonLower& l) -> Result<void> {
        WCOMP_TRY(const types::FuncType* func, at(scope.funcs, l.func.value, "func"));
        WCOMP_TRY(cabi::FuncShape shape, shape_of(*func));
        WCOMP_TRY(canon_opts(s, l.opts, shape.needs_memory, shape.lower_needs_realloc));
        if (l.opts.post_return) return fail(diag::invalid, "the canonical option `post-return` cannot be given to `canon lower`");
        scope.core_funcs.push_back(std::move(shape.lowered));
        return Ok{};
      },
      [&](const CanonResourceNew& r) { return built_in(r.resource, true, "resource.new", {{ValType::i32}, {ValType::i32}}); },
      [&](const CanonResourceDrop& r) { return built_in(r.resource, false, "resource.drop", {{ValType::i32}, {}}); },
      [&](const CanonResourceRep& r) { return built_in(r.resource, true, "resource.rep", {{ValType::i32}, {ValType::i32}}); },
      [&](const CanonBuiltIn& b) -> Result<void> { return fail(diag::unsupported, fmt::format("`canon {}` is not supported", row_of(b.built_in).text)); });
}

}  // namespace wcomp::component
