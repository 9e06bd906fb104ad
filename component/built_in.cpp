#include "component/built_in.h"

#include <algorithm>
#include <iterator>

namespace wcomp::component {

namespace {

constexpr std::string_view feature_none_yet;
namespace enabling {
#define WCOMP_COMPONENT_FEATURE(field, text, is_default, summary) constexpr bool Features::* field = &Features::field;
#include "component/features.def"
#undef WCOMP_COMPONENT_FEATURE
constexpr bool Features::* none_yet = nullptr;
}  // namespace enabling

constexpr BuiltInRow rows[] = {
#define WCOMP_CANON(name, opcode, text, immediates, signature, options, feature) {BuiltIn::name, opcode, text, immediates, signature, options, feature_##feature, enabling::feature},
#include "component/canons.def"
#undef WCOMP_CANON
};

template <class Key, class Member>
const BuiltInRow* find(const Key& key, Member member) {
  const auto* row = std::ranges::find(rows, key, member);
  return row == std::end(rows) ? nullptr : row;
}

}  // namespace

const BuiltInRow& row_of(BuiltIn b) { return rows[static_cast<std::size_t>(b)]; }
const BuiltInRow* find_built_in(std::uint8_t opcode) { return find(opcode, &BuiltInRow::opcode); }
const BuiltInRow* find_built_in(std::string_view text) { return find(text, &BuiltInRow::text); }

}  // namespace wcomp::component
