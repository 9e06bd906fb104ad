// Functions, free ones and those of resources.
#include <algorithm>

#include <fmt/format.h>

#include "base/match.h"
#include "wit/names.h"
#include "wit/resolve/define.h"

namespace wcomp::wit {

std::optional<Function> ItemDefiner::function(const ast::Name& name, const ast::FuncType& type, const ast::Item& item, Stability stability) {
  auto made = func_type(type, name.text, name.span);
  if (!made) return std::nullopt;
  return Function{.name = name.text, .abi_name = name.text, .kind = FuncKind::freestanding, .resource = {}, .type = std::move(*made), .docs = item.docs,
                  .stability = std::move(stability), .span = name.span, .external_id = item.external_id};
}

std::vector<Function> ItemDefiner::functions(const std::vector<ast::Item>& items) {
  std::vector<Function> out;
  for (const ast::Item& item : items) {
    if (const auto* f = std::get_if<ast::Function>(&item.what)) {
      const auto entry = names_.find(f->name.text);
      if (entry == names_.end() || entry->second.state != NameEntry::State::function || entry->second.span.begin != f->name.span.begin) continue;
      if (auto made = function(f->name, f->type, item, gated(item).stability)) out.push_back(std::move(*made));
    } else if (const auto* r = std::get_if<ast::Resource>(&item.what)) {
      resource_functions(*r, item, out);
    }
  }
  return out;
}

std::optional<types::FuncType> ItemDefiner::func_type(const ast::FuncType& type, std::string_view name, Span name_span) {
  bool is_sound = check_members(type.params, "parameter");
  types::FuncType out;
  out.is_async = type.is_async;
  for (const ast::Member& p : type.params) {
    if (const auto t = payload(p.type, is_sound)) out.params.push_back({p.name.text, *t});
  }
  out.result = payload(type.result, is_sound);
  if (out.result && contains_borrow(*out.result)) {
    report_.error(diag::invalid, name_span, fmt::format("the result of `{}` holds a `borrow` handle", name)).notes.push_back("a borrow ends when its call does, so results can only own: return the resource itself");
    is_sound = false;
  }
  return is_sound ? std::optional(std::move(out)) : std::nullopt;
}

void ItemDefiner::resource_functions(const ast::Resource& resource, const ast::Item&, std::vector<Function>& out) {
  const auto entry = names_.find(resource.name.text);
  if (entry == names_.end() || entry->second.state != NameEntry::State::defined || entry->second.span.begin != resource.name.span.begin) return;
  std::map<std::string, Span, std::less<>> seen;
  for (const ast::Item& item : resource.functions) {
    const ast::Function& f = std::get<ast::Function>(item.what);
    const Gated gated = read_gates(item.gates, policy_, report_);
    const bool is_constructor = f.kind == ast::FuncKind::constructor;
    const Span at = is_constructor ? item.span : f.name.span;
    const auto [first, is_new] = seen.emplace(is_constructor ? "" : fold_case(f.name.text), at);
    if (!is_new) {
      report_.error(diag::duplicate_name, at, is_constructor ? "a resource has at most one constructor" : fmt::format("function `{}` is there more than once", f.name.text))
          .labels.push_back(report_.label(first->second, "the first one"));
      continue;
    }
    if (!gated.is_included) continue;
    if (auto made = resource_function(f, item, entry->second.decl, gated.stability)) out.push_back(std::move(*made));
  }
}

std::optional<Function> ItemDefiner::resource_function(const ast::Function& f, const ast::Item& item, TypeDeclId resource, Stability stability) {
  const std::string resource_name = graph_.type_decls[resource].name;
  Function out{.name = f.name.text, .abi_name = {}, .kind = {}, .resource = resource, .type = {}, .docs = item.docs, .stability = std::move(stability),
               .span = f.name.span, .external_id = item.external_id};
  if (f.kind == ast::FuncKind::constructor) {
    ast::FuncType params_only = f.type;
    params_only.result.reset();
    auto type = func_type(params_only, "constructor", item.span);
    const auto result = constructor_result(f, resource);
    if (!type || !result) return std::nullopt;
    type->result = result;
    out.name = resource_name;
    out.abi_name = fmt::format("[constructor]{}", resource_name);
    out.kind = FuncKind::constructor;
    out.type = std::move(*type);
    out.span = item.span;
    return out;
  }
  auto type = func_type(f.type, f.name.text, f.name.span);
  if (!type) return std::nullopt;
  const bool is_method = f.kind == ast::FuncKind::plain;
  if (is_method) {
    for (const ast::Member& p : f.type.params) {
      if (fold_case(p.name.text) != "self") continue;
      report_.error(diag::duplicate_name, p.name.span, "a method has a parameter `self` already");
      return std::nullopt;
    }
    const types::TypeId self = graph_.types.add(types::BorrowType{graph_.type_decls[resource].type});
    type->params.insert(type->params.begin(), types::Param{"self", self});
  }
  out.abi_name = fmt::format("[{}]{}.{}", is_method ? "method" : "static", resource_name, f.name.text);
  out.kind = is_method ? FuncKind::method : FuncKind::static_;
  out.type = std::move(*type);
  return out;
}

/// Nothing written means the resource; else it has to be a `result` whose ok side is the resource.
std::optional<types::ValType> ItemDefiner::constructor_result(const ast::Function& f, TypeDeclId resource) {
  const types::TypeId type = graph_.type_decls[resource].type;
  if (!f.type.result) return types::ValType(graph_.types.add(types::OwnType{type}));
  const ast::Type& written = *f.type.result;
  const std::string_view name = graph_.type_decls[resource].name;
  if (written.kind != ast::TypeKind::result) {
    report_.error(diag::type_mismatch, written.span, "a constructor that says what it returns returns a `result`").notes.push_back(fmt::format("`-> result<{}, error>`, or nothing at all", name));
    return std::nullopt;
  }
  const auto made = value_type(written);
  if (!made) return std::nullopt;
  const auto* result = graph_.types.get<types::ResultType>(*made);
  const auto* own = result->ok ? graph_.types.get<types::OwnType>(*result->ok) : nullptr;
  if (own == nullptr || graph_.types.resource(own->resource) != graph_.types.resource(type)) {
    report_.error(diag::type_mismatch, written.args.empty() ? written.span : written.args[0].span, fmt::format("the success side of this constructor's result has to be `{}`", name));
    return std::nullopt;
  }
  if (result->err && contains_borrow(*result->err)) {
    report_.error(diag::invalid, written.span, "the result of a constructor holds a `borrow` handle");
    return std::nullopt;
  }
  return made;
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
