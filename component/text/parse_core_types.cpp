// Core types of a component: functions and modules.
#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/text/parser.h"

namespace wcomp::component::text {

namespace {

std::string key_of(const core::FuncType& type) {
  std::string key;
  for (const core::ValType t : type.params) key += core::to_string(t) + ' ';
  key += '\0';
  for (const core::ValType t : type.results) key += core::to_string(t) + ' ';
  return key;
}

}  // namespace

/// `(core rec (type ..))`: one type alone is what it is without.
Result<void> Parser::core_rec_field() {
  const std::size_t start = in_.position();
  std::size_t count = 0;
  for (; in_.take_open("type"); ++count) WCOMP_TRY(core_type_field());
  if (count != 1) return fail(diag::unsupported, fmt::format("recursive core types (here {} in one group; garbage collection) are not supported", count), in_.where(start));
  return in_.expect_close();
}

Result<void> Parser::core_type_field() {
  const Id id = take_id();
  WCOMP_TRY(CoreDefType type, core_def_type(id));
  WCOMP_TRY(define(Sort::core_type, id, std::move(type)));
  return in_.expect_close();
}

Result<CoreDefType> Parser::core_def_type(const Id& id) {
  if (in_.take_open("module")) {
    WCOMP_TRY(std::shared_ptr<const CoreModuleType> type, module_type(id));
    WCOMP_TRY(in_.expect_close());
    return CoreDefType(std::move(type));
  }
  if (in_.at_open("sub")) {  // `(sub final type)` is the long form of a type alone
    const std::size_t start = in_.position();
    in_.take_open("sub");
    if (!in_.take_atom("final") || !in_.at_open("func")) return fail(diag::unsupported, "core types with subtypes (garbage collection) are not supported", in_.where(start));
    WCOMP_TRY(core::FuncType type, core_func_type(id));
    WCOMP_TRY(in_.expect_close());
    return CoreDefType(std::move(type));
  }
  for (const std::string_view word : {"struct", "array", "cont", "shared", "rec"}) {
    if (in_.at_open(word)) {
      return fail(diag::unsupported, fmt::format("core types of other proposals (`{}`) are not supported", word), in_.where());
    }
  }
  WCOMP_TRY(core::FuncType type, core_func_type(id));
  return CoreDefType(std::move(type));
}

/// `(func ..)`; `id` is what it may call itself.
Result<core::FuncType> Parser::core_func_type(const Id& id) {
  if (!in_.take_open("func")) return in_.unexpected("`(func ..)` or `(module ..)`");
  // Identifiers of parameters mean nothing here, but have to differ.
  core::text::IdSpace params("parameter");
  const std::uint32_t self = scope().space(Sort::core_type).size();
  const auto find = [&](Cursor& in) -> Result<std::uint32_t> {
    if (id.name && in.at(TokenKind::id)) {
      Cursor look = in;
      if (look.take_id() == id.name) {
        in = look;
        return self;
      }
    }
    return index(Sort::core_type);
  };
  WCOMP_TRY(core::FuncType type, core::text::signature(in_, &params, find));
  WCOMP_TRY(in_.expect_close());
  return type;
}

/// What stands after `(module`, without the `)`.
Result<std::shared_ptr<const CoreModuleType>> Parser::module_type(const Id& id) {
  WCOMP_TRY(const std::unique_ptr<Scope> inner, within(Scope::Kind::module_type, id, &Parser::module_decl));
  return std::make_shared<const CoreModuleType>(std::move(inner->module_type));
}

Result<void> Parser::module_decl() {
  CoreModuleType& out = scope().module_type;
  if (in_.take_open("type")) {
    const Id id = take_id();
    if (in_.at_open("module")) return in_.fail_here("a module type cannot contain another module type");
    WCOMP_TRY(CoreDefType type, core_def_type(id));
    WCOMP_TRY(check_new(Sort::core_type, id));
    const std::uint32_t i = scope().space(Sort::core_type).add(id);
    if (const auto* func = std::get_if<core::FuncType>(&type)) scope().func_types.insert_or_assign(key_of(*func), core::TypeIdx(i));
    out.decls.emplace_back(std::move(type));
    return in_.expect_close();
  }
  if (in_.take_open("alias")) {
    if (!in_.take_atom("outer")) return in_.unexpected("`outer`");
    WCOMP_TRY(const Alias alias, [&]() -> Result<Alias> {
      WCOMP_TRY(const std::uint32_t count, outer_count());
      const std::size_t index_at = in_.position();
      const std::optional<std::string> name = in_.take_id();
      if (!name) {
        WCOMP_TRY(const std::uint64_t n, in_.nat(0xffff'ffff));
        return Alias(AliasOuter{.sort = Sort::core_type, .count = count, .index = static_cast<std::uint32_t>(n)});
      }
      const IndexSpace::Named* found = count < scopes_.size() ? scopes_[scopes_.size() - 1 - count]->space(Sort::core_type).find(*name) : nullptr;
      if (found == nullptr) return fail(diag::unknown_item, fmt::format("unknown core type `${}` in that scope", *name), in_.where(index_at));
      return Alias(AliasOuter{.sort = Sort::core_type, .count = count, .index = found->index});
    }());
    WCOMP_TRY(in_.expect_open("type"));
    const Id id = take_id();
    WCOMP_TRY(check_new(Sort::core_type, id));
    scope().space(Sort::core_type).add(id);
    const AliasOuter& outer = std::get<AliasOuter>(alias);
    out.decls.emplace_back(CoreModuleType::AliasOuterType{outer.count, outer.index});
    WCOMP_TRY(in_.expect_close());
    return in_.expect_close();
  }
  if (in_.take_open("import")) {
    CoreModuleType::ImportItem item;
    WCOMP_TRY(item.module, in_.name());
    WCOMP_TRY(item.name, in_.name());
    WCOMP_TRY(item.type, core_extern_type());
    out.decls.emplace_back(std::move(item));
    return in_.expect_close();
  }
  if (in_.take_open("export")) {
    CoreModuleType::ExportItem item;
    WCOMP_TRY(item.name, in_.name());
    WCOMP_TRY(item.type, core_extern_type());
    out.decls.emplace_back(std::move(item));
    return in_.expect_close();
  }
  if (in_.at(TokenKind::open)) in_.advance();
  return in_.unexpected("a type, an alias, an import or an export of a module type");
}

/// What `(ref $t)` in a core type means.
core::text::FindType Parser::find_core_type() {
  return [this](Cursor&) { return index(Sort::core_type); };
}

/// `(func ..)`, `(table ..)`, `(memory ..)`, `(global ..)`, `(tag ..)`; an identifier means nothing.
Result<core::ExternType> Parser::core_extern_type() {
  core::ExternType out;
  if (in_.take_open("func")) {
    in_.take_id();
    WCOMP_TRY(out, core_type_use());
  } else if (in_.take_open("table")) {
    in_.take_id();
    WCOMP_TRY(out, core::text::table_type(in_, find_core_type()));
  } else if (in_.take_open("memory")) {
    in_.take_id();
    WCOMP_TRY(const core::Limits limits, core::text::limits(in_));
    out = core::MemType{limits};
  } else if (in_.take_open("global")) {
    in_.take_id();
    WCOMP_TRY(out, core::text::global_type(in_, find_core_type()));
  } else if (in_.take_open("tag")) {
    in_.take_id();
    WCOMP_TRY(const core::TypeIdx type, core_type_use());
    out = core::TagType{type};
  } else {
    return in_.unexpected("`(func`, `(table`, `(memory`, `(global` or `(tag`");
  }
  WCOMP_TRY(in_.expect_close());
  return out;
}

/// `(type x)`, or parameters and results: those make a type, unless one that is written down is equal. Behind `(type x)` they mean nothing;
/// scripts of others count on it.
Result<core::TypeIdx> Parser::core_type_use() {
  std::optional<core::TypeIdx> given;
  if (in_.take_open("type")) {
    WCOMP_TRY(const std::uint32_t i, index(Sort::core_type));
    WCOMP_TRY(in_.expect_close());
    given = core::TypeIdx(i);
  }
  core::text::IdSpace params("parameter");
  WCOMP_TRY(core::FuncType type, core::text::signature(in_, &params, find_core_type()));
  if (given) return *given;
  const auto declared = scope().func_types.find(key_of(type));
  if (declared != scope().func_types.end()) return declared->second;
  scope().module_type.decls.emplace_back(CoreDefType(std::move(type)));
  return core::TypeIdx(scope().space(Sort::core_type).add({}));
}

}  // namespace wcomp::component::text
