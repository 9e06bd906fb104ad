// Made by `witc bindgen` for sample:kv/types@1.2.0; changes here are lost.
#ifndef WCOMP_BINDINGS_SAMPLE_KV_TYPES_HOST_H
#define WCOMP_BINDINGS_SAMPLE_KV_TYPES_HOST_H

#include "wcomp/abi.h"

namespace sample_kv::types {

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
    ::sample_kv::types::Location value;
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

}  // namespace sample_kv::types

template <>
struct wcomp::abi::Type<::sample_kv::types::Location> : wcomp::abi::Record<::sample_kv::types::Location,
    &::sample_kv::types::Location::bucket, &::sample_kv::types::Location::key> {
  static constexpr const char* names[] = {"bucket", "key"};
  static constexpr wcomp::TypeDesc desc = describe(names);
};
template <>
struct wcomp::abi::Type<::sample_kv::types::Failure> : wcomp::abi::Variant<::sample_kv::types::Failure, ::sample_kv::types::Location, void,
    std::string> {
  static constexpr const char* names[] = {"missing", "denied", "other"};
  static constexpr wcomp::TypeDesc desc = describe(names);
};
template <>
struct wcomp::abi::Type<::sample_kv::types::Access> : wcomp::abi::FlagSet<::sample_kv::types::Access, 2> {
  static constexpr const char* names[] = {"read", "write"};
  static constexpr wcomp::TypeDesc desc = describe(names);
};

/// What is kept, and where.
namespace sample_kv::types {

/// What a host does for `sample:kv/types@1.2.0`.
class Host {
 public:
  virtual ~Host() = default;
};

/// `host` lives at least as long as `linker` and every instance made by it.
inline void add_to(wcomp::Linker& linker, [[maybe_unused]] Host& host) {
  const std::string interface = "sample:kv/types@1.2.0";
  linker.define_instance(interface);
}

}  // namespace sample_kv::types

#endif
