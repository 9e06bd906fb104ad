// Constant expressions. https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions
#include <array>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "core/constant.h"
#include "core/expr_reader.h"
#include "core/limits.h"
#include "core/operand_stack.h"
#include "core/type_match.h"
#include "core/validate_func.h"

namespace wcomp::core {
namespace {

/// The type that a constant instruction without operands puts.
Result<ValType> type_of(const ValidationContext& c, const Instr& i, std::size_t globals, const BinaryPos& at) {
  const auto not_constant = [&] { return fail(diag::invalid, fmt::format("constant expression required: `{}` is not constant", i.row->text), at); };
  if (!is_constant(i.opcode)) return not_constant();
  switch (i.opcode) {
    case Opcode::i32_const:
      return ValType::i32;
    case Opcode::i64_const:
      return ValType::i64;
    case Opcode::f32_const:
      return ValType::f32;
    case Opcode::f64_const:
      return ValType::f64;
    case Opcode::v128_const:
      return ValType::v128;
    case Opcode::ref_null:
      if (std::optional<Refusal> fault = c.fault_of(i.heap_type)) return fail(fault->code, std::move(fault->message), at);
      return ref_to(i.heap_type, true);
    case Opcode::ref_func:
      if (i.index >= c.module.func_types.size()) {
        return fail(diag::index_out_of_range, fmt::format("unknown function {}, {} are defined", i.index, c.module.func_types.size()), at);
      }
      return ref_to(heap_type_of(c.module.func_types[i.index]), false);
    case Opcode::global_get:
      if (i.index >= c.module.imported_globals && i.index < globals && !c.features.extended_const) {
        return fail(diag::feature_disabled, fmt::format("global {} of the module in a constant expression needs the feature extended-const", i.index),
                    at);
      }
      if (i.index >= globals) {
        return fail(diag::index_out_of_range, fmt::format("unknown global {}, {} can be read here", i.index, globals), at);
      }
      if (c.module.global_types[i.index].is_mutable) {
        return fail(diag::invalid, fmt::format("constant expression required: global {} is mutable", i.index), at);
      }
      return c.module.global_types[i.index].type;
    default:
      return not_constant();
  }
}

/// Of the arithmetic that is constant: the type that it takes twice and gives.
std::optional<ValType> arithmetic_type(Opcode o) {
  switch (o) {
    case Opcode::i32_add:
    case Opcode::i32_sub:
    case Opcode::i32_mul:
      return ValType::i32;
    case Opcode::i64_add:
    case Opcode::i64_sub:
    case Opcode::i64_mul:
      return ValType::i64;
    default:
      return std::nullopt;
  }
}

constexpr auto end_byte = static_cast<std::uint8_t>(Opcode::end);

bool is_plain_const(Opcode o) { return o == Opcode::i32_const || o == Opcode::i64_const || o == Opcode::ref_func || o == Opcode::global_get; }

}  // namespace

Result<void> check_const_expr(const ValidationContext& context, const Expr& expr, ValType expected, std::size_t globals) {
  const std::array results{expected};
  ExprReader in(expr);
  const auto at = [&] { return BinaryPos{{}, {}, in->offset}; };
  WCOMP_TRY(in.next());
  // Most are one instruction, whose type can be compared without a stack.
  if (in.rest().size() == 1 && in.rest()[0] == end_byte && is_plain_const(in->opcode) && context.is_enabled(*in->row)) {
    WCOMP_TRY(const ValType type, type_of(context, *in, globals, at()));
    if (matches(context.module, type, expected)) return {};
  }
  OperandStack stack(context.module);
  stack.push_frame(Opcode::block, {}, results);
  for (bool is_first = true;; is_first = false) {
    if (!is_first) WCOMP_TRY(in.next());
    if (!context.is_enabled(*in->row)) {
      Refusal refusal = context.disabled(*in->row);
      return fail(refusal.code, std::move(refusal.message), at());
    }
    bool fits = true;
    if (in->opcode == Opcode::end) {
      Frame f;
      if (stack.pop_frame(f)) return {};
      fits = false;
    } else if (const std::optional<ValType> t = arithmetic_type(in->opcode)) {
      if (!context.features.extended_const) {
        return fail(diag::feature_disabled, fmt::format("`{}` in a constant expression needs the feature extended-const", in->row->text), at());
      }
      fits = stack.take(*t) && stack.take(*t);
      stack.put(*t);
    } else {
      WCOMP_TRY(const ValType type, type_of(context, *in, globals, at()));
      stack.put(type);
    }
    if (stack.height() > limits::operands) return fail(diag::limit_exceeded, fmt::format("more than {} operands on the stack", limits::operands), at());
    if (!fits) return fail(diag::type_mismatch, fmt::format("type mismatch in a constant expression: {}", stack.message()), at());
  }
}

}  // namespace wcomp::core
