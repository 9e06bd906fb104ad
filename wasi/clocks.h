// wasi:clocks and wasi:random.
#pragma once

#include "wasi/io.h"

namespace wcomp::wasi {

namespace monotonic = ::wasi_clocks::monotonic_clock;
namespace wall = ::wasi_clocks::wall_clock;

class MonotonicClock final : public monotonic::Host {
 public:
  monotonic::Instant now() override { return monotonic_now(); }
  monotonic::Duration resolution() override { return monotonic_resolution(); }
  std::unique_ptr<io_poll::Pollable> subscribe_instant(monotonic::Instant when) override;
  std::unique_ptr<io_poll::Pollable> subscribe_duration(monotonic::Duration when) override;
};

class WallClock final : public wall::Host {
 public:
  wall::Datetime now() override;
  wall::Datetime resolution() override;
};

class Random final : public ::wasi_random::random::Host {
 public:
  std::vector<std::uint8_t> get_random_bytes(std::uint64_t len) override;
  std::uint64_t get_random_u64() override;
};

class Insecure final : public ::wasi_random::insecure::Host {
 public:
  std::vector<std::uint8_t> get_insecure_random_bytes(std::uint64_t len) override;
  std::uint64_t get_insecure_random_u64() override;
};

class InsecureSeed final : public ::wasi_random::insecure_seed::Host {
 public:
  std::tuple<std::uint64_t, std::uint64_t> insecure_seed() override;
};

}  // namespace wcomp::wasi
