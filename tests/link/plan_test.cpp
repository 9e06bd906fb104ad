#include <doctest/doctest.h>

#include "component/builder.h"
#include "core/builder.h"
#include "link/plan.h"

using namespace wcomp;
using namespace wcomp::component;
using core::Opcode;
using types::Prim;

namespace {

std::shared_ptr<const Component> share(Builder b) {
  return std::make_shared<const Component>(b.take());
}

Result<link::Plan> plan_of(Builder b) {
  auto decoded = decode(encode(*share(std::move(b))));
  REQUIRE(decoded.has_value());
  auto valid = validate(*decoded);
  if (!valid) FAIL(valid.error().to_string());
  return link::plan(*valid);
}

FuncTypeRef number_to_number() {
  return {.params = {{"n", Prim::u32}}, .result = Prim::u32};
}

/// Exports `next: func(n: u32) -> u32`.
Builder callee() {
  core::ModuleBuilder m;
  const core::FuncIdx f = m.func({.params = {core::ValType::i32}, .results = {core::ValType::i32}});
  m.code(f).local_get(core::LocalIdx(0)).i32_const(1).op(Opcode::i32_add);
  m.export_func("f", f);
  Builder b;
  const auto inst = b.instantiate(b.core_module(m.build()), {});
  const auto type = b.type(number_to_number());
  const auto lifted = b.lift({.core_func = b.alias_core_func(inst, "f"), .opts = {}, .type = type});
  b.export_("next", {.sort = Sort::func, .index = lifted.value});
  return b;
}

/// Imports `next` and exports `twice`, of the same type.
Builder caller() {
  Builder b;
  const auto type = b.type(number_to_number());
  const FuncIdx imported(b.import("next", {.sort = Sort::func, .type_index = type.value}));
  const auto lowered = b.lower({.func = imported, .opts = {}});
  core::ModuleBuilder m;
  const core::FuncType core_type{.params = {core::ValType::i32}, .results = {core::ValType::i32}};
  const core::FuncIdx next = m.import_func("", "next", core_type);
  const core::FuncIdx f = m.func(core_type);
  m.code(f).local_get(core::LocalIdx(0)).call(next).call(next);
  m.export_func("f", f);
  const auto inst = b.instantiate(b.core_module(m.build()), {{"", b.core_instance({{"next", lowered}})}});
  const auto lifted = b.lift({.core_func = b.alias_core_func(inst, "f"), .opts = {}, .type = type});
  b.export_("twice", {.sort = Sort::func, .index = lifted.value});
  return b;
}

Builder composed(int callers) {
  Builder b;
  const auto in = b.instantiate(b.component(share(callee())), {});
  const auto next = b.alias(Sort::func, in, "next");
  const auto c = b.component(share(caller()));
  for (int i = 0; i < callers; ++i) {
    const auto out = b.instantiate(c, {{"next", {.sort = Sort::func, .index = next}}});
    b.export_("twice" + std::to_string(i), {.sort = Sort::func, .index = b.alias(Sort::func, out, "twice")});
  }
  return b;
}

template <class T>
std::size_t count(const link::Plan& plan) {
  std::size_t n = 0;
  for (const auto& s : plan.steps) n += std::holds_alternative<T>(s);
  return n;
}

}  // namespace

TEST_CASE("nested components are flattened into steps, instance after instance") {
  auto plan = plan_of(composed(1));
  REQUIRE(plan.has_value());
  CHECK(plan->component_instances.size() == 3);
  CHECK(plan->component_instances[0].path == "component");
  CHECK(plan->component_instances[1].path == "component > component#0");
  CHECK(plan->component_instances[2].path == "component > component#1");
  CHECK(count<link::InstantiateModule>(*plan) == 2);
  CHECK(count<link::MakeAdapter>(*plan) == 1);
  CHECK(count<link::LowerImport>(*plan) == 0);
  REQUIRE(plan->exports.size() == 1);
  const auto& f = std::get<link::LiftedFunc>(plan->exports[0].second);
  CHECK(f.name == "twice0");
  CHECK(f.opts.instance == link::ComponentInstanceSlot(2));
}

TEST_CASE("adapters and modules of the same kind are shared") {
  auto plan = plan_of(composed(3));
  REQUIRE(plan.has_value());
  CHECK(count<link::InstantiateModule>(*plan) == 4);
  CHECK(count<link::MakeAdapter>(*plan) == 3);
  CHECK(plan->modules.size() == 3);  // callee, caller, one adapter
}

