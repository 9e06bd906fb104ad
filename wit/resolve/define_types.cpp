// Declarations of types: names first, then each type after those it names.
#include <algorithm>

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
  const auto of_members = [&](const ast::List<ast::Member>& members) {
    for (const ast::Member& m : members) {
      if (m.type) for_each_name(*m.type, f);
    }
  };
  if (const auto* r = std::get_if<ast::Record>(&item.what)) of_members(r->fields);
  if (const auto* v = std::get_if<ast::Variant>(&item.what)) of_members(v->cases);
  if (const auto* a = std::get_if<ast::TypeAlias>(&item.what)) for_each_name(*a->type, f);
}

/// What other languages, and WIT of old, call a primitive type.
std::string_view name_elsewhere(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"float32", "f32"}, {"float64", "f64"}, {"float", "f32"}, {"double", "f64"}, {"int", "s32"}, {"uint", "u32"}, {"long", "s64"}, {"short", "s16"}, {"byte", "u8"}, {"i8", "s8"},
      {"i16", "s16"}, {"i32", "s32"}, {"i64", "s64"}, {"int8", "s8"}, {"int16", "s16"}, {"int32", "s32"}, {"int64", "s64"}, {"uint8", "u8"}, {"uint16", "u16"}, {"uint32", "u32"},
      {"uint64", "u64"}, {"usize", "u64"}, {"size-t", "u64"}, {"boolean", "bool"}, {"str", "string"}, {"text", "string"}, {"bytes", "list<u8>"}, {"char8", "u8"}, {"isize", "s64"}};
  for (const auto& [other, ours] : names) {
    if (other == name) return ours;
  }
  return {};
}

/// Explainer.md: at most 32 labels, so that flags are one i32.
constexpr std::size_t max_flags = 32;

}  // namespace

const Gated& ItemDefiner::gated(const ast::Item& item) const {
  static const Gated none;
  const Gated* read = gate_of_.empty() ? nullptr : gate_of_[static_cast<std::size_t>(&item - items_)];
  return read == nullptr ? none : *read;
}

void ItemDefiner::check_container(const ast::Item& item, const Gated& gated, const Stability& container) {
  if (!gated.is_included) return;
  check_gates(all_, package_, head_of(item), gated.stability, container, {"what it stands in", {}}, nullptr, true);
}

void check_gates(Definitions& all, std::size_t package, Span at, const Stability& user, const Stability& used, Mentioned what, const Span* declared, bool is_container) {
  if (!all.symbols.packages[package].is_root || is_compatibly_gated(user, used)) return;
  std::string message = fmt::format("this has {}, and {} has {}", gate_text(user), what.to_string(), gate_text(used));
  const bool is_early = user.since && used.since && !is_container;  // published packages have such: nothing is wrong as of the newest version
  Diagnostic& d = is_early ? all.report.warning(diag::bad_gate, at, std::move(message)) : all.report.error(diag::bad_gate, at, std::move(message));
  if (declared != nullptr) d.labels.push_back(all.report.label(*declared, "declared here"));
  d.notes.push_back(is_early ? fmt::format("as of version {} this would name something that is not there", user.since->to_string()) : "what uses a gated item, or stands in one, needs a gate that is as strict");
}

void warn_deprecated(Definitions& all, std::size_t package, Span at, Mentioned what, const Stability& used, const ast::Item* item, const Stability& user) {
  if (!used.deprecated || user.deprecated || !all.symbols.packages[package].is_root) return;
  Diagnostic& d = all.report.warning(diag::deprecated, at, fmt::format("{} is deprecated since {}", what.to_string(), used.deprecated->to_string()));
  if (item == nullptr) return;
  const std::string docs = docs_text(all.report.sources().text({item->span.source, item->docs.begin, item->docs.end}), all.options.all_comments_are_docs);
  if (const auto other = replacement_in(docs)) d.notes.push_back(fmt::format("its docs say to use `{}` instead", *other));
}

