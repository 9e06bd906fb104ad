// Canonical definitions.
#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/text/encoding_words.h"
#include "component/text/parser.h"

namespace wcomp::component::text {

/// `(canon lift .. (func $id type))`, `(canon lower .. (core func $id))`
Result<void> Parser::canon_field() {
  if (in_.take_atom("lift")) {
    // The type, which stands last, comes first: what it has inside is defined in front.
    const std::size_t start = in_.position();
    while (!in_.at_open("func") && !in_.at(TokenKind::close)) {
      if (in_.at(TokenKind::open)) {
        skip_to(in_.position());
      } else {
        in_.advance();
      }
    }
    const std::size_t func_at = in_.position();
    if (!in_.take_open("func")) return in_.unexpected("`(func ..)` with the type of the function");
    const Id id = take_id();
    WCOMP_TRY(const std::uint32_t type, type_use(Sort::func));
    WCOMP_TRY(in_.expect_close());
    const std::size_t end = in_.position();
    in_.move_to(start);
    WCOMP_TRY(CanonLift lift, canon_lift(TypeIdx(type)));
    if (in_.position() != func_at) return in_.unexpected("a canonical option or `(func ..)`");
    in_.move_to(end);
    WCOMP_TRY(define(Sort::func, id, Canon(std::move(lift))));
    return in_.expect_close();
  }
  WCOMP_TRY(Canon canon, core_canon());
  WCOMP_TRY(in_.expect_open("core"));
  if (!in_.take_atom("func")) return in_.unexpected("`func`");
  const Id id = take_id();
  WCOMP_TRY(in_.expect_close());
  WCOMP_TRY(define(Sort::core_func, id, std::move(canon)));
  return in_.expect_close();
}

Result<CanonLift> Parser::canon_lift(TypeIdx type) {
  CanonLift out{.core_func = {}, .opts = {}, .type = type};
  if (!in_.at(TokenKind::open)) return in_.unexpected("`(core func ..)`");
  WCOMP_TRY(const std::uint32_t f, index_or_reference(Sort::core_func, "core func"));
  out.core_func = CoreFuncIdx(f);
  WCOMP_TRY(out.opts, canon_opts());
  return out;
}

Result<Canon> Parser::core_canon() {
  if (in_.take_atom("lower")) {
    CanonLower out;
    if (!in_.at(TokenKind::open)) return in_.unexpected("`(func ..)`");
    WCOMP_TRY(const std::uint32_t f, index_or_reference(Sort::func, "func"));
    out.func = FuncIdx(f);
    WCOMP_TRY(out.opts, canon_opts());
    return Canon(std::move(out));
  }
  const bool is_new = in_.take_atom("resource.new");
  const bool is_drop = !is_new && in_.take_atom("resource.drop");
  if (is_new || is_drop || in_.take_atom("resource.rep")) {
    if (is_drop && in_.at_atom("async")) return not_supported("`resource.drop` with `async`, which the Component Model does not have any more,");
    WCOMP_TRY(const std::uint32_t i, index_or_reference(Sort::type, "type"));
    if (is_new) return Canon(CanonResourceNew{TypeIdx(i)});
    if (is_drop) return Canon(CanonResourceDrop{TypeIdx(i)});
    return Canon(CanonResourceRep{TypeIdx(i)});
  }
  const BuiltInRow* row = in_.at(TokenKind::atom) ? find_built_in(in_.text()) : nullptr;
  if (row == nullptr) return in_.unexpected("a canonical definition, such as `lower`, `resource.drop` or `task.return`,");
  in_.advance();
  WCOMP_TRY(CanonBuiltIn out, built_in(*row));
  return Canon(std::move(out));
}

/// The immediates, in the order of canons.def's letters.
Result<CanonBuiltIn> Parser::built_in(const BuiltInRow& row) {
  CanonBuiltIn out{.built_in = row.built_in};
  const auto index_into = [&](Sort sort, std::string_view words, auto& slot) -> Result<void> {
    WCOMP_TRY(const std::uint32_t i, index_or_reference(sort, words));
    slot = std::remove_reference_t<decltype(slot)>(i);
    return {};
  };
  for (const char letter : row.immediates) {
    switch (letter) {
      case 'a': out.is_async = in_.take_atom("async"); break;
      case 'c': out.is_cancellable = in_.take_atom("cancellable"); break;
      case 's': out.is_shared = in_.take_atom("shared"); break;
      case 't':
        WCOMP_TRY(index_into(Sort::type, "type", out.type));
        break;
      case 'f':
        WCOMP_TRY(index_into(Sort::core_type, "core type", out.core_type));
        break;
      case 'b':
        WCOMP_TRY(index_into(Sort::core_table, "core table", out.table));
        break;
      case 'v': {
        WCOMP_TRY(out.context_type, core::text::val_type(in_, find_core_type()));
        break;
      }
      case 'i': {
        WCOMP_TRY(const std::uint64_t n, in_.nat(0xffff'ffff));
        out.context_index = static_cast<std::uint32_t>(n);
        break;
      }
      case 'r':
        if (in_.take_open("result")) {
          WCOMP_TRY(out.result, whole_val_type());
          WCOMP_TRY(in_.expect_close());
        }
        break;
      case 'm':
        if (!in_.at_open("memory")) return in_.unexpected("`(memory ..)`");
        WCOMP_TRY(index_opt(out.opts, CanonOpt::memory));
        break;
      case 'o': {
        WCOMP_TRY(out.opts, canon_opts());
        break;
      }
      default: return Err(Failure(error(diag::unsupported, fmt::format("`canon {}` has an immediate that the text format does not know", row.text), in_.where())));
    }
  }
  return out;
}

namespace {

/// Options with an index: its space, and how a reference to it begins.
struct IndexOpt {
  CanonOpt opt;
  std::string_view word;
  Sort sort;
  std::string_view reference;
};
constexpr IndexOpt index_opts[] = {{CanonOpt::memory, "memory", Sort::core_memory, "core memory"},
                                   {CanonOpt::realloc, "realloc", Sort::core_func, "core func"},
                                   {CanonOpt::post_return, "post-return", Sort::core_func, "core func"},
                                   {CanonOpt::callback, "callback", Sort::core_func, "core func"}};

}  // namespace

/// `(memory idx)` and its like.
Result<void> Parser::index_opt(CanonOpts& out, CanonOpt opt) {
  const IndexOpt& row = *std::ranges::find(index_opts, opt, &IndexOpt::opt);
  in_.take_open(row.word);
  WCOMP_TRY(const std::uint32_t i, index_or_reference(row.sort, row.reference));
  switch (opt) {
    case CanonOpt::memory: out.memory = MemIdx(i); break;
    case CanonOpt::realloc: out.realloc = CoreFuncIdx(i); break;
    case CanonOpt::post_return: out.post_return = CoreFuncIdx(i); break;
    default: out.callback = CoreFuncIdx(i); break;
  }
  return in_.expect_close();
}

Result<CanonOpts> Parser::canon_opts() {
  CanonOpts out;
  const auto once = [&](CanonOpt opt, std::string_view name) -> Result<void> {
    if (std::ranges::find(out.order, opt) != out.order.end()) return in_.fail_here(fmt::format("canonical option `{}` is given twice", name));
    out.order.push_back(opt);
    return {};
  };
  while (true) {
    if (in_.at_atom("gc") || in_.at_open("core-type")) return not_supported(fmt::format("canonical option `{}` (lifting and lowering garbage-collected values)", in_.at_atom("gc") ? "gc" : "core-type"));
    if (const auto* row = std::ranges::find_if(index_opts, [&](const IndexOpt& o) { return in_.at_open(o.word); }); row != std::end(index_opts)) {
      WCOMP_TRY(once(row->opt, row->word));
      WCOMP_TRY(index_opt(out, row->opt));
      continue;
    }
    if (!in_.at(TokenKind::atom)) return out;
    if (in_.at_atom("async")) {
      WCOMP_TRY(once(CanonOpt::async, "async"));
      out.is_async = true;
    } else {
      const auto* row = std::ranges::find_if(encoding_words, [&](const auto& e) { return in_.at_atom(e.first); });
      if (row == std::end(encoding_words)) return in_.unexpected("a canonical option");
      WCOMP_TRY(once(CanonOpt::string_encoding, "string-encoding"));
      out.is_encoding_explicit = true;
      out.encoding = row->second;
    }
    in_.advance();
  }
}

}  // namespace wcomp::component::text
