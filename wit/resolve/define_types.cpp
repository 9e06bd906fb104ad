// Declarations of types: names first, then each type after those it names.
#include <fmt/format.h>

#include "base/match.h"
#include "wit/names.h"
#include "wit/resolve/define.h"
#include "wit/resolve/order.h"

namespace wcomp::wit {

namespace {

/// The name that an item declares as a type; null if it declares none.
const ast::Name* type_name(const ast::Item& item) {
  return match(
      item.what, [](const ast::Record& r) { return &r.name; }, [](const ast::Variant& v) { return &v.name; }, [](const ast::Enum& e) { return &e.name; },
      [](const ast::Flags& f) { return &f.name; }, [](const ast::TypeAlias& a) { return &a.name; }, [](const ast::Resource& r) { return &r.name; },
      [](const auto&) -> const ast::Name* { return nullptr; });
}

/// Every name that a declaration mentions. Nesting is bounded by the grammar.
void for_each_name(const ast::Type& type, const auto& f) {
  if (type.kind == ast::TypeKind::named || type.kind == ast::TypeKind::own || type.kind == ast::TypeKind::borrow) f(type.name);
  for (const ast::Type& arg : type.args) for_each_name(arg, f);
}
void for_each_name(const ast::Item& item, const auto& f) {
  const auto of_members = [&](const std::vector<ast::Member>& members) {
    for (const ast::Member& m : members) {
      if (m.type) for_each_name(*m.type, f);
    }
  };
  if (const auto* r = std::get_if<ast::Record>(&item.what)) of_members(r->fields);
  if (const auto* v = std::get_if<ast::Variant>(&item.what)) of_members(v->cases);
  if (const auto* a = std::get_if<ast::TypeAlias>(&item.what)) for_each_name(a->type, f);
}

}  // namespace

void ItemDefiner::define_types(const std::vector<ast::Item>& items, bool is_excluded) {
  for (const ast::Item& item : items) {
    const Gated& gated = gates_.emplace(&item, read_gates(item.gates, policy_, report_)).first->second;
    if (is_excluded && gated.is_included) {
      report_.error(diag::bad_gate, item.span, "this item is not gated, but what it stands in is, by a feature that is not enabled");
      continue;
    }
    const auto* use = std::get_if<ast::Use>(&item.what);
    const ast::Name* name = type_name(item);
    if (use != nullptr) {
      declare_use(item, *use, gated);
    } else if (const auto* f = std::get_if<ast::Function>(&item.what)) {
      declare(f->name, gated.is_included ? NameEntry::State::function : NameEntry::State::excluded);
    } else if (name != nullptr) {
      if (!declare(*name, gated.is_included ? NameEntry::State::pending : NameEntry::State::excluded)) continue;
      if (gated.is_included) pending_.push_back({&item, name, nullptr, std::nullopt, gated.stability, std::nullopt});
    }
    if (const auto* r = std::get_if<ast::Resource>(&item.what); r != nullptr && !gated.is_included) {
      for (const ast::Item& f : r->functions) {
        if (!read_gates(f.gates, policy_, report_).is_included) continue;
        report_.error(diag::bad_gate, f.span, "this function is not gated, but its resource is, by a feature that is not enabled");
      }
    }
  }

  std::map<std::string_view, std::size_t> by_name;
  for (std::size_t i = 0; i < pending_.size(); ++i) by_name.emplace(pending_[i].name->text, i);
  std::vector<std::vector<Dependency>> edges(pending_.size());
  std::vector<const ast::Name*> references;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (pending_[i].used != nullptr) continue;
    for_each_name(*pending_[i].item, [&](const ast::Name& name) {
      const auto target = by_name.find(name.text);
      if (target == by_name.end()) return;
      references.push_back(&name);
      edges[i].push_back({target->second, references.size() - 1});
    });
  }
  const std::vector<std::size_t> order = sort_by_dependency(edges, [&](std::size_t node, const Dependency& d) {
    report_.error(diag::cycle, references[d.reference]->span, fmt::format("type `{}` depends on itself", pending_[d.target].name->text));
    names_.find(pending_[node].name->text)->second.state = NameEntry::State::failed;
  });
  for (const std::size_t i : order) {
    define(pending_[i]);
    if (pending_[i].decl) types_.push_back(*pending_[i].decl);
  }
}

