#include <string>

#include <doctest/doctest.h>

#include "wcomp/abi.h"
#include "wcomp/wcomp.h"

namespace {

struct Point {
  std::uint32_t x = 0, y = 0;
};
struct Shape : wcomp::VariantOf<Shape> {
  struct Dot {};
  struct Circle {
    std::uint32_t value = 0;
  };
  wcomp::OneOf<Dot, Circle> value;
  Shape() = default;
  template <class Make>
  Shape(wcomp::CaseIndex at, Make&& make) : value(at, std::forward<Make>(make)) {}
};

}  // namespace

template <>
struct wcomp::abi::Type<Point> : wcomp::abi::Record<Point, &Point::x, &Point::y> {
  static constexpr const char* names[] = {"x", "y"};
  static constexpr wcomp::TypeDesc desc = describe(names);
};
template <>
struct wcomp::abi::Type<Shape> : wcomp::abi::Variant<Shape, void, std::uint32_t> {
  static constexpr const char* names[] = {"dot", "circle"};
  static constexpr wcomp::TypeDesc desc = describe(names);
};

namespace wcomp {
namespace {

/// What binding `f` of a component as `func(T)` says, where the component's parameter has this type. `flat` are the core parameters.
template <class T>
std::string difference(const std::string& type, const std::string& flat) {
  const std::string text = "(component (core module $m (func (export \"f\") (param " + flat + "))) (core instance $i (instantiate $m)) (type $t (" + type +
                           ")) (func $f (param \"p\" $t) (canon lift (core func $i \"f\"))) (instance $e (export \"t\" (type $t)) (export \"f\" (func $f)))"
                           " (export \"a:b/c\" (instance $e)))";
  const Engine engine;
  const auto component = Component::from_bytes(engine, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  REQUIRE_MESSAGE(component.has_value(), (component ? "" : component.error().to_string()));
  auto instance = Linker(engine).instantiate(*component);
  REQUIRE(instance.has_value());
  const auto bound = instance->func("a:b/c", "f")->template typed<void(const T&)>();
  if (bound) return "";
  const std::string& message = bound.error().first().message;
  return message.substr(message.find("parameter"));
}

}  // namespace

TEST_CASE("a field that only one side has is named, not lost between two types in full") {
  CHECK(difference<Point>("record (field \"x\" u32) (field \"y\" u32)", "i32 i32") == "");
  CHECK(difference<Point>("record (field \"x\" u32) (field \"y\" u32) (field \"z\" u32)", "i32 i32 i32") ==
        "parameter `p`: the component has a field `z`, the host has none of that name");
  CHECK(difference<Point>("record (field \"x\" u32)", "i32") == "parameter `p`: the host has a field `y`, the component has none of that name");
  CHECK(difference<Point>("record (field \"x\" u32) (field \"why\" u32)", "i32 i32") ==
        "parameter `p`: the component has a field `why`, the host has none of that name");
  CHECK(difference<Point>("record (field \"y\" u32) (field \"x\" u32)", "i32 i32") ==
        "parameter `p`: the component has `record { y: u32, x: u32 }`, the host `record { x: u32, y: u32 }`");
}

TEST_CASE("a case that only one side has is named") {
  CHECK(difference<Shape>("variant (case \"dot\") (case \"circle\" u32)", "i32 i32") == "");
  CHECK(difference<Shape>("variant (case \"dot\") (case \"circle\" u32) (case \"box\")", "i32 i32") ==
        "parameter `p`: the component has a case `box`, the host has none of that name");
  CHECK(difference<Shape>("variant (case \"circle\" u32)", "i32 i32") == "parameter `p`: the host has a case `dot`, the component has none of that name");
  CHECK(difference<Shape>("variant (case \"dot\") (case \"circle\" f32)", "i32 f32") ==
        "parameter `p`, case `circle`: the component has `f32`, the host `u32`");
}

}  // namespace wcomp
