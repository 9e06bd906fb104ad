#include "component/type_scope.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "component/encode.h"

namespace wcomp::component {

void TypeScope::begin(TypeScope* outer, Owner owner) {
  outer_ = outer;
  owner_ = owner;
  bytes_ = {};
  candidates_ = {};
  count_ = types_ = instances_ = used_ = 0;
  ++round_;
}

void TypeScope::decl(const TypeDeclItem& item) {
  append_type_decl(bytes_, item);
  ++count_;
}

std::uint32_t TypeScope::adds_type(const TypeDeclItem& item) {
  decl(item);
  return types_++;
}
std::uint32_t TypeScope::adds_instance(const TypeDeclItem& item) {
  decl(item);
  return instances_++;
}
std::uint32_t TypeScope::type(DefType t) { return adds_type(TypeDeclItem(std::move(t))); }

std::uint32_t TypeScope::interned(DefType t) {
  const std::size_t begin = candidates_.size();
  append_type_decl(candidates_, TypeDeclItem(std::move(t)));
  const ByteSpan bytes = candidates_.view().subspan(begin);
  Entry* e = &entry(bytes);
  if (e->round == round_) return e->type;
  if (2 * ++used_ > entries_.size()) {
    grow();
    e = &entry(bytes);
  }
  *e = {.round = round_, .begin = static_cast<std::uint32_t>(begin), .end = static_cast<std::uint32_t>(candidates_.size()), .type = types_};
  bytes_.bytes(bytes);
  ++count_;
  return types_++;
}

std::uint32_t TypeScope::instance_type(const TypeScope& inner) {
  bytes_.u8(0x01);
  append_instance_type(bytes_, inner.count_, inner.bytes());
  ++count_;
  return types_++;
}
std::uint32_t TypeScope::component_type(const TypeScope& inner) {
  bytes_.u8(0x01);
  append_component_type(bytes_, inner.count_, inner.bytes());
  ++count_;
  return types_++;
}

std::optional<TypeScope::Named> TypeScope::find(wit::TypeDeclId decl) const {
  const Slot& slot = named_[decl.value];
  if (slot.round != round_) return std::nullopt;
  return Named{.type = slot.type, .instance = slot.instance == no_instance ? std::nullopt : std::optional(slot.instance)};
}
void TypeScope::set(wit::TypeDeclId decl, Named where) {
  named_[decl.value] = {.round = round_, .type = where.type, .instance = where.instance.value_or(no_instance)};
}

/// The entry with these bytes, or the free one where they belong.
TypeScope::Entry& TypeScope::entry(ByteSpan bytes) {
  for (std::size_t i = std::hash<std::string_view>()(as_text(bytes));; ++i) {
    Entry& e = entries_[i & (entries_.size() - 1)];
    if (e.round != round_ || std::ranges::equal(candidates_.view().subspan(e.begin, e.end - e.begin), bytes)) return e;
  }
}

void TypeScope::grow() {
  const std::vector<Entry> old = std::exchange(entries_, std::vector<Entry>(2 * entries_.size()));
  for (const Entry& e : old) {
    if (e.round == round_) entry(candidates_.view().subspan(e.begin, e.end - e.begin)) = e;
  }
}

}  // namespace wcomp::component
