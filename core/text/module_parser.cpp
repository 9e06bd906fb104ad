#include "core/text/module_parser.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/text.h"
#include "core/dylink.h"
#include "core/name_section.h"
#include "core/type_bytes.h"

namespace wcomp::core::text {
namespace {

constexpr std::uint64_t page_bytes = 65'536;

/// The memory's size for data that is given with it.
std::uint64_t pages_for(std::size_t bytes) {
  return (bytes + page_bytes - 1) / page_bytes;
}

/// What a body's declarations of locals take in the binary.
std::size_t locals_size(const std::vector<Locals>& locals) {
  ByteWriter out;
  out.leb_u32(static_cast<std::uint32_t>(locals.size()));
  for (const Locals& run : locals) {
    out.leb_u32(run.count);
    write_val_type(out, run.type);
  }
  return out.size();
}

bool at_values(const Cursor& in) {
  constexpr std::array<std::string_view, 7> types{"i8", "i16", "i32", "i64", "f32", "f64", "v128"};
  return std::ranges::find(types, in.word()) != types.end();
}

/// The binary's order of sections, with the words that place a custom section.
struct SectionWord {
  std::string_view word;
  std::uint8_t id;
};
constexpr std::array<SectionWord, 13> section_words{{{"type", 1},
                                                     {"import", 2},
                                                     {"func", 3},
                                                     {"table", 4},
                                                     {"memory", 5},
                                                     {"tag", 13},
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
  c_.annotations.begin(list_, start);
  if (const std::string* name = c_.annotations.take_name(start)) module_name = *name;
  if (const Annotation* own = c_.annotations.take(AnnotationKind::own_name, start)) module_name = own->value;
  WCOMP_TRY(collect());
  WCOMP_TRY(type_fields());
  in_.move_to(start);
  while (in_.at(TokenKind::open) || in_.at(TokenKind::annotation)) WCOMP_TRY(field());
  WCOMP_TRY(check_annotations());
  if (c_.needs_data_count) c_.m.data_count = static_cast<std::uint32_t>(c_.m.datas.size());
  write_hints();
  write_names(std::move(module_name));
  c_.m.customs.insert(c_.m.customs.end(), last_customs_.begin(), last_customs_.end());
  return encode(c_.m);
}

/// Those that mean something for the module as a whole, then what nothing has used.
Result<void> ModuleParser::check_annotations() {
  for (const Annotation* a : c_.annotations.unused(in_.position())) {
    switch (a->kind) {
      case AnnotationKind::data_count:
        c_.needs_data_count = true;
        break;
      case AnnotationKind::name:
        return fail(diag::syntax, "misplaced @name annotation: what stands before it takes no name, or has one already", list_.where(*a));
      case AnnotationKind::branch_hint:
        return fail(diag::syntax, "misplaced @metadata.code.branch_hint annotation: one may stand right before an `if` or `br_if` of a function",
                    list_.where(*a));
      case AnnotationKind::name_section:
        return fail(diag::syntax, "misplaced @wcomp.name-section annotation: one may stand before a field of a module", list_.where(*a));
      case AnnotationKind::section:
      case AnnotationKind::name_form:
      case AnnotationKind::own_name:
        return fail(diag::syntax, "this annotation is one of components: in a module it means nothing", list_.where(*a));
    }
  }
  return {};
}

IdSpace& ModuleParser::space(ExternKind kind) {
  switch (kind) {
    case ExternKind::func: return c_.funcs;
    case ExternKind::table: return c_.tables;
    case ExternKind::mem: return c_.mems;
    case ExternKind::global: return c_.globals;
    case ExternKind::tag: break;
  }
  return c_.tags;
}

Result<ExternKind> ModuleParser::take_kind() {
  for (const ExternKind kind : {ExternKind::func, ExternKind::table, ExternKind::mem, ExternKind::global, ExternKind::tag}) {
    if (in_.take_open(to_string(kind))) return kind;
  }
  return in_.unexpected("`(func`, `(table`, `(memory`, `(global` or `(tag`");
}

// First pass

Result<void> ModuleParser::collect() {
  while (!in_.at(TokenKind::close) && !in_.at(TokenKind::end)) {
    const std::size_t start = in_.position();
    if (!in_.at(TokenKind::annotation)) {
      if (!in_.at(TokenKind::open)) return in_.unexpected("a module field");
      WCOMP_TRY(collect_field());
    }
    in_.move_to(start);
    in_.skip_group();
  }
  return {};
}

Result<void> ModuleParser::collect_field() {
  const std::string_view word = in_.word();
  if (word == "type") return collect_type();
  if (word == "rec") return collect_rec();
  if (word == "export" || word == "start") return {};
  in_.advance();
  if (word == "func" || word == "table" || word == "memory" || word == "global" || word == "tag") {
    in_.advance();
    return define(word == "func"     ? ExternKind::func
                  : word == "table"  ? ExternKind::table
                  : word == "memory" ? ExternKind::mem
                  : word == "global" ? ExternKind::global
                                     : ExternKind::tag);
  }
  if (word == "elem" || word == "data") {
    in_.advance();
    WCOMP_TRY((word == "elem" ? c_.elems : c_.datas).add(in_, &c_.annotations));
    return {};
  }
  if (word != "import") return in_.unexpected("a module field");
  in_.advance();
  return collect_import();
}

Result<void> ModuleParser::collect_import() {
  if (has_definition_) return in_.fail_here("an import after a definition: imports have to come first");
  WCOMP_TRY(in_.name());
  if (!in_.at_open("item")) {
    WCOMP_TRY(in_.name());
    WCOMP_TRY(const ExternKind kind, take_kind());
    WCOMP_TRY(space(kind).add(in_, &c_.annotations));
    return {};
  }
  // A group: `(item "n" type)*`, or `(item "n")*` and one type for all.
  std::uint32_t unnamed = 0;
  while (in_.at_open("item")) {
    const std::size_t start = in_.position();
    in_.take_open("item");
    WCOMP_TRY(in_.name());
    if (in_.take_close()) {
      ++unnamed;
      continue;
    }
    WCOMP_TRY(const ExternKind kind, take_kind());
    WCOMP_TRY(space(kind).add(in_, &c_.annotations));
    in_.move_to(start);
    in_.skip_group();
  }
  if (unnamed == 0) return {};
  WCOMP_TRY(const ExternKind kind, take_kind());
  space(kind).add_unnamed(unnamed);
  return {};
}

Result<void> ModuleParser::collect_type() {
  in_.take_open("type");
  WCOMP_TRY(c_.types.add(in_, &c_.annotations));
  types_.push_back(in_.position());
  return {};
}

Result<void> ModuleParser::collect_rec() {
  const std::size_t start = in_.position();
  in_.take_open("rec");
  const std::uint32_t first = c_.types.count();
  while (in_.at_open("type")) {
    const std::size_t type = in_.position();
    WCOMP_TRY(collect_type());
    in_.move_to(type);
    in_.skip_group();
  }
  WCOMP_TRY(in_.expect_close());
  // One alone is what a type without `rec` is.
  if (c_.types.count() - first != 1) return fail(diag::unsupported, "recursive types (garbage collection) are not supported", in_.where(start));
  return {};
}

Result<void> ModuleParser::define(ExternKind kind) {
  const std::size_t start = in_.position();
  WCOMP_TRY(space(kind).add(in_, &c_.annotations));
  while (in_.at_open("export")) in_.skip_group();
  if (in_.at_open("import")) {
    if (has_definition_) return fail(diag::syntax, "an import after a definition: imports have to come first", in_.where(start));
    return {};
  }
  has_definition_ = true;
  // Elements and data given with a table or memory are segments, too, in the order of the fields.
  if (kind != ExternKind::mem && kind != ExternKind::table) return {};
  if (in_.at_atom("i32") || in_.at_atom("i64")) in_.advance();
  if (kind == ExternKind::mem) {
    if (in_.at_open("data")) c_.datas.add_unnamed();
  } else if (!IdSpace::at_index(in_) && !in_.at(TokenKind::close)) {
    if (in_.at_open("ref")) {
      in_.skip_group();
    } else if (in_.at(TokenKind::atom)) {
      in_.advance();
    }
    if (in_.at_open("elem")) c_.elems.add_unnamed();
  }
  return {};
}

/// https://webassembly.github.io/spec/core/text/types.html#type-definitions
Result<void> ModuleParser::type_fields() {
  for (const std::size_t position : types_) {
    const auto index = static_cast<std::uint32_t>(c_.m.types.size());
    in_.move_to(position);
    // `(sub final type)` is the long form of a type alone.
    const bool is_sub = in_.take_open("sub");
    const bool is_plain = !is_sub || (in_.take_atom("final") && in_.at(TokenKind::open));
    for (const std::string_view word : {"struct", "array", "cont", "shared", "descriptor", "describes"}) {
      if (in_.at_open(word)) return fail(diag::unsupported, fmt::format("types of other proposals (`{}`) are not supported", word), in_.where());
    }
    if (!is_plain) return fail(diag::unsupported, "types with subtypes (garbage collection) are not supported", in_.where(position));
    WCOMP_TRY(in_.expect_open("func"));
    IdSpace params("parameter");  // nothing refers to them, but they have to differ
    WCOMP_TRY(FuncType type, signature(in_, &params, c_.find_type, &c_.annotations));
    WCOMP_TRY(in_.expect_close());
    if (is_sub) WCOMP_TRY(in_.expect_close());
    if (!params.names().empty()) type_param_names_.emplace_back(index, params.names());
    c_.add_type(std::move(type));
    WCOMP_TRY(in_.expect_close());
  }
  return {};
}

// Second pass

Result<void> ModuleParser::field() {
  const std::size_t start = in_.position();
  if (!name_section_at_ && c_.annotations.take(AnnotationKind::name_section, start) != nullptr) name_section_at_ = last_customs_.size();
  Result<void> done;
  if (in_.at(TokenKind::annotation)) {
    const std::string_view which = in_.text().substr(2);
    in_.advance();
    done = which == "producers" ? producers_field() : which == dylink_section ? dylink_field() : custom_field();
  } else {
    const std::string_view word = in_.word();
    if (word == "type" || word == "rec") {
      in_.skip_group();
      return {};
    }
    in_.advance();
    in_.advance();
    done = word == "func"     ? func_field()
           : word == "import" ? import_field()
           : word == "table"  ? table_field()
           : word == "memory" ? memory_field()
           : word == "global" ? global_field()
           : word == "tag"    ? tag_field()
           : word == "export" ? export_field()
           : word == "start"  ? start_field()
           : word == "elem"   ? elem_field()
                              : data_field();
  }
  WCOMP_TRY(std::move(done));
  return in_.expect_close();
}

Result<ExternType> ModuleParser::import_type(ExternKind kind) {
  const std::uint32_t index = next(kind)++;
  switch (kind) {
    case ExternKind::func: {
      IdSpace params("parameter");
      WCOMP_TRY(const TypeUse use, type_use(c_, in_, &params));
      WCOMP_TRY(const TypeIdx type, c_.resolve(use, in_));
      if (!params.names().empty()) local_names_.emplace_back(index, params.names());
      return ExternType(type);
    }
    case ExternKind::table: {
      WCOMP_TRY(const TableType type, table_type(in_, c_.find_type));
      return ExternType(type);
    }
    case ExternKind::mem: {
      WCOMP_TRY(const Limits l, limits(in_));
      return ExternType(MemType{l});
    }
    case ExternKind::global: {
      WCOMP_TRY(const GlobalType type, global_type(in_, c_.find_type));
      return ExternType(type);
    }
    case ExternKind::tag:
      break;
  }
  IdSpace params("parameter");
  WCOMP_TRY(const TypeUse use, type_use(c_, in_, &params));
  WCOMP_TRY(const TypeIdx type, c_.resolve(use, in_));
  return ExternType(TagType{type});
}

Result<void> ModuleParser::import_field() {
  Import i;
  WCOMP_TRY(i.module, in_.name());
  if (in_.at_open("item")) return import_group(std::move(i));
  WCOMP_TRY(i.name, in_.name());
  WCOMP_TRY(const ExternKind kind, take_kind());
  in_.take_id();
  WCOMP_TRY(i.type, import_type(kind));
  c_.m.imports.push_back(std::move(i));
  return in_.expect_close();
}

/// https://github.com/WebAssembly/compact-import-section
Result<void> ModuleParser::import_group(Import head) {
  head.group = ++import_groups_;
  std::vector<Import> group;
  while (in_.take_open("item")) {
    Import& i = group.emplace_back(head);
    WCOMP_TRY(i.name, in_.name());
    if (in_.at(TokenKind::close)) {
      if (!group.front().shares_type && group.size() != 1) return in_.unexpected("a type, as the group's other imports have one");
      i.shares_type = true;
    } else {
      if (group.front().shares_type) return in_.unexpected("`)`");
      WCOMP_TRY(const ExternKind kind, take_kind());
      in_.take_id();
      WCOMP_TRY(i.type, import_type(kind));
      WCOMP_TRY(in_.expect_close());
    }
    WCOMP_TRY(in_.expect_close());
  }
  if (group.front().shares_type) {
    WCOMP_TRY(const ExternKind kind, take_kind());
    WCOMP_TRY(const ExternType type, import_type(kind));
    WCOMP_TRY(in_.expect_close());
    next(kind) += static_cast<std::uint32_t>(group.size() - 1);
    for (Import& i : group) i.type = type;
  }
  c_.m.imports.insert(c_.m.imports.end(), std::make_move_iterator(group.begin()), std::make_move_iterator(group.end()));
  return {};
}

Result<bool> ModuleParser::is_inline_import(ExternKind kind) {
  in_.take_id();
  while (in_.take_open("export")) {
    WCOMP_TRY(std::string name, in_.name());
    c_.m.exports.push_back({std::move(name), kind, next(kind)});
    WCOMP_TRY(in_.expect_close());
  }
  if (!in_.take_open("import")) return false;
  Import import;
  WCOMP_TRY(import.module, in_.name());
  WCOMP_TRY(import.name, in_.name());
  WCOMP_TRY(in_.expect_close());
  WCOMP_TRY(import.type, import_type(kind));
  c_.m.imports.push_back(std::move(import));
  return true;
}

Result<void> ModuleParser::func_field() {
  WCOMP_TRY(const bool is_import, is_inline_import(ExternKind::func));
  if (is_import) return {};
  const std::uint32_t index = next(ExternKind::func)++;
  IdSpace locals("local");
  WCOMP_TRY(const TypeUse use, type_use(c_, in_, &locals));
  WCOMP_TRY(const TypeIdx type, c_.resolve(use, in_));
  Func f{.type = type, .locals = {}, .body = {}};
  if (use.type.params.empty() && type.value < c_.m.types.size()) {
    locals.add_unnamed(static_cast<std::uint32_t>(c_.m.types[type.value].params.size()));
  }
  const auto declare = [&](ValType t) {
    if (f.locals.empty() || f.locals.back().type != t) f.locals.push_back({0, t});
    ++f.locals.back().count;
  };
  while (in_.take_open("local")) {
    if (is_named(in_)) {
      WCOMP_TRY(locals.add(in_, &c_.annotations));
      WCOMP_TRY(const ValType t, val_type(in_, c_.find_type));
      declare(t);
    } else {
      while (!in_.at(TokenKind::close)) {
        WCOMP_TRY(const ValType t, val_type(in_, c_.find_type));
        locals.add_unnamed();
        declare(t);
      }
    }
    WCOMP_TRY(in_.expect_close());
  }
  CodeParser code(c_, in_, locals, CodeParser::Place::body);
  WCOMP_TRY(f.body, code.body());
  if (!code.hints().empty()) {
    FuncBranchHints& hints = hints_.emplace_back(index, code.hints());
    const auto before = static_cast<std::uint32_t>(locals_size(f.locals));
    for (BranchHint& h : hints.hints) h.offset += before;
  }
  c_.m.funcs.push_back(std::move(f));
  if (!locals.names().empty()) local_names_.emplace_back(index, locals.names());
  if (!code.label_names().empty()) label_names_.emplace_back(index, code.label_names());
  return {};
}

/// The constant 0 as an address.
Expr ModuleParser::zero(bool is_64) {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(is_64 ? Opcode::i64_const : Opcode::i32_const));
  out.u8(0);
  out.u8(static_cast<std::uint8_t>(Opcode::end));
  return c_.keep(std::move(out));
}

Result<void> ModuleParser::table_field() {
  WCOMP_TRY(const bool is_import, is_inline_import(ExternKind::table));
  if (is_import) return {};
  const std::uint32_t index = next(ExternKind::table)++;
  Cursor ahead = in_;
  const bool is_64 = ahead.take_atom("i64");
  if (!is_64) ahead.take_atom("i32");
  if (!ahead.at_open("ref") && !(ahead.at(TokenKind::atom) && !IdSpace::at_index(ahead))) {
    Table table;
    WCOMP_TRY(table.type, table_type(in_, c_.find_type));
    if (!in_.at(TokenKind::close)) {
      WCOMP_TRY(table.init, const_body());
    }
    c_.m.tables.push_back(std::move(table));
    return {};
  }
  in_ = ahead;
  Elem e{.mode = SegmentMode::active, .table = TableIdx(index)};
  WCOMP_TRY(e.type, ref_type(in_, c_.find_type));
  const ValType element = e.type;
  WCOMP_TRY(in_.expect_open("elem"));
  if (in_.at(TokenKind::open) && !in_.at_open("ref")) {
    WCOMP_TRY(elem_items(e));
  } else {
    WCOMP_TRY(elem_list(e, true));
  }
  WCOMP_TRY(in_.expect_close());
  if (element != ValType::funcref && e.type == element) refer_to_funcs(e);
  const std::size_t count = std::visit([](const auto& items) { return items.size(); }, e.items);
  e.offset = zero(is_64);
  c_.m.tables.push_back({.type = {element, {.min = count, .max = count, .is_64 = is_64}}, .init = {}});
  c_.m.elems.push_back(std::move(e));
  return {};
}

Result<void> ModuleParser::memory_field() {
  WCOMP_TRY(const bool is_import, is_inline_import(ExternKind::mem));
  if (is_import) return {};
  const std::uint32_t index = next(ExternKind::mem)++;
  Cursor ahead = in_;
  const bool is_64 = ahead.take_atom("i64");
  if (!is_64) ahead.take_atom("i32");
  if (!ahead.take_open("data")) {
    WCOMP_TRY(const Limits l, limits(in_));
    c_.m.mems.push_back({l});
    return {};
  }
  in_ = ahead;
  WCOMP_TRY(const Expr data, data_bytes());
  WCOMP_TRY(in_.expect_close());
  const std::uint64_t pages = pages_for(data.code.size());
  c_.m.mems.push_back({{.min = pages, .max = pages, .is_64 = is_64}});
  c_.m.datas.push_back({.mode = SegmentMode::active, .mem = MemIdx(index), .offset = zero(is_64), .bytes = data.code});
  return {};
}

Result<void> ModuleParser::tag_field() {
  WCOMP_TRY(const bool is_import, is_inline_import(ExternKind::tag));
  if (is_import) return {};
  ++next(ExternKind::tag);
  IdSpace params("parameter");
  WCOMP_TRY(const TypeUse use, type_use(c_, in_, &params));
  WCOMP_TRY(const TypeIdx type, c_.resolve(use, in_));
  c_.m.tags.push_back({type});
  return {};
}

Result<void> ModuleParser::global_field() {
  WCOMP_TRY(const bool is_import, is_inline_import(ExternKind::global));
  if (is_import) return {};
  ++next(ExternKind::global);
  Global g;
  WCOMP_TRY(g.type, global_type(in_, c_.find_type));
  WCOMP_TRY(g.init, const_body());
  c_.m.globals.push_back(g);
  return {};
}

/// Instructions up to the closing parenthesis.
Result<Expr> ModuleParser::const_body() {
  const IdSpace no_locals("local");
  return CodeParser(c_, in_, no_locals, CodeParser::Place::constant).body();
}

Result<void> ModuleParser::export_field() {
  Export e;
  WCOMP_TRY(e.name, in_.name());
  WCOMP_TRY(e.kind, take_kind());
  WCOMP_TRY(e.index, space(e.kind).index(in_));
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
  return CodeParser(c_, in_, no_locals, CodeParser::Place::constant).folded_expr();
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

/// Functions as expressions, where a list of indices would not have the segment's type.
void ModuleParser::refer_to_funcs(Elem& e) {
  const auto* funcs = std::get_if<std::vector<FuncIdx>>(&e.items);
  if (funcs == nullptr) return;
  std::vector<Expr> items;
  for (const FuncIdx f : *funcs) {
    ByteWriter item;
    item.u8(static_cast<std::uint8_t>(Opcode::ref_func));
    item.leb_u32(f.value);
    item.u8(static_cast<std::uint8_t>(Opcode::end));
    items.push_back(c_.keep(std::move(item)));
  }
  e.items = std::move(items);
}

/// `func x*`, `reftype item*`, or, where that is allowed, indices alone.
Result<void> ModuleParser::elem_list(Elem& e, bool may_be_indices) {
  const bool is_indices = may_be_indices && (IdSpace::at_index(in_) || in_.at(TokenKind::close));
  if (!is_indices && !in_.take_atom("func")) {
    WCOMP_TRY(e.type, ref_type(in_, c_.find_type));
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
      WCOMP_TRY(const Expr item, CodeParser(c_, in_, no_locals, CodeParser::Place::constant).folded_expr());
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
  if (has_mem || (in_.at(TokenKind::open) && !at_values(in_))) {
    d.mode = SegmentMode::active;
    WCOMP_TRY(d.offset, offset());
  }
  WCOMP_TRY(const Expr data, data_bytes());
  d.bytes = data.code;
  c_.m.datas.push_back(d);
  return {};
}

/// Strings, and numbers of a type: `"text" (i16 1 -2) (v128 i32x4 1 2 3 4)`.
/// https://github.com/WebAssembly/wat-numeric-values
Result<Expr> ModuleParser::data_bytes() {
  ByteWriter out;
  while (true) {
    if (in_.at(TokenKind::string)) {
      WCOMP_TRY(const std::string text, in_.strings());
      out.bytes(as_bytes(text));
    } else if (at_values(in_)) {
      const std::string_view type = in_.word();
      in_.take_open(type);
      WCOMP_TRY(const Bytes values, number_values(in_, type));
      out.bytes(values);
      WCOMP_TRY(in_.expect_close());
    } else {
      return c_.keep(std::move(out));
    }
  }
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
  const ByteSpan bytes = as_bytes(text);
  c.bytes = c_.keep(Bytes(bytes.begin(), bytes.end())).code;
  (is_last ? last_customs_ : c_.m.customs).push_back(std::move(c));
  return {};
}

Result<void> ModuleParser::producers_field() {
  WCOMP_TRY(Bytes contents, producers_section(in_));
  last_customs_.push_back({.name = "producers", .bytes = c_.keep(std::move(contents)).code, .after = section_words.back().id});
  return {};
}

/// In front of all other sections.
Result<void> ModuleParser::dylink_field() {
  WCOMP_TRY(Bytes contents, dylink_contents(in_));
  c_.m.customs.push_back({.name = std::string(dylink_section), .bytes = c_.keep(std::move(contents)).code, .after = 0});
  return {};
}

/// Before the code, where a reader in one pass needs them.
void ModuleParser::write_hints() {
  if (hints_.empty()) return;
  constexpr std::uint8_t data_count_id = 12;
  c_.m.customs.push_back({.name = std::string(branch_hint_section), .bytes = c_.keep(encode_branch_hints(hints_)).code, .after = data_count_id});
}

void ModuleParser::write_names(std::string module_name) {
  Names names;
  names.module = std::move(module_name);
  names.funcs = c_.funcs.names();
  names.locals = std::move(local_names_);
  std::ranges::sort(names.locals, {}, [](const auto& entry) { return entry.first; });
  names.labels = std::move(label_names_);
  names.types = c_.types.names();
  names.tables = c_.tables.names();
  names.mems = c_.mems.names();
  names.globals = c_.globals.names();
  names.elems = c_.elems.names();
  names.datas = c_.datas.names();
  names.tags = c_.tags.names();
  Bytes contents = encode_name_section(names, type_param_names_);
  if (contents.empty()) return;
  last_customs_.insert(last_customs_.begin() + static_cast<std::ptrdiff_t>(name_section_at_.value_or(last_customs_.size())),
                       {.name = "name", .bytes = c_.keep(std::move(contents)).code, .after = section_words.back().id});
}

}  // namespace wcomp::core::text
