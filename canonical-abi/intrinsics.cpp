#include "canonical-abi/intrinsics.h"

namespace wcomp::cabi {

std::optional<Intrinsic> find_intrinsic(std::string_view name) {
  for (const IntrinsicRow& r : intrinsic_rows) {
    if (r.name == name) return r.intrinsic;
  }
  return {};
}

core::FuncType func_type(Intrinsic i, core::ValType ptr) {
  core::FuncType t;
  std::vector<core::ValType>* list = &t.params;
  for (const char letter : row(i).signature) {
    if (letter == ':') list = &t.results;
    else list->push_back(letter == 'p' ? ptr : core::ValType::i32);
  }
  return t;
}

}  // namespace wcomp::cabi
