// Result, Err, Failure for the library's own code, with WCOMP_TRY.
#pragma once

#include "wcomp/failure.h"
#include "wcomp/result.h"

#define WCOMP_CAT2(a, b) a##b
#define WCOMP_CAT(a, b) WCOMP_CAT2(a, b)

/// `WCOMP_TRY(auto x, f());` declares x as the value of a Result or returns its error from the enclosing function.
/// `WCOMP_TRY(f());` for a Result whose value is not needed.
#define WCOMP_TRY_2(decl, ...)                                                                   \
  auto WCOMP_CAT(try_, __LINE__) = (__VA_ARGS__);                                                \
  if (!WCOMP_CAT(try_, __LINE__)) return ::wcomp::Err(std::move(WCOMP_CAT(try_, __LINE__)).error()); \
  decl = std::move(WCOMP_CAT(try_, __LINE__)).value()
#define WCOMP_TRY_1(expr)                                                  \
  do {                                                                     \
    auto try_result = (expr);                                              \
    if (!try_result) return ::wcomp::Err(std::move(try_result).error());   \
  } while (false)
#define WCOMP_TRY_PICK(a, b, name, ...) name
#define WCOMP_TRY(...) WCOMP_TRY_PICK(__VA_ARGS__, WCOMP_TRY_2, WCOMP_TRY_1)(__VA_ARGS__)
