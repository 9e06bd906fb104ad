// A C++ signature, as wcomp/type_desc.h describes it, against a component's function type.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "types/types.h"
#include "wcomp/type_desc.h"

namespace wcomp::runtime {

/// Asked for each own or borrow: why the C++ class may not stand for that resource; empty when it may (and the answer is remembered).
using BindResource = std::function<std::string(const ResourceKey& key, types::ResourceId resource)>;

/// Where the two first differ, in words of WIT (`parameter 1, field "x": the component has u32, the host string`); empty when they do not.
[[nodiscard]] std::string type_difference(const types::TypeArena& arena, const types::FuncType& type, const FuncDesc& desc,
                                          const BindResource& bind);

/// WIT text of a description: `func(u32, list<string>) -> option<u8>`.
[[nodiscard]] std::string to_string(const FuncDesc& desc);
[[nodiscard]] std::string to_string(const TypeDesc& desc);

}  // namespace wcomp::runtime