std::string Mentioned::to_string() const { return name.empty() ? std::string(kind) : fmt::format("{} `{}`", kind, name); }

void ItemDefiner::check_resource(const ast::Resource& resource, const Gated& gated) {
  if (gated.is_included) return;
  for (const ast::Item& f : resource.functions) {
    const Gated own = read_gates(f, policy_, report_);
    if (!own.is_included || own.stability.unstable_feature) continue;
    report_.error(diag::bad_gate, head_of(f), "this function is not gated, but its resource is, by a feature that is not enabled").notes.push_back(how_to_open(gated.stability));
  }
}

void ItemDefiner::define_types(const ast::List<ast::Item>& items, bool is_excluded) {
  items_ = items.data();
  if (std::any_of(items.begin(), items.end(), [](const ast::Item& item) { return !item.gates.empty(); })) gate_of_.resize(items.size());
  names_.reserve(items.size());
  pending_.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const ast::Item& item = items[i];
    if (!item.gates.empty()) {
      gate_of_[i] = &all_.gates.emplace_back(read_gates(item, policy_, report_));
    }
    const Gated& gated = this->gated(item);
    if (is_excluded && gated.is_included) {
      if (gated.stability.unstable_feature) continue;  // of a feature of its own: it is out with what it stands in
      report_.error(diag::bad_gate, head_of(item), "this item is not gated, but what it stands in is, by a feature that is not enabled").notes.push_back(how_to_open(container_));
      continue;
    }
    check_container(item, gated, container_);
    const auto* use = std::get_if<ast::Use>(&item.what);
    const ast::Name* name = type_name(item);
    if (use != nullptr) {
      declare_use(item, *use, gated);
    } else if (const auto* f = std::get_if<ast::Function>(&item.what)) {
      declare(f->name, gated.is_included ? NameEntry::State::function : NameEntry::State::excluded, &gated.stability);
    } else if (name != nullptr) {
      if (const auto* r = std::get_if<ast::Resource>(&item.what)) check_resource(*r, gated);
      if (!declare(*name, gated.is_included ? NameEntry::State::pending : NameEntry::State::excluded, &gated.stability, &item)) continue;
      if (gated.is_included) pending_.push_back({&item, name, nullptr, std::nullopt, &gated.stability, std::nullopt, names_.size() - 1});
    }
  }

  // Uses first, then declarations, each after those it names.
  const std::vector<std::size_t> order = order_pending();
  types_.reserve(pending_.size());
  for (const bool is_use : {true, false}) {
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      Pending& pending = pending_[order.empty() ? i : order[i]];
      if ((pending.used != nullptr) != is_use) continue;
      define(pending);
      if (pending.decl) types_.push_back(*pending.decl);
    }
  }
}

std::vector<std::size_t> ItemDefiner::order_pending() {
  for (std::size_t i = 0; i < pending_.size(); ++i) names_[pending_[i].entry].pending = static_cast<std::uint32_t>(i);
  // Calls `f` for each type of this container that another one mentions.
  const auto for_each_reference = [&](const auto& f) {
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      if (pending_[i].used != nullptr) continue;
      for_each_name(*pending_[i].item, [&](const ast::Name& name) {
        const NameEntry* target = names_.find(name.text());
        if (target != nullptr && target->pending != NameEntry::none && pending_[target->pending].used == nullptr) f(i, target->pending, name);
      });
    }
  };
  bool is_in_order = true;
  for_each_reference([&](std::size_t i, std::size_t target, const ast::Name&) { is_in_order &= target < i; });
  if (is_in_order) return {};
  std::vector<std::vector<Dependency>> edges(pending_.size());
  std::vector<const ast::Name*> references;
  for_each_reference([&](std::size_t i, std::size_t target, const ast::Name& name) {
    references.push_back(&name);
    edges[i].push_back({target, references.size() - 1});
  });
  bool has_cycle = false;
  std::vector<std::size_t> order = sort_by_dependency(edges, [&](std::size_t node, const Dependency& d, const Dependency*) {
    has_cycle = true;
    Diagnostic& made = report_.error(diag::cycle, references[d.reference]->span(), fmt::format("type `{}` depends on itself", pending_[d.target].name->text()));
    if (node != d.target) made.labels.push_back(report_.label(pending_[d.target].name->span(), "declared here"));
    made.notes.push_back("values of it would have no end; only `list` of a resource's handles, or an index into a list, can refer back");
    names_[pending_[node].entry].state = NameEntry::State::failed;
  });
  return has_cycle ? order : sort_first_ready(edges);
}

