// Debug information of every version, and what is no such thing: it gives places, or nothing, and always ends.
#include "dwarf/dwarf.h"

#include <doctest/doctest.h>

#include <chrono>

#include "dwarf/constants.h"

using namespace wcomp;
using namespace wcomp::dwarf;

namespace {

struct Writer {
  Bytes bytes;
  void u8(std::uint64_t v) { bytes.push_back(static_cast<std::uint8_t>(v)); }
  void fixed(std::uint64_t v, unsigned n) {
    for (unsigned i = 0; i < n; ++i) u8(v >> (8 * i));
  }
  void uleb(std::uint64_t v) {
    for (; v >= 0x80; v >>= 7) u8(v | 0x80);
    u8(v);
  }
  void text(std::string_view t) {
    bytes.insert(bytes.end(), t.begin(), t.end());
    u8(0);
  }
  void append(const Bytes& b) { bytes.insert(bytes.end(), b.begin(), b.end()); }
};

/// `main` at 0x10 to 0x50 with `inner` inlined at 0x20 to 0x30, called in line 7. Line 5 at 0x10, line 21 at 0x20, line 8 at 0x30.
struct Example {
  unsigned version = 4;
  bool is_64 = false;
  std::uint64_t origin = 0;         ///< where the inlined one's name is: 0, `inner`'s own entry; else what is written
  std::uint64_t length_change = 0;  ///< of the unit
  Bytes info, abbrev, line;

