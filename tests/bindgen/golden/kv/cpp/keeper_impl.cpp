// What world `keeper` exports. This file is yours: it is never written again.
#include "keeper_impl.h"

namespace exports::sample::kv::store {

std::map<std::string, std::uint32_t> count(std::span<const wcomp::Borrow<Bucket>> buckets) {
  wcomp::guest::not_written_yet(buckets);
}

wcomp::Result<std::vector<std::uint8_t>, Failure> find(const Location& at) {
  wcomp::guest::not_written_yet(at);
}

Bucket::Bucket(std::string_view name) {
  wcomp::guest::not_written_yet(name);
}

wcomp::Result<wcomp::Own<Bucket>, Failure> Bucket::open(std::string_view name, Access access) {
  wcomp::guest::not_written_yet(name, access);
}

std::optional<std::vector<std::uint8_t>> Bucket::get(std::string_view key) {
  wcomp::guest::not_written_yet(key);
}

wcomp::Result<void, Failure> Bucket::set(std::string_view key, std::span<const std::uint8_t> value) {
  wcomp::guest::not_written_yet(key, value);
}

std::uint32_t Bucket::merge(wcomp::Own<Bucket> other) {
  wcomp::guest::not_written_yet(other);
}

}  // namespace exports::sample::kv::store
