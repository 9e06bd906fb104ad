// The types of a world as C has them: what each is called, what is in it, who frees it.
//
// A `CType` is a WIT type without its aliases. In C, records, variants, enums, flags and resources are types by name; lists, options,
// results, tuples, maps and strings are types by what they consist of (`user_list_string_t`), so equal ones of different interfaces are
// one C type, and an alias is a typedef. The layout of a C type in a 32-bit memory is that of the Canonical ABI, so lists and whatever else
// lies in memory pass the boundary as they are; only what is passed in registers is taken apart and put together (c_abi.h).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bindgen/c_names.h"
#include "canonical-abi/shape.h"

namespace wcomp::bindgen {

struct CType;

struct CMember {
  std::string name;             ///< of a case: where its payload is, `val.ok`
  const CType* type = nullptr;  ///< null: a case without payload
  types::ValType wit_type;      ///< as it is written
};

struct CType {
  enum class Kind : std::uint8_t {
    scalar,   ///< numbers, bool, char, enums, flags
    string,   ///< {ptr, len}; lists and maps have the same form, and an element
    list,
    array,    ///< a list of fixed length: {items}
    record,   ///< also tuple, and a map's element
    variant,  ///< also option and result, whose tag is a bool
    own,      ///< {handle}
    borrow,   ///< {handle}, of an imported resource
    rep,      ///< a borrow of an exported resource: a pointer to the object
  };
  enum class Tag : std::uint8_t { number, is_some, is_err };

  Kind kind = Kind::scalar;
  Tag tag = Tag::number;         ///< variant
  std::string name;              ///< `sample_kv_types_location_t`
  std::string stem;              ///< what names made of it contain: `list_string`, `sample_kv_types_location`
  std::shared_ptr<const cabi::Shape> shape;
  std::vector<CMember> members;  ///< fields, cases; the element of a list or array
  std::uint32_t length = 0;      ///< array
  wit::TypeDeclId resource;      ///< own, borrow, rep
  const Scope* home = nullptr;   ///< of a named type
  std::optional<wit::TypeDeclId> decl;  ///< of a record, variant, enum or flags
  std::string free;              ///< the function that frees what a value owns; of an own, that drops it; empty: it owns nothing
  bool has_own = false;
  bool has_borrow = false;       ///< of an imported resource

  [[nodiscard]] bool is_option() const { return kind == Kind::variant && tag == Tag::is_some; }
  [[nodiscard]] bool is_result() const { return kind == Kind::variant && tag == Tag::is_err; }
  [[nodiscard]] bool is_by_value() const { return kind == Kind::scalar || kind == Kind::own || kind == Kind::borrow || kind == Kind::rep; }
  /// Whether the bits of the tag are one of two words, so that `if` is enough.
  [[nodiscard]] bool has_bool_tag() const { return tag != Tag::number; }
  [[nodiscard]] std::string_view tag_name() const { return tag == Tag::is_some ? "is_some" : tag == Tag::is_err ? "is_err" : "tag"; }
};

class CTypes {
 public:
  CTypes(const Model& model, CNames& names) : model_(model), names_(names), shapes_(model.graph().types) {}

  /// The type as it is named in a scope. Types stay where they are as long as this lives.
  [[nodiscard]] const CType& of(types::ValType type, const Scope& from);
  /// Whether C can have a declared type: nothing asynchronous in it, and no larger than a memory.
  [[nodiscard]] bool is_possible(wit::TypeDeclId decl);
  /// The resource behind a declaration and the scope that it lives in, seen from a scope.
  [[nodiscard]] std::pair<wit::TypeDeclId, const Scope*> resource(wit::TypeDeclId decl, const Scope& from) const;
  /// An own or a borrow of the resource that a type is, or is an alias of.
  [[nodiscard]] const CType& handle(types::TypeId resource, const Scope& from, bool is_own);
  /// The own of a declared resource.
  [[nodiscard]] const CType& own_of(wit::TypeDeclId resource, const Scope& home) { return handle(model_.graph().type_decls[resource].type, home, true); }

 private:
  const CType& by_name(wit::TypeDeclId decl, const Scope& home);
  const CType& by_structure(types::TypeId id, const Scope& from);
  const CType& primitive(types::Prim prim);
  const CType& map_entry(const types::MapType& map, const Scope& from, const cabi::Shape& list);
  /// One type for each structure.
  const CType& intern(CType type);
  void finish(CType& type);

  const Model& model_;
  CNames& names_;
  cabi::ShapeCache shapes_;
  std::vector<std::unique_ptr<CType>> all_;
  std::map<std::pair<types::TypeId, const Scope*>, const CType*> known_;
  std::map<types::Prim, const CType*> primitives_;
  std::map<std::string, const CType*, std::less<>> structures_;
};

}  // namespace wcomp::bindgen
