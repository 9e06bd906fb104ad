#include "wast/core_store.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"

namespace wcomp::wast {

namespace {

std::string name_of(const std::optional<std::string>& id) { return id ? "`$" + *id + "`" : std::string("the last module"); }

}  // namespace

CoreStore::CoreStore(const engine::StoreLimits& limits, const engine::StoreOptions& options) : store_(limits, options) {
  auto made = add_spectest(store_);
  if (made) {
    spectest_ = *std::move(made);
  } else {
    broken_ = std::move(made).error();
  }
}

void CoreStore::forget(const std::optional<std::string>& id) {
  current_.reset();
  if (id) named_.erase(*id);
}

std::optional<engine::Extern> CoreStore::find_import(const core::Import& import) const {
  if (const auto at = registered_.find(import.module); at != registered_.end()) return store_.find_export(at->second, import.name);
  if (import.module == "spectest") {
    const auto at = spectest_.find(import.name);
    return at == spectest_.end() ? std::nullopt : std::optional(at->second);
  }
  if (const auto at = named_.find(import.module); at != named_.end()) return store_.find_export(at->second, import.name);
  return std::nullopt;
}

Result<Result<void, Trap>, Refusal> CoreStore::instantiate(const core::ValidModule& module, const std::optional<std::string>& id) {
  std::vector<engine::Extern> imports;
  for (const core::Import& i : module->imports) {
    const auto found = find_import(i);
    if (!found) {
      const std::string why = broken_ && i.module == "spectest" ? ": " + one_line(*broken_) : std::string();
      Diagnostic d = error(diag::missing_import, fmt::format("unknown import `{}` `{}`{}", i.module, i.name, why));
      return Err(Refusal{RefusalKind::unlinkable, Failure(std::move(d))});
    }
    imports.push_back(*found);
  }
  auto made = store_.instantiate(module, imports, id.value_or(std::string()));
  if (!made) return Err(Refusal{RefusalKind::unlinkable, std::move(made).error()});
  if (!*made) return Result<void, Trap>(Err(std::move(*made).error()));
  current_ = **made;
  if (id) named_.insert_or_assign(*id, **made);
  return Result<void, Trap>();
}

void CoreStore::define(const std::optional<std::string>& id, core::ValidModule module) {
  if (id) definitions_.insert_or_assign(*id, module);
  last_definition_ = std::move(module);
}

const core::ValidModule* CoreStore::definition(const std::optional<std::string>& id) const {
  if (!id) return last_definition_ ? &*last_definition_ : nullptr;
  const auto at = definitions_.find(*id);
  return at == definitions_.end() ? nullptr : &at->second;
}

Held CoreStore::register_as(std::string name, const std::optional<std::string>& id) {
  const auto at = id ? named_.find(*id) : named_.end();
  if (id ? at == named_.end() : !current_) return Err(Miss{"an instance of " + name_of(id), "none"});
  registered_.insert_or_assign(std::move(name), id ? at->second : *current_);
  return {};
}

Result<engine::Extern, Miss> CoreStore::find(const std::optional<std::string>& id, const std::string& name) const {
  const auto at = id ? named_.find(*id) : named_.end();
  if (id ? at == named_.end() : !current_) return Err(Miss{"an instance of " + name_of(id), "none"});
  const auto item = store_.find_export(id ? at->second : *current_, name);
  if (!item) return Err(Miss{fmt::format("an export `{}` of {}", name, name_of(id)), "none"});
  return *item;
}

Result<Acted, Miss> CoreStore::invoke(const std::optional<std::string>& id, const std::string& name, std::span<const Value> args) {
  WCOMP_TRY(const engine::Extern item, find(id, name));
  const auto* func = std::get_if<engine::FuncAddr>(&item);
  if (func == nullptr) return Err(Miss{fmt::format("`{}` to be a function", name), "another export"});
  const core::FuncType& type = store_.func_type(*func);
  std::vector<std::uint64_t> slots;
  std::size_t result_slots = 0;
  bool fits = args.size() == type.params.size();
  for (std::size_t i = 0; fits && i < args.size(); ++i) {
    fits = can_pass(args[i], type.params[i]);
    slots.insert(slots.end(), args[i].slots.begin(), args[i].slots.begin() + static_cast<std::ptrdiff_t>(slot_count(args[i].kind)));
  }
  if (!fits) return Err(Miss{fmt::format("arguments for `{}`, which is {}", name, core::to_string(type)), fmt::format("{} that do not fit", args.size())});
  for (const core::ValType t : type.results) result_slots += slot_count(kind_of(t));
  slots.resize(std::max(slots.size(), result_slots));
  if (auto done = store_.invoke(*func, slots); !done) return Acted(Err(std::move(done).error()));
  std::vector<Value> out;
  std::size_t at = 0;
  for (const core::ValType t : type.results) {
    Value v{.kind = kind_of(t), .type = t};
    for (std::size_t i = 0; i < slot_count(v.kind); ++i) v.slots[i] = slots[at++];
    out.push_back(v);
  }
  return Acted(std::move(out));
}

Result<Acted, Miss> CoreStore::get(const std::optional<std::string>& id, const std::string& name) {
  WCOMP_TRY(const engine::Extern item, find(id, name));
  const auto* global = std::get_if<engine::GlobalAddr>(&item);
  if (global == nullptr) return Err(Miss{fmt::format("`{}` to be a global", name), "another export"});
  Value v{.kind = kind_of(store_.global_type(*global).type), .type = store_.global_type(*global).type};
  std::copy_n(store_.global_cell(*global), slot_count(v.kind), v.slots.begin());
  return Acted(std::vector<Value>{v});
}

}  // namespace wcomp::wast
