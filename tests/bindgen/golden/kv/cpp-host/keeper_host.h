// Made by `witc bindgen` for world `keeper`; changes here are lost.
#ifndef WCOMP_BINDINGS_KEEPER_HOST_H
#define WCOMP_BINDINGS_KEEPER_HOST_H

#include "wcomp/abi.h"
#include "sample_kv_types_host.h"
#include "sample_kv_store_host.h"

namespace sample_kv::keeper::exports::store {

using Location = ::sample_kv::store::Location;
using Failure = ::sample_kv::store::Failure;
using Access = ::sample_kv::store::Access;

class Bucket;

class Guest;

/// A set of keys with their values.
class Bucket : public wcomp::GuestResource {
 public:
  static constexpr const char* resource_name = "bucket";
  Bucket() = default;
  Bucket(wcomp::GuestRep rep, const wcomp::BindingTable* bindings);
  /// The value of a key.
  wcomp::Result<std::optional<std::vector<std::uint8_t>>, wcomp::Trap> get(std::string_view key) const;
  wcomp::Result<wcomp::Result<void, Failure>, wcomp::Trap> set(std::string_view key, std::span<const std::uint8_t> value) const;
  wcomp::Result<std::uint32_t, wcomp::Trap> merge(Bucket other) const;

 private:
  const Guest* guest_ = nullptr;
};

/// The functions of `sample:kv/store@1.2.0` in an instance.
class Guest {
 public:
  wcomp::Result<std::map<std::string, std::uint32_t>, wcomp::Trap> count(std::span<const wcomp::Borrow<const Bucket>> buckets)
      const { return count_.call(buckets); }
  wcomp::Result<wcomp::Result<std::vector<std::uint8_t>, Failure>, wcomp::Trap> find(const Location& at) const { return find_.call(at); }
  wcomp::Result<Bucket, wcomp::Trap> new_bucket(std::string_view name) const { return new_bucket_.call(name); }
  wcomp::Result<wcomp::Result<Bucket, Failure>, wcomp::Trap> bucket_open(std::string_view name, Access access)
      const { return bucket_open_.call(name, access); }

  /// Looks the functions up and checks their types; used by the world's class.
  wcomp::Result<void> bind([[maybe_unused]] wcomp::Instance& instance, [[maybe_unused]] const wcomp::BindingTable* bindings) {
    if (auto bound = wcomp::bind_export(instance, "sample:kv/store@1.2.0", "count", count_, bindings); !bound) return bound;
    if (auto bound = wcomp::bind_export(instance, "sample:kv/store@1.2.0", "find", find_, bindings); !bound) return bound;
    if (auto bound = wcomp::bind_export(instance, "sample:kv/store@1.2.0", "[constructor]bucket", new_bucket_, bindings); !bound)
        return bound;
    if (auto bound = wcomp::bind_export(instance, "sample:kv/store@1.2.0", "[static]bucket.open", bucket_open_, bindings); !bound)
        return bound;
    if (auto bound = wcomp::bind_export(instance, "sample:kv/store@1.2.0", "[method]bucket.get", bucket_get_, bindings); !bound)
        return bound;
    if (auto bound = wcomp::bind_export(instance, "sample:kv/store@1.2.0", "[method]bucket.set", bucket_set_, bindings); !bound)
        return bound;
    if (auto bound = wcomp::bind_export(instance, "sample:kv/store@1.2.0", "[method]bucket.merge", bucket_merge_, bindings); !bound)
        return bound;
    return {};
  }
  void add_keys(wcomp::BindingTable& bindings) const {
    bindings.add(wcomp::resource_key<Bucket>, this);
  }

