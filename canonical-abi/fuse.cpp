#include "canonical-abi/fuse.h"

#include <set>

#include <fmt/format.h>

#include "canonical-abi/core_signatures.h"
#include "canonical-abi/fuse_body.h"

namespace wcomp::cabi {

Adapter fuse(const FuncShape& func, const AdapterSide& lower, const AdapterSide& lift) { return fuse(func, func, lower, lift); }

Adapter fuse(const FuncShape& lower_func, const FuncShape& lift_func, const AdapterSide& lower, const AdapterSide& lift) {
  WCOMP_CHECK(!lower_func.has_async);
  fusing::AdapterModule module(lower_func, lift_func, lower, lift);
  const core::FuncIdx adapter = module.builder.func(lower_func.lowered);
  module.builder.export_func("adapter", adapter);
  module.builder.name(adapter, "adapter");
  fusing::Body(module, adapter, Side::caller).adapter(lower_func, lift_func);
  return std::move(module).finish();
}

namespace fusing {
namespace {

using core::Opcode;
using core::ValType;

/// Which kinds of values occur in a shape, as far as they decide about intrinsics.
struct Occurrences {
  bool string = false, own = false, borrow = false, error_context = false;

  void add(const Shape* shape) {
    if (shape == nullptr || !seen_.insert(shape).second) return;
    string |= shape->kind == ShapeKind::string;
    own |= shape->kind == ShapeKind::own;
    borrow |= shape->kind == ShapeKind::borrow;
    error_context |= shape->kind == ShapeKind::error_context;
    for (const Part& p : shape->parts) add(p.shape.get());
    for (const CaseShape& c : shape->cases) add(c.payload.get());
    add(shape->element.get());
  }

