// Types as WIT writes them, with the names that declarations give.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "wit/graph.h"

namespace wcomp::wit {

/// One piece of a type's text; `decl` is the declaration that a name means, null for everything else.
using TypePiece = std::function<void(std::string_view text, const TypeDeclId* decl)>;

void write_type(const Graph& graph, types::ValType type, const TypePiece& piece);
[[nodiscard]] std::string type_text(const Graph& graph, types::ValType type);
/// A type that has no name, or what stands behind its name.
void write_definition(const Graph& graph, const types::TypeDef& def, const TypePiece& piece);

/// `async func(a: u32) -> string`; for a constructor `constructor(a: u32)`. Without the self of methods.
void write_function(const Graph& graph, const Function& f, const TypePiece& piece);
[[nodiscard]] std::string function_text(const Graph& graph, const Function& f);

}  // namespace wcomp::wit
