// Made by `witc bindgen` for world `user`; changes here are lost.
#ifndef WCOMP_BINDINGS_USER_H
#define WCOMP_BINDINGS_USER_H

#include "wcomp_guest.h"
#include "sample_kv_types.h"
#include "sample_kv_store.h"

/// Uses a store.
namespace sample::kv::user {

void log(std::string_view line);

}  // namespace sample::kv::user

#endif
