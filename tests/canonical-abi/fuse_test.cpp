#include "canonical-abi/fuse.h"

#include <doctest/doctest.h>

#include "canonical-abi/adapter_harness.h"
#include "canonical-abi/random_value.h"

namespace wcomp::cabi {
namespace {

using core::ValType;
using types::Prim;
using enum StringEncoding;
using Log = std::vector<std::string>;

std::uint64_t low(std::int32_t v) { return static_cast<std::uint32_t>(v); }

TEST_CASE("a call without memory passes numbers and restores the flags") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({Prim::u32, Prim::u64}, Prim::u64)), utf8, utf8);
  h.callee = [&](std::uint64_t* slots) {
    CHECK(h.flags(Side::callee) == flag_may_leave);  // nobody may enter it now
    CHECK(h.flags(Side::caller) == AdapterHarness::both_flags);
    slots[0] = slots[0] + slots[1];
    return std::nullopt;
  };
  CHECK(h.call({3, 40}).value() == std::vector<std::uint64_t>{43});
  CHECK(h.flags(Side::callee) == AdapterHarness::both_flags);
  CHECK(h.log == Log{"callee", fmt::format("post-return(43) with flags {}", 0)});
}

TEST_CASE("values arrive as they were sent, and come back, in every encoding, between memories of either width") {
  TypeBuilder b;
  RandomType types(b);
  RandomValue values(types);
  constexpr StringEncoding encodings[] = {utf8, utf16, latin1_utf16};
  for (int round = 0; round < 600; ++round) {
    const auto ptr = [&](int side) { return (round >> side & 1) != 0 && round >= 300 ? ValType::i64 : ValType::i32; };
    std::vector<types::ValType> params;
    for (unsigned n = types.below(4); n > 0; --n) params.push_back(types.type(static_cast<int>(types.below(4))).first);
    std::optional<types::ValType> result;
    if (types.below(4) != 0) result = types.type(3).first;
    const types::FuncType type = TypeBuilder::func(params, result);
    AdapterHarness h(shape_of(b.arena, type, ptr(0)), shape_of(b.arena, type, ptr(1)), encodings[round % 3], encodings[round / 3 % 3], 0, ptr(0), ptr(1));
    for (int i = 0; i < 3; ++i) {
      std::vector<Value> args;
      for (const Part& p : h.shape.params) args.push_back(values.value(*p.shape));
      std::optional<Value> reply;
      if (h.shape.result != nullptr) reply = values.value(*h.shape.result);
      const auto back = h.call(args, reply);
      REQUIRE(back.has_value());
      CHECK(h.seen == args);
      CHECK(*back == reply);
    }
    CHECK(h.flags(Side::caller) == AdapterHarness::both_flags);
    CHECK(h.flags(Side::callee) == AdapterHarness::both_flags);
  }
}

TEST_CASE("more than sixteen parameters travel in memory") {
  TypeBuilder b;
  std::vector<types::ValType> params(9, Prim::string);
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func(params, b.tuple({Prim::u8, Prim::string}))), utf8, utf16);
  std::vector<Value> args;
  for (int i = 0; i < 9; ++i) args.push_back({std::string(static_cast<std::size_t>(i), 'x')});
  const Value reply{std::vector<Value>{{std::uint64_t{7}}, {std::string("gr\xc3\xbc\xc3\x9f")}}};
  CHECK(h.call(args, reply).value() == reply);
  CHECK(h.seen == args);
  CHECK(h.log.front() == fmt::format("callee realloc(4, 72) with flags {}", 0));
}

TEST_CASE("an instance may not leave while its realloc or post-return runs") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({Prim::string}, Prim::string)), utf8, utf8);
  CHECK(h.call({{std::string("abc")}}, Value{std::string("de")}).has_value());
  REQUIRE(h.log.size() == 4);
  CHECK(h.log[0] == "callee realloc(1, 3) with flags 0");
  CHECK(h.log[1] == "callee");
  CHECK(h.log[2] == fmt::format("caller realloc(1, 2) with flags {}", flag_may_enter));
  CHECK(h.log[3].ends_with("with flags 0"));
}

TEST_CASE("a caller that may not leave and a callee that may not be entered trap") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({})), utf8, utf8, 2);
  h.set_flags(Side::caller, flag_may_enter);
  CHECK(h.call(AdapterHarness::Slots{}).error() == TrapCode::cannot_leave);
  h.set_flags(Side::caller, flag_may_leave);
  CHECK(h.call(AdapterHarness::Slots{}).has_value());
  h.set_flags(Side::callee, flag_may_leave);
  CHECK(h.call(AdapterHarness::Slots{}).error() == TrapCode::cannot_enter);
  h.set_flags(Side::callee, AdapterHarness::both_flags);
  h.store.set_global(h.ancestor_flags[1], 0);
  CHECK(h.call(AdapterHarness::Slots{}).error() == TrapCode::cannot_enter);
}

