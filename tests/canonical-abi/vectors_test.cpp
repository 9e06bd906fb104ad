// What we compute, against what the specification's executable definitions compute: vectors.jsonl, which vectors.py makes and describes.
#include <bit>
#include <cmath>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "canonical-abi/adapter_harness.h"
#include "canonical-abi/type_builder.h"
#include "test_paths.h"

namespace wcomp::cabi {
namespace {

using Json = nlohmann::json;
using types::ValType;

std::vector<std::uint8_t> bytes_of(const std::string& hex) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) out.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return out;
}
std::string hex_of(std::span<const std::uint8_t> bytes) {
  std::string out;
  for (const std::uint8_t b : bytes) out += fmt::format("{:02x}", b);
  return out;
}

StringEncoding encoding_of(const std::string& name) {
  return name == "utf8" ? StringEncoding::utf8 : name == "utf16" ? StringEncoding::utf16 : StringEncoding::latin1_utf16;
}

core::ValType ptr_of(const Json& vector, const char* name = "ptr") { return vector.contains(name) ? core::ValType::i64 : core::ValType::i32; }

class Types {
 public:
  ValType type(const Json& t) {
    if (t.is_string()) {
      for (std::size_t p = 0; p < std::size(names); ++p) {
        if (names[p] == t.get<std::string>()) return static_cast<types::Prim>(p);
      }
      FAIL("an unknown type " << t.dump());
    }
    const std::string kind = t[0];
    if (kind == "list") return t.size() == 3 ? b_.list(type(t[1]), t[2]) : b_.list(type(t[1]));
    if (kind == "enum") return b_.enum_(t[1]);
    if (kind == "flags") return b_.flags(t[1]);
    if (kind == "option") return b_.option(type(t[1]));
    if (kind == "result") return b_.result(optional(t[1]), optional(t[2]));
    if (kind == "map") return b_.map(type(t[1]), type(t[2]));
    if (kind == "variant") {
      std::vector<std::optional<ValType>> cases;
      for (std::size_t i = 1; i < t.size(); ++i) cases.push_back(optional(t[i]));
      return b_.variant(cases);
    }
    std::vector<ValType> parts;
    for (std::size_t i = 1; i < t.size(); ++i) parts.push_back(type(t[i]));
    if (kind == "tuple") return b_.tuple(parts);
    std::vector<types::Field> fields;
    for (const ValType p : parts) fields.push_back({fmt::format("f{}", fields.size()), p});
    return b_.record(std::move(fields));
  }
  std::optional<ValType> optional(const Json& t) { return t.is_null() ? std::nullopt : std::optional(type(t)); }
  types::FuncType func(const Json& params, const Json& result) {
    std::vector<ValType> ts;
    for (const Json& p : params) ts.push_back(type(p));
    return TypeBuilder::func(ts, optional(result));
  }
  [[nodiscard]] const types::TypeArena& arena() const { return b_.arena; }

 private:
  static constexpr std::string_view names[] = {
#define WCOMP_PRIM(name, text, opcode, size, core_type) text,
#include "types/primitives.def"
#undef WCOMP_PRIM
  };
  TypeBuilder b_;
};

Value value_of(const Json& v, const Shape& s) {
  const auto all = [&](const auto& shape_at) {
    std::vector<Value> out;
    for (std::size_t i = 0; i < v.size(); ++i) out.push_back(value_of(v[i], shape_at(i)));
    return Value{std::move(out)};
  };
  switch (s.kind) {
    case ShapeKind::bool_: return {v.get<bool>()};
    case ShapeKind::s8:
    case ShapeKind::s16:
    case ShapeKind::s32:
    case ShapeKind::s64: return {v.get<std::int64_t>()};
    case ShapeKind::u8:
    case ShapeKind::u16:
    case ShapeKind::u32:
    case ShapeKind::u64: return {v.get<std::uint64_t>()};
    case ShapeKind::f32: return {std::bit_cast<float>(v.get<std::uint32_t>())};
    case ShapeKind::f64: return {std::bit_cast<double>(v.get<std::uint64_t>())};
    case ShapeKind::char_: return {static_cast<char32_t>(v.get<std::uint32_t>())};
    case ShapeKind::string: return {v.get<std::string>()};
    case ShapeKind::flags: return {FlagsValue{v.get<std::uint32_t>()}};
    case ShapeKind::list:
    case ShapeKind::fixed_list: return all([&](std::size_t) -> const Shape& { return *s.element; });
    case ShapeKind::record: return all([&](std::size_t i) -> const Shape& { return *s.parts[i].shape; });
    case ShapeKind::variant: {
      CaseValue c{.index = v[0], .payload = {}};
      if (v.size() == 2) c.payload.push_back(value_of(v[1], *s.cases[c.index].payload));
      return {c};
    }
    default: break;
  }
  WCOMP_CHECK(false);
}