 private:
  std::set<const Shape*> seen_;
};

}  // namespace

AdapterModule::AdapterModule(const FuncShape& lower_func, const FuncShape& lift_func, const AdapterSide& lower, const AdapterSide& lift) : lower_(lower), lift_(lift) {
  const FuncShape& func = lower_func;  // what they have in common
  callee = builder.import_func("a", "callee", lift_func.lifted);
  if (lift.has_post_return) post_return = builder.import_func("a", "post-return", {.params = lift_func.lifted.results, .results = {}});
  if (func.lower_needs_realloc) {
    WCOMP_CHECK(lower.has_realloc);
    realloc_[index(Side::caller)] = builder.import_func("a", "caller-realloc", realloc_type(ptr(Side::caller)));
  }
  if (func.lift_needs_realloc) {
    WCOMP_CHECK(lift.has_realloc);
    realloc_[index(Side::callee)] = builder.import_func("a", "callee-realloc", realloc_type(ptr(Side::callee)));
  }
  import_intrinsics(func);
  if (func.needs_memory) {
    WCOMP_CHECK(lower.has_memory && lift.has_memory);
    memory_[index(Side::caller)] = builder.import_mem("a", "caller-memory", lower.memory);
    memory_[index(Side::callee)] = builder.import_mem("a", "callee-memory", lift.memory);
  }
  const core::GlobalType flags_type{.type = ValType::i32, .is_mutable = true};
  flags_[index(Side::caller)] = builder.import_global("a", "caller-flags", flags_type);
  flags_[index(Side::callee)] = builder.import_global("a", "callee-flags", flags_type);
  if (lift.enters_callee) entered.push_back(flags(Side::callee));
  for (std::uint32_t i = 0; i < lift.entered_ancestors; ++i) {
    entered.push_back(builder.import_global("a", fmt::format("ancestor-flags-{}", i), flags_type));
  }
}

void AdapterModule::import_intrinsics(const FuncShape& func) {
  Occurrences occur;
  occur.add(func.params_tuple.get());
  occur.add(func.result.get());
  const auto use = [&](Intrinsic i) {
    intrinsics_[static_cast<std::size_t>(i)] = builder.import_func(std::string(intrinsic_module), std::string(row(i).name), func_type(i, intrinsic_ptr()));
  };
  use(Intrinsic::trap);
  if (occur.string && is_copied(lower_.encoding, lift_.encoding)) {
    use(Intrinsic::string_copy);
  } else if (occur.string) {
    use(Intrinsic::string_measure);
    use(Intrinsic::string_transcode);
  }
  if (occur.own) use(Intrinsic::resource_transfer_own);
  if (occur.borrow) use(lift_.borrows_reps ? Intrinsic::resource_borrow_rep : Intrinsic::resource_transfer_borrow);
  if (occur.error_context) use(Intrinsic::error_context_transfer);
  if (func.has_borrows && !lift_.borrows_reps) {
    use(Intrinsic::enter_call);
    use(Intrinsic::exit_call);
  }
}

core::FuncIdx AdapterModule::intrinsic(Intrinsic i) const {
  const auto& func = intrinsics_[static_cast<std::size_t>(i)];
  WCOMP_CHECK(func.has_value());
  return *func;
}

std::uint32_t AdapterModule::resource_number(types::ResourceId id) {
  for (std::size_t i = 0; i < resources_.ids.size(); ++i) {
    if (resources_.ids[i] == id) return static_cast<std::uint32_t>(i);
  }
  resources_.ids.push_back(id);
  return static_cast<std::uint32_t>(resources_.ids.size() - 1);
}

core::FuncIdx AdapterModule::helper(const ShapePair& shapes, Side from) {
  const auto it = helper_by_shape_.find({shapes.src, from});
  if (it != helper_by_shape_.end()) return it->second;
  const core::FuncIdx func = builder.func({.params = {ptr(from), ptr(other(from))}, .results = {}});
  helper_by_shape_.emplace(std::pair(shapes.src, from), func);
  helpers_.push_back({func, shapes, from});
  return func;
}

Adapter AdapterModule::finish() && {
  // A helper's body may ask for more helpers.
  for (std::size_t i = 0; i < helpers_.size(); ++i) {
    const Helper h = helpers_[i];
    builder.name(h.func, fmt::format("translate-{}", i));
    Body(*this, h.func, h.from).helper(h.shapes);
  }
  return {.module = builder.build_valid(), .resources = std::move(resources_)};
}

Temp::Temp(Body& body, core::ValType type) : body_(&body), type_(type) {
  std::vector<core::LocalIdx>& free = body.free_locals_[type];
  if (free.empty()) {
    local_ = body.code().local(type);
  } else {
    local_ = free.back();
    free.pop_back();
  }
}

Temp::~Temp() {
  if (body_ != nullptr) body_->free_locals_[type_].push_back(local_);
}

void Body::adapter(const FuncShape& lower, const FuncShape& lift) {
  const FuncShape& func = lower;  // what they have in common
  const bool has_post_return = module_.side(Side::callee).has_post_return;
  enter(func.lower_needs_realloc);
  const bool has_scope = func.has_borrows && !module_.side(Side::callee).borrows_reps;
  if (has_scope) call_intrinsic(Intrinsic::enter_call);

  // A value that is a number or a handle stays in the local it came in, or on the stack: an adapter of nothing else passes on what it gets.
  std::vector<Temp> temps;
  const auto temp = [&](ValType t) -> core::LocalIdx { return temps.emplace_back(*this, t); };
  std::vector<core::LocalIdx> args, core_results, results;
  const std::vector<bool> stays = func.params_spill ? std::vector<bool>(1) : find_single_values(*func.params_tuple);
  for (std::size_t i = 0; i < lift.lifted.params.size(); ++i) args.push_back(stays[i] ? core::LocalIdx(i) : temp(lift.lifted.params[i]));
  const bool is_single = func.result != nullptr && !func.results_spill && !has_post_return && find_single_values(*func.result).front();
  const bool stays_on_stack = is_single && !func.result->has_handles;
  if (!stays_on_stack) {
    for (const ValType t : lift.lifted.results) core_results.push_back(temp(t));
    for (const ValType t : func.lowered.results) results.push_back(is_single ? core_results[0] : temp(t));
  }

  translate_params(lower, lift, args);
  for (const core::LocalIdx arg : args) code().local_get(arg);
  code().call(module_.callee);
  for (const core::LocalIdx r : core_results) code().local_set(r);
  if (has_scope) call_intrinsic(Intrinsic::exit_call);

  from_ = Side::callee;
  if (stays_on_stack) normalise_flat(*func.result);
  else translate_result(lower, lift, core_results, results);
  if (has_post_return) {
    set_may_leave(Side::callee, false);
    for (const core::LocalIdx r : core_results) code().local_get(r);
    code().call(module_.post_return);
    if (!module_.side(Side::callee).enters_callee) set_may_leave(Side::callee, true);
  }
  leave();
  for (const core::LocalIdx r : results) code().local_get(r);
  // What `enter` goes to if it may not enter: behind everything else, so that nothing jumps over it.
  code().op(Opcode::return_);
  for (const TrapCode why : {TrapCode::cannot_leave, TrapCode::cannot_enter}) {
    code().end();
    trap(why);
  }
}

void Body::helper(const ShapePair& shapes) { translate_here(shapes, InMemory{core::LocalIdx(0)}, InMemory{core::LocalIdx(1)}); }

// An instance that may be entered does nothing, so it may leave, too: once entered its flags are known.
void Body::enter(bool keeps_caller_flags) {
  code().block().block();
  code().global_get(module_.flags(Side::caller));
  if (keeps_caller_flags) code().local_tee(*(caller_flags_ = code().local(ValType::i32)));
  code().i32_const(flag_may_leave).op(Opcode::i32_and).op(Opcode::i32_eqz).br_if(0);
  if (module_.side(Side::callee).is_own_instance) code().br(1);
  for (const core::GlobalIdx flags : module_.entered) code().global_get(flags).i32_const(flag_may_enter).op(Opcode::i32_and).op(Opcode::i32_eqz).br_if(1);
  for (const core::GlobalIdx flags : module_.entered) set_flags(flags, flag_may_leave);
}

void Body::leave() {
  for (const core::GlobalIdx flags : module_.entered) set_flags(flags, flag_may_leave | flag_may_enter);
}

void Body::set_flags(core::GlobalIdx flags, std::int32_t value) { code().i32_const(value).global_set(flags); }

void Body::set_may_leave(Side side, bool may) {
  const core::GlobalIdx flags = module_.flags(side);
  if (side == Side::callee && module_.side(side).enters_callee) return set_flags(flags, may ? flag_may_leave : 0);
  if (side == Side::caller && caller_flags_) {
    code().local_get(*caller_flags_);
    if (!may) code().i32_const(~flag_may_leave).op(Opcode::i32_and);
  } else {
    code().global_get(flags).i32_const(may ? flag_may_leave : ~flag_may_leave).op(may ? Opcode::i32_or : Opcode::i32_and);
  }
  code().global_set(flags);
}

// lift_flat_values of the caller and lower_flat_values of the callee, for the parameters.
void Body::translate_params(const FuncShape& lower, const FuncShape& lift, std::span<const core::LocalIdx> args) {
  const ShapePair params{lower.params_tuple.get(), lift.params_tuple.get()};
  if (lower.params_spill) {
    const core::LocalIdx ptr(0);
    check_range(from_, ptr, *params.src);
    Temp bytes(*this, ValType::i64);
    code().i64_const(params.dst->size).local_set(bytes);
    allocate(args[0], params.dst->align, bytes);
    translate(params, InMemory{ptr}, InMemory{args[0]});
    return;
  }
  std::vector<FlatLocal> src, dst;
  for (std::size_t i = 0; i < params->flat.size(); ++i) {
    src.push_back({core::LocalIdx(i), params.src->flat[i]});
    dst.push_back({args[i], params.dst->flat[i]});
  }
  translate(params, InLocals(src), InLocals(dst));
}

// lift_flat_values of the callee and lower_flat_values of the caller, for the result.
void Body::translate_result(const FuncShape& lower, const FuncShape& lift, std::span<const core::LocalIdx> core_results, std::span<const core::LocalIdx> results) {
  if (lower.result == nullptr) return;
  const ShapePair result{lift.result.get(), lower.result.get()};
  if (lower.results_spill) {
    const core::LocalIdx ptr = core_results[0];
    const core::LocalIdx out_param(lower.lowered.params.size() - 1);
    check_range(from_, ptr, *result.src);
    check_range(to(), out_param, *result.dst);
    translate(result, InMemory{ptr}, InMemory{out_param});
    return;
  }
  std::vector<FlatLocal> src, dst;
  for (std::size_t i = 0; i < result->flat.size(); ++i) {
    src.push_back({core_results[i], result.src->flat[i]});
    dst.push_back({results[i], result.dst->flat[i]});
  }
  translate(result, InLocals(src), InLocals(dst));
}

void Body::trap(TrapCode trap_code) { code().i32_const(static_cast<std::int32_t>(trap_code)).call(module_.intrinsic(Intrinsic::trap)).op(Opcode::unreachable); }

void Body::trap_if(TrapCode trap_code) {
  code().if_();
  trap(trap_code);
  code().end();
}

void Body::call_intrinsic(Intrinsic i) { code().call(module_.intrinsic(i)); }

}  // namespace fusing
}  // namespace wcomp::cabi