TEST_CASE("ancestors that are entered are marked during the call") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({})), utf8, utf8, 1);
  h.callee = [&](std::uint64_t*) {
    CHECK(h.store.global(h.ancestor_flags[0]) == flag_may_leave);
    return std::nullopt;
  };
  CHECK(h.call(AdapterHarness::Slots{}).has_value());
  CHECK(h.store.global(h.ancestor_flags[0]) == AdapterHarness::both_flags);
}

TEST_CASE("bits that a type does not use are dropped on the way") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({Prim::bool_, Prim::u8, Prim::s8, Prim::u16, Prim::s16, b.flags(3)}, Prim::bool_)), utf8, utf8);
  h.callee = [&](std::uint64_t* slots) {
    CHECK(slots[0] == 1);
    CHECK(slots[1] == 0xff);
    CHECK(slots[2] == low(-1));
    CHECK(slots[3] == 0x1234);
    CHECK(slots[4] == low(-32768));
    CHECK(slots[5] == 5);
    slots[0] = 256;
    return std::nullopt;
  };
  CHECK(h.call({0x100, 0xfff, 0x7ff, 0x51234, 0x18000, 0xfd}).value() == std::vector<std::uint64_t>{1});
}

TEST_CASE("chars that are no scalar values trap") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({Prim::char_}, Prim::char_)), utf8, utf8);
  for (const std::uint64_t good : {0x0u, 0xd7ffu, 0xe000u, 0x10ffffu}) CHECK(h.call({good}).value()[0] == good);
  for (const std::uint64_t bad : {0xd800u, 0xdfffu, 0x110000u, 0xffffffffu}) CHECK(h.call({bad}).error() == TrapCode::invalid_char);
  h.callee = [](std::uint64_t* slots) { return slots[0] = 0xd800, std::nullopt; };
  CHECK(h.call({65}).error() == TrapCode::invalid_char);
}

TEST_CASE("discriminants beyond the cases trap, in locals and in memory") {
  TypeBuilder b;
  AdapterHarness flat(shape_of(b.arena, TypeBuilder::func({b.enum_(3)}, b.enum_(3))), utf8, utf8);
  CHECK(flat.call({2}).value()[0] == 2);
  CHECK(flat.call({3}).error() == TrapCode::invalid_discriminant);
  CHECK(flat.call({0xffffffff}).error() == TrapCode::invalid_discriminant);
  AdapterHarness list(shape_of(b.arena, TypeBuilder::func({b.list(b.option(Prim::u8))})), utf8, utf8);
  list.poke(Side::caller, 100, std::string_view("\x01\x05\x00\x07\x02\x01", 6));
  CHECK(list.call({100, 2}).has_value());
  CHECK(list.call({100, 3}).error() == TrapCode::invalid_discriminant);
}

