// The arena of one validation, with the facts about each entry that validation asks for again and again.
#pragma once

#include "component/validate.h"

namespace wcomp::component {

using types::TypeFacts;

class TypeTable {
 public:
  /// Adds an entry whose parts are in the table. Fails when the type breaks a limit; other rules are the caller's.
  Result<types::TypeId> add(types::TypeDef def);
  [[nodiscard]] const TypeFacts& facts(types::TypeId id) const { return facts_[id.value]; }
  [[nodiscard]] TypeFacts facts(types::ValType t) const { return types::facts_of(t, facts_); }
  [[nodiscard]] const types::TypeArena& arena() const { return arena_; }
  [[nodiscard]] types::TypeArena take() { return std::move(arena_); }
  types::ResourceId new_resource() { return arena_.new_resource(); }

  /// Whether the type, or one that it consists of, mentions a resource; and its nodes.
  [[nodiscard]] bool mentions_resources(const types::FuncType& f) const;
  [[nodiscard]] std::uint32_t weight(const types::FuncType& f) const { return types::weight_of(f, facts_); }
  [[nodiscard]] std::uint32_t weight(const Entity& e) const;
  [[nodiscard]] static std::uint32_t depth(const Entity& e);
  [[nodiscard]] static bool has_values(const Entity& e);

  /// Calls `each` with every resource that the type mentions, more than once for some.
  void for_each_resource(types::ValType t, const std::function<void(types::ResourceId)>& each) const;

  /// Counts steps, and types and names that are made, where one byte of input may cause any number of them.
  Result<void> spend(std::uint64_t steps = 1);
  Result<void> grow();
  /// For a copy of a type.
  Result<void> spend_on(const types::FuncType& f) { return spend(1 + 8 * f.params.size()); }
  Result<void> spend_on(const CoreExtern& e);
  /// For an import or export: what it is stands in two places then.
  Result<void> spend_on(const Entity& e);

 private:
  types::TypeArena arena_;
  std::vector<TypeFacts> facts_;
  std::uint64_t steps_ = 0, made_ = 0;
};

/// Puts resources in place of others, in entities of one table. Remembers what it made, so that parts shared before are shared after.
class Replacer {
 public:
  explicit Replacer(TypeTable& table) : table_(table) {}
  void map(types::ResourceId from, types::ResourceId to) { map_.insert_or_assign(from, to); }
  /// Values that are not equal to others become new ones; `next` is the first id that is free.
  void renew_values(std::uint32_t& next) { next_value_ = &next; }
  /// What is supplied for an import: its types take the place of the import's, so that they keep the names they have.
  void map_types(const Entity& import, const Entity& supplied);
  [[nodiscard]] types::ResourceId at(types::ResourceId id) const;
  Result<types::ValType> operator()(types::ValType t);
  Result<types::FuncType> operator()(const types::FuncType& f);
  Result<Entity> operator()(const Entity& e);
  Result<std::shared_ptr<const InstanceType>> operator()(const std::shared_ptr<const InstanceType>& t);
  Result<std::shared_ptr<const ComponentType>> operator()(const std::shared_ptr<const ComponentType>& t);

 private:
  [[nodiscard]] bool is_idle() const { return map_.empty() && entries_.empty() && next_value_ == nullptr; }
  Result<types::ValType> entry(types::TypeId id);
  Result<std::vector<NamedEntity>> all(const std::vector<NamedEntity>& items);

  TypeTable& table_;
  std::map<types::ResourceId, types::ResourceId> map_;
  std::map<types::TypeId, types::ValType> entries_;
  std::uint32_t first_mapped_ = UINT32_MAX;  ///< no entry before this one mentions a type that map_types was given
  std::map<const void*, Entity> made_;
  std::uint32_t* next_value_ = nullptr;
  std::map<ValueId, ValueId> values_;
};

}  // namespace wcomp::component
