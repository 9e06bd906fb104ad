#include "core/operand_text.h"

#include <fmt/format.h>

#include "core/instr_rules.h"

namespace wcomp::core {

namespace {

constexpr std::size_t max_operands = 100;

std::string operand(ValType t) {
  if (t == unknown_type) return "unknown";
  return t == unknown_ref ? "(ref unknown)" : to_string(t);
}

Features all_features() {
  Features out;
  for (const FeatureRow& row : feature_rows()) out.set(row.feature, true);
  return out;
}

}  // namespace

struct OperandText::Impl {
  explicit Impl(const Module& m) : context(m, features), rules(context) { context.declared_funcs.assign(m.func_types.size(), true); }
  Features features = all_features();
  ValidationContext context;
  InstrRules rules;
};

OperandText::OperandText(const Module& module) : impl_(std::make_unique<Impl>(module)) {}
OperandText::~OperandText() = default;

Result<std::unique_ptr<OperandText>> OperandText::of(const Module& module) {
  WCOMP_TRY(validate(module, all_features()));
  return std::unique_ptr<OperandText>(new OperandText(module));
}

void OperandText::start(FuncIdx func) {
  const Module& m = impl_->context.module;
  const Func& f = m.funcs[func.value - m.imported_funcs];
  impl_->rules.start(m.types[f.type.value], f);
}

std::string OperandText::after(const Instr& instr) {
  if (!impl_->rules.apply(instr)) return {};
  Types operands = impl_->rules.stack().operands();
  std::string out = "[";
  if (operands.size() > max_operands) {
    fmt::format_to(std::back_inserter(out), "{} more, ", operands.size() - max_operands);
    operands = operands.last(max_operands);
  }
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (i != 0) out += ' ';
    out += operand(operands[i]);
  }
  return out + "]";
}

}  // namespace wcomp::core