TEST_CASE("a host function that is lowered is an import of the plan") {
  auto plan = plan_of(caller());
  REQUIRE(plan.has_value());
  REQUIRE(plan->imports.size() == 1);
  CHECK(plan->imports[0].interface.empty());
  CHECK(plan->imports[0].name == "next");
  CHECK(plan->import_names == std::vector<std::string>{"next"});
  CHECK(plan->export_names == std::vector<std::string>{"twice"});
}

TEST_CASE("an export that is an import handed through is that import, and needs no code") {
  Builder b;
  const auto type = b.type(number_to_number());
  const auto f = b.import("next", {.sort = Sort::func, .type_index = type.value});
  b.export_("same", {.sort = Sort::func, .index = f});
  auto plan = plan_of(std::move(b));
  REQUIRE(plan.has_value());
  CHECK(plan->steps.empty());
  REQUIRE(plan->imports.size() == 1);
  CHECK(plan->imports[0].name == "next");
  REQUIRE(plan->exports.size() == 1);
  const auto& handed = std::get<link::LiftedFunc>(plan->exports[0].second).handed;
  REQUIRE(handed.has_value());
  CHECK(handed->name == "next");
  CHECK(print(*plan).find("export same = import next") != std::string::npos);
  CHECK(plan->export_names == std::vector<std::string>{"same"});
}

TEST_CASE("each instantiation of a component has its own resource type") {
  Builder inner;
  const auto r = inner.type(ResourceTypeRef{});
  const auto res_new = inner.resource_new(r);
  (void)res_new;
  inner.export_("r", {.sort = Sort::type, .index = r.value});
  Builder b;
  const auto c = b.component(share(std::move(inner)));
  b.instantiate(c, {});
  b.instantiate(c, {});
  auto plan = plan_of(std::move(b));
  REQUIRE(plan.has_value());
  CHECK(plan->resources.size() == 2);
  CHECK(count<link::DefineResource>(*plan) == 2);
  CHECK(count<link::ResourceNew>(*plan) == 2);
  CHECK(plan->resources[0].name == "r");
  CHECK(std::get<link::GuestResource>(plan->resources[1].origin).instance == link::ComponentInstanceSlot(2));
}

TEST_CASE("an instance is entered with its ancestors, but not with those of the caller") {
  auto plan = plan_of(composed(1));
  REQUIRE(plan.has_value());
  using Slot = link::ComponentInstanceSlot;
  CHECK(link::entering_set(*plan, std::nullopt, Slot(1)) == std::vector{Slot(1), Slot(0)});
  CHECK(link::entering_set(*plan, Slot(2), Slot(1)) == std::vector{Slot(1)});
  CHECK(link::entering_set(*plan, Slot(0), Slot(1)) == std::vector{Slot(1)});
  CHECK(link::entering_set(*plan, Slot(1), Slot(0)).empty());
  CHECK(link::entering_set(*plan, Slot(1), Slot(1)).empty());
}

TEST_CASE("a component that doubles itself again and again is refused") {
  Builder inner = callee();
  for (int level = 0; level < 40; ++level) {
    Builder b;
    const auto c = b.component(share(std::move(inner)));
    b.instantiate(c, {});
    b.instantiate(c, {});
    inner = std::move(b);
  }
  auto plan = plan_of(std::move(inner));
  REQUIRE(!plan);
  CHECK(plan.error().first().code == "limit-exceeded");
}

TEST_CASE("a plan prints its steps") {
  auto plan = plan_of(composed(1));
  REQUIRE(plan.has_value());
  const std::string text = link::print(*plan);
  CHECK(text.find("core-instance 0 = instantiate module 0    ;; component > component#0\n") != std::string::npos);
  CHECK(text.find("core-func 0 = adapter module 1 to core-instance 0 \"f\"    ;; next: func(n: u32) -> u32\n    caller: instance 2\n    callee: instance 1\n") !=
        std::string::npos);
  CHECK(text.find("core-instance 1 = instantiate module 2    ;; component > component#1\n    \"\" \"next\" = core-func 0\n") !=
        std::string::npos);
  CHECK(text.find("export twice0 = lift core-instance 1 \"f\"    ;; func(n: u32) -> u32\n") != std::string::npos);
}
