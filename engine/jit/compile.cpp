#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "engine/jit/function_compiler.h"

namespace wcomp::engine::jit {
namespace {

constexpr std::size_t max_code_bytes = std::size_t{1} << 30;  // distances are 32 bits, signed

}  // namespace

bool has_stencils(Target target) { return find_stencils(target) != nullptr; }

Result<CodeObject> compile(const core::ValidModule& valid, const CompileOptions& options) {
  const core::Module& module = *valid;
  const StencilTable* table = find_stencils(options.target);
  if (table == nullptr) return fail(diag::unsupported, fmt::format("this wcomp was built without the headers of {}: it makes no code for it", to_string(options.target)));
  CodeObject out;
  out.options = options;
  if (options.target == Target::x86_64_linux) {
    for (const auto& bytes : table->literals) out.code.insert(out.code.end(), bytes.begin(), bytes.end());
  }
  out.funcs.reserve(module.funcs.size() + 1);
  // What is not needed in the end costs no memory but addresses.
  constexpr std::size_t usual_growth = 4;
  std::size_t bytes = 0;
  for (const core::Func& f : module.funcs) bytes += f.body.code.size();
  out.code.reserve(std::min(usual_growth * bytes, max_code_bytes));
  ModuleBuild build{.module = module, .out = out, .calls = {}};
  FunctionCompiler compiler(build, *table);
  for (std::size_t i = 0; i < module.funcs.size(); ++i) {
    compiler.compile(core::FuncIdx(module.imported_funcs + i));
    if (out.code.size() > max_code_bytes) return fail(diag::limit_exceeded, "the module is too large to be compiled: its code would take more than 1 GiB");
  }
  if (!compiler.link_calls()) return fail(diag::limit_exceeded, "the module is too large to be compiled: functions are too far apart for calls");
  out.funcs.push_back({.entry = static_cast<std::uint32_t>(out.code.size()),
                       .end = static_cast<std::uint32_t>(out.code.size()),
                       .places = static_cast<std::uint32_t>(out.places.size()),
                       .handlers = static_cast<std::uint32_t>(out.handlers.size())});
  return out;
}

}  // namespace wcomp::engine::jit
