// The binary format, section by section. https://webassembly.github.io/spec/core/binary/modules.html
#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "core/expr_reader.h"
#include "core/limits.h"
#include "core/module.h"
#include "core/name_section.h"

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
    if (version == 0x1000d) return fail(diag::malformed, "this is a component, a core module is needed", version_at);
    if (version != 1) return fail(diag::malformed, fmt::format("unknown binary version {}", version), version_at);
    return {};
  }

  Result<void> section(std::uint8_t id, ByteReader& in) {
    switch (id) {
      case 0:
        return custom(in);
      case 1:
        return each(in, limits::types, "types", 3, [&] { return type(in); });
      case 2:
        return each(in, limits::imports, "imports", 4, [&] { return import(in); });
      case 3:
        return each(in, limits::funcs, "functions", 1, [&] { return function(in); });
      case 4:
        return each(in, limits::tables, "tables", 3, [&] { return table(in); });
      case 5:
        return each(in, limits::mems, "memories", 2, [&] { return memory(in); });
      case 6:
        return each(in, limits::globals, "globals", 3, [&] { return global(in); });
      case 7:
        return each(in, limits::exports, "exports", 3, [&] { return export_(in); });
      case 8:
        return start(in);
      case 9:
        return each(in, limits::segments, "element segments", 2, [&] { return elem(in); });
      case 10:
        return code_section(in);
      case 11:
        return each(in, limits::segments, "data segments", 2, [&] { return data(in); });
      case 12:
        return data_count(in);
      default:
        return fail(diag::unsupported, "tags (exception handling) are not supported", in.where());
    }
  }

  /// A vector of the section: its count, checked, then the elements.
  template <class F>
  static Result<void> each(ByteReader& in, std::uint32_t limit, std::string_view what, std::size_t min_bytes, F&& read) {
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint32_t n, in.count(min_bytes));
    if (n > limit) return too_many(n, limit, what, at);
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

  Result<ValType> val_type(ByteReader& in) {
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint8_t byte, in.u8());
    if (const std::optional<ValType> type = val_type_of(byte)) return *type;
    if (byte == static_cast<std::uint8_t>(ValType::v128)) return fail(diag::unsupported, "the type v128 (SIMD) is not supported", at);
    return fail(diag::malformed, fmt::format("malformed value type 0x{:02x}", byte), at);
  }

  Result<ValType> ref_type(ByteReader& in) {
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint8_t byte, in.u8());
    const std::optional<ValType> type = val_type_of(byte);
    if (!type || !is_ref(*type)) return fail(diag::malformed, fmt::format("malformed reference type 0x{:02x}", byte), at);
    return *type;
  }

  Result<std::vector<ValType>> result_type(ByteReader& in, std::uint32_t limit, std::string_view what) {
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint32_t n, in.count());
    if (n > limit) return too_many(n, limit, what, at);
    std::vector<ValType> types(n);
    for (ValType& t : types) {
      WCOMP_TRY(t, val_type(in));
    }
    return types;
  }

  Result<void> type(ByteReader& in) {
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint8_t form, in.u8());
    if (form == 0x5e || form == 0x5f || form == 0x4e || form == 0x4f || form == 0x50) {
      return fail(diag::unsupported, "struct, array and recursive types (garbage collection) are not supported", at);
    }
    if (form != 0x60) return fail(diag::malformed, fmt::format("malformed function type 0x{:02x}", form), at);
    FuncType t;
    WCOMP_TRY(t.params, result_type(in, limits::params, "parameters"));
    WCOMP_TRY(t.results, result_type(in, limits::results, "results"));
    m_.types.push_back(std::move(t));
    return {};
  }

  Result<TypeIdx> type_idx(ByteReader& in) {
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint32_t index, in.leb_u32());
    if (index >= m_.types.size()) {
      return fail(diag::index_out_of_range, fmt::format("unknown type {}, {} are defined", index, m_.types.size()), at);
    }
    return TypeIdx(index);
  }

  Result<Limits> limits_(ByteReader& in) {
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint8_t flags, in.u8());
    if (flags > 7) return fail(diag::malformed, fmt::format("malformed limits flags 0x{:02x}", flags), at);
    if ((flags & 4) != 0) return fail(diag::unsupported, "64-bit memories and tables are not supported", at);
    if ((flags & 2) != 0) return fail(diag::unsupported, "shared memories (threads) are not supported", at);
    Limits out;
    WCOMP_TRY(out.min, in.leb_u32());
    if ((flags & 1) != 0) {
      WCOMP_TRY(out.max, in.leb_u32());
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
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint8_t mutability, in.u8());
    if (mutability > 1) return fail(diag::malformed, fmt::format("malformed mutability 0x{:02x}", mutability), at);
    t.is_mutable = mutability == 1;
    return t;
  }

  /// The bytes of an expression: up to the `end` that closes it.
  static Result<Expr> expr(ByteReader& in) {
    const Expr rest{ByteSpan(in.position(), in.remaining()), in.offset()};
    const std::string path = in.path();
    ExprReader reader(rest, path);
    for (std::uint32_t depth = 1; depth != 0;) {
      WCOMP_TRY(reader.next());
      if (reader->row->immediate == Immediate::block_type) ++depth;
      if (reader->opcode == Opcode::end) --depth;
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
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint8_t kind, in.u8());
    switch (kind) {
      case 0: {
        WCOMP_TRY(const TypeIdx t, type_idx(in));
        i.type = t;
        m_.func_types.push_back(t);
        ++m_.imported_funcs;
        break;
      }
      case 1: {
        WCOMP_TRY(const TableType t, table_type(in));
        i.type = t;
        m_.table_types.push_back(t);
        ++m_.imported_tables;
        break;
      }
      case 2: {
        WCOMP_TRY(const Limits l, limits_(in));
        i.type = MemType{l};
        m_.mem_types.push_back(MemType{l});
        ++m_.imported_mems;
        break;
      }
      case 3: {
        WCOMP_TRY(const GlobalType t, global_type(in));
        i.type = t;
        m_.global_types.push_back(t);
        ++m_.imported_globals;
        break;
      }
      case 4:
        return fail(diag::unsupported, "tags (exception handling) are not supported", at);
      default:
        return fail(diag::malformed, fmt::format("malformed import kind 0x{:02x}", kind), at);
    }
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
    if (first == 0x40) return fail(diag::unsupported, "tables with an initializer (function references) are not supported", in.where());
    WCOMP_TRY(t.type, table_type(in));
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
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint8_t kind, in.u8());
    if (kind == 4) return fail(diag::unsupported, "tags (exception handling) are not supported", at);
    if (kind > 4) return fail(diag::malformed, fmt::format("malformed export kind 0x{:02x}", kind), at);
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
    const BinaryPos at = in.where();
    e.file_offset = at.offset;
    WCOMP_TRY(const std::uint32_t flags, in.leb_u32());
    if (flags > 7) return fail(diag::malformed, fmt::format("malformed element segment flags {}", flags), at);
    const bool is_passive_or_declarative = (flags & 1) != 0;
    const bool has_index_or_is_declarative = (flags & 2) != 0;
    const bool has_exprs = (flags & 4) != 0;
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
        const BinaryPos kind_at = in.where();
        WCOMP_TRY(const std::uint8_t kind, in.u8());
        if (kind != 0) return fail(diag::malformed, fmt::format("malformed element kind 0x{:02x}", kind), kind_at);
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
      const BinaryPos size_at{{}, {}, in.offset()};
      WCOMP_TRY(const std::uint32_t size, in.leb_u32());
      std::string path = fmt::format("{} > func[{}]", m_.path, m_.imported_funcs + i);
      if (size > limits::body_bytes) {
        return fail(diag::limit_exceeded, fmt::format("a body of {} bytes, at most {} are supported", size, limits::body_bytes),
                    BinaryPos{{}, std::move(path), size_at.offset});
      }
      WCOMP_TRY(ByteReader body, in.sub(size, std::move(path)));
      WCOMP_TRY(code(body, m_.func_types[m_.funcs.size() + m_.imported_funcs]));
    }
    return {};
  }

  Result<void> code(ByteReader& in, TypeIdx type) {
    Func f{.type = type, .locals = {}, .body = {}};
    WCOMP_TRY(const std::uint32_t runs, in.count(2));
    std::uint64_t total = 0;
    for (std::uint32_t i = 0; i < runs; ++i) {
      const std::uint64_t at = in.offset();
      WCOMP_TRY(const std::uint32_t count, in.leb_u32());
      total += count;
      if (total > 0xffff'ffff) return fail(diag::malformed, "too many locals: more than 4294967295", BinaryPos{{}, in.path(), at});
      if (total > limits::locals) return too_many(total, limits::locals, "locals", {{}, in.path(), at});
      WCOMP_TRY(const ValType t, val_type(in));
      f.locals.push_back({count, t});
    }
    const std::uint64_t start = in.offset();
    WCOMP_TRY(const ByteSpan bytes, in.bytes(in.remaining()));
    f.body = {bytes, start};
    m_.funcs.push_back(std::move(f));
    return {};
  }

  Result<void> data(ByteReader& in) {
    Data d;
    const BinaryPos at = in.where();
    d.file_offset = at.offset;
    WCOMP_TRY(const std::uint32_t flags, in.leb_u32());
    if (flags > 2) return fail(diag::malformed, fmt::format("malformed data segment flags {}", flags), at);
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
