// What the entries of every machine name: the attribute of functions that are nothing but instructions, and offsets for these.
#pragma once

#include "engine/jit/runtime.h"

#pragma clang diagnostic ignored "-Winvalid-offsetof"  // clang says where members are in any class

#define NAKED __attribute__((naked, no_sanitize("address", "undefined", "function"))) void

// Offsets, for the instructions.
#define OFFSETS                                                                                                                              \
  [backend] "i"(offsetof(RunState, backend)), [host] "i"(offsetof(Run, host_stack)), [guest] "i"(offsetof(Run, guest_stack)),                 \
      [land_stack] "i"(offsetof(Run, landing.stack)), [land_frame] "i"(offsetof(Run, landing.frame)),                                         \
      [land_context] "i"(offsetof(Run, landing.context)), [land_code] "i"(offsetof(Run, landing.code)), [mem0] "i"(offsetof(Context, mem0)),  \
      [entry] "i"(offsetof(FuncInst, entry)), [link] "i"(offsetof(FuncInst, stub) + offsetof(FuncLink, context))
