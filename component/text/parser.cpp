// Scopes and references.
#include "component/text/parser.h"

#include <fmt/format.h>

#include "base/article.h"
#include "base/diagnostic.h"
#include "base/text.h"
#include "component/decode_types.h"

namespace wcomp::component::text {

namespace {

constexpr std::string_view core_word = "core ";
constexpr std::array core_sorts{Sort::core_func, Sort::core_table, Sort::core_memory, Sort::core_global, Sort::core_tag, Sort::core_type, Sort::core_module, Sort::core_instance};
constexpr std::array component_sorts{Sort::func, Sort::value, Sort::type, Sort::component, Sort::instance};

/// Without `core` in front.
std::string_view word_of(Sort sort) { return to_string(sort).substr(is_core(sort) ? core_word.size() : 0); }

}  // namespace

Result<std::unique_ptr<Scope>> Parser::within(Scope::Kind kind, const Id& id, Result<void> (Parser::*item)()) {
  if (scopes_.size() > max_nesting) {
    return fail(diag::limit_exceeded, fmt::format("components and types are nested more than {} deep", max_nesting), in_.where());
  }
  auto inner = std::make_unique<Scope>();
  inner->kind = kind;
  inner->id = id.name;
  scopes_.push_back(inner.get());
  Result<void> done;
  while (done && !in_.at(TokenKind::close) && !in_.at(TokenKind::end)) done = (this->*item)();
  scopes_.pop_back();
  WCOMP_TRY(std::move(done));
  return inner;
}

Id Parser::take_id() {
  Id out{.name = {}, .position = in_.position()};
  out.name = in_.take_id();
  if (const auto* name = list_.annotation(core::text::AnnotationKind::name, in_.position())) out.debug_name = name->value;
  return out;
}

Result<void> Parser::check_new(Sort sort, const Id& id) {
  if (!id.name) return {};
  const IndexSpace::Named* first = scope().space(sort).find(*id.name);
  if (first == nullptr) return {};
  Diagnostic d = error(diag::duplicate_name, fmt::format("duplicate {} identifier `${}`", to_string(sort), *id.name), in_.where(id.position));
  d.labels.push_back({in_.where(first->position), "first defined here"});
  return Err(Failure(std::move(d)));
}

Err<Failure> Parser::not_supported(std::string_view what) const { return fail(diag::unsupported, fmt::format("{} is not supported", what), in_.where()); }

std::optional<Sort> Parser::take_core_sort() {
  for (const Sort sort : core_sorts) {
    if (in_.take_atom(word_of(sort))) return sort;
  }
  return std::nullopt;
}

std::optional<Sort> Parser::take_open_sort() {
  const std::size_t start = in_.position();
  if (in_.take_open("core")) {
    if (const std::optional<Sort> sort = take_core_sort()) return sort;
    in_.move_to(start);
    return std::nullopt;
  }
  for (const Sort sort : component_sorts) {
    if (in_.take_open(word_of(sort))) return sort;
  }
  return std::nullopt;
}

Result<std::uint32_t> Parser::index(Sort sort) {
  const std::size_t start = in_.position();
  const std::optional<std::string> id = in_.take_id();
  if (!id) {
    if (!core::text::IdSpace::at_index(in_)) return in_.unexpected(fmt::format("the identifier or index of {}", with_article(to_string(sort))));
    WCOMP_TRY(const std::uint64_t n, in_.nat(0xffff'ffff));
    return static_cast<std::uint32_t>(n);
  }
  for (std::uint32_t depth = 0; depth < scopes_.size(); ++depth) {
    const IndexSpace::Named* found = scopes_[scopes_.size() - 1 - depth]->space(sort).find(*id);
    if (found == nullptr) continue;
    if (depth == 0) return found->index;
    if (!can_alias_outer(sort)) {
      Diagnostic d = error(diag::unknown_item, fmt::format("`${}` is {} of a component around this one", *id, with_article(to_string(sort))), in_.where(start));
      d.labels.push_back({in_.where(found->position), "defined here"});
      d.notes.emplace_back("only components, types, core modules and core types can be used inside; import it");
      return Err(Failure(std::move(d)));
    }
    if (scope().kind == Scope::Kind::module_type) {
      scope().module_type.decls.emplace_back(CoreModuleType::AliasOuterType{depth, found->index});
      return scope().space(sort).add({});
    }
    return define(sort, {}, Alias(AliasOuter{.sort = sort, .count = depth, .index = found->index}));
  }
  Diagnostic d = error(diag::unknown_item, fmt::format("unknown {} `${}`", to_string(sort), *id), in_.where(start));
  for (const auto& rows : {std::span<const Sort>(core_sorts), std::span<const Sort>(component_sorts)}) {
    for (const Sort other_sort : rows) {
      const IndexSpace::Named* other = scope().space(other_sort).find(*id);
      if (other != nullptr) d.labels.push_back({in_.where(other->position), fmt::format("this is {}", with_article(to_string(other_sort)))});
    }
  }
  return Err(Failure(std::move(d)));
}

Result<std::uint32_t> Parser::reference(Sort sort) {
  WCOMP_TRY(const std::uint32_t i, projection(sort));
  WCOMP_TRY(in_.expect_close());
  return i;
}

Result<std::uint32_t> Parser::projection(Sort sort) {
  const std::size_t start = in_.position();
  if (!in_.at(TokenKind::close) && list_.tokens[start + 1].kind != TokenKind::string) return index(sort);
  if (sort == Sort::core_instance || sort == Sort::core_type) {
    return fail(diag::syntax, fmt::format("{} is no export of an instance", with_article(to_string(sort))), in_.where(start));
  }
  if (is_core_alias(sort)) {
    WCOMP_TRY(const std::uint32_t instance, index(Sort::core_instance));
    WCOMP_TRY(std::string name, in_.name());
    return define(sort, {}, Alias(AliasCoreExport{.sort = sort, .instance = CoreInstanceIdx(instance), .name = std::move(name)}));
  }
  WCOMP_TRY(std::uint32_t i, index(Sort::instance));
  while (in_.at(TokenKind::string)) {
    WCOMP_TRY(std::string name, in_.name());
    const Sort step = in_.at(TokenKind::string) ? Sort::instance : sort;
    WCOMP_TRY(i, define(step, {}, Alias(AliasExport{.sort = step, .instance = InstanceIdx(i), .name = std::move(name)})));
  }
  return i;
}

Result<std::uint32_t> Parser::index_or_reference(Sort sort, std::string_view words) {
  const std::size_t start = in_.position();
  const bool has_core = words.starts_with(core_word);
  if (in_.at(TokenKind::open)) {
    const std::string_view word = has_core ? words.substr(core_word.size()) : words;
    if (has_core ? in_.take_open("core") && in_.take_atom(word) : in_.take_open(word)) return reference(sort);
    in_.move_to(start);
    if (has_core && in_.at_open(word)) {
      if (!options_.has_lenient_indices) return in_.fail_here(fmt::format("the word `core` is missing: write `({} ..)`", words));
      in_.take_open(word);
      return reference(sort);
    }
    return in_.unexpected(fmt::format("an index, an identifier or `({} ..)`", words));
  }
  if (!in_.at(TokenKind::close) && list_.tokens[start + 1].kind == TokenKind::string) {
    if (has_core && options_.has_lenient_indices) return projection(sort);
    const std::string instance(in_.text());
    in_.advance();
    return in_.fail_here(fmt::format("an export's name stands in a reference of its own: write `({} {} {})`", words, escape(instance), escape(in_.text())));
  }
  return index(sort);
}

Result<SortIdx> Parser::sort_reference() {
  const std::optional<Sort> sort = take_open_sort();
  if (!sort) return in_.unexpected("a reference such as `(func $f)`");
  WCOMP_TRY(const std::uint32_t i, reference(*sort));
  return SortIdx{*sort, i};
}

}  // namespace wcomp::component::text
