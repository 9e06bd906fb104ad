#include "base/diagnostic.h"
#include "engine/jit/function_compiler.h"

namespace wcomp::engine::jit {
namespace {

constexpr std::size_t max_code_bytes = std::size_t{1} << 30;  // distances are 32 bits, signed

}  // namespace

bool can_compile() {
#if defined(__x86_64__) && defined(__linux__)
  return __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("popcnt") != 0;
#else
  return false;
#endif
}

Result<CodeObject> compile(const core::ValidModule& valid, const CompileOptions& options) {
  const core::Module& module = *valid;
  CodeObject out;
  out.options = options;
  for (const auto& bytes : literals()) out.code.insert(out.code.end(), bytes.begin(), bytes.end());
  out.funcs.reserve(module.funcs.size() + 1);
  ModuleBuild build{.module = module, .out = out, .calls = {}};
  FunctionCompiler compiler(build);
  for (std::size_t i = 0; i < module.funcs.size(); ++i) {
    compiler.compile(core::FuncIdx(module.imported_funcs + i));
    if (out.code.size() > max_code_bytes) return fail(diag::limit_exceeded, "the module is too large to be compiled: its code would take more than 1 GiB");
  }
  for (const ModuleBuild::CallFixup& c : build.calls) {
    Assembler(out.code).link(c.field, out.funcs[c.func - module.imported_funcs].entry);
  }
  out.funcs.push_back({.entry = static_cast<std::uint32_t>(out.code.size()),
                       .end = static_cast<std::uint32_t>(out.code.size()),
                       .places = static_cast<std::uint32_t>(out.places.size()),
                       .handlers = static_cast<std::uint32_t>(out.handlers.size())});
  return out;
}

}  // namespace wcomp::engine::jit