 private:
  friend class Bucket;
  wcomp::TypedFunc<std::map<std::string,
      std::uint32_t>(std::span<const wcomp::Borrow<const ::sample_kv::keeper::exports::store::Bucket>>)> count_;
  wcomp::TypedFunc<wcomp::Result<std::vector<std::uint8_t>, ::sample_kv::store::Failure>(const ::sample_kv::store::Location&)> find_;
  wcomp::TypedFunc<::sample_kv::keeper::exports::store::Bucket(std::string_view)> new_bucket_;
  wcomp::TypedFunc<wcomp::Result<::sample_kv::keeper::exports::store::Bucket, ::sample_kv::store::Failure>(std::string_view,
      ::sample_kv::store::Access)> bucket_open_;
  wcomp::TypedFunc<std::optional<std::vector<std::uint8_t>>(const ::sample_kv::keeper::exports::store::Bucket&,
      std::string_view)> bucket_get_;
  wcomp::TypedFunc<wcomp::Result<void, ::sample_kv::store::Failure>(const ::sample_kv::keeper::exports::store::Bucket&, std::string_view,
      std::span<const std::uint8_t>)> bucket_set_;
  wcomp::TypedFunc<std::uint32_t(const ::sample_kv::keeper::exports::store::Bucket&,
      ::sample_kv::keeper::exports::store::Bucket)> bucket_merge_;
};

inline Bucket::Bucket(wcomp::GuestRep rep, const wcomp::BindingTable* bindings)
    : wcomp::GuestResource(rep),
        guest_(bindings == nullptr ? nullptr : static_cast<const Guest*>(bindings->find(wcomp::resource_key<Bucket>))) {}
inline wcomp::Result<std::optional<std::vector<std::uint8_t>>, wcomp::Trap> Bucket::get(std::string_view key) const {
  if (guest_ == nullptr || !*this)
      return wcomp::Result<std::optional<std::vector<std::uint8_t>>, wcomp::Trap>(std::in_place_index<1>,
      wcomp::Trap(wcomp::TrapCode::unknown_handle, "an empty resource"));
  return guest_->bucket_get_.call(*this, key);
}
inline wcomp::Result<wcomp::Result<void, Failure>, wcomp::Trap> Bucket::set(std::string_view key, std::span<const std::uint8_t> value)
    const {
  if (guest_ == nullptr || !*this)
      return wcomp::Result<wcomp::Result<void, Failure>, wcomp::Trap>(std::in_place_index<1>,
      wcomp::Trap(wcomp::TrapCode::unknown_handle, "an empty resource"));
  return guest_->bucket_set_.call(*this, key, value);
}
inline wcomp::Result<std::uint32_t, wcomp::Trap> Bucket::merge(Bucket other) const {
  if (guest_ == nullptr || !*this)
      return wcomp::Result<std::uint32_t, wcomp::Trap>(std::in_place_index<1>,
      wcomp::Trap(wcomp::TrapCode::unknown_handle, "an empty resource"));
  return guest_->bucket_merge_.call(*this, std::move(other));
}

}  // namespace sample_kv::keeper::exports::store

namespace sample_kv {

using types::Location;
using types::Failure;
using types::Access;

/// Is one.
class Keeper {
 public:
  /// Makes an instance and checks the types of all its functions. Errors: those of Linker::instantiate and Func::typed.
  [[nodiscard]] static wcomp::Result<Keeper> instantiate(const wcomp::Linker& linker, const wcomp::Component& component) {
    auto instance = linker.instantiate(component);
    if (!instance) return wcomp::Err(std::move(instance).error());
    auto state = std::make_unique<State>(std::move(*instance));
    state->store.add_keys(state->bindings);
    if (auto bound = state->store.bind(state->instance, &state->bindings); !bound) return wcomp::Err(std::move(bound).error());
    return Keeper(std::move(state));
  }
  [[nodiscard]] const ::sample_kv::keeper::exports::store::Guest& store() const { return state_->store; }
  [[nodiscard]] wcomp::Instance& instance() { return state_->instance; }

 private:
  struct State {
    explicit State(wcomp::Instance&& i) : instance(std::move(i)) {}
    wcomp::Instance instance;
    wcomp::BindingTable bindings;
    ::sample_kv::keeper::exports::store::Guest store;
  };
  explicit Keeper(std::unique_ptr<State> state) : state_(std::move(state)) {}
  std::unique_ptr<State> state_;
};

}  // namespace sample_kv

#endif