TEST_CASE("a payload that is not there is zero in the joined values") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({b.variant({{Prim::f32}, {Prim::u64}, {}, {Prim::f64}, {Prim::u8}})})), utf8, utf8);
  std::vector<std::uint64_t> got;
  h.callee = [&](std::uint64_t* slots) {
    got = {slots[0], slots[1]};
    return std::nullopt;
  };
  const auto send = [&](std::uint64_t discriminant, std::uint64_t payload) {
    CHECK(h.call({discriminant, payload}).has_value());
    return got;
  };
  CHECK(send(0, 0xdeadbeef'3f800000) == std::vector<std::uint64_t>{0, 0x3f800000});
  CHECK(send(1, ~std::uint64_t{0}) == std::vector<std::uint64_t>{1, ~std::uint64_t{0}});
  CHECK(send(2, 77) == std::vector<std::uint64_t>{2, 0});
  CHECK(send(3, 0x3ff0000000000000) == std::vector<std::uint64_t>{3, 0x3ff0000000000000});
  CHECK(send(4, 0xfffffffff) == std::vector<std::uint64_t>{4, 0xff});
}

TEST_CASE("strings with bad pointers, lengths or bytes trap") {
  TypeBuilder b;
  const FuncShape shape = shape_of(b.arena, TypeBuilder::func({Prim::string}));
  AdapterHarness h(shape, utf8, utf16);
  const std::uint64_t end = h.memory(Side::caller).size();
  CHECK(h.call({end, 0}).has_value());
  CHECK(h.call({end - 3, 3}).has_value());
  CHECK(h.call({end, 1}).error() == TrapCode::pointer_out_of_bounds);
  CHECK(h.call({0xffffffff, 0xff}).error() == TrapCode::pointer_out_of_bounds);
  CHECK(h.call({0, 1u << 28}).error() == TrapCode::string_too_long);
  h.poke(Side::caller, 50, "ok\xff");
  CHECK(h.call({50, 2}).has_value());
  CHECK(h.call({50, 3}).error() == TrapCode::invalid_utf8);
  AdapterHarness same(shape, utf8, utf8);
  same.poke(Side::caller, 50, "ok\xff");
  CHECK(same.call({50, 3}).error() == TrapCode::invalid_utf8);
  AdapterHarness wide(shape, utf16, utf8);
  CHECK(wide.call({1, 1}).error() == TrapCode::unaligned_pointer);
  CHECK(wide.call({0, 1u << 27}).error() == TrapCode::string_too_long);
  CHECK(wide.call({0, 0xffffffff}).error() == TrapCode::string_too_long);
  wide.poke(Side::caller, 50, std::string_view("\x00\xd8", 2));
  CHECK(wide.call({50, 1}).error() == TrapCode::invalid_utf16);
  AdapterHarness mixed(shape, latin1_utf16, utf8);
  CHECK(mixed.call({end - 2, utf16_tag | 1}).has_value());
  CHECK(mixed.call({end - 2, utf16_tag | 2}).error() == TrapCode::pointer_out_of_bounds);
  CHECK(mixed.call({end - 2, 2}).has_value());
}

TEST_CASE("lists with bad pointers or lengths trap") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({b.list(Prim::u64)})), utf8, utf8);
  const std::uint64_t end = h.memory(Side::caller).size();
  CHECK(h.call({end - 16, 2}).has_value());
  CHECK(h.call({end, 0}).has_value());
  CHECK(h.call({4, 1}).error() == TrapCode::unaligned_pointer);
  CHECK(h.call({end - 8, 2}).error() == TrapCode::pointer_out_of_bounds);
  CHECK(h.call({0xfffffff8, 1}).error() == TrapCode::pointer_out_of_bounds);
  CHECK(h.call({0, 1u << 25}).error() == TrapCode::list_too_long);
  CHECK(h.call({0, 0xffffffff}).error() == TrapCode::list_too_long);
  CHECK(h.call({0, 0x20000001}).error() == TrapCode::list_too_long);  // 8 bytes if the product wrapped
}

TEST_CASE("what realloc returns is checked") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({b.list(Prim::u32)}, b.list(Prim::u32))), utf8, utf8);
  const auto end = static_cast<std::uint32_t>(h.memory(Side::callee).size());
  std::uint32_t answer = 0;
  h.instances[1].realloc = [&](std::uint32_t, std::uint64_t) { return answer; };
  h.callee = [](std::uint64_t* slots) { return slots[0] = 64, std::nullopt; };
  h.poke32(Side::callee, 64, 128);
  h.poke32(Side::callee, 68, 2);
  const auto call = [&](std::uint32_t a) {
    answer = a;
    return h.call({0, 2, 4096});
  };
  CHECK(call(end - 8).has_value());
  CHECK(call(end - 4).error() == TrapCode::realloc_failed);
  CHECK(call(0xfffffffc).error() == TrapCode::realloc_failed);
  CHECK(call(2).error() == TrapCode::realloc_failed);
  h.instances[0].realloc = [](std::uint32_t, std::uint64_t) { return 0xffffffffu; };
  CHECK(call(0).error() == TrapCode::realloc_failed);
}