bool ItemDefiner::declare(const ast::Name& name, NameEntry::State state) {
  const auto [first, is_new] = folded_.emplace(fold_case(name.text), name.span);
  if (is_new) {
    names_.emplace(name.text, NameEntry{state, {}, name.span});
    return true;
  }
  report_.error(diag::duplicate_name, name.span, fmt::format("`{}` is defined more than once", name.text)).labels.push_back(report_.label(first->second, "first defined here"));
  return false;
}

void ItemDefiner::declare_use(const ast::Item& item, const ast::Use& use, const Gated& gated) {
  std::optional<std::size_t> from;
  if (gated.is_included) from = all_.symbols.look_up(use.path, scope_, &report_);
  if (from && all_.symbols.definitions[*from].is_world) {
    report_.error(diag::unknown_item, use.path.name.span, fmt::format("`{}` is a world, and types are used from interfaces", use.path.name.text));
    from.reset();
  } else if (from && !all_.symbols.definitions[*from].gated.is_included) {
    report_.error(diag::bad_gate, use.path.span, fmt::format("interface `{}` is not there: its feature or version gate is closed", use.path.name.text));
    from.reset();
  }
  for (const ast::Renamed& name : use.names) {
    const NameEntry::State state = !gated.is_included ? NameEntry::State::excluded : !from ? NameEntry::State::failed : NameEntry::State::pending;
    if (declare(name.local(), state) && state == NameEntry::State::pending) {
      pending_.push_back({&item, &name.local(), &name, from, gated.stability, std::nullopt});
    }
  }
}

void ItemDefiner::define(Pending& pending) {
  NameEntry& entry = names_.find(pending.name->text)->second;
  if (entry.state == NameEntry::State::failed) return;
  entry.state = NameEntry::State::failed;
  if (pending.used != nullptr) return define_used(pending);
  std::vector<std::string> member_docs;
  std::optional<types::TypeDef> def = type_def(pending, member_docs);
  if (!def) return;
  std::optional<TypeDeclId> alias_of;
  if (const auto* alias = std::get_if<ast::TypeAlias>(&pending.item->what); alias != nullptr && alias->type.kind == ast::TypeKind::named) {
    alias_of = names_.find(alias->type.name.text)->second.decl;
  }
  const types::TypeId type = graph_.types.add(std::move(*def));
  entry.decl = graph_.type_decls.add({.name = pending.name->text, .type = type, .owner = owner_, .alias_of = alias_of, .is_use = false, .docs = pending.item->docs,
                                      .stability = pending.stability, .span = pending.name->span, .member_docs = std::move(member_docs)});
  graph_.decl_of_type.emplace(type, entry.decl);
  entry.state = NameEntry::State::defined;
  pending.decl = entry.decl;
}

void ItemDefiner::define_used(Pending& pending) {
  const ast::Name& wanted = pending.used->name;
  const NameTable& source = all_.names[*pending.from];
  const std::string& interface_name = all_.symbols.definitions[*pending.from].name->text;
  const auto found = source.find(wanted.text);
  if (found == source.end()) {
    if (report_.is_full()) return;
    Diagnostic& d = report_.error(diag::unknown_type, wanted.span, fmt::format("interface `{}` has no type `{}`", interface_name, wanted.text));
    NearestName nearest(wanted.text);
    for (const auto& [name, entry] : source) {
      if (entry.state == NameEntry::State::defined || entry.state == NameEntry::State::failed) nearest.offer(name);
    }
    if (nearest.get()) d.notes.push_back(fmt::format("did you mean `{}`?", *nearest.get()));
    return;
  }
  const NameEntry& target = found->second;
  if (target.state == NameEntry::State::function) {
    report_.error(diag::unknown_type, wanted.span, fmt::format("`{}` of interface `{}` is a function, and only types can be used", wanted.text, interface_name));
  } else if (target.state == NameEntry::State::excluded) {
    report_.error(diag::bad_gate, wanted.span, fmt::format("type `{}` is not there: its feature or version gate is closed", wanted.text));
  }
  if (target.state != NameEntry::State::defined) return;
  const TypeDecl& decl = graph_.type_decls[target.decl];
  warn_deprecated(target.decl, wanted.span, pending.stability);
  std::string docs = decl.docs;
  const types::TypeId type = graph_.types.add(types::AliasType{decl.type});
  NameEntry& entry = names_.find(pending.name->text)->second;
  entry.decl = graph_.type_decls.add({.name = pending.name->text, .type = type, .owner = owner_, .alias_of = target.decl, .is_use = true, .docs = std::move(docs),
                                      .stability = pending.stability, .span = pending.name->span, .member_docs = {}});
  graph_.decl_of_type.emplace(type, entry.decl);
  entry.state = NameEntry::State::defined;
  pending.decl = entry.decl;
}