/// The other way: a NaN is "nan", since the definitions have one only.
Json json_of(const Value& value, const Shape& s) {
  const auto all = [&](const auto& shape_at) {
    Json out = Json::array();
    const auto& values = std::get<std::vector<Value>>(value.data);
    for (std::size_t i = 0; i < values.size(); ++i) out.push_back(json_of(values[i], shape_at(i)));
    return out;
  };
  switch (s.kind) {
    case ShapeKind::bool_: return std::get<bool>(value.data);
    case ShapeKind::s8:
    case ShapeKind::s16:
    case ShapeKind::s32:
    case ShapeKind::s64: return std::get<std::int64_t>(value.data);
    case ShapeKind::u8:
    case ShapeKind::u16:
    case ShapeKind::u32:
    case ShapeKind::u64: return std::get<std::uint64_t>(value.data);
    case ShapeKind::f32: {
      const float f = std::get<float>(value.data);
      return std::isnan(f) ? Json("nan") : Json(std::bit_cast<std::uint32_t>(f));
    }
    case ShapeKind::f64: {
      const double f = std::get<double>(value.data);
      return std::isnan(f) ? Json("nan") : Json(std::bit_cast<std::uint64_t>(f));
    }
    case ShapeKind::char_: return static_cast<std::uint32_t>(std::get<char32_t>(value.data));
    case ShapeKind::string: return std::get<std::string>(value.data);
    case ShapeKind::flags: return std::get<FlagsValue>(value.data).bits;
    case ShapeKind::list:
    case ShapeKind::fixed_list: return all([&](std::size_t) -> const Shape& { return *s.element; });
    case ShapeKind::record: return all([&](std::size_t i) -> const Shape& { return *s.parts[i].shape; });
    case ShapeKind::variant: {
      const auto& c = std::get<CaseValue>(value.data);
      Json out = Json::array({c.index});
      if (!c.payload.empty()) out.push_back(json_of(c.payload[0], *s.cases[c.index].payload));
      return out;
    }
    default: break;
  }
  WCOMP_CHECK(false);
}

Json flat_json(const FlatTypes& flat) {
  Json out = Json::array();
  for (const core::ValType t : flat) out.push_back(core::to_string(t));
  return out;
}

/// Memory that grows as it is allocated, one allocation after the other.
struct Memory {
  std::vector<std::uint8_t> bytes;
  LiftLowerContext context(StringEncoding encoding) {
    LiftLowerContext cx;
    cx.encoding = encoding;
    cx.memory = [this] { return std::span(bytes); };
    cx.allocate = [this](std::uint32_t align, std::uint64_t size) -> Result<std::uint64_t, TrapCode> {
      const auto ptr = static_cast<std::uint32_t>(align_to(bytes.size(), align));
      bytes.resize(ptr + size);
      return ptr;
    };
    return cx;
  }
};

void check_layout(Types& types, const Json& vector) {
  for (const auto& [name, ptr] : {std::pair("i32", core::ValType::i32), std::pair("i64", core::ValType::i64)}) {
    ShapeCache cache(types.arena(), ptr);
    const auto s = cache.of(types.type(vector["t"]));
    REQUIRE(s.has_value());
    CHECK(Json::array({(*s)->size, (*s)->align, flat_json((*s)->flat)}) == vector[name]);
  }
}

void check_func(Types& types, const Json& vector) {
  const types::FuncType type = types.func(vector["p"], vector["r"]);
  const FuncShape f = shape_of(types.arena(), type, ptr_of(vector));
  CHECK(Json::array({flat_json(f.lifted.params), flat_json(f.lifted.results)}) == vector["lift"]);
  CHECK(Json::array({flat_json(f.lowered.params), flat_json(f.lowered.results)}) == vector["lower"]);
}

