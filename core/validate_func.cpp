#include "core/validate_func.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "core/expr_reader.h"
#include "core/instr_rules.h"
#include "core/shortcuts.h"
#include "core/with_path.h"

namespace wcomp::core {

class FuncValidator::Impl {
 public:
  explicit Impl(const ValidationContext& context) : c_(context), m_(context.module), rules_(context), shortcuts_(context) {}

  Result<void> check(FuncIdx func) {
    const Func& f = m_.funcs[func.value - m_.imported_funcs];
    for (const Locals& run : f.locals) {
      if (std::optional<Refusal> fault = c_.fault_of(run.type)) return fail(fault->code, std::move(fault->message), at(func, f.body.offset));
    }
    rules_.start(m_.types[f.type.value], f);
    ExprReader in(f.body);
    while (rules_.stack().depth() != 0) {
      shortcuts_.run(in, rules_.stack(), rules_.locals());
      if (in.at_end()) return fail(diag::unexpected_end, "unexpected end: the body's last `end` is missing", at(func, in.offset()));
      if (!in.read()) [[unlikely]]
        return Err(with_path(in.failure(), at(func, 0).path));
      if (!rules_.apply(*in)) [[unlikely]] {
        Refusal refusal = rules_.refusal(*in);
        return fail(refusal.code, std::move(refusal.message), at(func, in->offset));
      }
    }
    if (!in.at_end())
      return fail(diag::malformed, "section size mismatch: instructions after the body's last `end`", at(func, in.offset()));
    return {};
  }

 private:
  [[nodiscard]] BinaryPos at(FuncIdx func, std::uint64_t offset) const {
    return {{}, fmt::format("{} > func[{}]", m_.path, func.value), offset};
  }

  const ValidationContext& c_;
  const Module& m_;
  InstrRules rules_;
  Shortcuts shortcuts_;
};

FuncValidator::FuncValidator(const ValidationContext& context) : impl_(std::make_unique<Impl>(context)) {}
FuncValidator::~FuncValidator() = default;
Result<void> FuncValidator::check(FuncIdx func) { return impl_->check(func); }

}  // namespace wcomp::core
