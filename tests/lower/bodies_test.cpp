#include <doctest/doctest.h>

#include <cstring>
#include <random>

#include "canonical-abi/shape.h"
#include "canonical-abi/strings.h"
#include "core/builder.h"
#include "lower/bodies.h"
#include "runtime/handle_table.h"
#include "wcomp/module.h"

using namespace wcomp;
using namespace wcomp::lower;
using cabi::StringEncoding;

namespace {

/// A trap's code, or what was returned.
struct Outcome {
  std::optional<TrapCode> trap;
  std::vector<std::uint32_t> results;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};
std::string describe(const Outcome& o) {
  std::string out = o.trap ? std::string(to_string(*o.trap)) : "";
  for (const std::uint32_t r : o.results) out += " " + std::to_string(r);
  return out;
}

/// A merged module of our own, running.
class Running {
 public:
  explicit Running(Merger merger) {
    const auto bytes = std::move(merger).finish("");
    REQUIRE(bytes.has_value());
    auto module = Module::from_bytes(engine_, *bytes);
    if (!module) FAIL(module.error().to_string());
    auto instance = ModuleLinker(engine_).instantiate(*module);
    if (!instance) FAIL(instance.error().to_string());
    instance_.emplace(std::move(*instance));
  }
  Outcome call(const char* name, std::vector<std::uint32_t> args) {
    std::vector<CoreValue> values;
    for (const std::uint32_t a : args) values.emplace_back(static_cast<std::int32_t>(a));
    auto done = instance_->func(name)->call(values);
    if (!done) {
      CHECK(done.error().code() == TrapCode::unreachable);
      return {.trap = static_cast<TrapCode>(std::get<std::int32_t>(*instance_->global("trap_code"))), .results = {}};
    }
    Outcome out;
    for (const CoreValue& v : *done) out.results.push_back(static_cast<std::uint32_t>(std::get<std::int32_t>(v)));
    return out;
  }
  std::span<std::uint8_t> memory(const char* name) { return *instance_->memory(name); }

 private:
  Engine engine_;
  std::optional<ModuleInstance> instance_;
};

InstanceIdx add(Merger& merger, const core::ValidModule& module, std::vector<Item> imports = {}) {
  const auto made = merger.add(module, imports, {});
  REQUIRE(made.has_value());
  return *made;
}

core::ValidModule memory_of_one_page() {
  core::ModuleBuilder m;
  m.export_mem("memory", m.mem({.limits = {.min = 1, .max = {}, .is_64 = false, .is_shared = false}}));
  return m.build_valid();
}

void export_all(Merger& merger, InstanceIdx instance, std::initializer_list<const char*> names) {
  for (const char* name : names) REQUIRE(merger.export_(name, merger.export_of(instance, name)).has_value());
}

/// `measure`, `transcode` and `copy` between memories `src` and `dst`.
Running strings() {
  Merger merger;
  const InstanceIdx host = add(merger, host_side_module());
  const InstanceIdx src = add(merger, memory_of_one_page()), dst = add(merger, memory_of_one_page());
  const Item src_memory = merger.export_of(src, "memory"), dst_memory = merger.export_of(dst, "memory");
  const InstanceIdx body = add(merger, strings_module(), {merger.export_of(host, "trap"), src_memory, dst_memory});
  export_all(merger, body, {"measure", "transcode", "copy"});
  export_all(merger, host, {"trap_code"});
  REQUIRE(merger.export_("src", src_memory).has_value());
  REQUIRE(merger.export_("dst", dst_memory).has_value());
  return Running(std::move(merger));
}

constexpr StringEncoding encodings[] = {StringEncoding::utf8, StringEncoding::utf16, StringEncoding::latin1_utf16};

std::uint32_t number(StringEncoding e) { return static_cast<std::uint32_t>(e); }

struct Input {
  StringEncoding from{}, to{};
  std::uint32_t ptr = 0, length = 0;
};

/// Text of all kinds of characters in the encoding, now and then with something wrong in it.
class Inputs {
 public:
  explicit Inputs(unsigned seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t n) { return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random_); }