TEST_CASE("addresses and lengths of 64 bits are checked with all their bits") {
  TypeBuilder b;
  const types::FuncType type = TypeBuilder::func({b.list(Prim::u32), Prim::string}, b.tuple({Prim::u32, Prim::u32}));
  for (const ValType callee_ptr : {ValType::i32, ValType::i64}) {
    AdapterHarness h(shape_of(b.arena, type, ValType::i64), shape_of(b.arena, type, callee_ptr), utf16, utf8, 0, ValType::i64, callee_ptr);
    h.callee = [](std::uint64_t* slots) { return slots[0] = 64, std::nullopt; };
    const std::uint64_t end = h.memory(Side::caller).size(), high = std::uint64_t{1} << 32, top = std::uint64_t{1} << 63;
    const auto call = [&](std::uint64_t list, std::uint64_t items, std::uint64_t text, std::uint64_t units, std::uint64_t out) -> std::optional<TrapCode> {
      const auto done = h.call({list, items, text, units, out});
      return done ? std::nullopt : std::optional(done.error());
    };
    CHECK(call(0, 2, 16, 2, 32) == std::nullopt);
    CHECK(call(end - 8, 2, end - 4, 2, end - 8) == std::nullopt);
    CHECK(call(high, 2, 16, 2, 32) == TrapCode::pointer_out_of_bounds);
    CHECK(call(0 - std::uint64_t{4}, 2, 16, 2, 32) == TrapCode::pointer_out_of_bounds);  // the sum would be 4
    CHECK(call(0 - std::uint64_t{4}, 0, 16, 2, 32) == TrapCode::pointer_out_of_bounds);
    CHECK(call(2, 2, 16, 2, 32) == TrapCode::unaligned_pointer);
    CHECK(call(0, high + 2, 16, 2, 32) == TrapCode::list_too_long);
    CHECK(call(0, (std::uint64_t{1} << 62) + 1, 16, 2, 32) == TrapCode::list_too_long);  // 4 bytes if the product wrapped
    CHECK(call(0, 1 << 26, 16, 2, 32) == TrapCode::list_too_long);
    CHECK(call(0, 2, high, 2, 32) == TrapCode::pointer_out_of_bounds);
    CHECK(call(0, 2, 16, high, 32) == TrapCode::string_too_long);
    CHECK(call(0, 2, 16, top + 2, 32) == TrapCode::string_too_long);  // the tag is latin1+utf16's
    CHECK(call(0, 2, 16, 2, high) == TrapCode::pointer_out_of_bounds);
    CHECK(call(0, 2, 16, 2, end - 4) == TrapCode::pointer_out_of_bounds);
  }
}

TEST_CASE("what a realloc with 64 bits returns is checked with all its bits") {
  TypeBuilder b;
  const types::FuncType type = TypeBuilder::func({b.list(Prim::u32)});
  for (const ValType caller_ptr : {ValType::i32, ValType::i64}) {
    AdapterHarness h(shape_of(b.arena, type, caller_ptr), shape_of(b.arena, type, ValType::i64), utf8, utf8, 0, caller_ptr, ValType::i64);
    std::uint64_t answer = 0;
    h.instances[1].realloc = [&](std::uint32_t, std::uint64_t) { return answer; };
    const std::uint64_t end = h.memory(Side::callee).size();
    for (const auto& [a, is_right] : {std::pair(end - 8, true), std::pair(end - 4, false), std::pair(std::uint64_t{1} << 32, false), std::pair(0 - std::uint64_t{4}, false)}) {
      answer = a;
      CHECK(h.call({0, 2}).has_value() == is_right);
      if (!is_right) CHECK(h.call({0, 2}).error() == TrapCode::realloc_failed);
    }
  }
}

TEST_CASE("a list that doubles in a 64-bit memory may be longer there than a list may be") {
  TypeBuilder b;
  const types::FuncType type = TypeBuilder::func({b.list(Prim::string)});
  AdapterHarness h(shape_of(b.arena, type), shape_of(b.arena, type, ValType::i64), utf8, utf8, 0, ValType::i32, ValType::i64);
  REQUIRE(h.call({0, 100}).has_value());
  CHECK(h.instances[1].reallocs.front() == std::array<std::uint64_t, 4>{0, 0, 8, 1600});
}

TEST_CASE("error contexts go through their intrinsic, both ways") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({Prim::error_context}, b.option(Prim::error_context))), utf8, utf8);
  h.callee = [&](std::uint64_t* slots) {
    h.poke32(Side::callee, 64, 1);
    h.poke32(Side::callee, 68, static_cast<std::uint32_t>(slots[0]) + 1);
    return slots[0] = 64, std::nullopt;
  };
  REQUIRE(h.call({7, 128}).has_value());
  CHECK(h.log == Log{"error-context(side 0, 7)", "callee", "error-context(side 1, 8)", "post-return(64) with flags 0"});
}

