// Made by `witc bindgen` for sample:kv/types@1.2.0; changes here are lost.
#ifndef WCOMP_BINDINGS_SAMPLE_KV_TYPES_H
#define WCOMP_BINDINGS_SAMPLE_KV_TYPES_H

#include "wcomp_guest.h"

/// What is kept, and where.
namespace sample::kv::types {

struct Location;
struct Failure;

class Access : public wcomp::Flags<Access, std::uint8_t, 2> {
 public:
  static const Access read;
  static const Access write;
};
inline constexpr Access Access::read = Access::from_bits(0x1);
inline constexpr Access Access::write = Access::from_bits(0x2);

/// Where an entry is.
struct Location {
  std::string bucket;
  std::string key;
  friend bool operator==(const Location&, const Location&) = default;
};
struct Failure : wcomp::VariantOf<Failure> {
  struct Missing {
    ::sample::kv::types::Location value;
    friend bool operator==(const Missing&, const Missing&) = default;
  };
  struct Denied {
    friend bool operator==(const Denied&, const Denied&) = default;
  };
  struct Other {
    std::string value;
    friend bool operator==(const Other&, const Other&) = default;
  };
  wcomp::OneOf<Missing, Denied, Other> value;

  Failure() = default;
  Failure(Missing v) : value(std::move(v)) {}
  Failure(Denied v) : value(std::move(v)) {}
  Failure(Other v) : value(std::move(v)) {}
  Failure(wcomp::CaseIndex at, auto&& make) : value(at, std::forward<decltype(make)>(make)) {}
  friend bool operator==(const Failure& a, const Failure& b) { return a.value == b.value; }
};

}  // namespace sample::kv::types

template <>
struct wcomp::abi::Type<::sample::kv::types::Location> : wcomp::abi::Record<::sample::kv::types::Location,
    &::sample::kv::types::Location::bucket, &::sample::kv::types::Location::key> {};
template <>
struct wcomp::abi::Type<::sample::kv::types::Failure> : wcomp::abi::Variant<::sample::kv::types::Failure, ::sample::kv::types::Location,
    void, std::string> {};
template <>
struct wcomp::abi::Type<::sample::kv::types::Access> : wcomp::abi::FlagSet<::sample::kv::types::Access, 2> {};

#endif
