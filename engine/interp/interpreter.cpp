// The back end that interprets: translates each function at its first call and runs it.
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <map>
#include <memory>
#include <unordered_map>

#include <fmt/format.h>

#include "engine/backtrace.h"
#include "engine/fault.h"
#include "engine/instance.h"
#include "engine/interp/call_handlers.h"
#include "engine/interp/control_handlers.h"
#include "engine/interp/sequences.h"
#include "engine/interp/sampled.h"
#include "engine/interp/translate.h"
#include "engine/observer.h"

namespace wcomp::engine::interp {
namespace {

constexpr std::size_t max_units = std::size_t{1} << 27;  // distances of branches are 32 bits and in bytes
constexpr std::size_t handlers_per_fuel = 16;

/// Where a call from the host returns to; what a call would have before that is there, too.
const std::array<Inst, 2> halt_insts = [] {
  std::array<Inst, 2> out;
  out[1].handler = &halt;
  return out;
}();

/// What the back end keeps for a function that it has translated.
struct FuncCode {
  FuncInst* func = nullptr;
  Code code;
};
/// A function's entry before that, and that of a host function: two units in FuncInst::stub.
static_assert(sizeof(FuncInst::stub) == 2 * sizeof(Inst));
Inst* stub_of(FuncInst& f) { return reinterpret_cast<Inst*>(f.stub); }

struct Start {
  std::uint64_t* frame;
  const FuncInst* func;
  RunState* state;
};

/// The step from C++ to handlers, apart from any function with locals that a sanitizer would guard.
[[gnu::noinline]] void enter_code(void* arg) {
  auto* s = static_cast<Start*>(arg);
  const auto* code = static_cast<const Inst*>(s->func->entry);
  code->handler(s->frame, code, s->func->mem0, s->state, 0, 0);
}

}  // namespace

class Interpreter final : public Backend {
 public:
  explicit Interpreter(StoreImpl& store) : store_(store) {}

  [[nodiscard]] std::string_view name() const override { return "interpreter"; }

  void prepare(FuncInst& f) override {
    Inst* stub = stub_of(f);
    std::construct_at(stub)->handler = f.is_host() ? &host_entry : &lazy_entry;
    std::construct_at(stub + 1)->pointer = &f;
    stub[1].pointer2 = this;
    f.entry = stub;
  }

  Result<void, Trap> run(FuncInst& f, std::uint64_t* frame) override {
    RunState& state = store_.run_state;
    Stop stopped;
    stopped.interpreter = this;
    void* outer = std::exchange(state.backend, &stopped);
    frame[f.header] = reinterpret_cast<std::uint64_t>(&halt_insts[1]);
    frame[f.header + 1] = 0;
    Start start{frame, &f, &state};
    GuestScope scope(store_.mems, state, {.run = &stopped});
    if (!scope.run(&enter_code, &start)) {
      stopped.is_set = true;
      stopped.code = TrapCode::out_of_bounds_memory_access;
      // Handlers that do not note their place have it in registers.
      if (stopped.pc == nullptr) {
        stopped.fp = reinterpret_cast<std::uint64_t*>(scope.fault.frame_register);
        stopped.pc = reinterpret_cast<const Inst*>(scope.fault.code_register) + units_at(scope.fault.address);
      }
    }
    state.backend = outer;
    if (!stopped.is_set) return Ok{};
    if (stopped.code == TrapCode::interrupted) clear_interrupt();
    Trap trap = stopped.trap ? std::move(*stopped.trap) : Trap(stopped.code);
    if (!trap.is_exit()) add_frames(trap, stopped);
    return Err(std::move(trap));
  }

  [[nodiscard]] bool translate_now(FuncInst& f, RunState* state, std::uint64_t* fp) {
    if (f.entry != stub_of(f)) return patch_call(f, fp), true;
    auto registers = make_register_code(*f.instance->module, f.func_idx);
    if (!registers) {
      auto* caller = reinterpret_cast<std::uint64_t*>(fp[f.header + 1]);
      stop(state, caller, call_site(fp[f.header]), registers.error().code());
      static_cast<Stop*>(state->backend)->trap = std::move(registers).error();
      return false;
    }
    auto code = std::make_unique<FuncCode>(&f, translate(f, *registers, store_.limits.fuel.has_value(), store_.options.is_deterministic));
    if (code->code.insts.size() > max_units) {
      stop(state, reinterpret_cast<std::uint64_t*>(fp[f.header + 1]), call_site(fp[f.header]), TrapCode::limit_exceeded);
      static_cast<Stop*>(state->backend)->trap = Trap(TrapCode::limit_exceeded, "a function is too long");
      return false;
    }
    f.entry = code->code.insts.data();
    is_adding_.store(true);
    by_address_[code->code.insts.data()] = std::move(code);
    is_adding_.store(false);
    if (CodeObserver* observer = code_observer.load()) observer->translated(f);
    patch_call(f, fp);
    return true;
  }

