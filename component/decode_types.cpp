#include "component/decode_types.h"

#include <fmt/format.h>

#include "base/article.h"
#include "base/diagnostic.h"
#include "core/expr_reader.h"
#include "core/limits.h"

namespace wcomp::component {

namespace {

Result<core::ValType> core_val_type(ByteReader& in) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t byte, in.u8());
  if (const std::optional<core::ValType> t = core::val_type_of(byte)) return *t;
  if (byte == core::ref_byte || byte == core::ref_null_byte) {
    const bool is_nullable = byte == core::ref_null_byte;
    WCOMP_TRY(const std::uint8_t first, in.peek());
    if ((first & 0xc0) != 0x40) {
      WCOMP_TRY(const std::int64_t index, in.leb_s33());
      if (index < 0) return fail(diag::malformed, "a heap type is a negative index", at);
      if (index >= static_cast<std::int64_t>(core::limits::types)) return fail(diag::limit_exceeded, fmt::format("a reference names type {}, there can be {}", index, core::limits::types), at);
      return core::ref_to(core::heap_type_of(core::TypeIdx(static_cast<std::size_t>(index))), is_nullable);
    }
    WCOMP_TRY(const std::uint8_t heap, in.u8());
    const std::optional<core::ValType> nullable = core::val_type_of(heap);
    if (nullable && core::is_ref(*nullable)) return core::ref_to(core::heap_type_of(*nullable), is_nullable);
    if (heap >= 0x68 && heap <= 0x75) return fail(diag::unsupported, fmt::format("heap type 0x{:02x} (garbage collection) is not supported", heap), at);
    return fail(diag::malformed, fmt::format("0x{:02x} is no heap type", heap), at);
  }
  if (byte >= 0x63 && byte <= 0x75) return fail(diag::unsupported, fmt::format("core value type 0x{:02x} is not supported", byte), at);
  return fail(diag::malformed, fmt::format("0x{:02x} is no core value type", byte), at);
}

Result<core::Limits> core_limits(ByteReader& in) {
  core::Limits out;
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t flags, in.u8());
  if ((flags & 8) != 0) return fail(diag::unsupported, "custom page sizes are not supported", at);
  if (flags > 7) return fail(diag::malformed, fmt::format("0x{:02x} is not a form of limits", flags), at);
  out.is_shared = (flags & 2) != 0;
  out.is_64 = (flags & 4) != 0;
  const auto bound = [&]() -> Result<std::uint64_t> {
    if (out.is_64) return in.leb_u64();
    WCOMP_TRY(const std::uint32_t v, in.leb_u32());
    return std::uint64_t{v};
  };
  WCOMP_TRY(out.min, bound());
  if ((flags & 1) != 0) {
    WCOMP_TRY(out.max, bound());
  }
  return out;
}

Result<core::ExternType> core_extern_type(ByteReader& in) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t kind, in.u8());
  switch (kind) {
    case 0x00: {
      WCOMP_TRY(const std::uint32_t index, in.leb_u32());
      return core::ExternType(core::TypeIdx(index));
    }
    case 0x01: {
      core::TableType table;
      const BinaryPos type_at = in.where();
      WCOMP_TRY(table.element, core_val_type(in));
      if (!core::is_ref(table.element)) return fail(diag::malformed, "a table's element type is no reference type", type_at);
      WCOMP_TRY(table.limits, core_limits(in));
      return core::ExternType(table);
    }
    case 0x02: {
      core::MemType mem;
      WCOMP_TRY(mem.limits, core_limits(in));
      return core::ExternType(mem);
    }
    case 0x03: {
      core::GlobalType global;
      WCOMP_TRY(global.type, core_val_type(in));
      const BinaryPos mut_at = in.where();
      WCOMP_TRY(const std::uint8_t mut, in.u8());
      if (mut > 1) return fail(diag::malformed, fmt::format("0x{:02x} is no mutability", mut), mut_at);
      global.is_mutable = mut == 1;
      return core::ExternType(global);
    }
    case 0x04: {
      WCOMP_TRY(const std::uint8_t attribute, in.u8());
      if (attribute != 0x00) return fail(diag::malformed, fmt::format("0x{:02x} is no attribute of a tag, only that of exceptions (0x00) is", attribute), at);
      WCOMP_TRY(const std::uint32_t index, in.leb_u32());
      return core::ExternType(core::TagType{core::TypeIdx(index)});
    }
    default: return fail(diag::malformed, fmt::format("0x{:02x} is no kind of core import or export", kind), at);
  }
}

