// What core modules say of themselves; public and core types into each other.
#include <fmt/format.h>

#include "core/describe.h"
#include "runtime/module_impl.h"

namespace wcomp {

namespace {

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
