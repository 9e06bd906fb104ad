// What rows on vectors take and give, beside semantics.h: operands are V128, loads and stores move what core/vector_memory.h says.
#pragma once

#include "core/vector.h"
#include "core/vector_memory.h"
#include "engine/semantics.h"

namespace wcomp::engine {

template <>
struct OperandOf<'V'> { using Type = core::V128; };

namespace semantics {
template <core::Opcode O, class T>
T loaded_by(core::V128 (*load)(core::Op<O>, T));
template <core::Opcode O, class T>
T loaded_by(core::V128 (*load)(core::Op<O>, T, core::V128, unsigned));
template <core::Opcode O, class T>
T stored_by(T (*store)(core::Op<O>, core::V128));
template <core::Opcode O, class T>
T stored_by(T (*store)(core::Op<O>, core::V128, unsigned));
}  // namespace semantics

/// What the semantic function takes from memory, or gives to it.
template <core::Opcode O>
using VectorLoadOf = decltype(semantics::loaded_by<O>(&core::load));
template <core::Opcode O>
using VectorStoreOf = decltype(semantics::stored_by<O>(&core::store));

/// Loads and stores of one lane.
template <core::Opcode O>
inline constexpr bool has_access_lane = immediate_of(O) == core::Immediate::mem_arg_lane;
template <core::Opcode O>
concept IsVectorLoad = signature_of(O) == "a:V" || signature_of(O) == "aV:V";
template <core::Opcode O>
concept IsVectorStore = signature_of(O) == "aV:";

}  // namespace wcomp::engine
