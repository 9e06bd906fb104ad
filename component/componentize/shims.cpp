#include "component/componentize/shims.h"

#include <map>

#include <fmt/format.h>

#include "core/builder.h"

namespace wcomp::component {

namespace {

using core::CodeBuilder;
using core::FuncIdx;
using core::ModuleBuilder;
using core::Opcode;
using core::ValType;

void pass_params(CodeBuilder& c, const core::FuncType& type) {
  for (std::uint32_t p = 0; p < type.params.size(); ++p) c.local_get(core::LocalIdx(p));
}

core::TableType table_of(const ShimModule& shim) {
  return {.element = ValType::funcref, .limits = {.min = shim.slots.size(), .max = shim.slots.size()}};
}
core::GlobalType global_of(ModuleBuilder& m, const core::FuncType& type) {
  return {.type = core::ref_to(core::heap_type_of(m.type(type)), true), .is_mutable = true};
}

/// What the hook is told before and after; none: nothing.
struct Told {
  std::optional<int> before, after, after_last;  ///< `after_last` where the result 0 means that the task is done
};
Told told(HookKind k) {
  switch (k) {
    case HookKind::sync: return {0, 1, {}};
    case HookKind::sync_before_post_return: return {0, {}, {}};
    case HookKind::post_return: return {{}, 1, {}};
    case HookKind::async: return {2, 4, 5};
    case HookKind::callback: return {3, 4, 5};
    case HookKind::stackful: return {2, 5, {}};
    case HookKind::initialize: return {6, 7, {}};
    case HookKind::dtor: return {8, 9, {}};
    case HookKind::realloc: return {12, 13, {}};
  }
  return {};
}

/// The body of a wrapper around `target`.
void write_hook(CodeBuilder& c, HookKind kind, FuncIdx target, const core::FuncType& type, FuncIdx hook) {
  const Told numbers = told(kind);
  const auto tell = [&](const std::optional<int>& number) {
    if (number) c.i32_const(*number).call(hook);
  };
  tell(numbers.before);
  pass_params(c, type);
  c.call(target);
  if (!numbers.after_last) return tell(numbers.after);
  const core::LocalIdx result = c.local(ValType::i32);
  c.local_set(result).i32_const(*numbers.after).i32_const(*numbers.after_last).local_get(result).op(Opcode::select).call(hook).local_get(result);
}

}  // namespace

Bytes shim_module(const ShimModule& shim, bool return_call_ref) {
  ModuleBuilder m;
  std::optional<core::TableIdx> table;
  if (!shim.slots.empty() && !return_call_ref) table = m.table(table_of(shim));
  for (std::size_t i = 0; i < shim.slots.size(); ++i) {
    const core::FuncType& type = shim.slots[i].type;
    const FuncIdx f = m.func(type);
    CodeBuilder& c = m.code(f);
    pass_params(c, type);
    if (table) {
      c.i32_const(static_cast<std::int32_t>(i)).call_indirect(m.type(type), *table);
    } else {
      const core::GlobalIdx g = m.global(global_of(m, type), 0);
      m.export_global(fmt::format("g{}", i), g);
      c.global_get(g).op(Opcode::return_call_ref, m.type(type).value);
    }
    m.export_func(fmt::format("{}", i), f);
    m.name(f, shim.slots[i].name);
  }
  if (table) m.export_table(std::string(shim_table), *table);
  if (shim.memory) m.export_mem(std::string(shim_memory), m.mem(*shim.memory));
  if (shim.has_tls_base) {
    const core::GlobalIdx base = m.global({.type = ValType::i32, .is_mutable = true}, 0);
    const FuncIdx get = m.func({.params = {}, .results = {ValType::i32}});
    m.code(get).global_get(base);
    const FuncIdx set = m.func({.params = {ValType::i32}, .results = {}});
    m.code(set).local_get(core::LocalIdx(0)).global_set(base);
    m.export_func(std::string(shim_get_tls_base), get);
    m.export_func(std::string(shim_set_tls_base), set);
  }
  return m.build();
}

Bytes fixup_module(const ShimModule& shim, const FixupModule& fixup, bool return_call_ref) {
  ModuleBuilder m;
  std::vector<FuncIdx> in_slots;
  for (std::size_t i = 0; i < shim.slots.size(); ++i) in_slots.push_back(m.import_func("actual", fmt::format("{}", i), shim.slots[i].type));
  const core::FuncType nothing;
  std::optional<FuncIdx> initialize, hook;
  if (fixup.initialize) initialize = m.import_func("main", *fixup.initialize, nothing);
  if (fixup.task_hook) hook = m.import_func("main", *fixup.task_hook, {.params = {ValType::i32}, .results = {}});
  std::map<std::pair<std::string, std::string>, FuncIdx> imported;
  for (const Hook& h : fixup.hooks) {
    const auto [at, is_new] = imported.try_emplace({h.module, h.name});
    if (is_new) at->second = m.import_func(h.module, h.name, h.type);
  }
  std::optional<core::TableIdx> table;
  std::vector<core::GlobalIdx> globals;
  if (!shim.slots.empty() && !return_call_ref) table = m.import_table("shim", std::string(shim_table), table_of(shim));
  if (return_call_ref) {
    for (std::size_t i = 0; i < shim.slots.size(); ++i) globals.push_back(m.import_global("shim", fmt::format("g{}", i), global_of(m, shim.slots[i].type)));
  }
  for (std::size_t i = 0; i < fixup.hooks.size(); ++i) {
    const Hook& h = fixup.hooks[i];
    const FuncIdx f = m.func(h.type);
    write_hook(m.code(f), h.kind, imported.at({h.module, h.name}), h.type, *hook);
    m.export_func(fmt::format("hook{}", i), f);
    m.name(f, "hook-" + h.name);
  }
  for (std::size_t i = 0; i < shim.slots.size(); ++i) {
    if (!hook || !shim.slots[i].hook) continue;
    const FuncIdx f = m.func(shim.slots[i].type);
    write_hook(m.code(f), *shim.slots[i].hook, in_slots[i], shim.slots[i].type, *hook);
    m.name(f, "hook-" + shim.slots[i].name);
    in_slots[i] = f;
  }
  if (table) m.elem(*table, 0, in_slots);
  if (!initialize && globals.empty()) return m.build();
  if (initialize && !hook && globals.empty()) {
    m.start(*initialize);
    return m.build();
  }
  const FuncIdx start = m.func(nothing);
  CodeBuilder& c = m.code(start);
  for (std::size_t i = 0; i < globals.size(); ++i) {
    m.export_func(fmt::format("slot{}", i), in_slots[i]);  // so that `ref.func` may name it
    c.op(Opcode::ref_func, in_slots[i].value).global_set(globals[i]);
  }
  if (initialize && hook) write_hook(c, HookKind::initialize, *initialize, nothing, *hook);
  if (initialize && !hook) c.call(*initialize);
  m.start(start);
  return m.build();
}

}  // namespace wcomp::component
