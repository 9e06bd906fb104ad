// What world `user` exports. This file is yours: it is never written again.
#include "user_exports.h"

namespace exports::sample::kv::user {

wcomp::Result<void, std::string> run(std::span<const std::string> args) {
  wcomp::guest::not_written_yet(args);
}

}  // namespace exports::sample::kv::user