bool ItemDefiner::check_members(const std::vector<ast::Member>& members, std::string_view what) {
  std::map<std::string, Span, std::less<>> seen;
  bool is_sound = true;
  for (const ast::Member& m : members) {
    const auto [first, is_new] = seen.emplace(fold_case(m.name.text), m.name.span);
    if (is_new) continue;
    report_.error(diag::duplicate_name, m.name.span, fmt::format("{} `{}` is there more than once", what, m.name.text)).labels.push_back(report_.label(first->second, "the first one"));
    is_sound = false;
  }
  return is_sound;
}

std::optional<types::TypeDef> ItemDefiner::type_def(const Pending& pending, std::vector<std::string>& member_docs) {
  using Made = std::optional<types::TypeDef>;
  const auto keep_docs = [&](const std::vector<ast::Member>& members) {
    for (const ast::Member& m : members) member_docs.push_back(m.docs);
  };
  const auto names_of = [](const std::vector<ast::Member>& members) {
    std::vector<std::string> names;
    for (const ast::Member& m : members) names.push_back(m.name.text);
    return names;
  };
  const auto is_empty = [&](const std::vector<ast::Member>& cases, const ast::Name& name, std::string_view what) {
    if (cases.empty()) report_.error(diag::invalid, name.span, fmt::format("{} `{}` has no cases", what, name.text));
    return cases.empty();
  };
  return match(
      pending.item->what,
      [&](const ast::Record& r) -> Made {
        bool is_sound = check_members(r.fields, "field");
        types::RecordType out;
        for (const ast::Member& f : r.fields) {
          if (const auto t = payload(f.type, is_sound)) out.fields.push_back({f.name.text, *t});
        }
        keep_docs(r.fields);
        return is_sound ? Made(std::move(out)) : std::nullopt;
      },
      [&](const ast::Variant& v) -> Made {
        bool is_sound = check_members(v.cases, "case");
        if (is_empty(v.cases, v.name, "variant")) return std::nullopt;
        types::VariantType out;
        for (const ast::Member& c : v.cases) out.cases.push_back({c.name.text, payload(c.type, is_sound)});
        keep_docs(v.cases);
        return is_sound ? Made(std::move(out)) : std::nullopt;
      },
      [&](const ast::Enum& e) -> Made {
        if (!check_members(e.cases, "case") || is_empty(e.cases, e.name, "enum")) return std::nullopt;
        keep_docs(e.cases);
        return types::EnumType{names_of(e.cases)};
      },
      [&](const ast::Flags& f) -> Made {
        if (!check_members(f.flags, "flag")) return std::nullopt;
        keep_docs(f.flags);
        return types::FlagsType{names_of(f.flags)};
      },
      [&](const ast::Resource&) -> Made { return types::ResourceType{graph_.types.new_resource()}; },
      [&](const ast::TypeAlias& a) -> Made {
        if (a.type.kind == ast::TypeKind::prim) return types::AliasType{a.type.prim};
        if (a.type.kind == ast::TypeKind::named) {
          const auto target = look_up(a.type.name);
          return target ? Made(types::AliasType{graph_.type_decls[*target].type}) : std::nullopt;
        }
        return anonymous_type(a.type);
      },
      [](const auto&) -> Made { return std::nullopt; });
}