TEST_CASE("pointers to results are checked on both sides") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({}, b.tuple({Prim::u32, Prim::u32}))), utf8, utf8);
  const auto end = static_cast<std::uint32_t>(h.memory(Side::callee).size());
  std::uint64_t returned = 16;
  h.callee = [&](std::uint64_t* slots) { return slots[0] = returned, std::nullopt; };
  const auto call = [&](std::uint64_t callee_ptr, std::uint64_t out) {
    returned = callee_ptr;
    return h.call({out});
  };
  h.poke32(Side::callee, 16, 11);
  h.poke32(Side::callee, 20, 22);
  CHECK(call(16, 400).has_value());
  CHECK(h.memory(Side::caller)[400] == 11);
  CHECK(h.memory(Side::caller)[404] == 22);
  CHECK(call(end - 8, end - 8).has_value());
  CHECK(call(18, 400).error() == TrapCode::unaligned_pointer);
  CHECK(call(end - 4, 400).error() == TrapCode::pointer_out_of_bounds);
  CHECK(call(16, 402).error() == TrapCode::unaligned_pointer);
  CHECK(call(16, end - 4).error() == TrapCode::pointer_out_of_bounds);
  CHECK(call(0xfffffffc, 400).error() == TrapCode::pointer_out_of_bounds);
}

TEST_CASE("a pointer to spilled parameters is checked") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func(std::vector<types::ValType>(17, Prim::u32))), utf8, utf8);
  const std::uint64_t end = h.memory(Side::caller).size();
  CHECK(h.call({end - 68}).has_value());
  CHECK(h.call({end - 64}).error() == TrapCode::pointer_out_of_bounds);
  CHECK(h.call({2}).error() == TrapCode::unaligned_pointer);
}

TEST_CASE("handles go through the intrinsics, borrows within a scope") {
  TypeBuilder b;
  const auto r0 = b.resource();
  const auto r1 = b.resource();
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({b.borrow(r1), b.own(r0), b.option(b.own(r1))}, b.own(r0))), utf8, utf8);
  h.callee = [](std::uint64_t* slots) { return slots[0] = 9, std::nullopt; };
  CHECK(h.call({5, 6, 1, 7}).value() == std::vector<std::uint64_t>{9});
  CHECK(h.log == Log{"enter", "borrow(resource 0, 5)", "own(side 0, resource 1, 6)", "own(side 0, resource 0, 7)", "callee", "exit",
                     "own(side 1, resource 1, 9)", "post-return(9) with flags 0"});
  CHECK(h.resources.ids == std::vector<types::ResourceId>{b.arena.resource(r1), b.arena.resource(r0)});
}

TEST_CASE("where the callee defines what it borrows, no scope is opened") {
  TypeBuilder b;
  const auto r0 = b.resource();
  const auto r1 = b.resource();
  const FuncShape shape = shape_of(b.arena, TypeBuilder::func({b.borrow(r1), b.own(r0), Prim::u8}, Prim::u8));
  AdapterHarness h(shape, shape, utf8, utf8, 0, ValType::i32, ValType::i32, true);
  h.callee = [](std::uint64_t* slots) {
    CHECK(slots[0] == 105);
    CHECK(slots[1] == 6);
    CHECK(slots[2] == 7);
    return slots[0] = 0x109, std::nullopt;
  };
  CHECK(h.call({5, 6, 0x207}).value() == std::vector<std::uint64_t>{9});
  CHECK(h.log == Log{"rep(resource 0, 5)", "own(side 0, resource 1, 6)", "callee", fmt::format("post-return({}) with flags 0", 0x109)});
}

TEST_CASE("a trap in the callee comes through") {
  TypeBuilder b;
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({})), utf8, utf8);
  h.callee = [](std::uint64_t*) { return TrapCode::unreachable; };
  CHECK(h.call(AdapterHarness::Slots{}).error() == TrapCode::unreachable);
}

TEST_CASE("an adapter's size follows the type, not the tree it describes") {
  TypeBuilder b;
  types::ValType t = Prim::string;
  for (int i = 0; i < 10; ++i) t = b.variant({{b.tuple({t, Prim::u8})}, {b.tuple({t, t})}});
  AdapterHarness h(shape_of(b.arena, TypeBuilder::func({b.list(t)})), utf8, utf16);
  CHECK(h.module_bytes < 40000);
}

TEST_CASE("scalars alone need no memory and no allocator") {
  TypeBuilder b;
  const Adapter adapter = fuse(shape_of(b.arena, TypeBuilder::func({Prim::u32}, Prim::f64)), {}, {});
  CHECK(adapter.module->imported_mems == 0);
  CHECK(adapter.module->imported_funcs == 2);  // callee and trap
  CHECK(adapter.module->find_export("adapter") != nullptr);
}

}  // namespace
}  // namespace wcomp::cabi
