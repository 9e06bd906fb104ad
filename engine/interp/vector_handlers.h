// Handlers of vectors. A v128 is two slots, of which the first is named; it is never held in an accumulator.
#pragma once

#include "engine/interp/inst.h"

namespace wcomp::engine::interp {

HandlerFn move_wide;        ///< a = b
HandlerFn const_wide;       ///< a = [16 bytes]
HandlerFn select_wide;      ///< a = high half of c ? b : low half of c
HandlerFn global_get_wide;  ///< a = [cell]
HandlerFn global_set_wide;  ///< [cell] = a

}  // namespace wcomp::engine::interp
