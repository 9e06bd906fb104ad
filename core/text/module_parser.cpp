#include "core/text/module_parser.h"

#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "core/name_section.h"

namespace wcomp::core::text {
namespace {

constexpr std::uint64_t page_bytes = 65'536;

/// The memory's size for data that is given with it.
std::uint64_t pages_for(std::size_t bytes) {
  return (bytes + page_bytes - 1) / page_bytes;
}

/// The binary's order of sections, with the words that place a custom section.
struct SectionWord {
  std::string_view word;
  std::uint8_t id;
};
constexpr std::array<SectionWord, 12> section_words{{{"type", 1},
                                                     {"import", 2},
                                                     {"func", 3},
                                                     {"table", 4},
                                                     {"memory", 5},
                                                     {"global", 6},
                                                     {"export", 7},
                                                     {"start", 8},
                                                     {"elem", 9},
                                                     {"datacount", 12},
                                                     {"code", 10},
                                                     {"data", 11}}};

}  // namespace

Result<Bytes> ModuleParser::fields(std::string module_name) {
  const std::size_t start = in_.position();
  WCOMP_TRY(collect());
  in_.move_to(start);
  while (in_.at(TokenKind::open) || in_.at(TokenKind::annotation)) WCOMP_TRY(field());
  if (c_.needs_data_count) c_.m.data_count = static_cast<std::uint32_t>(c_.m.datas.size());
  c_.m.customs.insert(c_.m.customs.end(), producers_.begin(), producers_.end());
  c_.m.customs.insert(c_.m.customs.end(), last_customs_.begin(), last_customs_.end());
  write_names(std::move(module_name));
  return encode(c_.m);
}

/// Moves behind the parenthesis that closes `open`.
void ModuleParser::skip_to(std::size_t open) {
  in_.move_to(list_.tokens[open].match + 1);
}

// First pass

Result<void> ModuleParser::collect() {
  while (!in_.at(TokenKind::close) && !in_.at(TokenKind::end)) {
    const std::size_t start = in_.position();
    if (!in_.at(TokenKind::annotation)) {
      if (!in_.at(TokenKind::open)) return in_.unexpected("a module field");
      WCOMP_TRY(collect_field());
    }
    skip_to(start);
  }
  return {};
}

Result<void> ModuleParser::collect_field() {
  if (in_.at_open("type")) return type_field();
  if (in_.take_open("import")) return collect_import();
  if (in_.take_open("func")) return define(c_.funcs, ExternKind::func);
  if (in_.take_open("table")) return define(c_.tables, ExternKind::table);
  if (in_.take_open("memory")) return define(c_.mems, ExternKind::mem);
  if (in_.take_open("global")) return define(c_.globals, ExternKind::global);
  if (in_.take_open("elem")) {
    WCOMP_TRY(c_.elems.add(in_));
    return {};
  }
  if (in_.take_open("data")) {
    WCOMP_TRY(c_.datas.add(in_));
    return {};
  }
  if (in_.at_open("export") || in_.at_open("start")) return {};
  if (in_.at_open("rec") || in_.at_open("tag")) {
    return fail(diag::unsupported, "recursive types and tags are not supported", in_.where());
  }
  in_.advance();
  return in_.unexpected("a module field");
}

Result<void> ModuleParser::collect_import() {
  if (has_definition_) return in_.fail_here("an import after a definition: imports have to come first");
  WCOMP_TRY(in_.name());
  WCOMP_TRY(in_.name());
  IdSpace* space = nullptr;
  if (in_.take_open("func"))
    space = &c_.funcs;
  else if (in_.take_open("table"))
    space = &c_.tables;
  else if (in_.take_open("memory"))
    space = &c_.mems;
  else if (in_.take_open("global"))
    space = &c_.globals;
  else if (in_.at_open("tag"))
    return fail(diag::unsupported, "tags (exception handling) are not supported", in_.where());
  else
    return in_.unexpected("`(func`, `(table`, `(memory` or `(global`");
  WCOMP_TRY(space->add(in_));
  return {};
}

Result<void> ModuleParser::define(IdSpace& space, ExternKind kind) {
  const std::size_t start = in_.position();
  WCOMP_TRY(space.add(in_));
  while (in_.at_open("export")) skip_to(in_.position());
  if (in_.at_open("import")) {
    if (has_definition_) return fail(diag::syntax, "an import after a definition: imports have to come first", in_.where(start));
    return {};
  }
  has_definition_ = true;
  // Elements and data given with a table or memory are segments, too, in the order of the fields.
  if (kind == ExternKind::mem) {
    if (in_.at_atom("i32") || in_.at_atom("i64")) in_.advance();
    if (in_.at_open("data")) c_.datas.add_unnamed();
  }
  if (kind == ExternKind::table) {
    if (in_.at_atom("i32") || in_.at_atom("i64")) in_.advance();
    if (!IdSpace::at_index(in_) && !in_.at(TokenKind::close)) {
      if (in_.at(TokenKind::open) && !in_.at_open("elem")) {
        skip_to(in_.position());  // `(ref ..)`
      } else if (!in_.at_open("elem")) {
        in_.advance();
      }
      if (in_.at_open("elem")) c_.elems.add_unnamed();
    }
  }
  return {};
}

Result<void> ModuleParser::type_field() {
  in_.take_open("type");
  WCOMP_TRY(c_.types.add(in_));
  if (in_.at_open("sub") || in_.at_open("struct") || in_.at_open("array") || in_.at_open("cont")) {
    return fail(diag::unsupported, "struct, array and sub types (garbage collection) are not supported", in_.where());
  }
  WCOMP_TRY(in_.expect_open("func"));
  // Identifiers of parameters mean nothing here, but have to differ.
  IdSpace params("parameter");
  WCOMP_TRY(FuncType type, signature(in_, &params));
  WCOMP_TRY(in_.expect_close());
  c_.add_type(std::move(type));
  return in_.expect_close();
}

// Second pass

Result<void> ModuleParser::field() {
  const std::size_t start = in_.position();
  Result<void> done;
  if (in_.at(TokenKind::annotation)) {
    const bool is_producers = in_.text() == "(@producers";
    in_.advance();
    done = is_producers ? producers_field() : custom_field();
  } else if (in_.at_open("type")) {
    skip_to(start);
    return {};
  } else if (in_.take_open("import")) {
    done = import_field();
  } else if (in_.take_open("func")) {
    done = func_field();
  } else if (in_.take_open("table")) {
    done = table_field();
  } else if (in_.take_open("memory")) {
    done = memory_field();
  } else if (in_.take_open("global")) {
    done = global_field();
  } else if (in_.take_open("export")) {
    done = export_field();
  } else if (in_.take_open("start")) {
    done = start_field();
  } else if (in_.take_open("elem")) {
    done = elem_field();
  } else {
    WCOMP_TRY(in_.expect_open("data"));
    done = data_field();
  }
  WCOMP_TRY(std::move(done));
  return in_.expect_close();
}

Result<ExternType> ModuleParser::extern_type(ExternKind kind) {
  switch (kind) {
    case ExternKind::func: {
      ++next_func_;
      IdSpace params("parameter");
      WCOMP_TRY(const TypeUse use, type_use(c_, in_, &params));
      WCOMP_TRY(const TypeIdx type, c_.resolve(use, in_));
      return ExternType(type);
    }
    case ExternKind::table: {
      ++next_table_;
      WCOMP_TRY(const TableType type, table_type());
      return ExternType(type);
    }
    case ExternKind::mem: {
      ++next_mem_;
      WCOMP_TRY(const Limits l, limits());
      return ExternType(MemType{l});
    }
    default: {
      ++next_global_;
      WCOMP_TRY(const GlobalType type, global_type(in_));
      return ExternType(type);
    }
  }
}

Result<void> ModuleParser::import_field() {
  Import i;
  WCOMP_TRY(i.module, in_.name());
  WCOMP_TRY(i.name, in_.name());
  ExternKind kind = ExternKind::func;
  if (in_.take_open("table"))
    kind = ExternKind::table;
  else if (in_.take_open("memory"))
    kind = ExternKind::mem;
  else if (in_.take_open("global"))
    kind = ExternKind::global;
  else
    in_.take_open("func");
  in_.take_id();
  WCOMP_TRY(i.type, extern_type(kind));
  c_.m.imports.push_back(std::move(i));
  return in_.expect_close();
}

Result<void> ModuleParser::inline_exports(ExternKind kind, std::uint32_t index) {
  while (in_.take_open("export")) {
    WCOMP_TRY(std::string name, in_.name());
    c_.m.exports.push_back({std::move(name), kind, index});
    WCOMP_TRY(in_.expect_close());
  }
  return {};
}

Result<bool> ModuleParser::inline_import(Import& out) {
  if (!in_.take_open("import")) return false;
  WCOMP_TRY(out.module, in_.name());
  WCOMP_TRY(out.name, in_.name());
  WCOMP_TRY(in_.expect_close());
  return true;
}

Result<void> ModuleParser::func_field() {
  const std::uint32_t index = next_func_;
  in_.take_id();
  WCOMP_TRY(inline_exports(ExternKind::func, index));
  Import import;
  WCOMP_TRY(const bool is_import, inline_import(import));
  if (is_import) {
    WCOMP_TRY(import.type, extern_type(ExternKind::func));
    c_.m.imports.push_back(std::move(import));
    return {};
  }
  ++next_func_;
  IdSpace locals("local");
  WCOMP_TRY(const TypeUse use, type_use(c_, in_, &locals));
  WCOMP_TRY(const TypeIdx type, c_.resolve(use, in_));
  Func f{.type = type, .locals = {}, .body = {}};
  if (use.type.params.empty() && type.value < c_.m.types.size()) {
    for (std::size_t i = 0; i < c_.m.types[type.value].params.size(); ++i) locals.add_unnamed();
  }
  const auto declare = [&](ValType t) {
    if (f.locals.empty() || f.locals.back().type != t) f.locals.push_back({0, t});
    ++f.locals.back().count;
  };
  while (in_.take_open("local")) {
    if (in_.at(TokenKind::id)) {
      WCOMP_TRY(locals.add(in_));
      WCOMP_TRY(const ValType t, val_type(in_));
      declare(t);
    } else {
      while (!in_.at(TokenKind::close)) {
        WCOMP_TRY(const ValType t, val_type(in_));
        locals.add_unnamed();
        declare(t);
      }
    }
    WCOMP_TRY(in_.expect_close());
  }
  CodeParser code(c_, in_, locals);
  WCOMP_TRY(f.body, code.body());
  c_.m.funcs.push_back(std::move(f));
  if (!locals.names().empty()) local_names_.emplace_back(index, locals.names());
  if (!code.label_names().empty()) label_names_.emplace_back(index, code.label_names());
  return {};
}

Result<Limits> ModuleParser::limits() {
  const std::size_t start = in_.position();
  WCOMP_TRY(const Limits out, text::limits(in_));
  if (out.is_64) return fail(diag::unsupported, "64-bit memories and tables are not supported", in_.where(start));
  if (out.is_shared) return fail(diag::unsupported, "shared memories (threads) are not supported", in_.where(start));
  return out;
}

Result<TableType> ModuleParser::table_type() {
  TableType t;
  WCOMP_TRY(t.limits, limits());
  WCOMP_TRY(t.element, ref_type(in_));
  return t;
}

Result<void> ModuleParser::table_field() {
  const std::uint32_t index = next_table_;
  in_.take_id();
  WCOMP_TRY(inline_exports(ExternKind::table, index));
  Import import;
  WCOMP_TRY(const bool is_import, inline_import(import));
  if (is_import) {
    WCOMP_TRY(import.type, extern_type(ExternKind::table));
    c_.m.imports.push_back(std::move(import));
    return {};
  }
  ++next_table_;
  if (in_.at_atom("i64")) return fail(diag::unsupported, "64-bit memories and tables are not supported", in_.where());
  in_.take_atom("i32");
  if (IdSpace::at_index(in_)) {
    WCOMP_TRY(const TableType type, table_type());
    if (in_.at(TokenKind::open)) {
      return fail(diag::unsupported, "tables with an initializer (function references) are not supported", in_.where());
    }
    c_.m.tables.push_back({.type = type, .init = {}});
    return {};
  }
  Elem e{.mode = SegmentMode::active, .table = TableIdx(index)};
  WCOMP_TRY(e.type, ref_type(in_));
  WCOMP_TRY(in_.expect_open("elem"));
  if (in_.at(TokenKind::open)) {
    WCOMP_TRY(elem_items(e));
  } else {
    WCOMP_TRY(elem_list(e, true));
  }
  WCOMP_TRY(in_.expect_close());
  const std::size_t count = std::visit([](const auto& items) { return items.size(); }, e.items);
  ByteWriter zero;
  zero.u8(static_cast<std::uint8_t>(Opcode::i32_const));
  zero.leb_s32(0);
  zero.u8(static_cast<std::uint8_t>(Opcode::end));
  e.offset = c_.keep(std::move(zero));
  c_.m.tables.push_back({.type = {e.type, {.min = count, .max = count}}, .init = {}});
  c_.m.elems.push_back(std::move(e));
  return {};
}

Result<void> ModuleParser::memory_field() {
  const std::uint32_t index = next_mem_;
  in_.take_id();
  WCOMP_TRY(inline_exports(ExternKind::mem, index));
  Import import;
  WCOMP_TRY(const bool is_import, inline_import(import));
  if (is_import) {
    WCOMP_TRY(import.type, extern_type(ExternKind::mem));
    c_.m.imports.push_back(std::move(import));
    return {};
  }
  ++next_mem_;
  if (in_.at_atom("i64")) return fail(diag::unsupported, "64-bit memories and tables are not supported", in_.where());
  in_.take_atom("i32");
  if (!in_.take_open("data")) {
    WCOMP_TRY(const Limits l, limits());
    c_.m.mems.push_back({l});
    return {};
  }
  WCOMP_TRY(const std::string text, in_.strings());
  WCOMP_TRY(in_.expect_close());
  ByteWriter zero;
  zero.u8(static_cast<std::uint8_t>(Opcode::i32_const));
  zero.leb_s32(0);
  zero.u8(static_cast<std::uint8_t>(Opcode::end));
  ByteWriter bytes;
  bytes.bytes(as_bytes(text));
  c_.m.mems.push_back({{.min = pages_for(text.size()), .max = pages_for(text.size())}});
  const Expr at = c_.keep(std::move(zero));
  c_.m.datas.push_back({.mode = SegmentMode::active, .mem = MemIdx(index), .offset = at, .bytes = c_.keep(std::move(bytes)).code});
  return {};
}

Result<void> ModuleParser::global_field() {
  const std::uint32_t index = next_global_;
  in_.take_id();
  WCOMP_TRY(inline_exports(ExternKind::global, index));
  Import import;
  WCOMP_TRY(const bool is_import, inline_import(import));
  if (is_import) {
    WCOMP_TRY(import.type, extern_type(ExternKind::global));
    c_.m.imports.push_back(std::move(import));
    return {};
  }
  ++next_global_;
  Global g;
  WCOMP_TRY(g.type, global_type(in_));
  WCOMP_TRY(g.init, const_body());
  c_.m.globals.push_back(g);
  return {};
}

/// Instructions up to the closing parenthesis.
Result<Expr> ModuleParser::const_body() {
  const IdSpace no_locals("local");
  return CodeParser(c_, in_, no_locals).body();
}

Result<void> ModuleParser::export_field() {
  Export e;
  WCOMP_TRY(e.name, in_.name());
  const IdSpace* space = nullptr;
  if (in_.take_open("func")) {
    space = &c_.funcs;
  } else if (in_.take_open("table")) {
    e.kind = ExternKind::table;
    space = &c_.tables;
  } else if (in_.take_open("memory")) {
    e.kind = ExternKind::mem;
    space = &c_.mems;
  } else if (in_.take_open("global")) {
    e.kind = ExternKind::global;
    space = &c_.globals;
  } else {
    return in_.unexpected("`(func`, `(table`, `(memory` or `(global`");
  }
  WCOMP_TRY(e.index, space->index(in_));
  c_.m.exports.push_back(std::move(e));
  return in_.expect_close();
}

Result<void> ModuleParser::start_field() {
  if (c_.m.start) return in_.fail_here("multiple start sections");
  WCOMP_TRY(const std::uint32_t index, c_.funcs.index(in_));
  c_.m.start = FuncIdx(index);
  return {};
}

/// `(offset instr*)` or one folded instruction.
Result<Expr> ModuleParser::offset() {
  if (in_.take_open("offset")) {
    WCOMP_TRY(const Expr e, const_body());
    WCOMP_TRY(in_.expect_close());
    return e;
  }
  const IdSpace no_locals("local");
  return CodeParser(c_, in_, no_locals).folded_expr();
}

Result<void> ModuleParser::elem_field() {
  Elem e;
  in_.take_id();
  bool has_table = false;
  if (in_.take_atom("declare")) {
    e.mode = SegmentMode::declarative;
  } else {
    if (in_.take_open("table")) {
      WCOMP_TRY(const std::uint32_t table, c_.tables.index(in_));
      e.table = TableIdx(table);
      has_table = true;
      WCOMP_TRY(in_.expect_close());
    } else if (IdSpace::at_index(in_)) {  // of the first version of the format
      WCOMP_TRY(const std::uint32_t table, c_.tables.index(in_));
      e.table = TableIdx(table);
    }
    if (has_table || (in_.at(TokenKind::open) && !in_.at_open("ref") && !in_.at_open("item"))) {
      e.mode = SegmentMode::active;
      WCOMP_TRY(e.offset, offset());
    }
  }
  WCOMP_TRY(elem_list(e, e.mode == SegmentMode::active && !has_table));
  c_.m.elems.push_back(std::move(e));
  return {};
}

/// `func x*`, `reftype item*`, or, where that is allowed, indices alone.
Result<void> ModuleParser::elem_list(Elem& e, bool may_be_indices) {
  const bool is_indices = may_be_indices && (IdSpace::at_index(in_) || in_.at(TokenKind::close));
  if (!is_indices && !in_.take_atom("func")) {
    WCOMP_TRY(e.type, ref_type(in_));
    return elem_items(e);
  }
  std::vector<FuncIdx> funcs;
  while (!in_.at(TokenKind::close)) {
    WCOMP_TRY(const std::uint32_t f, c_.funcs.index(in_));
    funcs.emplace_back(f);
  }
  e.items = std::move(funcs);
  return {};
}

Result<void> ModuleParser::elem_items(Elem& e) {
  std::vector<Expr> items;
  const IdSpace no_locals("local");
  while (!in_.at(TokenKind::close)) {
    if (in_.take_open("item")) {
      WCOMP_TRY(const Expr item, const_body());
      WCOMP_TRY(in_.expect_close());
      items.push_back(item);
    } else {
      WCOMP_TRY(const Expr item, CodeParser(c_, in_, no_locals).folded_expr());
      items.push_back(item);
    }
  }
  e.items = std::move(items);
  return {};
}

Result<void> ModuleParser::data_field() {
  Data d;
  in_.take_id();
  bool has_mem = false;
  if (in_.take_open("memory")) {
    WCOMP_TRY(const std::uint32_t mem, c_.mems.index(in_));
    d.mem = MemIdx(mem);
    has_mem = true;
    WCOMP_TRY(in_.expect_close());
  } else if (IdSpace::at_index(in_)) {  // of the first version of the format
    WCOMP_TRY(const std::uint32_t mem, c_.mems.index(in_));
    d.mem = MemIdx(mem);
    has_mem = true;
  }
  if (has_mem || in_.at(TokenKind::open)) {
    d.mode = SegmentMode::active;
    WCOMP_TRY(d.offset, offset());
  }
  WCOMP_TRY(const std::string text, in_.strings());
  ByteWriter bytes;
  bytes.bytes(as_bytes(text));
  d.bytes = c_.keep(std::move(bytes)).code;
  c_.m.datas.push_back(d);
  return {};
}

/// `(@custom "name" (before x | after x)? "bytes"*)`; last where nothing is said.
Result<void> ModuleParser::custom_field() {
  CustomSection c;
  WCOMP_TRY(c.name, in_.name());
  c.after = section_words.back().id;
  bool is_last = true;
  const bool is_before = in_.take_open("before");
  if (is_before || in_.take_open("after")) {
    is_last = in_.at_atom("last");
    if (in_.take_atom("first")) {
      if (!is_before) return in_.fail_here("unexpected token: `first` goes with `before`");
      c.after = 0;
    } else if (in_.take_atom("last")) {
      if (is_before) return in_.fail_here("unexpected token: `last` goes with `after`");
    } else {
      std::uint8_t previous = 0;
      bool is_found = false;
      for (const SectionWord& row : section_words) {
        if (in_.at_atom(row.word)) {
          c.after = is_before ? previous : row.id;
          is_found = true;
          break;
        }
        previous = row.id;
      }
      if (!is_found) return in_.unexpected("a section's keyword");
      in_.advance();
    }
    WCOMP_TRY(in_.expect_close());
  }
  WCOMP_TRY(const std::string text, in_.strings());
  ByteWriter bytes;
  bytes.bytes(as_bytes(text));
  c.bytes = c_.keep(std::move(bytes)).code;
  (is_last ? last_customs_ : c_.m.customs).push_back(std::move(c));
  return {};
}

Result<void> ModuleParser::producers_field() {
  WCOMP_TRY(const Bytes contents, producers_section(in_));
  ByteWriter bytes;
  bytes.bytes(contents);
  producers_.push_back({.name = "producers", .bytes = c_.keep(std::move(bytes)).code, .after = section_words.back().id});
  return {};
}

void ModuleParser::write_names(std::string module_name) {
  Names names;
  names.module = std::move(module_name);
  names.funcs = c_.funcs.names();
  names.locals = local_names_;
  names.labels = label_names_;
  names.types = c_.types.names();
  names.tables = c_.tables.names();
  names.mems = c_.mems.names();
  names.globals = c_.globals.names();
  names.elems = c_.elems.names();
  names.datas = c_.datas.names();
  Bytes contents = encode_name_section(names);
  if (contents.empty()) return;
  ByteWriter bytes;
  bytes.bytes(contents);
  c_.m.customs.push_back({.name = "name", .bytes = c_.keep(std::move(bytes)).code, .after = section_words.back().id});
}

}  // namespace wcomp::core::text