bool ItemDefiner::declare(const ast::Name& name, NameEntry::State state, const Stability* gate, const ast::Item* item) {
  if (const NameEntry* first = names_.insert(name.text(), {state, {}, name.span(), gate, item})) {
    report_.error(diag::duplicate_name, name.span(), fmt::format("`{}` is defined more than once", name.text())).labels.push_back(report_.label(first->span, "first defined here"));
    return false;
  }
  return true;
}

void ItemDefiner::declare_use(const ast::Item& item, const ast::Use& use, const Gated& gated) {
  std::optional<std::size_t> from;
  if (gated.is_included) from = all_.symbols.look_up(use.path, scope_, &report_);
  const Definition* definition = from ? &all_.symbols.definitions[*from] : nullptr;
  if (definition != nullptr && definition->is_world) {
    report_.error(diag::unknown_item, use.path.name.span(), fmt::format("`{}` is a world, and types are used from interfaces", use.path.name.text()));
    from.reset();
  } else if (definition != nullptr && !definition->gated.is_included) {
    report_.error(diag::bad_gate, use.path.span(), fmt::format("interface `{}` {}", use.path.name.text(), why_closed(definition->gated.stability, all_.options)))
        .notes.push_back(how_to_open(definition->gated.stability));
    from.reset();
  } else if (definition != nullptr) {
    if (definition->package == package_) check_gates(all_, package_, use.path.span(), gated.stability, definition->gated.stability, {"interface", use.path.name.text()});
    warn_deprecated(all_, package_, use.path.span(), {"interface", use.path.name.text()}, definition->gated.stability, definition->item, gated.stability);
  }
  for (const ast::Renamed& name : use.names) {
    const NameEntry::State state = !gated.is_included ? NameEntry::State::excluded : !from ? NameEntry::State::failed : NameEntry::State::pending;
    if (declare(name.local(), state, &gated.stability) && state == NameEntry::State::pending) {
      pending_.push_back({&item, &name.local(), &name, from, &gated.stability, std::nullopt, names_.size() - 1});
    }
  }
}

void ItemDefiner::define(Pending& pending) {
  NameEntry& entry = names_[pending.entry];
  if (entry.state == NameEntry::State::failed) return;
  entry.state = NameEntry::State::failed;
  if (pending.used != nullptr) return define_used(pending);
  user_ = pending.stability;
  std::vector<std::string> member_docs;
  std::optional<types::TypeDef> def = type_def(pending, member_docs);
  if (!def) return;
  std::optional<TypeDeclId> alias_of;
  if (const auto* alias = std::get_if<ast::TypeAlias>(&pending.item->what); alias != nullptr && alias->type->kind == ast::TypeKind::named) {
    alias_of = names_.find(alias->type->name.text())->decl;
  }
  all_.anonymous->own_parts(*def);
  const types::TypeId type = graph_.types.add(std::move(*def));
  entry.decl = graph_.type_decls.add({.name = std::string(pending.name->text()), .type = type, .owner = owner_, .alias_of = alias_of, .is_use = false, .docs = all_.docs(*pending.item),
                                      .stability = *pending.stability, .span = pending.name->span(), .member_docs = std::move(member_docs), .external_id = owned_text(pending.item->external_id)});
  graph_.decl_of_type.emplace(type, entry.decl);
  entry.state = NameEntry::State::defined;
  pending.decl = entry.decl;
}