Result<std::vector<core::ValType>> core_result_type(ByteReader& in) {
  std::vector<core::ValType> out;
  WCOMP_TRY(const std::uint32_t count, in.count(1));
  for (std::uint32_t i = 0; i < count; ++i) {
    WCOMP_TRY(const core::ValType t, core_val_type(in));
    out.push_back(t);
  }
  return out;
}

Result<std::shared_ptr<const CoreModuleType>> core_module_type(ByteReader& in, std::uint32_t depth) {
  CoreModuleType out;
  WCOMP_TRY(const std::uint32_t count, in.count(2));
  for (std::uint32_t i = 0; i < count; ++i) {
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint8_t kind, in.u8());
    switch (kind) {
      case 0x00: {
        CoreModuleType::ImportItem item;
        WCOMP_TRY(item.module, in.name());
        WCOMP_TRY(item.name, in.name());
        WCOMP_TRY(item.type, core_extern_type(in));
        out.decls.emplace_back(std::move(item));
        break;
      }
      case 0x01: {
        WCOMP_TRY(const std::uint8_t opcode, in.peek());
        // Elsewhere the opcode of a module type.
        if (opcode == 0x50) return fail(diag::unsupported, "core types of the garbage collection proposal are not supported", in.where());
        WCOMP_TRY(CoreDefType type, decode_core_def_type(in, depth + 1));
        out.decls.emplace_back(std::move(type));
        break;
      }
      case 0x02: {
        WCOMP_TRY(const std::uint8_t sort, in.u8());
        WCOMP_TRY(const std::uint8_t target, in.u8());
        if (sort != 0x10 || target != 0x01) return fail(diag::malformed, "a module type can only alias outer core types", at);
        CoreModuleType::AliasOuterType item;
        WCOMP_TRY(item.count, in.leb_u32());
        WCOMP_TRY(item.index, in.leb_u32());
        out.decls.emplace_back(item);
        break;
      }
      case 0x03: {
        CoreModuleType::ExportItem item;
        WCOMP_TRY(item.name, in.name());
        WCOMP_TRY(item.type, core_extern_type(in));
        out.decls.emplace_back(std::move(item));
        break;
      }
      default: return fail(diag::malformed, fmt::format("0x{:02x} is no declarator of a module type", kind), at);
    }
  }
  return std::make_shared<const CoreModuleType>(std::move(out));
}

std::optional<types::Prim> find_prim(std::uint8_t opcode) {
  switch (opcode) {
#define WCOMP_PRIM(name, text, opcode, size, core) \
  case opcode: return types::Prim::name;
#include "types/primitives.def"
#undef WCOMP_PRIM
    default: return std::nullopt;
  }
}

/// An index, or a primitive: those are negative numbers of one byte in the same encoding.
Result<ValTypeRef> val_type(ByteReader& in) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t first, in.peek());
  if ((first & 0xc0) == 0x40) {
    WCOMP_TRY(const std::uint8_t opcode, in.u8());
    if (const std::optional<types::Prim> p = find_prim(opcode)) return ValTypeRef(*p);
    return fail(diag::malformed, fmt::format("0x{:02x} is no primitive value type", opcode), at);
  }
  WCOMP_TRY(const std::int64_t index, in.leb_s33());
  if (index < 0) return fail(diag::malformed, "a type index is negative", at);
  return ValTypeRef(TypeIdx(static_cast<std::size_t>(index)));
}

Result<bool> is_present(ByteReader& in) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t byte, in.u8());
  if (byte > 1) return fail(diag::malformed, fmt::format("0x{:02x} says neither that an optional part is there (0x01) nor that it is not (0x00)", byte), at);
  return byte == 1;
}

Result<std::optional<ValTypeRef>> opt_val_type(ByteReader& in) {
  WCOMP_TRY(const bool present, is_present(in));
  if (!present) return std::optional<ValTypeRef>();
  WCOMP_TRY(const ValTypeRef t, val_type(in));
  return std::optional<ValTypeRef>(t);
}

Result<std::vector<FieldRef>> fields(ByteReader& in) {
  std::vector<FieldRef> out;
  WCOMP_TRY(const std::uint32_t count, in.count(2));
  for (std::uint32_t i = 0; i < count; ++i) {
    WCOMP_TRY(const std::string_view name, in.name());
    WCOMP_TRY(const ValTypeRef t, val_type(in));
    out.push_back({std::string(name), t});
  }
  return out;
}

