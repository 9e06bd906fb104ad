// Canonical definitions.
#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/text/encoding_words.h"
#include "component/text/parser.h"

namespace wcomp::component::text {

namespace {

}  // namespace

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
    if (in_.at_atom("async")) return needs_feature("`canon resource.drop async`", "async");
    WCOMP_TRY(const std::uint32_t i, index_or_reference(Sort::type, "type"));
    if (is_new) return Canon(CanonResourceNew{TypeIdx(i)});
    if (is_drop) return Canon(CanonResourceDrop{TypeIdx(i)});
    return Canon(CanonResourceRep{TypeIdx(i)});
  }
  return in_.unexpected("`lift`, `lower`, `resource.new`, `resource.drop` or `resource.rep`");
}

bool Parser::at_canon_opt() const {
  return in_.at(TokenKind::atom) || in_.at_open("memory") || in_.at_open("realloc") || in_.at_open("post-return") || in_.at_open("callback") || in_.at_open("core-type");
}

Result<CanonOpts> Parser::canon_opts() {
  CanonOpts out;
  const auto once = [&](CanonOpt opt, std::string_view name) -> Result<void> {
    if (std::ranges::find(out.order, opt) != out.order.end()) return in_.fail_here(fmt::format("canonical option `{}` is given twice", name));
    out.order.push_back(opt);
    return {};
  };
  const auto index_opt = [&](CanonOpt opt, std::string_view word, Sort sort, std::string_view words, auto& slot) -> Result<void> {
    WCOMP_TRY(once(opt, word));
    in_.take_open(word);
    WCOMP_TRY(const std::uint32_t i, index_or_reference(sort, words));
    slot.emplace(i);
    return in_.expect_close();
  };
  while (at_canon_opt()) {
    if (in_.at(TokenKind::atom)) {
      if (in_.at_atom("async")) return needs_feature("canonical option `async`", "async");
      if (in_.at_atom("gc")) return needs_feature("canonical option `gc`", "gc");
      const auto* row = std::ranges::find_if(encoding_words, [&](const auto& e) { return in_.at_atom(e.first); });
      if (row == std::end(encoding_words)) return in_.unexpected("a canonical option");
      WCOMP_TRY(once(CanonOpt::string_encoding, "string-encoding"));
      in_.advance();
      out.is_encoding_explicit = true;
      out.encoding = row->second;
    } else if (in_.at_open("memory")) {
      WCOMP_TRY(index_opt(CanonOpt::memory, "memory", Sort::core_memory, "core memory", out.memory));
    } else if (in_.at_open("realloc")) {
      WCOMP_TRY(index_opt(CanonOpt::realloc, "realloc", Sort::core_func, "core func", out.realloc));
    } else if (in_.at_open("post-return")) {
      WCOMP_TRY(index_opt(CanonOpt::post_return, "post-return", Sort::core_func, "core func", out.post_return));
    } else if (in_.at_open("callback")) {
      return needs_feature("canonical option `callback`", "async");
    } else {
      return needs_feature("canonical option `core-type`", "gc");
    }
  }
  return out;
}

}  // namespace wcomp::component::text