void ItemDefiner::define_used(Pending& pending) {
  const ast::Name& wanted = pending.used->name;
  const NameTable& source = all_.names[*pending.from];
  const std::string_view interface_name = all_.symbols.definitions[*pending.from].name->text();
  const NameEntry* found = source.find(wanted.text());
  if (found == nullptr) {
    if (report_.is_full()) return;
    Diagnostic& d = report_.error(diag::unknown_type, wanted.span(), fmt::format("interface `{}` has no type `{}`", interface_name, wanted.text()));
    NearestName nearest(wanted.text());
    for (const auto& [name, entry] : source) {
      if (entry.state == NameEntry::State::defined || entry.state == NameEntry::State::failed) nearest.offer(name);
    }
    if (nearest.get()) d.notes.push_back(fmt::format("did you mean `{}`?", *nearest.get()));
    return;
  }
  const NameEntry& target = *found;
  if (target.state == NameEntry::State::function) {
    report_.error(diag::unknown_type, wanted.span(), fmt::format("`{}` of interface `{}` is a function, and only types can be used", wanted.text(), interface_name));
  } else if (target.state == NameEntry::State::excluded) {
    report_.error(diag::bad_gate, wanted.span(), fmt::format("type `{}` {}", wanted.text(), why_closed(*target.gate, all_.options))).notes.push_back(how_to_open(*target.gate));
  }
  if (target.state != NameEntry::State::defined) return;
  const TypeDecl& decl = graph_.type_decls[target.decl];
  warn_deprecated(all_, package_, wanted.span(), {"type", decl.name}, decl.stability, target.item, *pending.stability);
  if (all_.symbols.definitions[*pending.from].package == package_) check_gates(all_, package_, wanted.span(), *pending.stability, decl.stability, {"type", wanted.text()});
  Text docs = decl.docs;
  const types::TypeId type = graph_.types.add(types::AliasType{decl.type});
  NameEntry& entry = names_[pending.entry];
  entry.decl = graph_.type_decls.add({.name = std::string(pending.name->text()), .type = type, .owner = owner_, .alias_of = target.decl, .is_use = true, .docs = std::move(docs),
                                      .stability = *pending.stability, .span = pending.name->span(), .member_docs = {}, .external_id = owned_text(pending.item->external_id)});
  graph_.decl_of_type.emplace(type, entry.decl);
  entry.item = target.item;
  entry.state = NameEntry::State::defined;
  pending.decl = entry.decl;
}

namespace {
/// For the short lists that nearly all are, without making anything.
bool are_distinct(const ast::List<ast::Member>& members) {
  for (std::size_t i = 1; i < members.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (is_same_folded(members[i].name.text(), members[k].name.text())) return false;
    }
  }
  return true;
}
}  // namespace

bool ItemDefiner::check_members(const ast::List<ast::Member>& members, std::string_view what) {
  if (members.size() <= 12 && are_distinct(members)) return true;
  NameMap<Span> seen;
  bool is_sound = true;
  for (const ast::Member& m : members) {
    const Span* first = seen.insert(m.name.text(), m.name.span());
    if (first == nullptr) continue;
    report_.error(diag::duplicate_name, m.name.span(), fmt::format("{} `{}` is there more than once", what, m.name.text())).labels.push_back(report_.label(*first, "the first one"));
    is_sound = false;
  }
  return is_sound;
}

bool ItemDefiner::check_count(const ast::List<ast::Member>& members, const ast::Name& name, std::string_view what, std::string_view member) {
  if (!members.empty()) return true;
  report_.error(diag::invalid, name.span(), fmt::format("{} `{}` has no {}s", what, name.text(), member)).notes.push_back(fmt::format("it needs at least one {}", member));
  return false;
}

