// Made by `witc bindgen` for sample:kv/store@1.2.0; changes here are lost.
#ifndef WCOMP_BINDINGS_SAMPLE_KV_STORE_H
#define WCOMP_BINDINGS_SAMPLE_KV_STORE_H

#include "wcomp_guest.h"
#include "sample_kv_types.h"

namespace sample::kv::store {

class Bucket;

/// Where an entry is.
using Location = ::sample::kv::types::Location;
using Failure = ::sample::kv::types::Failure;
using Access = ::sample::kv::types::Access;

/// A set of keys with their values.
class Bucket : public wcomp::guest::ImportedResource<Bucket> {
 public:
  static constexpr const char* resource_name = "bucket";
  explicit Bucket(std::string_view name);
  static wcomp::Result<Bucket, Failure> open(std::string_view name, Access access);
  /// The value of a key.
  std::optional<std::vector<std::uint8_t>> get(std::string_view key) const;
  wcomp::Result<void, Failure> set(std::string_view key, std::span<const std::uint8_t> value) const;
  std::uint32_t merge(Bucket other) const;

  static void drop_handle(std::int32_t handle);  // for the base

 private:
  friend class wcomp::guest::ImportedResource<Bucket>;
  explicit Bucket(Adopt) {}
};

std::map<std::string, std::uint32_t> count(std::span<const wcomp::Borrow<Bucket>> buckets);
wcomp::Result<std::vector<std::uint8_t>, Failure> find(const Location& at);

}  // namespace sample::kv::store

// Core functions, and those of the above whose call is a line.
extern "C" __attribute__((import_module("sample:kv/store@1.2.0"), import_name("find")))
    void sample_kv_store_import_1(std::int32_t, std::int32_t, std::int32_t, std::int32_t, std::int32_t);
extern "C" __attribute__((import_module("sample:kv/store@1.2.0"), import_name("[resource-drop]bucket")))
    void sample_kv_store_import_2(std::int32_t);
extern "C" __attribute__((import_module("sample:kv/store@1.2.0"), import_name("[constructor]bucket")))
    std::int32_t sample_kv_store_import_3(std::int32_t, std::int32_t);
extern "C" __attribute__((import_module("sample:kv/store@1.2.0"), import_name("[static]bucket.open")))
    void sample_kv_store_import_4(std::int32_t, std::int32_t, std::int32_t, std::int32_t);
extern "C" __attribute__((import_module("sample:kv/store@1.2.0"), import_name("[method]bucket.set")))
    void sample_kv_store_import_6(std::int32_t, std::int32_t, std::int32_t, std::int32_t, std::int32_t, std::int32_t);
extern "C" __attribute__((import_module("sample:kv/store@1.2.0"), import_name("[method]bucket.merge")))
    std::int32_t sample_kv_store_import_7(std::int32_t, std::int32_t);

namespace sample::kv::store {

inline wcomp::Result<std::vector<std::uint8_t>, Failure> find(const Location& at) {
  return wcomp::guest::call_import<wcomp::Result<std::vector<std::uint8_t>,
      ::sample::kv::store::Failure>(const ::sample::kv::store::Location&), sample_kv_store_import_1>(at);
}
inline void Bucket::drop_handle(std::int32_t handle) { ::sample_kv_store_import_2(handle); }
inline Bucket::Bucket(std::string_view name) {
  index_ = wcomp::guest::new_handle(::sample_kv_store_import_3(wcomp::guest::pointer(name.data()), static_cast<std::int32_t>(name.size())));
}
inline wcomp::Result<Bucket, Failure> Bucket::open(std::string_view name, Access access) {
  return wcomp::guest::call_import<wcomp::Result<::sample::kv::store::Bucket, ::sample::kv::store::Failure>(std::string_view,
      ::sample::kv::store::Access), sample_kv_store_import_4>(name, access);
}
inline wcomp::Result<void, Failure> Bucket::set(std::string_view key, std::span<const std::uint8_t> value) const {
  return wcomp::guest::call_import<wcomp::Result<void, ::sample::kv::store::Failure>(const ::sample::kv::store::Bucket&, std::string_view,
      std::span<const std::uint8_t>), sample_kv_store_import_6>(*this, key, value);
}
inline std::uint32_t Bucket::merge(Bucket other) const {
  return static_cast<std::uint32_t>(::sample_kv_store_import_7(index_, other.release()));
}

}  // namespace sample::kv::store

#endif
