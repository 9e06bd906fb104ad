// Running core modules: exports by name, calls, memories.
#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "core/text/numbers.h"
#include "core/describe.h"
#include "runtime/module_impl.h"

namespace wcomp {

using namespace runtime;

namespace {

constexpr std::size_t slot_count(CoreType type) { return type == CoreType::v128 ? 2 : 1; }
std::size_t slot_count(const std::vector<CoreType>& types) {
  std::size_t n = 0;
  for (const CoreType t : types) n += slot_count(t);
  return n;
}

void store(std::uint64_t* slots, const CoreValue& value) {
  std::visit([&](const auto& v) { core_abi::store(slots, v); }, value);
}

std::optional<CoreValue> load(CoreType type, const std::uint64_t* slots) {
  switch (type) {
    case CoreType::i32: return core_abi::load<std::int32_t>(slots);
    case CoreType::i64: return core_abi::load<std::int64_t>(slots);
    case CoreType::f32: return core_abi::load<float>(slots);
    case CoreType::f64: return core_abi::load<double>(slots);
    case CoreType::v128: return core_abi::load<V128>(slots);
    case CoreType::funcref:
    case CoreType::externref:
    case CoreType::exnref: break;
  }
  return std::nullopt;
}

std::optional<CoreType> first_without_form(const CoreFuncType& type) {
  for (const auto* types : {&type.params, &type.results}) {
    for (const CoreType t : *types) {
      if (t == CoreType::funcref || t == CoreType::externref || t == CoreType::exnref) return t;
    }
  }
  return std::nullopt;
}

constexpr std::size_t max_listed = 12;

Failure missing_func(const core::Module& module, const std::string& file, std::string_view name) {
  Diagnostic d = error(diag::missing_export, fmt::format("the module exports no function `{}`", name), BinaryPos{.file = file, .path = {}, .offset = 0});
  if (const core::Export* e = module.find_export(name); e != nullptr) d.notes.push_back(fmt::format("`{}` is a {}", name, describe(module, *e)));
  std::string list;
  std::size_t count = 0;
  for (const core::Export& e : module.exports) {
    if (e.kind == core::ExternKind::func && ++count <= max_listed) list += fmt::format("{}`{}`", list.empty() ? "" : ", ", e.name);
  }
  d.notes.push_back(count == 0 ? "it exports no functions" : fmt::format("it exports {}{}", list, count > max_listed ? ", .." : ""));
  return Failure(std::move(d));
}

/// Finds an export of one kind.
template <class Addr>
std::optional<Addr> find(const ModuleInstanceImpl& inst, engine::ModuleInstAddr module, std::string_view name) {
  const auto e = inst.store.find_export(module, name);
  if (!e || !std::holds_alternative<Addr>(*e)) return std::nullopt;
  return std::get<Addr>(*e);
}

}  // namespace

CoreType type_of(const CoreValue& value) {
  constexpr CoreType types[] = {CoreType::i32, CoreType::i64, CoreType::f32, CoreType::f64, CoreType::v128};
  return types[value.index()];
}

std::span<std::uint8_t> CoreCaller::memory() const {
  CoreImporter& importer = *binding_->importer;
  const engine::Store& store = importer.owner->store;
  if (!importer.memory) {
    importer.memory = find<engine::MemAddr>(*importer.owner, importer.addr, "memory");
    if (!importer.memory) return {};
  }
  const engine::MemView view = store.memory(*importer.memory);
  return {view.data, static_cast<std::size_t>(view.size)};
}

void* CoreCaller::state(const void* key) const {
  for (const auto& [known, object] : binding_->importer->owner->states) {
    if (known == key) return object.get();
  }
  return nullptr;
}

bool CoreCaller::is_interrupted() const { return binding_->importer->owner->store.is_interrupted(); }

ModuleInstance::ModuleInstance(std::unique_ptr<ModuleInstanceImpl> impl) : impl_(std::move(impl)) {}
ModuleInstance::~ModuleInstance() = default;
ModuleInstance::ModuleInstance(ModuleInstance&&) noexcept = default;
ModuleInstance& ModuleInstance::operator=(ModuleInstance&&) noexcept = default;

Result<CoreFunc> CoreCaller::func(std::string_view name) const {
  ModuleInstanceImpl& inst = *binding_->importer->owner;
  const auto addr = find<engine::FuncAddr>(inst, binding_->importer->addr, name);
  if (!addr) {
    return fail(diag::missing_export, fmt::format("the module that calls `{}` exports no function `{}`", binding_->name, name));
  }
  CoreFunc out;
  out.instance_ = &inst;
  out.addr_ = addr->value;
  out.name_ = name;
  out.type_ = to_public(inst.store.func_type(*addr));
  return out;
}

Result<CoreFunc> ModuleInstance::func(std::string_view name) const {
  const auto addr = find<engine::FuncAddr>(*impl_, impl_->main, name);
  if (!addr) return Err(missing_func(*impl_->module->module, impl_->module->name, name));
  CoreFunc out;
  out.instance_ = impl_.get();
  out.addr_ = addr->value;
  out.name_ = name;
  out.type_ = to_public(impl_->store.func_type(*addr));
  return out;
}

bool ModuleInstance::has_func(std::string_view name) const { return find<engine::FuncAddr>(*impl_, impl_->main, name).has_value(); }

std::optional<std::span<std::uint8_t>> ModuleInstance::memory(std::string_view name) const {
  const auto addr = find<engine::MemAddr>(*impl_, impl_->main, name);
  if (!addr) return std::nullopt;
  const engine::MemView view = impl_->store.memory(*addr);
  return std::span(view.data, static_cast<std::size_t>(view.size));
}

namespace {

const core::GlobalType* global_type(const ModuleInstanceImpl& inst, std::string_view name) {
  const core::Module& module = *inst.module->module;
  const core::Export* e = module.find_export(name);
  return e != nullptr && e->kind == core::ExternKind::global ? &module.global_types[e->index] : nullptr;
}

}  // namespace

std::optional<CoreValue> ModuleInstance::global(std::string_view name) const {
  const core::GlobalType* type = global_type(*impl_, name);
  if (type == nullptr) return std::nullopt;
  return load(to_public(type->type), impl_->store.global_cell(*find<engine::GlobalAddr>(*impl_, impl_->main, name)));
}

bool ModuleInstance::set_global(std::string_view name, CoreValue value) {
  const core::GlobalType* type = global_type(*impl_, name);
  if (type == nullptr || !type->is_mutable || to_public(type->type) != type_of(value)) return false;
  store(impl_->store.global_cell(*find<engine::GlobalAddr>(*impl_, impl_->main, name)), value);
  return true;
}

void ModuleInstance::interrupt() { impl_->store.interrupt(); }
std::optional<std::uint64_t> ModuleInstance::fuel() const { return impl_->store.fuel(); }
bool ModuleInstance::set_fuel(std::uint64_t fuel) { return impl_->store.set_fuel(fuel); }

Result<void, Trap> CoreFunc::invoke(std::span<std::uint64_t> slots) const {
  if (instance_ == nullptr) return Err(Trap(TrapCode::host_error, "the function is empty: it was taken from no instance"));
  const engine::FuncAddr func(addr_);
  if (!instance_->store.accepts(func, slots)) {
    return Err(Trap(TrapCode::host_error, fmt::format("`{}` is a {}: the slots are too few, or hold a reference that is none of its type in this instance",
                                                      name_, to_string(type_))));
  }
  return instance_->store.invoke(func, slots);
}

Result<std::vector<CoreValue>, Trap> CoreFunc::call(std::span<const CoreValue> args) const {
  if (const auto t = first_without_form(type_)) {
    return Err(Trap(TrapCode::host_error, fmt::format("`{}` is a {}: values of type {} have no form outside of the guest", name_, to_string(type_), to_string(*t))));
  }
  const bool fits = std::ranges::equal(args, type_.params, {}, [](const CoreValue& v) { return type_of(v); });
  if (!fits) {
    std::string given;
    for (const CoreValue& v : args) given += fmt::format("{}{}", given.empty() ? "" : " ", to_string(type_of(v)));
    return Err(Trap(TrapCode::host_error, fmt::format("`{}` is a {}, the arguments are ({})", name_, to_string(type_), given)));
  }
  std::vector<std::uint64_t> slots(std::max(slot_count(type_.params), slot_count(type_.results)));
  std::size_t at = 0;
  for (const CoreValue& v : args) {
    store(slots.data() + at, v);
    at += slot_count(type_of(v));
  }
  if (auto called = invoke(slots); !called) return Err(std::move(called).error());
  std::vector<CoreValue> out;
  at = 0;
  for (const CoreType t : type_.results) {
    out.push_back(*load(t, slots.data() + at));
    at += slot_count(t);
  }
  return out;
}

Failure CoreFunc::mismatch(const CoreFuncType& wanted) const {
  Diagnostic d = error(diag::export_mismatch, fmt::format("`{}` has another type in the module than in the host", name_));
  d.notes.push_back(fmt::format("in the module: {}", to_string(type_)));
  d.notes.push_back(fmt::format("in the host: {}", to_string(wanted)));
  return Failure(std::move(d));
}

}  // namespace wcomp
