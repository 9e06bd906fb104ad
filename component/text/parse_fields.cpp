// A component's fields: modules, functions, imports, exports, aliases, custom sections.
#include <algorithm>

#include <fmt/format.h>

#include "base/article.h"
#include "base/diagnostic.h"
#include "component/name_section.h"
#include "component/text/attribute_words.h"
#include "component/text/parse.h"
#include "component/text/parser.h"
#include "core/text/module_parser.h"

namespace wcomp::component::text {

namespace {

CustomSection custom_section(std::string name, Bytes bytes) {
  auto storage = std::make_shared<const Bytes>(std::move(bytes));
  const ByteSpan view = *storage;
  return {.name = std::move(name), .bytes = view, .storage = std::move(storage)};
}

CoreModuleDef core_module(Bytes bytes) {
  auto storage = std::make_shared<const Bytes>(std::move(bytes));
  const ByteSpan view = *storage;
  return {.bytes = view, .offset = 0, .storage = std::move(storage)};
}

}  // namespace

Result<Component> Parser::component(const Id& id) { return component(id, own_name(id)); }

Result<Component> Parser::component(const Id& id, std::string own_name) {
  WCOMP_TRY(const std::unique_ptr<Scope> inner, within(Scope::Kind::component, id, &Parser::field));
  scopes_.push_back(inner.get());
  for (auto& [name, item] : inner->inline_exports) {
    push(Export{.name = std::move(name.name), .item = item, .desc = {}, .attributes = std::move(name.attributes)});
  }
  Component out;
  write_names(out, std::move(own_name));
  scopes_.pop_back();
  out.definitions = std::move(inner->definitions);
  return out;
}

/// What a module or component calls itself: as its component calls it, unless the text says so. The cursor is behind the identifier.
std::string Parser::own_name(const Id& id) const {
  const auto* own = list_.annotation(core::text::AnnotationKind::own_name, in_.position());
  return own != nullptr ? own->value : id.debug_name.value_or(id.name.value_or(std::string()));
}

/// Identifiers as a custom section, unless the text has one.
void Parser::write_names(Component& out, std::string own_name) {
  Names names;
  names.component = std::move(own_name);
  out.name = names.component;
  for (const Definition& d : scope().definitions) {
    const auto* custom = std::get_if<CustomSection>(&d.item);
    if (custom != nullptr && custom->name == name_section) return;
  }
  for (const Sort sort : {Sort::core_func, Sort::core_table, Sort::core_memory, Sort::core_global, Sort::core_tag, Sort::core_type, Sort::core_module,
                          Sort::core_instance, Sort::func, Sort::value, Sort::type, Sort::component, Sort::instance}) {
    names.items[sort] = scope().space(sort).names();
  }
  Bytes bytes = encode_names(names);
  if (bytes.empty()) return;
  const std::size_t at = std::min(scope().names_at.value_or(scope().definitions.size()), scope().definitions.size());
  scope().definitions.insert(scope().definitions.begin() + static_cast<std::ptrdiff_t>(at), {.item = custom_section(std::string(name_section), std::move(bytes))});
}

/// A definition with what it has inside, which goes in front of it.
Result<void> Parser::field() {
  using core::text::AnnotationKind;
  const std::size_t start = in_.position();
  const std::size_t first = scope().definitions.size();
  if (!scope().names_at && list_.annotation(AnnotationKind::name_section, start) != nullptr) scope().names_at = first;
  WCOMP_TRY(definition());
  if (list_.annotation(AnnotationKind::section, start) != nullptr && first < scope().definitions.size()) scope().definitions[first].begins_section = true;
  return {};
}

Result<void> Parser::definition() {
  if (in_.at(TokenKind::annotation)) return annotation_field();
  if (in_.take_open("core")) return core_field();
  if (in_.take_open("component")) return component_field();
  if (in_.take_open("instance")) return instance_field();
  if (in_.take_open("alias")) return alias_field();
  if (in_.take_open("type")) return type_field();
  if (in_.take_open("canon")) return canon_field();
  if (in_.take_open("func")) return func_field();
  if (in_.take_open("import")) return import_field();
  if (in_.take_open("export")) return export_field();
  if (in_.take_open("start")) return start_field();
  if (in_.take_open("value")) return value_field();
  if (in_.at(TokenKind::open)) in_.advance();
  return in_.unexpected("a definition of a component");
}

Result<void> Parser::core_field() {
  if (in_.take_atom("module")) return core_module_field();
  if (in_.take_atom("instance")) return core_instance_field();
  if (in_.take_atom("type")) return core_type_field();
  if (in_.take_atom("func")) return core_func_field();
  if (in_.take_atom("rec")) return core_rec_field();
  const std::size_t start = in_.position();
  if (const std::optional<Sort> sort = take_core_sort()) {
    const Id id = take_id();
    std::uint32_t ignored = 0;
    WCOMP_TRY(const bool is_alias, inverted_alias(*sort, id, ignored));
    if (!is_alias) return in_.unexpected("`(alias core export ..)`");
    return in_.expect_close();
  }
  in_.move_to(start);
  return in_.unexpected("`module`, `instance`, `type` or `func`");
}

Result<void> Parser::core_module_field() {
  const Id id = take_id();
  std::string own_name = this->own_name(id);
  WCOMP_TRY(std::vector<NameWithAttributes> exports, inline_exports());
  WCOMP_TRY(std::optional<NameWithAttributes> import, inline_import());
  std::uint32_t i = 0;
  WCOMP_TRY(const bool is_alias, inverted_alias(Sort::core_module, id, i));
  if (import) {
    WCOMP_TRY(i, define_import(std::move(*import), Sort::core_module, id));
  } else if (!is_alias) {
    Bytes bytes;
    if (in_.take_atom("binary")) {
      WCOMP_TRY(const std::string text, in_.strings());
      const ByteSpan view = as_bytes(text);
      bytes.assign(view.begin(), view.end());
    } else if (in_.take_atom("quote")) {
      WCOMP_TRY(std::string text, in_.strings());
      WCOMP_TRY(bytes, core::text::parse("quoted module", std::move(text)));
    } else {
      WCOMP_TRY(bytes, core::text::ModuleParser(list_, in_).fields(std::move(own_name)));
    }
    WCOMP_TRY(i, define(Sort::core_module, id, core_module(std::move(bytes))));
  }
  export_later(std::move(exports), Sort::core_module, i);
  return in_.expect_close();
}

Result<void> Parser::component_field() {
  const Id id = take_id();
  std::string own_name = this->own_name(id);
  WCOMP_TRY(std::vector<NameWithAttributes> exports, inline_exports());
  WCOMP_TRY(std::optional<NameWithAttributes> import, inline_import());
  std::uint32_t i = 0;
  WCOMP_TRY(const bool is_alias, inverted_alias(Sort::component, id, i));
  if (import) {
    WCOMP_TRY(i, define_import(std::move(*import), Sort::component, id));
  } else if (!is_alias) {
    std::shared_ptr<const Component> made;
    if (in_.at_atom("binary")) {
      const std::size_t start = in_.position();
      in_.advance();
      WCOMP_TRY(const std::string text, in_.strings());
      const ByteSpan view = as_bytes(text);
      auto decoded = decode(Bytes(view.begin(), view.end()));
      if (!decoded) {
        Failure failure = std::move(decoded).error();
        failure.diagnostics().front().labels.push_back({in_.where(start), "in this binary"});
        return Err(std::move(failure));
      }
      made = *std::move(decoded);
    } else {
      WCOMP_TRY(Component parsed, component(id, std::move(own_name)));
      made = std::make_shared<const Component>(std::move(parsed));
    }
    WCOMP_TRY(i, define(Sort::component, id, std::move(made)));
  }
  export_later(std::move(exports), Sort::component, i);
  return in_.expect_close();
}

/// `(func $id (export "e")* (import "i") type)`, `(func $id type (canon lift ..))`, `(func $id (alias ..))`
Result<void> Parser::func_field() {
  const Id id = take_id();
  WCOMP_TRY(std::vector<NameWithAttributes> exports, inline_exports());
  WCOMP_TRY(std::optional<NameWithAttributes> import, inline_import());
  std::uint32_t i = 0;
  WCOMP_TRY(const bool is_alias, inverted_alias(Sort::func, id, i));
  if (import) {
    WCOMP_TRY(i, define_import(std::move(*import), Sort::func, id));
  } else if (!is_alias) {
    WCOMP_TRY(const std::uint32_t type, type_use(Sort::func));
    if (!in_.at_open("canon")) return in_.unexpected("`(canon lift ..)`");
    in_.take_open("canon");
    if (!in_.take_atom("lift")) return in_.unexpected("`lift`: a function is made by `canon lift`, a core function by the others");
    WCOMP_TRY(CanonLift lift, canon_lift(TypeIdx(type)));
    WCOMP_TRY(in_.expect_close());
    WCOMP_TRY(i, define(Sort::func, id, Canon(std::move(lift))));
  }
  export_later(std::move(exports), Sort::func, i);
  return in_.expect_close();
}

/// `(core func $id (canon ..))`, `(core func $id (alias core export ..))`
Result<void> Parser::core_func_field() {
  const Id id = take_id();
  std::uint32_t ignored = 0;
  WCOMP_TRY(const bool is_alias, inverted_alias(Sort::core_func, id, ignored));
  if (!is_alias) {
    if (!in_.take_open("canon")) return in_.unexpected("`(canon ..)` or `(alias core export ..)`");
    WCOMP_TRY(Canon canon, core_canon());
    WCOMP_TRY(in_.expect_close());
    WCOMP_TRY(define(Sort::core_func, id, std::move(canon)));
  }
  return in_.expect_close();
}

Result<void> Parser::import_field() {
  WCOMP_TRY(NameWithAttributes name, extern_name());
  WCOMP_TRY(const NamedExtern item, extern_type());
  WCOMP_TRY(define(item.desc.sort, item.id, Import{.name = std::move(name.name), .desc = item.desc, .attributes = std::move(name.attributes)}));
  return in_.expect_close();
}

Result<void> Parser::export_field() {
  const Id id = take_id();
  WCOMP_TRY(NameWithAttributes name, extern_name());
  // The type comes first, since what it has inside is defined in front.
  const std::size_t item_at = in_.position();
  if (!in_.at(TokenKind::open)) return in_.unexpected("a reference such as `(func $f)`");
  skip_to(item_at);
  std::optional<ExternDesc> desc;
  if (in_.at(TokenKind::open)) {
    WCOMP_TRY(const NamedExtern type, extern_type());
    if (type.id.name) return fail(diag::syntax, "the type of an export has no identifier: it stands after `export`", in_.where(type.id.position));
    desc = type.desc;
  }
  const std::size_t end = in_.position();
  in_.move_to(item_at);
  WCOMP_TRY(const SortIdx item, sort_reference());
  in_.move_to(end);
  WCOMP_TRY(define(item.sort, id, Export{.name = std::move(name.name), .item = item, .desc = desc, .attributes = std::move(name.attributes)}));
  return in_.expect_close();
}

/// `(@custom "name" "bytes"*)`, `(@producers (field "name" "version")*)`
Result<void> Parser::annotation_field() {
  if (in_.text() == "(@dylink.0") return in_.fail_here("an annotation of core modules: a component is no shared library");
  const bool is_producers = in_.text() == "(@producers";
  if (!is_producers && in_.text() != "(@custom") return in_.fail_here(fmt::format("`{}` says something of a core module: it stands inside of one", in_.text().substr(1)));
  in_.advance();
  if (is_producers) {
    WCOMP_TRY(std::string bytes, producers());
    const ByteSpan view = as_bytes(bytes);
    push(custom_section("producers", Bytes(view.begin(), view.end())));
    return in_.expect_close();
  }
  WCOMP_TRY(std::string name, in_.name());
  if (in_.at(TokenKind::open)) return in_.fail_here("a custom section of a component has its place where it is written");
  WCOMP_TRY(const std::string text, in_.strings());
  const ByteSpan view = as_bytes(text);
  push(custom_section(std::move(name), Bytes(view.begin(), view.end())));
  return in_.expect_close();
}

Result<std::string> Parser::producers() {
  WCOMP_TRY(const Bytes bytes, core::text::producers_section(in_));
  return std::string(as_text(bytes));
}

bool Parser::at_name(const Cursor& in) const { return in.at(TokenKind::string) || in.at_open("interface"); }

/// `(keyword name attribute*)` and nothing more.
bool Parser::at_inline(std::string_view keyword) const {
  Cursor look = in_;
  if (!look.take_open(keyword) || !at_name(look)) return false;
  if (look.at(TokenKind::open)) {
    look.move_to(list_.tokens[look.position()].match + 1);
  } else {
    look.advance();
  }
  while (std::ranges::any_of(attribute_words, [&](const auto& a) { return look.at_open(a.first); })) look.skip_group();
  return look.at(TokenKind::close);
}

Result<NameWithAttributes> Parser::extern_name() {
  NameWithAttributes out;
  if (const auto* form = list_.annotation(core::text::AnnotationKind::name_form, in_.position())) {
    out.attributes.has_redundant_form = form->value == redundant_form;
    out.attributes.has_list_form = form->value == list_form;
    if (!out.attributes.has_redundant_form && !out.attributes.has_list_form) return fail(diag::syntax, "no such form of a name: it is \"\\01\" or \"\\02\"", list_.where(*form));
  }
  if (in_.take_open("interface")) {  // an older form
    WCOMP_TRY(out.name, in_.name());
    WCOMP_TRY(in_.expect_close());
  } else {
    WCOMP_TRY(out.name, in_.name());
  }
  for (unsigned given = 0;;) {
    const auto* row = std::ranges::find_if(attribute_words, [&](const auto& a) { return in_.at_open(a.first); });
    if (row == std::end(attribute_words)) return out;
    const auto& [word, member] = *row;
    std::optional<std::string>& slot = out.attributes.*member;
    if (slot) return in_.fail_here(fmt::format("the attribute `{}` is given twice", word));
    in_.take_open(word);
    WCOMP_TRY(slot, in_.name());
    WCOMP_TRY(in_.expect_close());
    out.attributes.order = static_cast<std::uint8_t>(out.attributes.order | (row - attribute_words + 1) << 2 * given++);
  }
}

Result<std::vector<NameWithAttributes>> Parser::inline_exports() {
  std::vector<NameWithAttributes> out;
  while (at_inline("export")) {
    in_.take_open("export");
    WCOMP_TRY(NameWithAttributes name, extern_name());
    WCOMP_TRY(in_.expect_close());
    out.push_back(std::move(name));
  }
  return out;
}

Result<std::optional<NameWithAttributes>> Parser::inline_import() {
  if (!at_inline("import")) return std::optional<NameWithAttributes>();
  in_.take_open("import");
  WCOMP_TRY(NameWithAttributes name, extern_name());
  WCOMP_TRY(in_.expect_close());
  return std::optional(std::move(name));
}

void Parser::export_later(std::vector<NameWithAttributes> names, Sort sort, std::uint32_t index) {
  for (NameWithAttributes& name : names) scope().inline_exports.emplace_back(std::move(name), SortIdx{sort, index});
}

Result<std::uint32_t> Parser::define_import(NameWithAttributes name, Sort sort, const Id& id) {
  WCOMP_TRY(const std::uint32_t type, type_use(sort));
  return define(sort, id, Import{.name = std::move(name.name), .desc = {.sort = sort, .type_index = type, .bound = {}}, .attributes = std::move(name.attributes)});
}

// Aliases

/// `outer`'s first index: a number of scopes to leave, or the identifier of one of them.
Result<std::uint32_t> Parser::outer_count() {
  const std::size_t start = in_.position();
  const std::optional<std::string> id = in_.take_id();
  if (!id) {
    WCOMP_TRY(const std::uint64_t n, in_.nat(0xffff'ffff));
    return static_cast<std::uint32_t>(n);
  }
  for (std::uint32_t depth = 0; depth < scopes_.size(); ++depth) {
    if (scopes_[scopes_.size() - 1 - depth]->id == id) return depth;
  }
  return fail(diag::unknown_item, fmt::format("no component or type around this one is called `${}`", *id), in_.where(start));
}

/// What stands after `(alias`, up to the place of the sort.
Result<Alias> Parser::alias_target(Sort sort) {
  if (in_.take_atom("outer")) {
    const std::size_t start = in_.position();
    WCOMP_TRY(const std::uint32_t count, outer_count());
    const std::size_t index_at = in_.position();
    std::uint32_t i = 0;
    if (const std::optional<std::string> id = in_.take_id()) {
      if (count >= scopes_.size()) return fail(diag::index_out_of_range, fmt::format("there are only {} components and types to leave", scopes_.size() - 1), in_.where(start));
      const IndexSpace::Named* found = scopes_[scopes_.size() - 1 - count]->space(sort).find(*id);
      if (found == nullptr) return fail(diag::unknown_item, fmt::format("unknown {} `${}` in that scope", to_string(sort), *id), in_.where(index_at));
      i = found->index;
    } else {
      WCOMP_TRY(const std::uint64_t n, in_.nat(0xffff'ffff));
      i = static_cast<std::uint32_t>(n);
    }
    return Alias(AliasOuter{.sort = sort, .count = count, .index = i});
  }
  if (in_.take_atom("core")) {
    if (!in_.take_atom("export")) return in_.unexpected("`export`");
    WCOMP_TRY(const std::uint32_t instance, index(Sort::core_instance));
    WCOMP_TRY(std::string name, in_.name());
    return Alias(AliasCoreExport{.sort = sort, .instance = CoreInstanceIdx(instance), .name = std::move(name)});
  }
  if (!in_.take_atom("export")) return in_.unexpected("`export`, `core export` or `outer`");
  WCOMP_TRY(const std::uint32_t instance, index(Sort::instance));
  WCOMP_TRY(std::string name, in_.name());
  return Alias(AliasExport{.sort = sort, .instance = InstanceIdx(instance), .name = std::move(name)});
}

Result<void> Parser::alias_field() {
  // The sort, which stands last, says in which space the target is looked up.
  const std::size_t target_at = in_.position();
  const bool is_outer = in_.at_atom("outer");
  const bool is_core = in_.at_atom("core");
  while (!in_.at(TokenKind::open) && !in_.at(TokenKind::close)) in_.advance();
  const std::size_t sort_at = in_.position();
  const std::optional<Sort> sort = take_open_sort();
  if (!sort) return in_.unexpected("the sort of what is aliased, such as `(func)`");
  if (is_outer && !can_alias_outer(*sort)) return fail(diag::syntax, fmt::format("{} cannot be aliased from an outer component", with_article(to_string(*sort))), in_.where(sort_at));
  if (is_core != is_core_alias(*sort) && !is_outer) {
    return fail(diag::syntax, fmt::format("{} is no export of {} instance", with_article(to_string(*sort)), is_core ? "a core" : "an"), in_.where(sort_at));
  }
  const Id id = take_id();
  WCOMP_TRY(in_.expect_close());
  const std::size_t end = in_.position();
  in_.move_to(target_at);
  WCOMP_TRY(Alias alias, alias_target(*sort));
  if (in_.position() != sort_at) return in_.unexpected("the sort of what is aliased");
  in_.move_to(end);
  WCOMP_TRY(define(*sort, id, std::move(alias)));
  return in_.expect_close();
}

/// `(alias ..)` without a sort, inside of a definition that says it.
Result<bool> Parser::inverted_alias(Sort sort, const Id& id, std::uint32_t& out) {
  const std::size_t start = in_.position();
  if (!in_.at_open("alias")) return false;
  // With a sort at its end it is a definition, the first one of a nested component.
  if (list_.tokens[list_.tokens[start].match - 1].kind == TokenKind::close) return false;
  in_.take_open("alias");
  const bool is_outer = in_.at_atom("outer");
  if (is_outer ? !can_alias_outer(sort) : in_.at_atom("core") != is_core_alias(sort)) {
    return fail(diag::syntax, fmt::format("{} cannot be aliased like this", with_article(to_string(sort))), in_.where(start));
  }
  WCOMP_TRY(Alias alias, alias_target(sort));
  WCOMP_TRY(in_.expect_close());
  WCOMP_TRY(out, define(sort, id, std::move(alias)));
  return true;
}

}  // namespace wcomp::component::text
