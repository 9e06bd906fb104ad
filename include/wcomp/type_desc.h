// What a C++ type claims to be in WIT, as data the runtime compares with a component's type when a function is bound.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wcomp {

struct ResourceKey;  // wcomp/crossing.h

enum class TypeKind : std::uint8_t {
  bool_, s8, u8, s16, u16, s32, u32, s64, u64, f32, f64, char_, string,
  list, fixed_list, map, record, tuple, variant, enum_, flags, option, result, own, borrow, error_context,
};

/// A node of a static description; all pointers have static storage. `parts`: fields, elements, cases, ok and err, the element of a list
/// or option. A null part is a case without payload.
struct TypeDesc {
  TypeKind kind;
  const TypeDesc* const* parts = nullptr;
  const char* const* names = nullptr;    ///< field, case, flag and enum names as in WIT; null for tuples and lists
  std::size_t count = 0;                 ///< parts or names; a fixed list's length
  const ResourceKey* resource = nullptr; ///< own and borrow
};

struct FuncDesc {
  const TypeDesc* const* params = nullptr;
  std::size_t param_count = 0;
  const TypeDesc* result = nullptr;  ///< null: none
};

}  // namespace wcomp
