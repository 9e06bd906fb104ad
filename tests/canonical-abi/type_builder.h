// Short ways to write component types in tests.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "types/types.h"

namespace wcomp::cabi {

struct TypeBuilder {
  using ValType = types::ValType;
  types::TypeArena arena;

  ValType record(std::vector<types::Field> fields) { return arena.add(types::RecordType{std::move(fields)}); }
  ValType tuple(std::vector<ValType> ts) { return arena.add(types::TupleType{std::move(ts)}); }
  ValType list(ValType t) { return arena.add(types::ListType{t}); }
  ValType list(ValType t, std::uint32_t length) { return arena.add(types::FixedListType{t, length}); }
  ValType option(ValType t) { return arena.add(types::OptionType{t}); }
  ValType result(std::optional<ValType> ok, std::optional<ValType> err) { return arena.add(types::ResultType{ok, err}); }
  ValType map(ValType k, ValType v) { return arena.add(types::MapType{k, v}); }
  /// A variant with cases `c0`, `c1`, ...
  ValType variant(const std::vector<std::optional<ValType>>& payloads) {
    types::VariantType v;
    for (const auto& p : payloads) v.cases.push_back({"c" + std::to_string(v.cases.size()), p});
    return arena.add(std::move(v));
  }
  ValType enum_(std::size_t n) { return arena.add(types::EnumType{names(n)}); }
  ValType flags(std::size_t n) { return arena.add(types::FlagsType{names(n)}); }
  types::TypeId resource() { return arena.add(types::ResourceType{arena.new_resource()}); }
  ValType own(types::TypeId r) { return arena.add(types::OwnType{r}); }
  ValType borrow(types::TypeId r) { return arena.add(types::BorrowType{r}); }

  static types::FuncType func(const std::vector<ValType>& params, std::optional<ValType> result = {}) {
    types::FuncType f{.params = {}, .result = result};
    for (ValType t : params) f.params.push_back({"p" + std::to_string(f.params.size()), t});
    return f;
  }

 private:
  static std::vector<std::string> names(std::size_t n) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < n; ++i) out.push_back("n" + std::to_string(i));
    return out;
  }
};

}  // namespace wcomp::cabi