std::optional<TypeDeclId> ItemDefiner::look_up(const ast::Name& name) {
  const auto found = names_.find(name.text);
  if (found == names_.end()) {
    if (report_.is_full()) return std::nullopt;
    Diagnostic& d = report_.error(diag::unknown_type, name.span, fmt::format("type `{}` does not exist", name.text));
    NearestName nearest(name.text);
    for (const auto& [other, entry] : names_) {
      if (entry.state != NameEntry::State::function) nearest.offer(other);
    }
    for (std::size_t p = 0; p <= static_cast<std::size_t>(types::Prim::error_context); ++p) nearest.offer(types::to_string(static_cast<types::Prim>(p)));
    if (name.text == "float32" || name.text == "float64") d.notes.push_back(fmt::format("the type is called `f{}`", name.text.substr(5)));
    else if (nearest.get()) d.notes.push_back(fmt::format("did you mean `{}`?", *nearest.get()));
    return std::nullopt;
  }
  const NameEntry& entry = found->second;
  switch (entry.state) {
    case NameEntry::State::defined: return entry.decl;
    case NameEntry::State::excluded:
      report_.error(diag::bad_gate, name.span, fmt::format("type `{}` is not there: its feature or version gate is closed", name.text))
          .labels.push_back(report_.label(entry.span, "declared here"));
      return std::nullopt;
    case NameEntry::State::function:
      report_.error(diag::unknown_type, name.span, fmt::format("`{}` is a function, and a type is needed here", name.text));
      return std::nullopt;
    case NameEntry::State::pending:
    case NameEntry::State::failed: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<types::TypeId> ItemDefiner::look_up_resource(const ast::Name& name) {
  const auto decl = look_up(name);
  if (!decl) return std::nullopt;
  const types::TypeId type = graph_.type_decls[*decl].type;
  if (graph_.types.get<types::ResourceType>(type) != nullptr) return type;
  report_.error(diag::type_mismatch, name.span, fmt::format("`{}` is not a resource, and only resources have handles", name.text));
  return std::nullopt;
}

std::optional<types::ValType> ItemDefiner::payload(const std::optional<ast::Type>& type, bool& is_sound) {
  if (!type) return std::nullopt;
  const auto t = value_type(*type);
  if (!t) is_sound = false;
  return t;
}

std::optional<types::ValType> ItemDefiner::value_type(const ast::Type& type) {
  if (type.kind == ast::TypeKind::prim) return types::ValType(type.prim);
  if (type.kind != ast::TypeKind::named) {
    auto def = anonymous_type(type);
    if (!def) return std::nullopt;
    return types::ValType(graph_.types.add(std::move(*def)));
  }
  const auto decl = look_up(type.name);
  if (!decl) return std::nullopt;
  const types::TypeId id = graph_.type_decls[*decl].type;
  if (graph_.types.get<types::ResourceType>(id) == nullptr) return types::ValType(id);
  return types::ValType(graph_.types.add(types::OwnType{id}));
}

std::optional<types::TypeDef> ItemDefiner::anonymous_type(const ast::Type& type) {
  std::vector<types::ValType> args;
  std::optional<types::ValType> first;  // of result, stream and future
  const bool is_first_omitted = !type.args.empty() && type.args[0].kind == ast::TypeKind::omitted;
  for (const ast::Type& arg : type.args) {
    if (arg.kind == ast::TypeKind::omitted) continue;
    const auto t = value_type(arg);
    if (!t) return std::nullopt;
    args.push_back(*t);
  }
  if (!args.empty() && !is_first_omitted) first = args[0];
  switch (type.kind) {
    case ast::TypeKind::list:
      if (type.length) return types::FixedListType{args[0], *type.length};
      return types::ListType{args[0]};
    case ast::TypeKind::map: {
      const types::ValType key = graph_.types.resolve(args[0]);
      const auto* prim = std::get_if<types::Prim>(&key);
      if (prim == nullptr || *prim == types::Prim::f32 || *prim == types::Prim::f64 || *prim == types::Prim::error_context) {
        report_.error(diag::type_mismatch, type.args[0].span, fmt::format("`{}` cannot be the key of a map", types::to_string(graph_.types, key)))
            .notes.push_back("keys are integers, `bool`, `char` or `string`");
        return std::nullopt;
      }
      return types::MapType{args[0], args[1]};
    }
    case ast::TypeKind::tuple: return types::TupleType{std::move(args)};
    case ast::TypeKind::option: return types::OptionType{args[0]};
    case ast::TypeKind::result: {
      types::ResultType out{first, std::nullopt};
      if (type.args.size() == 2) out.err = args.back();
      return out;
    }
    case ast::TypeKind::stream: return types::StreamType{first};
    case ast::TypeKind::future: return types::FutureType{first};
    case ast::TypeKind::own:
    case ast::TypeKind::borrow: {
      const auto resource = look_up_resource(type.name);
      if (!resource) return std::nullopt;
      if (type.kind == ast::TypeKind::own) return types::OwnType{*resource};
      return types::BorrowType{*resource};
    }
    case ast::TypeKind::prim:
    case ast::TypeKind::named:
    case ast::TypeKind::omitted: break;
  }
  return std::nullopt;
}

void ItemDefiner::warn_deprecated(TypeDeclId used, Span at, const Stability& user) {
  const TypeDecl& decl = graph_.type_decls[used];
  if (!decl.stability.deprecated || user.deprecated) return;
  report_.warning(diag::deprecated, at, fmt::format("`{}` is deprecated since {}", decl.name, decl.stability.deprecated->to_string()));
}

}  // namespace wcomp::wit
