// Made by `witc bindgen` for world `keeper`; changes here are lost.
// What the component does: these functions are yours to write.
#ifndef WCOMP_BINDINGS_KEEPER_EXPORTS_H
#define WCOMP_BINDINGS_KEEPER_EXPORTS_H

#include "keeper.h"
#include "sample_kv_store.h"

namespace exports::sample::kv::store {

class Bucket;

}  // namespace exports::sample::kv::store
template <>
struct wcomp::guest::ExportedResource<::exports::sample::kv::store::Bucket> {
  static constexpr bool is_exported = true;
  static std::int32_t make(::exports::sample::kv::store::Bucket* object);
  static ::exports::sample::kv::store::Bucket* rep(std::int32_t handle);
  static void drop(std::int32_t handle);
};
template <>
inline constexpr bool wcomp::abi::is_resource<::exports::sample::kv::store::Bucket> = true;

namespace exports::sample::kv::store {

using Location = ::sample::kv::store::Location;
using Failure = ::sample::kv::store::Failure;
using Access = ::sample::kv::store::Access;

class Bucket;

// `Bucket` is a class of yours, in keeper_impl.h, with these members:
//  explicit Bucket(std::string_view name);
//  static wcomp::Result<wcomp::Own<Bucket>, Failure> open(std::string_view name, Access access);
//  std::optional<std::vector<std::uint8_t>> get(std::string_view key);
//  wcomp::Result<void, Failure> set(std::string_view key, std::span<const std::uint8_t> value);
//  std::uint32_t merge(wcomp::Own<Bucket> other);

std::map<std::string, std::uint32_t> count(std::span<const wcomp::Borrow<Bucket>> buckets);
wcomp::Result<std::vector<std::uint8_t>, Failure> find(const Location& at);

}  // namespace exports::sample::kv::store

#endif