  Input next(std::span<std::uint8_t> memory) {
    Input in{.from = encodings[below(3)], .to = encodings[below(3)], .ptr = below(64) * 2, .length = 0};
    if (below(8) == 0) in.ptr = static_cast<std::uint32_t>(memory.size()) - below(64);
    bool is_utf16 = in.from == StringEncoding::utf16;
    const std::uint32_t widest = below(4);  // a string of ASCII only is a case of its own
    if (in.from == StringEncoding::latin1_utf16) is_utf16 = below(2) == 0;
    std::vector<std::uint8_t> bytes;
    for (std::uint32_t n = below(40); n > 0; --n) append(bytes, in.from == StringEncoding::utf8, is_utf16, character(widest));
    if (below(3) == 0) {
      for (std::uint32_t n = 1 + below(3); n > 0 && !bytes.empty(); --n) bytes[below(static_cast<std::uint32_t>(bytes.size()))] = static_cast<std::uint8_t>(below(256));
    }
    if (below(6) == 0 && !bytes.empty()) bytes.resize(bytes.size() - std::min<std::size_t>(bytes.size(), is_utf16 ? 2 : 1));
    for (std::size_t i = 0; i < bytes.size() && in.ptr + i < memory.size(); ++i) memory[in.ptr + i] = bytes[i];
    in.length = static_cast<std::uint32_t>(is_utf16 ? bytes.size() / 2 : bytes.size());
    if (in.from == StringEncoding::latin1_utf16 && is_utf16) in.length |= cabi::utf16_tag;
    if (below(40) == 0) in.length = below(0xffffffff);
    if (below(40) == 0) in.ptr = below(0xffffffff);
    if (below(40) == 0) in.ptr |= 1;
    return in;
  }

 private:
  std::uint32_t character(std::uint32_t widest) {
    static constexpr std::uint32_t ends[] = {0x80, 0x100, 0x10000, 0x110000};
    const std::uint32_t c = below(ends[below(widest + 1)]);
    return c >= 0xd800 && c < 0xe000 ? 0xe9 : c;
  }
  static void append(std::vector<std::uint8_t>& out, bool is_utf8, bool is_utf16, std::uint32_t c) {
    const auto byte = [&](std::uint32_t b) { out.push_back(static_cast<std::uint8_t>(b)); };
    const auto unit = [&](std::uint32_t u) { byte(u & 0xff), byte(u >> 8); };
    if (is_utf16) {
      if (c < 0x10000) return unit(c);
      unit(0xd800 + ((c - 0x10000) >> 10));
      return unit(0xdc00 + ((c - 0x10000) & 0x3ff));
    }
    if (!is_utf8 || c < 0x80) return byte(c & 0xff);
    if (c < 0x800) return byte(0xc0 | c >> 6), byte(0x80 | (c & 0x3f));
    if (c < 0x10000) return byte(0xe0 | c >> 12), byte(0x80 | (c >> 6 & 0x3f)), byte(0x80 | (c & 0x3f));
    byte(0xf0 | c >> 18), byte(0x80 | (c >> 12 & 0x3f)), byte(0x80 | (c >> 6 & 0x3f)), byte(0x80 | (c & 0x3f));
  }

  std::mt19937 random_;
};

Outcome native_measure(std::span<const std::uint8_t> memory, const Input& in) {
  const auto bytes = cabi::find_string(in.from, memory, in.ptr, in.length);
  if (!bytes) return {.trap = bytes.error(), .results = {}};
  const auto length = cabi::measure_string(in.from, *bytes, in.length, in.to);
  if (!length) return {.trap = length.error(), .results = {}};
  return {.trap = {}, .results = {*length}};
}

Outcome native_transcode(std::span<const std::uint8_t> memory, const Input& in, std::uint32_t dst, std::uint32_t dst_length, std::span<std::uint8_t> out) {
  const auto bytes = cabi::find_string(in.from, memory, in.ptr, in.length);
  if (!bytes) return {.trap = bytes.error(), .results = {}};
  const std::uint64_t size = cabi::string_byte_length(in.to, dst_length);
  if (dst > out.size() || size > out.size() - dst) return {.trap = TrapCode::pointer_out_of_bounds, .results = {}};
  const auto done = cabi::transcode_string(in.from, *bytes, in.length, in.to, dst_length, out.subspan(dst, static_cast<std::size_t>(size)));
  if (!done) return {.trap = done.error(), .results = {}};
  return {};
}

}  // namespace

