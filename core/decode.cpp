// The binary format, section by section. https://webassembly.github.io/spec/core/binary/modules.html
#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "core/expr_reader.h"
#include "core/limits.h"
#include "core/module.h"
#include "core/name_section.h"
#include "core/type_bytes.h"
#include "core/type_match.h"
#include "core/with_path.h"

namespace wcomp::core {
namespace {

/// Sections by id: their name in messages, and their place in a module (0: anywhere).
struct SectionRow {
  std::string_view name;
  std::uint8_t rank;
};
constexpr std::array<SectionRow, 14> sections{{
    {"custom section", 0},
    {"type section", 1},
    {"import section", 2},
    {"function section", 3},
    {"table section", 4},
    {"memory section", 5},
    {"global section", 7},
    {"export section", 8},
    {"start section", 9},
    {"element section", 10},
    {"code section", 12},
    {"data section", 13},
    {"data count section", 11},
    {"tag section", 6},
}};
constexpr std::uint8_t custom_id = 0;
constexpr std::uint8_t code_id = 10;
constexpr std::uint8_t data_id = 11;


class Decoder {
 public:
  Decoder(std::shared_ptr<const Bytes> storage, ByteSpan bytes, std::uint64_t base_offset, std::string path) : in_(bytes, base_offset) {
    if (!path.empty()) m_.path = std::move(path);
    m_.storage = std::move(storage);
    m_.bytes = bytes;
    in_.set_path(m_.path);
  }

  Result<Module> run() {
    WCOMP_TRY(header());
    std::uint8_t rank = 0;
    while (!in_.at_end()) {
      const BinaryPos at = in_.where();
      WCOMP_TRY(const std::uint8_t id, in_.u8());
      if (id >= sections.size()) return fail(diag::malformed, fmt::format("malformed section id {}", id), at);
      const SectionRow& row = sections[id];
      if (id != custom_id) {
        if (row.rank == rank) return fail(diag::malformed, fmt::format("unexpected content: a second {}", row.name), at);
        if (row.rank < rank) return fail(diag::malformed, fmt::format("unexpected content: the {} is out of order", row.name), at);
        rank = row.rank;
        last_id_ = id;
      }
      WCOMP_TRY(const std::uint32_t size, in_.leb_u32());
      WCOMP_TRY(ByteReader body, in_.sub(size, fmt::format("{} > {}", m_.path, row.name)));
      m_.section_offsets[id] = body.offset();
      WCOMP_TRY(section(id, body));
      if (!body.at_end())
        return fail(diag::malformed, fmt::format("section size mismatch: {} bytes left over", body.remaining()), body.where());
    }
    WCOMP_TRY(check_counts());
    if (deferred_) return Err(*std::move(deferred_));
    return std::move(m_);
  }

 private:
  Result<void> header() {
    const BinaryPos at = in_.where();
    WCOMP_TRY(const ByteSpan magic, in_.bytes(std::min<std::size_t>(4, in_.remaining())));
    if (as_text(magic) != std::string_view("\0asm", 4))
      return fail(diag::malformed, "magic header not detected: this is no wasm binary", at);
    const BinaryPos version_at = in_.where();
    WCOMP_TRY(const std::uint32_t version, in_.fixed_u32());
    if (version == 0x1000d) return fail(diag::unsupported, "this is a component, a core module is needed", version_at);
    if (version != 1) return fail(diag::malformed, fmt::format("unknown binary version {}", version), version_at);
    return {};
  }

  Result<void> section(std::uint8_t id, ByteReader& in) {
    switch (id) {
      case 0:
        return custom(in);
      case 1:
        return types(in);
      case 2:
        return each(in, m_.imports, limits::imports, "imports", 4, [&] { return import(in); });
      case 3:
        return each(in, m_.func_types, limits::funcs, "functions", 1, [&] { return function(in); });
      case 4:
        return each(in, m_.tables, limits::tables, "tables", 3, [&] { return table(in); });
      case 5:
        return each(in, m_.mems, limits::mems, "memories", 2, [&] { return memory(in); });
      case 6:
        return each(in, m_.globals, limits::globals, "globals", 3, [&] { return global(in); });
      case 7:
        return each(in, m_.exports, limits::exports, "exports", 3, [&] { return export_(in); });
      case 8:
        return start(in);
      case 9:
        return each(in, m_.elems, limits::segments, "element segments", 2, [&] { return elem(in); });
      case 10:
        return code_section(in);
      case 11:
        return each(in, m_.datas, limits::segments, "data segments", 2, [&] { return data(in); });
      case 12:
        return data_count(in);
      case 13:
        return each(in, m_.tags, limits::tags, "tags", 2, [&] { return tag(in); });
      default:
        return in.malformed(fmt::format("malformed section id {}", id));
    }
  }