Result<std::vector<std::string>> labels(ByteReader& in) {
  std::vector<std::string> out;
  WCOMP_TRY(const std::uint32_t count, in.count(1));
  for (std::uint32_t i = 0; i < count; ++i) {
    WCOMP_TRY(const std::string_view name, in.name());
    out.emplace_back(name);
  }
  return out;
}

Result<std::vector<CaseRef>> cases(ByteReader& in) {
  std::vector<CaseRef> out;
  WCOMP_TRY(const std::uint32_t count, in.count(3));
  for (std::uint32_t i = 0; i < count; ++i) {
    WCOMP_TRY(const std::string_view name, in.name());
    WCOMP_TRY(const std::optional<ValTypeRef> t, opt_val_type(in));
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint8_t end, in.u8());
    if (end != 0x00) return fail(diag::malformed, fmt::format("a variant case ends with 0x{:02x} instead of 0x00", end), at);
    out.push_back({std::string(name), t});
  }
  return out;
}

Result<FuncTypeRef> func_type(ByteReader& in, bool is_async) {
  FuncTypeRef out;
  out.is_async = is_async;
  WCOMP_TRY(out.params, fields(in));
  WCOMP_TRY(out.result, decode_result_list(in));
  return out;
}

Result<DefType> def_val_type(ByteReader& in, std::uint8_t opcode, const BinaryPos& at) {
  const auto done = [](auto value) { return DefType(DefValType(std::move(value))); };
  switch (opcode) {
    case 0x72: {
      WCOMP_TRY(std::vector<FieldRef> fs, fields(in));
      return done(RecordRef{std::move(fs)});
    }
    case 0x71: {
      WCOMP_TRY(std::vector<CaseRef> cs, cases(in));
      return done(VariantRef{std::move(cs)});
    }
    case 0x70: {
      WCOMP_TRY(const ValTypeRef t, val_type(in));
      return done(ListRef{t});
    }
    case 0x67: {
      WCOMP_TRY(const ValTypeRef t, val_type(in));
      WCOMP_TRY(const std::uint32_t length, in.leb_u32());
      return done(FixedListRef{t, length});
    }
    case 0x63: {
      WCOMP_TRY(const ValTypeRef k, val_type(in));
      WCOMP_TRY(const ValTypeRef v, val_type(in));
      return done(MapRef{k, v});
    }
    case 0x6f: {
      TupleRef out;
      WCOMP_TRY(const std::uint32_t count, in.count(1));
      for (std::uint32_t i = 0; i < count; ++i) {
        WCOMP_TRY(const ValTypeRef t, val_type(in));
        out.types.push_back(t);
      }
      return done(std::move(out));
    }
    case 0x6e: {
      WCOMP_TRY(std::vector<std::string> names, labels(in));
      return done(FlagsRef{std::move(names)});
    }
    case 0x6d: {
      WCOMP_TRY(std::vector<std::string> names, labels(in));
      return done(EnumRef{std::move(names)});
    }
    case 0x6b: {
      WCOMP_TRY(const ValTypeRef t, val_type(in));
      return done(OptionRef{t});
    }
    case 0x6a: {
      WCOMP_TRY(const std::optional<ValTypeRef> ok, opt_val_type(in));
      WCOMP_TRY(const std::optional<ValTypeRef> err, opt_val_type(in));
      return done(ResultRef{ok, err});
    }
    case 0x69: {
      WCOMP_TRY(const std::uint32_t index, in.leb_u32());
      return done(OwnRef{TypeIdx(index)});
    }
    case 0x68: {
      WCOMP_TRY(const std::uint32_t index, in.leb_u32());
      return done(BorrowRef{TypeIdx(index)});
    }
    case 0x66: {
      WCOMP_TRY(const std::optional<ValTypeRef> t, opt_val_type(in));
      return done(StreamRef{t});
    }
    case 0x65: {
      WCOMP_TRY(const std::optional<ValTypeRef> t, opt_val_type(in));
      return done(FutureRef{t});
    }
    default: break;
  }
  if (const std::optional<types::Prim> p = find_prim(opcode)) return done(*p);
  return fail(diag::malformed, fmt::format("0x{:02x} is no type", opcode), at);
}

