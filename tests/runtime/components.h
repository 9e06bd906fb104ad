// Components for tests, built in code: one core module each, with a memory and a bump allocator where it needs them.
#pragma once

#include <doctest/doctest.h>

#include "component/builder.h"
#include "core/builder.h"
#include "wcomp/abi.h"
#include "wcomp/module.h"

namespace wcomp::test {

using component::Builder;
using component::CanonOpts;
using component::ExternDesc;
using component::FuncTypeRef;
using component::Sort;
using core::FuncType;
using core::Opcode;
using core::ValType;
using types::Prim;

inline constexpr ValType i32 = ValType::i32;

/// Adds a memory of one page and `realloc`, a bump allocator starting at 1024, to a module; exports both.
inline core::MemIdx add_memory(core::ModuleBuilder& m) {
  const core::MemIdx mem = m.mem({.limits = {.min = 1}});
  m.export_mem("memory", mem);
  const core::GlobalIdx next = m.global({.type = i32, .is_mutable = true}, 1024);
  const core::FuncIdx realloc = m.func({.params = {i32, i32, i32, i32}, .results = {i32}});
  core::CodeBuilder& c = m.code(realloc);
  const core::LocalIdx at = c.local(i32);
  c.global_get(next).local_get(core::LocalIdx(2)).op(Opcode::i32_add).i32_const(1).op(Opcode::i32_sub);
  c.i32_const(0).local_get(core::LocalIdx(2)).op(Opcode::i32_sub).op(Opcode::i32_and).local_tee(at);
  c.local_get(core::LocalIdx(3)).op(Opcode::i32_add).global_set(next).local_get(at);
  m.export_func("realloc", realloc);
  return mem;
}

/// Adds a body that returns a string or list given as (ptr, len): writes both to address 16 and returns 16.
inline void return_pair(core::CodeBuilder& c, core::MemIdx mem, core::LocalIdx ptr, core::LocalIdx len) {
  c.i32_const(16).local_get(ptr).mem(Opcode::i32_store, 2, 0, mem);
  c.i32_const(16).local_get(len).mem(Opcode::i32_store, 2, 4, mem);
  c.i32_const(16);
}

/// canonopts of an instance that has add_memory.
inline CanonOpts memory_opts(Builder& b, component::CoreInstanceIdx inst) {
  return {.memory = core::MemIdx(b.alias_core(Sort::core_memory, inst, "memory")), .realloc = b.alias_core_func(inst, "realloc")};
}

/// Lifts an exported core function and exports it from the component.
inline void lift_export(Builder& b, component::CoreInstanceIdx inst, const std::string& core_name, const std::string& name,
                        FuncTypeRef type, CanonOpts opts = {}) {
  const component::TypeIdx t = b.type(std::move(type));
  const component::CoreFuncIdx f = b.alias_core_func(inst, core_name);
  b.export_(name, {.sort = Sort::func, .index = b.lift({.core_func = f, .opts = opts, .type = t}).value});
}

/// Imports a function at the root.
inline component::FuncIdx import_func(Builder& b, std::string name, FuncTypeRef type) {
  const component::TypeIdx t = b.type(std::move(type));
  return component::FuncIdx(b.import(std::move(name), {.sort = Sort::func, .type_index = t.value}));
}

/// Imports an instance with one function and gives that function.
inline component::FuncIdx import_interface_func(Builder& b, std::string interface, std::string name, FuncTypeRef type) {
  component::InstanceTypeRef inst;
  inst.decls.emplace_back(component::DefType(std::move(type)));
  inst.decls.emplace_back(component::ExportDecl{.name = name, .desc = {.sort = Sort::func, .type_index = 0}});
  const component::TypeIdx t = b.type(std::make_shared<const component::InstanceTypeRef>(std::move(inst)));
  const component::InstanceIdx i(b.import(std::move(interface), {.sort = Sort::instance, .type_index = t.value}));
  return component::FuncIdx(b.alias(Sort::func, i, std::move(name)));
}

inline std::shared_ptr<const component::Component> share(Builder& b) {
  return std::make_shared<const component::Component>(b.take());
}

inline FuncTypeRef string_to_string() {
  return {.params = {{"text", Prim::string}}, .result = Prim::string};
}

/// Exports `echo: func(text: string) -> string`.
inline Builder echo_component(component::StringEncoding encoding = component::StringEncoding::utf8) {
  core::ModuleBuilder m;
  const core::MemIdx mem = add_memory(m);
  const core::FuncIdx echo = m.func({.params = {i32, i32}, .results = {i32}});
  return_pair(m.code(echo), mem, core::LocalIdx(0), core::LocalIdx(1));
  m.export_func("echo", echo);
  Builder b;
  const auto inst = b.instantiate(b.core_module(m.build()), {});
  CanonOpts opts = memory_opts(b, inst);
  opts.encoding = encoding;
  lift_export(b, inst, "echo", "echo", string_to_string(), opts);
  return b;
}

/// Imports `name: func(text: string) -> string` and exports `forward` of the same type, which calls it.
inline Builder forward_component(const std::string& name, component::StringEncoding encoding = component::StringEncoding::utf8) {
  Builder b;
  const component::FuncIdx imported = import_func(b, name, string_to_string());
  core::ModuleBuilder memory_module;
  add_memory(memory_module);
  const auto libc = b.instantiate(b.core_module(memory_module.build()), {});
  CanonOpts opts = memory_opts(b, libc);
  opts.encoding = encoding;
  const auto lowered = b.lower({.func = imported, .opts = opts});
  core::ModuleBuilder m;
  const core::FuncIdx callee = m.import_func("", "f", {.params = {i32, i32, i32}, .results = {}});
  const core::FuncIdx forward = m.func({.params = {i32, i32}, .results = {i32}});
  m.code(forward).local_get(core::LocalIdx(0)).local_get(core::LocalIdx(1)).i32_const(32).call(callee).i32_const(32);
  m.export_func("forward", forward);
  const auto imports = b.core_instance({{"f", lowered}});
  const auto inst = b.instantiate(b.core_module(m.build()), {{"", imports}});
  lift_export(b, inst, "forward", "forward", string_to_string(), opts);
  return b;
}

inline Component load(const Engine& engine, Builder& b) {
  auto loaded = Component::from_bytes(engine, component::encode(*share(b)), "test.wasm");
  if (!loaded) FAIL(loaded.error().to_string());
  return std::move(*loaded);
}

inline std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// A component, or a core module, from its text.
inline Component load_text(const Engine& engine, std::string_view text) {
  auto loaded = Component::from_bytes(engine, bytes(text), "test.wat");
  if (!loaded) FAIL(loaded.error().to_string());
  return std::move(*loaded);
}
inline Module load_module(const Engine& engine, std::string_view text) {
  auto loaded = Module::from_bytes(engine, bytes(text), "module.wat");
  if (!loaded) FAIL(loaded.error().to_string());
  return std::move(*loaded);
}

inline Instance instantiate(const Linker& linker, const Component& component) {
  auto made = linker.instantiate(component);
  if (!made) FAIL(made.error().to_string());
  return std::move(*made);
}

template <class Signature>
TypedFunc<Signature> typed(Instance& instance, std::string_view interface, std::string_view name) {
  auto func = instance.func(interface, name);
  if (!func) FAIL(func.error().to_string());
  auto bound = func->typed<Signature>();
  if (!bound) FAIL(bound.error().to_string());
  return std::move(*bound);
}

}  // namespace wcomp::test