  Result<void> types(ByteReader& in) {
    WCOMP_TRY(each(in, m_.types, limits::types, "types", 3, [&] { return type(in); }));
    m_.canonical_types = canonical_types(m_.types);
    return {};
  }

  /// A vector of the section: its count, checked, then the elements.
  template <class T, class F>
  static Result<void> each(ByteReader& in, std::vector<T>& items, std::uint32_t limit, std::string_view what, std::size_t min_bytes, F&& read) {
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint32_t n, in.count(min_bytes));
    if (n > limit) return too_many(n, limit, what, at);
    items.reserve(items.size() + n);  // not more than a multiple of the bytes that are there
    for (std::uint32_t i = 0; i < n; ++i) WCOMP_TRY(read());
    return {};
  }

  static Err<Failure> too_many(std::uint64_t n, std::uint32_t limit, std::string_view what, BinaryPos at) {
    return fail(diag::limit_exceeded, fmt::format("{} {}, at most {} are supported", n, what, limit), std::move(at));
  }

  Result<void> custom(ByteReader& in) {
    WCOMP_TRY(const std::string_view name, in.name());
    WCOMP_TRY(const ByteSpan bytes, in.bytes(in.remaining()));
    m_.customs.push_back({.name = std::string(name), .bytes = bytes, .after = last_id_});
    if (name == "name") m_.names = decode_name_section(bytes);
    return {};
  }

  // types

  static BinaryPos place_in(const ByteReader& in, std::uint64_t offset) { return {{}, in.path(), offset}; }

  Err<Failure> bad_type(std::string_view what, std::uint8_t byte, BinaryPos at) {
    if ((byte >= 0x6a && byte <= 0x6e) || byte == 0x71) {
      return fail(diag::unsupported, "references to structs, arrays and i31 (garbage collection) are not supported", std::move(at));
    }
    return fail(diag::malformed, fmt::format("malformed {} type 0x{:02x}", what, byte), std::move(at));
  }

  Result<HeapType> heap_type(ByteReader& in) {
    const std::uint64_t at = in.offset();
    WCOMP_TRY(const std::uint8_t first, in.peek());
    if ((first & 0xc0) == 0x40) {  // negative as a signed number of one byte: an abstract type
      WCOMP_TRY(const std::uint8_t byte, in.u8());
      const std::optional<ValType> type = val_type_of(byte);
      if (!type || !is_ref(*type)) return bad_type("heap", byte, place_in(in, at));
      return heap_type_of(*type);
    }
    WCOMP_TRY(const std::int64_t index, in.leb_s33());
    if (index < 0) return fail(diag::malformed, fmt::format("malformed heap type {}", index), place_in(in, at));
    if (static_cast<std::uint64_t>(index) >= known_types_) {
      unknown_type(static_cast<std::uint64_t>(index), known_types_, place_in(in, at));
      return HeapType::func;
    }
    return heap_type_of(TypeIdx(static_cast<std::size_t>(index)));
  }

  /// `byte` starts a value type and has been read; `what` it is called if it is none.
  Result<ValType> val_type_from(ByteReader& in, std::uint8_t byte, std::string_view what) {
    if (const std::optional<ValType> type = val_type_of(byte)) return *type;
    if (byte != ref_byte && byte != ref_null_byte) return bad_type(what, byte, place_in(in, in.offset() - 1));
    WCOMP_TRY(const HeapType heap, heap_type(in));
    return ref_to(heap, byte == ref_null_byte);
  }

  Result<ValType> val_type(ByteReader& in) {
    WCOMP_TRY(const std::uint8_t byte, in.u8());
    return val_type_from(in, byte, "value");
  }

  Result<ValType> ref_type(ByteReader& in) {
    const std::uint64_t at = in.offset();
    WCOMP_TRY(const std::uint8_t byte, in.u8());
    WCOMP_TRY(const ValType type, val_type_from(in, byte, "reference"));
    if (!is_ref(type)) return bad_type("reference", byte, place_in(in, at));
    return type;
  }

