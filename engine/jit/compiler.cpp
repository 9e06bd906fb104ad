// The back end that runs compiled code.
#include "engine/jit/compiler.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "engine/backtrace.h"
#include "engine/exceptions.h"
#include "engine/fault.h"
#include "engine/observer.h"
#include "engine/register_code.h"

namespace wcomp::engine::jit {
namespace {

constexpr std::size_t handlers_per_fuel = 16;
/// Between the code's stack when it was left and where a nested run begins.
constexpr std::uint64_t nested_distance = 128;

std::uint64_t word_at(std::uint64_t address) { return *reinterpret_cast<const std::uint64_t*>(address); }
std::uint64_t address_of(void (*entry)()) { return reinterpret_cast<std::uint64_t>(entry); }

/// Where code that was left stands.
Run::At left_at(const Run& run, std::uint64_t* frame, Context* cx) {
  return {.pc = word_at(run.guest_stack) - 1, .stack = run.guest_stack + 8, .frame = frame, .context = cx};
}

Outcome stop(Run& run, const Run::At& at, TrapCode code, std::optional<Trap> trap = {}) {
  run.is_set = true;
  run.code = code;
  run.trap = std::move(trap);
  run.at = at;
  return Outcome::leave;
}

/// For a frame that does not fit: true if it was only the near limit that it crossed, which is gone then.
bool move_limit(RunState& state) {
  std::uint64_t* limit = state.stack_limit.load(std::memory_order_acquire);
  // An interrupt may come in between: it stays.
  return limit != nullptr && limit != state.end_of_stack && state.stack_limit.compare_exchange_strong(limit, state.end_of_stack);
}
/// Why a frame does not fit: the limit is also how an interrupt shows itself to code without loops.
TrapCode why_limit(const RunState& state) {
  return state.stack_limit.load(std::memory_order_acquire) == nullptr ? TrapCode::interrupted : TrapCode::call_stack_exhausted;
}

}  // namespace

Compiler::Compiler(StoreImpl& store) : store_(store) {
  base_.state = &store.run_state;
  base_.helper = reinterpret_cast<const void*>(&wcomp_jit_helper_entry);
  base_.restore = reinterpret_cast<const void*>(&wcomp_jit_restore);
}

void Compiler::prepare(FuncInst& f) {
  static_assert(sizeof(FuncLink) <= sizeof(FuncInst::stub));
  std::construct_at(&link_of(f))->context = &base_;
  f.entry = reinterpret_cast<const void*>(f.quick != nullptr ? &wcomp_jit_quick_entry : f.is_host() ? &wcomp_jit_host_entry : &wcomp_jit_lazy_entry);
}

Result<void, Trap> Compiler::run(FuncInst& f, std::uint64_t* frame) {
  RunState& state = store_.run_state;
  auto* outer = static_cast<Run*>(state.backend);
  const std::uint64_t begin = outer == nullptr ? reinterpret_cast<std::uint64_t>(store_.stack.top()) : outer->guest_stack - nested_distance;
  Run run{.guest_stack = begin, .compiler = this, .guest_begin = begin};
  state.backend = &run;
  GuestScope scope(store_.mems, state, {.stack = &store_.stack, .code = &wcomp_jit_fault, .run = &run});
  wcomp_jit_enter(&f, frame, &run);
  state.backend = outer;
  if (!run.is_set && !scope.has_faulted) [[likely]] return Ok{};
  return Err(why_stopped(run, scope));
}

Trap Compiler::why_stopped(Run& run, const GuestScope& scope) {
  if (scope.has_faulted) {
    static_cast<void>(stop(run,
                           {.pc = scope.fault.address,
                            .stack = scope.fault.stack,
                            .frame = reinterpret_cast<std::uint64_t*>(scope.fault.frame),
                            .context = reinterpret_cast<Context*>(scope.fault.context)},
                           TrapCode::out_of_bounds_memory_access));
  }
  if (run.code == TrapCode::interrupted) clear_interrupt();
  Trap trap = run.trap ? std::move(*run.trap) : Trap(run.code);
  if (!trap.is_exit()) add_frames(trap, run);
  return trap;
}

void Compiler::clear_interrupt() {
  RunState& state = store_.run_state;
  state.is_interrupted.store(0);
  state.stack_limit.store(store_.stack.limit());
  // A request that came between the two stores stays one, for code that looks at the limit only.
  if (state.is_interrupted.load() != 0) state.stack_limit.store(nullptr);
}

const LoadedCode* Compiler::find_code(std::uint64_t address) const {
  const auto it = std::ranges::find_if(codes_, [&](const auto& c) { return c->contains(address); });
  return it == codes_.end() ? nullptr : it->get();
}

bool Compiler::to_caller(Run::At& at, const Run& run) const {
  std::uint64_t return_to = 0;
  while (true) {
    if (at.stack >= run.guest_begin) return false;
    return_to = word_at(at.stack);
    at.stack += 8;
    if (return_to != address_of(&wcomp_jit_restore)) break;
    at.context = reinterpret_cast<Context*>(word_at(at.stack));
    at.stack += 8;
  }
  at.pc = return_to - 1;
  const LoadedCode* code = find_code(at.pc);
  const auto func = code == nullptr ? std::nullopt : code->find_func(at.pc);
  const auto place = func ? code->find(*func, at.pc) : std::nullopt;
  if (!place || !place->is_call) return false;
  at.frame -= place->frame;
  if (place->hands_on_frame()) {
    at.context = reinterpret_cast<Context*>(word_at(at.stack));
    at.stack += 8;
  } else if (place->is_foreign) at.context = reinterpret_cast<Context*>(at.frame[code->view.funcs[*func].header]);
  return true;
}

void Compiler::add_frames(Trap& trap, const Run& run) const {
  Run::At at = run.at;
  if (!run.has_own_frame && !to_caller(at, run)) return;
  do {
    const LoadedCode* code = find_code(at.pc);
    const auto func = code == nullptr ? std::nullopt : code->find_func(at.pc);
    if (!func) return;
    const auto place = code->find(*func, at.pc);
    const ModuleInst& inst = *at.context->instance;
    if (!add_frame(trap, *inst.funcs[inst.module->imported_funcs + *func], place ? place->offset : 0)) return;
  } while (to_caller(at, run));
}

Outcome Compiler::prepare_instance(FuncInst& f, std::uint64_t* frame, Run& run) {
  ModuleInst& inst = *f.instance;
  // Whoever called comes here once only, but others may have been given the entry before.
  if (link_of(f).context != &base_) return Outcome::go_on;
  const bool is_guarded = !inst.mems.empty() && inst.mems[0]->is_guarded();
  auto code = load(inst.module, {.is_metered = store_.limits.fuel.has_value(), .is_deterministic = store_.options.is_deterministic, .is_guarded = is_guarded},
                   store_.options.code_cache.get());
  if (!code) {
    run.has_own_frame = false;
    return stop(run, {.stack = run.guest_stack, .frame = frame, .context = &base_}, TrapCode::limit_exceeded,
                Trap(TrapCode::limit_exceeded, code.error().first().message));
  }
  const std::size_t cells = inst.globals.size() + inst.tables.size() + inst.mems.size();
  void* room = store_.arena.allocate(sizeof(Context) + cells * sizeof(void*), alignof(Context));
  Context& cx = *std::construct_at(static_cast<Context*>(room), base_);
  cx.mem0 = is_guarded ? inst.mems[0]->data() : nullptr;
  cx.funcs = inst.funcs.data();
  cx.type_ids = inst.type_ids.data();
  cx.instance = &inst;
  cx.code = code->get();
  void** cell = cx.cells();
  for (GlobalInst* g : inst.globals) *cell++ = g->slots;
  for (TableInst* t : inst.tables) *cell++ = t;
  for (MemInst* m : inst.mems) *cell++ = m;
  const std::uint64_t begin = (*code)->begin();
  const std::uint32_t imported = inst.module->imported_funcs;
  for (std::size_t i = imported; i < inst.funcs.size(); ++i) {
    FuncInst& own = *inst.funcs[i];
    link_of(own).context = &cx;
    own.entry = reinterpret_cast<const void*>(begin + (*code)->view.funcs[i - imported].entry);
  }
  if (CodeObserver* observer = code_observer.load()) observer->compiled(*code, inst);
  if (std::ranges::find(codes_, *code) == codes_.end()) codes_.push_back(*std::move(code));
  return Outcome::go_on;
}

bool Compiler::use_fuel(std::uint64_t n) {
  if (!store_.limits.fuel) return true;
  RunState& state = store_.run_state;
  if (static_cast<std::uint64_t>(state.fuel) < n) return false;
  state.fuel -= static_cast<std::int64_t>(n);
  return true;
}

Outcome Compiler::raise(Run& run, const Run::At& from, const TagInst& tag, const std::uint64_t* values, std::uint64_t ref) {
  Run::At at = from;
  do {
    // A throw is a jump, and looking for where it goes takes as long as the code has made it.
    if (store_.run_state.is_interrupted.load(std::memory_order_relaxed) != 0) return stop(run, from, TrapCode::interrupted);
    const LoadedCode* code = find_code(at.pc);
    const auto func = code == nullptr ? std::nullopt : code->find_func(at.pc);
    if (!func) break;
    const auto handlers = code->handlers(*func);
    if (!use_fuel(1 + handlers.size() / handlers_per_fuel)) return stop(run, from, TrapCode::out_of_fuel);
    const CodeFunc& f = code->view.funcs[*func];
    const ModuleInst& inst = *at.context->instance;
    const auto position = static_cast<std::uint32_t>(at.pc - code->begin()) - f.entry;
    for (std::size_t i = 0; i < handlers.size();) {
      const CodeHandler& h = handlers[i];
      const bool is_in = position >= h.begin && position < h.end;
      if (is_in && h.is_delegate == 0 && (h.tag == any_tag || inst.tags[h.tag] == &tag)) {
        if (h.ref != no_slot && ref == 0) {
          auto made = store_.exceptions.add(store_, tag, values, at.frame + f.frame);
          if (!made) {
            const TrapCode why = made.error().code();
            return stop(run, from, why, std::move(made).error());
          }
          ref = *made;
        }
        if (h.tag != any_tag) std::memmove(at.frame + h.dst, values, tag.slots * sizeof(std::uint64_t));
        if (h.ref != no_slot) at.frame[h.ref] = ref;
        run.landing = {.stack = at.stack, .frame = at.frame, .context = at.context, .code = code->begin() + f.entry + h.target};
        return Outcome::land;
      }
      i = is_in && h.is_delegate != 0 ? h.target : i + 1;
    }
    if (inst.stops_exceptions) break;
  } while (to_caller(at, run));
  return stop(run, from, TrapCode::uncaught_exception, Trap(TrapCode::uncaught_exception, describe(tag, values)));
}

Outcome Compiler::help(Context& cx, std::uint64_t* frame, const Record& r, Run& run) {
  RunState& state = store_.run_state;
  const Run::At at = left_at(run, frame, &cx);
  switch (static_cast<HelperOp>(r.op)) {
    case HelperOp::trap: return stop(run, at, static_cast<TrapCode>(r.imm));
    case HelperOp::limit:
      while (reinterpret_cast<std::uint64_t>(frame) + r.imm > reinterpret_cast<std::uint64_t>(state.stack_limit.load(std::memory_order_relaxed))) {
        if (!move_limit(state)) return stop(run, at, why_limit(state));
      }
      return Outcome::go_on;
    case HelperOp::forward_limit: return stop(run, at, TrapCode::call_stack_exhausted);
    case HelperOp::too_large:
      run.has_own_frame = false;
      return stop(run, at, TrapCode::limit_exceeded, frame_too_large());
  }
  switch (static_cast<core::Opcode>(r.op)) {
    case core::Opcode::throw_: return raise(run, at, *cx.instance->tags[r.imm], frame + r.a, 0);
    case core::Opcode::throw_ref: {
      const std::uint64_t ref = frame[r.a];
      if (ref == 0) return stop(run, at, TrapCode::null_exception_reference);
      const ExceptionHeap::Exception* e = store_.exceptions.find(ref);
      if (e == nullptr) {
        return stop(run, at, TrapCode::null_exception_reference,
                    Trap(TrapCode::null_exception_reference, "the host passed a reference that it kept for too long"));
      }
      return raise(run, at, *e->tag, e->values.get(), ref);
    }
    default: break;
  }
  const auto trap = run_helper(*cx.instance, frame, r);
  return trap ? stop(run, at, *trap) : Outcome::go_on;
}

Outcome Compiler::call_host(FuncInst& f, std::uint64_t* frame, Run& run) {
  RunState& state = store_.run_state;
  std::uint64_t* end = frame + f.header + header_slots;
  while (end > state.stack_limit.load(std::memory_order_relaxed)) [[unlikely]] {
    if (!move_limit(state)) return stop_at_host(run, frame, Trap(why_limit(state)));
  }
  state.stack_top = end;
  std::optional<Trap> trap = f.host(f.context, frame);
  if (!trap) [[likely]] return Outcome::go_on;
  return stop_at_host(run, frame, *std::move(trap));
}

/// The frame of a host function has no code of ours: the trap is its caller's.
Outcome Compiler::stop_at_host(Run& run, std::uint64_t* frame, Trap trap) {
  run.has_own_frame = false;
  const TrapCode why = trap.code();
  return stop(run, {.stack = run.guest_stack, .frame = frame, .context = &base_}, why, std::move(trap));
}

extern "C" {
Outcome wcomp_jit_helper(Context* cx, std::uint64_t* frame, const Record* r, Run* run) { return run->compiler->help(*cx, frame, *r, *run); }
Outcome wcomp_jit_host(FuncInst* f, std::uint64_t* frame, Run* run) { return run->compiler->call_host(*f, frame, *run); }
Outcome wcomp_jit_prepare(FuncInst* f, std::uint64_t* frame, Run* run) { return run->compiler->prepare_instance(*f, frame, *run); }
}

}  // namespace wcomp::engine::jit

namespace wcomp::engine {
std::unique_ptr<Backend> make_compiler(StoreImpl& store) { return std::make_unique<jit::Compiler>(store); }
}  // namespace wcomp::engine
