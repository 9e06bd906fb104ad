// The rows of canons.def: CanonicalABI.md "Canonical Definitions" from `canon context.get` on.
#include <fmt/format.h>

#include "component/validator.h"
#include "core/type_match.h"

namespace wcomp::component {

namespace {

using core::ValType;

constexpr std::uint32_t context_slots = 2;

bool has(std::string_view letters, char letter) { return letters.find(letter) != std::string_view::npos; }

}  // namespace

Result<std::optional<types::ValType>> Validator::payload(const Space& s, const CanonBuiltIn& b) const {
  const BuiltInRow& row = row_of(b.built_in);
  if (!has(row.immediates, 't')) return std::optional<types::ValType>();
  const bool is_stream = row.text.starts_with("stream.");
  WCOMP_TRY(const Entity* e, at(s.scope->types, b.type.value, "type"));
  if (const auto* type = std::get_if<TypeEntity>(e)) {
    const auto* stream = table_.arena().get<types::StreamType>(type->type);
    const auto* future = table_.arena().get<types::FutureType>(type->type);
    if (is_stream && stream != nullptr) return stream->element;
    if (!is_stream && future != nullptr) return future->element;
  }
  return fail(diag::type_mismatch, fmt::format("`canon {}` needs a {} type, type {} is none", row.text, is_stream ? "stream" : "future", b.type.value));
}

Result<void> Validator::built_in_opts(const CanonBuiltIn& b, const std::optional<types::ValType>& payload) {
  const BuiltInRow& row = row_of(b.built_in);
  const CanonOpts& o = b.opts;
  const auto refuse = [&](std::string_view option) { return fail(diag::invalid, fmt::format("the canonical option `{}` cannot be given to `canon {}`", option, row.text)); };
  const auto missing = [&](std::string_view option) { return fail(diag::invalid, fmt::format("`canon {}` needs the canonical option `{}`", row.text, option)); };
  if (o.post_return) return refuse("post-return");
  if (o.callback) return refuse("callback");
  if (o.is_encoding_explicit && !has(row.options, 's')) return refuse("string-encoding");
  if (o.memory && !has(row.options, 'm') && !has(row.options, 'M')) return refuse("memory");
  if (o.realloc && !has(row.options, 'r') && !has(row.options, 'R')) return refuse("realloc");
  if (o.is_async && !has(row.options, 'A')) return refuse("async");
  if (!features_.more_async_builtins) {
    if (!o.is_async && has(row.options, 'A')) return need(false, feature_more_async_builtins, fmt::format("`canon {}` without `async`", row.text));
    if (b.is_async) return need(false, feature_more_async_builtins, fmt::format("`canon {} async`", row.text));
  }
  if (!o.memory && (has(row.options, 'M') || (has(row.options, 'W') && payload))) return missing("memory");
  if (!o.realloc && has(row.options, 'R')) return missing("realloc");
  if (!o.realloc && has(row.options, 'L') && payload) {
    WCOMP_TRY(const std::shared_ptr<const cabi::Shape> shape, shapes32_.of(*payload));
    if (shape->has_pointers) return missing("realloc");
  }
  return Ok{};
}

Result<ValType> Validator::thread_argument(const Space& s, CoreTypeIdx type) const {
  WCOMP_TRY(const auto* found, at(s.scope->core_types, type.value, "core type"));
  const auto* func = std::get_if<core::FuncType>(found);
  const bool fits = func != nullptr && func->results.empty() && func->params.size() == 1 && (func->params[0] == ValType::i32 || func->params[0] == ValType::i64);
  if (!fits) return fail(diag::type_mismatch, fmt::format("core type {} is not that of a thread's function, which has one parameter, i32, and no result", type.value));
  if (func->params[0] == ValType::i64) WCOMP_TRY(need(features_.memory64, feature_memory64, "a thread's function with an i64"));
  return func->params[0];
}

/// What a letter of a signature stands for.
Result<std::vector<ValType>> Validator::built_in_part(Space& s, const CanonBuiltIn& b, char letter, ValType ptr) {
  using Out = std::vector<ValType>;
  const BuiltInRow& row = row_of(b.built_in);
  switch (letter) {
    case 'i': return Out{ValType::i32};
    case 'l': return Out{ValType::i64};
    case 'p': return Out{ptr};
    case 'v': {
      if (b.context_type == ValType::i64) {
        WCOMP_TRY(need(features_.memory64, feature_memory64, fmt::format("`canon {}` with i64", row.text)));
      } else if (b.context_type != ValType::i32) {
        return fail(diag::invalid, fmt::format("`canon {}` is for i32, found {}", row.text, core::to_string(b.context_type)));
      }
      if (b.context_index >= context_slots) return fail(diag::invalid, fmt::format("`canon {}` is for the slots below {}, found {}", row.text, context_slots, b.context_index));
      // The reference tool has the slots behind the first only with threads; so have its tests.
      if (b.context_index > 0 && !features_.threading) WCOMP_TRY(need(false, feature_threading, fmt::format("`canon {}` for slot {}", row.text, b.context_index)));
      if (s.context_type && *s.context_type != b.context_type) return fail(diag::type_mismatch, "all `context.get` and `context.set` of a component are for the same type");
      s.context_type = b.context_type;
      return Out{b.context_type};
    }
    case 'f': {
      WCOMP_TRY(const ValType argument, thread_argument(s, b.core_type));
      return Out{argument};
    }
    case 'b': {
      WCOMP_TRY(const core::TableType* table, at(s.scope->core_tables, b.table.value, "core table"));
      if (!core::matches(table->element, ValType::funcref)) {
        return fail(diag::type_mismatch, fmt::format("`canon {}` needs a table of funcref, core table {} is one of {}", row.text, b.table.value, core::to_string(table->element)));
      }
      if (table->limits.is_64) WCOMP_TRY(need(features_.memory64, feature_memory64, fmt::format("`canon {}` with a 64-bit table", row.text)));
      return Out{table->limits.is_64 ? ValType::i64 : ValType::i32};
    }
    case 'r': {
      types::FuncType type;
      if (b.result) {
        WCOMP_TRY(const types::ValType result, val_type(s, *b.result));
        type.params.push_back({"result", result});
      }
      WCOMP_TRY(const cabi::FuncShape shape, shape_of(type, ptr));
      if (shape.needs_memory && !b.opts.memory) return fail(diag::invalid, fmt::format("`canon {}` needs the canonical option `memory`: the result is passed in it", row.text));
      return shape.lowered.params;
    }
    default: WCOMP_CHECK(false);
  }
}

Result<void> Validator::built_in(Space& s, const CanonBuiltIn& b) {
  const BuiltInRow& row = row_of(b.built_in);
  if (row.enabled_by == nullptr) return fail(diag::unsupported, fmt::format("`canon {}` starts or counts threads that share everything: no feature turns it on yet", row.text));
  if (!(features_.*row.enabled_by)) return need(false, row.feature, fmt::format("`canon {}`", row.text));
  WCOMP_TRY(const ValType ptr, canon_opts(s, b.opts));
  WCOMP_TRY(const std::optional<types::ValType> payload_type, payload(s, b));
  WCOMP_TRY(built_in_opts(b, payload_type));
  core::FuncType type;
  std::vector<ValType>* list = &type.params;
  for (const char letter : row.signature) {
    if (letter == '>') {
      list = &type.results;
      continue;
    }
    WCOMP_TRY(const std::vector<ValType> part, built_in_part(s, b, letter, ptr));
    list->insert(list->end(), part.begin(), part.end());
  }
  s.scope->core_funcs.push_back(std::move(type));
  return Ok{};
}

}  // namespace wcomp::component