Result<std::vector<TypeDeclItem>> type_decls(ByteReader& in, std::uint32_t depth, bool may_import) {
  if (depth > max_nesting) return fail(diag::limit_exceeded, fmt::format("types are nested more than {} deep", max_nesting), in.where());
  std::vector<TypeDeclItem> out;
  WCOMP_TRY(const std::uint32_t count, in.count(2));
  for (std::uint32_t i = 0; i < count; ++i) {
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint8_t kind, in.u8());
    switch (kind) {
      case 0x00: {
        WCOMP_TRY(CoreDefType type, decode_core_def_type(in, depth));
        out.emplace_back(std::move(type));
        break;
      }
      case 0x01: {
        WCOMP_TRY(DefType type, decode_def_type(in, depth));
        out.emplace_back(std::move(type));
        break;
      }
      case 0x02: {
        WCOMP_TRY(Alias alias, decode_alias(in));
        out.emplace_back(std::move(alias));
        break;
      }
      case 0x03: {
        if (!may_import) return fail(diag::malformed, "an instance type cannot have imports", at);
        WCOMP_TRY(NameAttributes name, decode_name_attributes(in));
        WCOMP_TRY(const ExternDesc desc, decode_extern_desc(in));
        out.emplace_back(ImportDecl{.name = std::move(name.name), .desc = desc, .attributes = std::move(name.attributes)});
        break;
      }
      case 0x04: {
        WCOMP_TRY(NameAttributes name, decode_name_attributes(in));
        WCOMP_TRY(const ExternDesc desc, decode_extern_desc(in));
        out.emplace_back(ExportDecl{.name = std::move(name.name), .desc = desc, .attributes = std::move(name.attributes)});
        break;
      }
      default: return fail(diag::malformed, fmt::format("0x{:02x} is no declarator of a component or instance type", kind), at);
    }
  }
  return out;
}

}  // namespace

Result<core::ValType> decode_core_val_type(ByteReader& in) { return core_val_type(in); }
Result<ValTypeRef> decode_val_type(ByteReader& in) { return val_type(in); }

Result<std::optional<ValTypeRef>> decode_result_list(ByteReader& in) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t kind, in.u8());
  if (kind == 0x00) {
    WCOMP_TRY(const ValTypeRef type, val_type(in));
    return std::optional<ValTypeRef>(type);
  }
  WCOMP_TRY(const std::uint8_t zero, in.u8());
  if (kind != 0x01 || zero != 0x00) return fail(diag::malformed, "a result is neither one type (0x00) nor none (0x01 0x00)", at);
  return std::optional<ValTypeRef>();
}

Result<Sort> decode_core_sort(ByteReader& in) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t byte, in.u8());
  if (byte > 0x04 && (byte < 0x10 || byte > 0x12)) return fail(diag::malformed, fmt::format("0x{:02x} is no core sort", byte), at);
  return static_cast<Sort>(0x100 + byte);
}

Result<Sort> decode_sort(ByteReader& in) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t byte, in.u8());
  if (byte == 0x00) return decode_core_sort(in);
  if (byte > 0x05) return fail(diag::malformed, fmt::format("0x{:02x} is no sort", byte), at);
  return static_cast<Sort>(byte);
}

Result<NameAttributes> decode_name_attributes(ByteReader& in) {
  NameAttributes out;
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t kind, in.u8());
  if (kind > 0x02) return fail(diag::malformed, fmt::format("0x{:02x} is no form of an import or export name", kind), at);
  WCOMP_TRY(out.name, in.name());
  out.attributes.has_redundant_form = kind == 0x01;
  if (kind != 0x02) return out;
  WCOMP_TRY(const std::uint32_t count, in.count(2));
  out.attributes.has_list_form = count == 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const BinaryPos attribute_at = in.where();
    WCOMP_TRY(const std::uint8_t attribute, in.u8());
    if (attribute > 0x02) return fail(diag::malformed, fmt::format("0x{:02x} is no attribute of a name", attribute), attribute_at);
    constexpr std::string_view words[] = {"implements", "versionsuffix", "external-id"};
    std::optional<std::string>* const slots[] = {&out.attributes.implements, &out.attributes.version_suffix, &out.attributes.external_id};
    std::optional<std::string>& slot = *slots[attribute];
    if (slot) return fail(diag::invalid, fmt::format("the attribute `{}` is given twice", words[attribute]), attribute_at);
    WCOMP_TRY(slot, in.name());
    out.attributes.order = static_cast<std::uint8_t>(out.attributes.order | (attribute + 1) << 2 * i);
  }
  return out;
}