  Result<std::vector<ValType>> result_type(ByteReader& in, std::uint32_t limit, std::string_view what) {
    const std::uint64_t at = in.offset();
    WCOMP_TRY(const std::uint32_t n, in.count());
    if (n > limit) return too_many(n, limit, what, place_in(in, at));
    std::vector<ValType> types(n);
    for (ValType& t : types) {
      WCOMP_TRY(t, val_type(in));
    }
    return types;
  }

  Result<void> type(ByteReader& in) {
    const std::uint64_t at = in.offset();
    WCOMP_TRY(const std::uint8_t form, in.u8());
    if (form == 0x5e || form == 0x5f || form == 0x4e || form == 0x4f || form == 0x50) {
      return fail(diag::unsupported, "struct, array and recursive types (garbage collection) are not supported", place_in(in, at));
    }
    if (form != 0x60) return fail(diag::malformed, fmt::format("malformed function type 0x{:02x}", form), place_in(in, at));
    known_types_ = m_.types.size() + 1;  // it may refer to itself
    FuncType t;
    WCOMP_TRY(t.params, result_type(in, limits::params, "parameters"));
    WCOMP_TRY(t.results, result_type(in, limits::results, "results"));
    m_.types.push_back(std::move(t));
    return {};  // known_types_ stays: there are as many now
  }

  Result<TypeIdx> type_idx(ByteReader& in) {
    const std::uint64_t at = in.offset();
    WCOMP_TRY(const std::uint32_t index, in.leb_u32());
    if (index >= m_.types.size()) {
      unknown_type(index, m_.types.size(), place_in(in, at));
      return TypeIdx(0u);
    }
    return TypeIdx(index);
  }

  /// No mistake of the format: it is kept, the first one, until the rest is known to be well-formed.
  void unknown_type(std::uint64_t index, std::size_t count, BinaryPos at) {
    if (deferred_) return;
    deferred_ = Failure(error(diag::index_out_of_range, fmt::format("unknown type {}, {} are defined so far", index, count), std::move(at)));
  }

  Result<Limits> limits_(ByteReader& in) {
    const std::uint64_t at = in.offset();
    WCOMP_TRY(const std::uint8_t flags, in.u8());
    if (flags > 15) return fail(diag::malformed, fmt::format("malformed limits flags 0x{:02x}", flags), place_in(in, at));
    if ((flags & 8) != 0) return fail(diag::unsupported, "memories with pages of their own size are not supported", place_in(in, at));
    if ((flags & 2) != 0) return fail(diag::unsupported, "shared memories (threads) are not supported", place_in(in, at));
    Limits out;
    out.is_64 = (flags & 4) != 0;
    WCOMP_TRY(out.min, in.leb_u64());
    if ((flags & 1) != 0) {
      WCOMP_TRY(out.max, in.leb_u64());
    }
    return out;
  }

  Result<TableType> table_type(ByteReader& in) {
    TableType t;
    WCOMP_TRY(t.element, ref_type(in));
    WCOMP_TRY(t.limits, limits_(in));
    return t;
  }

  Result<GlobalType> global_type(ByteReader& in) {
    GlobalType t;
    WCOMP_TRY(t.type, val_type(in));
    const std::uint64_t at = in.offset();
    WCOMP_TRY(const std::uint8_t mutability, in.u8());
    if (mutability > 1) return fail(diag::malformed, fmt::format("malformed mutability 0x{:02x}", mutability), place_in(in, at));
    t.is_mutable = mutability == 1;
    return t;
  }

  Result<TagType> tag_type(ByteReader& in) {
    const std::uint64_t at = in.offset();
    WCOMP_TRY(const std::uint8_t attribute, in.u8());
    if (attribute != 0) return fail(diag::malformed, fmt::format("malformed tag attribute 0x{:02x}", attribute), place_in(in, at));
    WCOMP_TRY(const TypeIdx t, type_idx(in));
    return TagType{t};
  }

  /// The bytes of an expression: up to the `end` that closes it.
  static Result<Expr> expr(ByteReader& in) {
    const Expr rest{ByteSpan(in.position(), in.remaining()), in.offset()};
    ExprReader reader(rest);
    for (std::uint32_t depth = 1; depth != 0;) {
      if (!reader.read()) return Err(with_path(reader.failure(), in.path()));
      const Immediate immediate = reader->row->immediate;
      if (immediate == Immediate::block_type || immediate == Immediate::try_table) ++depth;
      if (reader->opcode == Opcode::end || reader->opcode == Opcode::delegate) --depth;
    }
    WCOMP_TRY(const ByteSpan code, in.bytes(reader.consumed()));
    return Expr{code, rest.offset};
  }

