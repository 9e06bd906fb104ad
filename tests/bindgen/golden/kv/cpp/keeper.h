// Made by `witc bindgen` for world `keeper`; changes here are lost.
#ifndef WCOMP_BINDINGS_KEEPER_H
#define WCOMP_BINDINGS_KEEPER_H

#include "wcomp_guest.h"
#include "sample_kv_types.h"

#endif