TEST_CASE("strings are measured, transcoded and copied in plain wasm as the runtime does, right ones and wrong ones") {
  Running wasm = strings();
  Inputs inputs(20260);
  std::vector<std::uint8_t> native_dst(wasm.memory("dst").size());
  int good = 0, trapped = 0;
  for (int i = 0; i < 4'000; ++i) {
    const Input in = inputs.next(wasm.memory("src"));
    CAPTURE(i); CAPTURE(number(in.from)); CAPTURE(number(in.to)); CAPTURE(in.ptr); CAPTURE(in.length);
    const Outcome expected = native_measure(wasm.memory("src"), in);
    const Outcome found = wasm.call("measure", {number(in.from), in.ptr, in.length, number(in.to)});
    CAPTURE(describe(expected)); CAPTURE(describe(found));
    REQUIRE(found == expected);
    ++(expected.trap ? trapped : good);

    std::uint32_t dst_length = expected.trap ? inputs.below(64) : expected.results[0];
    if (inputs.below(10) == 0) dst_length += 1 - inputs.below(3);
    if (inputs.below(100) == 0) dst_length ^= cabi::utf16_tag;
    const std::uint32_t dst = inputs.below(20) == 0 ? static_cast<std::uint32_t>(native_dst.size()) - inputs.below(32) : inputs.below(100) * 2;
    std::memset(native_dst.data(), 0, native_dst.size());
    std::memset(wasm.memory("dst").data(), 0, native_dst.size());
    const Outcome written = native_transcode(wasm.memory("src"), in, dst, dst_length, native_dst);
    CAPTURE(describe(written)); CAPTURE(dst); CAPTURE(dst_length);
    const Outcome wasm_written = wasm.call("transcode", {number(in.from), in.ptr, in.length, number(in.to), dst, dst_length});
    CAPTURE(describe(wasm_written));
    REQUIRE(wasm_written == written);
    if (!written.trap) REQUIRE(std::memcmp(native_dst.data(), wasm.memory("dst").data(), native_dst.size()) == 0);

    if (in.from == in.to && in.from != StringEncoding::latin1_utf16 && !expected.trap) {
      std::memset(wasm.memory("dst").data(), 0, native_dst.size());
      const bool fits = dst + cabi::string_byte_length(in.from, in.length) <= native_dst.size();
      REQUIRE(wasm.call("copy", {number(in.from), in.ptr, in.length, dst}) == (fits ? Outcome{} : Outcome{.trap = TrapCode::pointer_out_of_bounds, .results = {}}));
      const std::size_t bytes = static_cast<std::size_t>(cabi::string_byte_length(in.from, in.length));
      if (fits) REQUIRE(std::ranges::equal(wasm.memory("dst").subspan(dst, bytes), wasm.memory("src").subspan(in.ptr, bytes)));
    }
  }
  CHECK(good > 1'000);
  CHECK(trapped > 600);
}

TEST_CASE("tables of handles in plain wasm give the same handles and traps as the runtime's") {
  Merger merger;
  const InstanceIdx host = add(merger, host_side_module());
  const InstanceIdx scopes = add(merger, scopes_module(), {merger.export_of(host, "trap")});
  const InstanceIdx table = add(merger, handles_module(), {merger.export_of(host, "trap"), merger.export_of(scopes, "note-lender")});
  export_all(merger, table, {"add", "rep", "remove", "take-own", "lend", "end-lending"});
  export_all(merger, scopes, {"enter", "add-borrow", "drop-borrow", "check-borrows", "next-lender"});
  export_all(merger, host, {"trap_code"});
  Running wasm(std::move(merger));

  runtime::HandleTable native(1u << 20);
  const runtime::ResourceType types[3];
  runtime::BorrowScope scope;  // the only one at a time here
  std::uint32_t wasm_scope = 0;
  Inputs random(4);
  const auto outcome = [](const auto& result) { return result ? Outcome{.trap = {}, .results = {static_cast<std::uint32_t>(*result)}} : Outcome{.trap = result.error().code(), .results = {}}; };
  int traps = 0;
  for (int i = 0; i < 5'000; ++i) {
    CAPTURE(i);
    const std::uint32_t type = random.below(3), handle = random.below(50) == 0 ? random.below(0xffffffff) : random.below(40), rep = random.below(1'000'000);
    Outcome expected, found;
    switch (random.below(8)) {
      case 0:
      case 1:
      case 2:
        expected = outcome(native.add({.type = const_cast<runtime::ResourceType*>(&types[type]), .rep = rep}));
        found = wasm.call("add", {type + 1, rep, 0});
        break;
      case 3: {
        const auto h = native.get(handle, types[type]);
        expected = h ? Outcome{.trap = {}, .results = {static_cast<std::uint32_t>((*h)->rep)}} : Outcome{.trap = h.error().code(), .results = {}};
        found = wasm.call("rep", {handle, type + 1});
        break;
      }
      case 4: {
        const auto h = native.remove(handle, types[type]);
        expected = h ? Outcome{.trap = {}, .results = {static_cast<std::uint32_t>(h->rep), h->is_own() ? 0 : wasm_scope}} : Outcome{.trap = h.error().code(), .results = {}};
        found = wasm.call("remove", {handle, type + 1});
        if (h && !h->is_own()) {
          --h->scope->borrows;
          REQUIRE(wasm.call("drop-borrow", {wasm_scope}) == Outcome{});
        }
        break;
      }
      case 5:
        expected = outcome(native.take_own(handle, types[type]));
        found = wasm.call("take-own", {handle, type + 1});
        break;
      case 6:
        if (wasm_scope == 0) {
          REQUIRE(wasm.call("enter", {}) == Outcome{});
          wasm_scope = 16;
        } else if (random.below(2) == 0) {
          const Outcome borrowed = wasm.call("add-borrow", {});
          REQUIRE(borrowed.results == std::vector<std::uint32_t>{wasm_scope});
          ++scope.borrows;
          expected = outcome(native.add({.type = const_cast<runtime::ResourceType*>(&types[type]), .rep = rep, .scope = &scope}));
          found = wasm.call("add", {type + 1, rep, wasm_scope});
        } else {
          expected = outcome(native.lend(handle, types[type], scope));
          found = wasm.call("lend", {handle, type + 1});
        }
        break;
      case 7: {
        if (wasm_scope == 0) break;
        found = wasm.call("check-borrows", {});
        expected = scope.borrows == 0 ? Outcome{} : Outcome{.trap = TrapCode::borrow_not_dropped, .results = {}};
        if (scope.borrows != 0) break;
        scope.end_lending();
        for (std::uint32_t lender = wasm.call("next-lender", {}).results.at(0); lender != 0; lender = wasm.call("next-lender", {}).results.at(0)) {
          REQUIRE(wasm.call("end-lending", {lender}) == Outcome{});
        }
        wasm_scope = 0;
        break;
      }
      default: break;
    }
    CAPTURE(describe(expected)); CAPTURE(describe(found));
    REQUIRE(found == expected);
    traps += expected.trap.has_value();
  }
  CHECK(traps > 300);
}

TEST_CASE("the host's allocator aligns, grows the memory, keeps what is reallocated, and refuses what cannot be") {
  Merger merger;
  const InstanceIdx host = add(merger, host_side_module());
  export_all(merger, host, {"realloc", "memory", "trap_code"});
  Running wasm(std::move(merger));
  Inputs random(7);
  std::uint32_t last = 0;
  for (int i = 0; i < 2'000; ++i) {
    const std::uint32_t align = 1u << random.below(4), size = random.below(500);
    const Outcome made = wasm.call("realloc", {0, 0, align, size});
    REQUIRE(made.results.size() == 1);
    const std::uint32_t at = made.results[0];
    REQUIRE(at % align == 0);
    REQUIRE(at >= last);
    REQUIRE(at + size <= wasm.memory("memory").size());
    last = at + size;
    if (size == 0 || random.below(3) != 0) continue;
    wasm.memory("memory")[at] = 77;
    const bool is_last = random.below(2) == 0;
    if (!is_last) last = wasm.call("realloc", {0, 0, 1, 8}).results.at(0) + 8;
    const Outcome moved = wasm.call("realloc", {at, size, align, size * 2});
    REQUIRE(moved.results.size() == 1);
    REQUIRE(wasm.memory("memory")[moved.results[0]] == 77);
    REQUIRE((moved.results[0] == at) == is_last);
    last = moved.results[0] + size * 2;
  }
  CHECK(wasm.call("realloc", {0, 0, 1, 0xffffffff}) == Outcome{.trap = TrapCode::realloc_failed, .results = {}});
}
