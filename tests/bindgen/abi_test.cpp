// wcomp/abi.h against a Crossing that this file defines: a guest is 64 KiB of bytes and a bump allocator.
#include "wcomp/abi.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "canonical-abi/shape.h"
#include "runtime/abi_strings.cpp"  // NOLINT: the strings of typed calls, over the Crossing below
#include "wit/wit.h"

namespace {

struct Guest : wcomp::Crossing {
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(1 << 16);
  std::uint32_t next = 1024;
  wcomp::TrapCode code{};
  Guest() {
    memory = bytes.data();
    memory_size = bytes.size();
  }
  void set_failed() { failed_ = true; }
  void put(std::uint32_t at, std::uint32_t v) { std::memcpy(memory + at, &v, 4); }
};

}  // namespace

namespace wcomp {
void Crossing::fail(TrapCode code, std::string) {
  if (failed_) return;
  static_cast<Guest*>(this)->code = code;
  failed_ = true;
}
std::uint32_t Crossing::allocate(std::uint32_t size, std::uint32_t align) {
  auto* g = static_cast<Guest*>(this);
  const std::uint32_t at = (g->next + align - 1) / align * align;
  if (size > g->bytes.size() - at) {
    fail(TrapCode::realloc_failed);
    return 0;
  }
  g->next = at + size;
  return at;
}
}  // namespace wcomp

namespace sample {
struct Point {
  std::int32_t x{};
  float y{};
  friend bool operator==(const Point&, const Point&) = default;
};
struct Padded {
  std::uint8_t a{};
  std::uint32_t b{};
  friend bool operator==(const Padded&, const Padded&) = default;
};
struct Deep {
  std::string name;
  std::vector<Point> points;
  std::optional<std::int64_t> maybe;
  friend bool operator==(const Deep&, const Deep&) = default;
};
enum class Op : std::uint8_t { add, sub };
struct Filter : wcomp::VariantOf<Filter> {
  struct All {
    friend bool operator==(const All&, const All&) = default;
  };
  struct Text {
    std::string value;
    friend bool operator==(const Text&, const Text&) = default;
  };
  struct Real {
    double value{};
    friend bool operator==(const Real&, const Real&) = default;
  };
  wcomp::OneOf<All, Text, Real> value;
  Filter(All v) : value(v) {}
  Filter(Text v) : value(std::move(v)) {}
  Filter(Real v) : value(v) {}
  template <class Make>
  Filter(wcomp::CaseIndex at, Make&& make) : value(at, std::forward<Make>(make)) {}
  friend bool operator==(const Filter& a, const Filter& b) { return a.value == b.value; }
};
class Rights : public wcomp::Flags<Rights, std::uint8_t, 3> {
 public:
  static const Rights read;
  static const Rights write;
};
inline constexpr Rights Rights::read = Rights::from_bits(1);
inline constexpr Rights Rights::write = Rights::from_bits(2);
}  // namespace sample

template <>
struct wcomp::abi::Type<sample::Point> : wcomp::abi::Record<sample::Point, &sample::Point::x, &sample::Point::y> {};
template <>
struct wcomp::abi::Type<sample::Padded> : wcomp::abi::Record<sample::Padded, &sample::Padded::a, &sample::Padded::b> {};
template <>
struct wcomp::abi::Type<sample::Deep> : wcomp::abi::Record<sample::Deep, &sample::Deep::name, &sample::Deep::points, &sample::Deep::maybe> {};
template <>
struct wcomp::abi::Type<sample::Op> : wcomp::abi::Enum<sample::Op, 2> {};
template <>
struct wcomp::abi::Type<sample::Filter> : wcomp::abi::Variant<sample::Filter, void, std::string, double> {};
template <>
struct wcomp::abi::Type<sample::Rights> : wcomp::abi::FlagSet<sample::Rights, 3> {};

