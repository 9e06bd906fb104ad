#include "component/componentize/signatures.h"

#include <algorithm>
#include <unordered_set>

#include "base/match.h"

namespace wcomp::component {

namespace {

bool has_pointers(const std::vector<cabi::Part>& params) {
  return std::ranges::any_of(params, [](const cabi::Part& p) { return p.shape->has_pointers; });
}
bool spills(const cabi::FuncShape& shape, std::size_t limit) { return shape.params_tuple->flat.size() > limit; }

}  // namespace

core::FuncType lifted_type(const cabi::FuncShape& shape, LiftAbi abi) {
  core::FuncType out = shape.lifted;
  if (abi == LiftAbi::callback) out.results = {core::ValType::i32};
  if (abi == LiftAbi::stackful) out.results.clear();
  return out;
}

Needs lift_needs(const cabi::FuncShape& shape, LiftAbi abi) {
  const bool params = has_pointers(shape.params) || shape.params_spill;
  // Of an async function too, whose result goes through `task.return`: both have to have the same memory.
  const bool spills = abi == LiftAbi::sync ? shape.results_spill : shape.result != nullptr && shape.result->flat.size() > cabi::max_flat_params;
  const bool result = shape.result != nullptr && (shape.result->has_pointers || spills);
  return {.memory = params || result, .realloc = params};
}

core::FuncType lowered_type(const cabi::FuncShape& shape, bool is_async, core::ValType ptr) { return is_async ? cabi::flatten_async_lower(shape, ptr) : shape.lowered; }


Needs lower_needs(const cabi::FuncShape& shape, bool is_async) {
  const bool result_pointers = shape.result != nullptr && shape.result->has_pointers;
  const bool params = has_pointers(shape.params) || spills(shape, is_async ? cabi::max_flat_async_params : cabi::max_flat_params);
  const bool result = is_async ? shape.result != nullptr : result_pointers || shape.results_spill;
  return {.memory = params || result, .realloc = result_pointers};
}

core::FuncType task_return_type(const cabi::FuncShape& shape, core::ValType ptr) {
  core::FuncType out;
  if (shape.result == nullptr) return out;
  if (shape.result->flat.size() > cabi::max_flat_params) {
    out.params = {ptr};
  } else {
    out.params = shape.result->flat;
  }
  return out;
}

Needs task_return_needs(const cabi::FuncShape& shape) {
  return {.memory = shape.result != nullptr && (shape.result->has_pointers || shape.result->flat.size() > cabi::max_flat_params), .realloc = false};
}

namespace {

/// Types are at most types nested max_depth deep (try_shape_of has been asked before), yet may mention one another very often: a type
/// without streams is looked into once.
class Finder {
 public:
  Finder(const types::TypeArena& arena, std::vector<types::TypeId>& out) : arena_(arena), out_(out) {}

  void visit(types::ValType t) {
    const auto* id = std::get_if<types::TypeId>(&t);
    if (id == nullptr || out_.size() >= most || without_.contains(*id)) return;
    const std::size_t before = out_.size();
    match(
        arena_[*id],
        [&](const types::RecordType& r) {
          for (const auto& f : r.fields) visit(f.type);
        },
        [&](const types::VariantType& v) {
          for (const auto& c : v.cases) maybe(c.type);
        },
        [&](const types::TupleType& tuple) {
          for (const auto& e : tuple.types) visit(e);
        },
        [&](const types::ListType& l) { visit(l.element); }, [&](const types::FixedListType& l) { visit(l.element); },
        [&](const types::MapType& m) { visit(m.key), visit(m.value); }, [&](const types::OptionType& o) { visit(o.some); },
        [&](const types::ResultType& r) { maybe(r.ok), maybe(r.err); },
        [&](const types::StreamType& s) { maybe(s.element), out_.push_back(*id); },
        [&](const types::FutureType& f) { maybe(f.element), out_.push_back(*id); }, [&](const types::AliasType& a) { visit(a.target); },
        [](const types::OwnType&) {}, [](const types::BorrowType&) {}, [](const types::FlagsType&) {}, [](const types::EnumType&) {},
        [](const types::ResourceType&) {});
    if (out_.size() == before) without_.insert(*id);
  }
  void maybe(const std::optional<types::ValType>& t) {
    if (t) visit(*t);
  }

 private:
  static constexpr std::size_t most = 100'000;
  const types::TypeArena& arena_;
  std::vector<types::TypeId>& out_;
  std::unordered_set<types::TypeId> without_;
};

}  // namespace

std::vector<types::TypeId> streams_and_futures(const types::TypeArena& arena, const types::FuncType& func) {
  std::vector<types::TypeId> out;
  Finder finder(arena, out);
  for (const types::Param& p : func.params) finder.visit(p.type);
  if (func.result) finder.visit(*func.result);
  return out;
}

}  // namespace wcomp::component
