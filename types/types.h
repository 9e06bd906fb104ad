// Component-level value types, shared by wit/ and component/.
//
// A type is an entry of a `TypeArena`; entries are never changed or removed, and an entry refers only to earlier ones, so an arena is
// acyclic and can be walked without marks. Entries are not interned: two declarations with the same structure have two `TypeId`s, because
// the bindings give each its own C++ type. Equality of types is `structurally_equal` (types/equality.h), which looks through `AliasType`
// and compares resources by `ResourceId` under a substitution. A name is never part of a type: wit::TypeDecl and component exports keep
// names beside the TypeId.
// Spec: Explainer.md "Type Definitions", Binary.md `defvaltype`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"

namespace wcomp::types {

/// Primitive value types: rows of primitives.def.
enum class Prim : std::uint8_t {
#define WCOMP_PRIM(name, text, opcode, size, core) name,
#include "types/primitives.def"
#undef WCOMP_PRIM
};
[[nodiscard]] std::string_view to_string(Prim p);

/// Key of an entry in one TypeArena.
using TypeId = Index<struct TypeTag>;
/// A generative resource identity: fresh at each declaration, each abstract import and each instantiation.
using ResourceId = Index<struct ResourceTag>;

/// What a field, parameter or element has: a primitive or an entry.
using ValType = std::variant<Prim, TypeId>;

struct Field {
  std::string name;
  ValType type;
};
struct Case {
  std::string name;
  std::optional<ValType> type;
};

struct RecordType { std::vector<Field> fields; };
struct VariantType { std::vector<Case> cases; };
struct ListType { ValType element; };
struct FixedListType { ValType element; std::uint32_t length = 0; };
struct MapType { ValType key, value; };
struct TupleType { std::vector<ValType> types; };
struct FlagsType { std::vector<std::string> names; };
struct EnumType { std::vector<std::string> names; };
struct OptionType { ValType some; };
struct ResultType { std::optional<ValType> ok, err; };
struct OwnType { TypeId resource; };     ///< a ResourceType or an alias of one
struct BorrowType { TypeId resource; };  ///< a ResourceType or an alias of one
struct StreamType { std::optional<ValType> element; };
struct FutureType { std::optional<ValType> element; };
struct ResourceType { ResourceId id; };
/// `type a = b`, `use`, an export or import with an `eq` bound: another name for the same type.
struct AliasType { ValType target; };

using TypeDef = std::variant<RecordType, VariantType, ListType, FixedListType, MapType, TupleType, FlagsType, EnumType, OptionType,
                             ResultType, OwnType, BorrowType, StreamType, FutureType, ResourceType, AliasType>;

struct Param {
  std::string name;
  ValType type;
};
struct FuncType {
  std::vector<Param> params;
  std::optional<ValType> result;
  bool is_async = false;
};

class TypeArena {
 public:
  TypeId add(TypeDef def) { return defs_.add(std::move(def)); }
  [[nodiscard]] const TypeDef& operator[](TypeId id) const { return defs_[id]; }
  [[nodiscard]] std::size_t size() const { return defs_.size(); }
  void reserve(std::size_t size) { defs_.reserve(size); }
  ResourceId new_resource() { return ResourceId(resources_++); }

  /// The type behind any chain of aliases: a primitive, or an entry that is not an AliasType.
  [[nodiscard]] ValType resolve(ValType t) const;
  [[nodiscard]] TypeId resolve(TypeId id) const;  ///< for a TypeId known not to alias a primitive (resources)
  /// The definition behind aliases, or nullptr for a primitive.
  [[nodiscard]] const TypeDef* def(ValType t) const;
  /// The resource behind an OwnType's / BorrowType's / resource alias's id.
  [[nodiscard]] ResourceId resource(TypeId id) const;
  template <class T>
  [[nodiscard]] const T* get(ValType t) const {
    const TypeDef* d = def(t);
    return d == nullptr ? nullptr : std::get_if<T>(d);
  }

 private:
  Arena<TypeId, TypeDef> defs_;
  std::uint32_t resources_ = 0;
};

/// WIT syntax of a type without names: `list<tuple<u32, string>>`, `record { x: u32 }`, `own<resource>`. For messages.
[[nodiscard]] std::string to_string(const TypeArena& arena, ValType t);
[[nodiscard]] std::string to_string(const TypeArena& arena, const FuncType& f);

}  // namespace wcomp::types