  // sections

  Result<void> import(ByteReader& in) {
    Import i;
    i.offset = in.offset();
    WCOMP_TRY(i.module, in.name());
    WCOMP_TRY(i.name, in.name());
    if (i.name.empty()) {
      WCOMP_TRY(const std::uint8_t form, in.peek());
      if (form == group_of_items_byte || form == group_of_one_type_byte) return import_group(in, std::move(i), form);
    }
    WCOMP_TRY(i.type, extern_type(in));
    return add_import(in, std::move(i));
  }

  /// https://github.com/WebAssembly/compact-import-section: the module's name once, then items, or names of one type.
  Result<void> import_group(ByteReader& in, Import first, std::uint8_t form) {
    if (m_.first_group == 0) m_.first_group = first.offset;
    WCOMP_TRY(in.u8());
    first.group = ++groups_;
    first.shares_type = form == group_of_one_type_byte;
    if (first.shares_type) {
      WCOMP_TRY(first.type, extern_type(in));
    }
    WCOMP_TRY(const std::uint32_t n, in.count(first.shares_type ? 1 : 3));
    for (std::uint32_t k = 0; k < n; ++k) {
      Import i = first;
      i.offset = in.offset();
      WCOMP_TRY(i.name, in.name());
      if (!i.shares_type) {
        WCOMP_TRY(i.type, extern_type(in));
      }
      WCOMP_TRY(add_import(in, std::move(i)));
    }
    return {};
  }

  Result<ExternType> extern_type(ByteReader& in) {
    const std::uint64_t at = in.offset();
    WCOMP_TRY(const std::uint8_t kind, in.u8());
    switch (kind) {
      case 0: {
        WCOMP_TRY(const TypeIdx t, type_idx(in));
        return t;
      }
      case 1: {
        WCOMP_TRY(const TableType t, table_type(in));
        return t;
      }
      case 2: {
        WCOMP_TRY(const Limits l, limits_(in));
        return MemType{l};
      }
      case 3: {
        WCOMP_TRY(const GlobalType t, global_type(in));
        return t;
      }
      case 4: {
        WCOMP_TRY(const TagType t, tag_type(in));
        return t;
      }
      default:
        return fail(diag::malformed, fmt::format("malformed import kind 0x{:02x}", kind), place_in(in, at));
    }
  }

  Result<void> add_import(const ByteReader& in, Import i) {
    if (m_.imports.size() >= limits::imports) return too_many(m_.imports.size() + 1, limits::imports, "imports", in.where());
    match(
        i.type,
        [&](TypeIdx t) {
          m_.func_types.push_back(t);
          ++m_.imported_funcs;
        },
        [&](const TableType& t) {
          m_.table_types.push_back(t);
          ++m_.imported_tables;
        },
        [&](const MemType& t) {
          m_.mem_types.push_back(t);
          ++m_.imported_mems;
        },
        [&](const GlobalType& t) {
          m_.global_types.push_back(t);
          ++m_.imported_globals;
        },
        [&](TagType t) {
          m_.tag_types.push_back(t);
          ++m_.imported_tags;
        });
    m_.imports.push_back(std::move(i));
    return {};
  }

  Result<void> function(ByteReader& in) {
    if (m_.func_types.size() >= limits::funcs) return too_many(m_.func_types.size() + 1, limits::funcs, "functions", in.where());
    WCOMP_TRY(const TypeIdx t, type_idx(in));
    m_.func_types.push_back(t);
    return {};
  }

  Result<void> table(ByteReader& in) {
    Table t;
    t.offset = in.offset();
    WCOMP_TRY(const std::uint8_t first, in.peek());
    if (first == has_initializer_byte) {
      WCOMP_TRY(in.u8());
      const std::uint64_t at = in.offset();
      WCOMP_TRY(const std::uint8_t reserved, in.u8());
      if (reserved != 0) return fail(diag::malformed, fmt::format("malformed table 0x{:02x}", reserved), place_in(in, at));
    }
    WCOMP_TRY(t.type, table_type(in));
    if (first == has_initializer_byte) {
      WCOMP_TRY(t.init, expr(in));
    }
    m_.table_types.push_back(t.type);
    m_.tables.push_back(std::move(t));
    return {};
  }

