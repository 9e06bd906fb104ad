// match(variant, lambdas...): std::visit with the cases written in place.
#pragma once

#include <utility>
#include <variant>

namespace wcomp {
template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class V, class... Fs>
decltype(auto) match(V&& v, Fs&&... fs) {
  return std::visit(Overloaded{std::forward<Fs>(fs)...}, std::forward<V>(v));
}
}  // namespace wcomp
