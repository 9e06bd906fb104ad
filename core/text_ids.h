// Identifiers of a module's items in its text form: unique within each index space.
#pragma once

#include <string>
#include <vector>

#include "core/module.h"

namespace wcomp::core {

/// `$name`, or `$"any name"` where characters need it.
[[nodiscard]] std::string to_identifier(std::string_view name);

/// A string literal of the text format, with quotes.
[[nodiscard]] std::string to_literal(ByteSpan bytes);

/// Identifiers by index; empty where an item has none.
using Ids = std::vector<std::string>;

/// Names made unique; `count` is the size of the index space.
[[nodiscard]] Ids make_ids(const NameMap& names, std::size_t count);

struct ModuleIds {
  Ids types, funcs, tables, mems, globals, elems, datas;
};
[[nodiscard]] ModuleIds make_ids(const Module& module, bool use_names);

/// The item's identifier, or its index.
[[nodiscard]] std::string reference(const Ids& ids, std::size_t index);

}  // namespace wcomp::core
