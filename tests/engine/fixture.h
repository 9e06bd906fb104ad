// Shorthand for tests that run small modules made with core::ModuleBuilder.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "core/builder.h"
#include "core/text/parse.h"
#include "engine/engine.h"

namespace wcomp::engine::testing {

using core::CodeBuilder;
using core::FuncType;
using core::ModuleBuilder;
using core::Opcode;
using core::ValType;
inline constexpr ValType i32 = ValType::i32, i64 = ValType::i64, f32 = ValType::f32, f64 = ValType::f64;

inline Extern exported(const Store& store, ModuleInstAddr inst, std::string_view name) {
  auto e = store.find_export(inst, name);
  REQUIRE(e);
  return *e;
}
inline FuncAddr func(const Store& store, ModuleInstAddr inst, std::string_view name) {
  return std::get<FuncAddr>(exported(store, inst, name));
}
inline ModuleInstAddr make(Store& store, const ModuleBuilder& b, const std::vector<Extern>& imports = {}, std::string name = {}) {
  auto r = store.instantiate(b.build_valid(), imports, std::move(name));
  REQUIRE(r);
  REQUIRE(*r);
  return **r;
}
/// A module in the text format, with every feature.
inline core::ValidModule valid(std::string text) {
  auto bytes = core::text::parse("test.wat", std::move(text));
  if (!bytes) FAIL(bytes.error().first().message);
  auto module = core::decode(*std::move(bytes));
  if (!module) FAIL(module.error().first().message);
  core::Features all;
  for (const core::FeatureRow& row : core::feature_rows()) all.set(row.feature, true);
  auto checked = core::validate(*std::move(module), all);
  if (!checked) FAIL(checked.error().first().message);
  return *std::move(checked);
}
inline ModuleInstAddr make(Store& store, std::string text, const std::vector<Extern>& imports = {}, std::string name = {}) {
  auto r = store.instantiate(valid(std::move(text)), imports, std::move(name));
  if (!r) FAIL(r.error().first().message);
  if (!*r) FAIL(r->error().to_string());
  return **r;
}
inline Result<std::vector<std::uint64_t>, Trap> call(Store& store, FuncAddr f, std::initializer_list<std::uint64_t> args = {}) {
  const core::FuncType& type = store.func_type(f);
  REQUIRE(args.size() == slot_count(type.params));
  std::vector<std::uint64_t> slots(args);
  std::size_t results = slot_count(type.results);
  slots.resize(std::max(slots.size(), results));
  if (auto r = store.invoke(f, slots); !r) return Err(std::move(r).error());
  slots.resize(results);
  return slots;
}
/// The one result of a call that must not trap.
inline std::uint64_t value(Store& store, FuncAddr f, std::initializer_list<std::uint64_t> args = {}) {
  auto r = call(store, f, args);
  if (!r) FAIL(r.error().to_string());
  REQUIRE(r->size() == 1);
  return r->front();
}
/// The code of the trap that a call must end in.
inline TrapCode trap_code(Store& store, FuncAddr f, std::initializer_list<std::uint64_t> args = {}) {
  auto r = call(store, f, args);
  REQUIRE_FALSE(r);
  return r.error().code();
}
/// A module with one exported function `f`.
template <class Body>
ModuleBuilder one_func(const FuncType& type, Body body) {
  ModuleBuilder b;
  core::FuncIdx f = b.func(type);
  body(b.code(f));
  b.export_func("f", f);
  return b;
}

}  // namespace wcomp::engine::testing
