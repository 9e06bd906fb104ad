// Made by `witc bindgen` for world `user`; changes here are lost.
// What the component does: these functions are yours to write.
#ifndef WCOMP_BINDINGS_USER_EXPORTS_H
#define WCOMP_BINDINGS_USER_EXPORTS_H

#include "user.h"

namespace exports::sample::kv::user {

wcomp::Result<void, std::string> run(std::span<const std::string> args);

}  // namespace exports::sample::kv::user

#endif
