// Instances: made of components and modules, or put together from what is there.
#include "base/diagnostic.h"
#include "component/text/parser.h"

namespace wcomp::component::text {

/// `(instance (export ..)*)`, not a reference to one.
bool Parser::at_inline_instance() const {
  Cursor look = in_;
  return look.take_open("instance") && (look.at(TokenKind::close) || look.at_open("export"));
}

/// Defines the instances that are written in place of arguments of the `(instantiate ..)` at the cursor, which stays.
Result<std::map<std::size_t, std::uint32_t>> Parser::inline_args(Result<std::uint32_t> (Parser::*instance)()) {
  const std::size_t start = in_.position();
  std::map<std::size_t, std::uint32_t> made;
  in_.take_open("instantiate");
  if (in_.at(TokenKind::open)) {
    skip_to(in_.position());
  } else if (!in_.at(TokenKind::close)) {
    in_.advance();
  }
  while (in_.at_open("with")) {
    const std::size_t with_at = in_.position();
    in_.take_open("with");
    WCOMP_TRY(in_.name());
    if (at_inline_instance()) {
      const std::size_t instance_at = in_.position();
      in_.take_open("instance");
      WCOMP_TRY(made[instance_at], (this->*instance)());
    }
    skip_to(with_at);
  }
  in_.move_to(start);
  return made;
}

Result<std::uint32_t> Parser::inline_instance() {
  WCOMP_TRY(InlineExports items, instance_exports());
  WCOMP_TRY(in_.expect_close());
  return define(Sort::instance, {}, Instance(std::move(items)));
}

Result<std::uint32_t> Parser::inline_core_instance() {
  WCOMP_TRY(CoreInlineExports items, core_instance_exports());
  WCOMP_TRY(in_.expect_close());
  return define(Sort::core_instance, {}, CoreInstance(std::move(items)));
}

Result<void> Parser::instance_field() {
  const Id id = take_id();
  WCOMP_TRY(std::vector<NameWithAttributes> exports, inline_exports());
  WCOMP_TRY(std::optional<NameWithAttributes> import, inline_import());
  std::uint32_t i = 0;
  WCOMP_TRY(const bool is_alias, inverted_alias(Sort::instance, id, i));
  if (import) {
    WCOMP_TRY(i, define_import(std::move(*import), Sort::instance, id));
  } else if (in_.at_open("instantiate")) {
    WCOMP_TRY(const auto made, inline_args(&Parser::inline_instance));
    in_.take_open("instantiate");
    Instantiate out;
    WCOMP_TRY(const std::uint32_t component, index_or_reference(Sort::component, "component"));
    out.component = ComponentIdx(component);
    while (in_.take_open("with")) {
      WCOMP_TRY(std::string name, in_.name());
      if (const auto at = made.find(in_.position()); at != made.end()) {
        skip_to(at->first);
        out.args.emplace_back(std::move(name), SortIdx{Sort::instance, at->second});
      } else {
        WCOMP_TRY(const SortIdx item, sort_reference());
        out.args.emplace_back(std::move(name), item);
      }
      WCOMP_TRY(in_.expect_close());
    }
    WCOMP_TRY(in_.expect_close());
    WCOMP_TRY(i, define(Sort::instance, id, Instance(std::move(out))));
  } else if (!is_alias) {
    WCOMP_TRY(InlineExports items, instance_exports());
    WCOMP_TRY(i, define(Sort::instance, id, Instance(std::move(items))));
  }
  export_later(std::move(exports), Sort::instance, i);
  return in_.expect_close();
}

/// `(export name attribute* (sort idx))*`
Result<InlineExports> Parser::instance_exports() {
  InlineExports out;
  bool has_attributes = false;
  while (in_.take_open("export")) {
    WCOMP_TRY(NameWithAttributes name, extern_name());
    WCOMP_TRY(const SortIdx item, sort_reference());
    WCOMP_TRY(in_.expect_close());
    has_attributes = has_attributes || !name.attributes.empty();
    out.exports.emplace_back(std::move(name.name), item);
    out.attributes.push_back(std::move(name.attributes));
  }
  if (!has_attributes) out.attributes.clear();
  return out;
}

Result<void> Parser::core_instance_field() {
  const Id id = take_id();
  if (!in_.at_open("instantiate")) {
    WCOMP_TRY(CoreInlineExports items, core_instance_exports());
    WCOMP_TRY(define(Sort::core_instance, id, CoreInstance(std::move(items))));
    return in_.expect_close();
  }
  WCOMP_TRY(const auto made, inline_args(&Parser::inline_core_instance));
  in_.take_open("instantiate");
  CoreInstantiate out;
  WCOMP_TRY(const std::uint32_t module, index_or_reference(Sort::core_module, "module"));
  out.module = CoreModuleIdx(module);
  while (in_.take_open("with")) {
    WCOMP_TRY(std::string name, in_.name());
    std::uint32_t instance = 0;
    if (const auto at = made.find(in_.position()); at != made.end()) {
      skip_to(at->first);
      instance = at->second;
    } else {
      WCOMP_TRY(in_.expect_open("instance"));
      WCOMP_TRY(instance, reference(Sort::core_instance));
    }
    out.args.emplace_back(std::move(name), CoreInstanceIdx(instance));
    WCOMP_TRY(in_.expect_close());
  }
  WCOMP_TRY(in_.expect_close());
  WCOMP_TRY(define(Sort::core_instance, id, CoreInstance(std::move(out))));
  return in_.expect_close();
}

/// `(export name (sort idx))*`, sorts without the word `core`.
Result<CoreInlineExports> Parser::core_instance_exports() {
  CoreInlineExports out;
  while (in_.take_open("export")) {
    WCOMP_TRY(std::string name, in_.name());
    if (!in_.at(TokenKind::open)) return in_.unexpected("a reference such as `(func $f)`");
    in_.advance();
    const std::optional<Sort> sort = take_core_sort();
    if (!sort) return in_.unexpected("`func`, `table`, `memory`, `global` or `tag`");
    WCOMP_TRY(const std::uint32_t i, reference(*sort));
    out.exports.emplace_back(std::move(name), SortIdx{*sort, i});
    WCOMP_TRY(in_.expect_close());
  }
  return out;
}

}  // namespace wcomp::component::text
