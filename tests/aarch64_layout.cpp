// Where members are that code and stencils know: code for aarch64 may be made on x86-64, so both have to have them in the same places. Compiled for
// both by aarch64_test.py, which compares the numbers.
#include "engine/jit/runtime.h"

#pragma clang diagnostic ignored "-Winvalid-offsetof"

namespace wcomp::engine {
extern "C" const unsigned wcomp_layout[];
const unsigned wcomp_layout[] = {
    sizeof(RunState), offsetof(RunState, stack_limit), offsetof(RunState, is_interrupted), offsetof(RunState, fuel), offsetof(RunState, funcs),
    offsetof(RunState, backend), offsetof(RunState, forward_limit),
    sizeof(FuncInst), offsetof(FuncInst, entry), offsetof(FuncInst, stub), offsetof(FuncInst, type_id), offsetof(FuncInst, context), offsetof(FuncInst, quick),
    sizeof(MemInst), sizeof(TableInst), offsetof(TableInst, elements),
    offsetof(ModuleInst, func_addrs), offsetof(ModuleInst, funcs), offsetof(ModuleInst, type_ids),
    sizeof(jit::Context), offsetof(jit::Context, state), offsetof(jit::Context, helper), offsetof(jit::Context, mem0), offsetof(jit::Context, restore),
    offsetof(jit::Context, funcs), offsetof(jit::Context, type_ids), offsetof(jit::Context, instance), sizeof(jit::FuncLink), sizeof(jit::Record),
};

}  // namespace wcomp::engine