  Result<void> memory(ByteReader& in) {
    WCOMP_TRY(const Limits l, limits_(in));
    m_.mems.push_back({l});
    m_.mem_types.push_back({l});
    return {};
  }

  Result<void> tag(ByteReader& in) {
    WCOMP_TRY(const TagType t, tag_type(in));
    m_.tags.push_back(t);
    m_.tag_types.push_back(t);
    return {};
  }

  Result<void> global(ByteReader& in) {
    Global g;
    WCOMP_TRY(g.type, global_type(in));
    WCOMP_TRY(g.init, expr(in));
    m_.global_types.push_back(g.type);
    m_.globals.push_back(g);
    return {};
  }

  Result<void> export_(ByteReader& in) {
    Export e;
    e.offset = in.offset();
    WCOMP_TRY(e.name, in.name());
    const std::uint64_t at = in.offset();
    WCOMP_TRY(const std::uint8_t kind, in.u8());
    if (kind > 4) return fail(diag::malformed, fmt::format("malformed export kind 0x{:02x}", kind), place_in(in, at));
    e.kind = static_cast<ExternKind>(kind);
    WCOMP_TRY(e.index, in.leb_u32());
    m_.exports.push_back(std::move(e));
    return {};
  }

  Result<void> start(ByteReader& in) {
    WCOMP_TRY(const std::uint32_t index, in.leb_u32());
    m_.start = FuncIdx(index);
    return {};
  }

  /// https://webassembly.github.io/spec/core/binary/modules.html#element-section
  Result<void> elem(ByteReader& in) {
    Elem e;
    e.file_offset = in.offset();
    WCOMP_TRY(const std::uint32_t flags, in.leb_u32());
    if (flags > 7) return fail(diag::malformed, fmt::format("malformed element segment flags {}", flags), place_in(in, e.file_offset));
    const bool is_passive_or_declarative = (flags & 1) != 0;
    const bool has_index_or_is_declarative = (flags & 2) != 0;
    const bool has_exprs = (flags & 4) != 0;
    if (!has_exprs) e.type = ref_to(HeapType::func, false);  // lists of indices hold no null
    if (is_passive_or_declarative) {
      e.mode = has_index_or_is_declarative ? SegmentMode::declarative : SegmentMode::passive;
    } else {
      e.mode = SegmentMode::active;
      if (has_index_or_is_declarative) {
        WCOMP_TRY(const std::uint32_t index, in.leb_u32());
        e.table = TableIdx(index);
      }
      WCOMP_TRY(e.offset, expr(in));
    }
    if ((flags & 3) != 0) {  // the kind or type is written out
      if (has_exprs) {
        WCOMP_TRY(e.type, ref_type(in));
      } else {
        const std::uint64_t kind_at = in.offset();
        WCOMP_TRY(const std::uint8_t kind, in.u8());
        if (kind != 0) return fail(diag::malformed, fmt::format("malformed element kind 0x{:02x}", kind), place_in(in, kind_at));
      }
    }
    WCOMP_TRY(const std::uint32_t n, in.count());
    if (has_exprs) {
      std::vector<Expr> items;
      for (std::uint32_t i = 0; i < n; ++i) {
        WCOMP_TRY(const Expr item, expr(in));
        items.push_back(item);
      }
      e.items = std::move(items);
    } else {
      std::vector<FuncIdx> items(n);
      for (FuncIdx& item : items) {
        WCOMP_TRY(item.value, in.leb_u32());
      }
      e.items = std::move(items);
    }
    m_.elems.push_back(std::move(e));
    return {};
  }

  Result<void> code_section(ByteReader& in) {
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint32_t n, in.count(2));
    const std::size_t declared = m_.func_types.size() - m_.imported_funcs;
    if (n != declared) {
      return fail(diag::malformed, fmt::format("function and code section have inconsistent lengths: {} declared, {} defined", declared, n),
                  at);
    }
    m_.funcs.reserve(n);
    for (std::uint32_t i = 0; i < n; ++i) {
      // Nothing here makes a path before there is something to say about the place: there may be a hundred thousand functions.
      const std::uint64_t size_at = in.offset();
      WCOMP_TRY(const std::uint32_t size, in.leb_u32());
      const auto path = [&] { return fmt::format("{} > func[{}]", m_.path, m_.imported_funcs + i); };
      if (size > limits::body_bytes) {
        return fail(diag::limit_exceeded, fmt::format("a body of {} bytes, at most {} are supported", size, limits::body_bytes),
                    BinaryPos{{}, path(), size_at});
      }
      const std::uint64_t start = in.offset();
      WCOMP_TRY(const ByteSpan bytes, in.bytes(size));
      ByteReader body(bytes, start);
      if (Result<void> read = code(body, m_.func_types[m_.imported_funcs + i]); !read) {
        return Err(with_path(std::move(read).error(), path()));
      }
    }
    return {};
  }