void check_store(const Shape& s, const Json& vector) {
  const Value v = value_of(vector["v"], s);
  REQUIRE(fits(v, s));
  Memory memory{.bytes = std::vector<std::uint8_t>(s.size)};
  LiftLowerContext cx = memory.context(encoding_of(vector["e"]));
  REQUIRE(store(cx, v, s, 0).has_value());
  CHECK(hex_of(memory.bytes) == vector["m"].get<std::string>());
  const auto back = load(cx, 0, s);
  REQUIRE(back.has_value());
  CHECK(*back == v);
  if (!vector.contains("f")) return;
  Memory other;
  LiftLowerContext flat_cx = other.context(encoding_of(vector["e"]));
  std::vector<std::uint64_t> slots;
  REQUIRE(lower_flat(flat_cx, v, s, slots).has_value());
  CHECK(slots == vector["f"].get<std::vector<std::uint64_t>>());
  CHECK(hex_of(other.bytes) == vector["g"].get<std::string>());
}

void check_lifted(const Result<Value, TrapCode>& found, const Shape& s, const Json& vector) {
  CHECK(found.has_value() == vector.contains("v"));
  if (found && vector.contains("v")) CHECK(json_of(*found, s) == vector["v"]);
}

void check_load(const Shape& s, const Json& vector) {
  Memory memory{.bytes = bytes_of(vector["m"])};
  LiftLowerContext cx = memory.context(encoding_of(vector["e"]));
  check_lifted(load(cx, 0, s), s, vector);
}

void check_lift(const Shape& s, const Json& vector) {
  Memory memory{.bytes = bytes_of(vector["m"])};
  LiftLowerContext cx = memory.context(encoding_of(vector["e"]));
  const auto slots = vector["f"].get<std::vector<std::uint64_t>>();
  check_lifted(lift_flat(cx, slots, s), s, vector);
}

/// Through an adapter from one component to another.
void check_string(Types& types, const Json& vector) {
  const StringEncoding to = encoding_of(vector["to"]);
  const core::ValType from_ptr = ptr_of(vector, "from_ptr"), to_ptr = ptr_of(vector);
  const types::FuncType type = types.func(Json::array({"string"}), nullptr);
  AdapterHarness h(shape_of(types.arena(), type, from_ptr), shape_of(types.arena(), type, to_ptr), encoding_of(vector["from"]), to, 0, from_ptr, to_ptr);
  const auto bytes = bytes_of(vector["b"]);
  h.poke(Side::caller, 64, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  std::uint64_t ptr = 0, length = 0;
  h.callee = [&](std::uint64_t* slots) {
    ptr = slots[0];
    length = slots[1];
    return std::nullopt;
  };
  REQUIRE(h.call({64, vector["n"].get<std::uint64_t>()}).has_value());
  CHECK(length == vector["r"].get<std::uint64_t>());
  const auto size = static_cast<std::size_t>(string_byte_length(to, to_ptr == core::ValType::i64 ? narrow_length(to, length).value() : static_cast<std::uint32_t>(length)));
  CHECK(hex_of(h.memory(Side::callee).subspan(static_cast<std::size_t>(ptr), size)) == vector["o"].get<std::string>());
  Json expected = vector["c"];
  // A latin1+utf16 string is aligned to 2 when it shrinks, too (canonical-abi/fuse_strings.cpp).
  for (Json& call : expected) call[2] = to == StringEncoding::utf8 ? 1 : 2;
  CHECK(Json(h.instances[1].reallocs) == expected);
}

TEST_CASE("layouts, values, traps and allocations are what the specification's executable definitions say") {
  std::ifstream file(std::string(WCOMP_SOURCE_DIR) + "/tests/canonical-abi/vectors.jsonl");
  REQUIRE(file.good());
  std::size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    CAPTURE(line);
    const Json vector = Json::parse(line);
    const std::string kind = vector["k"];
    Types types;
    if (kind == "layout") {
      check_layout(types, vector);
    } else if (kind == "func") {
      check_func(types, vector);
    } else if (kind == "string") {
      check_string(types, vector);
    } else {
      const auto shape = ShapeCache(types.arena(), ptr_of(vector)).of(types.type(vector["t"])).value();
      if (kind == "store") check_store(*shape, vector);
      else if (kind == "load") check_load(*shape, vector);
      else if (kind == "lift") check_lift(*shape, vector);
      else FAIL("a vector of an unknown kind");
    }
  }
  CHECK(count > 2000);
}

}  // namespace
}  // namespace wcomp::cabi