Result<ExternDesc> decode_extern_desc(ByteReader& in) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const Sort sort, decode_sort(in));
  ExternDesc out{.sort = sort, .type_index = 0, .bound = {}};
  if (sort == Sort::value) {
    const BinaryPos bound_at = in.where();
    WCOMP_TRY(const std::uint8_t bound, in.u8());
    if (bound > 1) return fail(diag::malformed, fmt::format("0x{:02x} is no value bound", bound), bound_at);
    if (bound == 0x00) {
      WCOMP_TRY(const std::uint32_t index, in.leb_u32());
      out.value_bound = ValueIdx(index);
    } else {
      WCOMP_TRY(out.value_bound, val_type(in));
    }
    return out;
  }
  if (sort == Sort::type) {
    const BinaryPos bound_at = in.where();
    WCOMP_TRY(const std::uint8_t bound, in.u8());
    if (bound > 1) return fail(diag::malformed, fmt::format("0x{:02x} is no type bound", bound), bound_at);
    if (bound == 0x00) {
      WCOMP_TRY(const std::uint32_t index, in.leb_u32());
      out.bound.eq = TypeIdx(index);
    }
    return out;
  }
  if (is_core(sort) && sort != Sort::core_module) {
    return fail(diag::malformed, fmt::format("{} cannot be imported or exported", with_article(to_string(sort))), at);
  }
  WCOMP_TRY(out.type_index, in.leb_u32());
  return out;
}

Result<Alias> decode_alias(ByteReader& in) {
  WCOMP_TRY(const Sort sort, decode_sort(in));
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t kind, in.u8());
  if (kind > 0x02) return fail(diag::malformed, fmt::format("0x{:02x} is no target of an alias", kind), at);
  WCOMP_TRY(const std::uint32_t first, in.leb_u32());
  if (kind == 0x02) {
    WCOMP_TRY(const std::uint32_t index, in.leb_u32());
    if (sort != Sort::core_module && sort != Sort::core_type && sort != Sort::type && sort != Sort::component) {
      return fail(diag::malformed, fmt::format("{} cannot be aliased from an outer component", with_article(to_string(sort))), at);
    }
    return Alias(AliasOuter{.sort = sort, .count = first, .index = index});
  }
  WCOMP_TRY(const std::string_view name, in.name());
  if (kind == 0x00) return Alias(AliasExport{.sort = sort, .instance = InstanceIdx(first), .name = std::string(name)});
  return Alias(AliasCoreExport{.sort = sort, .instance = CoreInstanceIdx(first), .name = std::string(name)});
}

Result<CoreDefType> decode_core_def_type(ByteReader& in, std::uint32_t depth) {
  if (depth > max_nesting) return fail(diag::limit_exceeded, fmt::format("types are nested more than {} deep", max_nesting), in.where());
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t opcode, in.u8());
  switch (opcode) {
    case 0x60: {
      core::FuncType out;
      WCOMP_TRY(out.params, core_result_type(in));
      WCOMP_TRY(out.results, core_result_type(in));
      return CoreDefType(std::move(out));
    }
    case 0x50: {
      WCOMP_TRY(std::shared_ptr<const CoreModuleType> out, core_module_type(in, depth));
      return CoreDefType(std::move(out));
    }
    case 0x00:
    case 0x4e:
    case 0x4f:
    case 0x5e:
    case 0x5f: return fail(diag::unsupported, "core types of the garbage collection proposal are not supported", at);
    default: return fail(diag::malformed, fmt::format("0x{:02x} is no core type", opcode), at);
  }
}

Result<DefType> decode_def_type(ByteReader& in, std::uint32_t depth) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t opcode, in.u8());
  switch (opcode) {
    case 0x40:
    case 0x43: {
      WCOMP_TRY(FuncTypeRef out, func_type(in, opcode == 0x43));
      return DefType(std::move(out));
    }
    case 0x41: {
      WCOMP_TRY(std::vector<TypeDeclItem> decls, type_decls(in, depth + 1, true));
      return DefType(std::make_shared<const ComponentTypeRef>(ComponentTypeRef{std::move(decls)}));
    }
    case 0x42: {
      WCOMP_TRY(std::vector<TypeDeclItem> decls, type_decls(in, depth + 1, false));
      return DefType(std::make_shared<const InstanceTypeRef>(InstanceTypeRef{std::move(decls)}));
    }
    case 0x3e: return fail(diag::unsupported, "resource types with an async destructor are not implemented, only those whose destructor is a plain core function", at);
    case 0x3f: {
      ResourceTypeRef out;
      WCOMP_TRY(out.rep, core_val_type(in));
      WCOMP_TRY(const bool has_dtor, is_present(in));
      if (has_dtor) {
        WCOMP_TRY(const std::uint32_t dtor, in.leb_u32());
        out.dtor = CoreFuncIdx(dtor);
      }
      return DefType(std::move(out));
    }
    default: return def_val_type(in, opcode, at);
  }
}

}  // namespace wcomp::component
