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

/// The items of an index space that have names.
struct Ids {
  std::vector<std::string> by_index;  ///< identifiers; empty where an item has none
  NameMap names;                      ///< of those whose identifier does not say their name, or that have none although they have a name

  [[nodiscard]] std::size_t size() const { return by_index.size(); }
  [[nodiscard]] bool empty() const { return by_index.empty(); }
  [[nodiscard]] const std::string& operator[](std::size_t index) const { return by_index[index]; }
};

/// Names made unique; `count` is the size of the index space.
[[nodiscard]] Ids make_ids(const NameMap& names, std::size_t count);

struct ModuleIds {
  Ids types, funcs, tables, mems, globals, elems, datas, tags;
};
[[nodiscard]] ModuleIds make_ids(const Module& module, bool use_names);

/// What an item is introduced with: `$id`, `$id#3 (@name "id")`; nothing for one without a name.
[[nodiscard]] std::string introduction(const Ids& ids, std::size_t index);

/// Longer identifiers are written once and not repeated where they are meant: a text grows with the module, not with its square.
inline constexpr std::size_t max_repeated_id = 400;

/// The item's identifier, or its index.
[[nodiscard]] std::string reference(const Ids& ids, std::size_t index);

/// `i32`, `(ref null $t)`
[[nodiscard]] std::string type_text(const Ids& types, ValType t);
/// `func`, `$t`
[[nodiscard]] std::string type_text(const Ids& types, HeapType t);

}  // namespace wcomp::core