std::optional<types::TypeDef> ItemDefiner::type_def(const Pending& pending, std::vector<std::string>& member_docs) {
  using Made = std::optional<types::TypeDef>;
  const auto keep_docs = [&](const ast::List<ast::Member>& members) {
    if (std::none_of(members.begin(), members.end(), [](const ast::Member& m) { return !m.docs.empty(); })) return;
    for (const ast::Member& m : members) member_docs.push_back(all_.docs(m.name.source(), m.docs));
    if (std::all_of(member_docs.begin(), member_docs.end(), [](const std::string& docs) { return docs.empty(); })) member_docs.clear();
  };
  const auto names_of = [](const ast::List<ast::Member>& members) {
    std::vector<std::string> names;
    names.reserve(members.size());
    for (const ast::Member& m : members) names.emplace_back(m.name.text());
    return names;
  };
  return match(
      pending.item->what,
      [&](const ast::Record& r) -> Made {
        bool is_sound = check_count(r.fields, r.name, "record", "field") && check_members(r.fields, "field");
        types::RecordType out;
        out.fields.reserve(r.fields.size());
        for (const ast::Member& f : r.fields) {
          if (const auto t = payload(f.type, is_sound)) out.fields.push_back({std::string(f.name.text()), *t});
        }
        keep_docs(r.fields);
        return is_sound ? Made(std::move(out)) : std::nullopt;
      },
      [&](const ast::Variant& v) -> Made {
        bool is_sound = check_count(v.cases, v.name, "variant", "case") && check_members(v.cases, "case");
        types::VariantType out;
        out.cases.reserve(v.cases.size());
        for (const ast::Member& c : v.cases) out.cases.push_back({std::string(c.name.text()), payload(c.type, is_sound)});
        keep_docs(v.cases);
        return is_sound ? Made(std::move(out)) : std::nullopt;
      },
      [&](const ast::Enum& e) -> Made {
        if (!check_count(e.cases, e.name, "enum", "case") || !check_members(e.cases, "case")) return std::nullopt;
        keep_docs(e.cases);
        return types::EnumType{names_of(e.cases)};
      },
      [&](const ast::Flags& f) -> Made {
        if (!check_count(f.flags, f.name, "flags", "flag") || !check_members(f.flags, "flag")) return std::nullopt;
        if (f.flags.size() > max_flags) {
          report_.error(diag::invalid, f.flags[max_flags].name.span(), fmt::format("flags `{}` has {} flags, and {} are allowed", f.name.text(), f.flags.size(), max_flags))
              .notes.push_back("put the rest into a second type, and both into a record");
          return std::nullopt;
        }
        keep_docs(f.flags);
        return types::FlagsType{names_of(f.flags)};
      },
      [&](const ast::Resource&) -> Made { return types::ResourceType{graph_.types.new_resource()}; },
      [&](const ast::TypeAlias& a) -> Made {
        if (a.type->kind == ast::TypeKind::prim) {
          const auto prim = value_type(*a.type);
          return prim ? Made(types::AliasType{*prim}) : std::nullopt;
        }
        if (a.type->kind == ast::TypeKind::named) {
          const auto target = look_up(a.type->name);
          return target ? Made(types::AliasType{graph_.type_decls[*target].type}) : std::nullopt;
        }
        return anonymous_type(*a.type);
      },
      [](const auto&) -> Made { return std::nullopt; });
}

