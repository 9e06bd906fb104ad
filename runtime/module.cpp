// Core modules: from bytes to a valid module, and what it says of itself.
#include "wcomp/module.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/in_file.h"
#include "component/component.h"
#include "component/text/parse.h"
#include "cache/cache.h"
#include "core/describe.h"
#include "core/text/parse.h"
#include "engine/jit/code_cache.h"
#include "runtime/module_impl.h"

namespace wcomp {

namespace {

Result<core::ValidModule> read(Bytes bytes, const std::string& name, const core::Features& features) {
  if (component::text::is_wat(bytes)) {
    WCOMP_TRY(bytes, core::text::parse(name, std::string(as_text(bytes))));
  } else if (core::text::is_text(bytes)) {
    return fail(diag::malformed, bytes.empty() ? "the file is empty" : "this is no WebAssembly binary: it does not begin with `\\0asm`");
  }
  if (component::detect(bytes) == component::BinaryKind::component) {
    Diagnostic d = error(diag::malformed, "this is a component, a core module was expected");
    d.notes.emplace_back("components are loaded with `Component::load` and instantiated by a `Linker`");
    return Err(Failure(std::move(d)));
  }
  WCOMP_TRY(core::Module decoded, core::decode(std::move(bytes)));
  return core::validate(std::move(decoded), features);
}

void append_types(std::string& out, std::string_view keyword, const std::vector<CoreType>& types) {
  if (types.empty()) return;
  out += fmt::format(" ({}", keyword);
  for (const CoreType t : types) out += fmt::format(" {}", to_string(t));
  out += ")";
}

}  // namespace

std::string_view to_string(CoreType type) {
  switch (type) {
    case CoreType::i32: return "i32";
    case CoreType::i64: return "i64";
    case CoreType::f32: return "f32";
    case CoreType::f64: return "f64";
    case CoreType::v128: return "v128";
    case CoreType::funcref: return "funcref";
    case CoreType::externref: return "externref";
    case CoreType::exnref: return "exnref";
  }
  return "unknown";
}

std::string to_string(const CoreFuncType& type) {
  std::string out = "func";
  append_types(out, "param", type.params);
  append_types(out, "result", type.results);
  return out;
}

Result<Module> Module::from_bytes(const Engine& engine, std::span<const std::uint8_t> bytes, std::string name) {
  auto valid = read(Bytes(bytes.begin(), bytes.end()), name, engine.impl_->features.core);
  if (!valid) return Err(in_file(std::move(valid).error(), name));
  Module out;
  out.impl_ = std::make_shared<const ModuleImpl>(ModuleImpl{.engine = engine.impl_, .name = std::move(name), .module = *std::move(valid)});
  return out;
}

Result<Module> Module::load(const Engine& engine, const std::filesystem::path& path) {
  const auto stamp = engine.impl_->store_options.code_cache == nullptr ? std::nullopt : cache::stamp_of(path);
  WCOMP_TRY(Bytes bytes, read_file(path));
  WCOMP_TRY(Module out, from_bytes(engine, bytes, path.string()));
  if (stamp && !component::text::is_wat(bytes)) engine::jit::know_file(out.impl_->module->storage, *stamp);
  return out;
}

std::vector<ModuleImport> Module::imports() const {
  std::vector<ModuleImport> out;
  if (impl_ == nullptr) return out;
  const core::Module& module = *impl_->module;
  for (const core::Import& i : module.imports) out.push_back({i.module, i.name, core::describe(module, i.type)});
  return out;
}

std::vector<ModuleExport> Module::exports() const {
  std::vector<ModuleExport> out;
  if (impl_ == nullptr) return out;
  const core::Module& module = *impl_->module;
  for (const core::Export& e : module.exports) out.push_back({e.name, core::describe(module, e)});
  return out;
}

namespace runtime {

CoreType to_public(core::ValType type) {
  if (!core::is_ref(type)) return static_cast<CoreType>(type);
  switch (core::heap_type_of(type)) {
    case core::HeapType::extern_:
    case core::HeapType::noextern: return CoreType::externref;
    case core::HeapType::exn:
    case core::HeapType::noexn: return CoreType::exnref;
    default: return CoreType::funcref;
  }
}

CoreFuncType to_public(const core::FuncType& type) {
  const auto types = [](const std::vector<core::ValType>& from) {
    std::vector<CoreType> out;
    for (const core::ValType t : from) out.push_back(to_public(t));
    return out;
  };
  return {types(type.params), types(type.results)};
}

core::FuncType to_core(const CoreFuncType& type) {
  const auto types = [](const std::vector<CoreType>& from) {
    std::vector<core::ValType> out;
    for (const CoreType t : from) out.push_back(static_cast<core::ValType>(t));
    return out;
  };
  return {types(type.params), types(type.results)};
}

}  // namespace runtime
}  // namespace wcomp
