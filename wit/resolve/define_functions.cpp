// Functions, free ones and those of resources.
#include <algorithm>

#include <fmt/format.h>

#include "base/match.h"
#include "wit/names.h"
#include "wit/resolve/define.h"

namespace wcomp::wit {

std::optional<Function> ItemDefiner::function(const ast::Name& name, const ast::FuncType& type, const ast::Item& item, Stability stability) {
  user_ = &stability;
  auto made = func_type(type, name.text(), name.span());
  user_ = nullptr;
  if (!made) return std::nullopt;
  return Function{.name = std::string(name.text()), .abi_name = std::string(name.text()), .kind = FuncKind::freestanding, .resource = {}, .type = std::move(*made), .docs = all_.docs(item),
                  .stability = std::move(stability), .span = name.span(), .external_id = owned_text(item.external_id)};
}

std::vector<Function> ItemDefiner::functions(const ast::List<ast::Item>& items) {
  std::vector<Function> out;
  std::size_t count = 0;
  for (const ast::Item& item : items) {
    if (std::holds_alternative<ast::Function>(item.what)) ++count;
    else if (const auto* r = std::get_if<ast::Resource>(&item.what)) count += r->functions.size();
  }
  out.reserve(count);
  for (const ast::Item& item : items) {
    if (const auto* f = std::get_if<ast::Function>(&item.what)) {
      const NameEntry* entry = names_.find(f->name.text());
      if (entry == nullptr || entry->state != NameEntry::State::function || entry->span.begin != f->name.span().begin) continue;
      if (auto made = function(f->name, f->type, item, gated(item).stability)) out.push_back(std::move(*made));
      else continue;
      if (mentions_resource(out.back().type)) all_.with_resources.emplace_back(std::get<InterfaceId>(owner_), out.size() - 1);
    } else if (const auto* r = std::get_if<ast::Resource>(&item.what)) {
      const std::size_t first = out.size();
      resource_functions(*r, item, out);
      for (std::size_t i = first; i < out.size(); ++i) {
        if (mentions_resource(out[i].type)) all_.with_resources.emplace_back(std::get<InterfaceId>(owner_), i);
      }
    }
  }
  return out;
}

std::optional<types::FuncType> ItemDefiner::func_type(const ast::FuncType& type, std::string_view name, Span name_span) {
  is_in_function_ = true;
  bool is_sound = check_members(type.params, "parameter");
  types::FuncType out;
  out.is_async = type.is_async;
  out.params.reserve(type.params.size() + 1);  // for `self`
  for (const ast::Member& p : type.params) {
    if (const auto t = payload(p.type, is_sound)) out.params.push_back({std::string(p.name.text()), *t});
  }
  out.result = payload(type.result, is_sound);
  is_in_function_ = false;
  if (out.result && contains_borrow(*out.result)) {
    report_.error(diag::invalid, name_span, fmt::format("the result of `{}` holds a `borrow` handle", name)).notes.push_back(
        "a borrow ends when its call does, so results can only own: write the resource's name without `borrow<..>`");
    is_sound = false;
  }
  return is_sound ? std::optional(std::move(out)) : std::nullopt;
}

void ItemDefiner::resource_functions(const ast::Resource& resource, const ast::Item& container, std::vector<Function>& out) {
  const NameEntry* entry = names_.find(resource.name.text());
  if (entry == nullptr || entry->state != NameEntry::State::defined || entry->span.begin != resource.name.span().begin) return;
  NameMap<Span> seen;
  std::optional<Span> constructor;
  for (const ast::Item& item : resource.functions) {
    const ast::Function& f = std::get<ast::Function>(item.what);
    const Gated gated = read_gates(item, policy_, report_);
    const bool is_constructor = f.kind == ast::FuncKind::constructor;
    const Span at = is_constructor ? item.span : f.name.span();
    const Span* first = is_constructor ? (constructor ? &*constructor : nullptr) : seen.insert(f.name.text(), at);
    if (first != nullptr) {
      report_.error(diag::duplicate_name, at, is_constructor ? "a resource has at most one constructor" : fmt::format("function `{}` is there more than once", f.name.text()))
          .labels.push_back(report_.label(*first, "the first one"));
      continue;
    }
    if (is_constructor) constructor = at;
    if (!is_constructor && is_same_folded(f.name.text(), resource.name.text())) {
      Diagnostic& d = report_.error(diag::duplicate_name, at, fmt::format("function `{}` has the name of its resource", f.name.text()));
      d.labels.push_back(report_.label(resource.name.span(), "the resource"));
      d.notes.push_back("only a `constructor` shares a resource's name: in many languages nothing else of a class can");
      continue;
    }
    check_container(item, gated, this->gated(container).stability);
    if (!gated.is_included) continue;
    if (auto made = resource_function(f, item, entry->decl, gated.stability)) out.push_back(std::move(*made));
  }
}

std::optional<Function> ItemDefiner::resource_function(const ast::Function& f, const ast::Item& item, TypeDeclId resource, Stability stability) {
  const std::string resource_name = graph_.type_decls[resource].name;
  Function out{.name = std::string(f.name.text()), .abi_name = {}, .kind = {}, .resource = resource, .type = {}, .docs = all_.docs(item), .stability = std::move(stability),
               .span = f.name.span(), .external_id = owned_text(item.external_id)};
  user_ = &out.stability;
  const bool is_method = f.kind == ast::FuncKind::plain;
  std::optional<types::TypeId> self;
  if (is_method) {
    for (const ast::Member& p : f.type.params) {
      if (!is_same_folded(p.name.text(), "self")) continue;
      report_.error(diag::duplicate_name, p.name.span(), "a method has a parameter `self` already");
      return std::nullopt;
    }
    self = all_.anonymous->add(types::BorrowType{graph_.type_decls[resource].type}, {});
  }
  std::optional<types::FuncType> type;
  if (f.kind == ast::FuncKind::constructor) {
    ast::FuncType params_only = f.type;
    params_only.result = nullptr;
    type = func_type(params_only, "constructor", item.span);
    const auto result = constructor_result(f, resource);
    if (type && result) type->result = result;
    else type.reset();
    out.name = resource_name;
    out.abi_name = fmt::format("[constructor]{}", resource_name);
    out.kind = FuncKind::constructor;
    out.span = item.span;
  } else {
    type = func_type(f.type, f.name.text(), f.name.span());
    out.abi_name.reserve(resource_name.size() + f.name.text().size() + 9);
    out.abi_name.append(is_method ? "[method]" : "[static]").append(resource_name).append(".").append(f.name.text());
    out.kind = is_method ? FuncKind::method : FuncKind::static_;
  }
  user_ = nullptr;
  if (!type) return std::nullopt;
  if (self) type->params.insert(type->params.begin(), types::Param{"self", *self});
  out.type = std::move(*type);
  return out;
}

/// Nothing written means the resource; else it has to be a `result` whose ok side is the resource.
std::optional<types::ValType> ItemDefiner::constructor_result(const ast::Function& f, TypeDeclId resource) {
  const types::TypeId type = graph_.type_decls[resource].type;
  if (!f.type.result) return types::ValType(type);
  const ast::Type& written = *f.type.result;
  const std::string_view name = graph_.type_decls[resource].name;
  if (written.kind != ast::TypeKind::result) {
    report_.error(diag::type_mismatch, written.span, "a constructor that says what it returns returns a `result`").notes.push_back(fmt::format("`-> result<{}, error>`, or nothing at all", name));
    return std::nullopt;
  }
  is_in_function_ = true;
  const auto made = value_type(written);
  is_in_function_ = false;
  if (!made) return std::nullopt;
  const auto* result = graph_.types.get<types::ResultType>(*made);
  const auto* own = result->ok ? graph_.types.get<types::OwnType>(*result->ok) : nullptr;
  if (own == nullptr || all_.ends.resource(own->resource) != all_.ends.resource(type)) {
    report_.error(diag::type_mismatch, written.args.empty() ? written.span : written.args[0].span, fmt::format("the success side of this constructor's result has to be `{}`", name));
    return std::nullopt;
  }
  if (result->err && contains_borrow(*result->err)) {
    report_.error(diag::invalid, written.span, "the result of a constructor holds a `borrow` handle");
    return std::nullopt;
  }
  return made;
}

bool ItemDefiner::mentions_resource(const types::FuncType& type) const {
  const auto is_resource = [&](const types::ValType& t) { return all_.ends.resource(t).has_value(); };
  return (type.result && is_resource(*type.result)) || std::any_of(type.params.begin(), type.params.end(), [&](const types::Param& p) { return is_resource(p.type); });
}

bool ItemDefiner::contains_borrow(types::ValType t) {
  const auto* id = std::get_if<types::TypeId>(&t);
  if (id == nullptr) return false;
  const auto has = [&](const types::ValType& part) {
    const auto* p = std::get_if<types::TypeId>(&part);
    return p != nullptr && all_.has_borrow[p->value];
  };
  const auto has_some = [&](const std::optional<types::ValType>& part) { return part && has(*part); };
  // Entries refer only to earlier ones, so one pass upwards settles all.
  for (std::size_t i = all_.has_borrow.size(); i <= id->value; ++i) {
    all_.has_borrow.push_back(match(
        graph_.types[types::TypeId(i)], [&](const types::RecordType& r) { return std::any_of(r.fields.begin(), r.fields.end(), [&](const auto& f) { return has(f.type); }); },
        [&](const types::VariantType& v) { return std::any_of(v.cases.begin(), v.cases.end(), [&](const auto& c) { return has_some(c.type); }); },
        [&](const types::TupleType& tuple) { return std::any_of(tuple.types.begin(), tuple.types.end(), has); }, [&](const types::ListType& l) { return has(l.element); },
        [&](const types::FixedListType& l) { return has(l.element); }, [&](const types::MapType& m) { return has(m.key) || has(m.value); },
        [&](const types::OptionType& o) { return has(o.some); }, [&](const types::ResultType& r) { return has_some(r.ok) || has_some(r.err); },
        [&](const types::StreamType& s) { return has_some(s.element); }, [&](const types::FutureType& f) { return has_some(f.element); },
        [&](const types::AliasType& a) { return has(a.target); }, [](const types::BorrowType&) { return true; }, [](const auto&) { return false; }));
  }
  return all_.has_borrow[id->value];
}

}  // namespace wcomp::wit
