#include "canonical-abi/intrinsics.h"

#include <doctest/doctest.h>

namespace wcomp::cabi {
namespace {

TEST_CASE("every intrinsic is found by its import name and has a signature of integers") {
  for (const IntrinsicRow& r : intrinsic_rows) {
    CHECK(find_intrinsic(r.name) == r.intrinsic);
    CHECK(row(r.intrinsic).name == r.name);
    const core::FuncType t = func_type(r.intrinsic);
    CHECK(t.params.size() + t.results.size() + 1 == r.signature.size());
    CHECK(t.results.size() <= 1);
    CHECK_FALSE(r.meaning.empty());
  }
  CHECK_FALSE(find_intrinsic("string-measur").has_value());
}

TEST_CASE("signatures read as params, colon, results") {
  using enum core::ValType;
  CHECK(func_type(Intrinsic::trap) == core::FuncType{{i32}, {}});
  CHECK(func_type(Intrinsic::string_measure) == core::FuncType{{i32, i32, i32}, {i32}});
  CHECK(func_type(Intrinsic::string_measure, i64) == core::FuncType{{i32, i64, i32}, {i32}});
  CHECK(func_type(Intrinsic::enter_call) == core::FuncType{});
}

}  // namespace
}  // namespace wcomp::cabi
