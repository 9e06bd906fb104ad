// Imported functions of guests in C++.
//
// A function whose parameters and result are numbers, handles, strings and lists of numbers is one line, which stands in its interface's header so that
// compilers inline it. So do those that give a result whose error is a variant, or take a result: what the caller does not look at is left out, which is
// most of a guest that only asks whether a call failed. The others go through the templates of wcomp/guest.h and stand in the glue: instantiating those
// in every source that includes the header would take longer than the rest of it.
#pragma once

#include <string>
#include <string_view>

#include "bindgen/cpp_model.h"

namespace wcomp::bindgen {

struct GuestImports {
  std::string header, glue;
  bool needs_realloc = false;
};
/// Of an import scope.
[[nodiscard]] GuestImports emit_imports(const Model& model, const Scope& scope);

/// `extern "C"`: the declaration of a core function that is imported.
[[nodiscard]] std::string core_import(std::string_view symbol, const std::string& module, const std::string& name, const core::FuncType& type);
[[nodiscard]] std::string_view core_result(const core::FuncType& type);
/// `std::int32_t, float` or, with names, `std::int32_t p0, float p1`.
[[nodiscard]] std::string core_params(const core::FuncType& type, bool is_named);

}  // namespace wcomp::bindgen
