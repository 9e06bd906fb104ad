// A component or instance type while its declarators are written: their bytes, the sizes of its index spaces and what is where in them.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "component/component.h"
#include "wit/graph.h"

namespace wcomp::component {

/// Used again and again, because starting over keeps its tables: `begin` empties it.
class TypeScope {
 public:
  /// Whose types are declared here; all others are aliased.
  using Owner = std::variant<std::monostate, wit::InterfaceId, wit::WorldId>;
  /// Where a declaration of WIT is: its type index and, if it came from an instance of this scope, that one.
  struct Named {
    std::uint32_t type = 0;
    std::optional<std::uint32_t> instance;
  };

  explicit TypeScope(std::size_t decl_count) : named_(decl_count) {}

  void begin(TypeScope* outer, Owner owner);
  [[nodiscard]] TypeScope* outer() const { return outer_; }
  [[nodiscard]] const Owner& owner() const { return owner_; }

  void decl(const TypeDeclItem& item);
  /// A type; gives its index.
  std::uint32_t type(DefType t);
  /// The same, but one that was given before is not written again.
  std::uint32_t interned(DefType t);
  /// An instance or component type whose declarators are those of `inner`.
  std::uint32_t instance_type(const TypeScope& inner);
  std::uint32_t component_type(const TypeScope& inner);
  /// An alias, or an import or export of a type: a declarator that adds a type.
  std::uint32_t adds_type(const TypeDeclItem& item);
  std::uint32_t adds_instance(const TypeDeclItem& item);

  [[nodiscard]] std::optional<Named> find(wit::TypeDeclId decl) const;
  void set(wit::TypeDeclId decl, Named where);

  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] ByteSpan bytes() const { return bytes_.view(); }

 private:
  struct Slot {
    std::uint32_t round = 0;
    std::uint32_t type = 0;
    std::uint32_t instance = 0;  ///< none: no_instance
  };
  /// An anonymous type: its bytes in `candidates_` and its index.
  struct Entry {
    std::uint32_t round = 0;
    std::uint32_t begin = 0, end = 0;
    std::uint32_t type = 0;
  };
  static constexpr std::uint32_t no_instance = UINT32_MAX;

  [[nodiscard]] Entry& entry(ByteSpan bytes);
  void grow();

  TypeScope* outer_ = nullptr;
  Owner owner_;
  ByteWriter bytes_;
  std::uint32_t count_ = 0, types_ = 0, instances_ = 0;
  std::uint32_t round_ = 0;        ///< what was written in an earlier one is not there
  std::vector<Slot> named_;        ///< by declaration
  ByteWriter candidates_;
  std::vector<Entry> entries_ = std::vector<Entry>(64);  ///< open addressing, a power of two
  std::uint32_t used_ = 0;         ///< entries of this round
};

}  // namespace wcomp::component
