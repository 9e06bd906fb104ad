// Parser's templates.
#pragma once

namespace wcomp::component::text {

template <class T>
void Parser::push(T item) {
  if (scope().kind == Scope::Kind::component) {
    if constexpr (requires { Definition{.item = std::move(item)}; }) scope().definitions.push_back({.item = std::move(item), .offset = 0});
  } else {
    if constexpr (requires { TypeDeclItem(std::move(item)); }) scope().decls.push_back(std::move(item));
  }
}

template <class T>
Result<std::uint32_t> Parser::define(Sort sort, const Id& id, T item) {
  WCOMP_TRY(check_new(sort, id));
  push(std::move(item));
  if (sort == Sort::type && scope().kind == Scope::Kind::component) scope().types.push_back(scope().definitions.size() - 1);
  return scope().space(sort).add(id);
}

}  // namespace wcomp::component::text
