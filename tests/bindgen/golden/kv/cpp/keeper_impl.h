// The resources that world `keeper` exports. This file is yours: it is never written again.
#ifndef WCOMP_BINDINGS_KEEPER_IMPL_H
#define WCOMP_BINDINGS_KEEPER_IMPL_H

#include "keeper_exports.h"

namespace exports::sample::kv::store {

class Bucket {
 public:
  explicit Bucket(std::string_view name);
  static wcomp::Result<wcomp::Own<Bucket>, Failure> open(std::string_view name, Access access);
  std::optional<std::vector<std::uint8_t>> get(std::string_view key);
  wcomp::Result<void, Failure> set(std::string_view key, std::span<const std::uint8_t> value);
  std::uint32_t merge(wcomp::Own<Bucket> other);
};

}  // namespace exports::sample::kv::store

#endif
