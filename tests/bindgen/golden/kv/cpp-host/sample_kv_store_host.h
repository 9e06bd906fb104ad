// Made by `witc bindgen` for sample:kv/store@1.2.0; changes here are lost.
#ifndef WCOMP_BINDINGS_SAMPLE_KV_STORE_HOST_H
#define WCOMP_BINDINGS_SAMPLE_KV_STORE_HOST_H

#include "wcomp/abi.h"
#include "sample_kv_types_host.h"

namespace sample_kv::store {

class Bucket;

/// Where an entry is.
using Location = ::sample_kv::types::Location;
using Failure = ::sample_kv::types::Failure;
using Access = ::sample_kv::types::Access;

/// A set of keys with their values.
class Bucket {
 public:
  static constexpr const char* resource_name = "bucket";
  virtual ~Bucket() = default;
  /// The value of a key.
  virtual std::optional<std::vector<std::uint8_t>> get(std::string_view key) = 0;
  virtual wcomp::Result<void, Failure> set(std::string_view key, std::span<const std::uint8_t> value) = 0;
  virtual std::uint32_t merge(std::unique_ptr<Bucket> other) = 0;
};

}  // namespace sample_kv::store

namespace sample_kv::store {

/// What a host does for `sample:kv/store@1.2.0`.
class Host {
 public:
  virtual ~Host() = default;
  virtual std::map<std::string, std::uint32_t> count(std::span<const wcomp::Borrow<Bucket>> buckets) = 0;
  virtual wcomp::Result<std::vector<std::uint8_t>, Failure> find(const Location& at) = 0;
  virtual std::unique_ptr<Bucket> new_bucket(std::string_view name) = 0;
  virtual wcomp::Result<std::unique_ptr<Bucket>, Failure> bucket_open(std::string_view name, Access access) = 0;
};

/// `host` lives at least as long as `linker` and every instance made by it.
inline void add_to(wcomp::Linker& linker, Host& host) {
  const std::string interface = "sample:kv/store@1.2.0";
  linker.define_instance(interface);
  wcomp::define_as<std::map<std::string, std::uint32_t>(std::span<const wcomp::Borrow<::sample_kv::store::Bucket>>)>(linker, interface,
      "count",
      [&host](auto&&... args) -> decltype(auto) { return host.count(std::forward<decltype(args)>(args)...); });
  wcomp::define_as<wcomp::Result<std::vector<std::uint8_t>, ::sample_kv::store::Failure>(const ::sample_kv::store::Location&)>(linker,
      interface, "find",
      [&host](auto&&... args) -> decltype(auto) { return host.find(std::forward<decltype(args)>(args)...); });
  linker.define_resource(interface, "bucket", wcomp::resource_key<::sample_kv::store::Bucket>);
  wcomp::define_as<std::unique_ptr<::sample_kv::store::Bucket>(std::string_view)>(linker, interface, "[constructor]bucket",
      [&host](auto&&... args) -> decltype(auto) { return host.new_bucket(std::forward<decltype(args)>(args)...); });
  wcomp::define_as<wcomp::Result<std::unique_ptr<::sample_kv::store::Bucket>, ::sample_kv::store::Failure>(std::string_view,
      ::sample_kv::store::Access)>(linker, interface, "[static]bucket.open",
      [&host](auto&&... args) -> decltype(auto) { return host.bucket_open(std::forward<decltype(args)>(args)...); });
  wcomp::define_as<std::optional<std::vector<std::uint8_t>>(::sample_kv::store::Bucket&, std::string_view)>(linker, interface,
      "[method]bucket.get",
      [](::sample_kv::store::Bucket& self, auto&&... args) -> decltype(auto) { return self.get(std::forward<decltype(args)>(args)...); });
  wcomp::define_as<wcomp::Result<void, ::sample_kv::store::Failure>(::sample_kv::store::Bucket&, std::string_view,
      std::span<const std::uint8_t>)>(linker, interface, "[method]bucket.set",
      [](::sample_kv::store::Bucket& self, auto&&... args) -> decltype(auto) { return self.set(std::forward<decltype(args)>(args)...); });
  wcomp::define_as<std::uint32_t(::sample_kv::store::Bucket&, std::unique_ptr<::sample_kv::store::Bucket>)>(linker, interface,
      "[method]bucket.merge",
      [](::sample_kv::store::Bucket& self, auto&&... args) -> decltype(auto) { return self.merge(std::forward<decltype(args)>(args)...); });
}

}  // namespace sample_kv::store

#endif