namespace wcomp::abi {
namespace {

/// Through memory and back, and through flat values and back.
template <class T>
void check_round_trip(T value) {
  Guest guest;
  HostContext cx(guest);
  T copy = value;
  Type<T>::store(cx, copy, 512);
  CHECK(Type<T>::load(cx, 512) == value);
  std::uint64_t slots[Type<T>::flat.size()];
  Type<T>::lower_flat(cx, copy, slots);
  CHECK(Type<T>::lift_flat(cx, slots) == value);
  CHECK(cx.ok());
}

/// Lifts a T from the two numbers of a string or list and gives the trap.
template <class T>
std::optional<TrapCode> lift_failure(std::uint32_t ptr, std::uint32_t len, void (*prepare)(Guest&) = nullptr) {
  Guest guest;
  if (prepare != nullptr) prepare(guest);
  HostContext cx(guest);
  const std::uint64_t slots[] = {ptr, len};
  (void)Type<T>::lift_flat(cx, slots);
  if (cx.ok()) return std::nullopt;
  return guest.code;
}

/// The templates and cabi::Shape agree about a WIT type.
template <class T>
void check_shape(const std::string& wit) {
  auto loaded = wit::load_text("t.wit", "package a:b; interface i { record point { x: s32, y: f32 } record padded { a: u8, b: u32 }\n"
                                        "record deep { name: string, points: list<point>, maybe: option<s64> } enum op { add, sub }\n"
                                        "variant filter { all, text(string), real(f64) } flags rights { a, b, c } type t = " + wit + "; }");
  REQUIRE(loaded.has_value());
  const auto& graph = loaded->graph;
  const auto shape = cabi::shape_of(graph.types, types::ValType(graph.type_decls[graph.interfaces[wit::InterfaceId(0)].types.back()].type));
  CHECK(Type<T>::size == shape->size);
  CHECK(Type<T>::align == shape->align);
  REQUIRE(Type<T>::flat.size() == shape->flat.size());
  for (std::size_t i = 0; i < shape->flat.size(); ++i) {
    constexpr core::ValType of[] = {core::ValType::i32, core::ValType::i64, core::ValType::f32, core::ValType::f64};
    CHECK(of[static_cast<std::size_t>(Type<T>::flat[i])] == shape->flat[i]);
  }
}

}  // namespace

TEST_CASE("every kind of value survives memory and flat values") {
  check_round_trip<std::int8_t>(-5);
  check_round_trip<std::uint64_t>(~std::uint64_t{0});
  check_round_trip<std::int32_t>(-1);
  check_round_trip<float>(1.5F);
  check_round_trip<bool>(true);
  check_round_trip<char32_t>(U'\u20AC');
  check_round_trip<std::string>("h\u00e4llo");
  check_round_trip<std::string>("");
  check_round_trip<std::vector<std::uint8_t>>({1, 2, 3});
  check_round_trip<std::vector<bool>>({true, false, true});
  check_round_trip<std::vector<std::string>>({"a", "", "ccc"});
  check_round_trip<std::optional<std::optional<std::uint32_t>>>(std::optional<std::uint32_t>());
  check_round_trip<std::tuple<std::uint8_t, std::string, double>>({7, "x", 0.5});
  check_round_trip<std::array<std::uint16_t, 3>>({1, 2, 3});
  check_round_trip<Result<std::string, std::uint32_t>>(std::string("fine"));
  check_round_trip<Result<void, sample::Op>>(Err(sample::Op::sub));
  check_round_trip<std::vector<sample::Point>>({{1, 2}, {3, 4}});
  check_round_trip<sample::Padded>({1, 2});
  check_round_trip<sample::Deep>({"n", {{1, 2}}, -7});
  check_round_trip<sample::Filter>(sample::Filter::Text{"t"});
  check_round_trip<sample::Filter>(sample::Filter::Real{2.5});
  check_round_trip<sample::Filter>(sample::Filter::All{});
  check_round_trip<sample::Rights>(sample::Rights::read | sample::Rights::write);
}

TEST_CASE("the compile-time layout is the one of cabi::Shape") {
  check_shape<std::uint8_t>("u8");
  check_shape<std::string>("string");
  check_shape<sample::Padded>("padded");
  check_shape<sample::Deep>("deep");
  check_shape<sample::Filter>("filter");
  check_shape<sample::Rights>("rights");
  check_shape<std::optional<double>>("option<f64>");
  check_shape<Result<float, std::int64_t>>("result<f32, s64>");
  check_shape<Result<float, std::uint32_t>>("result<f32, u32>");
  check_shape<std::tuple<std::uint8_t, sample::Filter, std::vector<sample::Op>>>("tuple<u8, filter, list<op>>");
}

TEST_CASE("only records without padding are copied as bytes") {
  CHECK(Type<sample::Point>::is_any_bits);
  CHECK(!Type<sample::Padded>::is_any_bits);
  CHECK(!Type<bool>::is_any_bits);
  CHECK(!Type<char32_t>::is_any_bits);
}

TEST_CASE("pointers and lengths from a guest are checked") {
  CHECK(lift_failure<std::string>(65536, 0) == std::nullopt);
  CHECK(lift_failure<std::string>(65536, 1) == TrapCode::pointer_out_of_bounds);
  CHECK(lift_failure<std::string>(0xffffffff, 1) == TrapCode::pointer_out_of_bounds);
  CHECK(lift_failure<std::string>(0, 0xffffffff).has_value());
  CHECK(lift_failure<std::vector<std::uint32_t>>(2, 1) == TrapCode::unaligned_pointer);
  CHECK(lift_failure<std::vector<std::uint32_t>>(65536, 1) == TrapCode::pointer_out_of_bounds);
  CHECK(lift_failure<std::vector<std::uint32_t>>(0, 0x40000000) == TrapCode::list_too_long);
  CHECK(lift_failure<std::vector<std::uint64_t>>(0, 0x20000000) == TrapCode::list_too_long);
  CHECK(lift_failure<std::vector<std::string>>(65532, 1) == TrapCode::pointer_out_of_bounds);
  CHECK(lift_failure<std::span<const std::uint8_t>>(65535, 2) == TrapCode::pointer_out_of_bounds);
}

TEST_CASE("text, characters and discriminants from a guest are checked") {
  const auto bad_text = [](Guest& g) { g.bytes[8] = 0xC0; };
  CHECK(lift_failure<std::string>(8, 1, bad_text) == TrapCode::invalid_utf8);
  CHECK(lift_failure<std::string_view>(8, 1, bad_text) == TrapCode::invalid_utf8);
  const auto surrogate = [](Guest& g) { g.put(8, 0xD800); };
  CHECK(lift_failure<std::vector<char32_t>>(8, 1, surrogate) == TrapCode::invalid_char);
  const auto beyond = [](Guest& g) { g.put(8, 0x110000); };
  CHECK(lift_failure<std::vector<char32_t>>(8, 1, beyond) == TrapCode::invalid_char);
  const auto two = [](Guest& g) { g.bytes[8] = 2; };
  CHECK(lift_failure<std::vector<sample::Op>>(8, 1, two) == TrapCode::invalid_discriminant);
  CHECK(lift_failure<std::vector<std::optional<bool>>>(8, 1, two) == TrapCode::invalid_discriminant);
  CHECK(lift_failure<std::vector<bool>>(8, 1, two) == std::nullopt);
}

TEST_CASE("one call cannot make the host take more memory than the bound") {
  Guest guest;
  HostContext cx(guest);
  for (std::uint32_t at = 0; at < 65536; at += 8) {  // 8192 lists of the same 64 KiB: eight times in a list of them is too much
    guest.put(at, 0);
    guest.put(at + 4, 65536);
  }
  // 8192 strings of 64 KiB each are 512 MiB; twice that is over the bound.
  const std::uint64_t slots[] = {0, 8192};
  (void)Type<std::vector<std::vector<std::uint8_t>>>::lift_flat(cx, slots);
  (void)Type<std::vector<std::vector<std::uint8_t>>>::lift_flat(cx, slots);
  (void)Type<std::vector<std::vector<std::uint8_t>>>::lift_flat(cx, slots);
  CHECK(!cx.ok());
  CHECK(guest.code == TrapCode::limit_exceeded);
}

TEST_CASE("a guest whose realloc fails gets no bytes") {
  Guest guest;
  HostContext cx(guest);
  std::vector<std::string> many(10000, "0123456789");
  std::uint64_t slots[2] = {};
  Type<std::vector<std::string>>::lower_flat(cx, many, slots);
  CHECK(!cx.ok());
  CHECK(guest.code == TrapCode::realloc_failed);
}

TEST_CASE("bytes in a parameter are a view of the guest's memory") {
  Guest guest;
  HostContext cx(guest);
  const std::uint64_t slots[] = {16, 4};
  const auto view = Type<std::span<const std::uint8_t>>::lift_flat(cx, slots);
  CHECK(view.data() == guest.memory + 16);
  CHECK(view.size() == 4);
}

TEST_CASE("a host function with many parameters reads them from memory and writes a long result where the guest says") {
  Guest guest;
  for (std::uint32_t i = 0; i < 20; ++i) guest.put(64 + 4 * i, i);
  std::uint64_t slots[20] = {64, 256};
  HostCall call{guest, slots};
  auto sum = [](std::array<std::uint32_t, 20> a) { return std::tuple<std::uint32_t, std::uint32_t>(a[1] + a[19], a[0]); };
  serve(call, sum, std::type_identity<std::tuple<std::uint32_t, std::uint32_t>(std::array<std::uint32_t, 20>)>{});
  CHECK(guest.ok());
  CHECK(guest.memory[256] == 20);
}

TEST_CASE("a host function is not called when its parameters are bad") {
  Guest guest;
  std::uint64_t slots[2] = {0, 0xffffffff};
  HostCall call{guest, slots};
  bool was_called = false;
  auto f = [&](std::string_view) { was_called = true; };
  serve(call, f, std::type_identity<void(std::string_view)>{});
  CHECK(!was_called);
  CHECK(!guest.ok());
}

TEST_CASE("a variant is asked and matched by its case structs") {
  const sample::Filter f = sample::Filter::Text{"x"};
  CHECK(f.is<sample::Filter::Text>());
  CHECK(f.get_if<sample::Filter::All>() == nullptr);
  CHECK(f.match([](const sample::Filter::All&) { return 0; }, [](const sample::Filter::Text& t) { return static_cast<int>(t.value.size()); },
                [](const sample::Filter::Real&) { return 2; }) == 1);
}

TEST_CASE("flags are sets") {
  using sample::Rights;
  CHECK((Rights::read | Rights::write).contains(Rights::read));
  CHECK((~Rights::read).bits() == 6);
  CHECK(Rights::from_bits(0xff).bits() == 7);
  CHECK(Rights().is_empty());
}

}  // namespace wcomp::abi
