// The encoder's parts that other files of this folder use.
#pragma once

#include "component/component.h"

namespace wcomp::component {

/// The bytes of one `deftype`. Two types of one scope are written the same exactly when these bytes are equal.
[[nodiscard]] Bytes encode_def_type(const DefType& type);

// Types that are too large to be made as data first are written piece by piece: declarators, then the type that has them, then its section.
void append_type_decl(ByteWriter& out, const TypeDeclItem& item);
/// An `instancetype` or `componenttype` with `count` declarators that were written to `decls`; as a declarator of an outer type put 0x01 before it.
void append_instance_type(ByteWriter& out, std::uint32_t count, ByteSpan decls);
void append_component_type(ByteWriter& out, std::uint32_t count, ByteSpan decls);
void append_preamble(ByteWriter& out);
/// A section with one type, export or custom section.
void append_type_section(ByteWriter& out, ByteSpan type);
void append_export_section(ByteWriter& out, const Export& e);
void append_custom_section(ByteWriter& out, std::string_view name, ByteSpan bytes);

}  // namespace wcomp::component