  [[nodiscard]] unsigned offset_size() const { return is_64 ? 8 : 4; }
  void length(Writer& w, std::uint64_t n) const {
    if (is_64) w.fixed(0xffff'ffff, 4);
    w.fixed(n, offset_size());
  }

  void make() {
    make_abbrev();
    make_line();
    Writer body;
    body.fixed(version, 2);
    if (version == 5) body.u8(static_cast<unsigned>(UnitType::compile)), body.u8(4), body.fixed(0, offset_size());
    else body.fixed(0, offset_size()), body.u8(4);
    const std::size_t before = offset_size() + (is_64 ? 4 : 0);
    body.uleb(1), body.text("app.c"), body.text("/src"), body.fixed(0, 4), body.fixed(0x10, 4), body.fixed(0x50, 4);
    const std::size_t inner = before + body.bytes.size();
    body.uleb(2), body.text("inner");
    body.uleb(3), body.text("main"), body.fixed(0x10, 4), body.fixed(0x50, 4);
    body.uleb(4), body.fixed(origin == 0 ? inner : origin, 4), body.fixed(0x20, 4), body.fixed(0x30, 4), body.u8(1), body.u8(7);
    body.u8(0), body.u8(0);
    Writer w;
    length(w, body.bytes.size() + length_change);
    w.append(body.bytes);
    info = w.bytes;
  }
  [[nodiscard]] Sections sections() const {
    Sections s;
    s.info = info, s.abbrev = abbrev, s.line = line;
    return s;
  }

 private:
  void make_abbrev() {
    Writer w;
    const auto entry = [&](unsigned code, Tag tag, bool has_children, std::initializer_list<std::pair<At, Form>> attributes) {
      w.uleb(code), w.uleb(static_cast<std::uint64_t>(tag)), w.u8(has_children);
      for (const auto& [at, form] : attributes) w.uleb(static_cast<std::uint64_t>(at)), w.uleb(static_cast<std::uint64_t>(form));
      w.u8(0), w.u8(0);
    };
    // High addresses are addresses, as in version 2.
    entry(1, Tag::compile_unit, true, {{At::name, Form::string}, {At::comp_dir, Form::string}, {At::stmt_list, Form::data4}, {At::low_pc, Form::addr}, {At::high_pc, Form::addr}});
    entry(2, Tag::subprogram, false, {{At::name, Form::string}});
    entry(3, Tag::subprogram, true, {{At::name, Form::string}, {At::low_pc, Form::addr}, {At::high_pc, Form::addr}});
    entry(4, Tag::inlined_subroutine, false,
          {{At::abstract_origin, Form::ref4}, {At::low_pc, Form::addr}, {At::high_pc, Form::addr}, {At::call_file, Form::data1}, {At::call_line, Form::data1}});
    w.u8(0);
    abbrev = w.bytes;
  }
  void make_line() {
    Writer rest;
    rest.u8(1);
    if (version >= 4) rest.u8(1);
    rest.u8(1), rest.u8(0xfb), rest.u8(14), rest.u8(10);  // lines from -5 on, 14 of them, 9 operations with operands
    for (const unsigned operands : {0, 1, 1, 1, 1, 0, 0, 0, 1}) rest.u8(operands);
    if (version == 5) {
      rest.u8(1), rest.uleb(1), rest.uleb(0x08), rest.uleb(1), rest.text("/src");
      rest.u8(2), rest.uleb(1), rest.uleb(0x08), rest.uleb(2), rest.uleb(0x0b), rest.uleb(2);
      for (int i = 0; i < 2; ++i) rest.text("app.c"), rest.u8(0);
    } else {
      rest.u8(0);  // no folders but the unit's
      rest.text("app.c"), rest.uleb(0), rest.uleb(0), rest.uleb(0);
      rest.u8(0);
    }
    Writer program;
    program.u8(0), program.uleb(5), program.u8(2), program.fixed(0x10, 4);  // set_address
    const auto row = [&](std::int64_t line, unsigned address) {
      program.u8(3);  // advance_line, SLEB128 of one byte
      program.u8(static_cast<std::uint64_t>(line) & 0x7f);
      program.u8(2), program.uleb(address), program.u8(1);
    };
    row(4, 0), row(16, 0x10), row(-13, 0x10);
    program.u8(2), program.uleb(0x20), program.u8(0), program.uleb(1), program.u8(1);
    Writer w;
    Writer body;
    body.fixed(version, 2);
    if (version == 5) body.u8(4), body.u8(0);
    body.fixed(rest.bytes.size(), offset_size());
    body.append(rest.bytes), body.append(program.bytes);
    length(w, body.bytes.size());
    w.append(body.bytes);
    line = w.bytes;
  }
};

Example example(unsigned version, bool is_64 = false) {
  Example e{.version = version, .is_64 = is_64};
  e.make();
  return e;
}
std::string at(const Sections& s, std::uint64_t address) {
  DebugInfo info(s);
  std::string out;
  for (const Place& p : info.find(address)) out += p.function + " " + p.file + ":" + std::to_string(p.line) + ";";
  return out;
}
/// Every address that could matter; what it finds is bounded.
void look(const Sections& s) {
  DebugInfo info(s);
  for (const std::uint64_t a : {std::uint64_t{0}, std::uint64_t{0x10}, std::uint64_t{0x24}, std::uint64_t{0x4f}, std::uint64_t{0x50}, ~std::uint64_t{0}}) {
    CHECK(info.find(a).size() <= max_inlined + 1);
  }
}

}  // namespace

TEST_CASE("functions, inlined ones and lines, of every version and both sizes") {
  for (const unsigned version : {2, 3, 4, 5}) {
    for (const bool is_64 : {false, true}) {
      if (version == 2 && is_64) continue;
      CAPTURE(version);
      CAPTURE(is_64);
      const Example e = example(version, is_64);
      CHECK(at(e.sections(), 0x10) == "main /src/app.c:5;");
      CHECK(at(e.sections(), 0x24) == "inner /src/app.c:21;main /src/app.c:7;");
      CHECK(at(e.sections(), 0x30) == "main /src/app.c:8;");
      CHECK(at(e.sections(), 0x0f).empty());
      CHECK(at(e.sections(), 0x50).empty());
    }
  }
}

TEST_CASE("versions that do not exist, and sections that are missing, give nothing") {
  for (const unsigned version : {0, 1, 6, 0xffff}) CHECK(at(example(version).sections(), 0x10).empty());
  for (ByteSpan Sections::*missing : {&Sections::info, &Sections::abbrev}) {
    const Example e = example(5);
    Sections s = e.sections();
    s.*missing = {};
    CHECK(at(s, 0x24).empty());
  }
  look({});
}

TEST_CASE("sections that end anywhere") {
  for (const unsigned version : {2, 4, 5}) {
    const Example e = example(version);
    for (ByteSpan Sections::*cut : {&Sections::info, &Sections::abbrev, &Sections::line}) {
      const std::size_t size = (e.sections().*cut).size();
      for (std::size_t n = 0; n < size; ++n) {
        Sections s = e.sections();
        const Bytes part((s.*cut).begin(), (s.*cut).begin() + static_cast<std::ptrdiff_t>(n));  // so that a sanitizer sees what is read beyond
        s.*cut = part;
        look(s);
      }
    }
  }
}

TEST_CASE("every byte wrong in several ways") {
  for (const unsigned version : {3, 5}) {
    for (Bytes Example::*section : {&Example::info, &Example::abbrev, &Example::line}) {
      for (std::size_t i = 0; i < (example(version).*section).size(); ++i) {
        for (const unsigned value : {0x00, 0x01, 0x16, 0x7f, 0x80, 0xff}) {
          Example e = example(version);
          (e.*section)[i] = static_cast<std::uint8_t>(value);
          look(e.sections());
        }
      }
    }
  }
}

TEST_CASE("a function that is its own origin, and one whose origin is outside, are met") {
  const std::size_t inlined = [] {
    const Bytes info = example(4).info;
    // The last entry: 1 + 4 + 4 + 4 + 1 + 1 bytes, then two that end lists.
    return info.size() - 2 - 15;
  }();
  for (const std::uint64_t origin : {std::uint64_t{inlined}, std::uint64_t{1}, std::uint64_t{0xffff'ffff}, std::uint64_t{example(4).info.size()}}) {
    Example e{.version = 4, .origin = origin};
    e.make();
    look(e.sections());
    CHECK(at(e.sections(), 0x10) == "main /src/app.c:5;");
    CHECK(at(e.sections(), 0x24).ends_with("main /src/app.c:7;"));
  }
}

TEST_CASE("lengths that are far too large") {
  for (const std::uint64_t change : {std::uint64_t{1}, std::uint64_t{0x7fff'ff00}, std::uint64_t{0xffff'ff00}}) {
    for (const bool is_64 : {false, true}) {
      Example e{.version = 5, .is_64 = is_64, .length_change = is_64 ? change << 32 : change};
      e.make();
      look(e.sections());
    }
  }
}

TEST_CASE("units without end cost bounded time") {
  // A million units of the shortest kind, and lists of files that claim to be endless.
  Writer w;
  for (int i = 0; i < 1'000'000; ++i) w.fixed(0, 4);
  Example e = example(5);
  e.info = w.bytes;
  const auto begin = std::chrono::steady_clock::now();
  look(e.sections());
  Example many = example(5);
  Writer units;
  for (int i = 0; i < 5000; ++i) units.append(many.info);
  many.info = units.bytes;
  look(many.sections());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
}
