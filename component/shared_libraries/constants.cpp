#include "component/shared_libraries/constants.h"

#include "core/expr_reader.h"

namespace wcomp::component::shared {

using core::Opcode;

std::optional<std::uint64_t> evaluate(const core::Expr& expr, std::span<const std::optional<std::uint64_t>> globals) {
  std::vector<std::uint64_t> stack;
  const auto binary = [&](auto apply, bool is_32) {
    const std::uint64_t right = stack.back();
    stack.pop_back();
    const std::uint64_t value = apply(stack.back(), right);
    stack.back() = is_32 ? static_cast<std::uint32_t>(value) : value;
  };
  const auto add = [](std::uint64_t a, std::uint64_t b) { return a + b; };
  const auto sub = [](std::uint64_t a, std::uint64_t b) { return a - b; };
  const auto mul = [](std::uint64_t a, std::uint64_t b) { return a * b; };
  core::ExprReader in(expr);
  while (!in.at_end()) {
    const core::Instr& i = in.take();
    switch (i.opcode) {
      case Opcode::i32_const: stack.push_back(static_cast<std::uint32_t>(i.bits)); break;
      case Opcode::i64_const: stack.push_back(i.bits); break;
      case Opcode::global_get:
        if (i.index >= globals.size() || !globals[i.index]) return std::nullopt;
        stack.push_back(*globals[i.index]);
        break;
      case Opcode::i32_add: binary(add, true); break;
      case Opcode::i32_sub: binary(sub, true); break;
      case Opcode::i32_mul: binary(mul, true); break;
      case Opcode::i64_add: binary(add, false); break;
      case Opcode::i64_sub: binary(sub, false); break;
      case Opcode::i64_mul: binary(mul, false); break;
      case Opcode::end: break;
      default: return std::nullopt;
    }
  }
  return stack.empty() ? std::nullopt : std::optional(stack.back());
}

void add_defined_globals(const core::Module& module, GlobalValues& values) {
  for (const core::Global& g : module.globals) {
    const bool is_integer = g.type.type == core::ValType::i32 || g.type.type == core::ValType::i64;
    values.push_back(is_integer && !g.type.is_mutable ? evaluate(g.init, values) : std::nullopt);
  }
}

}  // namespace wcomp::component::shared
