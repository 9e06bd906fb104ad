// The back end that interprets: translates each function at its first call and runs it.
#include <deque>
#include <map>

#include "engine/fault.h"
#include "engine/instance.h"
#include "engine/interp/control_handlers.h"
#include "engine/interp/translate.h"

namespace wcomp::engine::interp {
namespace {

constexpr std::size_t max_frames = 64;

const Inst halt_inst = [] {
  Inst i;
  i.handler = &halt;
  return i;
}();

/// What the back end keeps for a function.
struct FuncCode {
  FuncInst* func = nullptr;
  Inst stub[2];  ///< entry of a host function, or of one that is not translated yet
  Code code;
};

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

class Interpreter final : public Backend {
 public:
  explicit Interpreter(StoreImpl& store) : store_(store) {}

  [[nodiscard]] std::string_view name() const override { return "interpreter"; }

  void prepare(FuncInst& f) override {
    FuncCode& code = codes_.emplace_back();
    code.func = &f;
    code.stub[0].handler = f.is_host() ? &host_entry : &lazy_entry;
    code.stub[1].pointer = f.is_host() ? static_cast<const void*>(&f) : &code;
    code.stub[1].pointer2 = this;
    f.entry = &code.stub[0];
  }

  Result<void, Trap> run(FuncInst& f, std::uint64_t* frame) override {
    RunState& state = store_.run_state;
    Stop stopped;
    void* outer = std::exchange(state.backend, &stopped);
    frame[f.header] = reinterpret_cast<std::uint64_t>(&halt_inst);
    frame[f.header + 1] = 0;
    Start start{frame, &f, &state};
    GuestScope scope(store_.mems, state);
    if (!scope.run(&enter_code, &start)) {
      stopped.is_set = true;
      stopped.code = TrapCode::out_of_bounds_memory_access;
      // Handlers that do not note their place have it in registers.
      if (stopped.pc == nullptr) {
        stopped.fp = reinterpret_cast<std::uint64_t*>(scope.fault.frame_register);
        stopped.pc = reinterpret_cast<const Inst*>(scope.fault.code_register);
      }
    }
    state.backend = outer;
    if (!stopped.is_set) return Ok{};
    if (stopped.code == TrapCode::interrupted) clear_interrupt();
    Trap trap = stopped.trap ? std::move(*stopped.trap) : Trap(stopped.code);
    if (!trap.is_exit()) add_frames(trap, stopped);
    return Err(std::move(trap));
  }

  [[nodiscard]] bool translate_now(FuncCode& code, RunState* state, std::uint64_t* fp) {
    FuncInst& f = *code.func;
    auto registers = make_register_code(*f.instance->module, f.func_idx);
    if (!registers) {
      auto* caller = reinterpret_cast<std::uint64_t*>(fp[f.header + 1]);
      stop(state, caller, reinterpret_cast<const Inst*>(fp[f.header]) - 1, registers.error().code());
      static_cast<Stop*>(state->backend)->trap = std::move(registers).error();
      return false;
    }
    code.code = translate(f, *registers, store_.limits.fuel.has_value());
    f.entry = code.code.insts.data();
    by_address_[code.code.insts.data()] = &code;
    return true;
  }

 private:
  void clear_interrupt() {
    RunState& state = store_.run_state;
    state.is_interrupted.store(0, std::memory_order_relaxed);
    state.stack_limit.store(store_.stack.limit(), std::memory_order_relaxed);
  }

  [[nodiscard]] const FuncCode* find_code(const Inst* pc) const {
    auto it = by_address_.upper_bound(pc);
    if (it == by_address_.begin()) return nullptr;
    const FuncCode* code = std::prev(it)->second;
    return pc < code->code.insts.data() + code->code.insts.size() ? code : nullptr;
  }

  void add_frames(Trap& trap, const Stop& stopped) const {
    const Inst* pc = stopped.pc;
    std::uint64_t* fp = stopped.fp;
    while (fp != nullptr && store_.stack.contains(fp) && trap.backtrace().size() < max_frames) {
      const FuncCode* code = find_code(pc);
      if (code == nullptr) return;
      const FuncInst& f = *code->func;
      const core::Module& module = *f.instance->module;
      Frame frame;
      frame.module = f.instance->name.empty() ? module.names.module : f.instance->name;
      frame.func_idx = f.func_idx.value;
      frame.func_name = func_name(module, f.func_idx);
      frame.offset = module.funcs[f.func_idx.value - module.imported_funcs].body.offset +
                     code->code.offsets[static_cast<std::size_t>(pc - code->code.insts.data())];
      trap.backtrace().push_back(std::move(frame));
      pc = reinterpret_cast<const Inst*>(fp[f.header]) - 1;
      fp = reinterpret_cast<std::uint64_t*>(fp[f.header + 1]);
    }
  }

  StoreImpl& store_;
  std::deque<FuncCode> codes_;
  std::map<const Inst*, const FuncCode*> by_address_;
};

}  // namespace

void stop(RunState* state, std::uint64_t* fp, const Inst* pc, TrapCode code) {
  auto* s = static_cast<Stop*>(state->backend);
  s->is_set = true;
  s->code = code;
  s->fp = fp;
  s->pc = pc;
}

bool translate_now(void* interpreter, void* code, RunState* state, std::uint64_t* fp) {
  return static_cast<Interpreter*>(interpreter)->translate_now(*static_cast<FuncCode*>(code), state, fp);
}

const Inst* entry_of(void* code) { return static_cast<const Inst*>(static_cast<FuncCode*>(code)->func->entry); }

}  // namespace wcomp::engine::interp

namespace wcomp::engine {
std::unique_ptr<Backend> make_interpreter(StoreImpl& store) { return std::make_unique<interp::Interpreter>(store); }
}  // namespace wcomp::engine
