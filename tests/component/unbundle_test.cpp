// unbundle.cpp: core modules taken out of components.
#include "component/unbundle.h"

#include "component/encode.h"
#include "component/make.h"

using namespace wcomp;
using namespace wcomp::component;
using namespace wcomp::component::test;
using core::ValType;

namespace {

/// Imports `a` `b` and exports `f`, both of that type.
core::ModuleBuilder module_of(const core::FuncType& t) {
  core::ModuleBuilder m;
  m.import_func("a", "b", t);
  m.export_func("f", core::FuncIdx(0));
  return m;
}

/// The modules are views into `storage`.
struct Taken : Unbundled {
  std::shared_ptr<const Bytes> storage;
};
Taken unbundled(const Make& component, std::uint64_t threshold) {
  const auto storage = std::make_shared<const Bytes>(encode(*component.done()));
  auto out = unbundle(storage, threshold);
  REQUIRE_MESSAGE(out, (out ? "" : out.error().to_string()));
  return {*std::move(out), storage};
}

ComponentType type_of(const Bytes& bytes) {
  const auto decoded = decode(std::make_shared<const Bytes>(bytes));
  REQUIRE(decoded);
  const auto valid = validate(*decoded);
  REQUIRE_MESSAGE(valid, (valid ? "" : valid.error().to_string()));
  return valid->scope().type;
}

}  // namespace

TEST_CASE("a module becomes an import of its type, and what is taken out is the module") {
  Make c;
  const core::ModuleBuilder m = module_of({.params = {ValType::i64}, .results = {}});
  c.module(m);
  const Taken out = unbundled(c, 0);
  REQUIRE(out.modules.size() == 1);
  CHECK(Bytes(out.modules[0].bytes.begin(), out.modules[0].bytes.end()) == m.build());
  const ComponentType type = type_of(out.component);
  REQUIRE(type.imports.size() == 1);
  CHECK(type.imports[0].name == out.modules[0].name);
  const auto* module = std::get_if<std::shared_ptr<const ModuleType>>(&type.imports[0].type);
  REQUIRE(module != nullptr);
  CHECK((*module)->imports.size() == 1);
  CHECK((*module)->exports.size() == 1);
}

TEST_CASE("a module of as many bytes as the threshold stays, one of more goes") {
  Make c;
  const core::ModuleBuilder m = module_of({});
  c.module(m);
  CHECK(unbundled(c, m.build().size()).modules.empty());
  CHECK(unbundled(c, m.build().size() - 1).modules.size() == 1);
}

TEST_CASE("indices of core types and core modules move by how many of each there are in front") {
  // Two modules of the same functions: four types of three shapes would be too many.
  Make c;
  const std::uint32_t mine = c.core_type(core::FuncType{.params = {ValType::f32}, .results = {}});
  c.module(module_of({.params = {ValType::i32}, .results = {}}));
  c.module(module_of({.params = {ValType::i32}, .results = {}}));
  const auto module_type = std::make_shared<const CoreModuleType>(CoreModuleType{.decls = {CoreModuleType::AliasOuterType{.count = 1, .index = mine},
                                                                                            CoreModuleType::ExportItem{.name = "x", .type = core::TypeIdx(0)}}});
  const std::uint32_t given = c.core_type(module_type);
  c.import("given", {.sort = Sort::core_module, .type_index = given, .bound = {}});
  const Taken out = unbundled(c, 0);
  CHECK(out.modules.size() == 2);
  const ComponentType type = type_of(out.component);
  REQUIRE(type.imports.size() == 3);
  const auto* module = std::get_if<std::shared_ptr<const ModuleType>>(&type.imports[2].type);
  REQUIRE(module != nullptr);
  CHECK(std::get<core::FuncType>((*module)->exports.front().type).params == std::vector<ValType>{ValType::f32});
}

TEST_CASE("names that an import has in other letters or hyphens are not taken") {
  Make c;
  const std::uint32_t f = c.func_type({});
  c.import("UNBUNDLED-MODULE0", {.sort = Sort::func, .type_index = f, .bound = {}});
  c.import("unbundled-module-1", {.sort = Sort::func, .type_index = f, .bound = {}});
  c.module(module_of({}));
  CHECK(unbundled(c, 0).modules[0].name == "unbundled-module2");
}

TEST_CASE("a core module is not taken apart, and a module that is not valid not out") {
  const auto module = unbundle(std::make_shared<const Bytes>(core::ModuleBuilder().build()), 0);
  REQUIRE(!module);
  CHECK(module.error().first().code == "invalid");
  core::ModuleBuilder m;
  m.export_func("f", core::FuncIdx(7));
  Make c;
  c.module(m);
  const auto out = unbundle(std::make_shared<const Bytes>(encode(*c.done())), 0);
  REQUIRE(!out);
  CHECK(out.error().first().code == "index-out-of-range");
}
