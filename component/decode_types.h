// The decoder's productions for types, names and aliases. Each takes a reader at the production's first byte and leaves it after the last.
#pragma once

#include "component/component.h"

namespace wcomp::component {

/// How deep components, component types and instance types may be nested in each other.
inline constexpr std::uint32_t max_nesting = 100;

/// `nameattributes`
struct NameAttributes {
  std::string name;
  Attributes attributes;
};

[[nodiscard]] Result<Sort> decode_sort(ByteReader& in);
[[nodiscard]] Result<Sort> decode_core_sort(ByteReader& in);
[[nodiscard]] Result<core::ValType> decode_core_val_type(ByteReader& in);
[[nodiscard]] Result<ValTypeRef> decode_val_type(ByteReader& in);
/// `resultlist`
[[nodiscard]] Result<std::optional<ValTypeRef>> decode_result_list(ByteReader& in);
[[nodiscard]] Result<NameAttributes> decode_name_attributes(ByteReader& in);
[[nodiscard]] Result<ExternDesc> decode_extern_desc(ByteReader& in);
[[nodiscard]] Result<Alias> decode_alias(ByteReader& in);
[[nodiscard]] Result<CoreDefType> decode_core_def_type(ByteReader& in, std::uint32_t depth);
[[nodiscard]] Result<DefType> decode_def_type(ByteReader& in, std::uint32_t depth);

}  // namespace wcomp::component
