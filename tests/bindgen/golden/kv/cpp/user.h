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

// Core functions, and those of the above whose call is a line.
extern "C" __attribute__((import_module("$root"), import_name("log"))) void user_import_0(std::int32_t, std::int32_t);

namespace sample::kv::user {

inline void log(std::string_view line) {
  ::user_import_0(wcomp::guest::pointer(line.data()), static_cast<std::int32_t>(line.size()));
}

}  // namespace sample::kv::user

#endif