  Result<void> code(ByteReader& in, TypeIdx type) {
    Func& f = m_.funcs.emplace_back(Func{.type = type, .locals = {}, .body = {}});
    WCOMP_TRY(const std::uint32_t runs, in.count(2));
    f.locals.reserve(runs);
    std::uint64_t total = 0;
    for (std::uint32_t i = 0; i < runs; ++i) {
      const std::uint64_t at = in.offset();
      WCOMP_TRY(const std::uint32_t count, in.leb_u32());
      total += count;
      if (total > 0xffff'ffff) return fail(diag::malformed, "too many locals: more than 4294967295", place_in(in, at));
      if (total > limits::locals) return too_many(total, limits::locals, "locals", place_in(in, at));
      WCOMP_TRY(const ValType t, val_type(in));
      f.locals.push_back({count, t});
    }
    const std::uint64_t start = in.offset();
    WCOMP_TRY(const ByteSpan bytes, in.bytes(in.remaining()));
    f.body = {bytes, start};
    return {};
  }

  Result<void> data(ByteReader& in) {
    Data d;
    d.file_offset = in.offset();
    WCOMP_TRY(const std::uint32_t flags, in.leb_u32());
    if (flags > 2) return fail(diag::malformed, fmt::format("malformed data segment flags {}", flags), place_in(in, d.file_offset));
    if (flags == 2) {
      WCOMP_TRY(const std::uint32_t index, in.leb_u32());
      d.mem = MemIdx(index);
    }
    if (flags != 1) {
      d.mode = SegmentMode::active;
      WCOMP_TRY(d.offset, expr(in));
    }
    WCOMP_TRY(const std::uint32_t n, in.leb_u32());
    WCOMP_TRY(d.bytes, in.bytes(n));
    m_.datas.push_back(std::move(d));
    return {};
  }

  Result<void> data_count(ByteReader& in) {
    WCOMP_TRY(const std::uint32_t n, in.leb_u32());
    m_.data_count = n;
    return {};
  }

  /// Agreement between sections, also when one of two is not there.
  Result<void> check_counts() {
    const std::size_t declared = m_.func_types.size() - m_.imported_funcs;
    if (m_.funcs.size() != declared) {
      return fail(diag::malformed,
                  fmt::format("function and code section have inconsistent lengths: {} declared, {} defined", declared, m_.funcs.size()),
                  place(code_id));
    }
    if (m_.data_count && *m_.data_count != m_.datas.size()) {
      return fail(
          diag::malformed,
          fmt::format("data count and data section have inconsistent lengths: {} announced, {} defined", *m_.data_count, m_.datas.size()),
          place(data_id));
    }
    return {};
  }

  /// The start of a section, or the end of the module if there is none.
  BinaryPos place(std::uint8_t id) const {
    if (m_.section_offsets[id] == 0) return in_.where();
    return {{}, fmt::format("{} > {}", m_.path, sections[id].name), m_.section_offsets[id]};
  }

  ByteReader in_;
  Module m_;
  std::uint8_t last_id_ = 0;
  std::size_t known_types_ = 0;  ///< how many types may be referred to
  std::uint32_t groups_ = 0;     ///< of imports, so far
  std::optional<Failure> deferred_;  ///< what is wrong although all is well-formed
};

}  // namespace

Result<Module> decode(std::shared_ptr<const Bytes> storage, ByteSpan bytes, std::uint64_t base_offset, std::string path) {
  return Decoder(std::move(storage), bytes, base_offset, std::move(path)).run();
}

Result<Module> decode(Bytes bytes) {
  auto storage = std::make_shared<const Bytes>(std::move(bytes));
  const ByteSpan view = *storage;
  return decode(std::move(storage), view);
}

}  // namespace wcomp::core