  [[nodiscard]] std::uint64_t returning(std::uint64_t return_to, std::uint8_t* mem0) {
    const Handler next = reinterpret_cast<const Inst*>(return_to)->handler;
    if (next == &set_mem0 || next == &halt || next == &return_elsewhere) return return_to;
    auto [at, is_new] = returns_.try_emplace(return_to);
    if (is_new) {
      at->second[0].handler = &return_elsewhere;
      at->second[0].pointer2 = mem0;
      at->second[1].pointer = reinterpret_cast<const Inst*>(return_to);
    }
    return reinterpret_cast<std::uint64_t>(at->second.data());
  }

  [[nodiscard]] bool raise(RunState* state, std::uint64_t* fp, const Inst* pc, const TagInst& tag, const std::uint64_t* values, std::uint64_t ref) {
    auto& stopped = *static_cast<Stop*>(state->backend);
    const Inst* at = pc;
    for (std::uint64_t* frame = fp; frame != nullptr;) {
      // A throw is a jump, and looking for where it goes takes as long as the code has made it.
      if (state->is_interrupted.load(std::memory_order_relaxed) != 0) return stop(state, fp, pc, TrapCode::interrupted), false;
      const FuncCode* code = find_code(at);
      if (code == nullptr) break;
      if (!use_fuel(*state, 1 + code->code.handlers.size() / handlers_per_fuel)) return stop(state, fp, pc, TrapCode::out_of_fuel), false;
      const PlacedHandler* h = find_handler(code->code, static_cast<std::uint32_t>(at - code->code.insts.data()), tag);
      if (h != nullptr) {
        if (h->ref != no_slot && ref == 0) {
          auto made = store_.exceptions.add(store_, tag, values, frame + code->code.frame);
          if (!made) {
            stop(state, fp, pc, made.error().code());
            stopped.trap = std::move(made).error();
            return false;
          }
          ref = *made;
        }
        if (h->tag != nullptr) std::memmove(frame + h->dst, values, tag.slots * sizeof(std::uint64_t));
        if (h->ref != no_slot) frame[h->ref] = ref;
        stopped.landing = {frame, code->code.insts.data() + h->target, code->func->mem0};
        return true;
      }
      if (code->func->instance->stops_exceptions) break;
      at = call_site(frame[code->func->header]);
      frame = reinterpret_cast<std::uint64_t*>(frame[code->func->header + 1]);
    }
    stop(state, fp, pc, TrapCode::uncaught_exception);
    stopped.trap = Trap(TrapCode::uncaught_exception, describe(tag, values));
    return false;
  }

  [[nodiscard]] const ExceptionHeap& exceptions() const { return store_.exceptions; }

  [[nodiscard]] std::size_t copy_stack(const Stop& stopped, const std::uint64_t* fp, const Inst* pc, std::span<SampledFrame> out) const {
    // What this thread was about to change is not to be relied on.
    if (is_adding_.load()) return 0;
    const auto find = [&](const std::uint64_t* frame, const Inst* at) -> const FuncCode* {
      const bool is_frame = std::bit_cast<std::uintptr_t>(frame) % alignof(std::uint64_t) == 0 && store_.stack.contains(frame);
      const FuncCode* found = is_frame ? find_code(at) : nullptr;
      if (found == nullptr) return nullptr;
      const std::uintptr_t distance = std::bit_cast<std::uintptr_t>(at) - std::bit_cast<std::uintptr_t>(found->code.insts.data());
      return distance % sizeof(Inst) == 0 ? found : nullptr;
    };
    const FuncCode* code = stopped.left.fp != nullptr ? nullptr : find(fp, pc);
    if (code == nullptr) {
      fp = stopped.left.fp != nullptr ? stopped.left.fp : stopped.fp;
      pc = stopped.left.fp != nullptr ? stopped.left.pc : stopped.pc;
      code = find(fp, pc);
    }
    std::size_t count = 0;
    while (code != nullptr && count < out.size()) {
      out[count++] = {code->func, code->code.offsets[static_cast<std::size_t>(pc - code->code.insts.data())]};
      const std::uint64_t* header = fp + code->func->header;
      if (!store_.stack.contains(header + 1)) break;
      const auto* caller = reinterpret_cast<const std::uint64_t*>(header[1]);
      if (caller == nullptr || caller >= fp || find_code(reinterpret_cast<const Inst*>(header[0])) == nullptr) break;
      pc = call_site(header[0]);
      fp = caller;
      code = find(fp, pc);
    }
    return count;
  }

 private:
  /// The call that led here need not come by the stub again.
  static void patch_call(FuncInst& f, const std::uint64_t* fp) {
    auto* unit = const_cast<Inst*>(call_site(fp[f.header]));
    if (unit->pointer == &f && unit->pointer2 == stub_of(f)) unit->pointer2 = f.entry;
  }