std::optional<TypeDeclId> ItemDefiner::look_up(const ast::Name& name) {
  const NameEntry* found = names_.find(name.text());
  if (found == nullptr) {
    if (report_.is_full()) return std::nullopt;
    Diagnostic& d = report_.error(diag::unknown_type, name.span(), fmt::format("type `{}` does not exist", name.text()));
    if (const std::string_view known = name_elsewhere(name.text()); !known.empty()) {
      d.notes.push_back(fmt::format("in WIT the type is called `{}`", known));
      return std::nullopt;
    }
    NearestName nearest(name.text());
    for (const auto& [other, entry] : names_) {
      if (entry.state != NameEntry::State::function) nearest.offer(other);
    }
    for (std::size_t p = 0; p <= static_cast<std::size_t>(types::Prim::error_context); ++p) nearest.offer(types::to_string(static_cast<types::Prim>(p)));
    if (nearest.get()) d.notes.push_back(fmt::format("did you mean `{}`?", *nearest.get()));
    else d.notes.push_back("declare it here, or bring it in from another interface with `use`");
    return std::nullopt;
  }
  const NameEntry& entry = *found;
  switch (entry.state) {
    case NameEntry::State::defined: {
      const TypeDecl& decl = graph_.type_decls[entry.decl];
      if (user_ == nullptr) return entry.decl;
      check_gates(all_, package_, name.span(), *user_, decl.stability, {"type", name.text()}, &entry.span);
      if (!decl.is_use) warn_deprecated(all_, package_, name.span(), {"type", name.text()}, decl.stability, entry.item, *user_);
      return entry.decl;
    }
    case NameEntry::State::excluded: {
      Diagnostic& d = report_.error(diag::bad_gate, name.span(), fmt::format("type `{}` {}", name.text(), why_closed(*entry.gate, all_.options)));
      d.labels.push_back(report_.label(entry.span, "declared here"));
      d.notes.push_back(how_to_open(*entry.gate));
      return std::nullopt;
    }
    case NameEntry::State::function:
      report_.error(diag::unknown_type, name.span(), fmt::format("`{}` is a function, and a type is needed here", name.text()));
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
  if (all_.ends.resource(type)) return type;
  report_.error(diag::type_mismatch, name.span(), fmt::format("`{}` is not a resource, and only resources have handles", name.text()));
  return std::nullopt;
}

std::optional<types::ValType> ItemDefiner::payload(const ast::Type* type, bool& is_sound) {
  if (!type) return std::nullopt;
  const auto t = value_type(*type);
  if (!t) is_sound = false;
  return t;
}

std::optional<types::ValType> ItemDefiner::value_type(const ast::Type& type) {
  switch (type.kind) {
    case ast::TypeKind::prim:
      if (type.prim == types::Prim::error_context && !all_.features.require(SpecFeature::error_context, type.span)) return std::nullopt;
      return types::ValType(type.prim);
    case ast::TypeKind::named: {
      const auto decl = look_up(type.name);
      if (!decl) return std::nullopt;
      return types::ValType(graph_.type_decls[*decl].type);
    }
    case ast::TypeKind::own: {  // the same as the resource's name
      const auto resource = look_up_resource(type.name);
      if (!resource) return std::nullopt;
      return types::ValType(*resource);
    }
    default: break;
  }
  auto def = anonymous_type(type);
  if (!def) return std::nullopt;
  all_.anonymous->own_parts(*def);
  static const Stability none;
  return types::ValType(all_.anonymous->add(std::move(*def), user_ != nullptr && !is_in_function_ ? *user_ : none));
}

std::optional<types::TypeDef> ItemDefiner::anonymous_type(const ast::Type& type) {
  std::vector<types::ValType> args;
  args.reserve(type.args.size());
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
      if (type.length != 0) {
        if (!all_.features.require(SpecFeature::fixed_length_lists, type.span)) return std::nullopt;
        return types::FixedListType{args[0], type.length};
      }
      return types::ListType{args[0]};
    case ast::TypeKind::map: {
      const types::ValType key = all_.ends.of(args[0]);
      const auto* prim = std::get_if<types::Prim>(&key);
      if (prim == nullptr || *prim == types::Prim::f32 || *prim == types::Prim::f64 || *prim == types::Prim::error_context) {
        report_.error(diag::type_mismatch, type.args[0].span, fmt::format("`{}` cannot be the key of a map", types::to_string(graph_.types, key)))
            .notes.push_back("keys are integers, `bool`, `char` or `string`");
        return std::nullopt;
      }
      return types::MapType{args[0], args[1]};
    }
    case ast::TypeKind::tuple:
      if (args.empty()) {
        report_.error(diag::syntax, type.span, "a tuple has at least one type").notes.push_back("where nothing is meant: `result` without types, `option`, or no payload at all");
        return std::nullopt;
      }
      return types::TupleType{std::move(args)};
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

}  // namespace wcomp::wit
