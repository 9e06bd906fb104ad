// The resource that world `echo` exports.
#pragma once

#include <map>

#include "echo_exports.h"

namespace exports::sample::echo::store {

class Bucket {
 public:
  explicit Bucket(std::string_view name);
  ~Bucket();
  std::optional<std::vector<std::uint8_t>> get(std::string_view key);
  void set(std::string_view key, std::span<const std::uint8_t> value);
  std::uint32_t merge(wcomp::Own<Bucket> other);
  bool same(Bucket& other);
  static std::uint32_t live();
  static wcomp::Result<wcomp::Own<Bucket>, std::string> maybe(bool ok);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }

 private:
  std::string name_;
  std::map<std::string, std::vector<std::uint8_t>, std::less<>> entries_;
};

}  // namespace exports::sample::echo::store