  void clear_interrupt() {
    RunState& state = store_.run_state;
    state.is_interrupted.store(0);
    state.stack_limit.store(store_.stack.limit());
    // A request that came between the two stores stays one, for code that looks at the limit only.
    if (state.is_interrupted.load() != 0) state.stack_limit.store(nullptr);
  }

  [[nodiscard]] const FuncCode* find_code(const Inst* pc) const {
    auto it = by_address_.upper_bound(pc);
    if (it == by_address_.begin()) return nullptr;
    const FuncCode* code = std::prev(it)->second.get();
    return pc < code->code.insts.data() + code->code.insts.size() ? code : nullptr;
  }

  void add_frames(Trap& trap, const Stop& stopped) const {
    const Inst* pc = stopped.pc;
    std::uint64_t* fp = stopped.fp;
    while (fp != nullptr && store_.stack.contains(fp)) {
      const FuncCode* code = find_code(pc);
      if (code == nullptr) return;
      const FuncInst& f = *code->func;
      if (!add_frame(trap, f, code->code.offsets[static_cast<std::size_t>(pc - code->code.insts.data())])) return;
      pc = call_site(fp[f.header]);
      fp = reinterpret_cast<std::uint64_t*>(fp[f.header + 1]);
    }
  }

  [[nodiscard]] bool use_fuel(RunState& state, std::uint64_t n) const {
    if (!store_.limits.fuel) return true;
    if (static_cast<std::uint64_t>(state.fuel) < n) return false;
    state.fuel -= static_cast<std::int64_t>(n);
    return true;
  }

  /// Who in a function catches what the instruction at a position throws.
  [[nodiscard]] static const PlacedHandler* find_handler(const Code& code, std::uint32_t position, const TagInst& tag) {
    for (std::size_t i = 0; i < code.handlers.size();) {
      const PlacedHandler& h = code.handlers[i];
      const bool is_in = position >= h.begin && position < h.end;
      if (is_in && !h.is_delegate && (h.tag == nullptr || h.tag == &tag)) return &h;
      i = is_in && h.is_delegate ? h.target : i + 1;
    }
    return nullptr;
  }

  StoreImpl& store_;
  std::atomic<bool> is_adding_ = false;  ///< to what follows, so that a signal handler does not look at it
  std::map<const Inst*, std::unique_ptr<const FuncCode>> by_address_;
  std::unordered_map<std::uint64_t, std::array<Inst, 2>> returns_;  ///< by the instruction that they return to
};

void stop(RunState* state, std::uint64_t* fp, const Inst* pc, TrapCode code) {
  auto* s = static_cast<Stop*>(state->backend);
  s->is_set = true;
  s->code = code;
  s->fp = fp;
  s->pc = pc;
}

std::uint64_t returning(RunState* state, std::uint64_t return_to, std::uint8_t* mem0) {
  return static_cast<Stop*>(state->backend)->interpreter->returning(return_to, mem0);
}

bool raise(RunState* state, std::uint64_t* fp, const Inst* pc, const TagInst& tag, const std::uint64_t* values, std::uint64_t ref) {
  return static_cast<Stop*>(state->backend)->interpreter->raise(state, fp, pc, tag, values, ref);
}

bool raise(RunState* state, std::uint64_t* fp, const Inst* pc, std::uint64_t ref) {
  if (ref == 0) return stop(state, fp, pc, TrapCode::null_exception_reference), false;
  Interpreter& interpreter = *static_cast<Stop*>(state->backend)->interpreter;
  const ExceptionHeap::Exception* e = interpreter.exceptions().find(ref);
  if (e == nullptr) {
    stop(state, fp, pc, TrapCode::null_exception_reference);
    static_cast<Stop*>(state->backend)->trap = Trap(TrapCode::null_exception_reference, "the host passed a reference that it kept for too long");
    return false;
  }
  return interpreter.raise(state, fp, pc, *e->tag, e->values.get(), ref);
}

std::size_t copy_stack(const void* run, const std::uint64_t* fp, const void* pc, std::span<SampledFrame> out) {
  const auto& stopped = *static_cast<const Stop*>(run);
  return stopped.interpreter->copy_stack(stopped, fp, static_cast<const Inst*>(pc), out);
}

bool translate_now(void* interpreter, FuncInst& f, RunState* state, std::uint64_t* fp) {
  return static_cast<Interpreter*>(interpreter)->translate_now(f, state, fp);
}

}  // namespace wcomp::engine::interp

namespace wcomp::engine {
std::unique_ptr<Backend> make_interpreter(StoreImpl& store) { return std::make_unique<interp::Interpreter>(store); }
}  // namespace wcomp::engine
