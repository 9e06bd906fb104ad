#include "wast/host.h"

#include <memory>
#include <string>

#include <fmt/format.h>

#include "base/check.h"
#include "wcomp/abi.h"
#include "wcomp/module.h"

namespace wcomp::wast {

namespace {

/// What became of the objects of `resource1`.
struct Drops {
  std::uint32_t count = 0, last = 0;
};

class Resource1 {
 public:
  static constexpr const char* resource_name = "resource1";
  Resource1(std::uint32_t r, std::shared_ptr<Drops> drops) : rep(r), drops_(std::move(drops)) {}
  Resource1(const Resource1&) = delete;
  Resource1& operator=(const Resource1&) = delete;
  ~Resource1() {
    if (drops_ == nullptr) return;
    ++drops_->count;
    drops_->last = rep;
  }
  const std::uint32_t rep;
  /// Taken by the host: that it ends is no drop.
  void forget() { drops_.reset(); }
  void expect(std::uint32_t wanted) const {
    if (rep != wanted) throw Trap(TrapCode::host_error, fmt::format("expected {}, found {}", wanted, rep));
  }

 private:
  std::shared_ptr<Drops> drops_;  // owners: the functions and all objects
};

struct Resource2 {
  static constexpr const char* resource_name = "resource2";
};

constexpr std::string_view simple_module = "(module (global (export \"g\") i32 (i32.const 100)) (func (export \"f\") (result i32) (i32.const 101)))";

}  // namespace

void add_host(Linker& linker, const Engine& engine) {
  define(linker, "", "host-return-two", []() -> std::uint32_t { return 2; });
  define(linker, "host", "return-three", []() -> std::uint32_t { return 3; });
  define(linker, "host", "return-hi", []() -> std::string { return "hi"; });
  define(linker, "host/nested", "return-four", []() -> std::uint32_t { return 4; });

  auto module = Module::from_bytes(engine, std::span(reinterpret_cast<const std::uint8_t*>(simple_module.data()), simple_module.size()), "simple-module");
  WCOMP_CHECK(module.has_value());
  linker.define_module("host", "simple-module", *module);

  linker.define_resource("host", "resource1", resource_key<Resource1>);
  linker.define_resource("host", "resource1-again", resource_key<Resource1>);
  linker.define_resource("host", "resource2", resource_key<Resource2>);
  const auto drops = std::make_shared<Drops>();
  define(linker, "host", "[constructor]resource1", [drops](std::uint32_t rep) { return std::make_unique<Resource1>(rep, drops); });
  define(linker, "host", "[static]resource1.assert", [](std::unique_ptr<Resource1> own, std::uint32_t rep) {
    own->forget();
    own->expect(rep);
  });
  define(linker, "host", "[static]resource1.last-drop", [drops]() -> std::uint32_t { return drops->last; });
  define(linker, "host", "[static]resource1.drops", [drops]() -> std::uint32_t { return drops->count; });
  define(linker, "host", "[method]resource1.simple", [](Resource1& self, std::uint32_t rep) { self.expect(rep); });
  define(linker, "host", "[method]resource1.take-borrow", [](Resource1&, Resource1&) {});
  define(linker, "host", "[method]resource1.take-own", [](Resource1&, std::unique_ptr<Resource1> own) { own->forget(); });
}

}  // namespace wcomp::wast
