#include "wast/component_store.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/validate.h"
#include "wast/component_value.h"
#include "wast/host.h"

namespace wcomp::wast {

namespace {

Engine make_engine(const component::Features& features, bool is_deterministic, BackendKind backend) {
  auto engine = Engine::create({.wasm_features = component::to_list(features), .is_deterministic = is_deterministic, .backend = backend});
  WCOMP_CHECK(engine.has_value());
  return *std::move(engine);
}

/// The trap that a failure of instantiation tells of.
Trap trap_of(const std::string& message) {
  constexpr std::string_view texts[] = {
#define WCOMP_TRAP(name, text) text,
#include "wcomp/traps.def"
#undef WCOMP_TRAP
  };
  for (std::size_t i = 0; i < std::size(texts); ++i) {
    if (message.find(fmt::format("trap: {}", texts[i])) != std::string::npos) return Trap(static_cast<TrapCode>(i), message);
  }
  return Trap(TrapCode::host_error, message);
}

}  // namespace

ComponentStore::ComponentStore(const component::Features& features, bool is_deterministic, BackendKind backend)
    : features_(features), engine_(make_engine(features, is_deterministic, backend)), linker_(engine_) {
  // Scripts ask for much of what is never written to.
  Limits limits;
  limits.max_memory_bytes = std::uint64_t{64} << 30;
  linker_.set_limits(limits);
  add_host(linker_, engine_);
}

Result<void, Refusal> ComponentStore::check(const Bytes& bytes) const {
  auto decoded = component::decode(bytes);
  if (!decoded) return Err(refused_by_decoder(std::move(decoded).error()));
  auto valid = component::validate(*std::move(decoded), features_);
  if (!valid) return Err(refused_by_validator(std::move(valid).error()));
  return {};
}

Result<Component, Refusal> ComponentStore::accept(Bytes bytes) const {
  WCOMP_TRY(check(bytes));
  auto out = Component::from_bytes(engine_, bytes);
  if (!out) return Err(Refusal{RefusalKind::invalid, std::move(out).error()});
  return *std::move(out);
}

Result<Result<void, Trap>, Refusal> ComponentStore::instantiate(const Component& component, const std::optional<std::string>& id) {
  auto made = linker_.instantiate(component);
  if (!made) {
    if (made.error().first().code != diag::trap.code) return Err(Refusal{RefusalKind::unlinkable, std::move(made).error()});
    return Result<void, Trap>(Err(trap_of(made.error().first().message)));
  }
  current_ = std::make_shared<Instance>(*std::move(made));
  if (id) {
    named_.insert_or_assign(*id, current_);
    linker_.define_instance(*id, current_);
  }
  return Result<void, Trap>();
}

Held ComponentStore::register_as(std::string name, const std::optional<std::string>& id) {
  const auto at = id ? named_.find(*id) : named_.end();
  const std::shared_ptr<Instance> instance = id ? (at == named_.end() ? nullptr : at->second) : current_;
  if (instance == nullptr) return Err(Miss{id ? "an instance of `$" + *id + "`" : std::string("an instance of the last component"), "none"});
  linker_.define_instance(std::move(name), instance);
  return {};
}

void ComponentStore::define(const std::optional<std::string>& id, Component component) {
  if (id) definitions_.insert_or_assign(*id, component);
  last_definition_ = std::move(component);
}

const Component* ComponentStore::definition(const std::optional<std::string>& id) const {
  if (!id) return last_definition_ ? &*last_definition_ : nullptr;
  const auto at = definitions_.find(*id);
  return at == definitions_.end() ? nullptr : &at->second;
}

bool ComponentStore::has_instance(const std::optional<std::string>& id) const { return id ? named_.contains(*id) : current_ != nullptr; }

void ComponentStore::forget(const std::optional<std::string>& id) {
  current_.reset();
  if (id) named_.erase(*id);
}

Result<ComponentStore::Called, Miss> ComponentStore::invoke(const std::optional<std::string>& id, const std::string& name, core::text::Cursor& in) {
  const auto at = id ? named_.find(*id) : named_.end();
  const std::shared_ptr<Instance> instance = id ? (at == named_.end() ? nullptr : at->second) : current_;
  if (instance == nullptr) return Err(Miss{id ? "an instance of `$" + *id + "`" : std::string("an instance of the last component"), "none"});
  auto func = instance->func("", name);
  if (!func) return Err(Miss{fmt::format("an exported function `{}`", name), one_line(func.error())});
  std::vector<wcomp::Value> args;
  for (const Param& p : func->params()) {
    auto value = parse_component_value(p.type, in);
    if (!value) return Err(Miss{fmt::format("an argument for `{}` of `{}`, which is {}", p.name, name, func->type()), one_line(value.error())});
    args.push_back(*std::move(value));
  }
  auto result = func->call(args);
  return Called{*std::move(func), std::move(result)};
}

}  // namespace wcomp::wast
